"""Learn the passages that belong to no story: navigation, appeals, standing boxes.

A passage is furniture when several articles carry it that have little else in common. One that
recurs because the same story recurs is not: its carriers share the rest of their text, too; nor is
a statement that several reports of one event quote: they share their rare words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .data import Ragged

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


def learn(keys: Ragged, sources: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The keys of furniture, sorted.

    ``keys`` are each row's sampled runs, sorted and distinct; ``sources`` is ``int64[n]``, equal
    for rows of one source and -1 where it is unknown.
    """
    counts = np.empty(len(keys.values), np.uint32)
    for mine in kernels.parts(keys.values):
        counts[mine] = kernels.count_values(keys.values[mine])
    rarer = kernels.count_rarer(counts, keys.offsets, RARER)
    lengths = np.diff(keys.offsets)
    found = []
    for mine in kernels.parts(keys.values):
        several = mine[counts[mine] >= CARRIERS_OF_SOURCE]
        rows = _rows(keys, several)
        distinct, places = kernels.number_values(keys.values[several])
        carriers = np.bincount(places, minlength=len(distinct))
        shares = np.bincount(places, rarer[several] / lengths[rows], len(distinct))
        likely = shares >= VARIED_RATIO * carriers
        few = np.flatnonzero(likely & (carriers < CARRIERS))
        likely[few] = _of_one_source(few, places, sources[rows])
        found.append(distinct[likely])
    return np.concatenate(found)


def _rows(keys: Ragged, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row in which each of some of the values stands; their places rise."""
    return np.repeat(np.arange(len(keys.offsets) - 1), np.diff(np.searchsorted(at, keys.offsets)))


def _of_one_source(
    wanted: NDArray[np.int64], places: NDArray[np.uint32], sources: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """``bool[k]``: of each wanted key, whether all of its carriers have the same known source."""
    mine = np.flatnonzero(np.isin(places, wanted))
    at = np.searchsorted(wanted, places[mine])
    lowest = np.full(len(wanted), np.iinfo(np.int64).max)
    highest = np.full(len(wanted), -1, np.int64)
    np.minimum.at(lowest, at, sources[mine])
    np.maximum.at(highest, at, sources[mine])
    return np.asarray((lowest == highest) & (lowest >= 0), np.bool_)


def neighbours(
    keys: Ragged, known: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rows that carry the same known key, ``int64[m, 2]``, and the place in ``known`` of
    that key: the first ``COMPARED`` carriers of each key, each with its next.
    """
    carriers = kernels.first_places(keys.values, known, COMPARED)
    at, number = np.nonzero(carriers[:, 1:] >= 0)
    places = np.stack((carriers[at, number], carriers[at, number + 1]), 1)
    return np.searchsorted(keys.offsets, places, side="right") - 1, at


def deciding(at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """``bool[m]``: of pairs that ``neighbours`` gave, with their keys, so many of each key that
    they confirm it if all are apart: the first ones, one more than half.
    """
    starts = np.searchsorted(at, at)
    return np.arange(len(at)) - starts <= np.bincount(at)[at] // 2


def confirm(
    known: NDArray[np.uint64],
    at: NDArray[np.int64],
    cosines: NDArray[np.float64],
    related_ratio: float,
) -> NDArray[np.uint64]:
    """The keys whose carriers are, furniture aside, mostly about different events.

    ``cosines`` are the term cosines of the pairs that ``neighbours`` gave, and ``at`` their keys.
    """
    apart = np.bincount(at, cosines < related_ratio, len(known))
    return known[2 * apart > np.bincount(at, minlength=len(known))]
