"""Terms: rare words weigh, common ones do not, in a corpus of three as in one of thousands."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup import kernels
from dedup.data.corpus import Ragged
from dedup.fact import INFORMATIVE_IDF
from dedup.kernels import COUNT_BITS, IDF_UNIT, WEIGHT_UNIT
from dedup.settings import ShingleSettings, SketchSettings
from dedup.shingle import cut, hash_words
from dedup.sketch import sign
from dedup.term import MOST_COUNTED, idf, parts_of, scale, spread, stem, vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMMON = ["the", "and", "said", "der", "und", "les", "что", "من"]
RARE = ["kappelhavn", "qwyx", "osgaard", "лесторг"]


def hashed(*words: str) -> NDArray[np.uint64]:
    """One row's hashes."""
    return hash_words([words]).values


@pytest.mark.parametrize("articles", [1, 3, 10_000])
def test_background_tells_rare_from_common(articles: int) -> None:
    """Without statistics of its own, a corpus knows which words say something."""
    once = np.ones(1)
    common = [int(idf(hashed(word), once, articles)[0]) for word in COMMON]
    rare = [int(idf(hashed(word[:6]), once, articles)[0]) for word in RARE]
    assert max(common) < INFORMATIVE_IDF < min(rare)


def test_the_corpus_speaks_for_itself_when_it_is_large() -> None:
    """The more of its articles hold a word, the less it says; never less than nothing."""
    word = hashed("osgaard")
    values = [idf(word, np.array([float(n)]), 100_000)[0] for n in (1, 100, 10_000, 100_000)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 4
    assert values[-1] < IDF_UNIT // 10, "what all but the background hold says next to nothing"
    assert values[0].dtype == np.uint32


def test_stems_join_forms_of_a_word() -> None:
    """Endings of long words do not matter; short words stay apart."""
    assert len(set(stem(["recalled", "recalls", "recalling"]))) == 1
    assert len(set(stem(["port", "ports", "sport"]))) == 3


def counted(rows: list[list[str]]) -> tuple[Ragged, NDArray[np.uint64]]:
    """Each row's terms as entries by their places in the vocabulary, and this."""
    words = hash_words(rows)
    vocabulary, numbers = kernels.number_values(words.values)
    itself = np.arange(len(vocabulary), dtype=np.uint32)
    return Ragged(*kernels.count_terms(numbers, words.offsets, itself, len(itself))), vocabulary


def split(terms: Ragged) -> tuple[list[int], list[int]]:
    """The places and the counts of entries."""
    places, counts = divmod(terms.values, np.uint32(1 << COUNT_BITS))
    return places.tolist(), counts.tolist()


def test_terms_are_counted_in_each_row() -> None:
    """Each row's terms once, sorted, with how often they stand; empty rows stay."""
    terms, vocabulary = counted([["b", "a", "b"], [], ["a"]])
    assert terms.offsets.tolist() == [0, 2, 2, 3]
    a, b = hashed("a", "b").tolist()
    assert vocabulary.tolist() == sorted([a, b])
    places, counts = split(terms)
    found = vocabulary[places].tolist()
    assert dict(zip(found[:2], counts[:2], strict=True)) == {a: 1, b: 2}
    assert found[:2] == sorted([a, b])
    assert (found[2], counts[2]) == (a, 1)


def test_all_counts_that_matter_have_room() -> None:
    """An entry tells them apart."""
    assert MOST_COUNTED < 1 << COUNT_BITS


def signatures(rows: list[list[str]]) -> NDArray[np.uint32]:
    """By which copies are told."""
    return sign(cut(hash_words(rows), [], ShingleSettings()), SketchSettings())


def idf_among(rows: list[list[str]], word: str) -> float:
    """How much a word says in a corpus of these rows."""
    terms, vocabulary = counted(rows)
    values = spread(vocabulary, terms, parts_of(signatures(rows)))
    return float(values[np.searchsorted(vocabulary, hashed(word))][0]) / IDF_UNIT


def prose(seed: int, *more: str) -> list[str]:
    """Forty words that no other seed has, and some that it may share."""
    return [f"w{seed}x{n}" for n in range(40)] + list(more)


def test_copies_are_counted_once() -> None:
    """However many outlets ran a story, its words stay as rare as they were."""
    others = [prose(n) for n in range(1, 300)]
    once = idf_among([prose(0, "osgaard"), *others], "osgaard")
    copies = [prose(0, "osgaard", f"copy{n}") for n in range(300)]
    assert idf_among([*copies, *others], "osgaard") == pytest.approx(once, abs=0.1)
    told_anew = [prose(1000 + n, "osgaard") for n in range(300)]
    assert idf_among([*told_anew, *others], "osgaard") < once - 1


def test_a_copy_does_not_depend_on_its_place() -> None:
    """Neither which row of the copies comes first nor what stands between them matters."""
    rows = [prose(0, "osgaard", f"copy{n}") for n in range(8)] + [prose(n) for n in range(1, 40)]
    told = idf_among(rows, "osgaard")
    assert idf_among(rows[::-1], "osgaard") == told
    assert idf_among([*rows[4:], *rows[:4]], "osgaard") == told


def weighed(terms: Ragged, says: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """What each term weighs in its row."""
    scales = scale(terms, says, np.arange(len(terms.offsets) - 1))
    return kernels.weigh_rows(vectors(terms, scales, says))


def weights(rows: list[list[str]]) -> tuple[Ragged, NDArray[np.uint32]]:
    """Rows of words as weighted terms."""
    terms, vocabulary = counted(rows)
    return terms, weighed(terms, spread(vocabulary, terms, parts_of(signatures(rows))))


def test_each_row_has_length_one() -> None:
    """So that a dot product is a cosine; an empty row is harmless."""
    terms, its = weights([["the", "osgaard", "osgaard"], [], ["the"] * 50, RARE])
    scaled = its / WEIGHT_UNIT
    for start, end in pairwise(terms.offsets.tolist()):
        assert end == start or float((scaled[start:end] ** 2).sum()) == pytest.approx(1)


def test_a_weight_is_what_its_formula_says() -> None:
    """A power of the count times the idf, over the length of the row: to three digits."""
    rows = [["osgaard", "osgaard", "osgaard", "the", "port"], ["port"]]
    terms, vocabulary = counted(rows)
    says = spread(vocabulary, terms, parts_of(signatures(rows)))
    plain = [
        count**0.7 * int(says[place]) / IDF_UNIT for place, count in zip(*split(terms), strict=True)
    ][:3]
    length = sum(one**2 for one in plain) ** 0.5
    found = weighed(terms, says)[:3] / WEIGHT_UNIT
    assert found.tolist() == pytest.approx([one / length for one in plain], abs=1e-3)


def test_terms_that_say_nothing_weigh_nothing() -> None:
    """A row of them is no reason to divide by zero, and no number is too large to count."""
    places, counts = np.array([0, 0, 1], np.uint32), np.array([3, 9, MOST_COUNTED], np.uint32)
    terms = Ragged(places << np.uint32(COUNT_BITS) | counts, np.array([0, 1, 3]))
    says = np.array([0, 14 * IDF_UNIT], np.uint32)
    assert weighed(terms, says).tolist() == [0, 0, WEIGHT_UNIT]
    more = terms.values + np.array([0, 0, 9], np.uint32)
    assert weighed(Ragged(more, terms.offsets), says).tolist() == [0, 0, WEIGHT_UNIT]


def test_a_row_is_weighed_by_itself() -> None:
    """Where a batch begins must not matter, to the last bit."""
    rows = [[f"w{n}{m}" for m in range(7)] for n in range(200)]
    terms, vocabulary = counted(rows)
    says = np.linspace(70_000, 900_000, len(vocabulary)).astype(np.uint32)
    whole = weighed(terms, says)
    for start, end in pairwise(terms.offsets.tolist()):
        row = Ragged(terms.values[start:end], np.array([0, end - start]))
        assert weighed(row, says).tolist() == whole[start:end].tolist()
