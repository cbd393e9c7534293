"""Choose the article a story keeps, by ordered criteria, and say which of them decided."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .data import Article
    from .settings import KeepSettings

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LINE = re.compile(":[0-9]+$")
_LAST = (float("inf"),)


class Standing(NamedTuple):
    """What the choice looks at: an article, its length, its direct verdicts, its place."""

    article: Article
    words: int
    links: int
    """How many others it was judged one story with."""
    place: int


def choose(members: Sequence[Standing], policy: KeepSettings) -> tuple[int, str]:
    """``(index, why)``: each criterion leaves the best by it, until one article is left; ``why`` is
    the criterion that did so. What no criterion tells apart, its place in the corpus does.

    >>> from dedup.data import Article
    >>> from dedup.settings import KeepSettings
    >>> members = [Standing(Article("a", ""), 90, 1, 0), Standing(Article("b", ""), 95, 1, 1)]
    >>> choose(members, KeepSettings()), choose(members, KeepSettings(("earliest",)))
    ((1, 'longest'), (0, 'first'))
    """
    rest = list(range(len(members)))
    for criterion in (*policy.keep, "first"):
        ranks = [_rank(members[i], criterion) for i in rest]
        best = min(ranks)
        rest = [i for i, rank in zip(rest, ranks, strict=True) if rank == best]
        if len(rest) == 1:
            return rest[0], _reason(criterion, best)
    return rest[0], "first"


def middle(members: Sequence[Standing], policy: KeepSettings) -> int:
    """The index of the article that is one story with the most others; of equals the one that
    would be kept.

    >>> from dedup.data import Article
    >>> from dedup.settings import KeepSettings
    >>> members = [Standing(Article("a", ""), 90, 2, 0), Standing(Article("b", ""), 95, 1, 1)]
    >>> middle(members, KeepSettings())
    0
    """
    most = max(member.links for member in members)
    rest = [i for i, member in enumerate(members) if member.links == most]
    return rest[choose([members[i] for i in rest], policy)[0]]


def _rank(member: Standing, criterion: str) -> tuple[float, ...]:
    """Where a member stands by one criterion, the best lowest; what is not known comes last."""
    if criterion == "longest":  # by which most are chosen
        return (-member.words,)
    name, _, named = criterion.partition(":")
    article = member.article
    if name == "source":
        return (_priority(article, named.split(",")),)
    if name == "path":
        path = _LINE.sub("", article.address)
        return path.count("/"), len(path)
    if name == "first":
        return (member.place,)
    since = _microseconds(article.published)
    if since is None:
        return _LAST
    return (-since,) if name == "latest" else (since,)


def _reason(criterion: str, best: tuple[float, ...]) -> str:
    """The criterion as it is recorded; of sources only the one that won."""
    name, _, named = criterion.partition(":")
    if name != "source":
        return criterion
    names = named.split(",")
    return f"source:{names[int(best[0])]}" if best[0] < len(names) else name


def _priority(article: Article, names: Sequence[str]) -> int:
    """The place of an article's source in a list of names; behind them all if it is not in it."""
    source = publisher(article).casefold()
    return names.index(source) if source in names else len(names)


def publisher(article: Article) -> str:
    """Whom an article is from: its source, or else the host of its address on the web.

    >>> from dedup.data import Article
    >>> publisher(Article("a", "", url="https://www.example.org/a"))
    'example.org'
    """
    return article.source.strip() or _host(article.url)


def _host(url: str) -> str:
    """Whose address on the web it is, nobody's where it is none.

    >>> _host("https://www.example.org/a"), _host("http://[")
    ('example.org', '')
    """
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _microseconds(published: datetime | None) -> int | None:
    """A date as a number that can be compared with any other; without a zone it is taken as UTC."""
    if published is None:
        return None
    zoned = published if published.tzinfo else published.replace(tzinfo=timezone.utc)
    return (zoned - _EPOCH) // timedelta(microseconds=1)
