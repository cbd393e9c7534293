"""Web pages: one file is one article."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from ..data.article import Article, Notice, Skipped
from .page import Page, to_article

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import ReadSettings


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Article | Skipped | Notice]:
    """Give the main text of the page as one article."""
    if line is not None:
        yield Skipped(f"{path}:{line}", "E303", f"a page is one article: {path} without :LINE")
        return
    yield from to_article(Page(stream.read(how.limits.page_bytes + 1), path), how)
