"""Columns to candidates: what the indexes propose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import candidate
from ..settings import INDEXES, CandidateSettings, Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..data import Candidates, Corpus, Sketched


def propose(corpus: Corpus, settings: Settings) -> Candidates:
    """The pairs of rows that at least one of the chosen indexes proposes."""
    how = settings.candidate
    found = {}
    for bit, index in enumerate(INDEXES):
        if index in how.candidates:
            found[bit] = _ASKED[index](corpus.sketched, corpus.furniture, how)
    return candidate.merge(found)


Found = tuple["NDArray[np.int64]", int]
"""Pairs of rows, and how many buckets were capped."""


def _lsh(sketched: Sketched, known: NDArray[np.uint64], how: CandidateSettings) -> Found:
    """Signatures that agree in a band, not for the furniture alone, whose keys are ``known``."""
    signatures = sketched.cut.signatures
    bands, rows = candidate.choose_bands(signatures.shape[1], how)
    keys = candidate.band(signatures, bands, rows)
    pairs, capped = candidate.pair(keys, 1, how.bucket_full, how.bucket_limit)
    passages = candidate.without(sketched.cut.keys, known)
    return candidate.share_keys(pairs, passages, how), capped


def _passage(sketched: Sketched, known: NDArray[np.uint64], how: CandidateSettings) -> Found:
    """Sampled runs of words that stand in both; ``known`` are those of furniture."""
    keys = candidate.without(sketched.cut.keys, known)
    rare = candidate.rare_keys(keys, how)
    pairs, capped = candidate.pair(rare, how.passage_shared, how.bucket_full, how.bucket_limit)
    return candidate.share_keys(pairs, keys, how), capped


def _terms(sketched: Sketched, known: NDArray[np.uint64], how: CandidateSettings) -> Found:  # noqa: ARG001
    """Rare words that both repeat."""
    keys = candidate.rare_terms(sketched.terms, sketched.term_weights, how)
    return candidate.pair(keys, how.term_shared, how.term_bucket_full, how.bucket_limit)


_ASKED = {"lsh": _lsh, "passage": _passage, "terms": _terms}
