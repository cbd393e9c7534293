"""Kernels of words, sets, signatures and buckets: every twin against a plain-Python definition, or
``datasketch`` where that is it.

The definitions use Python's own integers, lists and sets; nothing in them is shared with the code
under test. Each twin that can be imported runs the same cases, and equality is exact.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import combinations, groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels

from .twins import BASE, TOP, WRAP, Row, every_pair, load, mix, ragged, run_hash, unravel

if TYPE_CHECKING:
    from types import SimpleNamespace


def test_a_twin_has_every_kernel(twin: SimpleNamespace) -> None:
    """The twins have the same kernels, by their names."""
    assert len(twin.kernels) > 15
    assert sorted(twin.kernels) == sorted(load("reference").kernels)


def test_the_architecture_tells_what_every_kernel_gives() -> None:
    """A row of the table in the docs names each."""
    docs = Path(__file__).parents[2] / "docs" / "architecture.md"
    rows = [line for line in docs.read_text("utf-8").splitlines() if line.startswith("| `")]
    told = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert {*load("reference").kernels} <= {*told}


def test_the_chosen_twin_is_offered(twin: SimpleNamespace) -> None:
    """What the package calls is one of the twins as a whole, and it says which."""
    mine = [getattr(kernels, name) is kernel for name, kernel in twin.kernels.items()]
    assert set(mine) == {twin.name == kernels.KIND}


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
        [b"before", b"x" * 2**20, b"after"],
    ],
)
def test_words_hash_by_their_formula(twin: SimpleNamespace, words: list[bytes]) -> None:
    """A word's hash depends on its bytes alone, wherever in the buffer it stands."""
    buffer = np.frombuffer(b"".join(word + b"\n" for word in words), np.uint8)
    assert twin.hash_words(buffer).tolist() == [run_hash(word) for word in words]


@pytest.mark.parametrize("size", [1, 2, 3, 8, 9, 64])
def test_runs_hash_by_their_formula(twin: SimpleNamespace, rows: list[Row], size: int) -> None:
    """Runs stay inside their row, in order; a row shorter than a run has none."""
    expected = [[run_hash(row[i : i + size]) for i in range(len(row) - size + 1)] for row in rows]
    assert unravel(*twin.hash_runs(*ragged(rows), size)) == expected


def test_sort_distinct(twin: SimpleNamespace, rows: list[Row]) -> None:
    """Each row sorted as unsigned numbers, once each and counted; empty rows stay."""
    values, offsets, counts = twin.sort_distinct(*ragged(rows))
    assert unravel(values, offsets) == [sorted(set(row)) for row in rows]
    assert unravel(counts, offsets) == [[row.count(v) for v in sorted(set(row))] for row in rows]


@pytest.mark.parametrize("highest", [0, 9, 2**33 + 8, 2**61 - 1, 2**63, TOP])
@pytest.mark.parametrize("run", [1, 3, 8])
def test_runs_are_signed(twin: SimpleNamespace, rows: list[Row], highest: int, run: int) -> None:
    """The signatures of each row's runs, and those up to a bound, sorted and once each."""
    hashes, offsets = ragged(rows)
    words = np.arange(len(hashes), dtype=np.uint32)[::-1].copy()
    signed, *kept = twin.sign_runs(words, offsets, hashes[::-1].copy(), run, highest, (16, 7))
    runs = [[run_hash(row[i : i + run]) for i in range(len(row) - run + 1)] for row in rows]
    assert unravel(*kept) == [sorted({value for value in row if value <= highest}) for row in runs]
    assert signed.tolist() == twin.minhash(*ragged(runs), 16, 7).tolist()
    unsigned, *same = twin.sign_runs(words, offsets, hashes[::-1].copy(), run, highest, (0, 7))
    assert unsigned.shape == (len(rows), 0)
    assert unravel(*same) == unravel(*kept)


