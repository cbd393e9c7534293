"""Kernels of whole rows in plain numpy: taken, counted, weighed, closed up in place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import FINER_BITS, WEIGHT_UNIT, Varied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .columns import I64, U8, U32, U64, Rows, Varying

__all__ = [
    "close_rows",
    "count_rows",
    "find_varied",
    "join_rows",
    "quote_texts",
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


def join_rows(values: U8, offsets: I64, numbers: I64) -> tuple[U8, I64]:
    """Lines of as many rows each, end to end, and how long each is; those of line ``i`` are
    ``numbers[:, i]``.
    """
    joined, ends = take_rows(values, offsets, numbers.T.ravel())
    return joined, np.diff(ends[:: len(numbers)])


def quote_texts(texts: Sequence[str]) -> tuple[U8, I64, U8]:
    r"""Texts in UTF-8, a ``\\`` before each ``"`` and ``\\`` and a ``"`` behind each; how long each
    then is, and whether it was done: nothing is given for one with a ``#`` or with what is not
    printable.

    >>> quote_texts(['é"', "#"])[0].tobytes().decode()
    'é\\""'
    """
    done = [one.isprintable() and "#" not in one for one in texts]
    told = [
        (one.replace("\\", r"\\").replace('"', r"\"") + '"').encode() if fine else b""
        for one, fine in zip(texts, done, strict=True)
    ]
    letters = np.frombuffer(b"".join(told), np.uint8)
    return letters, np.array([*map(len, told)], np.int64), np.array(done, np.uint8)


def take_values(values: U32, places: U32) -> U32:
    """The value at each place."""
    return values[places]


def count_rows(
    values: U32, offsets: I64, parts: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """``float64[size]``: how many rows hold each value, where a row counts as ``parts`` says, in
    (0, 1]; a row holds each value once. First all are counted as whole ones, and then in their
    order what is too much is taken off: a sum of floats depends on its order.
    """
    out = np.bincount(values, minlength=size).astype(np.float64)
    for row in np.flatnonzero(parts < 1).tolist():
        out[values[offsets[row] : offsets[row + 1]]] -= 1 - parts[row]
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


def weigh_rows(
    values: U32, offsets: I64, counts: U32, factors: U64, worths: U32, rows: I64
) -> None:
    """Put into ``counts`` what each entry of some rows weighs.

    That is ``factors[count] · worths[value]`` without its last ``FINER_BITS``, below 2**53 (the
    last factor stands for every higher count), with each row scaled to the length ``WEIGHT_UNIT``
    where it is longer than 1. The squares of a row add up to less than 2**64.
    """
    for row in rows.tolist():
        mine = slice(int(offsets[row]), int(offsets[row + 1]))
        counted = factors[np.minimum(counts[mine], len(factors) - 1)]
        weights = counted * worths[values[mine]] >> np.uint64(FINER_BITS)
        length = np.sqrt(np.float64(np.sum(weights * weights)))
        counts[mine] = np.rint(weights * (WEIGHT_UNIT / max(length, 1.0)))


def close_rows(rows: Rows, term_of: U32, masked: NDArray[np.bool_]) -> tuple[I64, I64]:
    """Close up the rows where they stand, without their masked words, and give where each then
    begins, and where its terms; ``term_of`` is the term of each word by its number.

    A row that loses words keeps the terms that are left, with how often each is left as its
    ``counts``; of any other row all stays as it is.
    """
    words, offsets, terms, counts, term_offsets = rows
    ends, term_ends = np.zeros_like(offsets), np.zeros_like(term_offsets)
    for row in range(len(offsets) - 1):
        mine = slice(int(offsets[row]), int(offsets[row + 1]))
        its = slice(int(term_offsets[row]), int(term_offsets[row + 1]))
        left, told, counted = words[mine], terms[its], counts[its]
        if masked[mine].any():
            left = left[~masked[mine]]
            told, times = np.unique(term_of[left], return_counts=True)
            counted = times.astype(np.uint32)
        ends[row + 1] = ends[row] + len(left)
        term_ends[row + 1] = term_ends[row] + len(told)
        to, its_to = slice(ends[row], ends[row + 1]), slice(term_ends[row], term_ends[row + 1])
        words[to], terms[its_to], counts[its_to] = left, told, counted
    return ends, term_ends
