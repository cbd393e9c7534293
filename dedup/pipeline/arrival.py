"""Articles as they arrive: passed on in batches, kept without their texts, put in order at last."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby, islice
from operator import lt
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..data.articles import Articles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from ..data.article import Article
    from ..data.protocols import Texts, Watch

BATCH_ROWS = 1024
"""Articles cut at a time: the more, the fewer words are new in a batch, and each is met once …"""
BATCH_CHARS = 1 << 22
"""… up to about so many characters, which bounds what it takes."""
ROWS_AT_ONCE = 32
"""Articles that are taken together on the way to a batch."""
REPEATED_TOLD = 5
"""Ids that are used several times and named; of two files with one corpus all are."""
LINE_DIGITS = 18
"""More digits at the end of an address are no number of a line, but belong to a name."""


class Arrivals:
    """Keeps all that is known of the articles that pass through, their texts in ``texts``."""

    def __init__(self, texts: Texts, watch: Watch) -> None:
        """Nobody came yet."""
        self._watch = watch
        self.texts = texts
        self.articles = Articles.of(())
        self._rising, self._last = True, ("", 0)
        """Whether each place until now is behind the one before; and the last of them."""

    def batches(self, articles: Iterable[Article | Articles]) -> Iterator[Articles]:
        """The articles with their texts, a batch at a time; at least one batch."""
        source = _together(articles)
        while True:
            self._watch("read articles", len(self.articles))
            batch = _batch(source)
            if self.articles and not batch:
                return
            self.texts.extend(batch)
            self.articles.extend(_bare(batch))
            self._note_places(batch)
            yield batch
            if not batch:
                return

    def _note_places(self, batch: Articles) -> None:
        """See whether articles come in the order of their places."""
        if self._rising and batch:
            places = [self._last, *map(place, batch.addresses)]
            self._rising = all(map(lt, places, places[1:]))
            self._last = places[-1]

    def order(self, content: Callable[[int], tuple[Any, ...]]) -> NDArray[np.int64]:
        """``int64[n]``: the numbers of the articles in the order of their places; of those with one
        place and id in the order of all else, so that a result does not depend on the order of its
        input. ``content`` says what each text comes to.
        """
        if self._rising:
            return np.arange(len(self.articles))
        places = map(place, self.articles.addresses)
        keys = list(zip(places, self.articles.ids, strict=True))
        order: list[int] = []
        numbers = sorted(range(len(keys)), key=keys.__getitem__)
        for _, run in groupby(numbers, key=keys.__getitem__):
            alike = list(run)
            if alike[1:]:
                alike.sort(key=lambda at: (*content(at), *self._facts(at)))
            order += alike
        return np.array(order, np.int64)

    def _facts(self, at: int) -> tuple[str, str, str, str]:
        """What is known of one article besides its text, its place and its id."""
        some = self.articles
        return some.titles[at], some.urls[at], some.sources[at], str(some.published[at])


def _together(articles: Iterable[Article | Articles]) -> Iterator[Articles]:
    """Those that come together as they come, the others a few at a time."""
    for kind, some in groupby(articles, type):
        if kind is Articles:
            yield from cast("Iterator[Articles]", some)
            continue
        singles = cast("Iterator[Article]", some)
        while few := list(_few(singles)):
            yield Articles.of(few)


def _few(articles: Iterator[Article]) -> Iterator[Article]:
    """The next articles: as many as are taken together, or fewer whose texts fill a batch."""
    chars = 0
    for one in islice(articles, ROWS_AT_ONCE):
        yield one
        chars += len(one.text)
        if chars >= BATCH_CHARS:
            return


def _batch(source: Iterator[Articles]) -> Articles:
    """The next articles: as many as are cut together."""
    batch = Articles.of(())
    chars = 0
    for some in source:
        batch.extend(some)
        chars += sum(map(len, some.texts))
        if chars >= BATCH_CHARS or len(batch) >= BATCH_ROWS:
            break
    return batch


def _bare(batch: Articles) -> Articles:
    """The articles without their texts, and without what nothing is decided by."""
    nothing = [""] * len(batch)
    return replace(batch, texts=nothing, langs=nothing)


def place(address: str) -> tuple[str, int]:
    """Sort key: path and line."""
    path, _, line = address.rpartition(":")
    if path and line.isdecimal() and len(line) <= LINE_DIGITS:
        return path, int(line)
    return address, 0


def admit(articles: Articles) -> tuple[Articles, tuple[str, ...]]:
    """The articles, each id made unique, and notes on those that were not: the first keeps its id,
    a later one goes by its address.
    """
    if len(set(articles.ids)) == len(articles):
        return articles, ()
    taken: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    names = []
    for own, address in zip(articles.ids, articles.addresses, strict=True):
        name = own
        if name in taken:
            repeated[name] += 1
            name = address or name
        while name in taken:
            name = f"{own}#{taken[own] + 1}"
            taken[own] += 1
        taken[name] = 1
        names.append(name)
    told = list(repeated.items())[:REPEATED_TOLD]
    notes = [f"id {name!r} is used {count + 1} times" for name, count in told]
    if more := len(repeated) - len(told):
        notes.append(f"and {more:,} more {'ids are' if more > 1 else 'id is'} used several times")
    return replace(articles, ids=names), tuple(notes)
