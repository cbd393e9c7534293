"""Articles as a result lists them: columns, made into objects once somebody looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from .. import verdict
from ..data.result import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..data.articles import Articles

READ_AT_ONCE = 4096
"""Articles that are made into objects at a time."""
_RULES = [one.name for one in verdict.RULES]


class Listed(NamedTuple):
    """What a result says of articles, a column for each field of ``Entry`` that is not a text."""

    words: NDArray[np.int64]
    story: NDArray[np.int64]
    """0 where an article is told only once."""
    copy_of: NDArray[np.int64]
    """The place of the keeper; -1 where an article is kept."""
    rule: NDArray[np.uint8]
    """The place in ``verdict.RULES``; nothing is said by it where an article is kept."""
    digested: NDArray[np.bool_]
    """Whether it has its digest listed."""
    digests: NDArray[np.uint64]
    """``uint64[n, 2]``."""

    def part(self, places: slice) -> Listed:
        """Those of some articles, whose columns are not copied."""
        return Listed._make(column[places] for column in self)


class Part(NamedTuple):
    """Some of the articles of a result, as they lie."""

    articles: Articles
    titles: Sequence[str]
    listed: Listed
    copies: NDArray[np.int64]
    """The places of those that are redundant, …"""
    keepers: list[str]
    """… the ids of those that are kept for them, …"""
    rules: list[str]
    """… and by which rules."""
    digested: NDArray[np.int64]
    """The places of those that have a digest, …"""
    digests: list[str]
    """… and these."""


class Entries(Sequence[Entry]):
    """The articles of a corpus in its order, made one by one as they are asked for."""

    def __init__(self, articles: Articles, titles: Sequence[str], listed: Listed) -> None:
        """``titles`` are what the articles are called."""
        self.articles = articles
        self.titles = titles
        self.listed = listed

    def __len__(self) -> int:
        """How many there are."""
        return len(self.articles)

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, at: int | slice) -> Entry | tuple[Entry, ...]:
        """One of them, or some."""
        if isinstance(at, slice):
            return tuple(map(Entry, *self._told(at)))
        at = range(len(self))[at]
        return next(map(Entry, *self._told(slice(at, at + 1))))

    def __iter__(self) -> Iterator[Entry]:
        """Each of them."""
        for start in range(0, len(self), READ_AT_ONCE):
            yield from map(Entry, *self._told(slice(start, start + READ_AT_ONCE)))

    def __eq__(self, other: object) -> bool:
        """Whether another sequence has the same articles."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as long as a corpus is large

    def part(self, places: slice) -> Part:
        """Some of them, as they lie."""
        listed = self.listed.part(places)
        copies, digested = np.flatnonzero(listed.copy_of >= 0), np.flatnonzero(listed.digested)
        ids = self.articles.ids
        return Part(
            self.articles[places],
            self.titles[places],
            listed,
            copies,
            [ids[at] for at in listed.copy_of[copies].tolist()],
            [_RULES[number] for number in listed.rule[copies].tolist()],
            digested,
            _hexadecimal(listed.digests[digested]),
        )

    def _told(self, places: slice) -> Sequence[Sequence[Any]]:
        """What each field says of some articles."""
        some = self.part(places)
        articles, listed = some.articles, some.listed
        return (
            articles.ids,
            articles.addresses,
            some.titles,
            listed.words.tolist(),
            [number or None for number in listed.story.tolist()],
            (listed.copy_of < 0).tolist(),
            _spread(articles, None, some.copies, some.keepers),
            _spread(articles, None, some.copies, some.rules),
            _spread(articles, "", some.digested, some.digests),
            [False] * len(articles),
        )


def _spread(
    over: Sequence[object], nothing: str | None, places: NDArray[np.int64], texts: Sequence[str]
) -> list[str | None]:
    """Texts at their places among as many as others, and nothing between them."""
    told = [nothing] * len(over)
    for at, text in zip(places.tolist(), texts, strict=True):
        told[at] = text
    return told


def _hexadecimal(digests: NDArray[np.uint64]) -> list[str]:
    """Digests, ``uint64[n, 2]``, as 32 hexadecimal digits each."""
    digits = digests.astype(">u8").tobytes().hex()
    return [digits[at : at + 32] for at in range(0, len(digits), 32)]
