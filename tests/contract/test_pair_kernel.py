"""What is counted on a pair: the readable twin by its own words, the fast one by the readable one.

Rows are short lists of small numbers; stems are halves of them, so that different words share a
term. RapidFuzz says which of several longest common subsequences is meant.
"""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from dedup.kernels import COUNT_BITS, MEASURES, Bounds, Sides, Vectors, align

from .twins import BUILT, Row, every_pair, load, ragged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import SimpleNamespace

    from numpy.typing import NDArray

BOUNDS = Bounds(
    run=3, own=40, aligned=20_000, slot=12, head=12, informative=300, least_dot=0, least_share=0.0
)
SAYS = [0, 1, 299, 300, 301, 100_000, 2**20]
"""What terms say, about the border from which one counts as a fact."""
READABLE = load("reference")


def sides(rows: Sequence[Row], seed: int = 0) -> Sides:
    """Rows of small numbers as they are measured; scales and what terms say are invented."""
    chance = random.Random(seed)
    words, offsets = ragged(rows, np.uint32)
    known = np.arange(max([0, *words.tolist()]) + 1, dtype=np.uint32)
    term_of = known // 2
    entries, ends = READABLE.count_terms(words, offsets, term_of, len(known))
    kind = chance.choice([np.uint32, np.uint64])
    scales = np.array([chance.uniform(0, 300) for _ in rows])
    idf = np.array([chance.choice(SAYS) for _ in known], np.uint32)
    factors = np.array([0, 256, 416, 552], np.uint64)
    marks = (known % 5 == 0).astype(np.uint8)
    vectors = Vectors(entries.astype(kind), ends, scales, idf, factors)
    return Sides(words, offsets, marks, idf[term_of], vectors)


class Measured(NamedTuple):
    """One pair, column by column."""

    shared_runs: int
    left_passages: int
    right_passages: int
    left_own: int
    right_own: int
    dot: int
    measured: int
    left_runs: int
    right_runs: int
    left_said: int
    right_said: int
    left_aligned: int
    right_aligned: int
    aligned_words: int
    longest: int
    swapped: int
    agreeing: int
    places: int


def test_the_columns_have_these_names() -> None:
    """The definitions below speak of the columns that there are."""
    assert Measured._fields == MEASURES


def measure(
    twin: SimpleNamespace,
    columns: Sides,
    pairs: NDArray[np.int64],
    bounds: Bounds,
    turned: NDArray[np.bool_] | None = None,
) -> tuple[list[Measured], list[Row]]:
    """What a twin counts, and the places that it notes."""
    turned = np.zeros(len(pairs), bool) if turned is None else turned
    counted, places = twin.measure_pairs(columns, pairs, turned, bounds)
    assert (counted.dtype, places.dtype) == (np.int64, np.uint32)
    assert (counted.shape, places.shape[1:]) == ((len(pairs), len(MEASURES)), (7,))
    return [Measured(*row) for row in counted.tolist()], places.tolist()


def agree(columns: Sides, pairs: NDArray[np.int64], bounds: Bounds) -> None:
    """All twins count the same and note the same places, in the same order, every other pair
    turned.
    """
    turned = np.arange(len(pairs)) % 2 == 1
    expected = measure(READABLE, columns, pairs, bounds, turned)
    for name in BUILT[1:]:
        assert measure(load(name), columns, pairs, bounds, turned) == expected


alphabets = st.sampled_from([1, 2, 5, 30, 300])


@st.composite
def versions(draw: st.DrawFn) -> list[Row]:
    """A row and what became of it: words cut, put in, replaced, moved; an empty one, and others."""
    words = st.integers(0, draw(alphabets) - 1)
    base = draw(st.lists(words, max_size=90))
    rows = [base, []]
    for _ in range(draw(st.integers(0, 3))):
        row = list(draw(st.sampled_from(rows)))
        for _ in range(draw(st.integers(0, 6))):
            at = draw(st.integers(0, len(row)))
            end = min(len(row), at + draw(st.sampled_from([0, 1, 1, 2, 5, 40])))
            moved = row[at:end] if draw(st.booleans()) else []
            row[at:end] = draw(st.lists(words | st.integers(1000, 1200), max_size=4))
            goal = draw(st.integers(0, len(row)))
            row[goal:goal] = moved
        rows.append(row)
    return rows


bounds_of = st.builds(
    Bounds,
    run=st.sampled_from([3, 3, 3, 1, 2, 9]),
    own=st.sampled_from([1, 5, 40]),
    aligned=st.sampled_from([20_000, 50, 3, 1]),
    slot=st.sampled_from([12, 1, 32]),
    head=st.sampled_from([12, 0, 40]),
    informative=st.sampled_from([300, 0, 2**21]),
    least_dot=st.sampled_from([0, 1, 1 << 40, 1 << 46]),
    least_share=st.sampled_from([0.0, 0.25, 1 / 3, 0.9, 1.0]),
)


