"""Articles as they arrive: passed on in batches, kept without their texts, put in order at last."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby, islice, pairwise, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.article import Article
from ..frozen import many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ..data.protocols import Texts, Watch

BATCH_ROWS = 1024
"""Articles cut at a time: the more, the fewer words are new in a batch, and each is met once …"""
BATCH_CHARS = 1 << 22
"""… up to about so many characters, which bounds what it takes."""
ROWS_AT_ONCE = 32
"""Articles that are taken together on the way to a batch."""


class Arrivals:
    """Keeps all that is known of the articles that pass through, their texts in ``texts``."""

    def __init__(self, texts: Texts, watch: Watch) -> None:
        """Nobody came yet."""
        self._watch = watch
        self.texts = texts
        self.articles: list[Article] = []

    def batches(self, articles: Iterable[Article]) -> Iterator[list[Article]]:
        """The articles with their texts, a batch at a time; at least one batch."""
        source = iter(articles)
        while True:
            self._watch("read articles", len(self.articles))
            batch = _batch(source)
            if self.articles and not batch:
                return
            self.texts.extend(batch)
            self.articles += _textless(batch)
            yield batch
            if not batch:
                return

    def order(self, content: Callable[[int], tuple[Any, ...]]) -> NDArray[np.int64]:
        """``int64[n]``: the numbers of the articles in the order of their places; of those with one
        place and id in the order of all else, so that a result does not depend on the order of its
        input. ``content`` says what each text comes to.
        """
        places = map(place, self.articles)
        if all(one < other for one, other in pairwise(places)):
            return np.arange(len(self.articles))
        keys = [(*place(one), one.id) for one in self.articles]
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
        one = self.articles[at]
        return one.title, one.url, one.source, str(one.published)


def _batch(source: Iterator[Article]) -> list[Article]:
    """The next articles: as many as are cut together."""
    batch: list[Article] = []
    chars = 0
    while chars < BATCH_CHARS and len(batch) < BATCH_ROWS:
        some = list(islice(source, ROWS_AT_ONCE))
        batch += some
        chars += sum(len(one.text) for one in some)
        if len(some) < ROWS_AT_ONCE:
            break
    return batch


_KEPT = ("id", "address", "title", "url", "source", "published")


def _textless(batch: Sequence[Article]) -> list[Article]:
    """The articles without their texts."""
    known = {name: map(attrgetter(name), batch) for name in _KEPT}
    return many(Article, len(batch), text=repeat(""), **known)


def place(article: Article) -> tuple[str, int]:
    """Sort key: path and line."""
    path, _, line = article.address.rpartition(":")
    if path and line.isdecimal():
        return path, int(line)
    return article.address, 0


def admit(articles: Iterable[Article]) -> tuple[tuple[Article, ...], tuple[str, ...]]:
    """The articles, each id made unique, and notes on those that were not: the first keeps its id,
    a later one goes by its address.
    """
    some = tuple(articles)
    if len({one.id for one in some}) == len(some):
        return some, ()
    taken: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    admitted = []
    for article in some:
        name = article.id
        if name in taken:
            repeated[name] += 1
            name = article.address or name
        while name in taken:
            name = f"{article.id}#{taken[article.id] + 1}"
            taken[article.id] += 1
        taken[name] = 1
        admitted.append(article if name == article.id else replace(article, id=name))
    notes = [f"id {name!r} is used {count + 1} times" for name, count in repeated.items()]
    return tuple(admitted), tuple(notes)
