"""Kernels of whole columns: terms, counts, places, masks, each against its definition by hand."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import COUNT_BITS, Varying, entry_type

from .twins import TOP, Row, ragged, run_hash, unravel

if TYPE_CHECKING:
    from types import SimpleNamespace

numbers = st.integers(0, TOP) | st.integers(0, 9) | st.integers(0, 9).map(lambda n: n << 33 | 5)
columns = st.lists(st.lists(numbers, max_size=30), max_size=8)


def flat(rows: list[Row]) -> Row:
    """All values, end to end."""
    return [value for row in rows for value in row]


def check_numbers(twin: SimpleNamespace, values: Row) -> None:
    """Numbers and counts of some values, numbered by rank and as they come."""
    counted = Counter(values)
    distinct, places = twin.number_values(np.array(values, np.uint64))
    known = sorted(counted)
    assert (distinct.dtype, places.dtype) == (np.uint64, np.uint32)
    assert distinct.tolist() == known
    assert [known[place] for place in places.tolist()] == values
    half = len(values) // 2
    room = np.zeros(len(values) + 1, np.uint64), np.zeros(4 << len(values).bit_length(), np.uint32)
    first = list(dict.fromkeys(values))
    for some, before in ((values[:half], 0), (values[half:], len(set(values[:half])))):
        numbers, count = twin.number_more(np.array(some, np.uint64), *room, before)
        assert count == len({*values[:half], *some})
        assert numbers.dtype == np.uint32
        assert [first[number] for number in numbers.tolist()] == some
    assert room[0].tolist() == [*first, *[0] * (len(values) + 1 - len(first))]
    counts = twin.count_values(np.array(values, np.uint64))
    assert counts.dtype == np.uint32
    assert counts.tolist() == [counted[value] for value in values]


def test_values_are_numbered_and_counted(twin: SimpleNamespace, rows: list[Row]) -> None:
    """By their rank among all of them, sorted as unsigned numbers; and how often each stands."""
    check_numbers(twin, flat(rows))


@given(columns)
def test_any_values_are_numbered_and_counted(twin: SimpleNamespace, rows: list[Row]) -> None:
    """The same of anything."""
    check_numbers(twin, flat(rows))


@given(columns, columns)
def test_places_of_known_values(twin: SimpleNamespace, rows: list[Row], others: list[Row]) -> None:
    """Where a value stands among known ones, or -1; none are known, none is found."""
    for chosen in (flat(others), flat(rows)[::2], flat(rows)):
        known = sorted(set(chosen))
        found = twin.find_places(np.array(flat(rows), np.uint64), np.array(known, np.uint64))
        assert found.dtype == np.int32
        expected = [known.index(value) if value in known else -1 for value in flat(rows)]
        assert found.tolist() == expected


@given(columns, columns)
def test_known_values_are_left_out(
    twin: SimpleNamespace, rows: list[Row], others: list[Row]
) -> None:
    """Row by row, where they stand; none known, none left out."""
    for chosen in ([], flat(others), flat(rows)[::2], flat(rows)):
        (values, offsets), known = ragged(rows), np.array(sorted(set(chosen)), np.uint64)
        ends = twin.leave_out(values, offsets, known)
        assert ends.dtype == np.int64
        left = [[value for value in row if value not in chosen] for row in rows]
        assert unravel(values[: ends[-1]], ends) == left


def varied(rows: list[Row], groups: Row, least: int, factor: int, ratio: float) -> list[Row]:
    """Each value whose company is rarer: how often it stands, its group, its rows."""
    counted = Counter(flat(rows))
    found = []
    for value in sorted(one for one, count in counted.items() if count >= least):
        mine = [at for at, row in enumerate(rows) if value in row]
        most = max(1, counted[value] // factor)
        shares = [sum(counted[other] <= most for other in rows[at]) / len(rows[at]) for at in mine]
        theirs = {groups[at] for at in mine}
        if sum(shares) >= ratio * len(mine):
            group = theirs.pop() if len(theirs) == 1 else -1
            found.append([value, len(mine), group, *mine])
    return found


def check_varied(twin: SimpleNamespace, rows: list[Row], groups: Row, bounds: Varying) -> None:
    """Those that are found, and nothing else."""
    columns = *ragged(rows), np.array(groups, np.int64)
    found = twin.find_varied(*columns, bounds)
    assert [one.dtype for one in found] == [np.uint64, np.uint32, np.int64, np.int64]
    expected = varied(rows, groups, bounds.least, bounds.factor, bounds.ratio)
    assert found.values.tolist() == [one[0] for one in expected]
    assert found.counts.tolist() == [one[1] for one in expected]
    assert found.groups.tolist() == [one[2] for one in expected]
    blank = [-1] * bounds.most
    assert found.rows.tolist() == [(one[3:] + blank)[: bounds.most] for one in expected]
    assert found.rows.shape == (len(expected), bounds.most)


@given(
    st.lists(st.tuples(st.sets(numbers, max_size=30), st.integers(-1, 2)), max_size=12),
    st.integers(2, 4),
    st.sampled_from([1, 2, 4, 1000]),
    st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
def test_values_in_varied_company(
    twin: SimpleNamespace, held: list[tuple[set[int], int]], least: int, factor: int, ratio: float
) -> None:
    """Whatever the rows hold, and whether their groups are known."""
    rows = [sorted(row) for row, _ in held]
    check_varied(twin, rows, [group for _, group in held], Varying(least, factor, ratio, 3))


@pytest.mark.parametrize("size", [1, 511, 512, 513, 3000])
@pytest.mark.parametrize("step", [1, 1 << 50])
def test_varied_company_in_long_rows(twin: SimpleNamespace, size: int, step: int) -> None:
    """However long a row is, and whichever bits its values differ in."""
    rows = [[step * (at * at % 97 + at * each) for at in range(size)] for each in range(1, 6)]
    rows = [sorted({value & TOP for value in row} | {0, TOP}) for row in rows]
    check_varied(twin, rows, [7, 7, 7, 7, -1], Varying(2, 2, 0.2, 4))


def test_varied_company_in_many_parts(twin: SimpleNamespace) -> None:
    """More values than are taken at a time, of which each stands in two rows or in five."""
    base = np.arange(1_100_000, dtype=np.uint64) * np.uint64(TOP // 1_100_000)
    rows = [base, base + np.uint64(1), base, base[::3], base[::3], base[::3]]
    values, offsets = np.concatenate(rows), np.cumsum([0, *map(len, rows)])
    found = twin.find_varied(values, offsets, np.array([4, 5, 4, 4, 4, 4]), Varying(2, 2, 0.1, 2))
    assert found.values.tolist() == base[::3].tolist()
    assert set(found.counts.tolist()) == {5}
    assert set(found.groups.tolist()) == {4}
    assert set(map(tuple, found.rows.tolist())) == {(0, 2)}


@given(
    st.lists(st.lists(st.integers(0, 4) | st.integers(0, 2**32 - 1), max_size=40), max_size=8),
    st.sampled_from([1, 2, 16, 10**6]),
)
def test_the_heaviest_are_chosen(twin: SimpleNamespace, rows: list[Row], most: int) -> None:
    """So many of each row, of equals the first; what weighs nothing is never chosen."""
    weights, offsets = ragged(rows, np.uint32)
    found, ends = twin.choose_heaviest(weights, offsets, most)
    assert (found.dtype, ends.dtype) == (np.int64, np.int64)
    for row, start, places in zip(rows, offsets.tolist(), unravel(found, ends), strict=False):
        ranked = sorted((at for at, one in enumerate(row) if one), key=lambda at: (-row[at], at))
        assert [at - start for at in places] == sorted(ranked[:most])


def check_terms(twin: SimpleNamespace, rows: list[Row], size: int = 5004) -> None:
    """The terms of some rows of words, of which two each, far apart, have one."""
    distinct, words = np.unique(ragged(rows)[0], return_inverse=True)
    term_of = (np.arange(len(distinct)) * 5003 % 10007 // 2).astype(np.uint32)
    term_of += np.uint32(size - 5004)
    words, (_, ends) = words.ravel().astype(np.uint32), ragged(rows)
    entries, offsets = twin.count_terms(words, ends, term_of, size)
    assert [one.dtype for one in (entries, offsets)] == [entry_type(size), np.int64]
    found = [Counter(term_of[row].tolist() if row else []) for row in unravel(words, ends)]
    expected = [[term << COUNT_BITS | row[term] for term in sorted(row)] for row in found]
    assert unravel(entries, offsets) == expected


@pytest.mark.parametrize("size", [5004, 2**22, 2**22 + 1])
def test_terms_of_each_row(twin: SimpleNamespace, rows: list[Row], size: int) -> None:
    """Once each, rising and counted, however high the numbers of terms are."""
    check_terms(twin, [row[:600] for row in rows], size)


@given(columns)
def test_terms_of_any_rows(twin: SimpleNamespace, rows: list[Row]) -> None:
    """The same of anything."""
    check_terms(twin, rows)


def masked(row: Row, run: int, highest: int, known: set[int], together: int) -> list[bool]:
    """Which words stand between known keys that follow each other, or beyond the outermost."""
    hashes = [run_hash(row[at : at + run]) for at in range(len(row) - run + 1)]
    keys = [(at, value in known) for at, value in enumerate(hashes) if value <= highest]
    mask = [False] * len(row)
    for first in range(len(keys)):
        beyond = first
        while beyond < len(keys) and keys[beyond][1]:
            beyond += 1
        if beyond - first >= together:
            start = keys[first][0] if first else 0
            end = keys[beyond - 1][0] + run if beyond < len(keys) else len(row)
            mask[start:end] = [True] * (end - start)
    return mask


@given(
    st.lists(st.lists(st.integers(0, 3), max_size=40), max_size=6),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from([0, 2**61, 2**63, TOP]),
    st.integers(1, 4),
)
def test_known_passages_are_masked(
    twin: SimpleNamespace, rows: list[Row], run: int, together: int, highest: int, step: int
) -> None:
    """Row by row, whatever is known and however few runs are keys."""
    words, offsets = ragged(rows, np.uint32)
    hashes = np.arange(4, dtype=np.uint64)
    every = sorted(set(twin.hash_runs(hashes[words], offsets, run)[0].tolist()))
    for known in (every[::step], every, []):
        keys = np.array(known, np.uint64)
        mask = twin.mask_runs(words, offsets, hashes, run, highest, keys, together)
        assert mask.dtype == bool
        expected = [masked(row, run, highest, set(known), together) for row in rows]
        assert unravel(mask, offsets) == expected


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 63, 64, 65])
def test_rows_of_known_passages_alone_are_masked_whole(twin: SimpleNamespace, count: int) -> None:
    """From the first word to the last, if there are keys enough."""
    words, hashes = np.arange(count, dtype=np.uint32), np.arange(count, dtype=np.uint64)
    known = np.sort(twin.hash_runs(hashes, np.array([0, count]), 3)[0])
    mask = twin.mask_runs(words, np.array([0, count]), hashes, 3, TOP, known, 2)
    assert mask.tolist() == [count >= 4] * count
