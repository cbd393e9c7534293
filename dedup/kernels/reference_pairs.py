"""The readable twin of ``measure_pairs``: everything that is counted on a pair of articles."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from .alignment import Block, align
from .columns import I64, MEASURES, NUMBER, U8, U32, U64, Bounds, Sides
from .reference import hash_runs, mix
from .reference_rows import dot_rows

__all__ = [
    "may_resemble",
    "measure_pairs",
    "weigh_gaps",
]

Mask = NDArray[np.bool_]

_ORDERED = 64
"""Letters of a word up to which their order counts."""


class _Row(NamedTuple):
    """One side of a pair."""

    words: U32
    marks: NDArray[np.uint8]
    idf: I64


def measure_pairs(sides: Sides, pairs: I64, turned: Mask, bounds: Bounds) -> tuple[I64, U32]:
    """``int64[m, 18]``: for each pair of rows the columns that ``MEASURES`` names, and
    ``uint32[k, 7]``: the places where a fact may be substituted.

    ``measured`` is 1 where a bound is reached; where neither is, it and all else is 0. ``dot`` is
    the product of the term vectors. ``shared_runs`` counts distinct runs that both sides hold,
    ``left_passages`` the left words that stand in one, ``left_own`` those in long stretches between
    them, and ``left_runs`` all distinct runs. ``left_said`` sums up the idf of all left words,
    ``left_aligned`` that of those that stand on the right in the same order (a longest common
    subsequence: of several RapidFuzz's, from the left side to the right one, or where ``turned``
    from the right to the left), ``aligned_words`` counts them, ``longest`` is the longest
    passage that both sides hold anywhere, ``swapped`` the longest stretch that tells of other
    things on both sides, ``agreeing`` the idf of aligned facts, and ``places`` counts what is
    noted: the pair, the borders of the gap on the left and on the right, and for each side a bit
    for each word of the gap that the other side has nowhere; so gaps are up to 32 words long.
    """
    out = np.zeros((len(pairs), len(MEASURES)), np.int64)
    dots = dot_rows(sides.vectors, pairs)
    noted: list[tuple[int, ...]] = []
    for number, (left, right) in enumerate(pairs.tolist()):
        ours, theirs = _row(sides, left), _row(sides, right)
        shared, in_left, in_right = passages(ours.words, theirs.words, bounds.run)
        covered = min(int(in_left.sum()), int(in_right.sum()))
        shorter = min(len(ours.words), len(theirs.words))
        if covered < bounds.least_share * shorter and dots[number] < bounds.least_dot:
            continue
        if turned[number]:
            blocks = align(theirs.words, ours.words, bounds.aligned)
            blocks = [Block(block.right, block.left, block.size) for block in blocks]
        else:
            blocks = align(ours.words, theirs.words, bounds.aligned)
        places, agreeing = _facts(ours, theirs, blocks, bounds)
        noted += [(number, *place) for place in places]
        out[number] = (
            shared,
            in_left.sum(),
            in_right.sum(),
            _own(in_left, bounds.own),
            _own(in_right, bounds.own),
            dots[number],
            1,
            len(np.unique(_runs(ours.words, bounds.run))),
            len(np.unique(_runs(theirs.words, bounds.run))),
            ours.idf.sum(),
            theirs.idf.sum(),
            sum(int(ours.idf[b.left : b.left + b.size].sum()) for b in blocks),
            sum(int(theirs.idf[b.right : b.right + b.size].sum()) for b in blocks),
            sum(b.size for b in blocks),
            _longest(ours.words, theirs.words, max((b.size for b in blocks), default=0)),
            _swapped(ours, theirs, blocks, bounds),
            agreeing,
            len(places),
        )
    return out, np.array(noted, np.uint32).reshape(-1, 7)


def weigh_gaps(sides: Sides, gaps: I64, own: U32, least: int) -> tuple[I64, U32]:
    """What some words in gaps say; each of ``int64[k, 3]`` is a row and the borders of a gap in it,
    and in ``own`` stands a bit for each of the words.

    Returns ``int64[k, 4]``: what the numbers say, each at least ``least``; what the names say (the
    other words) that say ``least`` or more, or if there is none all names; the most that one of
    them says; and where in the row the first one stands. -1 where there is no such word, but of the
    most 0. And ``uint32[k]``: a bit for each of the numbers.
    """
    out = np.full((len(gaps), 4), (-1, -1, 0, -1), np.int64)
    digits = np.zeros(len(gaps), np.uint32)
    for number, (row, start, end) in enumerate(gaps.tolist()):
        side = _row(sides, row)
        mine = [at for at in range(end - start) if int(own[number]) >> at & 1]
        numbers = [at for at in mine if side.marks[start + at] & NUMBER]
        names = [at for at in mine if at not in numbers]
        said = [int(side.idf[start + at]) for at in names]
        digits[number] = sum(1 << at for at in numbers)
        if numbers:
            out[number, 0] = sum(max(least, int(side.idf[start + at])) for at in numbers)
        if names:
            facts = sum(says for says in said if says >= least)
            out[number, 1:] = facts or sum(said), max(said), start + names[0]
    return out, digits


def _row(sides: Sides, row: int) -> _Row:
    """One row of the columns."""
    words = sides.words[sides.offsets[row] : sides.offsets[row + 1]]
    return _Row(words, sides.marks[words], sides.says[words].astype(np.int64))


def passages(left: U32, right: U32, run: int) -> tuple[int, Mask, Mask]:
    """How many distinct runs both sides hold, and the words of each that stand in one."""
    ours, theirs = (_runs(words, run) for words in (left, right))
    shared = np.intersect1d(ours, theirs)
    masks = []
    for words, runs in ((left, ours), (right, theirs)):
        mask = np.zeros(len(words), bool)
        hits = np.flatnonzero(np.isin(runs, shared))
        for step in range(run):
            mask[hits + step] = True
        masks.append(mask)
    return len(shared), masks[0], masks[1]


def _runs(words: U32, size: int) -> U64:
    """Hashes of every ``size`` consecutive words, whose numbers are scattered first: the sums of
    small ones could be alike.
    """
    return hash_runs(mix(words.astype(np.uint64)), np.array([0, len(words)]), size)[0]


def _own(shared: Mask, own: int) -> int:
    """Words in stretches of ``own`` or more between shared passages."""
    edges = np.concatenate(([-1], np.flatnonzero(shared), [len(shared)]))
    gaps = np.diff(edges) - 1
    return int(gaps[gaps >= own].sum())


def _longest(left: U32, right: U32, known: int) -> int:
    """Words in the longest passage that both sides hold; at least ``known`` are."""

    def holds(size: int) -> bool:
        return not set(_runs(left, size).tolist()).isdisjoint(_runs(right, size).tolist())

    low, step = known, 1
    while holds(low + step):
        low, step = low + step, step * 2
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _swapped(left: _Row, right: _Row, blocks: list[Block], bounds: Bounds) -> int:
    """Words in the longest gap between shared passages whose two sides have less than two fifths in
    common with the other side, by idf; the shorter side counted.
    """
    held = [block for block in blocks if block.size >= bounds.run]
    longest = 0
    for one, following in pairwise(held):
        ours = slice(one.left + one.size, following.left)
        theirs = slice(one.right + one.size, following.right)
        length = min(ours.stop - ours.start, theirs.stop - theirs.start)
        if length > max(longest, bounds.slot) and (
            _tells_others(left, ours, right) and _tells_others(right, theirs, left)
        ):
            longest = length
    return longest


def _tells_others(side: _Row, gap: slice, other: _Row) -> bool:
    """Whether the other side has less than two fifths of what the gap's words say."""
    common = np.isin(side.words[gap], other.words)
    return bool(5 * side.idf[gap][common].sum() < 2 * max(1, side.idf[gap].sum()))


