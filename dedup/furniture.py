"""Learn the passages that belong to no story: navigation, appeals, standing boxes.

A passage is furniture when several articles carry it that have little else in common. One that
recurs because the same story recurs is not: its carriers share the rest of their text, too; nor is
a statement that several reports of one event quote: they share their rare words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import kernels
from .data.corpus import Furniture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .data.corpus import Ragged

CARRIERS = 5
"""So many different texts must carry a passage, …"""
CARRIERS_OF_SOURCE = 3
"""… or so many where all of them come from one source."""
VARIED_RATIO = 0.3
"""This share of what else the carriers hold must be much rarer than the passage, on average …"""
RARER = 4
"""… by this factor."""
COMPARED = 8
"""So many carriers of a passage are compared with each other, furniture left out."""
KEYS_IN_A_ROW = 2
"""A passage is cut out of an article only where so many of its keys follow each other."""
BOUNDS = kernels.Varying(CARRIERS_OF_SOURCE, RARER, VARIED_RATIO, COMPARED)
"""The same, as the kernel asks for them."""


def learn(keys: Ragged, sources: NDArray[np.int64]) -> Furniture:
    """What is likely furniture, with the first ``COMPARED`` carriers of each key.

    ``keys`` are each row's sampled runs, sorted and distinct; ``sources`` is ``int64[n]``, equal
    for rows of one source and -1 where it is unknown.
    """
    found = kernels.find_varied(keys.values, keys.offsets, sources, BOUNDS)
    likely = (found.counts >= CARRIERS) | (found.groups >= 0)
    return some(Furniture(found.values, found.counts, found.rows), likely)


def none() -> Furniture:
    """No furniture."""
    carriers = np.zeros((0, COMPARED), np.int64)
    return Furniture(np.zeros(0, np.uint64), np.zeros(0, np.uint32), carriers)


def some(whole: Furniture, mask: NDArray[np.bool_]) -> Furniture:
    """The masked keys of it."""
    return Furniture(whole.keys[mask], whole.counts[mask], whole.carriers[mask])


def neighbours(known: Furniture) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rows that carry the same known key, ``int64[m, 2]``, and the place of that key: of
    the carriers of each key that are named, each with its next.
    """
    carriers = known.carriers
    at, number = np.nonzero(carriers[:, 1:] >= 0)
    return np.stack((carriers[at, number], carriers[at, number + 1]), 1), at


def deciding(at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """``bool[m]``: of pairs that ``neighbours`` gave, with their keys, so many of each key that
    they confirm it if all are apart: the first ones, one more than half.
    """
    counts = np.bincount(at)
    starts = np.cumsum(counts) - counts
    return np.arange(len(at)) - starts[at] <= counts[at] // 2


def confirm(
    count: int,
    at: NDArray[np.int64],
    cosines: NDArray[np.float64],
    related_ratio: float,
) -> NDArray[np.bool_]:
    """``bool[count]``: of each key, whether its carriers are, furniture aside, mostly about
    different events.

    ``cosines`` are the term cosines of the pairs that ``neighbours`` gave, and ``at`` their keys.
    """
    apart = np.bincount(at, cosines < related_ratio, count)
    return np.asarray(2 * apart > np.bincount(at, minlength=count), np.bool_)
