"""How much a word says of an article: rare words much, common words little."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .background import frequencies
from .kernels import (
    FINER_BITS,
    IDF_UNIT,
    Vectors,
    band_keys,
    count_rows,
    count_values,
    scale_rows,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .data.corpus import Ragged

ARTICLE_WORDS = 300
"""Length at which a background word frequency is turned into a share of articles."""
STEM_LETTERS = 6
"""A term is a word cut to this length: a stem that needs to know no language."""
BACKGROUND_ARTICLES = 5000
"""The background counts as much as this many articles of the corpus."""
COPY_BAND_ROWS = 6
"""Rows to a band: half of the copies with a Jaccard ratio of 0.6 are told, nearly all from 0.8."""
COUNT_POWER = 0.7
MOST_COUNTED = 1000
"""A term that stands more often in an article weighs no more."""
_FINE = IDF_UNIT >> FINER_BITS
"""A weight of 1.0 before a row is scaled: whole numbers, so that sums are exact."""
FACTORS = np.rint(_FINE * np.arange(MOST_COUNTED + 1) ** COUNT_POWER).astype(np.uint64)
"""What each count counts."""


def stem(words: Sequence[str]) -> list[str]:
    """The term of each word.

    >>> stem(["recalled", "recalls", "sedan"])
    ['recall', 'recall', 'sedan']
    """
    return [word[:STEM_LETTERS] for word in words]


def idf(
    terms: NDArray[np.uint64], counts: NDArray[np.float64], articles: float
) -> NDArray[np.uint32]:
    """``uint32[n]``: inverse document frequency of each term, in ``kernels.IDF_UNIT``.

    The share of articles that hold a word is taken from the background, ``1 - exp(-300 f)`` for a
    word that makes up ``f`` of running text, smoothed with the corpus's own ``counts`` out of
    ``articles``; so three articles are corpus enough, and a large corpus speaks for itself.
    """
    background = BACKGROUND_ARTICLES * -np.expm1(-ARTICLE_WORDS * frequencies(terms))
    share = (background + counts) / (BACKGROUND_ARTICLES + articles)
    return np.asarray(np.rint(IDF_UNIT * -np.log(np.clip(share, 1e-6, 1.0))), np.uint32)


def spread(
    known: NDArray[np.uint64], terms: Ragged, parts: NDArray[np.float64]
) -> NDArray[np.uint32]:
    """The idf of each of the known terms; ``terms`` are entries by places among them, and
    ``parts`` says how much of an article each row counts.
    """
    articles = count_rows(terms.values, terms.offsets, parts, len(known))
    return idf(known, articles, float(parts.sum()))


def parts_of(signatures: NDArray[np.uint32]) -> NDArray[np.float64]:
    """``float64[n]``, in (0, 1]: how much of an article each row counts.

    Rows that are nearly copies of each other count as one together: many copies of a story must not
    make its words look common. They are told by a band of the signature that they share: of all
    bands counts the one that most rows share with it.
    """
    most = np.ones(len(signatures))
    bands = signatures.shape[1] // COPY_BAND_ROWS
    for keys in band_keys(signatures, bands, COPY_BAND_ROWS).T:
        np.maximum(most, count_values(np.ascontiguousarray(keys)), out=most)
    return np.asarray(1 / most, np.float64)


def scale(
    terms: Ragged, idf_of: NDArray[np.uint32], rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """By what the weights of some rows' terms are scaled: to length 1, which is
    ``kernels.WEIGHT_UNIT``. See ``vectors``.
    """
    return scale_rows(terms.values, terms.offsets, idf_of, FACTORS, rows)


def vectors(terms: Ragged, scales: NDArray[np.float64], idf_of: NDArray[np.uint32]) -> Vectors:
    """The terms of rows as vectors: what stands ``count`` times in a row weighs ``count ** 0.7 ·
    idf``, and each row is scaled to length 1 (after Manning, Raghavan and Schütze, Introduction to
    Information Retrieval, 6.4; the power dampens repetition as their logarithm does, and told
    reports of one event from others a little better). ``terms`` are entries by places in
    ``idf_of``.

    >>> from dedup.data.corpus import Ragged
    >>> from dedup.kernels import COUNT_BITS, WEIGHT_UNIT, weigh_rows
    >>> once_each = np.array([0 << COUNT_BITS | 1, 1 << COUNT_BITS | 1], np.uint32)
    >>> terms = Ragged(once_each, np.array([0, 2]))
    >>> idf_of = np.array([3 * IDF_UNIT, 4 * IDF_UNIT], np.uint32)
    >>> weights = weigh_rows(vectors(terms, scale(terms, idf_of, np.array([0])), idf_of))
    >>> (weights / WEIGHT_UNIT).round(3).tolist()
    [0.6, 0.8]
    """
    return Vectors(terms.values, terms.offsets, scales, idf_of, FACTORS)
