"""Compression on the way out is what it was on the way in; the same input gives the same bytes."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import sys
from typing import TYPE_CHECKING, BinaryIO, cast

from ..readers import Limits
from ..readers.expansion import BLOCK_BYTES, Expanded

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NO_LIMITS = Limits(expansion_bytes=1 << 62, window_bytes=1 << 31, members_count=1 << 40)
"""What is written was read before, within the limits that were set."""
_CHECKED = {int(zstd.CompressionParameter.checksum_flag): 1}
_MAKE: dict[str, Callable[[BinaryIO], object]] = {
    "gzip": lambda out: gzip.GzipFile("", "wb", 6, out, 0),
    "bzip2": lambda out: bz2.BZ2File(out, "wb"),
    "xz": lambda out: lzma.LZMAFile(out, "wb"),  # noqa: SIM115
    "zstd": lambda out: zstd.ZstdFile(out, "wb", options=_CHECKED),
}


@contextlib.contextmanager
def unpacked(source: BinaryIO, packed: str) -> Iterator[BinaryIO]:
    """Give what a file holds; ``packed`` is how it is compressed, empty if it is not."""
    if not packed:
        yield source
        return
    with io.BufferedReader(Expanded(source, packed, NO_LIMITS), BLOCK_BYTES) as plain:
        yield cast("BinaryIO", plain)


@contextlib.contextmanager
def packing(out: BinaryIO, packed: str) -> Iterator[BinaryIO]:
    """Give a stream that compresses into ``out``, with a checksum and without a date.

    >>> out = io.BytesIO()
    >>> with packing(out, "gzip") as stream: _ = stream.write(b"Storm.")
    >>> gzip.decompress(out.getvalue())
    b'Storm.'
    """
    if not packed:
        yield out
        return
    start = out.tell()
    with cast("BinaryIO", _MAKE[packed](out)) as stream:
        yield stream
    if out.tell() == start:  # nothing was written, and zstd then writes no frame at all
        out.write(zstd.compress(b""))
