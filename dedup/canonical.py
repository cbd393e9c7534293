"""Choose the article a story keeps, and say why."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .data import Article


class Standing(NamedTuple):
    """What the choice looks at: an article, its length, its direct verdicts, its place."""

    article: Article
    words: int
    links: int
    """How many others it was judged one story with."""
    place: int


def choose(members: Sequence[Standing]) -> tuple[int, str]:
    """``(index, why)``: the longest article, so that nothing is lost; of equals the earliest
    published; of those the first in the corpus.

    >>> from dedup.data import Article
    >>> members = [Standing(Article("a", ""), 90, 1, 0), Standing(Article("b", ""), 95, 1, 1)]
    >>> choose(members)
    (1, 'longest')
    """
    longest = max(member.words for member in members)
    rest = [i for i, member in enumerate(members) if member.words == longest]
    if len(rest) == 1:
        return rest[0], "longest"
    dates = {i: _instant(members[i].article.published) for i in rest}
    earliest = min(dates.values())
    rest = [i for i in rest if dates[i] == earliest]
    if len(rest) == 1:
        return rest[0], "earliest"
    return min(rest, key=lambda i: members[i].place), "first"


def middle(members: Sequence[Standing]) -> int:
    """The index of the article that is one story with the most others; of equals the one that
    would be kept.

    >>> from dedup.data import Article
    >>> members = [Standing(Article("a", ""), 90, 2, 0), Standing(Article("b", ""), 95, 1, 1)]
    >>> middle(members)
    0
    """
    most = max(member.links for member in members)
    rest = [i for i, member in enumerate(members) if member.links == most]
    return rest[choose([members[i] for i in rest])[0]]


def _instant(published: datetime | None) -> datetime:
    """A date that can be compared with any other; unknown ones come last."""
    if published is None:
        return datetime.max.replace(tzinfo=timezone.utc)
    return published if published.tzinfo else published.replace(tzinfo=timezone.utc)
