"""Many values in parts by what they are, so that equal ones stay together and memory is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .columns import I64, U64

PART_VALUES = 1 << 22
"""A part has about so many values, if they spread evenly."""


def parts(values: U64, most: int = PART_VALUES) -> Iterator[I64]:
    """The places of the values, those of the lowest first, rising in each part; at least one part.

    >>> [part.tolist() for part in parts(np.array([9, 1, 8, 1], np.uint64), most=2)]
    [[1, 3], [0, 2]]
    """
    count = -(-len(values) // most)
    if count < 2:
        yield np.arange(len(values))
        return
    step = int(values.max()) // count + 1
    for part in range(count):
        above = values >= np.uint64(part * step)
        yield np.flatnonzero(above & (values <= np.uint64((part + 1) * step - 1)))
