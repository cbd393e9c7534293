"""Columns to candidates: what the indexes propose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import candidate
from ..settings import INDEXES, Settings

if TYPE_CHECKING:
    from ..data import Candidates, Corpus, Ragged


def propose(corpus: Corpus, settings: Settings) -> Candidates:
    """The pairs of rows that at least one of the chosen indexes proposes."""
    how = settings.candidate
    found = {}
    for bit, index in enumerate(INDEXES):
        if index in how.candidates:
            keys, shared, full = _keys(index, corpus, settings)
            found[bit] = candidate.pair(keys, shared, full, how.bucket_limit)
    return candidate.merge(found)


def _keys(index: str, corpus: Corpus, settings: Settings) -> tuple[Ragged, int, int]:
    """An index's keys for each row, how many of them a pair must share, and its full buckets."""
    how = settings.candidate
    sketched = corpus.sketched
    if index == "lsh":
        signatures = sketched.cut.signatures
        bands, rows = candidate.choose_bands(signatures.shape[1], how)
        return candidate.band(signatures, bands, rows), 1, how.bucket_full
    if index == "passage":
        keys = candidate.without(sketched.cut.keys, corpus.furniture)
        return candidate.rare_keys(keys, how), how.passage_shared, how.bucket_full
    keys = candidate.rare_terms(sketched.terms, sketched.term_weights, how)
    return keys, how.term_shared, how.term_bucket_full
