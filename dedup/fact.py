"""Find the facts that two articles tell differently in the same place.

A place is a short gap between shared words, both sides of it filled. A fact is a number, or a name:
a word that few articles hold. One that the other article has elsewhere, or spells another way, does
not differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import fuzz, process

from .data import Fact
from .kernels import IDF_UNIT

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """One side of ``k`` places: the words that stand in the gaps, end to end."""

    words: Sequence[str]
    idf: NDArray[np.int64]
    """One for each word, in ``kernels.IDF_UNIT``."""
    offsets: NDArray[np.int64]
    """``int64[k + 1]``."""
    starts: NDArray[np.int64]
    """Where each gap begins in its article."""
    only: NDArray[np.uint32]
    """A bit for each word of a gap that the other article has nowhere."""


class _Side(NamedTuple):
    """What one side of each place says of its own, by kind: number, name."""

    mine: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    """One for each word: it is such a fact of this side's own."""
    weight: tuple[NDArray[np.float64], NDArray[np.float64]]
    """One for each place: what these say."""
    rarest: NDArray[np.int64]
    """The most that a name says."""
    first: NDArray[np.int64]
    """Where the first name stands in its article."""


class Differing(NamedTuple):
    """The facts of ``m`` pairs."""

    counts: list[int]
    weights: list[int]
    """What the substituted facts of each pair say: each place as much as its lighter side."""
    facts: list[list[Fact]]
    """The first ``FACTS_SHOWN`` of each pair."""


def find(pairs: NDArray[np.int64], heads: NDArray[np.int64], left: Gaps, right: Gaps) -> Differing:
    """The facts that differ. ``pairs`` is ``int64[k]``, the pair of each place, rising from 0;
    ``heads`` is ``int64[m]``: within so many first words, where the subject stands, a name on one
    side is enough.

    >>> one = np.array([0, 1]), np.array([5]), np.array([1], np.uint32)
    >>> gaps = [Gaps([word], np.array([9 * IDF_UNIT]), *one) for word in ("ostrava", "rotterdam")]
    >>> find(np.array([0]), np.array([0]), *gaps).facts
    [[Fact(kind='name', left='ostrava', right='rotterdam')]]
    """
    ours, theirs = _look(left, right), _look(right, left)
    count = len(pairs)
    here = np.zeros((count, 2), bool)
    lighter = np.zeros((count, 2))
    for kind in range(2):
        lighter[:, kind] = np.minimum(ours.weight[kind], theirs.weight[kind])
        here[:, kind] = (ours.weight[kind] >= 0) & (theirs.weight[kind] >= 0)
    at_head = (ours.first < heads[pairs]) & (theirs.first < heads[pairs])
    wanted = np.where(
        at_head,
        np.maximum(ours.rarest, theirs.rarest),
        np.minimum(ours.rarest, theirs.rarest),
    )
    here[:, 1] &= wanted >= INFORMATIVE_IDF
    of_pair = np.repeat(pairs, 2)[here.ravel()]
    weights = np.bincount(of_pair, lighter.ravel()[here.ravel()], len(heads))
    counts = np.bincount(of_pair, minlength=len(heads))
    facts = _shown(of_pair, np.flatnonzero(here.ravel()), (left, right), (ours, theirs), len(heads))
    return Differing(counts.tolist(), weights.astype(np.int64).tolist(), facts)


def _look(side: Gaps, other: Gaps) -> _Side:
    """The facts of one side that the other does not have."""
    count = len(side.starts)
    lengths = np.diff(side.offsets)
    place = np.repeat(np.arange(count), lengths)
    within = np.arange(len(place)) - side.offsets[place]
    only = (side.only[place] >> within.astype(np.uint32)) & 1 == 1
    digits = np.zeros(len(place), bool)
    mine = np.flatnonzero(only)
    digits[mine] = [side.words[at].isdigit() for at in mine.tolist()]
    numbers, names = only & digits, only & ~digits
    names[_respelled(side, other, np.flatnonzero(names), place)] = False
    rarest = np.zeros(count, np.int64)
    np.maximum.at(rarest, place[names], side.idf[names])
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, place[names], (side.starts[place] + within)[names])
    weight = _weight(place, numbers, np.maximum(side.idf, INFORMATIVE_IDF), count)
    return _Side((numbers, names), (weight, _weight(place, names, side.idf, count)), rarest, first)


def _respelled(
    side: Gaps, other: Gaps, names: NDArray[np.int64], place: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Those of the names that a part of the other gap spells another way."""
    longer = [at for at in names.tolist() if len(side.words[at]) >= RESPELLED_LETTERS]
    if not longer:
        return np.zeros(0, np.int64)
    bounds = other.offsets.tolist()
    gaps = place[longer].tolist()
    opposite = {at: "".join(other.words[bounds[at] : bounds[at + 1]]) for at in set(gaps)}
    ratios = process.cpdist(
        [side.words[at] for at in longer],
        [opposite[at] for at in gaps],
        scorer=fuzz.partial_ratio,
        score_cutoff=_RESPELLED,
    )
    return np.array(longer)[ratios >= _RESPELLED]


def _weight(
    place: NDArray[np.int64], mine: NDArray[np.bool_], idf: NDArray[np.int64], count: int
) -> NDArray[np.float64]:
    """What the facts at each place say, or the words where none is a fact; -1 where there are none.

    Whole numbers below 2**53, which floats hold exactly.
    """
    of_place, said = place[mine], idf[mine]
    sums = np.bincount(of_place, said, count)
    informative = said >= INFORMATIVE_IDF
    facts = np.bincount(of_place[informative], said[informative], count)
    weight = np.where(facts > 0, facts, sums)
    weight[np.bincount(of_place, minlength=count) == 0] = -1
    return weight


def _shown(
    of_pair: NDArray[np.int64],
    facts: NDArray[np.int64],
    gaps: tuple[Gaps, Gaps],
    sides: tuple[_Side, _Side],
    pairs: int,
) -> list[list[Fact]]:
    """The first facts of each pair as words; ``facts`` are places times two, plus the kind."""
    found: list[list[Fact]] = [[] for _ in range(pairs)]
    starts = np.searchsorted(of_pair, np.arange(pairs))
    shown = np.arange(len(of_pair)) - starts[of_pair] < FACTS_SHOWN
    bounds = [side.offsets.tolist() for side in gaps]
    mine = [[mask.tolist() for mask in side.mine] for side in sides]
    for pair, fact in zip(of_pair[shown].tolist(), facts[shown].tolist(), strict=True):
        place, kind = divmod(fact, 2)
        told = []
        for side in range(2):
            start, end = bounds[side][place : place + 2]
            known, words = mine[side][kind], gaps[side].words
            told.append(" ".join(words[at] for at in range(start, end) if known[at]))
        found[pair].append(Fact(_KINDS[kind], *told))
    return found
