"""Find the facts that two articles tell differently in the same place.

A place is a short gap between shared words, both sides of it filled. A fact is a number, or a name:
a word that few articles hold. One that the other article has elsewhere, or spells another way, does
not differ; nor does a headline that is wholly another, above a text that is otherwise the same:
editors write their own, and a form changes its facts in step.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from . import kernels
from .data.pair import Fact
from .data.weighed import Facts
from .kernels import IDF_UNIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .data.corpus import Ragged

INFORMATIVE_IDF = 4 * IDF_UNIT
"""A word from here up, which fewer than one article in 55 holds, counts as a fact."""
HEADLINE_WORDS = 5
"""A name at the head of an article has fewer words: so many, on both sides, are two headlines …"""
BESIDE_HEADLINE = 1
"""… which say nothing of substituted facts where no more than this differ in the text below."""
FACTS_SHOWN = 20
RESPELLED_LETTERS = 4
"""A shorter word is found in too many others to be called one of them, spelled another way."""
LETTERS_KNOWN = 64
"""A longer word is no name but a code. Only its beginning is shown, and it is not looked for in
others, which would take the square of its length."""
_RESPELLED = 75
"""Out of 100: a word this like a part of the other gap is the same word, spelled another way."""
KINDS = "number", "name"
"""Those of facts, by their numbers."""


class Gaps(NamedTuple):
    """The gaps of ``k`` places, left and right."""

    at: NDArray[np.int64]
    """``int64[2, k, 3]``: the row, and in it the borders of the gap."""
    own: NDArray[np.uint32]
    """``uint32[2, k]``: a bit for each word of a gap that the other article has nowhere."""


class Words(NamedTuple):
    """The words of gaps."""

    letters: str
    """Of all words, with a space behind each."""
    begins: NDArray[np.int64]
    """Where each word begins in the letters, and the end of the last."""
    spelled: NDArray[np.uint8]
    """The same letters in UTF-8."""
    borders: NDArray[np.int64]
    """Where each word begins in these, and the end of the last."""
    numbers: NDArray[np.bool_]
    """Which words consist of digits."""
    first: NDArray[np.int64]
    """The number of each gap's first word, which the others follow; shaped as the gaps are."""


@dataclass(frozen=True, slots=True)
class Differing:
    """The facts of ``m`` pairs, and what they come to."""

    counts: NDArray[np.int64]
    """How many facts of each pair differ."""
    weights: NDArray[np.int64]
    """What the substituted facts of each pair say: each place as much as its lighter side."""
    facts: Facts
    """The first ``FACTS_SHOWN`` of each pair, place by place."""


def find(
    sides: kernels.Sides,
    letters: Ragged,
    pairs: NDArray[np.int64],
    heads: NDArray[np.int64],
    reprinted: NDArray[np.bool_],
    gaps: Gaps,
) -> Differing:
    """The facts that differ. ``pairs`` is ``int64[k]``, the pair of each place, rising from 0;
    ``heads`` is ``int64[m]``: within so many first words, where the subject stands, a name on one
    side is enough. ``reprinted`` is ``bool[m]``: one text, whatever the headline. ``letters`` are
    those of words by their numbers, in UTF-8, a space behind each.
    """
    words = _spell(sides, letters, gaps.at)
    own = gaps.own & ~_respelled(words, gaps)
    said, digits = _say(sides, gaps._replace(own=own))
    differ = _differ(said, heads[pairs])
    differ &= ~_retitled(gaps.at, pairs, reprinted, differ.sum(axis=1))[:, None]
    places, kinds = np.nonzero(differ)
    weights = said[:, places, kinds].min(axis=0)
    of_pair = pairs[places]
    counts = np.bincount(of_pair, minlength=len(heads))
    weights = np.bincount(of_pair, weights, len(heads))  # whole numbers below 2**53
    starts = np.cumsum(counts) - counts
    shown = np.flatnonzero(np.arange(len(kinds)) - starts[of_pair] < FACTS_SHOWN)
    places, kinds = places[shown], kinds[shown]
    digits = digits[:, places]
    masks = np.where(kinds, own[:, places] & ~digits, digits)
    told, borders = _tell(words, words.first[:, places].T.ravel(), masks.T.ravel())
    offsets = _borders(np.minimum(counts, FACTS_SHOWN))
    facts = Facts(offsets, kinds.astype(np.uint8), told, borders)
    return Differing(counts, weights.astype(np.int64), facts)


