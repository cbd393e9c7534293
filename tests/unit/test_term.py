"""Terms: rare words weigh, common ones do not, in a corpus of three as in one of thousands."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup.data import Ragged
from dedup.evidence import INFORMATIVE_IDF
from dedup.settings import ShingleSettings, SketchSettings
from dedup.shingle import cut, hash_words
from dedup.sketch import sign
from dedup.term import count, idf, spread, stem, weigh_terms

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
    once = np.ones(1, np.int64)
    common = [float(idf(hashed(word), once, articles)[0]) for word in COMMON]
    rare = [float(idf(hashed(word[:6]), once, articles)[0]) for word in RARE]
    assert max(common) < INFORMATIVE_IDF < min(rare)


def test_the_corpus_speaks_for_itself_when_it_is_large() -> None:
    """The more of its articles hold a word, the less it says; never less than nothing."""
    word = hashed("osgaard")
    values = [float(idf(word, np.array([n]), 100_000)[0]) for n in (1, 100, 10_000, 100_000)]
    assert values == sorted(values, reverse=True)
    assert values[-1] >= 0


def test_stems_join_forms_of_a_word() -> None:
    """Endings of long words do not matter; short words stay apart."""
    assert len(set(stem(["recalled", "recalls", "recalling"]))) == 1
    assert len(set(stem(["port", "ports", "sport"]))) == 3


def test_count() -> None:
    """Each row's terms once, sorted, with how often they stand; empty rows stay."""
    terms, counts = count(hash_words([["b", "a", "b"], [], ["a"]]))
    assert terms.offsets.tolist() == [0, 2, 2, 3]
    a, b = hashed("a", "b").tolist()
    assert dict(zip(terms.values[:2].tolist(), counts[:2].tolist(), strict=True)) == {a: 1, b: 2}
    assert terms.values[:2].tolist() == sorted([a, b])
    assert (terms.values[2], counts[2]) == (a, 1)


def signatures(rows: list[list[str]]) -> NDArray[np.uint32]:
    """By which copies are told."""
    return sign(cut(hash_words(rows), [], ShingleSettings()), SketchSettings())


def idf_among(rows: list[list[str]], word: str) -> float:
    """How much a word says in a corpus of these rows."""
    vocabulary, values = spread(count(hash_words(rows))[0], signatures(rows))
    return float(values[np.searchsorted(vocabulary, hashed(word))][0])


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


def weights(rows: list[list[str]]) -> tuple[Ragged, NDArray[np.float64]]:
    """Rows of words as weighted terms."""
    terms, counts = count(hash_words(rows))
    vocabulary, values = spread(terms, signatures(rows))
    assert vocabulary.tolist() == sorted(set(terms.values.tolist()))
    its = values[np.searchsorted(vocabulary, terms.values)]
    return terms, weigh_terms(terms, counts.astype(np.float64), its)


def test_each_row_has_length_one() -> None:
    """So that a dot product is a cosine; an empty row is harmless."""
    terms, its = weights([["the", "osgaard", "osgaard"], [], ["the"] * 50, RARE])
    for start, end in pairwise(terms.offsets.tolist()):
        assert end == start or float((its[start:end] ** 2).sum()) == pytest.approx(1)


def test_a_row_is_weighed_by_itself() -> None:
    """Where a batch begins must not matter, to the last bit."""
    rows = [[f"w{n}{m}" for m in range(7)] for n in range(200)]
    terms, counts = count(hash_words(rows))
    times = counts.astype(np.float64)
    values = np.linspace(1.1, 9.7, len(counts))
    whole = weigh_terms(terms, times, values)
    for start, end in pairwise(terms.offsets.tolist()):
        row = Ragged(terms.values[start:end], np.array([0, end - start]))
        assert (
            weigh_terms(row, times[start:end], values[start:end]).tolist()
            == whole[start:end].tolist()
        )
