"""Articles to a corpus: put in order, cut in batches, equal texts put together, weighed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from ..data import Corpus, Ragged, unwatched
from . import columns, store
from .furnishing import learn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ..data import Article, Cut, Engine, Watch
    from ..settings import Settings

BATCH_ROWS = 256
"""Rows cut at a time: arrays of this length stay in the processor's cache."""


def place(article: Article) -> tuple[str, int]:
    """Sort key: path and line."""
    path, _, line = article.address.rpartition(":")
    if path and line.isdecimal():
        return path, int(line)
    return article.address, 0


def _content(article: Article) -> tuple[str, ...]:
    """Sort key of articles at one place: all else, so that a result does not depend on the order of
    its input.
    """
    known = (article.id, article.text, article.title, article.url, article.source)
    return (*known, str(article.published))


def admit(articles: Iterable[Article]) -> tuple[tuple[Article, ...], tuple[str, ...]]:
    """The articles in the order of their places, each id made unique, and notes on those that
    were not: the first keeps its id, a later one goes by its address.
    """
    taken: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    admitted = []
    for _, here in groupby(sorted(articles, key=place), key=place):
        at_one_place = list(here)
        for article in sorted(at_one_place, key=_content) if at_one_place[1:] else at_one_place:
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


def prepare(
    articles: Iterable[Article], settings: Settings, watch: Watch = unwatched, run: Engine = map
) -> Corpus:
    """Everything that is known of each article before any two are compared.

    Articles whose clean texts are equal share a row; one without words has none.
    """
    admitted, notes = admit(articles)
    texts = [article.text for article in admitted]
    batches = (texts[at : at + BATCH_ROWS] for at in range(0, max(1, len(texts)), BATCH_ROWS))
    cuts = run(partial(columns.cut, settings=settings), batches)
    cut, rows, first = store.gather(_followed(cuts, len(texts), watch))
    lengths = np.append(np.diff(cut.words.offsets), 0)
    sketched = columns.number(cut)
    known = np.zeros(0, np.uint64)
    if settings.match.furniture:
        known = learn(sketched, _sources(admitted, first), settings)
    masked = Ragged(columns.mask(cut.words, known, settings), cut.words.offsets)
    sketched = columns.clear(sketched, masked.values, settings)
    return Corpus(admitted, rows, first, lengths, known, masked, sketched, notes)


def _followed(cuts: Iterable[Cut], total: int, watch: Watch) -> Iterator[Cut]:
    """Tell after each batch how many articles are cut."""
    done = 0
    for cut in cuts:
        done += len(cut.digests)
        watch("cut articles", done, total)
        yield cut


def _sources(articles: Sequence[Article], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """``int64[n]``: a number for the source, or else the host, of each row's first article; -1
    where neither is known.
    """
    numbers: dict[str, int] = {}
    sources = np.full(len(first), -1, np.int64)
    for row, at in enumerate(first.tolist()):
        name = articles[at].source or _host(articles[at].url)
        if name:
            sources[row] = numbers.setdefault(name, len(numbers))
    return sources


def _host(url: str) -> str:
    """The host of a web address; nothing where it is none."""
    try:
        return urlsplit(url).netloc
    except ValueError:  # a bracket that is not closed
        return ""