def _spell(sides: kernels.Sides, letters: Ragged, at: NDArray[np.int64]) -> Words:
    """The words in gaps."""
    rows, starts, ends = at.reshape(-1, 3).T
    lengths = ends - starts
    first = np.cumsum(lengths) - lengths
    places = np.repeat(sides.offsets[rows] + starts - first, lengths) + np.arange(lengths.sum())
    words = sides.words[places].astype(np.int64)
    spelled, borders = kernels.take_rows(letters.values, letters.offsets, words)
    points = _borders((spelled & 0xC0) != 0x80)
    told = spelled.tobytes().decode(errors="surrogatepass")
    numbers = (sides.marks[words] & kernels.NUMBER).astype(np.bool_)
    return Words(told, points[borders], spelled, borders, numbers, first.reshape(at.shape[:-1]))


def _borders(lengths: NDArray[Any]) -> NDArray[np.int64]:
    """Where each of some things of these lengths begins, end to end, and the end of the last."""
    borders = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=borders[1:])
    return borders


def _say(sides: kernels.Sides, gaps: Gaps) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """What the own words of all gaps say, as ``kernels.weigh_gaps`` has it, and which are numbers;
    both with the side first.
    """
    at, own = gaps.at.reshape(-1, 3), gaps.own.ravel()
    said, digits = kernels.weigh_gaps(sides, at, own, INFORMATIVE_IDF)
    return said.reshape(2, -1, said.shape[1]), digits.reshape(2, -1)


def _differ(said: NDArray[np.int64], heads: NDArray[np.int64]) -> NDArray[np.bool_]:
    """``bool[k, 2]``: whether numbers and whether names differ at each place. Both sides must have
    one, and a name must say enough: on both sides, or at the head on one.
    """
    both: NDArray[np.bool_] = np.all(said[:, :, :2] >= 0, axis=0)
    rarest, first = said[:, :, 2], said[:, :, 3]
    at_head = np.all(first < heads, axis=0)
    wanted = np.where(at_head, rarest.max(axis=0), rarest.min(axis=0))
    both[:, 1] &= wanted >= INFORMATIVE_IDF
    return both


