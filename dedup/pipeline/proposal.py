"""Columns to candidates: what the indexes propose."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from .. import candidate, kernels
from ..settings import INDEXES, CandidateSettings, Settings
from . import columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ..data.corpus import Candidates, Corpus
    from ..data.protocols import Engine

PAIRS_AT_ONCE = 1 << 14
"""Pairs whose keys are looked at together, which bounds what it takes."""


def propose(corpus: Corpus, settings: Settings, run: Engine = map) -> Candidates:
    """The pairs of rows that at least one of the chosen indexes proposes."""
    how = settings.candidate
    asked: dict[str, Callable[[Corpus, CandidateSettings], Found]]
    asked = {"lsh": partial(_lsh, run=run), "passage": partial(_passage, run=run), "terms": _terms}
    bits = [bit for bit, index in enumerate(INDEXES) if index in how.candidates]
    found = {}
    answers = run(lambda bit: asked[INDEXES[bit]](corpus, how), bits)
    for bit, pairs in zip(bits, answers, strict=True):
        found[bit] = pairs
        corpus.storage.release()
    return candidate.merge(found)


Found = tuple["NDArray[np.int64]", int]
"""Pairs of rows, and how many buckets were capped."""


def _lsh(corpus: Corpus, how: CandidateSettings, run: Engine) -> Found:
    """Signatures that agree in a band, not for the furniture alone."""
    signatures = corpus.sketched.cut.signatures
    bands, rows = candidate.choose_bands(signatures.shape[1], how)

    def pair(some: slice) -> Found:
        keys = candidate.band(signatures, bands, rows, some)
        corpus.storage.release()
        return candidate.pair(keys, 1, how.bucket_full, how.bucket_limit)

    apart = run if corpus.storage.holds() else map  # two would take twice the room
    found, capped = zip(*apart(pair, candidate.stretches(len(signatures), bands)), strict=True)
    pairs, _ = kernels.count_pairs(np.concatenate(found))
    return _sharing(pairs, corpus, how, run), sum(capped)


def _sharing(
    pairs: NDArray[np.int64], corpus: Corpus, how: CandidateSettings, run: Engine
) -> NDArray[np.int64]:
    """Those of the pairs that share enough besides furniture."""

    def share(at: int) -> NDArray[np.int64]:
        some = pairs[at : at + PAIRS_AT_ONCE]
        shared = candidate.share_keys(some, corpus.sketched.cut.keys, how)
        corpus.storage.release()
        return shared

    return np.concatenate([pairs[:0], *run(share, range(0, len(pairs), PAIRS_AT_ONCE))])


def _passage(corpus: Corpus, how: CandidateSettings, run: Engine) -> Found:
    """Sampled runs of words that stand in both, furniture left out."""
    keys = corpus.sketched.cut.keys
    rare = candidate.rare_keys(keys, how)
    pairs, capped = candidate.pair(rare, how.passage_shared, how.bucket_full, how.bucket_limit)
    return _sharing(pairs, corpus, how, run), capped


def _terms(corpus: Corpus, how: CandidateSettings) -> Found:
    """Rare words that both repeat."""
    keys = candidate.rare_terms(columns.vectors(corpus.sketched), how)
    return candidate.pair(keys, how.term_shared, how.term_bucket_full, how.bucket_limit)