@given(versions(), bounds_of, st.integers(0, 99))
@example([[7] * 90, [7] * 64, [7], []], BOUNDS, 0)
@example([[*range(65)], [*range(64)], [*range(1, 65)]], BOUNDS, 0)
def test_twins_agree_on_versions(rows: list[Row], bounds: Bounds, seed: int) -> None:
    """Of every pair, each with itself and the other way round, under any bounds."""
    agree(sides(rows, seed), every_pair(len(rows)), bounds)


@given(versions(), bounds_of, st.integers(0, 99))
def test_a_pair_that_is_turned_is_seen_from_the_other_side(
    twin: SimpleNamespace, rows: list[Row], bounds: Bounds, seed: int
) -> None:
    """Whichever side stands first, the figures are the same ones."""
    columns, pairs = sides(rows, seed), every_pair(len(rows))
    counted, places = measure(twin, columns, pairs, bounds)
    mirrored, mirrored_places = measure(
        twin, columns, pairs[:, ::-1], bounds, np.ones(len(pairs), bool)
    )
    other = {"left": "right", "right": "left"}
    for found, seen in zip(counted, mirrored, strict=True):
        for name, figure in found._asdict().items():
            side, _, rest = name.partition("_")
            assert getattr(seen, f"{other[side]}_{rest}" if side in other else name) == figure
    assert [[place[at] for at in (0, 3, 4, 1, 2, 6, 5)] for place in mirrored_places] == places


@pytest.mark.parametrize("seed", range(16))
def test_twins_agree_on_long_versions(seed: int) -> None:
    """Several hundred words with many edits: more than one machine word of bits, rows of words that
    most others lack, and pairs whose left side comes and goes.
    """
    chance = random.Random(seed)
    alphabet = (2, 30, 300, 3000)[seed % 4]
    base = [chance.randrange(alphabet) for _ in range(chance.choice((70, 128, 129, 500)))]
    rows = []
    for _ in range(6):
        row = list(base)
        for _ in range(chance.choice((0, 3, 20, 100))):
            at = chance.randrange(len(row) + 1)
            end = min(len(row), at + chance.choice((0, 1, 2, 5, 60)))
            row[at:end] = [chance.randrange(2 * alphabet) for _ in range(chance.randrange(4))]
        rows.append(row)
    pairs = every_pair(6)
    for least_dot, least_share in ((0, 0.0), (1 << 46, 0.25), (1 << 52, 0.9)):
        bounds = BOUNDS._replace(least_dot=least_dot, least_share=least_share, own=5)
        agree(sides(rows, seed), pairs[np.random.default_rng(seed).permutation(len(pairs))], bounds)


@pytest.mark.parametrize("alphabet", [40, 5000])
@pytest.mark.parametrize("parts", [2, 3, 20])
def test_twins_agree_on_passages_in_another_order(parts: int, alphabet: int) -> None:
    """All is shared, but far less in the same order: the way leads far off the diagonal."""
    chance = random.Random(parts)
    base = [chance.randrange(alphabet) for _ in range(600)]
    some = [base[at::parts] for at in range(parts)]
    rows = [[word for part in order for word in part] for order in (some, some[::-1])]
    rows.append(rows[0][300:] + rows[0][:300])
    agree(sides(rows), every_pair(len(rows)), BOUNDS)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 31, 32, 33, 63, 64, 65, 127, 128, 129, 192])
def test_twins_agree_at_the_borders_of_machine_words(length: int) -> None:
    """Rows about as long as there are bits, all alike, all different, and one word off."""
    same, other = [1] * length, [*range(2000, 2000 + length)]
    off = [*range(length)]
    rows = [same, off, [*off[1:], 999], [999, *off[:-1]], off[::-1], other, [*off, 5], [5, *off]]
    agree(sides(rows), every_pair(len(rows)), BOUNDS)


def test_twins_agree_beyond_what_is_aligned() -> None:
    """A giant pair is aligned in its first words only; the passages beyond are still counted."""
    chance = random.Random(9)
    giant = [chance.randrange(6000) for _ in range(6400)]
    rows = [giant, [*giant[3200:], *giant[:3200]], giant[:70]]
    pairs = np.array([(0, 1), (1, 0), (0, 2), (2, 1)], np.int64)
    agree(sides(rows), pairs, BOUNDS._replace(aligned=6000))


