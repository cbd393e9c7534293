"""Plain text and Markdown: one file is one article."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from ..data.article import Article, Notice, Skipped
from . import encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import ReadSettings


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Article | Skipped | Notice]:
    """Give the whole file as one article, whose id is its address.

    >>> import io
    >>> from .source import ReadSettings
    >>> [article] = read(io.BytesIO(b"Storm closes the port."), "a.txt", ReadSettings())
    >>> article.id, article.text
    ('a.txt', 'Storm closes the port.')
    """
    if line is not None:
        yield Skipped(f"{path}:{line}", "E303", f"a text file is one article: {path} without :LINE")
        return
    longest = how.limits.text_bytes
    raw = stream.read(longest + 1)
    if len(raw) > longest:
        yield Skipped(path, "E305", f"longer than {longest:,} bytes")
        return
    try:
        read = encoding.read(raw, how.encoding)
    except ValueError as error:
        yield Skipped(path, "E302", str(error))
        return
    if read.remark:
        yield Notice(path, "W302", read.remark)
    if "\0" in read.text:
        yield Notice(path, "W305", "holds zeros, as no text does")
    yield Article(id=path, text=read.text, address=path)
