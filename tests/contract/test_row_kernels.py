"""Kernels of whole rows: taken, weighed, closed up, each against its definition by hand."""

from __future__ import annotations

import json
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.kernels import FINER_BITS, WEIGHT_UNIT, Rows

from .twins import Row, ragged, unravel

if TYPE_CHECKING:
    from types import SimpleNamespace

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


@given(st.lists(st.binary(max_size=3), min_size=1, max_size=9), st.data())
def test_rows_are_joined(twin: SimpleNamespace, rows: list[bytes], data: st.DataObject) -> None:
    """Each line has as many as the others, and may have none but empty ones."""
    numbers = st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2)
    lines = data.draw(st.lists(numbers, max_size=5))
    values, offsets = ragged([[*row] for row in rows], np.uint8)
    asked = np.array(lines, np.int64).reshape(-1, 2).T
    letters, sizes = twin.join_rows(values, offsets, asked)
    assert (letters.dtype, sizes.dtype) == (np.uint8, np.int64)
    told = [rows[left] + rows[right] for left, right in lines]
    assert (letters.tobytes(), sizes.tolist()) == (b"".join(told), [*map(len, told)])


letters = st.sampled_from(
    [*"abcdefg", '"', "\\", "#", "\n", "\x7f", "é", "\xa0", "港", "😀", "\ud800"]
)


@given(st.lists(st.text(letters, max_size=20) | st.text("abc", max_size=20), max_size=5))
@example(["", "12345678", '1234567"', "12345678\\abcdefgh", "é" * 9, "#", "港", "\x1f234567"])
def test_texts_are_quoted(twin: SimpleNamespace, texts: list[str]) -> None:
    """As JSON does, or left where something else needs an escape."""
    told, sizes, done = twin.quote_texts(texts)
    assert (told.dtype, sizes.dtype, done.dtype) == (np.uint8, np.int64, np.uint8)
    plain = [one.isprintable() and "#" not in one for one in texts]
    assert done.tolist() == plain
    written = [json.dumps(one, ensure_ascii=False)[1:] for one in texts]
    expected = [one if fine else "" for one, fine in zip(written, plain, strict=True)]
    assert told.tobytes().decode() == "".join(expected)
    assert sizes.tolist() == [len(one.encode()) for one in expected]


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9), st.data())
def test_values_are_taken(twin: SimpleNamespace, values: list[int], data: st.DataObject) -> None:
    """The value at each place, as often as it is named."""
    places = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=20))
    found = twin.take_values(np.array(values, np.uint32), np.array(places, np.uint32))
    assert found.dtype == np.uint32
    assert found.tolist() == [values[at] for at in places]


@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 9), max_size=6), st.integers(1, 9)),
        max_size=9,
    )
)
def test_rows_are_counted(twin: SimpleNamespace, rows: list[tuple[set[int], int]]) -> None:
    """Some as a part of one, to the last bit of a sum in their order."""
    values, offsets = ragged([sorted(row) for row, _ in rows], np.uint32)
    parts = np.array([1 / copies for _, copies in rows])
    expected = [float(sum(value in row for row, _ in rows)) for value in range(12)]
    for row, copies in rows:
        for value in row:
            expected[value] -= 1 - 1 / copies
    found = twin.count_rows(values, offsets, parts, 12)
    assert found.dtype == np.float64
    assert found.tolist() == expected


def weights(row: Row, counts: Row, factors: Row, worths: Row) -> list[Fraction]:
    """What each entry weighs before it is rounded, over the length of its row."""
    most = len(factors) - 1
    plain = [
        factors[min(count, most)] * worths[value] >> FINER_BITS
        for value, count in zip(row, counts, strict=True)
    ]
    finer = 10**30
    length = Fraction(isqrt(sum(one * one for one in plain) * finer**2), finer)
    return [one * WEIGHT_UNIT / max(length, Fraction(1)) for one in plain]


entries = st.tuples(st.integers(0, 9), st.integers(0, 5) | st.integers(0, 2**32 - 1))
factor_lists = st.lists(st.integers(0, 2**15), min_size=1, max_size=6)


