"""Both twins of the kernels, and rows of numbers that kernels have stumbled over, or could."""

from __future__ import annotations

import random
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HOMES = {"reference": ("reference", "reference_pairs", "reference_rows"), "native": ("native",)}
BUILT = [name for name in HOMES if name == "reference" or find_spec("dedup.kernels._native")]
"""The twins that this machine has."""
BASE = 0x9E3779B97F4A7C15
WRAP = 2**64
TOP = WRAP - 1

Row = list[int]

LISTS: dict[str, list[Row]] = {
    "nothing": [],
    "one empty row": [[]],
    "empty rows around one": [[], [], [5], []],
    "one value": [[0]],
    "all equal": [[7] * 50, [7], []],
    "largest": [[TOP, TOP - 1, TOP, 0], [TOP]],
    "falling": [list(range(99, -1, -1)), list(range(50, 20, -1))],
    "many short": [[i % 3] for i in range(300)],
    "long": [[random.Random(4).getrandbits(64) for _ in range(5000)], [1, 2]],
    "same low halves": [[(i << 32) | 9 for i in range(40)], [9]],
    "same low 33 bits": [[(i << 33) | 9 for i in range(300)] * 2, [9, 1 << 33, (1 << 63) | 9]],
    "same high halves": [[(9 << 32) | i for i in range(300, 0, -1)], [9 << 32]],
}


def load(name: str) -> SimpleNamespace:
    """One twin: each kernel under its name."""
    modules = [import_module(f"dedup.kernels.{home}") for home in HOMES[name]]
    found = {kernel: getattr(home, kernel) for home in modules for kernel in home.__all__}
    return SimpleNamespace(kernels=found, name=name, **found)


def ragged(
    rows: Sequence[Sequence[int]], kind: type = np.uint64
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Rows end to end, with their offsets."""
    values = np.array([value for row in rows for value in row], kind)
    return values, np.cumsum([0, *map(len, rows)]).astype(np.int64)


def unravel(values: NDArray[Any], offsets: NDArray[np.int64]) -> list[Row]:
    """The rows again."""
    return [values[a:b].tolist() for a, b in pairwise(offsets.tolist())]


def mix(x: int) -> int:
    """MurmurHash3's 64-bit finalizer."""
    x ^= x >> 33
    x = x * 0xFF51AFD7ED558CCD % WRAP
    x ^= x >> 33
    x = x * 0xC4CEB9FE1A85EC53 % WRAP
    return x ^ x >> 33


def run_hash(run: Sequence[int]) -> int:
    """A polynomial in which the first value has the power 0."""
    total = 0
    for value in reversed(run):
        total = (total * BASE + value) % WRAP
    return mix(total)


def every_pair(count: int) -> NDArray[np.int64]:
    """All ordered pairs of some rows, a row with itself included."""
    some = range(min(count, 12))
    return np.array([(a, b) for a in some for b in some], np.int64).reshape(-1, 2)
