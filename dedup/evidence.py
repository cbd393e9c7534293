"""Measure one pair: what two articles share, and where they differ in facts.

Below this module everything is columns of numbers; from here on each pair is an object that a
person can read.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from . import kernels
from .data import Article, Evidence, Fact, Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

PASSAGE_WORDS = 3
"""A shared passage is at least this many words in a row."""
OWN_WORDS = 40
"""So many words without a shared passage are a stretch of an article's own, not rewording."""
ALIGNED_WORDS = 20_000
"""Only so many words of an article are aligned, which bounds time and memory for a giant one."""
SLOT_WORDS = 12
"""A longer gap between shared words is another passage, not a substituted fact."""
INFORMATIVE_IDF = 4.0
"""A word from here up, which fewer than one article in 55 holds, counts as a fact."""
OTHER_RATIO = 0.4
"""A stretch tells of other things when less of what it says is in the other text."""
FACTS_SHOWN = 20
HEAD_WORDS = 12
"""The headline or the first line: another subject there is another story, in a form."""
FORM_RATIO = 0.4
"""Two fillings of a form have this share of both their words in common; a reworded article, which
has a headline of its own, less."""
RESPELLED_LETTERS = 4
"""A shorter word is found in too many others to be called one of them, spelled another way."""
_RESPELLED = 75.0
"""Out of 100: a word this like a part of the other gap is the same word, spelled another way."""


class Block(NamedTuple):
    """Words ``left:left + size`` of one side stand as ``right:right + size`` in the other."""

    left: int
    right: int
    size: int


def weigh(left: Side, right: Side, found_by: tuple[str, ...] = (), bands: int = 0) -> Evidence:
    """Everything that is measured on one pair.

    The evidence mirrors exactly when the sides swap: ties between equally good alignments are
    broken by the texts and not by their order.
    """
    if right.text < left.text:
        return mirror(weigh(right, left, found_by, bands))
    same_text = left.text == right.text and bool(left.text)
    alike = _alike_by_text(left, right) if not same_text else _alike_by_identity(left)
    return replace(
        alike,
        same_text=same_text,
        jaccard_estimate_ratio=float(np.mean(left.signature == right.signature)),
        title_ratio=_title_ratio(left.article, right.article),
        hours_apart=_hours_apart(left.article, right.article),
        same_source=_same_source(left.article, right.article),
        found_by=found_by,
        bands=bands,
    )


def mirror(evidence: Evidence) -> Evidence:
    """The same evidence, seen from the other side."""
    return replace(
        evidence,
        left_words=evidence.right_words,
        right_words=evidence.left_words,
        left_in_right_ratio=evidence.right_in_left_ratio,
        right_in_left_ratio=evidence.left_in_right_ratio,
        left_shared_ratio=evidence.right_shared_ratio,
        right_shared_ratio=evidence.left_shared_ratio,
        left_own_ratio=evidence.right_own_ratio,
        right_own_ratio=evidence.left_own_ratio,
        left_aligned_ratio=evidence.right_aligned_ratio,
        right_aligned_ratio=evidence.left_aligned_ratio,
        facts=tuple(Fact(fact.kind, fact.right, fact.left) for fact in evidence.facts),
    )


def align(left: Side, right: Side) -> list[Block]:
    """Words in common in the same order, as blocks: a longest common subsequence (rapidfuzz)."""
    opcodes = Indel.opcodes(
        left.hashes[:ALIGNED_WORDS].tolist(), right.hashes[:ALIGNED_WORDS].tolist()
    )
    return [
        Block(op.src_start, op.dest_start, op.src_end - op.src_start)
        for op in opcodes
        if op.tag == "equal"
    ]


def _alike_by_identity(side: Side) -> Evidence:
    """What two equal texts share, without measuring it."""
    count = len(side.words)
    whole = 1.0 if len(side.shingles) else 0.0
    return Evidence(
        True, count, count, whole, whole, whole, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, count, 1.0
    )


