"""Plain text and Markdown: one file is one article."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from ..data import Article, Skipped
from .source import LONGEST_TEXT_BYTES, ReadSettings, decode

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(
    stream: BinaryIO,
    path: str,
    how: ReadSettings,  # noqa: ARG001 - a text has no fields to choose from
    line: int | None = None,
) -> Iterator[Article | Skipped]:
    """Give the whole file as one article, whose id is its address.

    >>> import io
    >>> [article] = read(io.BytesIO(b"Storm closes the port."), "a.txt", ReadSettings())
    >>> article.id, article.text
    ('a.txt', 'Storm closes the port.')
    """
    if line is not None:
        yield Skipped(f"{path}:{line}", "E303", f"a text file is one article: {path} without :LINE")
        return
    raw = stream.read(LONGEST_TEXT_BYTES + 1)
    if len(raw) > LONGEST_TEXT_BYTES:
        yield Skipped(path, "E305", f"longer than {LONGEST_TEXT_BYTES:,} bytes")
        return
    try:
        yield Article(id=path, text=decode(raw), address=path)
    except ValueError as error:
        yield Skipped(path, "E302", str(error))
