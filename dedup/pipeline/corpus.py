"""Articles to columns: put in order, cleaned, cut, signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from .. import shingle, sketch, term, text
from ..data import Article, Corpus, Ragged, Sketched
from ..kernels import hash_runs, sort_distinct
from ..settings import Settings

RUN_WORDS = 3
"""Shared passages are found by runs of this many words, whatever the unit of the shingles is."""


def place(article: Article) -> tuple[str, int, str, str]:
    """Sort key: path, line, id, text; so that a result does not depend on the order of its input."""
    path, _, line = article.address.rpartition(":")
    if path and line.isdecimal():
        return path, int(line), article.id, article.text
    return article.address, 0, article.id, article.text


def admit(articles: Iterable[Article]) -> tuple[tuple[Article, ...], tuple[str, ...]]:
    """The articles in the order of their places, each id made unique, and notes on those that
    were not: the first keeps its id, a later one goes by its address."""
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
    words: list[list[str]] = []
    row_of: dict[str, int] = {}
    rows = []
    for article in admitted:
        cleaned = text.clean(article.text, settings.text).text
        if cleaned not in row_of:
            cut = text.words(cleaned)
            row_of[cleaned] = len(texts) if cut else -1
            if cut:
                texts.append(cleaned)
                words.append(cut)
        rows.append(row_of[cleaned])
    sketched, (vocabulary, idf) = measure(texts, words, settings)
    return Corpus(admitted, tuple(rows), tuple(texts), sketched, vocabulary, idf, notes)


def measure(
    texts: Sequence[str], words: Sequence[Sequence[str]], settings: Settings
) -> tuple[Sketched, tuple[np.ndarray, np.ndarray]]:
    """The columns of all rows, and the vocabulary with its idf."""
    hashes = shingle.hash_words(words)
    shingles = shingle.cut(hashes, texts, settings.shingle)
    runs = Ragged(*sort_distinct(*hash_runs(hashes.values, hashes.offsets, RUN_WORDS)))
    terms, counts = term.count(shingle.hash_words([term.stem(cut) for cut in words]))
    vocabulary, idf = term.spread(terms)
    weights = term.weigh_terms(terms, counts, idf[np.searchsorted(vocabulary, terms.values)])
    signatures = sketch.sign(shingles, settings.sketch)
    return Sketched(hashes, shingles, runs, terms, weights, signatures), (vocabulary, idf)