def _retitled(
    at: NDArray[np.int64],
    pairs: NDArray[np.int64],
    reprinted: NDArray[np.bool_],
    facts: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """``bool[k]``: whether a place is that of two headlines over one text. ``facts`` are how many
    differ at each place.
    """
    headlines = np.all((at[:, :, 1] == 0) & (at[:, :, 2] >= HEADLINE_WORDS), axis=0)
    below = np.bincount(pairs, np.where(headlines, 0, facts), len(reprinted))
    return np.asarray(headlines & (reprinted & (below <= BESIDE_HEADLINE))[pairs], np.bool_)


def _respelled(words: Words, gaps: Gaps) -> NDArray[np.uint32]:
    """``uint32[2, k]``: a bit for each own name that a part of the other gap spells another way."""
    found, lengths = np.zeros_like(gaps.own), gaps.at[:, :, 2] - gaps.at[:, :, 1]
    bits = np.arange(lengths.max(initial=0), dtype=np.uint32)
    side, place, within = np.nonzero(gaps.own[:, :, None] >> bits & 1)
    word = words.first[side, place] + within
    letters = words.begins[word + 1] - words.begins[word] - 1  # without the space
    named = (letters >= RESPELLED_LETTERS) & (letters <= LETTERS_KNOWN)
    asked = named & ~words.numbers[word]
    side, place, within, word = side[asked], place[asked], within[asked], word[asked]
    other = words.first[1 - side, place]
    begins, ends = words.begins, words.begins - 1
    last = other + lengths[1 - side, place]
    stretches = np.stack((begins[word], ends[word + 1], begins[other], ends[last]), 1)
    alike = kernels.may_resemble(words.letters, stretches, _RESPELLED)
    unsure = np.flatnonzero(alike == 1)
    pairs, told = stretches[unsure].tolist(), words.letters
    ratios = process.cpdist(
        [told[a:b] for a, b, _, _ in pairs],
        [told[c:d].replace(" ", "") for _, _, c, d in pairs],
        scorer=fuzz.partial_ratio,
        score_cutoff=_RESPELLED,
    )
    alike[unsure[ratios >= _RESPELLED]] = 2
    same = np.flatnonzero(alike == 2)
    marks = np.uint32(1) << within[same].astype(np.uint32)
    np.bitwise_or.at(found, (side[same], place[same]), marks)
    return found


def _tell(
    words: Words, first: NDArray[np.int64], masks: NDArray[np.uint32]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Some words of gaps, a bit for each, end to end in UTF-8, and where those of each begin."""
    at, within = np.nonzero(masks[:, None] >> np.arange(32, dtype=np.uint32) & 1)
    letters, ends = kernels.take_rows(words.spelled, words.borders, first[at] + within)
    borders = ends[_borders(np.bincount(at, minlength=len(masks)))]
    told = np.ones(len(letters), np.bool_)
    told[borders[1:] - 1] = False  # the space behind
    return letters[told], borders - np.arange(len(borders))


def none(count: int) -> Facts:
    """The facts of so many pairs in which none differ."""
    nothing = np.zeros(0, np.uint8)
    return Facts(np.zeros(count + 1, np.int64), nothing, nothing, np.zeros(1, np.int64))


def tell(facts: Facts) -> list[tuple[Fact, ...]]:
    """The facts of each pair, for a person to read."""
    said, kinds = texts(facts), facts.kinds.tolist()
    every = [Fact(KINDS[kind], *said[2 * at : 2 * at + 2]) for at, kind in enumerate(kinds)]
    return [tuple(every[a:b]) for a, b in pairwise(facts.offsets.tolist())]


def texts(facts: Facts) -> list[str]:
    """What the left and the right article says, fact by fact."""
    letters = facts.letters.tobytes()
    ends = facts.borders.tolist()
    if letters.isascii():
        plain = letters.decode()
        return [plain[a:b] for a, b in pairwise(ends)]
    return [letters[a:b].decode(errors="surrogatepass") for a, b in pairwise(ends)]


def take(facts: Facts, numbers: NDArray[np.int64]) -> Facts:
    """Those of some of the pairs, in the order given."""
    if not len(facts.kinds):
        return none(len(numbers))
    every = np.arange(len(facts.kinds))
    chosen, offsets = kernels.take_rows(every, facts.offsets, numbers)
    sides = np.stack((2 * chosen, 2 * chosen + 1), 1).ravel()
    return Facts(
        offsets, facts.kinds[chosen], *kernels.take_rows(facts.letters, facts.borders, sides)
    )


def stretch(facts: Facts, start: int, stop: int) -> Facts:
    """Those of consecutive pairs, as they lie."""
    offsets = facts.offsets[start : stop + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    borders = facts.borders[2 * first : 2 * last + 1]
    return Facts(
        offsets - first,
        facts.kinds[first:last],
        facts.letters[borders[0] : borders[-1]],
        borders - borders[0],
    )


def spread(facts: Facts, numbers: NDArray[np.int64], count: int) -> Facts:
    """The same facts where the pairs stand among so many; ``numbers`` rise, and all others have
    none.
    """
    lengths = np.zeros(count, np.int64)
    lengths[numbers] = np.diff(facts.offsets)
    return facts._replace(offsets=_borders(lengths))


def turn(facts: Facts, turned: NDArray[np.bool_]) -> Facts:
    """The facts, of some pairs seen from the other side."""
    swapped = np.repeat(turned, np.diff(facts.offsets)).astype(np.int64)
    left = 2 * np.arange(len(swapped)) + swapped
    sides = np.stack((left, left ^ 1), 1).ravel()
    letters, borders = kernels.take_rows(facts.letters, facts.borders, sides)
    return facts._replace(letters=letters, borders=borders)


def join(many: Sequence[Facts]) -> Facts:
    """Those of batches of pairs, end to end."""
    return Facts(
        _borders(np.concatenate([np.diff(one.offsets) for one in many])),
        np.concatenate([one.kinds for one in many]),
        np.concatenate([one.letters for one in many]),
        _borders(np.concatenate([np.diff(one.borders) for one in many])),
    )
