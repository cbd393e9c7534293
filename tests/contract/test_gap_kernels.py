"""What words in gaps say, and which may be spelled alike: both twins, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from dedup.kernels import NUMBER, Sides, Vectors

from .twins import Row, load, ragged

if TYPE_CHECKING:
    from types import SimpleNamespace

LEAST = 300
SAYS = [0, 1, 299, 300, 301, 100_000, 2**20, 2**32 - 1]
"""What terms say, about the border from which a word counts as a fact."""


def columns(rows: list[Row]) -> Sides:
    """Rows of small numbers: what a word says is told by its number, and an odd one is a number."""
    words, offsets = ragged(rows, np.uint32)
    known = np.arange(2 * len(SAYS), dtype=np.uint32)
    marks = (known % 2).astype(np.uint8) * np.uint8(NUMBER)
    says = np.array(SAYS + SAYS, np.uint32)
    none, scales = np.zeros(0, np.uint32), np.zeros(len(rows))
    vectors = Vectors(none, np.zeros_like(offsets), scales, none, np.zeros(1, np.uint64))
    return Sides(words, offsets, marks, says, vectors)


def by_hand(row: Row, start: int, end: int, own: int) -> tuple[list[int], int]:
    """What a gap says, word by word."""
    mine = [at for at in range(start, end) if own >> (at - start) & 1]
    numbers = [at for at in mine if row[at] % 2]
    names = [at for at in mine if row[at] % 2 == 0]
    said = [SAYS[row[at] % len(SAYS)] for at in names]
    facts = [one for one in said if one >= LEAST]
    told = [sum(max(LEAST, SAYS[row[at] % len(SAYS)]) for at in numbers) if numbers else -1, -1]
    told[1:] = [sum(facts or said), max(said), names[0]] if names else [-1, 0, -1]
    return told, sum(1 << (at - start) for at in numbers)


@st.composite
def asked(draw: st.DrawFn) -> tuple[list[Row], list[tuple[int, int, int]], list[int]]:
    """Rows, gaps in them, and own words in those."""
    words = st.lists(st.integers(0, 15), min_size=1, max_size=50)
    rows = draw(st.lists(words, min_size=1, max_size=4))
    gaps, own = [], []
    for _ in range(draw(st.integers(0, 6))):
        row = draw(st.integers(0, len(rows) - 1))
        start = draw(st.integers(0, len(rows[row])))
        end = draw(st.integers(start, min(start + 32, len(rows[row]))))
        gaps.append((row, start, end))
        own.append(draw(st.integers(0, (1 << (end - start)) - 1)))
    return rows, gaps, own


@given(asked())
@example(([[6, 7] * 16], [(0, 0, 32), (0, 0, 0)], [2**32 - 1, 0]))
@example(([[0, 2, 0], [3]], [(0, 0, 3), (0, 1, 3), (1, 0, 1)], [7, 2, 1]))
def test_what_gaps_say(
    twin: SimpleNamespace, question: tuple[list[Row], list[tuple[int, int, int]], list[int]]
) -> None:
    """Numbers at least so much; of names those that say enough, or where there are none, all."""
    rows, gaps, own = question
    at, mine = np.array(gaps, np.int64).reshape(-1, 3), np.array(own, np.uint32)
    said, digits = twin.weigh_gaps(columns(rows), at, mine, LEAST)
    assert (said.dtype, said.shape, digits.dtype) == (np.int64, (len(gaps), 4), np.uint32)
    expected = [by_hand(rows[row], *gap, one) for (row, *gap), one in zip(gaps, own, strict=True)]
    told = zip(said.tolist(), digits.tolist(), strict=True)
    assert list(told) == expected


spellings = st.text(st.sampled_from("abcde é\u0161\u4e61"), max_size=12)


@given(st.lists(st.tuples(spellings, spellings), max_size=6), st.sampled_from([1, 60, 75, 90, 100]))
@example([("abcd", "abcd"), ("abcd", "dcba"), ("abcd", "cd"), ("ab", "xxa"), ("", "")], 75)
@example([("\u0161a\u4e61a", "a\u4e61a\u0161"), ("aab", "abb"), ("abb", "aab")], 75)
def test_what_is_alike_may_resemble(
    twin: SimpleNamespace, pairs: list[tuple[str, str]], least: int
) -> None:
    """What is told for sure is what RapidFuzz says, and both twins tell the same."""
    letters = "".join(one + other for one, other in pairs)
    borders = np.cumsum([0, *(len(one) for pair in pairs for one in pair)])
    stretches = np.stack((borders[:-1], borders[1:]), 1).reshape(-1, 4)
    may = twin.may_resemble(letters, stretches, least)
    assert may.dtype == np.uint8
    assert may.tolist() == load("reference").may_resemble(letters, stretches, least).tolist()
    for (one, other), passes in zip(pairs, may.tolist(), strict=True):
        plain = one.replace(" ", ""), other.replace(" ", "")
        if all(plain) and fuzz.partial_ratio(*plain) >= least:
            assert passes
        if passes == 2:
            assert fuzz.partial_ratio(*plain) >= least


def test_what_has_other_letters_does_not_resemble(twin: SimpleNamespace) -> None:
    """A part as long as the word has too few of its letters, though all of them stand somewhere."""
    letters = "petekovic " + "pxxxexxxtxxxexxxkxxxoxxxv"
    stretches = np.array([(0, 9, 10, 35), (10, 35, 0, 9)], np.int64)
    assert twin.may_resemble(letters, stretches, 75).tolist() == [0, 0]


def test_letters_in_another_order_do_not_resemble(twin: SimpleNamespace) -> None:
    """As many of them as are needed, but not one after the other; nor is a letter its like."""
    letters = "kovalev vvelako kovalyev \u016bovalev"
    stretches = np.array([(0, 7, 8, 15), (0, 7, 16, 24), (0, 7, 25, 32)], np.int64)
    assert twin.may_resemble(letters, stretches, 75).tolist() == [0, 2, 1]


def test_long_words_may_resemble(twin: SimpleNamespace) -> None:
    """More letters than short counts hold; of the few of them that the other has, most agree."""
    letters = "a" * 70_000 + "ab"
    asked = [(0, 70_000, 69_999, 70_002), (0, 70_000, 70_001, 70_002), (0, 100, 50, 150)]
    stretches = np.array(asked, np.int64)
    assert twin.may_resemble(letters, stretches, 75).tolist() == [2, 0, 1]
