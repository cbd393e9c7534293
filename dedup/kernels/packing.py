"""Pairs of numbers below 2**31 as single numbers, which sort and compare faster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .columns import I64

__all__ = [
    "pack",
    "unpack",
]


def pack(pairs: I64) -> I64:
    """Each pair of ``int64[m, 2]`` as one number; they sort as the pairs do.

    >>> pack(np.array([[1, 2], [0, 3]])).tolist()
    [4294967298, 3]
    """
    return np.asarray(pairs[:, 0] << np.int64(32) | pairs[:, 1], np.int64)


def unpack(packed: I64) -> I64:
    """The pairs again.

    >>> unpack(np.array([4294967298, 3])).tolist()
    [[1, 2], [0, 3]]
    """
    return np.stack((packed >> 32, packed & 0xFFFFFFFF), 1)