def _alike_by_text(left: Side, right: Side) -> Evidence:
    """What the two texts share and where their facts differ."""
    blocks = align(left, right)
    shared = len(_places(left.shingles, right.shingles))
    either = len(left.shingles) + len(right.shingles) - shared
    facts, differ_ratio = substituted(left, right, blocks)
    aligned = 2 * sum(block.size for block in blocks)
    in_left, in_right = passages(left, right), passages(right, left)
    length = min(len(left.words), ALIGNED_WORDS) + min(len(right.words), ALIGNED_WORDS)
    return Evidence(
        same_text=False,
        left_words=len(left.words),
        right_words=len(right.words),
        jaccard_ratio=shared / max(1, either),
        left_in_right_ratio=shared / max(1, len(left.shingles)),
        right_in_left_ratio=shared / max(1, len(right.shingles)),
        left_shared_ratio=float(in_left.sum()) / max(1, len(in_left)),
        right_shared_ratio=float(in_right.sum()) / max(1, len(in_right)),
        left_own_ratio=_own_ratio(in_left),
        right_own_ratio=_own_ratio(in_right),
        left_aligned_ratio=_weight_share(left, [(b.left, b.size) for b in blocks]),
        right_aligned_ratio=_weight_share(right, [(b.right, b.size) for b in blocks]),
        alignment_ratio=aligned / max(1, length),
        shared_run_words=_longest_run(left, right, max((b.size for b in blocks), default=0)),
        term_cosine_ratio=cosine(left, right),
        swapped_words=_swapped(left, right, blocks),
        facts_differ=len(facts),
        facts_differ_ratio=differ_ratio,
        facts=tuple(facts[:FACTS_SHOWN]),
    )


