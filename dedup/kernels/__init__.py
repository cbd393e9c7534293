"""Choose the twin once; the only kernel module that others import.

``DEDUP_KERNELS=reference`` or ``native`` forces one; else it is the native one where it was built.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from .columns import IDF_UNIT, MEASURES, NUMBER, WEIGHT_UNIT, Bounds, Sides

KIND = os.environ.get("DEDUP_KERNELS") or (
    "native" if find_spec("dedup.kernels._native") else "reference"
)
"""Which twin runs."""

if TYPE_CHECKING or KIND != "native":
    from .reference import (
        band_keys,
        bucket_pairs,
        choose_heaviest,
        count_pairs,
        count_shared,
        cut_terms,
        dot_shared,
        hash_runs,
        hash_words,
        mask_runs,
        minhash,
        number_values,
        sort_distinct,
    )
    from .reference_pairs import measure_pairs
else:
    from .native import (
        band_keys,
        bucket_pairs,
        choose_heaviest,
        count_pairs,
        count_shared,
        cut_terms,
        dot_shared,
        hash_runs,
        hash_words,
        mask_runs,
        measure_pairs,
        minhash,
        number_values,
        sort_distinct,
    )

__all__ = [
    "IDF_UNIT",
    "KIND",
    "MEASURES",
    "NUMBER",
    "WEIGHT_UNIT",
    "Bounds",
    "Sides",
    "band_keys",
    "bucket_pairs",
    "choose_heaviest",
    "count_pairs",
    "count_shared",
    "cut_terms",
    "dot_shared",
    "hash_runs",
    "hash_words",
    "mask_runs",
    "measure_pairs",
    "minhash",
    "number_values",
    "sort_distinct",
]
