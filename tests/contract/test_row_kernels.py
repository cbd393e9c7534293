"""Kernels of whole rows: taken, weighed, closed up, each against its definition by hand."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import COUNT_BITS, FINER_BITS, WEIGHT_UNIT, Rows, Vectors

from .twins import Row, every_pair, ragged, unravel

if TYPE_CHECKING:
    from types import SimpleNamespace

    from numpy.typing import NDArray

columns = st.lists(st.lists(st.integers(0, 255), max_size=9), max_size=8)


@pytest.mark.parametrize("kind", [np.bool_, np.uint8, np.uint16, np.uint32, np.uint64])
@given(columns, st.data())
def test_rows_are_taken(
    twin: SimpleNamespace, kind: type, rows: list[Row], data: st.DataObject
) -> None:
    """In any order and as often as they are named, of values of any width."""
    numbers = st.lists(st.integers(0, len(rows) - 1), max_size=20) if rows else st.just([])
    chosen = data.draw(numbers)
    values, offsets = ragged(rows, kind)
    found, ends = twin.take_rows(values, offsets, np.array(chosen, np.int64))
    assert (found.dtype, ends.dtype) == (values.dtype, np.int64)
    assert unravel(found, ends) == [values[offsets[n] : offsets[n + 1]].tolist() for n in chosen]


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9), st.data())
def test_values_are_taken(twin: SimpleNamespace, values: list[int], data: st.DataObject) -> None:
    """The value at each place, as often as it is named."""
    places = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=20))
    found = twin.take_values(np.array(values, np.uint32), np.array(places, np.uint32))
    assert found.dtype == np.uint32
    assert found.tolist() == [values[at] for at in places]


kinds = pytest.mark.parametrize("kind", [np.uint32, np.uint64], ids=["narrow", "wide"])
"""What an entry takes, which follows from how many terms there are."""


def entries_of(rows: list[dict[int, int]], kind: type) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Rows of counted terms, with their offsets."""
    told = [[term << COUNT_BITS | row[term] for term in sorted(row)] for row in rows]
    return ragged(told, kind)


@kinds
@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 9), max_size=6), st.integers(1, 9)),
        max_size=9,
    )
)
def test_rows_are_counted(
    twin: SimpleNamespace, kind: type, rows: list[tuple[set[int], int]]
) -> None:
    """Some as a part of one, to the last bit of a sum in their order."""
    entries, offsets = entries_of([dict.fromkeys(row, 3) for row, _ in rows], kind)
    parts = np.array([1 / copies for _, copies in rows])
    expected = [float(sum(term in row for row, _ in rows)) for term in range(12)]
    for row, copies in rows:
        for term in row:
            expected[term] -= 1 - 1 / copies
    found = twin.count_rows(entries, offsets, parts, 12)
    assert found.dtype == np.float64
    assert found.tolist() == expected


def weights(row: dict[int, int], factors: Row, worths: Row) -> dict[int, Fraction]:
    """What each term weighs before it is rounded, over the length of its row."""
    most = len(factors) - 1
    plain = {
        term: factors[min(count, most)] * worths[term] >> FINER_BITS for term, count in row.items()
    }
    finer = 10**30
    squares = sum(one * one for one in plain.values())
    length = Fraction(isqrt(squares * finer**2), finer)
    return {term: one * WEIGHT_UNIT / max(length, Fraction(1)) for term, one in plain.items()}


counted = st.lists(
    st.dictionaries(st.integers(0, 9), st.integers(1, 5) | st.integers(1, 1023)), max_size=6
)
factor_lists = st.lists(st.integers(0, 2**15), min_size=1, max_size=6)
worth_lists = st.lists(st.integers(0, 2**20) | st.integers(0, 300), min_size=10, max_size=10)


@kinds
@given(counted, factor_lists, worth_lists)
def test_rows_are_weighed(
    twin: SimpleNamespace, kind: type, rows: list[dict[int, int]], factors: Row, worths: Row
) -> None:
    """To the nearest whole number, each row scaled by itself; and multiplied by each other."""
    entries, offsets = entries_of(rows, kind)
    its = np.array(worths, np.uint32), np.array(factors, np.uint64)
    backwards = np.arange(len(rows))[::-1]
    scales = twin.scale_rows(entries, offsets, *its, backwards)[::-1]
    vectors = Vectors(entries, offsets, scales, *its)
    found = twin.weigh_rows(vectors)
    assert (scales.dtype, found.dtype) == (np.float64, np.uint32)
    told = []
    for row, mine in zip(rows, unravel(found, offsets), strict=True):
        told.append(dict(zip(sorted(row), mine, strict=True)))
        exact = weights(row, factors, worths)
        assert all(abs(told[-1][term] - exact[term]) <= Fraction(9, 16) for term in row)
    pairs = every_pair(len(rows))
    dots = twin.dot_rows(vectors, pairs)
    assert dots.dtype == np.int64
    assert dots.tolist() == [
        sum(one * told[b].get(term, 0) for term, one in told[a].items()) for a, b in pairs.tolist()
    ]


