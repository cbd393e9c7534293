"""Kernels: every twin against a plain-Python definition, or ``datasketch`` where that is it.

The definitions below use Python's own integers, lists and sets; nothing in them is shared with the
code under test. Each twin that can be imported runs the same cases, and equality is exact.
"""

from __future__ import annotations

import random
from collections import Counter
from importlib import import_module
from importlib.util import find_spec
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from numpy.typing import NDArray

TWINS = [name for name in ("reference", "native") if find_spec(f"dedup.kernels.{name}")]
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
}
"""Rows of 64-bit values that kernels have stumbled over, or could."""


@pytest.fixture(params=TWINS)
def twin(request: pytest.FixtureRequest) -> ModuleType:
    """Each twin that this machine has."""
    return import_module(f"dedup.kernels.{request.param}")


@pytest.fixture(params=LISTS)
def rows(request: pytest.FixtureRequest) -> list[Row]:
    """Each adversarial list of rows."""
    return LISTS[request.param]


def ragged(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Rows end to end, with their offsets."""
    values = np.array([value for row in rows for value in row], np.uint64)
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
    return mix(sum(value * pow(BASE, j, WRAP) for j, value in enumerate(run)) % WRAP)


def test_a_twin_has_every_kernel(twin: ModuleType) -> None:
    """What the package offers exists in each twin under the same name."""
    assert [name for name in kernels.__all__ if not callable(getattr(twin, name, None))] == []


@pytest.mark.parametrize(
    "words",
    [
        [],
        [b""],
        [b"", b"", b"a", b""],
        [b"same"] * 20,
        [b"a", b"aa", b"a\x00", b"\x00a", b"\x00"],
        [b"\xff" * 300, b"z" * 5000],
        [str(i).encode() for i in range(3000)],
        ["Müller".encode(), "北京".encode(), "الأخبار".encode()],
    ],
)
def test_words_hash_by_their_formula(twin: ModuleType, words: list[bytes]) -> None:
    """A word's hash depends on its bytes alone, wherever in the buffer it stands."""
    buffer = np.frombuffer(b"".join(word + b"\n" for word in words), np.uint8)
    assert twin.hash_words(buffer).tolist() == [run_hash(word) for word in words]


@pytest.mark.parametrize("size", [1, 2, 3, 8, 9, 64])
def test_runs_hash_by_their_formula(twin: ModuleType, rows: list[Row], size: int) -> None:
    """Runs stay inside their row, in order; a row shorter than a run has none."""
    expected = [[run_hash(row[i : i + size]) for i in range(len(row) - size + 1)] for row in rows]
    assert unravel(*twin.hash_runs(*ragged(rows), size)) == expected


def test_sort_distinct(twin: ModuleType, rows: list[Row]) -> None:
    """Each row sorted as unsigned numbers, once each and counted; empty rows stay."""
    values, offsets, counts = twin.sort_distinct(*ragged(rows))
    assert unravel(values, offsets) == [sorted(set(row)) for row in rows]
    assert unravel(counts, offsets) == [[row.count(v) for v in sorted(set(row))] for row in rows]


@pytest.mark.parametrize("size", [2, 16, 128])
@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1])
def test_signatures_are_those_of_datasketch(
    twin: ModuleType, rows: list[Row], size: int, seed: int
) -> None:
    """``MinHash`` fed value by value; an empty row keeps the all-ones of a fresh one."""
    short = [row[:60] for row in rows[:20]]
    expected = []
    for row in short:
        minhash = MinHash(num_perm=size, seed=seed, hashfunc=lambda low: low, scheme="affine32")
        for value in row:
            minhash.update(value & 0xFFFFFFFF)
        expected.append(minhash.hashvalues.tolist())
    signed = twin.minhash(*ragged(short), size, seed)
    assert signed.dtype == np.uint32
    assert signed.shape == (len(short), size)
    assert signed.tolist() == expected


def test_signatures_know_no_order_and_no_repeats(twin: ModuleType) -> None:
    """A set has one signature, however it is written down."""
    row = [random.Random(5).getrandbits(64) for _ in range(500)]
    signed = twin.minhash(*ragged([row, row[::-1], row + row]), 64, 3)
    assert (signed == signed[0]).all()


@pytest.mark.parametrize(("bands", "per_band"), [(1, 1), (4, 3), (3, 4), (12, 1), (1, 12), (2, 5)])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_band_keys(twin: ModuleType, bands: int, per_band: int, count: int) -> None:
    """One key for each slice, the band's number mixed in; what is left over is not looked at."""
    chance = np.random.default_rng(6)
    table = chance.integers(0, 2**32, (count, 12), np.uint32)
    table[:1] = 2**32 - 1
    expected = []
    for row in table.tolist():
        keys = []
        for number in range(bands):
            total = number + 1
            for value in row[number * per_band : (number + 1) * per_band]:
                total = mix((total * BASE + value) % WRAP)
            keys.append(total)
        expected.append(keys)
    assert twin.band_keys(table, bands, per_band).tolist() == expected


def bucket_pairs(
    keys: Row, rows: Row, full: int, limit: int
) -> tuple[dict[tuple[int, int], int], int]:
    """How often each pair shares a bucket under the rules of pairing, and how many were cut."""
    counts: Counter[tuple[int, int]] = Counter()
    cut = 0
    for key in set(keys):
        members = sorted({row for row, its in zip(rows, keys, strict=True) if its == key})
        if len(members) <= full:
            counts.update(combinations(members, 2))
            continue
        cut += len(members) > limit
        found = set(pairwise(members))
        for start in range(0, len(members), limit):
            first, *others = members[start : start + limit]
            found |= {(first, other) for other in others}
        counts.update(found)
    return dict(sorted(counts.items())), cut


