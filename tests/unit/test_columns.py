"""Columns: a batch cut as its texts are one by one, rows gathered and closed up in place."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Settings, kernels, shingle, term
from dedup.data.corpus import Cut, Ragged, Sketched
from dedup.pipeline import columns, numbering, store
from dedup.pipeline.memory import Memory
from dedup.text import clean, words
from tests.newsroom import ODD, articles

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEWS = [article.text for article in articles(60, seed=5)]
DECLINED = ["&bogus; is no reference the kernel knows", "half \ud800 a character", "x &ac; y"]
"""Texts that are left to the rules, whatever twin runs."""
texts = st.lists(st.sampled_from([*NEWS, *ODD, *DECLINED, "the storm", "The  Storm!"]), max_size=9)
HOWS = [
    Settings(),
    Settings.from_mapping({"unit": "word:5"}),
    Settings.from_mapping({"unit": "char:6"}),
    Settings.from_mapping({"drop_urls": False}),
]
settings = st.sampled_from(HOWS)


def unravel(ragged: Ragged) -> list[list[Any]]:
    """The rows as lists."""
    return [ragged.values[a:b].tolist() for a, b in pairwise(ragged.offsets.tolist())]


def told(cut: Cut) -> list[Ragged]:
    """Words, their marks and their stems, without numbers of anything."""
    lexicon, at = cut.lexicon, cut.words.values
    words = lexicon.hashes[at], lexicon.marks[at], lexicon.stems[at]
    return [Ragged(some, cut.words.offsets) for some in words]


def terms_told(sketched: Sketched) -> Ragged:
    """Each row's terms by the hashes of their stems."""
    known = np.unique(sketched.cut.lexicon.stems)
    numbers = sketched.terms.values >> np.uint32(kernels.COUNT_BITS)
    return Ragged(known[numbers], sketched.terms.offsets)


def rows_of(cut: Cut) -> list[tuple[Any, ...]]:
    """All that is known of each row, side by side."""
    ragged = [*told(cut), cut.keys]
    ragged += [cut.shingles] if len(cut.shingles.offsets) == len(cut.words.offsets) else []
    flat = cut.signatures.tolist(), cut.digests.tolist()
    return list(zip(*map(unravel, ragged), *flat, strict=True))


@given(texts, settings)
def test_a_batch_is_cut_as_its_texts_are(batch: list[str], how: Settings) -> None:
    """Whatever stands beside a text, and whether the kernel or the rules have cut it."""
    alone = [row for text in batch for row in rows_of(columns.cut([text], how))]
    assert rows_of(columns.cut(batch, how)) == alone


@pytest.mark.parametrize("how", HOWS, ids=["plain", "words", "characters", "switched"])
def test_a_text_is_cut_by_the_rules(how: Settings) -> None:
    """Words, numbers, stems and digest of a mixture of done and declined texts."""
    batch = [*NEWS, *DECLINED, *ODD]
    cut = columns.cut(batch, how)
    plain = [clean(text, how.text).text for text in batch]
    spelled = [words(one) for one in plain]
    hashes, marks, stems = map(unravel, told(cut))
    assert hashes == unravel(shingle.hash_words(spelled))
    assert marks == [[kernels.NUMBER * word.isdigit() for word in some] for some in spelled]
    assert stems == unravel(shingle.hash_words([term.stem(some) for some in spelled]))
    digests = [hashlib.sha256(one.encode(errors="surrogatepass")).hexdigest() for one in plain]
    assert [f"{high:016x}{low:016x}" for high, low in cut.digests.tolist()] == [
        one[:32] for one in digests
    ]


def gathered(batch: list[str], size: int, how: Settings) -> tuple[Cut, list[int], list[int]]:
    """The rows of texts that are cut so many at a time."""
    cuts = (columns.cut(batch[at : at + size], how) for at in range(0, max(1, len(batch)), size))
    found = store.gather(cuts, Memory())
    return found.cut, found.rows.tolist(), found.first.tolist()


@given(texts, st.sampled_from([1, 2, 256]), settings)
def test_equal_texts_share_a_row(batch: list[str], size: int, how: Settings) -> None:
    """Each with the first of its kind, wherever batches end; a text without words has none."""
    cut, rows, first = gathered(batch, size, how)
    known: dict[str, int] = {}
    for at, text in enumerate(batch):
        plain = clean(text, how.text).text
        expected = known.setdefault(plain, len(known)) if words(plain) else -1
        assert rows[at] == expected
        assert expected < 0 or first[expected] <= at
    assert first == [rows.index(row) for row in range(len(known))]
    assert rows_of(cut) == rows_of(columns.cut([batch[at] for at in first], how))


@given(texts.flatmap(lambda some: st.tuples(st.just(some), st.permutations(range(len(some))))))
def test_rows_may_be_arranged_afterwards(given_order: tuple[list[str], list[int]]) -> None:
    """As if the texts had been gathered in that order to begin with."""
    batch, order = given_order
    cuts = [columns.cut([text], HOWS[1]) for text in batch] or [columns.cut([], HOWS[1])]
    found = store.arrange(store.gather(cuts, Memory()), np.array(order, np.int64), Memory())
    expected, rows, first = gathered([batch[at] for at in order], 3, HOWS[1])
    assert (found.rows.tolist(), found.first.tolist()) == (rows, first)
    assert rows_of(found.cut) == rows_of(expected)


