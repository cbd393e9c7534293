"""Plain text and Markdown: one file is one article, which is kept or left out as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from .writer import BLOCK_BYTES, Writer, bytewise

if TYPE_CHECKING:
    from collections.abc import Iterator


def cut(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Give the file in blocks, all of them record 1; an empty file is one empty block.

    >>> import io
    >>> list(cut(io.BytesIO(b"Storm."))), list(cut(io.BytesIO()))
    ([(1, b'Storm.')], [(1, b'')])
    """
    block = source.read(BLOCK_BYTES)
    yield 1, block
    while block := source.read(BLOCK_BYTES):
        yield 1, block


WRITER = Writer(
    cut, bytewise(cut), record=None, annotate=None, joins=False, endings=(".txt", ".md")
)
