"""Facts that differ: told by kind, counted in whole numbers, many pairs at once as one by one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.data.corpus import Ragged
from dedup.data.pair import Fact
from dedup.fact import FACTS_SHOWN, INFORMATIVE_IDF, Differing, Gaps, find, tell
from dedup.kernels import IDF_UNIT, Sides, Vectors

SAYS = {
    "brandtmeyer": 12, "brandtmeier": 12, "petekovic": 13, "ilse": 9, "ostrava": 8, "quay": 4,
    "the": 0, "terminal": 3, "place": 2, "3": 1, "40": 2, "1987": 6, "oslo": 7, "rome": 6,
}  # fmt: skip
"""How much each word says, in whole units; from 4 up it is a fact."""


class Place(NamedTuple):
    """A gap: the words of both sides, where it begins on each, and words that stand elsewhere."""

    left: str
    right: str
    start: int = 50
    elsewhere: str = ""


def own(words: list[str], other: list[str], elsewhere: list[str]) -> int:
    """A bit for each word that the other side has nowhere."""
    return sum(1 << at for at, word in enumerate(words) if word not in {*other, *elsewhere})


class Texts:
    """Articles of which only gaps are known: each gap of each side is a row of its own."""

    def __init__(self, places: list[Place]) -> None:
        """Put the words of all gaps where their places say."""
        self.words: list[list[str]] = []
        at, mine = [], []
        for side in range(2):
            for place in places:
                ours, theirs = place[side].split(), place[1 - side].split()
                at.append((len(self.words), place.start, place.start + len(ours)))
                mine.append(own(ours, theirs, place.elsewhere.split()))
                self.words.append(["the"] * place.start + ours)
        whole = np.array(at, np.int64).reshape(2, -1, 3)
        self.gaps = Gaps(whole, np.array(mine, np.uint32).reshape(2, -1))

    def sides(self) -> Sides:
        """What the words are and say, as columns."""
        vocabulary = sorted(SAYS)
        flat = [word for row in self.words for word in row]
        none, no_factors = np.zeros(0, np.uint32), np.zeros(1, np.uint64)
        offsets = np.cumsum([0, *map(len, self.words)])
        return Sides(
            words=np.array([vocabulary.index(word) for word in flat], np.uint32),
            offsets=offsets,
            marks=np.array([word.isdigit() for word in vocabulary], np.uint8),
            says=np.array([SAYS[word] * IDF_UNIT for word in vocabulary], np.uint32),
            vectors=Vectors(none, offsets * 0, np.zeros(len(self.words)), none, no_factors),
        )

    def letters(self) -> Ragged:
        """Those of all words by their numbers."""
        spaced = [f"{word} ".encode() for word in sorted(SAYS)]
        return Ragged(np.frombuffer(b"".join(spaced), np.uint8), np.cumsum([0, *map(len, spaced)]))


def found(
    pairs: list[list[Place]], heads: list[int] | None = None, *, reprinted: bool = False
) -> Differing:
    """The facts that differ in some pairs, each told by its places; ``reprinted`` besides."""
    texts = Texts([place for some in pairs for place in some])
    numbers = np.repeat(np.arange(len(pairs)), [len(some) for some in pairs])
    within = np.array(heads or [0] * len(pairs), np.int64)
    same = np.full(len(pairs), reprinted)
    return find(texts.sides(), texts.letters(), numbers, within, same, texts.gaps)


def every(told: Differing) -> list[list[Fact]]:
    """The facts of each pair."""
    return [list(one) for one in tell(told.facts)]


def facts(*places: Place, head: int = 0, reprinted: bool = False) -> list[Fact]:
    """The facts of one pair, which are all shown."""
    told = found([list(places)], [head], reprinted=reprinted)
    assert told.counts.tolist() == [len(tell(told.facts)[0])]
    return list(tell(told.facts)[0])


def number(left: str, right: str) -> Fact:
    """A number that differs."""
    return Fact("number", left, right)


def name(left: str, right: str) -> Fact:
    """A name that differs."""
    return Fact("name", left, right)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place("3", "40"), [number("3", "40")]),
        (Place("3", "quay"), []),
        (Place("the 3", "the 40"), [number("3", "40")]),
        (Place("brandtmeyer", "petekovic"), [name("brandtmeyer", "petekovic")]),
        (Place("ilse brandtmeyer", "petekovic"), [name("ilse brandtmeyer", "petekovic")]),
        (Place("3 ilse", "40 petekovic"), [number("3", "40"), name("ilse", "petekovic")]),
        (Place("terminal", "place"), []),
        (Place("brandtmeyer", "place"), []),
        (Place("quay", "ostrava"), [name("quay", "ostrava")]),
        (Place("brandtmeyer", "brandtmeier"), []),
        (Place("brandtmeyer", "ilse brandtmeier"), []),
        (Place("oslo", "rome"), [name("oslo", "rome")]),
        (Place("1987", "40", elsewhere="1987"), []),
        (Place("ilse", "ostrava", elsewhere="ostrava"), []),
    ],
)
def test_what_is_a_fact(place: Place, expected: list[Fact]) -> None:
    """Numbers however common, words that few articles hold; both sides have one of their own, and
    none that stands elsewhere in the other article or is spelled another way.
    """
    assert facts(place) == expected


@pytest.mark.parametrize(
    ("start", "head", "told"), [(0, 12, True), (11, 12, True), (12, 12, False), (0, 0, False)]
)
def test_at_the_head_one_name_is_enough(start: int, head: int, told: bool) -> None:
    """Another subject in the headline is another story, whatever the other side calls it."""
    expected = [name("brandtmeyer", "place")] if told else []
    assert facts(Place("brandtmeyer", "place", start), head=head) == expected


def test_no_name_no_fact_even_at_the_head() -> None:
    """Everyday words may change anywhere."""
    assert facts(Place("terminal", "place", 0), head=12) == []


HEADLINES = Place("ilse the quay the ostrava", "petekovic the oslo 40 the", 0)
NUMBER, NAME = Place("3", "40"), Place("oslo", "rome")


@pytest.mark.parametrize(
    ("below", "told"), [((), 0), ((NUMBER,), 1), ((NAME,), 1), ((NUMBER, NAME), 3)]
)
def test_another_headline_over_one_text_is_no_fact(below: tuple[Place, ...], told: int) -> None:
    """An editor wrote it, unless facts below change with it, as in a form."""
    assert len(facts(HEADLINES, *below, head=12, reprinted=True)) == told


@pytest.mark.parametrize(
    "place",
    [
        HEADLINES._replace(start=1),
        HEADLINES._replace(left="ilse the quay ostrava"),
        HEADLINES._replace(right="petekovic the oslo 40"),
    ],
    ids=["not at the head", "a name on the left", "a name on the right"],
)
def test_only_two_whole_headlines_are_an_editors(place: Place) -> None:
    """A subject's name at the head of a form is shorter, and what stands lower is of the text."""
    assert facts(place, head=12, reprinted=True) == facts(place, head=12) != []