BUCKETS: dict[str, tuple[Row, Row]] = {
    "nothing": ([], []),
    "one": ([5], [0]),
    "alone": ([1, 2, 3], [0, 1, 2]),
    "one bucket": ([TOP] * 30, list(range(30))),
    "a row twice in a bucket": ([1, 1, 1, 1], [4, 2, 4, 9]),
    "backwards": ([3, 3, 3, 0, 0], [9, 5, 1, 5, 1]),
    "far rows": ([1] * 3, [0, 2**31 - 2, 2**31 - 1]),
    "many": (
        [random.Random(7).randrange(40) for _ in range(900)],
        [random.Random(8).randrange(200) for _ in range(900)],
    ),
}


@pytest.mark.parametrize("name", BUCKETS)
@pytest.mark.parametrize(
    ("full", "limit"), [(1, 2), (1, 5), (2, 2), (8, 8), (8, 256), (8, 10), (1000, 1000)]
)
def test_buckets_are_paired_in_full_or_as_star_and_chain(
    twin: ModuleType, name: str, full: int, limit: int
) -> None:
    """Pairs sorted, once each, with the number of buckets they share."""
    keys, rows = BUCKETS[name]
    pairs, counts, cut = twin.bucket_pairs(
        np.array(keys, np.uint64), np.array(rows, np.int64), full, limit
    )
    found = {(a, b): n for (a, b), n in zip(pairs.tolist(), counts.tolist(), strict=True)}
    expected, expected_cut = bucket_pairs(keys, rows, full, limit)
    assert list(found.items()) == list(expected.items())
    assert cut == expected_cut


def test_a_bucket_paired_in_full_is_not_cut() -> None:
    """The count of cut buckets is what a person is warned with."""
    keys, rows = np.full(6, 3, np.uint64), np.arange(6)
    assert kernels.bucket_pairs(keys, rows, 8, 4)[2] == 0


def test_large_buckets_stay_linear_and_in_one_piece(twin: ModuleType) -> None:
    """Star and chain name at most two pairs for each row, and still connect all of them."""
    count = 20_000
    pairs, _, cut = twin.bucket_pairs(np.zeros(count, np.uint64), np.arange(count), 8, 256)
    assert len(pairs) < 2 * count
    assert set(map(tuple, pairs.tolist())) >= set(pairwise(range(count)))
    assert cut == 1


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30)), max_size=80), st.integers(1, 9))
def test_buckets_of_any_shape(entries: list[tuple[int, int]], full: int) -> None:
    """The chosen twin agrees with the definition on anything."""
    keys, rows = [key for key, _ in entries], [row for _, row in entries]
    limit = max(full, 2)
    pairs, counts, cut = kernels.bucket_pairs(
        np.array(keys, np.uint64), np.array(rows, np.int64), full, limit
    )
    expected, expected_cut = bucket_pairs(keys, rows, full, limit)
    assert [tuple(pair) for pair in pairs.tolist()] == list(expected)
    assert (counts.tolist(), cut) == (list(expected.values()), expected_cut)


def test_count_pairs(twin: ModuleType) -> None:
    """Each pair once, sorted, with its count; none of none."""
    pairs = [(3, 2**31 - 1), (0, 1), (3, 4), (0, 1), (0, 1)]
    found, counts = twin.count_pairs(np.array(pairs, np.int64))
    assert [tuple(pair) for pair in found.tolist()] == sorted(set(pairs))
    assert counts.tolist() == [Counter(pairs)[pair] for pair in sorted(set(pairs))]
    found, counts = twin.count_pairs(np.zeros((0, 2), np.int64))
    assert (found.shape, counts.tolist()) == ((0, 2), [])


def every_pair(count: int) -> NDArray[np.int64]:
    """All ordered pairs of some rows, a row with itself included."""
    some = range(min(count, 12))
    return np.array([(a, b) for a in some for b in some], np.int64).reshape(-1, 2)


def test_count_shared(twin: ModuleType, rows: list[Row]) -> None:
    """The size of the intersection of two sets, an empty one included."""
    sets = [sorted(set(row)) for row in rows]
    pairs = every_pair(len(sets))
    expected = [len(set(sets[a]) & set(sets[b])) for a, b in pairs.tolist()]
    assert twin.count_shared(*ragged(sets), pairs).tolist() == expected


def test_dot_shared(twin: ModuleType, rows: list[Row]) -> None:
    """The sparse dot product; whole numbers as weights, so that no order of summing can differ."""
    sets = [sorted(set(row)) for row in rows]
    values, offsets = ragged(sets)
    weights = (np.arange(len(values)) % 97).astype(np.float64)
    vectors = [
        dict(zip(row, its, strict=True))
        for row, its in zip(sets, unravel(weights, offsets), strict=True)
    ]
    pairs = every_pair(len(sets))
    expected = [
        float(sum(vectors[a][key] * vectors[b].get(key, 0) for key in vectors[a]))
        for a, b in pairs.tolist()
    ]
    assert twin.dot_shared(values, weights, offsets, pairs).tolist() == expected
