"""Learn the passages that belong to no story: navigation, appeals, standing boxes.

A passage is furniture when several articles carry it that have little else in common. One that
recurs because the same story recurs is not: its carriers share the rest of their text, too; nor is
a statement that several reports of one event quote: they share their rare words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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

    ``keys`` are each row's sampled runs; ``sources`` is ``int64[n]``, equal for rows of one source
    and -1 where it is unknown.
    """
    if not len(keys.values):
        return keys.values
    rows = np.repeat(np.arange(len(sources)), np.diff(keys.offsets))
    order = np.lexsort((rows, keys.values))
    values, rows = keys.values[order], rows[order]
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    counts = np.diff(np.append(starts, len(values)))
    carried = np.repeat(counts, counts)
    of = sources[rows]
    one_source = (np.minimum.reduceat(of, starts) == np.maximum.reduceat(of, starts)) & (
        of[starts] >= 0
    )
    enough = counts >= np.where(one_source, CARRIERS_OF_SOURCE, CARRIERS)
    varied = np.add.reduceat(_rarer_share(rows, carried), starts) / counts
    return values[starts[enough & (varied >= VARIED_RATIO)]]


def neighbours(
    keys: Ragged, known: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rows that carry the same known key, ``int64[m, 2]``, and the place in ``known`` of
    that key: the first ``COMPARED`` carriers of each key, each with its next.
    """
    rows = np.repeat(np.arange(len(keys.offsets) - 1), np.diff(keys.offsets))
    mine = np.isin(keys.values, known)
    at, rows = np.searchsorted(known, keys.values[mine]), rows[mine]
    order = np.lexsort((rows, at))
    at, rows = at[order], rows[order]
    starts = np.searchsorted(at, at)
    follows = np.flatnonzero(
        (np.arange(len(at)) > starts) & (np.arange(len(at)) < starts + COMPARED)
    )
    return np.stack((rows[follows - 1], rows[follows]), 1), at[follows]


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


def _rarer_share(rows: NDArray[np.int64], carried: NDArray[np.int64]) -> NDArray[np.float64]:
    """``float64[m]``: of all keys in the key's row, the share that far fewer rows carry."""
    order = np.lexsort((carried, rows))
    sorted_rows, sorted_counts = rows[order], carried[order]
    ceiling = int(carried.max()) + 1
    packed = sorted_rows * ceiling + sorted_counts
    first = np.searchsorted(packed, rows * ceiling)
    below = np.searchsorted(packed, rows * ceiling + np.maximum(1, carried // RARER), side="right")
    last = np.searchsorted(packed, (rows + 1) * ceiling)
    return np.asarray((below - first) / np.maximum(1, last - first), np.float64)


def find(
    runs: NDArray[np.uint64], sampled: NDArray[np.bool_], known: NDArray[np.uint64], run_words: int
) -> NDArray[np.bool_]:
    """``bool[m]``: which words of one article stand in furniture.

    ``runs`` are its runs in reading order, ``sampled`` marks those that are keys, ``known`` are the
    keys of furniture. From the first to the last of several keys in a row, all is furniture.
    """
    mask = np.zeros(len(runs) + run_words - 1 if len(runs) else 0, bool)
    places = np.flatnonzero(sampled)
    if not len(known) or not len(places):
        return mask
    at = np.minimum(np.searchsorted(known, runs[places]), len(known) - 1)
    edges = np.diff(np.concatenate(([0], known[at] == runs[places], [0])).astype(np.int8))
    stretches = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    for start, end in stretches:
        if end - start >= KEYS_IN_A_ROW:
            # Where no other key lies between, furniture reaches to the border of the text.
            left = 0 if start == 0 else places[start]
            right = len(mask) if end == len(places) else places[end - 1] + run_words
            mask[left:right] = True
    return mask
