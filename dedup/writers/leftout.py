"""The files of what is left out: removed articles with their proof, rejected records verbatim."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from ..data.article import Skipped
    from ..data.result import Removal
    from .writer import Writer

UNREAD = frozenset({"E306"})
"""Codes of what is no record at all: a binary file met on a walk is named, but not copied."""


class Tell(Protocol):
    """Renders the proof of a removal."""

    def __call__(self, removal: Removal) -> str:
        """Give an object of JSON on one line."""


class Removed:
    """One line of JSON for each removed article, with the untouched record as its last field."""

    def __init__(self, out: BinaryIO, tell: Tell) -> None:
        """Take the stream to write to."""
        self._out = out
        self._tell = tell

    def begin(self, removal: Removal, writer: Writer) -> None:
        """Turn to an article."""
        self._record = writer.record
        self._opening = self._tell(removal).encode()
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        """Take a piece of its record; a whole file stays where it is."""
        if self._record is not None:
            self._pieces.append(piece)

    def end(self) -> None:
        """Write its line."""
        told = self._opening
        if self._record is not None:
            record = self._record(b"".join(self._pieces))
            told = b"".join((told[:-1], b', "record": ', record, b"}"))
        self._out.write(told + b"\n")


class Rejects:
    """One line of JSON for each rejected record: address, code, why and the record.

    ``record`` is its text. Where it is not UTF-8, ``record_base64`` stands beside it and holds the
    bytes; a record in several pieces has that only, so that the memory need not hold it. The end
    of the line is not part of the record.
    """

    def __init__(self, out: BinaryIO) -> None:
        """Take the stream to write to."""
        self._out = out

    def begin(self, skipped: Skipped, writer: Writer) -> None:
        """Turn to a record."""
        self._skipped = skipped
        self._ending = b"\n" if writer.numbered else b""
        self._first: bytes | None = None
        self._rest = b""
        self._long = False

    def add(self, piece: bytes) -> None:
        """Take a piece; from the second one on, each is written at once."""
        if self._skipped.code in UNREAD:
            return
        piece = piece.removesuffix(self._ending)
        if self._first is None:
            self._first = piece
            return
        if not self._long:
            self._out.write(_opening(self._skipped) + b', "record_base64": "')
            self._long, self._rest = True, self._first
        whole = self._rest + piece
        even = len(whole) // 3 * 3
        self._out.write(base64.b64encode(whole[:even]))
        self._rest = whole[even:]

    def end(self) -> None:
        """Write the line, or what is left of it."""
        if self._long:
            self._out.write(base64.b64encode(self._rest) + b'"}\n')
            return
        told = _opening(self._skipped)
        if self._first is not None:
            fields = {"record": self._first.decode(errors="replace")}
            if fields["record"].encode() != self._first:
                fields["record_base64"] = base64.b64encode(self._first).decode()
            told += b", " + json.dumps(fields, ensure_ascii=False).encode()[1:-1]
        self._out.write(told + b"}\n")


def _opening(skipped: Skipped) -> bytes:
    """Begin a line of the file of rejects."""
    told = {"address": skipped.address, "code": skipped.code, "why": skipped.why}
    return json.dumps(told).encode()[:-1]
