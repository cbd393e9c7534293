"""Choose the article a story keeps, and say why."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .data import Article


NEARLY_LONGEST = 0.8
"""An article of at least this share of the longest one's words may be kept in its stead."""


class Standing(NamedTuple):
    """What the choice looks at: an article, its length, its direct verdicts, its place."""

    article: Article
    words: int
    links: int
    """How many others it was judged one story with."""
    place: int


def choose(members: Sequence[Standing]) -> tuple[int, str]:
    """``(index, why)``: of the longest articles, so that next to nothing is lost, the one that is
    one story with the most others; of equals the longest, then the earliest published, then the
    first in the corpus.

    >>> from dedup.data import Article
    >>> members = [Standing(Article("a", ""), 90, 1, 0), Standing(Article("b", ""), 95, 1, 1)]
    >>> choose(members)
    (1, 'longest')
    """
    longest = max(member.words for member in members)
    rest = [i for i, one in enumerate(members) if one.words >= NEARLY_LONGEST * longest]
    most = max(members[i].links for i in rest)
    rest = [i for i in rest if members[i].links == most]
    length = max(members[i].words for i in rest)
    rest = [i for i in rest if members[i].words == length]
    if len(rest) == 1:
        return rest[0], "longest" if length == longest else "closest to the others"
    dates = {i: _instant(members[i].article.published) for i in rest}
    earliest = min(dates.values())
    rest = [i for i in rest if dates[i] == earliest]
    if len(rest) == 1:
        return rest[0], "earliest"
    return min(rest, key=lambda i: members[i].place), "first"


def _instant(published: datetime | None) -> datetime:
    """A date that can be compared with any other; unknown ones come last."""
    if published is None:
        return datetime.max.replace(tzinfo=timezone.utc)
    return published if published.tzinfo else published.replace(tzinfo=timezone.utc)
