"""Kernels of whole rows in plain numpy: taken, counted, weighed, multiplied, closed up in place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import COUNT_BITS, FINER_BITS, WEIGHT_UNIT, Varied

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .columns import F64, I64, U32, U64, Entries, Rows, Varying, Vectors

__all__ = [
    "close_rows",
    "count_rows",
    "dot_rows",
    "find_varied",
    "scale_rows",
    "take_rows",
    "take_values",
    "weigh_rows",
]


def take_rows(values: NDArray[Any], offsets: I64, rows: I64) -> tuple[NDArray[Any], I64]:
    """Some rows in the order given, each as often as it is named, with their offsets."""
    lengths = np.diff(offsets)[rows]
    out = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(lengths, out=out[1:])
    places = np.repeat(offsets[rows] - out[:-1], lengths) + np.arange(out[-1])
    return values[places], out


def take_values(values: U32, places: U32) -> U32:
    """The value at each place."""
    return values[places]


def _terms(entries: Entries) -> I64:
    """The term of each entry."""
    return np.asarray(entries >> entries.dtype.type(COUNT_BITS), np.int64)


def count_rows(entries: Entries, offsets: I64, parts: F64, size: int) -> F64:
    """``float64[size]``: how many rows hold each term, where a row counts as ``parts`` says, in
    (0, 1]. First all are counted as whole ones, and then in their order what is too much is taken
    off: a sum of floats depends on its order.
    """
    terms = _terms(entries)
    out = np.bincount(terms, minlength=size).astype(np.float64)
    for row in np.flatnonzero(parts < 1).tolist():
        out[terms[offsets[row] : offsets[row + 1]]] -= 1 - parts[row]
    return out


def find_varied(values: U64, offsets: I64, groups: I64, bounds: Varying) -> Varied:
    """The values that many rows have whose other values differ; each row sorted and distinct, and
    ``groups`` one for each row, -1 where it is unknown.

    Of each row that has a value, the share is asked that counts at most ``1 / factor`` of it among
    all rows (and at most 1 where that is less); added up row by row, as a sum of floats depends on
    its order, these are to be at least ``ratio`` for each row.
    """
    distinct, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    shares = np.zeros(len(distinct))
    for start, end in pairwise(offsets.tolist()):
        row = counts[places[start:end]]
        rarer = np.searchsorted(np.sort(row), np.maximum(1, row // bounds.factor), side="right")
        shares[places[start:end]] += rarer / (end - start)
    chosen = np.flatnonzero((counts >= bounds.least) & (shares >= bounds.ratio * counts))
    its = np.full(len(chosen), -1, np.int64)
    first = np.full((len(chosen), bounds.most), -1, np.int64)
    order = np.argsort(places, kind="stable")
    rows = np.repeat(np.arange(len(groups)), np.diff(offsets))[order]
    ends = np.cumsum(counts)
    for number, place in enumerate(chosen.tolist()):
        mine = rows[ends[place] - counts[place] : ends[place]]
        first[number, : len(mine)] = mine[: bounds.most]
        if len(set(groups[mine].tolist())) == 1:
            its[number] = groups[mine[0]]
    return Varied(distinct[chosen], counts[chosen].astype(np.uint32), its, first)


def _plain(entries: Entries, worths: U32, factors: U64) -> U64:
    """What entries weigh before their rows are scaled."""
    counts = entries & entries.dtype.type((1 << COUNT_BITS) - 1)
    counted = factors[np.minimum(counts, len(factors) - 1)]
    return np.asarray(counted * worths[_terms(entries)] >> np.uint64(FINER_BITS), np.uint64)


def scale_rows(entries: Entries, offsets: I64, worths: U32, factors: U64, rows: I64) -> F64:
    """By what some rows are scaled: to the length ``WEIGHT_UNIT`` where they are longer than 1. The
    squares of a row add up to less than 2**64.
    """
    out = np.zeros(len(rows))
    for at, row in enumerate(rows.tolist()):
        plain = _plain(entries[offsets[row] : offsets[row + 1]], worths, factors)
        out[at] = WEIGHT_UNIT / max(np.sqrt(np.float64(np.sum(plain * plain))), 1.0)
    return out


def weigh_rows(vectors: Vectors) -> U32:
    """What each entry weighs, to the nearest whole number; below ``2**25``."""
    entries, offsets, scales, worths, factors = vectors
    weights = _plain(entries, worths, factors) * np.repeat(scales, np.diff(offsets))
    return np.asarray(np.rint(weights), np.uint32)


def dot_rows(vectors: Vectors, pairs: I64) -> I64:
    """``int64[m]``: the product of the two rows of each pair."""
    out, offsets = np.zeros(len(pairs), np.int64), vectors.offsets
    terms, weights = _terms(vectors.entries), weigh_rows(vectors).astype(np.int64)
    for number, pair in enumerate(pairs.tolist()):
        ours, theirs = (slice(offsets[row], offsets[row + 1]) for row in pair)
        same = np.intersect1d(terms[ours], terms[theirs], True, return_indices=True)
        out[number] = np.sum(weights[ours][same[1]] * weights[theirs][same[2]])
    return out


def close_rows(rows: Rows, term_of: U32, masked: NDArray[np.bool_]) -> tuple[I64, I64]:
    """Close up the rows where they stand, without their masked words, and give where each then
    begins, and where its entries; ``term_of`` is the term of each word by its number.

    A row that loses words keeps the terms that are left, counted anew; of any other row all stays
    as it is.
    """
    words, offsets, entries, entry_offsets = rows
    kind = entries.dtype.type
    ends, entry_ends = np.zeros_like(offsets), np.zeros_like(entry_offsets)
    for row in range(len(offsets) - 1):
        mine = slice(int(offsets[row]), int(offsets[row + 1]))
        its = slice(int(entry_offsets[row]), int(entry_offsets[row + 1]))
        left, told = words[mine], entries[its]
        if masked[mine].any():
            left = left[~masked[mine]]
            terms, counts = np.unique(term_of[left], return_counts=True)
            counts = np.minimum(counts, (1 << COUNT_BITS) - 1)
            told = terms.astype(kind) << kind(COUNT_BITS) | counts.astype(kind)
        ends[row + 1], entry_ends[row + 1] = ends[row] + len(left), entry_ends[row] + len(told)
        words[ends[row] : ends[row + 1]] = left
        entries[entry_ends[row] : entry_ends[row + 1]] = told
    return ends, entry_ends
