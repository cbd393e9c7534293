"""How much a word says of an article: rare words much, common words little."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .background import frequencies
from .data import Ragged
from .kernels import band_keys, sort_distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ARTICLE_WORDS = 300
"""Length at which a background word frequency is turned into a share of articles."""
STEM_LETTERS = 6
"""A term is a word cut to this length: a stem that needs to know no language."""
BACKGROUND_ARTICLES = 5000
"""The background counts as much as this many articles of the corpus."""
COPY_BAND_ROWS = 6
"""Rows to a band: half of the copies with a Jaccard ratio of 0.6 are told, nearly all from 0.8."""
COUNT_POWER = 0.7


def stem(words: Sequence[str]) -> list[str]:
    """The term of each word.

    >>> stem(["recalled", "recalls", "sedan"])
    ['recall', 'recall', 'sedan']
    """
    return [word[:STEM_LETTERS] for word in words]


def idf(
    terms: NDArray[np.uint64], counts: NDArray[np.float64], articles: float
) -> NDArray[np.float64]:
    """``float64[n]``: inverse document frequency of each term.

    The share of articles that hold a word is taken from the background, ``1 - exp(-300 f)`` for a
    word that makes up ``f`` of running text, smoothed with the corpus's own ``counts`` out of
    ``articles``; so three articles are corpus enough, and a large corpus speaks for itself.
    """
    background = BACKGROUND_ARTICLES * -np.expm1(-ARTICLE_WORDS * frequencies(terms))
    share = (background + counts) / (BACKGROUND_ARTICLES + articles)
    return -np.log(np.clip(share, 1e-6, 1.0))


def count(stems: Ragged) -> tuple[Ragged, NDArray[np.int64]]:
    """Each row's distinct terms, sorted, and how often each stands in it."""
    values, offsets, counts = sort_distinct(stems.values, stems.offsets)
    return Ragged(values, offsets), counts


def spread(
    terms: Ragged, signatures: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """The vocabulary of all rows, sorted and distinct, and the idf of each of its terms.

    Rows that are nearly copies of each other count as one together: many copies of a story must not
    make its words look common. They are told by a band of the signature that they share.
    """
    vocabulary, place = np.unique(terms.values, return_inverse=True)
    parts = 1 / _copies(signatures)
    weights = np.repeat(parts, np.diff(terms.offsets))
    articles = np.asarray(np.bincount(place, weights, len(vocabulary)), np.float64)
    return vocabulary, idf(vocabulary, articles, float(parts.sum()))


def _copies(signatures: NDArray[np.uint32]) -> NDArray[np.float64]:
    """How many rows share a band with each row, itself counted; of all bands the most."""
    most = np.ones(len(signatures))
    bands = signatures.shape[1] // COPY_BAND_ROWS
    for keys in band_keys(signatures, bands, COPY_BAND_ROWS).T:
        _, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
        most = np.maximum(most, counts[place])
    return most


def weigh_terms(
    terms: Ragged, counts: NDArray[np.float64], idf_of: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``float64[n]``: ``count ** 0.7 · idf`` of every term, each row scaled to length 1 (after
    Manning, Raghavan and Schütze, Introduction to Information Retrieval, 6.4; the power dampens
    repetition as their logarithm does, and told reports of one event from others a little better).

    >>> from dedup.shingle import hash_words
    >>> terms, counts = count(hash_words([["the", "port", "of", "rotterdam"]]))
    >>> weights = weigh_terms(terms, counts, np.array([0.1, 5.0, 0.1, 7.0]))
    >>> round(float((weights**2).sum()), 6)
    1.0
    """
    weights = counts**COUNT_POWER * idf_of
    lengths = [
        np.sqrt(np.sum(weights[start:end] ** 2)) for start, end in pairwise(terms.offsets.tolist())
    ]
    return np.asarray(weights / np.repeat(np.maximum(lengths, 1e-6), np.diff(terms.offsets)))
