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


_RETURNS = "lines that end in a carriage return"


def transcoded(stream: BinaryIO, head: bytes, how: ReadSettings) -> BinaryIO:
    r"""Give a stream of UTF-8 whose lines end in ``\n``, if ``stream`` is not one already.

    >>> from .source import ReadSettings
    >>> wide = '{"text": "x"}\n'.encode("utf-16")
    >>> transcoded(io.BytesIO(wide), wide, ReadSettings()).read()
    b'{"text": "x"}\n'
    """
    name = transcodes(head, how)
    if name == _RETURNS:
        return cast("BinaryIO", io.BufferedReader(_Returns(stream), BLOCK_BYTES))
    if name:
        mark = encoding.marked(head)[1]
        stream.read(mark)
        recoded = _Recoded(stream, name)
        return cast("BinaryIO", io.BufferedReader(recoded, BLOCK_BYTES))
    return stream


def transcodes(head: bytes, how: ReadSettings) -> str:
    """Name what a file of records is written in, where its lines are not those of UTF-8."""
    name = encoding.wide(head)
    if not name and how.encoding.lower().startswith(("utf-16", "utf-32", "utf16", "utf32")):
        return how.encoding
    if not name and b"\r" in head and b"\n" not in head and len(head) > head.index(b"\r") + 1:
        return _RETURNS
    return name


class _Recoded(io.RawIOBase):
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
            self._ready = text.encode("utf-8", "surrogatepass")
        given, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


class _Returns(io.RawIOBase):
    """Lines that end in a carriage return alone, as they did on the oldest Macintosh."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = some(self._stream, len(buffer)).replace(b"\r", b"\n")
        buffer[: len(block)] = block
        return len(block)
