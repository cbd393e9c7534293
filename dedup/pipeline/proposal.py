"""Columns to candidates: what the indexes propose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import candidate
from ..settings import INDEXES, CandidateSettings, Settings
from . import columns, store

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..data.corpus import Candidates, Corpus
    from ..data.protocols import Engine

PAIRS_AT_ONCE = 1 << 14
"""Pairs whose keys are looked at together, which bounds what it takes."""


def propose(corpus: Corpus, settings: Settings, run: Engine = map) -> Candidates:
    """The pairs of rows that at least one of the chosen indexes proposes."""
    how = settings.candidate
    bits = [bit for bit, index in enumerate(INDEXES) if index in how.candidates]
    found = {}
    answers = run(lambda bit: _ASKED[INDEXES[bit]](corpus, how), bits)
    for bit, pairs in zip(bits, answers, strict=True):
        found[bit] = pairs
        corpus.storage.release()
    return candidate.merge(found)


Found = tuple["NDArray[np.int64]", int]
"""Pairs of rows, and how many buckets were capped."""


def _lsh(corpus: Corpus, how: CandidateSettings) -> Found:
    """Signatures that agree in a band, not for the furniture alone."""
    signatures = corpus.sketched.cut.signatures
    bands, rows = candidate.choose_bands(signatures.shape[1], how)
    keys = candidate.band(signatures, bands, rows)
    corpus.storage.release()
    pairs, capped = candidate.pair(keys, 1, how.bucket_full, how.bucket_limit)
    return _sharing(pairs, corpus, how), capped


def _sharing(pairs: NDArray[np.int64], corpus: Corpus, how: CandidateSettings) -> NDArray[np.int64]:
    """Those of the pairs that share enough besides furniture."""
    kept = [pairs[:0]]
    for at in range(0, len(pairs), PAIRS_AT_ONCE):
        rows, within = np.unique(pairs[at : at + PAIRS_AT_ONCE], return_inverse=True)
        whole = store.taken(corpus.sketched.cut.keys, rows)
        keys = candidate.without(whole, corpus.furniture.keys)
        kept.append(rows[candidate.share_keys(within.reshape(-1, 2), keys, how)])
        corpus.storage.release()
    return np.concatenate(kept)


def _passage(corpus: Corpus, how: CandidateSettings) -> Found:
    """Sampled runs of words that stand in both, furniture left out."""
    keys = candidate.without(corpus.sketched.cut.keys, corpus.furniture.keys)
    rare = candidate.rare_keys(keys, how)
    pairs, capped = candidate.pair(rare, how.passage_shared, how.bucket_full, how.bucket_limit)
    return candidate.share_keys(pairs, keys, how), capped


def _terms(corpus: Corpus, how: CandidateSettings) -> Found:
    """Rare words that both repeat."""
    keys = candidate.rare_terms(columns.vectors(corpus.sketched), how)
    return candidate.pair(keys, how.term_shared, how.term_bucket_full, how.bucket_limit)


_ASKED = {"lsh": _lsh, "passage": _passage, "terms": _terms}
