"""Many values in parts by what they are, so that equal ones stay together and memory is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .columns import I64, U64

__all__ = [
    "PART_VALUES",
    "parts",
]

PART_VALUES = 1 << 22
"""A part has about so many values, if they spread evenly."""


def parts(values: U64, offsets: I64, most: int = PART_VALUES) -> Iterator[tuple[U64, I64]]:
    """What the rows hold of each part of the values, those of the lowest first; at least one part.

    >>> rows = np.array([9, 1, 8, 1], np.uint64), np.array([0, 1, 2, 4])
    >>> [(some.tolist(), ends.tolist()) for some, ends in parts(*rows, most=2)]
    [([1, 1], [0, 0, 1, 2]), ([9, 8], [0, 1, 1, 2])]
    """
    count = -(-len(values) // most)
    if count < 2:
        yield values, offsets
        return
    step = int(values.max()) // count + 1
    for part in range(count):
        above = values >= np.uint64(part * step)
        places = np.flatnonzero(above & (values <= np.uint64((part + 1) * step - 1)))
        yield values[places], np.searchsorted(places, offsets)
