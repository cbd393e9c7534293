"""Columns to candidates: what the indexes propose, and what of it is worth a close look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import candidate
from ..data import Candidates, Ragged, Sketched
from ..evidence import PASSAGE_WORDS
from ..kernels import count_shared, dot_shared
from ..settings import INDEXES, Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray


def propose(sketched: Sketched, known: NDArray[np.uint64], settings: Settings) -> Candidates:
    """The pairs of rows that at least one of the chosen indexes proposes; ``known`` are the keys of
    furniture, which propose nothing.
    """
    how = settings.candidate
    found = {}
    for bit, index in enumerate(INDEXES):
        if index in how.candidates:
            keys, shared, full = _keys(index, sketched, known, settings)
            found[bit] = candidate.pair(keys, shared, full, how.bucket_limit)
    return candidate.merge(found)


def _keys(
    index: str, sketched: Sketched, known: NDArray[np.uint64], settings: Settings
) -> tuple[Ragged, int, int]:
    """An index's keys for each row, how many of them a pair must share, and its full buckets."""
    how = settings.candidate
    if index == "lsh":
        bands, rows = candidate.choose_bands(settings.sketch.signature_size, how)
        return candidate.band(sketched.signatures, bands, rows), 1, how.bucket_full
    if index == "passage":
        keys = candidate.without(candidate.sample(sketched.runs, how), known)
        return keys, how.passage_shared, how.bucket_full
    keys = candidate.rare_terms(sketched.terms, sketched.term_weights, how)
    return keys, how.term_shared, how.term_bucket_full


def screen(found: Candidates, sketched: Sketched, settings: Settings) -> Candidates:
    """The candidates that can still be more than distinct.

    A shared run covers at most three words, so the exact count of shared runs bounds the share of
    words in shared passages from above; what no rule can then call one story or related goes.
    Two cases are not bounded: a passage that an article repeats, and one that is mostly furniture.
    """
    left, right = found.pairs[:, 0], found.pairs[:, 1]
    words = np.diff(sketched.words.offsets)
    runs, terms = sketched.runs, sketched.terms
    covered = PASSAGE_WORDS * count_shared(runs.values, runs.offsets, found.pairs)
    shorter = np.minimum(words[left], words[right])
    how = settings.match
    shared = covered >= how.threshold * shorter
    cosine = dot_shared(terms.values, sketched.term_weights, terms.offsets, found.pairs)
    keep = shared | (cosine >= how.related_ratio)
    return Candidates(found.pairs[keep], found.found_by[keep], found.capped)


def shared_bands(
    pairs: NDArray[np.int64], signatures: NDArray[np.uint32], settings: Settings
) -> NDArray[np.int64]:
    """``int64[m]``: in how many bands the signatures of each pair agree."""
    bands, rows = candidate.choose_bands(settings.sketch.signature_size, settings.candidate)
    cut = signatures[:, : bands * rows]
    same = (cut[pairs[:, 0]] == cut[pairs[:, 1]]).reshape(len(pairs), bands, rows)
    return np.asarray(same.all(axis=2).sum(axis=1), np.int64)