@given(
    st.lists(st.lists(entries, max_size=40), max_size=6),
    factor_lists,
    st.lists(st.integers(0, 2**20) | st.integers(0, 300), min_size=10, max_size=10),
)
def test_rows_are_weighed(
    twin: SimpleNamespace, rows: list[list[tuple[int, int]]], factors: Row, worths: Row
) -> None:
    """Some rows, to the nearest whole number; the others stay as they are."""
    values, offsets = ragged([[value for value, _ in row] for row in rows], np.uint32)
    counts, _ = ragged([[count for _, count in row] for row in rows], np.uint32)
    chosen = np.arange(0, len(rows), 2)
    its = np.array(factors, np.uint64), np.array(worths, np.uint32)
    found = counts.copy()
    twin.weigh_rows(values, offsets, found, *its, chosen)
    for at, row in enumerate(unravel(found, offsets)):
        mine = unravel(values, offsets)[at], unravel(counts, offsets)[at]
        if at % 2:
            assert row == mine[1]
        else:
            exact = weights(*mine, factors, worths)
            assert all(abs(a - b) <= Fraction(9, 16) for a, b in zip(row, exact, strict=True))


def test_weights_are_the_same_to_the_last_bit(twin: SimpleNamespace) -> None:
    """Products and roots as IEEE 754 has them, rounded to even: nothing is contracted."""
    chance = np.random.default_rng(11)
    values = chance.integers(0, 5000, 200_000, np.uint32)
    counts = chance.integers(0, 12, 200_000).astype(np.uint32)
    offsets = np.concatenate(([0], np.sort(chance.integers(0, 200_000, 900)), [200_000]))
    factors = np.rint(256 * np.arange(9) ** 0.7).astype(np.uint64)
    worths = chance.integers(0, 900_000, 5000, np.uint32)
    found = counts.copy()
    twin.weigh_rows(values, offsets, found, factors, worths, np.arange(901))
    plain = factors[np.minimum(counts, 8)] * worths[values] >> np.uint64(FINER_BITS)
    squares = np.concatenate(([0], np.cumsum(plain * plain))).astype(np.uint64)
    lengths = np.sqrt((squares[offsets[1:]] - squares[offsets[:-1]]).astype(np.float64))
    scales = np.repeat(WEIGHT_UNIT / np.maximum(lengths, 1.0), np.diff(offsets))
    assert (found == np.rint(plain * scales).astype(np.uint32)).all()


TERM_OF = np.array([4, 0, 2, 2, 9, 9, 1], np.uint32)
"""The terms of the words 0 to 6."""


def closed(row: list[tuple[int, bool]]) -> tuple[Row, Row, Row]:
    """What is left of one row of words: words, their terms, and how often each stands."""
    left = [word for word, gone in row if not gone]
    found = TERM_OF[left].tolist() if left else []
    terms = sorted(set(found))
    counts = [found.count(one) for one in terms]
    return left, terms, counts if len(left) < len(row) else [77 + one for one in terms]


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=9), max_size=12)
    | st.lists(st.lists(st.tuples(st.integers(0, 6), st.just(value=False)), max_size=9)),
)
def test_rows_close_up(twin: SimpleNamespace, told: list[list[tuple[int, bool]]]) -> None:
    """Without their masked words, in order; what belongs to a row that loses none stays."""
    masked = np.array([gone for row in told for _, gone in row], bool)
    words, offsets = ragged([[word for word, _ in row] for row in told], np.uint32)
    distinct = [sorted({int(TERM_OF[word]) for word, _ in row}) for row in told]
    terms, term_offsets = ragged(distinct, np.uint32)
    counts = terms + np.uint32(77)
    rows = Rows(words, offsets, terms, counts, term_offsets)
    ends, term_ends = twin.close_rows(rows, TERM_OF, masked)
    left = unravel(words, ends), unravel(terms, term_ends), unravel(counts, term_ends)
    assert list(zip(*left, strict=True)) == [closed(row) for row in told]
