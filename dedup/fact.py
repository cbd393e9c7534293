"""Find the facts that two articles tell differently in the same place.

A place is a short gap between shared words, both sides of it filled. A fact is a number, or a name:
a word that few articles hold. One that the other article has elsewhere, or spells another way, does
not differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from . import kernels
from .data import Fact
from .kernels import IDF_UNIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

INFORMATIVE_IDF = 4 * IDF_UNIT
"""A word from here up, which fewer than one article in 55 holds, counts as a fact."""
FACTS_SHOWN = 20
RESPELLED_LETTERS = 4
"""A shorter word is found in too many others to be called one of them, spelled another way."""
_RESPELLED = 75.0
"""Out of 100: a word this like a part of the other gap is the same word, spelled another way."""
_KINDS = "number", "name"


class Gaps(NamedTuple):
    """The gaps of ``k`` places, left and right."""

    at: NDArray[np.int64]
    """``int64[2, k, 3]``: the row, and in it the borders of the gap."""
    own: NDArray[np.uint32]
    """``uint32[2, k]``: a bit for each word of a gap that the other article has nowhere."""


class Words(NamedTuple):
    """The words of gaps."""

    letters: str
    """Of all words, end to end."""
    ends: NDArray[np.int64]
    """Where each word ends in the letters, from 0."""
    first: NDArray[np.int64]
    """The number of each gap's first word, which the others follow; shaped as the gaps are."""


@dataclass(frozen=True, slots=True)
class Differing:
    """The facts of ``m`` pairs; which words they are is read when it is asked for."""

    counts: NDArray[np.int64]
    """How many facts of each pair differ."""
    weights: NDArray[np.int64]
    """What the substituted facts of each pair say: each place as much as its lighter side."""
    kinds: NDArray[np.int64]
    """``int64[n]``: of each fact, by pair and place, 0 for a number, 1 for a name."""
    places: NDArray[np.int64]
    """``int64[n]``: the gap in ``words``, on either side."""
    masks: NDArray[np.uint32]
    """``uint32[2, n]``: a bit for each word of the gap that belongs to the fact."""
    words: Words

    def facts(self) -> list[tuple[Fact, ...]]:
        """The first ``FACTS_SHOWN`` facts of each pair."""
        letters, ends = self.words.letters, self.words.ends.tolist()
        firsts = self.words.first[:, self.places].tolist()
        sides = [
            [_spelled(letters, ends, first, mask) for first, mask in zip(*side, strict=True)]
            for side in zip(firsts, self.masks.tolist(), strict=True)
        ]
        kinds = [_KINDS[kind] for kind in self.kinds.tolist()]
        facts = [Fact(*one) for one in zip(kinds, *sides, strict=True)]
        stops = np.cumsum(self.counts).tolist()
        starts = (stop - count for stop, count in zip(stops, self.counts.tolist(), strict=True))
        return [
            tuple(facts[start : min(stop, start + FACTS_SHOWN)])
            for start, stop in zip(starts, stops, strict=True)
        ]


def _spelled(letters: str, ends: list[int], first: int, mask: int) -> str:
    """Some words of a gap: those of the bits in ``mask``, from the word at ``first``."""
    count = mask.bit_length()
    if mask == 1 << count - 1:  # a single one, as nearly always
        return letters[ends[first + count - 1] : ends[first + count]]
    chosen = [first + at for at in range(count) if mask >> at & 1]
    return " ".join([letters[ends[at] : ends[at + 1]] for at in chosen])


def find(
    sides: kernels.Sides,
    pairs: NDArray[np.int64],
    heads: NDArray[np.int64],
    gaps: Gaps,
    spell: Callable[[NDArray[np.int64]], Words],
) -> Differing:
    """The facts that differ. ``pairs`` is ``int64[k]``, the pair of each place, rising from 0;
    ``heads`` is ``int64[m]``: within so many first words, where the subject stands, a name on one
    side is enough. ``spell`` is asked once, for the words in the gaps where facts may differ.
    """
    said, digits = _say(sides, gaps)
    may = _differ(said, heads[pairs])
    chosen = np.flatnonzero(may.any(axis=1))  # what is respelled makes no facts of others
    pairs, digits = pairs[chosen], digits[:, chosen]
    at, own = gaps.at[:, chosen], gaps.own[:, chosen]
    words = spell(at)
    names = own & ~digits
    names &= ~_respelled(words, at[:, :, 2] - at[:, :, 1], names * may[chosen, 1])
    said, _ = _say(sides, Gaps(at, digits | names))
    places, kinds = np.nonzero(_differ(said, heads[pairs]))
    weights = said[:, places, kinds].min(axis=0)
    of_pair = pairs[places]
    return Differing(
        np.bincount(of_pair, minlength=len(heads)),
        np.bincount(of_pair, weights, len(heads)).astype(np.int64),  # whole numbers below 2**53
        kinds,
        places,
        np.where(kinds, names[:, places], digits[:, places]),
        words,
    )


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


def _respelled(
    words: Words, lengths: NDArray[np.int64], names: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """``uint32[2, k]``: a bit for each of the names that a part of the other gap spells another
    way. ``lengths`` are those of the gaps, in words.
    """
    found = np.zeros_like(names)
    bits = np.arange(lengths.max(initial=0), dtype=np.uint32)
    side, place, within = np.nonzero(names[:, :, None] >> bits & 1)
    word = words.first[side, place] + within
    longer = words.ends[word + 1] - words.ends[word] >= RESPELLED_LETTERS
    side, place, within, word = side[longer], place[longer], within[longer], word[longer]
    other = words.first[1 - side, place]
    borders = (
        words.ends[word],
        words.ends[word + 1],
        words.ends[other],
        words.ends[other + lengths[1 - side, place]],
    )
    letters, stretches = words.letters, [border.tolist() for border in borders]
    ratios = process.cpdist(
        [letters[a:b] for a, b in zip(*stretches[:2], strict=True)],
        [letters[a:b] for a, b in zip(*stretches[2:], strict=True)],
        scorer=fuzz.partial_ratio,
        score_cutoff=_RESPELLED,
    )
    same = np.flatnonzero(ratios >= _RESPELLED)
    marks = np.uint32(1) << within[same].astype(np.uint32)
    np.bitwise_or.at(found, (side[same], place[same]), marks)
    return found
