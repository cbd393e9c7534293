"""Columns to candidates: what the indexes propose, and what of it is worth a close look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .. import candidate
from ..data import Candidates, Sketched
from ..kernels import count_shared, dot_shared
from ..settings import INDEXES, Settings

RUN_WORDS = 3


def propose(sketched: Sketched, settings: Settings) -> Candidates:
    """The pairs of rows that at least one of the chosen indexes proposes."""
    how = settings.candidate
    found = {}
    for bit, index in enumerate(INDEXES):
        if index not in how.candidates:
            continue
        if index == "lsh":
            bands, rows = candidate.choose_bands(settings.sketch.signature_size, how)
            found[bit] = candidate.pair(candidate.band(sketched.signatures, bands, rows), 1, how)
        elif index == "passage":
            found[bit] = candidate.pair(candidate.sample(sketched.runs, how), how.passage_shared, how)
        else:
            keys = candidate.rare_terms(sketched.terms, sketched.term_weights, how)
            found[bit] = candidate.pair(keys, how.term_shared, how)
    return candidate.merge(found)


def screen(found: Candidates, sketched: Sketched, settings: Settings) -> Candidates:
    """The candidates that can still be more than distinct.

    A shared run covers at most three words, so the exact count of shared runs bounds the share of
    words in shared passages from above; what stays below both borders is distinct for certain.
    """
    left, right = found.pairs[:, 0], found.pairs[:, 1]
    words = np.diff(sketched.words.offsets)
    runs, terms = sketched.runs, sketched.terms
    covered = RUN_WORDS * count_shared(runs.values, runs.offsets, found.pairs)
    shorter = np.minimum(words[left], words[right])
    how = settings.match
    near = 2 * covered >= how.threshold * (words[left] + words[right])
    held = covered >= (1 + how.threshold) / 2 * shorter
    cosine = dot_shared(terms.values, sketched.term_weights, terms.offsets, found.pairs)
    keep = near | held | (cosine >= how.related_ratio)
    return Candidates(found.pairs[keep], found.found_by[keep], found.capped)


def shared_bands(
    pairs: NDArray[np.int64], signatures: NDArray[np.uint32], settings: Settings
) -> NDArray[np.int64]:
    """``int64[m]``: in how many bands the signatures of each pair agree."""
    bands, rows = candidate.choose_bands(settings.sketch.signature_size, settings.candidate)
    cut = signatures[:, : bands * rows]
    same = (cut[pairs[:, 0]] == cut[pairs[:, 1]]).reshape(len(pairs), bands, rows)
    return np.asarray(same.all(axis=2).sum(axis=1), np.int64)