def runs(hashes: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """Hashes of every ``size`` consecutive words, in reading order."""
    return kernels.hash_runs(hashes, np.array([0, len(hashes)]), size)[0]


def passages(side: Side, other: Side) -> NDArray[np.bool_]:
    """``bool[m]``: which words of ``side`` stand in a passage that ``other`` has anywhere."""
    mask = np.zeros(len(side.hashes), bool)
    hits = _places(side.runs, other.run_set)
    for step in range(PASSAGE_WORDS):
        mask[hits + step] = True
    return mask


def _weight_share(side: Side, stretches: list[tuple[int, int]]) -> float:
    """The share of a side's weight that stands in stretches of its words, ``(start, size)``."""
    sums = np.concatenate((np.zeros(1), np.cumsum(side.idf)))
    share = sum(sums[at + size] - sums[at] for at, size in stretches) / max(1e-9, sums[-1])
    return min(1.0, float(share))


def _own_ratio(shared: NDArray[np.bool_]) -> float:
    """The share of words in stretches of ``OWN_WORDS`` or more between shared passages."""
    edges = np.concatenate(([-1], np.flatnonzero(shared), [len(shared)]))
    gaps = np.diff(edges) - 1
    return float(gaps[gaps >= OWN_WORDS].sum()) / max(1, len(shared))


def _longest_run(left: Side, right: Side, known: int) -> int:
    """Words in the longest passage that both texts hold; at least ``known`` are."""

    def holds(size: int) -> bool:
        ours, theirs = runs(left.hashes, size), runs(right.hashes, size)
        return not set(ours.tolist()).isdisjoint(theirs.tolist())

    low, step = known, 1
    while holds(low + step):
        low, step = low + step, step * 2
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def cosine(left: Side, right: Side) -> float:
    """Cosine of the two term vectors, which have length 1."""
    ours = _places(left.terms, right.terms)
    theirs = _places(right.terms, left.terms)
    return min(1.0, float(left.term_weights[ours] @ right.term_weights[theirs]))


def _places(values: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Where ``values`` holds what ``others`` holds, too; ``others`` is sorted."""
    if not len(others):
        return np.zeros(0, np.int64)
    at = np.minimum(np.searchsorted(others, values), len(others) - 1)
    return np.flatnonzero(others[at] == values)


def substituted(left: Side, right: Side, blocks: list[Block]) -> tuple[list[Fact], float]:
    """Facts that stand in the same place of both texts and differ, and their share of all facts.

    A place is a short gap between shared words, both sides of it filled. A fact is a number, or a
    name: a word that few articles hold. One that the other article has elsewhere, or spells
    another way, does not differ. Each place weighs as much as its lighter side, each shared fact
    its own weight (inverse document frequency).
    """
    facts = []
    differing = agreeing = 0.0
    vocabularies = set(left.words), set(right.words)
    common = 2 * sum(block.size for block in blocks)
    both = len(left.words) + len(right.words)
    head = HEAD_WORDS if common >= FORM_RATIO * both else 0
    at = Block(0, 0, 0)
    for block in [*_anchors(left, blocks), Block(len(left.words), len(right.words), 0)]:
        gaps = range(at.left + at.size, block.left), range(at.right + at.size, block.right)
        if all(0 < len(gap) <= SLOT_WORDS for gap in gaps):
            ours = _only_here(left, gaps[0], right, gaps[1], vocabularies[1])
            theirs = _only_here(right, gaps[1], left, gaps[0], vocabularies[0])
            for kind, mine, other in zip(("number", "name"), ours, theirs, strict=True):
                if mine and other and _says_much(left, mine, right, other, head):
                    differing += min(_weight(left, mine), _weight(right, other))
                    facts.append(Fact(kind, _joined(left, mine), _joined(right, other)))
        weights = left.idf[block.left : block.left + block.size]
        agreeing += float(weights[weights >= INFORMATIVE_IDF].sum())
        at = block
    return facts, differing / max(differing + agreeing, 1e-9)


def _anchors(left: Side, blocks: list[Block]) -> list[Block]:
    """The blocks that places are measured between: two words or more, or one that says much."""
    return [b for b in blocks if b.size > 1 or left.idf[b.left] >= INFORMATIVE_IDF]


def _only_here(
    side: Side, gap: range, other: Side, other_gap: range, other_words: set[str]
) -> tuple[list[int], list[int]]:
    """Places in the gap of numbers and of words that the other article does not have."""
    opposite = "".join(other.words[i] for i in other_gap)
    numbers, names = [], []
    for i in gap:
        word = side.words[i]
        if word in other_words:
            continue
        if word.isdigit():
            numbers.append(i)
        elif len(word) < RESPELLED_LETTERS or fuzz.partial_ratio(word, opposite) < _RESPELLED:
            names.append(i)
    return numbers, names


def _says_much(left: Side, ours: list[int], right: Side, theirs: list[int], head: int) -> bool:
    """Whether a substitution touches a fact: a number, or a name on both sides; within the first
    ``head`` words, where the subject stands, a name on one side is enough.
    """
    if left.words[ours[0]].isdigit():
        return True
    rarest = float(left.idf[ours].max()), float(right.idf[theirs].max())
    at_head = ours[0] < head and theirs[0] < head
    return (max if at_head else min)(rarest) >= INFORMATIVE_IDF


def _weight(side: Side, places: list[int]) -> float:
    """What the facts at these places say, or the words where none is a fact; a number says at least
    as much as any fact.
    """
    numbers = [side.words[i].isdigit() for i in places]
    weights = np.where(numbers, np.maximum(side.idf[places], INFORMATIVE_IDF), side.idf[places])
    facts = weights[weights >= INFORMATIVE_IDF]
    return float((facts if len(facts) else weights).sum())


def _joined(side: Side, places: list[int]) -> str:
    """The words at these places, for a person to read."""
    return " ".join(side.words[i] for i in places)


def _swapped(left: Side, right: Side, blocks: list[Block]) -> int:
    """Words in the longest gap between shared passages whose two sides share next to nothing with
    the other article, the shorter side counted.
    """
    held = [block for block in blocks if block.size >= PASSAGE_WORDS]
    longest = 0
    for one, following in pairwise(held):
        gaps = (
            range(one.left + one.size, following.left),
            range(one.right + one.size, following.right),
        )
        length = min(len(gaps[0]), len(gaps[1]))
        if length > max(longest, SLOT_WORDS) and (
            _common_share(left, gaps[0], right) < OTHER_RATIO
            and _common_share(right, gaps[1], left) < OTHER_RATIO
        ):
            longest = length
    return longest


def _common_share(side: Side, gap: range, other: Side) -> float:
    """The share of what the gap's words say that the other article says anywhere."""
    weights = side.idf[gap.start : gap.stop]
    common = np.isin(side.hashes[gap.start : gap.stop], other.hashes)
    return float(weights[common].sum() / max(1e-9, weights.sum()))


def _title_ratio(left: Article, right: Article) -> float | None:
    """Likeness of the titles, whatever the order of their words."""
    if not left.title or not right.title:
        return None
    ratio = fuzz.token_sort_ratio(left.title.casefold(), right.title.casefold())
    return ratio / 100


def _hours_apart(left: Article, right: Article) -> float | None:
    """Hours between the two dates of publication; those without a zone are taken as given."""
    if left.published is None or right.published is None:
        return None
    apart = left.published.replace(tzinfo=None) - right.published.replace(tzinfo=None)
    if left.published.tzinfo and right.published.tzinfo:
        apart = left.published - right.published
    return abs(apart.total_seconds()) / 3600


def _same_source(left: Article, right: Article) -> bool | None:
    """Whether one outlet published both, where both are known."""
    if not left.source or not right.source:
        return None
    return left.source == right.source
