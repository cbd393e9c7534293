"""Each record to where the plan says: kept, removed, rejected; counted and digested meanwhile."""

from __future__ import annotations

import codecs
import hashlib
from typing import TYPE_CHECKING, BinaryIO

from ..data.article import Skipped
from ..data.result import Removal
from ..errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..cleaning import Plan
    from ..data.article import InputFile
    from .leftout import Rejects, Removed
    from .writer import Writer

_UNKNOWN = Skipped("", "", "")


class ChangedError(InputError):
    """An input that is not what it was when it was read; nothing was written."""

    code = "E307"

    def __init__(self, path: str) -> None:
        """Say what to do."""
        why = "changed while it was read; nothing was written"
        super().__init__(why, place=path, hint="run it again")


def account(stream: BinaryIO, writer: Writer) -> tuple[int, bytes]:
    """Count the records that an output really holds, and digest their bytes in order."""
    records, last, digest = 0, 0, hashlib.sha256()
    for number, piece in writer.cut(stream):
        if number:
            records += number != last
            digest.update(piece)
        last = number
    return records, digest.digest()


class Sorter:
    """Sends the records of one input after the other on their ways."""

    def __init__(
        self,
        plan: Plan,
        removed: Removed | None,
        rejects: Rejects | None,
        marks: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Take the plan, and the files for what is left out; None where nobody wants one.

        ``marks`` are the fields to add to the record at each address; where they are given,
        nothing is left out.
        """
        self.plan = plan
        self.kept = self.removed = self.rejected = 0
        self._files = removed, rejects
        self._marks = marks
        self._number = 0
        self._keeps = True
        self._aside: Removed | Rejects | None = None
        self._ending = b""

    def begin(self, file: InputFile, writer: Writer, *, joined: bool) -> None:
        """Turn to another input; ``joined`` if it continues the output of the one before."""
        self._path, self.writer, self._joined, self._number = file.path, writer, joined, 0
        self._gap = joined and self._ending not in {b"", b"\n"}
        if not joined:
            self._records, self._digest, self._ending = 0, hashlib.sha256(), b""

    def sort(self, number: int, piece: bytes) -> bytes | None:
        """Decide on a piece: the bytes to write, None where its record is left out."""
        if number != self._number:
            self.end()
            self._number = number
            if number:
                self._look_up()
        if number == 0:
            written = self._between(piece)
        else:
            if self._aside is not None:
                self._aside.add(piece)
            written = self._marked(piece) if self._keeps else None
        return None if written is None else self._noted(number, written)

    def end(self) -> None:
        """Finish the last record, now that all of it was met."""
        if self._aside is not None:
            self._aside.end()
            self._aside = None

    def leaves_out_all(self) -> bool:
        """Whether the present file is an article by itself, and not kept."""
        return not self.writer.numbered and self.plan.fates.get(self._path, _UNKNOWN) is not None

    def account(self) -> tuple[int, bytes]:
        """Count the records that the output should hold, and digest their bytes in order."""
        return self._records, self._digest.digest()

    def _address(self) -> str:
        """Name the record as its reader did."""
        return f"{self._path}:{self._number}" if self.writer.numbered else self._path

    def _look_up(self) -> None:
        """Find out what becomes of a record, and count it."""
        fate = self.plan.fates.get(self._address(), _UNKNOWN)
        removed, rejects = self._files
        if fate is None:
            self.kept += 1
        elif isinstance(fate, Removal):
            self.removed += 1
            if removed is not None and self._marks is None:
                removed.begin(fate, self.writer)
                self._aside = removed
        elif fate is _UNKNOWN:
            raise ChangedError(self._path)
        else:
            self.rejected += 1
            if rejects is not None:
                rejects.begin(fate, self.writer)
                self._aside = rejects
        self._keeps = fate is None or self._marks is not None
        self._records += self._keeps

    def _between(self, piece: bytes) -> bytes | None:
        """Decide on what belongs to no record: a byte order mark begins a file, or is left out."""
        if self._joined and piece == codecs.BOM_UTF8:
            return None
        if self._marks is not None and self.writer.annotate is not None:
            return self.writer.annotate(0, piece, {})
        return piece

    def _marked(self, piece: bytes) -> bytes:
        """Add a record's fields; one that could not be read stays as it is."""
        marks = None if self._marks is None else self._marks.get(self._address())
        if marks is None or self.writer.annotate is None:
            return piece
        try:
            return self.writer.annotate(self._number, piece, marks)
        except ValueError as error:
            raise InputError(f"{error}; nothing was written", place=self._address()) from error

    def _noted(self, number: int, written: bytes) -> bytes:
        """Digest what is written; two files that are joined are parted by an end of line."""
        if self._gap:
            self._gap = False
            self._digest.update(b"\n")
            return b"\n" + self._noted(number, written)
        if number:
            self._digest.update(written)
        self._ending = written[-1:] or self._ending
        return written
