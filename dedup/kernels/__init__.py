"""Choose the twin once; the only kernel module that others import.

``DEDUP_KERNELS=reference`` or ``native`` forces one; else it is the native one where it was built.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from .columns import (
    FINER_BITS,
    IDF_UNIT,
    MEASURES,
    NUMBER,
    WEIGHT_UNIT,
    Bounds,
    Rows,
    Sides,
    Varied,
    Varying,
)
from .packing import pack, unpack
from .parts import parts
from .reference_pairs import align

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
        count_terms,
        count_values,
        cut_texts,
        dot_shared,
        find_places,
        hash_runs,
        hash_words,
        mask_runs,
        minhash,
        number_more,
        number_values,
        scan_records,
        sign_runs,
        sort_distinct,
    )
    from .reference_pairs import may_resemble, measure_pairs, weigh_gaps
    from .reference_rows import (
        close_rows,
        count_rows,
        find_varied,
        take_rows,
        take_values,
        weigh_rows,
    )
else:
    from .native import (
        band_keys,
        bucket_pairs,
        choose_heaviest,
        close_rows,
        count_pairs,
        count_rows,
        count_shared,
        count_terms,
        count_values,
        cut_texts,
        dot_shared,
        find_places,
        find_varied,
        hash_runs,
        hash_words,
        mask_runs,
        may_resemble,
        measure_pairs,
        minhash,
        number_more,
        number_values,
        scan_records,
        sign_runs,
        sort_distinct,
        take_rows,
        take_values,
        weigh_gaps,
        weigh_rows,
    )

__all__ = [
    "FINER_BITS",
    "IDF_UNIT",
    "KIND",
    "MEASURES",
    "NUMBER",
    "WEIGHT_UNIT",
    "Bounds",
    "Rows",
    "Sides",
    "Varied",
    "Varying",
    "align",
    "band_keys",
    "bucket_pairs",
    "choose_heaviest",
    "close_rows",
    "count_pairs",
    "count_rows",
    "count_shared",
    "count_terms",
    "count_values",
    "cut_texts",
    "dot_shared",
    "find_places",
    "find_varied",
    "hash_runs",
    "hash_words",
    "mask_runs",
    "may_resemble",
    "measure_pairs",
    "minhash",
    "number_more",
    "number_values",
    "pack",
    "parts",
    "scan_records",
    "sign_runs",
    "sort_distinct",
    "take_rows",
    "take_values",
    "unpack",
    "weigh_gaps",
    "weigh_rows",
]
