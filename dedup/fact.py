"""Find the facts that two articles tell differently in the same place.

A place is a short gap between shared words, both sides of it filled. A fact is a number, or a name:
a word that few articles hold. One that the other article has elsewhere, or spells another way, does
not differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from . import kernels
from .data import Fact, Ragged
from .kernels import IDF_UNIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

INFORMATIVE_IDF = 4 * IDF_UNIT
"""A word from here up, which fewer than one article in 55 holds, counts as a fact."""
FACTS_SHOWN = 20
RESPELLED_LETTERS = 4
"""A shorter word is found in too many others to be called one of them, spelled another way."""
_RESPELLED = 75
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
    """Of all words, with a space behind each."""
    begins: NDArray[np.int64]
    """Where each word begins in the letters, and the end of the last."""
    first: NDArray[np.int64]
    """The number of each gap's first word, which the others follow; shaped as the gaps are."""


@dataclass(frozen=True, slots=True)
class Differing:
    """The facts of ``m`` pairs; an object is made of one when it is asked for."""

    counts: NDArray[np.int64]
    """How many facts of each pair differ."""
    weights: NDArray[np.int64]
    """What the substituted facts of each pair say: each place as much as its lighter side."""
    kinds: NDArray[np.int64]
    """``int64[n]``: of each fact, by pair and place, 0 for a number, 1 for a name."""
    letters: str
    stretches: NDArray[np.int64]
    """``int64[n, 4]``: where each fact stands in the letters: left begin and end, right."""

    def facts(self) -> list[tuple[Fact, ...]]:
        """The first ``FACTS_SHOWN`` facts of each pair."""
        starts = np.cumsum(self.counts) - self.counts
        shown = np.arange(len(self.kinds)) - np.repeat(starts, self.counts) < FACTS_SHOWN
        letters, kinds = self.letters, self.kinds[shown].tolist()
        told = zip(kinds, self.stretches[shown].tolist(), strict=True)
        facts = (Fact(_KINDS[kind], letters[a:b], letters[c:d]) for kind, (a, b, c, d) in told)
        lengths = np.minimum(self.counts, FACTS_SHOWN).tolist()
        return [tuple(islice(facts, length)) for length in lengths]


def find(
    sides: kernels.Sides,
    letters: Ragged,
    pairs: NDArray[np.int64],
    heads: NDArray[np.int64],
    gaps: Gaps,
) -> Differing:
    """The facts that differ. ``pairs`` is ``int64[k]``, the pair of each place, rising from 0;
    ``heads`` is ``int64[m]``: within so many first words, where the subject stands, a name on one
    side is enough. ``letters`` are those of words by their numbers, in UTF-8, a space behind each.
    """
    said, digits = _say(sides, gaps)
    may = _differ(said, heads[pairs])
    chosen = np.flatnonzero(may.any(axis=1))  # what is respelled makes no facts of others
    pairs, digits = pairs[chosen], digits[:, chosen]
    at, own = gaps.at[:, chosen], gaps.own[:, chosen]
    words = _spell(sides, letters, at)
    names = own & ~digits
    names &= ~_respelled(words, at[:, :, 2] - at[:, :, 1], names * may[chosen, 1])
    said, _ = _say(sides, Gaps(at, digits | names))
    places, kinds = np.nonzero(_differ(said, heads[pairs]))
    weights = said[:, places, kinds].min(axis=0)
    of_pair = pairs[places]
    masks = np.where(kinds, names[:, places], digits[:, places])
    told, stretches = _tell(words, words.first[:, places].ravel(), masks.ravel())
    return Differing(
        np.bincount(of_pair, minlength=len(heads)),
        np.bincount(of_pair, weights, len(heads)).astype(np.int64),  # whole numbers below 2**53
        kinds,
        told,
        np.hstack((stretches[: len(places)], stretches[len(places) :])),
    )


def _spell(sides: kernels.Sides, letters: Ragged, at: NDArray[np.int64]) -> Words:
    """The words in gaps."""
    rows, starts, ends = at.reshape(-1, 3).T
    lengths = ends - starts
    first = np.cumsum(lengths) - lengths
    places = np.repeat(sides.offsets[rows] + starts - first, lengths) + np.arange(lengths.sum())
    words = sides.words[places].astype(np.int64)
    spelled, borders = kernels.take_rows(letters.values, letters.offsets, words)
    points = np.concatenate((np.zeros(1, np.int64), np.cumsum((spelled & 0xC0) != 0x80)))
    told = spelled.tobytes().decode(errors="surrogatepass")
    return Words(told, points[borders], first.reshape(at.shape[:-1]))


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
    longer = words.begins[word + 1] - words.begins[word] > RESPELLED_LETTERS  # and the space
    side, place, within, word = side[longer], place[longer], within[longer], word[longer]
    other = words.first[1 - side, place]
    begins, ends = words.begins, words.begins - 1
    last = other + lengths[1 - side, place]
    stretches = np.stack((begins[word], ends[word + 1], begins[other], ends[last]), 1)
    alike = kernels.may_resemble(words.letters, stretches, _RESPELLED)
    unsure = np.flatnonzero(alike == 1)
    pairs, letters = stretches[unsure].tolist(), words.letters
    ratios = process.cpdist(
        [letters[a:b] for a, b, _, _ in pairs],
        [letters[c:d].replace(" ", "") for _, _, c, d in pairs],
        scorer=fuzz.partial_ratio,
        score_cutoff=_RESPELLED,
    )
    same = np.union1d(np.flatnonzero(alike == 2), unsure[ratios >= _RESPELLED])
    marks = np.uint32(1) << within[same].astype(np.uint32)
    np.bitwise_or.at(found, (side[same], place[same]), marks)
    return found


def _tell(
    words: Words, first: NDArray[np.int64], masks: NDArray[np.uint32]
) -> tuple[str, NDArray[np.int64]]:
    """Some words of gaps, a bit for each, as stretches ``int64[n, 2]`` of letters: of those that
    there are if they stand side by side, else of letters that are put behind.
    """
    _, lowest = np.frexp(masks & -masks.astype(np.int64))  # so many bits a number has
    _, highest = np.frexp(masks)
    begins = words.begins
    stretches = np.stack((begins[first + lowest - 1], begins[first + highest] - 1), 1)
    run = masks >> (lowest - 1).astype(np.uint32)
    broken = np.flatnonzero(run & (run + np.uint32(1)))
    asked = first[broken].tolist(), highest[broken].tolist(), masks[broken].tolist()
    letters, borders = words.letters, begins.tolist()
    told = [
        "".join(
            [
                letters[borders[at] : borders[at + 1]]
                for at in range(start, start + count)
                if mask >> (at - start) & 1
            ]
        )
        for start, count, mask in zip(*asked, strict=True)
    ]
    ends = len(letters) + np.cumsum([0, *map(len, told)])
    stretches[broken] = np.stack((ends[:-1], ends[1:] - 1), 1)  # without the space behind
    return letters + "".join(told), stretches
