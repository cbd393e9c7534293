"""Articles to columns: put in order, cleaned, cut, signed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from .. import shingle, sketch, term, text
from ..data import Article, Corpus, Ragged, Sketched
from ..settings import Settings, ShingleSettings
from .sides import furnish

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

BATCH_ROWS = 256
"""Rows measured at a time: arrays of this length stay in the processor's cache."""
RUNS = ShingleSettings()
"""Shared passages are found by runs of three words, whatever the unit of the shingles is."""


def place(article: Article) -> tuple[str, int, tuple[str, ...]]:
    """Sort key: path, line, and then all else, so that a result does not depend on the order of its
    input.
    """
    path, _, line = article.address.rpartition(":")
    known = (article.id, article.text, article.title, article.url, article.source)
    rest = (*known, str(article.published))
    if path and line.isdecimal():
        return path, int(line), rest
    return article.address, 0, rest


def admit(articles: Iterable[Article]) -> tuple[tuple[Article, ...], tuple[str, ...]]:
    """The articles in the order of their places, each id made unique, and notes on those that
    were not: the first keeps its id, a later one goes by its address.
    """
    taken: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    admitted = []
    for article in sorted(articles, key=place):
        name = article.id
        if name in taken:
            repeated[name] += 1
            name = article.address or name
        while name in taken:
            name = f"{article.id}#{taken[article.id] + 1}"
            taken[article.id] += 1
        taken[name] += 1
        admitted.append(article if name == article.id else replace(article, id=name))
    notes = [f"id {name!r} is used {count + 1} times" for name, count in repeated.items()]
    return tuple(admitted), tuple(notes)


def prepare(articles: Iterable[Article], settings: Settings) -> Corpus:
    """Everything that is known of each article before any two are compared.

    Articles whose clean texts are equal share a row; one without words has none.
    """
    admitted, notes = admit(articles)
    texts: list[str] = []
    row_of: dict[str, int] = {}
    rows = []
    for article in admitted:
        cleaned = text.clean(article.text, settings.text).text
        if cleaned not in row_of:
            row_of[cleaned] = len(texts) if text.has_words(cleaned) else -1
            if row_of[cleaned] >= 0:
                texts.append(cleaned)
        rows.append(row_of[cleaned])
    batches = [texts[at : at + BATCH_ROWS] for at in range(0, max(1, len(texts)), BATCH_ROWS)]
    columns = [_measure(batch, settings) for batch in batches]
    terms = join([part.terms for part in columns])
    counts = np.concatenate([part.term_weights for part in columns])
    signatures = np.concatenate([part.signatures for part in columns])
    vocabulary, idf = term.spread(terms, signatures)
    shingles = join([part.shingles for part in columns])
    sketched = Sketched(
        words=join([part.words for part in columns]),
        shingles=shingles,
        runs=shingles if settings.shingle == RUNS else join([part.runs for part in columns]),
        terms=terms,
        term_weights=term.weigh_terms(
            terms, counts, idf[np.searchsorted(vocabulary, terms.values)]
        ),
        signatures=signatures,
    )
    none = vocabulary[:0]
    corpus = Corpus(admitted, tuple(rows), tuple(texts), sketched, vocabulary, idf, none, notes)
    if settings.match.furniture:
        corpus = furnish(corpus, _sources(admitted, rows), settings)
    return corpus


def _sources(articles: Sequence[Article], rows: Sequence[int]) -> NDArray[np.int64]:
    """``int64[n]``: a number for the source, or else the host, of each row's first article."""
    numbers: dict[str, int] = {}
    sources = np.full(max(rows, default=-1) + 1, -1, np.int64)
    for article, row in zip(reversed(articles), reversed(rows), strict=True):
        name = article.source or urlsplit(article.url).netloc
        if row >= 0 and name:
            sources[row] = numbers.setdefault(name, len(numbers))
    return sources


def _measure(texts: Sequence[str], settings: Settings) -> Sketched:
    """One batch as columns; terms are only counted yet, since what one says depends on all rows."""
    words = [text.words(one) for one in texts]
    hashes = shingle.hash_words(words)
    shingles = shingle.cut(hashes, texts, settings.shingle)
    runs = shingles if settings.shingle == RUNS else shingle.cut(hashes, texts, RUNS)
    terms, counts = term.count(shingle.hash_words([term.stem(one) for one in words]))
    signatures = sketch.sign(shingles, settings.sketch)
    return Sketched(hashes, shingles, runs, terms, counts.astype(np.float64), signatures)


def join(parts: Sequence[Ragged]) -> Ragged:
    """The rows of all parts, one after the other.

    >>> part = Ragged(np.array([5, 6], np.uint64), np.array([0, 2]))
    >>> join([part, part]).offsets.tolist()
    [0, 2, 4]
    """
    lengths = [np.diff(part.offsets) for part in parts]
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.concatenate(lengths))))
    return Ragged(np.concatenate([part.values for part in parts]), offsets)
