"""What a reader gives, one by one: some hand over a whole block of articles at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.data.articles import Articles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.data.article import Article, Notice, Skipped
    from dedup.readers.source import Found


def one_by_one(found: Iterable[Found]) -> Iterator[Article | Skipped | Notice]:
    """The articles of a block each by itself, and all else as it comes."""
    for some in found:
        yield from some if isinstance(some, Articles) else [some]
