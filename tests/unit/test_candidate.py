"""Candidates: bands reach their recall, one hash in so many is a key, rare terms are shared."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dedup.candidate import (
    choose_bands,
    highest,
    merge,
    pair,
    proposal_chance,
    rare_keys,
    rare_terms,
    share_keys,
    without,
)
from dedup.data.corpus import Ragged
from dedup.kernels import COUNT_BITS, FINER_BITS, Vectors
from dedup.settings import CandidateSettings


def ragged(*rows: list[int], kind: type = np.uint64) -> Ragged:
    """Rows end to end."""
    values = np.array([value for row in rows for value in row], kind)
    return Ragged(values, np.cumsum([0, *map(len, rows)]))


def rows_of(keys: Ragged) -> list[list[int]]:
    """The rows again."""
    return [keys.values[a:b].tolist() for a, b in pairwise(keys.offsets.tolist())]


def chance(jaccard: float, bands: int, rows: int) -> float:
    """By counting: a band agrees with probability j**rows, and no band at all does otherwise."""
    none = 1.0
    for _ in range(bands):
        none *= 1 - jaccard**rows
    return 1 - none


@pytest.mark.parametrize("size", [2, 16, 64, 100, 128, 256])
@pytest.mark.parametrize("jaccard", [0.2, 0.5, 0.7, 0.9, 1.0])
@pytest.mark.parametrize("recall", [0.5, 0.9, 0.99, 0.9999])
def test_bands_reach_their_recall(size: int, jaccard: float, recall: float) -> None:
    """The longest that do; one row to a band where none does."""
    how = CandidateSettings(lsh_jaccard_ratio=jaccard, lsh_recall_ratio=recall)
    bands, rows = choose_bands(size, how)
    assert 1 <= bands * rows <= size
    assert proposal_chance(jaccard, bands, rows) == pytest.approx(chance(jaccard, bands, rows))
    reaching = [r for r in range(1, size + 1) if chance(jaccard, size // r, r) >= recall]
    assert rows == max(reaching, default=1)
    assert bands == size // rows


@pytest.mark.parametrize("rate", [1, 2, 8, 1 << 20])
def test_the_highest_key(rate: int) -> None:
    """One hash in ``rate`` is a key: with a rate of one all, the largest of them included."""
    assert highest(CandidateSettings(passage_rate=rate)) + 1 == 2**64 // rate


def vectors(terms: Ragged, weights: list[int]) -> Vectors:
    """Terms of rows, each of which weighs as often as it stands there."""
    entries = terms.values << np.uint32(COUNT_BITS) | np.array(weights, np.uint32)
    scales, worths = np.ones(len(terms.offsets) - 1), np.full(100, 1 << FINER_BITS, np.uint32)
    return Vectors(entries, terms.offsets, scales, worths, np.arange(100, dtype=np.uint64))


def test_rare_terms() -> None:
    """The heaviest of those that another row has; a term of one article proposes nothing."""
    terms = ragged([1, 2, 3, 4], [2, 3, 4], [9], [], kind=np.uint32)
    rows = vectors(terms, [9, 1, 5, 3, 1, 2, 7, 10])
    assert rows_of(rare_terms(rows, CandidateSettings(term_count=2))) == [
        [3, 4],
        [3, 4],
        [],
        [],
    ]
    every = rare_terms(rows, CandidateSettings(term_count=99))
    assert rows_of(every) == [[2, 3, 4], [2, 3, 4], [], []]


def test_rare_terms_of_equal_weight_have_an_order() -> None:
    """Both rows must choose the same ones, or they would not meet."""
    row = list(range(10, 60))
    terms = ragged(row, row, kind=np.uint32)
    keys = rare_terms(vectors(terms, [7] * 100), CandidateSettings(term_count=5))
    assert rows_of(keys) == [row[:5], row[:5]]


def test_a_term_that_says_nothing_proposes_nothing() -> None:
    """Every article holds it; with nothing else to go by, a row has no keys at all."""
    terms = ragged([0, 1], [0, 1], [], kind=np.uint32)
    found = rare_terms(vectors(terms, [0, 5, 0, 5]), CandidateSettings())
    assert rows_of(found) == [[1], [1], []]
    nothing = rare_terms(vectors(ragged([], [], kind=np.uint32), []), CandidateSettings())
    assert rows_of(nothing) == [[], []]


def test_rare_keys() -> None:
    """Of the keys that another row has, those with the fewest rows; of equals the first."""
    keys = ragged([1, 2, 3, 4], [1, 2, 3], [1, 3, 5], [1], [])
    rare = rare_keys(keys, CandidateSettings(passage_count=2))
    assert rows_of(rare) == [[2, 3], [2, 3], [1, 3], [1], []]
    every = rare_keys(keys, CandidateSettings(passage_count=99))
    assert rows_of(every) == [[1, 2, 3], [1, 2, 3], [1, 3], [1], []]


def test_a_phrase_that_all_quote_proposes_nothing_where_rarer_ones_tell() -> None:
    """Hundreds carry it; two of them are copies of each other, and their own keys say so."""
    rows = [[1, 2, *range(100 * n, 100 * n + 40)] for n in range(2, 200)]
    rare = rare_keys(ragged(*rows, rows[0]), CandidateSettings(passage_count=32))
    assert rows_of(rare)[0] == rows_of(rare)[-1] == rows[0][2:34]
    assert rows_of(rare)[1] == [1, 2], "it has nothing rarer that another row has"


def test_pairs_share_enough_of_all_their_keys() -> None:
    """A part in a longer article stays, one key of twenty does not; few keys tell nothing."""
    keys = ragged([*range(20)], [*range(18, 58)], [*range(19, 200)], [0, 1], [])
    pairs = np.array([[0, 1], [0, 2], [0, 3], [1, 2], [2, 3], [0, 4]], np.int64)
    kept = share_keys(pairs, keys, CandidateSettings(passage_ratio=0.1))
    assert kept.tolist() == [[0, 1], [0, 3], [1, 2], [2, 3], [0, 4]]
    assert share_keys(pairs, keys, CandidateSettings(passage_ratio=0)).tolist() == pairs.tolist()
    whole = share_keys(pairs, keys, CandidateSettings(passage_ratio=1))
    assert whole.tolist() == [[0, 3], [2, 3], [0, 4]]
    assert share_keys(pairs[:0], keys, CandidateSettings()).shape == (0, 2)


def test_known_keys_are_left_out() -> None:
    """Row by row; none known, none left out."""
    keys = ragged([1, 2, 3], [2], [], [3, 4])
    assert rows_of(without(keys, np.array([2, 4], np.uint64))) == [[1, 3], [], [], [3]]
    assert rows_of(without(keys, np.zeros(0, np.uint64))) == rows_of(keys)


def test_pairs_must_share_enough_keys() -> None:
    """Long rows need several in common, short ones one: nothing is dropped for being short."""
    long = [list(range(0, 20)), list(range(18, 38)), list(range(37, 57))]
    pairs, capped = pair(ragged(*long, [0, 99]), shared=2, full=8, limit=256)
    assert pairs.tolist() == [[0, 1], [0, 3]]
    assert capped == 0


def test_merging_marks_who_proposed() -> None:
    """One list, sorted, once each, with a bit for each index; the capped buckets add up."""
    one = np.array([[0, 5], [2, 3]], np.int64)
    two = np.array([[0, 1], [2, 3]], np.int64)
    found = merge({0: (one, 1), 2: (two, 2), 1: (np.zeros((0, 2), np.int64), 0)})
    assert found.pairs.tolist() == [[0, 1], [0, 5], [2, 3]]
    assert found.found_by.tolist() == [4, 1, 5]
    assert found.capped == 3
    assert merge({}).pairs.shape == (0, 2)