def _facts(
    left: _Row, right: _Row, blocks: list[Block], bounds: Bounds
) -> tuple[list[tuple[int, ...]], int]:
    """Gaps in which a fact may be substituted, and the idf of the facts that agree."""
    places: list[tuple[int, ...]] = []
    agreeing = 0
    at = Block(0, 0, 0)
    here = np.isin(left.words, right.words), np.isin(right.words, left.words)
    anchors = [b for b in blocks if b.size > 1 or left.idf[b.left] >= bounds.informative]
    for block in [*anchors, Block(len(left.words), len(right.words), 0)]:
        ours = slice(at.left + at.size, block.left)
        theirs = slice(at.right + at.size, block.right)
        if all(0 < gap.stop - gap.start <= bounds.slot for gap in (ours, theirs)):
            mine = _look_into(left, ours, here[0])
            other = _look_into(right, theirs, here[1])
            numbers = mine[0] and other[0]
            at_head = max(mine[4], other[4]) < bounds.head
            rarest = max(mine[2], other[2]) if at_head else min(mine[2], other[2])
            names = mine[1] and other[1] and rarest >= bounds.informative
            if numbers or names:
                borders = ours.start, ours.stop, theirs.start, theirs.stop
                places.append((*borders, mine[3], other[3]))
        weights = left.idf[block.left : block.left + block.size]
        agreeing += int(weights[weights >= bounds.informative].sum())
        at = block
    return places, agreeing