@given(st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9))), st.integers(1, 9))
def test_values_are_numbered_as_they_come(batches: list[list[int]], room: int) -> None:
    """From call to call, however little room there is at first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbering, "LEAST_ROOM", room)
        numbers = numbering.Numbers()
        given_out = [numbers.number(np.array(some, np.uint64)).tolist() for some in batches]
    known = list(dict.fromkeys(value for values in batches for value in values))
    assert numbers.values().tolist() == known
    assert [[known[one] for one in some] for some in given_out] == batches


def test_articles_too_short_for_a_shingle_keep_their_rows() -> None:
    """A batch of nothing else, with an empty one and a copy in it, shifts no row behind it."""
    short = ["", "the storm", "the storm", "a port"]
    cut, rows, _ = gathered([*short, NEWS[0], NEWS[1]], 4, HOWS[1])
    assert rows == [-1, 0, 0, 1, 2, 3]
    longer = unravel(columns.cut(NEWS[:2], HOWS[1]).shingles)
    assert unravel(cut.shingles) == [[], [], *longer]


@pytest.mark.parametrize("size", [1, 2, 9])
def test_one_digest_is_no_proof(size: int) -> None:
    """Of texts with one digest but other words each has a row of its own, and no text is lost."""
    batch = ["the storm", "the port", "the storm", "a bridge", "", "the port"]
    forged = [
        replace(cut, digests=np.zeros_like(cut.digests))
        for cut in (columns.cut(batch[at : at + size], HOWS[0]) for at in range(0, 6, size))
    ]
    cut, rows, first = store.gather(iter(forged), Memory())
    found = unravel(columns.hashed(cut))
    hashed = unravel(shingle.hash_words([text.split() for text in batch]))
    assert rows[4] == -1
    assert [found[row] for row in rows.tolist() if row >= 0] == [row for row in hashed if row]
    assert rows[0] == rows[2]
    assert len({*rows[[0, 1, 3]].tolist()}) == 3
    assert [rows[at] for at in first.tolist()] == list(range(len(found)))


def test_some_rows_are_taken_in_any_order() -> None:
    """Repeated or not; all columns of a row travel together."""
    cut = columns.cut(NEWS[:20], HOWS[1])
    whole = rows_of(cut)
    for rows in ([], [3], [7, 7, 0, 19], [*range(19, -1, -1)]):
        some = store.take(cut, np.array(rows, np.int64))
        assert rows_of(some) == [whole[row] for row in rows]
        assert some.lexicon is cut.lexicon
        for field in (one for one in fields(some) if one.name != "lexicon"):
            one, other = getattr(some, field.name), getattr(cut, field.name)
            kinds = [getattr(x, "values", x).dtype for x in (one, other)]
            assert kinds[0] == kinds[1]


def sketched_without(
    rows: list[list[str]], masked: list[bool], how: Settings, at_once: int
) -> tuple[list[list[Any]], dict[int, int]]:
    """The rows without their masked words, column by column, and what each term says."""
    gone = iter(masked)

    def mask(words: Ragged, *_: object) -> NDArray[np.bool_]:
        return np.array([next(gone) for _ in words.values], bool)

    memory = Memory()
    found = store.gather([columns.cut([" ".join(row) for row in rows], how)], memory)
    sketched = columns.number(found.cut, memory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "ROWS_AT_ONCE", at_once)
        patch.setattr(columns, "mask", mask)
        cleared = columns.clear(sketched, np.ones(1, np.uint64), how, memory)
    bare = cleared.cut
    weights = Ragged(kernels.weigh_rows(columns.vectors(cleared)), cleared.terms.offsets)
    shingles = [bare.shingles] if how.shingle.unit == "word:5" else []
    says = dict(zip(np.unique(bare.lexicon.stems).tolist(), cleared.idf.tolist(), strict=True))
    return [*map(unravel, (*told(bare), terms_told(cleared), weights, *shingles))], says


VOCABULARY = ["storm", "port", "crane", "tide", "quay", "12", "340", "ferry", "fog"]
marked = st.lists(
    st.lists(st.tuples(st.sampled_from(VOCABULARY), st.booleans()), min_size=1, max_size=14),
    max_size=9,
    unique_by=lambda row: tuple(word for word, _ in row),
)


@given(marked, st.sampled_from(HOWS[:2]), st.sampled_from([1, 3, 4096]))
def test_clearing_furniture_is_cutting_without_it(
    rows: list[list[tuple[str, bool]]], how: Settings, at_once: int
) -> None:
    """Words, marks, terms, their weights, shingles: as of texts that never had it."""
    whole = [[word for word, _ in row] for row in rows]
    masked = [gone for row in rows for _, gone in row]
    found, says = sketched_without(whole, masked, how, at_once)
    bare = columns.cut([" ".join(word for word, gone in row if not gone) for row in rows], how)
    counted = [sorted(Counter(stems).items()) for stems in unravel(told(bare)[-1])]
    terms = [[stem for stem, _ in row] for row in counted]
    ends = np.cumsum([0, *map(len, counted)])
    counts = np.array([count for row in counted for _, count in row], np.uint32)
    idf = np.array([says[stem] for row in terms for stem in row], np.uint32)
    numbers = np.arange(len(idf), dtype=np.uint32)
    every = Ragged(numbers << np.uint32(kernels.COUNT_BITS) | counts, ends)
    scales = term.scale(every, idf, np.arange(len(rows)))
    weights = kernels.weigh_rows(term.vectors(every, scales, idf))
    expected = [*map(unravel, told(bare)), terms, unravel(Ragged(weights, ends))]
    expected += [unravel(bare.shingles)] if how.shingle.unit == "word:5" else []
    assert found == expected