def test_words_may_be_any_number() -> None:
    """Far apart, next to each other, zero and the largest among them."""
    rows = [[n % 9 for n in range(60)], [n % 9 for n in range(3, 70)], [8, 0, 8], [0]]
    columns = sides(rows)
    numbers = np.array([0, 2**20 - 1, 2**19, 1, 2**16, 2**16 - 1, 0x7F, 0x80, 2**20 - 2])
    words = numbers[columns.words].astype(np.uint32)
    marks, says = np.zeros(2**20, np.uint8), np.zeros(2**20, np.uint32)
    marks[numbers], says[numbers] = columns.marks, columns.says
    columns = columns._replace(words=words, marks=marks, says=says)
    agree(columns, every_pair(len(rows)), BOUNDS)


def test_nothing_to_measure(twin: SimpleNamespace) -> None:
    """No pairs, and pairs of empty rows."""
    none = np.zeros((0, 2), np.int64)
    for rows in ([], [[]], [[1, 2, 3]]):
        assert measure(twin, sides(rows), none, BOUNDS) == ([], [])
    (empty,), places = measure(twin, sides([[], []]), np.array([(0, 1)], np.int64), BOUNDS)
    assert empty == Measured(*[0] * 6, 1, *[0] * 11)
    assert places == []


def runs(row: Row, size: int) -> list[tuple[int, ...]]:
    """Every so many consecutive words."""
    return [tuple(row[at : at + size]) for at in range(len(row) - size + 1)]


def covered(row: Row, other: Row, size: int) -> list[bool]:
    """Which words stand in a run that the other row has too."""
    known = set(runs(other, size))
    hits = {at for at, run in enumerate(runs(row, size)) if run in known}
    return [any(at - back in hits for back in range(size)) for at in range(len(row))]


def in_stretches(mask: list[bool], own: int) -> int:
    """Words in stretches of so many that are not covered."""
    edges = [-1, *(at for at, inside in enumerate(mask) if inside), len(mask)]
    return sum(b - a - 1 for a, b in pairwise(edges) if b - a - 1 >= own)


class Plain:
    """The columns of some rows as lists."""

    def __init__(self, rows: list[Row], columns: Sides) -> None:
        """Read from what is measured, but for the words, which are small numbers here."""
        self.rows = rows
        offsets = pairwise(columns.offsets.tolist())
        ends = pairwise(columns.vectors.offsets.tolist())
        terms = (columns.vectors.entries >> np.uint64(COUNT_BITS)).tolist()
        weights = READABLE.weigh_rows(columns.vectors).tolist()
        self.vectors = [dict(zip(terms[a:b], weights[a:b], strict=True)) for a, b in ends]
        self.says = [columns.says[columns.words[a:b]].tolist() for a, b in offsets]


def by_hand(plain: Plain, left: int, right: int, bounds: Bounds) -> dict[str, int]:
    """The columns that a few lines can say, all but the last three."""
    ours, theirs = plain.rows[left], plain.rows[right]
    masks = covered(ours, theirs, bounds.run), covered(theirs, ours, bounds.run)
    one, other = set(runs(ours, bounds.run)), set(runs(theirs, bounds.run))
    vectors = plain.vectors[left], plain.vectors[right]
    dot = sum(weight * vectors[1].get(term, 0) for term, weight in vectors[0].items())
    shorter = min(len(ours), len(theirs))
    if min(map(sum, masks)) < bounds.least_share * shorter and dot < bounds.least_dot:
        return dict.fromkeys(MEASURES, 0)
    opcodes = Indel.opcodes(ours[: bounds.aligned], theirs[: bounds.aligned])
    blocks = [op for op in opcodes if op.tag == "equal"]
    lengths = [n for n in range(1, shorter + 1) if {*runs(ours, n)} & {*runs(theirs, n)}]
    says = plain.says[left], plain.says[right]
    return {
        "measured": 1,
        "shared_runs": len(one & other),
        "left_passages": sum(masks[0]),
        "right_passages": sum(masks[1]),
        "dot": dot,
        "left_own": in_stretches(masks[0], bounds.own),
        "right_own": in_stretches(masks[1], bounds.own),
        "left_runs": len(one),
        "right_runs": len(other),
        "left_said": sum(says[0]),
        "right_said": sum(says[1]),
        "left_aligned": sum(sum(says[0][op.src_start : op.src_end]) for op in blocks),
        "right_aligned": sum(sum(says[1][op.dest_start : op.dest_end]) for op in blocks),
        "aligned_words": sum(op.src_end - op.src_start for op in blocks),
        "longest": max(lengths, default=0),
    }


@given(versions(), bounds_of, st.integers(0, 99))
def test_columns_are_what_they_are_called(
    twin: SimpleNamespace, rows: list[Row], bounds: Bounds, seed: int
) -> None:
    """Runs, passages, own words, dot product, alignment and the longest passage, by hand."""
    columns = sides(rows, seed)
    plain = Plain(rows, columns)
    pairs = every_pair(len(rows))
    counted, _ = measure(twin, columns, pairs, bounds)
    for (left, right), found in zip(pairs.tolist(), counted, strict=True):
        expected = by_hand(plain, left, right, bounds)
        assert {name: getattr(found, name) for name in expected} == expected