def _look_into(side: _Row, gap: slice, elsewhere: Mask) -> tuple[int, int, int, int, int]:
    """Numbers and other words in a gap that the other side has not, the most that one of the others
    says, a bit for each of them, and where in the row the first of the others stands.
    """
    only = ~elsewhere[gap]
    numbers = (side.marks[gap] & NUMBER).astype(bool) & only
    names = only & ~numbers
    rarest = int(side.idf[gap][names].max(initial=0))
    bits = sum(1 << int(at) for at in np.flatnonzero(only))
    first = gap.start + int(np.argmax(names))
    return int(numbers.sum()), int(names.sum()), rarest, bits, first


def may_resemble(letters: str, stretches: I64, least: int) -> U8:
    """``uint8[k]``: whether RapidFuzz's ``partial_ratio`` of two stretches of the letters, spaces
    left out, is ``least`` or more: 0 if not, 2 if it is more, 1 where RapidFuzz has to say. Each of
    ``int64[k, 4]`` is where both begin and end.

    That aligns the shorter one with parts of the longer one, as long as it is or at an end less.
    Letters count as one if their numbers have the same last byte, and wherever they stand where the
    shorter one has more than 64; then nothing is sure but that two are not alike.
    """
    out = np.zeros(len(stretches), np.uint8)
    for number, (a, b, c, d) in enumerate(stretches.tolist()):
        whole = [letters[start:end].replace(" ", "") for start, end in ((a, b), (c, d))]
        sides = ["".join(chr(ord(letter) % 256) for letter in side) for side in whole]
        one, other = sorted(sides, key=len)
        found = _may_hold(one, other, least)
        if len(one) == len(other):
            found = max(found, _may_hold(other, one, least))
        is_sure = 0 < len(one) <= _ORDERED and sides == whole
        out[number] = found if is_sure else min(found, 1)
    return out


def _may_hold(short: str, long: str, least: int) -> int:
    """Whether a part of the long one has so many letters of the short one, in their order where
    that is short: 0 if not, 1 if just so many, 2 if more.
    """
    best = 0
    for end in range(1, len(short) + len(long)):
        part = long[max(0, end - len(short)) : end]
        if len(short) <= _ORDERED:
            common = LCSseq.similarity(short, part)
        else:
            common = (Counter(short) & Counter(part)).total()
        wanted = least * (len(short) + len(part))
        best = max(best, int(200 * common >= wanted) + int(200 * common > wanted))
    return best