def test_another_headline_over_another_text_is_a_fact() -> None:
    """Of forms that have little else in common."""
    assert facts(HEADLINES, head=12) != []


def test_facts_weigh_as_much_as_their_lighter_side() -> None:
    """A number at least as much as any fact; of a gap's words only the facts, if there are some."""
    places = [Place("3", "1987"), Place("ilse the", "petekovic"), Place("terminal", "place")]
    told = found([places, places[:1], []])
    assert told.counts.tolist() == [2, 1, 0]
    assert told.weights.tolist() == [INFORMATIVE_IDF + 9 * IDF_UNIT, INFORMATIVE_IDF, 0]
    assert tell(told.facts)[2] == ()


def test_only_the_first_are_shown() -> None:
    """A table with every figure changed stays readable, and is counted in full."""
    told = found([[Place("3", "40")] * 50, [Place("oslo", "rome")]])
    assert told.counts.tolist() == [50, 1]
    assert every(told) == [[number("3", "40")] * FACTS_SHOWN, [name("oslo", "rome")]]


def test_nothing_differs_in_nothing() -> None:
    """No pairs, and pairs without places."""
    assert every(found([])) == []
    told = found([[], []])
    assert (told.counts.tolist(), told.weights.tolist()) == ([0, 0], [0, 0])
    assert every(told) == [[], []]


words = st.lists(st.sampled_from(sorted(SAYS)), min_size=1, max_size=12).map(" ".join)
places = st.builds(Place, words, words, st.sampled_from([0, 3, 11, 12, 50]), words)
asked = st.lists(st.tuples(st.lists(places, max_size=4), st.sampled_from([0, 12])), max_size=5)


@given(asked)
def test_many_pairs_at_once_are_as_one_by_one(pairs: list[tuple[list[Place], int]]) -> None:
    """What stands beside a pair in a batch changes nothing of it."""
    told = found([some for some, _ in pairs], [head for _, head in pairs], reprinted=True)
    for at, (some, head) in enumerate(pairs):
        alone = found([some], [head], reprinted=True)
        assert (told.counts[at], told.weights[at]) == (alone.counts[0], alone.weights[0])
        assert tell(told.facts)[at] == tell(alone.facts)[0]


@given(asked)
def test_the_sides_may_swap(pairs: list[tuple[list[Place], int]]) -> None:
    """The same facts the other way round, weighing the same."""
    heads = [head for _, head in pairs]
    there = found([some for some, _ in pairs], heads, reprinted=True)
    turned = [[one._replace(left=one.right, right=one.left) for one in some] for some, _ in pairs]
    back = found(turned, heads, reprinted=True)
    assert back.counts.tolist() == there.counts.tolist()
    assert back.weights.tolist() == there.weights.tolist()
    mirrored = [[Fact(one.kind, one.right, one.left) for one in some] for some in every(back)]
    assert mirrored == every(there)
