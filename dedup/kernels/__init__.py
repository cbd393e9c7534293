"""Choose the twin once; the only kernel module that others import."""

from __future__ import annotations

from .reference import (
    band_keys,
    bucket_pairs,
    count_pairs,
    count_shared,
    dot_shared,
    hash_runs,
    hash_words,
    minhash,
    sort_distinct,
)

__all__ = [
    "band_keys",
    "bucket_pairs",
    "count_pairs",
    "count_shared",
    "dot_shared",
    "hash_runs",
    "hash_words",
    "minhash",
    "sort_distinct",
]
