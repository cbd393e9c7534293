"""Two articles: what was measured on them, how they relate, and what people said of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .article import Article


class Relation(str, Enum):
    """What a person would say of two articles."""

    SAME_STORY = "same_story"
    RELATED = "related"
    DISTINCT = "distinct"


@dataclass(frozen=True, slots=True)
class Fact:
    """A number, date or name that differs where the words around it are shared."""

    kind: str
    """``number`` or ``name``."""
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured on one pair; every verdict can be recomputed from it.

    Each ``_ratio`` is in [0, 1]. Fields that begin with ``left_`` and ``right_`` swap when the
    sides swap; all others stay as they are.
    """

    same_text: bool
    """The clean texts are equal and not empty."""
    left_words: int
    right_words: int
    jaccard_ratio: float
    """Shared shingles over all shingles, exact."""
    left_in_right_ratio: float
    """Share of the left article's shingles that the right one holds too, exact."""
    right_in_left_ratio: float
    left_shared_ratio: float
    """Share of the left article's words that stand inside a shared passage."""
    right_shared_ratio: float
    left_own_ratio: float
    """Share of the left article's words that stand in long stretches of its own: 40 words or more
    without a shared passage."""
    right_own_ratio: float
    left_aligned_ratio: float
    """Share of what the left article's words say, by how rare each is, that stands in the right one
    in the same order."""
    right_aligned_ratio: float
    alignment_ratio: float
    """Words in common in the same order, over the words of both (rapidfuzz, Indel)."""
    shared_run_words: int
    """Length of the longest shared passage."""
    term_cosine_ratio: float
    """Cosine of the two articles' words, weighted by how rare each word is."""
    swapped_words: int = 0
    """Length of the longest stretch in the middle of both articles that tells of other things, the
    shorter side counted: two bodies in one frame."""
    facts_differ: int = 0
    """Places where a number or a name was substituted inside otherwise shared passages."""
    facts_differ_ratio: float = 0.0
    """Weight of the substituted facts over the weight of all facts in aligned passages."""
    facts: tuple[Fact, ...] = ()
    """The first of them, for a person to read."""
    title_ratio: float | None = None
    """Likeness of the two titles; None where one has none."""
    hours_apart: float | None = None
    """Between the two dates of publication; None where one is unknown."""
    same_source: bool | None = None
    found_by: tuple[str, ...] = ()
    """The indexes that proposed the pair: ``lsh``, ``passage``, ``terms``; ``asked`` where none
    did, ``same-text`` where the clean texts are one."""
    bands: int = 0
    """How many bands of the signatures agree."""
    jaccard_estimate_ratio: float = 0.0
    """What the signatures alone would have said; beside ``jaccard_ratio``, never used to judge."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How two articles relate, by which rule, on what evidence."""

    left: str
    """The id of the article that comes first in the corpus."""
    right: str
    relation: Relation
    kind: str
    """``exact``, ``near`` or ``contained``; ``report`` or ``template``; empty for ``distinct``."""
    rule: str
    """Stable name of the rule that decided, such as ``ND01 same-text``."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of an alignment: words both articles share, or words only one of them has."""

    same: bool
    left: str
    right: str
    words: int
    """Words in the stretch; of the longer side where the sides differ."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One pair looked at closely: the verdict, and all that a person needs to check it."""

    left: Article
    right: Article
    verdict: Verdict
    pieces: tuple[Piece, ...]
    """The whole alignment in reading order; joined, the sides give the two clean texts."""
    left_steps: tuple[tuple[str, int], ...]
    """Cleaning rules that changed the left text, with counts."""
    right_steps: tuple[tuple[str, int], ...]
    settings: dict[str, object]
    chance_ratio: float
    """The chance that the bands would propose a pair of this Jaccard."""
    decided: str
    """One sentence: the figure that decided, against the bound that it was held to."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A pair labelled by people."""

    left: str
    """The id or the address of an article."""
    right: str
    relation: str
    """A relation's value; ``same_event`` where the label leaves open whether it is ``same_story``
    or ``related``; ``unsure`` where people could not tell."""
    label: str = ""
    """What the people called it, in their own words."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair that was asked for: its verdict, and how far the indexes brought it."""

    verdict: Verdict
    found_by: tuple[str, ...] = ()
    """The indexes that proposed it; ``same-text`` where equal texts needed none."""
    kept: bool = False
    """It was proposed, and not screened out before it was measured."""
