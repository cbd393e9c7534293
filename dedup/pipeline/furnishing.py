"""Columns to furniture: learned, confirmed, and shown as text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .. import candidate, evidence, furniture, kernels, shingle, text
from ..data import Corpus, Passage, Sketched
from . import columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..settings import Settings

CARRIERS_READ = 200
PASSAGES_SHOWN = 20
PASSAGE_CHARS = 300


def learn(
    sketched: Sketched, sources: NDArray[np.int64], settings: Settings
) -> NDArray[np.uint64]:
    """The keys of the furniture that the rows teach, sorted; ``sources`` numbers each row's."""
    keys = sketched.cut.keys
    likely = furniture.learn(keys, sources)
    if not len(likely):
        return likely
    pairs, at = furniture.neighbours(keys, likely)
    cosines = _cosines(pairs, sketched, likely, settings)
    return furniture.confirm(likely, at, cosines, settings.match.related_ratio)


def _cosines(
    pairs: NDArray[np.int64], sketched: Sketched, likely: NDArray[np.uint64], settings: Settings
) -> NDArray[np.float64]:
    """``float64[m]``: the term cosine of each pair of rows, furniture left out where it could have
    made the pair look related.
    """
    packed = pairs[:, 0] << np.int64(32) | pairs[:, 1]
    every, place = np.unique(packed, return_inverse=True)
    distinct = np.stack((every >> 32, every & 0xFFFFFFFF), 1)
    whole = _dots(sketched, distinct)
    close = np.flatnonzero(whole >= settings.match.related_ratio)
    rows, within = np.unique(distinct[close], return_inverse=True)
    if len(rows):
        terms, places = columns.taken(sketched.terms, rows)
        weights = sketched.term_weights[places]
        cut = columns.take(sketched.cut, rows)
        some = replace(sketched, cut=cut, terms=terms, term_weights=weights)
        whole[close] = _dots(columns.clear(some, likely, settings), within.reshape(-1, 2))
    return np.asarray(whole[place.ravel()], np.float64)


def _dots(sketched: Sketched, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """The cosine of each pair's term vectors."""
    terms = sketched.terms
    dots = kernels.dot_shared(terms.values, sketched.term_weights, terms.offsets, pairs)
    return np.asarray(dots / evidence.DOT_UNIT, np.float64)


def passages(corpus: Corpus, settings: Settings) -> tuple[Passage, ...]:
    """The furniture as text, the most frequent first, each as it stands in one of its carriers."""
    if not len(corpus.furniture):
        return ()
    keys = corpus.sketched.cut.keys
    rows = np.repeat(np.arange(len(keys.offsets) - 1), np.diff(keys.offsets))
    mine = np.isin(keys.values, corpus.furniture)
    _, first, counts = np.unique(keys.values[mine], return_index=True, return_counts=True)
    carried = dict(zip(keys.values[mine][first].tolist(), counts.tolist(), strict=True))
    found: dict[str, int] = {}
    for row in np.unique(rows[mine][first])[:CARRIERS_READ].tolist():
        found |= _stretches(corpus, row, carried, settings)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Passage(shown, count) for shown, count in ranked[:PASSAGES_SHOWN])


def _stretches(
    corpus: Corpus, row: int, carried: dict[int, int], settings: Settings
) -> dict[str, int]:
    """Each stretch of furniture in one row, and how many rows carry its most frequent key."""
    clean = text.clean(corpus.articles[corpus.first[row]].text, settings.text).text
    words, _ = columns.taken(corpus.sketched.cut.words, np.array([row]))
    mask = columns.mask(words, corpus.furniture, settings)
    runs = shingle.runs(words, evidence.PASSAGE_WORDS).values
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    at = [*text.starts(clean), len(clean)]
    found = {}
    for start, end in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
        shown = clean[at[start] : at[end]].strip()[:PASSAGE_CHARS]
        found[shown] = max(carried.get(key, 0) for key in runs[start:end].tolist())
    return found