@given(versions(), bounds_of, st.integers(0, 99))
def test_places_are_gaps_filled_on_both_sides(
    twin: SimpleNamespace, rows: list[Row], bounds: Bounds, seed: int
) -> None:
    """Short ones, in order; a bit is set for just the words that the other side has nowhere; and
    both sides have a number of their own, or both a name that says enough, of which one is enough
    where the first ones stand at the head.
    """
    columns = sides(rows, seed)
    plain = Plain(rows, columns)
    pairs = every_pair(len(rows))
    counted, places = measure(twin, columns, pairs, bounds)
    assert [place[0] for place in places] == [
        number for number, found in enumerate(counted) for _ in range(found.places)
    ]
    ends = {}
    for number, left_start, left_end, right_start, right_end, *bits in places:
        ours, theirs = pairs[number].tolist()
        gaps = (ours, theirs, left_start, left_end), (theirs, ours, right_start, right_end)
        told = []
        for (row, other, start, end), mine in zip(gaps, bits, strict=True):
            words = plain.rows[row][start:end]
            assert 0 < end - start <= bounds.slot
            assert end <= len(plain.rows[row])
            only = [word not in plain.rows[other] for word in words]
            assert mine == sum(own << at for at, own in enumerate(only))
            says = plain.says[row][start:end]
            own = [at for at, mine in enumerate(only) if mine]
            names = [at for at in own if words[at] % 5]
            rarest, first = (
                max((says[at] for at in names), default=-1),
                start + min(names, default=0),
            )
            told.append((len(names) < len(own), rarest, first))
        digits, rarest, firsts = zip(*told, strict=True)
        enough = max(rarest) if max(firsts) < bounds.head else min(rarest)
        assert all(digits) or (min(rarest) >= 0 and enough >= bounds.informative)
        assert ends.get(number, (0, 0)) <= (left_start, right_start)
        ends[number] = left_end, right_end


FRAME = [*range(10), *range(20, 30)]
"""Two shared passages."""
ALL_SAY = 300


def framed(*middles: Row) -> Sides:
    """Each middle between the same two passages; every word says the same, and none is a number."""
    rows = [[word * 5 + 1 for word in (*FRAME[:10], *middle, *FRAME[10:])] for middle in middles]
    columns = sides(rows)
    return columns._replace(says=np.full_like(columns.says, ALL_SAY))


@pytest.mark.parametrize(
    ("left", "right", "swapped"),
    [
        ([], [], 0),
        ([*range(100, 160)], [*range(200, 260)], 60),
        ([*range(100, 160)], [*range(200, 220)], 20),
        ([*range(100, 112)], [*range(200, 260)], 0),
        ([*range(100, 113)], [*range(200, 260)], 13),
        ([*range(100, 160)], [], 0),
        ([*range(100, 160)], [*range(136, 100, -1), *range(200, 224)], 0),
        ([*range(100, 160)], [*range(123, 100, -1), *range(200, 237)], 60),
    ],
)
def test_swapped_stretches(twin: SimpleNamespace, left: Row, right: Row, swapped: int) -> None:
    """The longest gap whose sides tell less than two fifths of each other, the shorter counted;
    what fits into a slot is a substituted fact and no swapped stretch.
    """
    columns = framed(left, right)
    for pair in ((0, 1), (1, 0)):
        (found,), _ = measure(twin, columns, np.array([pair], np.int64), BOUNDS)
        assert found.swapped == swapped


def test_what_agrees_are_the_facts_of_both(twin: SimpleNamespace) -> None:
    """Aligned words from the border up, each by what it says; a lone common word is no anchor."""
    columns = framed([50], [60])
    pair = np.array([(0, 1)], np.int64)
    (found,), places = measure(twin, columns, pair, BOUNDS)
    assert found.agreeing == ALL_SAY * len(FRAME)
    assert places == [[0, 10, 11, 10, 11, 1, 1]]
    (found,), places = measure(twin, columns, pair, BOUNDS._replace(informative=ALL_SAY + 1))
    assert (found.agreeing, places) == (0, [])


@given(versions())
def test_an_alignment_is_that_of_rapidfuzz(rows: list[Row]) -> None:
    """Blocks of words that are equal, as far as is looked."""
    for most in (50, 20_000):
        left, right = rows[0], rows[-1]
        blocks = align(ragged([left])[0], ragged([right])[0], most)
        opcodes = Indel.opcodes(left[:most], right[:most])
        assert [(b.left, b.right, b.left + b.size) for b in blocks] == [
            (op.src_start, op.dest_start, op.src_end) for op in opcodes if op.tag == "equal"
        ]