@pytest.mark.parametrize("size", [2, 16, 128])
@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1])
def test_signatures_are_those_of_datasketch(
    twin: SimpleNamespace, rows: list[Row], size: int, seed: int
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


def test_signatures_know_no_order_and_no_repeats(twin: SimpleNamespace) -> None:
    """A set has one signature, however it is written down."""
    row = [random.Random(5).getrandbits(64) for _ in range(500)]
    signed = twin.minhash(*ragged([row, row[::-1], row + row]), 64, 3)
    assert (signed == signed[0]).all()


@pytest.mark.parametrize(("bands", "per_band"), [(1, 1), (4, 3), (3, 4), (12, 1), (1, 12), (2, 5)])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_band_keys(twin: SimpleNamespace, bands: int, per_band: int, count: int) -> None:
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


def bucket_pairs(rows: list[Row], full: int, limit: int) -> tuple[dict[tuple[int, int], int], int]:
    """How often each pair shares a bucket under the rules of pairing, and how many were cut."""
    counts: Counter[tuple[int, int]] = Counter()
    cut = 0
    holding: dict[int, Row] = {}
    for number, row in enumerate(rows):
        for key in set(row):
            holding.setdefault(key, []).append(number)
    for members in holding.values():
        if len(members) <= full:
            counts.update(combinations(members, 2))
            continue
        cut += len(members) > limit
        found = set(pairwise(members))
        length = limit if len(members) > limit else 1 << 62
        for _, stretch in groupby(members, lambda row, length=length: row // length):
            first, *others = stretch
            found |= {(first, other) for other in others}
        counts.update(found)
    return dict(sorted(counts.items())), cut


BUCKETS: dict[str, list[Row]] = {
    "nothing": [],
    "one": [[5]],
    "alone": [[1], [2], [3]],
    "one bucket": [[TOP]] * 30,
    "a row twice in a bucket": [[], [], [1], [], [1, 2, 1], [], [1, 1]],
    "far rows": [[1], *[[]] * 70_000, [1], [1]],
    "same low 33 bits": [[(n + k) % 7 << 33 | 5 for k in range(5)] for n in range(13)],
    "same high 33 bits": [[5 << 33 | (n + k) % 7 for k in range(5)] for n in range(13)],
    "one bit apart": [[1 << (3 * n + k) % 64 for k in range(3)] for n in range(67)],
    "many": [random.Random(n).choices(range(40), k=n % 9) for n in range(200)],
    "many keys": [random.Random(n).choices(range(4000), k=40) for n in range(200)],
}


@pytest.mark.parametrize("name", BUCKETS)
@pytest.mark.parametrize(
    ("full", "limit"), [(1, 2), (1, 5), (2, 2), (8, 8), (8, 256), (8, 10), (1000, 1000)]
)
def test_buckets_are_paired_in_full_or_as_star_and_chain(
    twin: SimpleNamespace, name: str, full: int, limit: int
) -> None:
    """Pairs sorted, once each, with the number of buckets they share."""
    pairs, counts, cut = twin.bucket_pairs(*ragged(BUCKETS[name]), full, limit)
    found = {(a, b): n for (a, b), n in zip(pairs.tolist(), counts.tolist(), strict=True)}
    expected, expected_cut = bucket_pairs(BUCKETS[name], full, limit)
    assert list(found.items()) == list(expected.items())
    assert cut == expected_cut


def test_a_bucket_paired_in_full_is_not_cut() -> None:
    """The count of cut buckets is what a person is warned with."""
    assert kernels.bucket_pairs(np.full(6, 3, np.uint64), np.arange(7), 8, 4)[2] == 0


def test_large_buckets_stay_linear_and_in_one_piece(twin: SimpleNamespace) -> None:
    """Star and chain name at most two pairs for each row, and still connect all of them."""
    count = 20_000
    pairs, _, cut = twin.bucket_pairs(np.zeros(count, np.uint64), np.arange(count + 1), 8, 256)
    assert len(pairs) < 2 * count
    assert set(map(tuple, pairs.tolist())) >= set(pairwise(range(count)))
    assert cut == 1


@given(
    st.lists(st.lists(st.integers(0, 6), max_size=5), max_size=30),
    st.integers(1, 9),
    st.sampled_from([0, 20, 33, 61]),
)
def test_buckets_of_any_shape(
    twin: SimpleNamespace, entries: list[Row], full: int, shift: int
) -> None:
    """Each twin agrees with the definition on anything, wherever in the keys the bits stand."""
    rows, limit = [[key << shift for key in row] for row in entries], max(full, 2)
    pairs, counts, cut = twin.bucket_pairs(*ragged(rows), full, limit)
    expected, expected_cut = bucket_pairs(rows, full, limit)
    assert [tuple(pair) for pair in pairs.tolist()] == list(expected)
    assert (counts.tolist(), cut) == (list(expected.values()), expected_cut)


def test_count_pairs(twin: SimpleNamespace) -> None:
    """Each pair once, sorted, with its count; none of none."""
    pairs = [(3, 2**31 - 1), (0, 1), (3, 4), (0, 1), (0, 1)]
    found, counts = twin.count_pairs(np.array(pairs, np.int64))
    assert [tuple(pair) for pair in found.tolist()] == sorted(set(pairs))
    assert counts.tolist() == [Counter(pairs)[pair] for pair in sorted(set(pairs))]
    found, counts = twin.count_pairs(np.zeros((0, 2), np.int64))
    assert (found.shape, counts.tolist()) == ((0, 2), [])


def test_count_shared(twin: SimpleNamespace, rows: list[Row]) -> None:
    """The size of the intersection of two sets, an empty one included."""
    sets = [sorted(set(row)) for row in rows]
    pairs = every_pair(len(sets))
    expected = [len(set(sets[a]) & set(sets[b])) for a, b in pairs.tolist()]
    assert twin.count_shared(*ragged(sets), pairs).tolist() == expected


MILLION = 10**6


def test_a_million_equal_shingles(twin: SimpleNamespace) -> None:
    """One word without end: each kernel sees one value, a million times."""
    values, offsets = np.full(MILLION, 7, np.uint64), np.array([0, MILLION])
    runs, places = twin.hash_runs(values, offsets, 3)
    assert places.tolist() == [0, MILLION - 2]
    assert set(runs.tolist()) == {run_hash([7, 7, 7])}
    distinct, ends, counts = twin.sort_distinct(values, offsets)
    assert (distinct.tolist(), ends.tolist(), counts.tolist()) == ([7], [0, 1], [MILLION])
    seven = values.astype(np.uint32)
    entries, ends = twin.count_terms(seven, offsets, np.arange(8, dtype=np.uint32), 8)
    most = 2**kernels.COUNT_BITS - 1
    assert (entries.tolist(), ends.tolist()) == ([7 << kernels.COUNT_BITS | most], [0, 1])
    room = np.zeros(2 * MILLION, np.uint64), np.zeros(1 << 22, np.uint32)
    numbers, count = twin.number_more(values, *room, 0)
    assert (bool(numbers.any()), count) == (False, 1)
    assert room[0][:2].tolist() == [7, 0]
    known, at = twin.number_values(values)
    assert (known.tolist(), bool(at.any())) == ([7], False)
    assert set(twin.count_values(values).tolist()) == {MILLION}
    once = twin.minhash(values[:1], np.array([0, 1]), 4, 1)
    assert twin.minhash(values, offsets, 4, 1).tolist() == once.tolist()


def test_a_bucket_of_a_quarter_million_rows(twin: SimpleNamespace) -> None:
    """Paired as star and chain in stretches, each of which has a smallest row of its own."""
    count, limit = MILLION // 4, 1 << 16
    pairs, counts, cut = twin.bucket_pairs(
        np.full(count, TOP, np.uint64), np.arange(count + 1), 8, limit
    )
    assert len(pairs) < 2 * count
    assert (set(counts.tolist()), cut) == ({1}, 1)
    assert set(np.unique(pairs[np.diff(pairs, axis=1)[:, 0] > 1][:, 0]).tolist()) == {
        *range(0, count, limit)
    }
