"""Columns to furniture: learned, confirmed, and shown as text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .. import evidence, furniture, kernels, shingle, term, text
from ..data import Corpus, Passage, Sketched
from . import columns, store
from .memory import Memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data import Ragged, Storage
    from ..settings import Settings

PAIRS_AT_ONCE = 1 << 12
"""Pairs that are measured at a time, which bounds what it takes besides."""
CARRIERS_READ = 50
PASSAGES_SHOWN = 20
PASSAGE_CHARS = 300


def learn(
    sketched: Sketched, sources: NDArray[np.int64], settings: Settings, storage: Storage
) -> NDArray[np.uint64]:
    """The keys of the furniture that the rows teach, sorted; ``sources`` numbers each row's."""
    keys = sketched.cut.keys
    likely = furniture.learn(keys, sources)
    storage.release()
    if not len(likely):
        return likely
    pairs, at = furniture.neighbours(keys, likely)
    cosines = _cosines(pairs, sketched, likely, settings, storage)
    return furniture.confirm(likely, at, cosines, settings.match.related_ratio)


def _cosines(
    pairs: NDArray[np.int64],
    sketched: Sketched,
    likely: NDArray[np.uint64],
    settings: Settings,
    storage: Storage,
) -> NDArray[np.float64]:
    """``float64[m]``: the term cosine of each pair of rows, furniture left out where it could have
    made the pair look related.
    """
    packed = pairs[:, 0] << np.int64(32) | pairs[:, 1]
    every, place = np.unique(packed, return_inverse=True)
    distinct = np.stack((every >> 32, every & 0xFFFFFFFF), 1)
    cosines = [np.zeros(0)]
    for at in range(0, len(distinct), PAIRS_AT_ONCE):
        cosines.append(_some_cosines(distinct[at : at + PAIRS_AT_ONCE], sketched, likely, settings))
        storage.release()
    return np.asarray(np.concatenate(cosines)[place.ravel()], np.float64)


def _some_cosines(
    distinct: NDArray[np.int64],
    sketched: Sketched,
    likely: NDArray[np.uint64],
    settings: Settings,
) -> NDArray[np.float64]:
    """The same of some pairs, once each."""
    rows, within = np.unique(distinct, return_inverse=True)
    terms, places = store.taken(sketched.terms, rows)
    weights = term.weigh_terms(terms, sketched.cut.counts[places], sketched.idf)
    whole = _dots(terms, weights, within.reshape(-1, 2))
    close = np.flatnonzero(whole >= settings.match.related_ratio)
    rows, within = np.unique(distinct[close], return_inverse=True)
    if len(rows):
        some = _some(sketched, rows)
        memory = Memory()
        masked = columns.mask(some.cut.words, likely, settings, memory)
        cleared = columns.weigh(columns.clear(some, masked, settings, memory), memory)
        whole[close] = _dots(cleared.terms, cleared.term_weights, within.reshape(-1, 2))
    return whole


def _some(sketched: Sketched, rows: NDArray[np.int64]) -> Sketched:
    """Some of the rows."""
    cut = store.take(replace(sketched.cut, terms=sketched.terms), rows)
    return replace(sketched, cut=cut, terms=cut.terms)


def _dots(
    terms: Ragged, weights: NDArray[np.uint32], pairs: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The cosine of each pair's term vectors."""
    dots = kernels.dot_shared(terms.values, weights, terms.offsets, pairs)
    return np.asarray(dots / evidence.DOT_UNIT, np.float64)


def passages(corpus: Corpus, settings: Settings) -> tuple[Passage, ...]:
    """The furniture as text, the most frequent first, each as it stands in one of its carriers."""
    if not len(corpus.furniture):
        return ()
    keys = corpus.sketched.cut.keys
    places = kernels.find_places(keys.values, corpus.furniture)
    mine = np.flatnonzero(places >= 0)
    known, first, counts = np.unique(places[mine], return_index=True, return_counts=True)
    carried = dict(zip(corpus.furniture[known].tolist(), counts.tolist(), strict=True))
    rows = np.searchsorted(keys.offsets, mine[first], side="right") - 1
    found: dict[str, int] = {}
    for row in np.unique(rows)[:CARRIERS_READ].tolist():
        found |= _stretches(corpus, row, carried, settings)
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Passage(shown, count) for shown, count in ranked[:PASSAGES_SHOWN])


def _stretches(
    corpus: Corpus, row: int, carried: dict[int, int], settings: Settings
) -> dict[str, int]:
    """Each stretch of furniture in one row, and how many rows carry its most frequent key."""
    [article] = store.texts_of(corpus, np.array([row]))
    clean = text.clean(article, settings.text).text
    words = columns.cut([article], settings).words
    mask = corpus.masked.values[corpus.masked.offsets[row] : corpus.masked.offsets[row + 1]]
    runs = shingle.runs(words, evidence.PASSAGE_WORDS).values
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    at = [*text.starts(clean), len(clean)]
    found = {}
    for start, end in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
        shown = clean[at[start] : at[end]].strip()[:PASSAGE_CHARS]
        found[shown] = max(carried.get(key, 0) for key in runs[start:end].tolist())
    return found
