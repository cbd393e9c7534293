"""Records in UTF-16 or UTF-32, or with the line ends of old, as bytes of UTF-8 with lines."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO, cast

from . import encoding
from .opening import BLOCK_BYTES, some
from .source import CorruptError

if TYPE_CHECKING:
    from .source import ReadSettings

WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
RETURNS = "lines that end in a carriage return"
"""As on the oldest Macintosh."""

_UNSAID = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}
"""What is meant where neither a mark nor a person says in which order the bytes stand."""


def transcoded(stream: BinaryIO, head: bytes, name: str) -> BinaryIO:
    r"""Give a stream of UTF-8 whose lines end in ``\n``, and without a byte order mark.

    >>> wide = '{"text": "x"}\n'.encode("utf-16")
    >>> transcoded(io.BytesIO(wide), wide, "utf-16-le").read()
    b'{"text": "x"}\n'
    """
    if name in WIDE:
        stream.read(encoding.marked(head)[1])
    return narrowed(stream, name)


def transcodes(head: bytes, how: ReadSettings) -> str:
    """Name what a file of records is written in, where its lines are not those of UTF-8: one of
    ``WIDE``, or ``RETURNS``.
    """
    name = encoding.wide(head)
    if not name and how.encoding:
        told = codecs.lookup(how.encoding).name
        name = _UNSAID.get(told, told)
    if name in WIDE:
        return name
    if b"\r" in head and b"\n" not in head and len(head) > head.index(b"\r") + 1:
        return RETURNS
    return ""


def narrowed(stream: BinaryIO, name: str) -> BinaryIO:
    """Give what is written in ``name`` as UTF-8; a byte order mark is part of it."""
    raw = _Returns(stream) if name == RETURNS else _Narrowed(stream, name)
    return cast("BinaryIO", io.BufferedReader(raw, BLOCK_BYTES))


class _Narrowed(io.RawIOBase):
    """Text in a wide encoding, as UTF-8."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        self._decoder = codecs.getincrementaldecoder(name)()
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._ended:
            block = some(self._stream, BLOCK_BYTES)
            self._ended = not block
            try:
                text = self._decoder.decode(block, final=self._ended)
            except UnicodeDecodeError as error:
                why = f"not {encoding.shown(self._name)}: {error.reason}"
                raise CorruptError("E307", why) from None
            self._ready = text.encode()
        given, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


class _Returns(io.RawIOBase):
    """Lines that end in a carriage return alone."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = some(self._stream, len(buffer)).replace(b"\r", b"\n")
        buffer[: len(block)] = block
        return len(block)
