"""Compressed streams, expanded as they are read: what is cut or damaged is told, never passed over.

The decompressors of the standard library are driven by hand, since the files that it builds on
them end quietly where a stream is cut between two members, or go on for ever where it is a bomb.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import sys
import zlib
from typing import TYPE_CHECKING, BinaryIO, Protocol

from .source import CorruptError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

    from .limits import Limits

BLOCK_BYTES = 1 << 18

_ENDS = {
    "gzip": re.compile(rb"\x1f\x8b"),
    "bzip2": re.compile(rb"BZh"),
    "xz": re.compile(rb"\xfd7zXZ\0"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
}
"""How another member begins, behind the end of one."""
_LONGEST_MEMBER_BYTES = 64 << 20
"""Of what is looked at for its end."""
_TAIL_IS_HARMLESS = {"bzip2", "xz"}
_FAULTS = (zlib.error, OSError, EOFError, lzma.LZMAError, zstd.ZstdError)


class _Decoder(Protocol):
    """What bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended, its checksum included."""

    @property
    def needs_input(self) -> bool:
        """Whether there is no more to come from what was given."""

    @property
    def unused_data(self) -> bytes:
        """What stands behind the end of the member."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Expand, to at most ``max_length`` bytes at a time."""


class _Gzip:
    """zlib's decompressor, shaped like the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail and not self._full

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        made = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._full = len(made) == max_length
        return made


def _decoders(limits: Limits) -> dict[str, Callable[[], _Decoder]]:
    """Make of each kind of member; each may claim so much memory for its window and no more."""
    window = limits.window_bytes
    highest = {int(zstd.DecompressionParameter.window_log_max): window.bit_length() - 1}
    return {
        "gzip": _Gzip,
        "bzip2": bz2.BZ2Decompressor,
        "xz": lambda: lzma.LZMADecompressor(memlimit=window + (window >> 2)),
        "zstd": lambda: zstd.ZstdDecompressor(options=highest),
    }


def in_members(stream: BinaryIO) -> bool:
    """Whether gzip data begins with a member that another one follows, as in a WARC each record is
    one.

    >>> import gzip
    >>> one = gzip.compress(b"Storm.")
    >>> in_members(io.BytesIO(one + one)), in_members(io.BytesIO(one))
    (True, False)
    """
    decoder = zlib.decompressobj(31)
    read = 0
    while not decoder.eof and read < _LONGEST_MEMBER_BYTES and (block := stream.read(BLOCK_BYTES)):
        read += len(block)
        while block and not decoder.eof:
            decoder.decompress(block, BLOCK_BYTES)
            block = decoder.unconsumed_tail
    return decoder.eof and bool(_ENDS["gzip"].match(decoder.unused_data + stream.read(2)))


class Expanded(io.RawIOBase):
    """A compressed stream, expanded; reading it raises CorruptError where it cannot go on.

    >>> import gzip
    >>> from .limits import Limits
    >>> packed = gzip.compress(b"Storm closes port.")
    >>> Expanded(io.BytesIO(packed), "gzip", Limits()).read()
    b'Storm closes port.'
    >>> Expanded(io.BytesIO(packed[:-3]), "gzip", Limits()).readall()
    Traceback (most recent call last):
    dedup.readers.source.CorruptError: gzip data ends early
    """

    def __init__(self, packed: BinaryIO, codec: str, limits: Limits) -> None:
        """Take over an open stream that begins with a member of this kind."""
        super().__init__()
        self.codec = codec
        self.tail = False
        """Whether something else follows the last member, which is harmless in some formats."""
        self._packed = packed
        self._limits = limits
        self._make = _decoders(limits)[codec]
        self._decoder = self._make()
        self._ahead = b""  # read already, and belongs to the next member
        self._read = self._made = 0
        self._fault: CorruptError | None = None
        self._done = False

    def readable(self) -> bool:
        """Tell that it can be read from."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer, unless the stream ends or breaks; what came before a break is given."""
        filled = 0
        while filled < len(buffer) and not self._done and self._fault is None:
            try:
                made = self._more(len(buffer) - filled)
            except CorruptError as error:
                self._fault = error
                break
            buffer[filled : filled + len(made)] = made
            filled += len(made)
        if not filled and self._fault is not None:
            raise self._fault
        return filled

    def _more(self, room: int) -> bytes:
        """Expand up to ``room`` bytes; nothing at the end of a member."""
        if self._decoder.eof:
            self._next_member()
            return b""
        data = self._input() if self._decoder.needs_input else b""
        ended = not data and self._decoder.needs_input
        try:
            made = self._decoder.decompress(data, room)
        except _FAULTS as error:
            raise self._damaged(error) from error
        if ended and not made and not self._decoder.eof:
            raise CorruptError("E307", f"{self.codec} data ends early")
        self._made += len(made)
        if self._made > max(
            self._limits.expansion_bytes, self._limits.expansion_ratio * self._read
        ):
            ratio = self._made // max(self._read, 1)
            raise CorruptError("E308", f"{self.codec} data expands more than {ratio:,} times")
        return made

    def _input(self) -> bytes:
        """Give the next compressed bytes."""
        data, self._ahead = self._ahead, b""
        if not data:
            data = self._packed.read(BLOCK_BYTES)
            self._read += len(data)
        return data

    def _next_member(self) -> None:
        """Begin the next member, if there is one; padding by zeros is no member."""
        rest = self._decoder.unused_data
        while not rest.strip(b"\0") or len(rest) < len(b"\xfd7zXZ\0"):
            more = self._input()
            rest = rest.lstrip(b"\0") + more
            if not more:
                break
        rest = rest.lstrip(b"\0")
        if not rest:
            self._done = True
        elif _ENDS[self.codec].match(rest):
            self._decoder = self._make()
            self._ahead = rest
        elif self.codec in _TAIL_IS_HARMLESS:
            self._done = self.tail = True
        else:
            raise CorruptError("E307", f"something else follows the {self.codec} data")

    def _damaged(self, error: Exception) -> CorruptError:
        """Tell damage from data that would need too much memory."""
        what = " ".join(str(error).split())
        if "memory" in what.lower():
            most = f"{self._limits.window_bytes >> 20:,} MiB"
            return CorruptError("E308", f"{self.codec} data needs more memory than {most}")
        return CorruptError("E307", f"{self.codec} data is damaged: {what[:200]}")