@kinds
def test_weights_are_the_same_to_the_last_bit(twin: SimpleNamespace, kind: type) -> None:
    """Products and roots as IEEE 754 has them, rounded to even: nothing is contracted."""
    chance = np.random.default_rng(11)
    terms = chance.integers(0, 5000, 200_000).astype(kind)
    counts = chance.integers(1, 12, 200_000).astype(kind)
    offsets = np.concatenate(([0], np.sort(chance.integers(0, 200_000, 900)), [200_000]))
    factors = np.rint(256 * np.arange(9) ** 0.7).astype(np.uint64)
    worths = chance.integers(0, 900_000, 5000, np.uint32)
    entries = terms << kind(COUNT_BITS) | counts
    scales = twin.scale_rows(entries, offsets, worths, factors, np.arange(901))
    plain = factors[np.minimum(counts, 8)] * worths[terms] >> np.uint64(FINER_BITS)
    squares = np.concatenate((np.zeros(1, np.uint64), np.cumsum(plain * plain)))
    lengths = np.sqrt((squares[offsets[1:]] - squares[offsets[:-1]]).astype(np.float64))
    assert (scales == WEIGHT_UNIT / np.maximum(lengths, 1.0)).all()
    found = twin.weigh_rows(Vectors(entries, offsets, scales, worths, factors))
    assert (found == np.rint(plain * np.repeat(scales, np.diff(offsets))).astype(np.uint32)).all()


@kinds
@pytest.mark.parametrize("step", [1, 1 << 6, 1 << 10, 1 << 12])
def test_dots_of_long_rows(twin: SimpleNamespace, kind: type, step: int) -> None:
    """Short and long rows in turn, of terms that have many bits in common."""
    sizes = (300, 0, 1000, 1, 64, 65, 1000)
    rows = [{term * step: 1 for term in range(count)} for count in sizes]
    entries, offsets = entries_of(rows, kind)
    worths, scales = np.full(1000 * step, 1 << FINER_BITS, np.uint32), np.arange(1.0, 8.0)
    vectors = Vectors(entries, offsets, scales, worths, np.ones(2, np.uint64))
    pairs = every_pair(len(rows))
    expected = [min(sizes[a], sizes[b]) * (a + 1) * (b + 1) for a, b in pairs.tolist()]
    assert twin.dot_rows(vectors, pairs).tolist() == expected


TERM_OF = np.array([4, 0, 2, 2, 9, 9, 1], np.uint32)
"""The terms of the words 0 to 6."""


def closed(row: list[tuple[int, bool]]) -> tuple[Row, Row]:
    """What is left of one row of words: words, and their terms as entries."""
    left = [word for word, gone in row if not gone]
    found = TERM_OF[left].tolist() if left else []
    lost = len(left) < len(row)
    counts = [found.count(term) if lost else 77 + term for term in sorted(set(found))]
    terms = sorted(set(found))
    return left, [a << COUNT_BITS | b for a, b in zip(terms, counts, strict=True)]


@kinds
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=9), max_size=12)
    | st.lists(st.lists(st.tuples(st.integers(0, 6), st.just(value=False)), max_size=9)),
)
def test_rows_close_up(
    twin: SimpleNamespace, kind: type, told: list[list[tuple[int, bool]]]
) -> None:
    """Without their masked words, in order; what belongs to a row that loses none stays."""
    masked = np.array([gone for row in told for _, gone in row], bool)
    words, offsets = ragged([[word for word, _ in row] for row in told], np.uint32)
    terms = [{int(TERM_OF[word]) for word, _ in row} for row in told]
    entries, ends = entries_of([{term: 77 + term for term in row} for row in terms], kind)
    ends, entry_ends = twin.close_rows(Rows(words, offsets, entries, ends), TERM_OF, masked)
    left = unravel(words, ends), unravel(entries, entry_ends)
    assert list(zip(*left, strict=True)) == [closed(row) for row in told]
