"""Rank the articles a story may keep, by ordered criteria, and say which of them decided."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .data.articles import Articles
    from .settings import KeepSettings

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LINE = re.compile(":[0-9]+$")
_LAST = (1 << 63) - 1


class Standing(NamedTuple):
    """What the choice looks at: articles by their places in a corpus, their lengths in words."""

    corpus: Articles
    words: NDArray[np.int64]
    places: NDArray[np.int64]


def rank(some: Standing, policy: KeepSettings) -> NDArray[np.int64]:
    """``int64[c, n]``: where each article stands by each of the criteria, the best lowest; what is
    not known comes last. What no criterion tells apart, its place in the corpus does, which is the
    last of them.

    >>> from dedup.data.article import Article
    >>> from dedup.data.articles import Articles
    >>> from dedup.settings import KeepSettings
    >>> articles = Articles.of([Article("a", ""), Article("b", "")])
    >>> some = Standing(articles, np.array([90, 95]), np.array([0, 1]))
    >>> rank(some, KeepSettings(("longest",))).tolist()
    [[-90, -95], [0, 1]]
    """
    return np.array([_ranks(some, one) for one in (*policy.keep, "first")], np.int64)


def reasons(
    ranks: NDArray[np.int64],
    best: NDArray[np.int64],
    second: NDArray[np.int64],
    policy: KeepSettings,
) -> list[str]:
    """Why each of the best was chosen: by the first criterion that tells it from the second best of
    the same story, or the very first where that is itself, since there is no other.

    >>> from dedup.settings import KeepSettings
    >>> ranks = np.array([[-95, -95, -90], [7, 8, 7], [0, 1, 2]])
    >>> reasons(ranks, np.array([0, 1]), np.array([1, 2]), KeepSettings(("longest", "earliest")))
    ['earliest', 'longest']
    """
    criteria = *policy.keep, "first"
    told = np.argmax(ranks[:, best] != ranks[:, second], axis=0)
    won = ranks[told, best]
    return [_reason(criteria[by], at) for by, at in zip(told.tolist(), won.tolist(), strict=True)]


def _ranks(some: Standing, criterion: str) -> NDArray[np.int64] | list[int]:
    """Where each article stands by one criterion."""
    name, _, named = criterion.partition(":")
    if name == "longest":
        return -some.words
    if name == "first":
        return some.places
    if name == "source":
        names, (sources, urls) = named.split(","), (some.corpus.sources, some.corpus.urls)
        return [_priority(publisher(sources[at], urls[at]), names) for at in some.places.tolist()]
    if name == "path":
        paths = [_LINE.sub("", some.corpus.addresses[at]) for at in some.places.tolist()]
        return [path.count("/") << 32 | len(path) for path in paths]
    since = [_microseconds(some.corpus.published[at]) for at in some.places.tolist()]
    sign = -1 if name == "latest" else 1
    return [_LAST if one is None else sign * one for one in since]


def _reason(criterion: str, best: int) -> str:
    """The criterion as it is recorded; of sources only the one that won."""
    name, _, named = criterion.partition(":")
    if name != "source":
        return criterion
    names = named.split(",")
    return f"source:{names[best]}" if best < len(names) else name


def _priority(source: str, names: Sequence[str]) -> int:
    """The place of a source in a list of names; behind them all if it is not in it."""
    source = source.casefold()
    return names.index(source) if source in names else len(names)


def publisher(source: str, url: str) -> str:
    """Whom an article is from: its source, or else the host of its address on the web.

    >>> publisher("", "https://www.example.org/a"), publisher("Sund Press", "http://example.org")
    ('example.org', 'Sund Press')
    """
    return source.strip() or (url and _host(url))


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
