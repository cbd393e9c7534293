"""Measure one pair: what two articles share, and where they differ in facts.

Below this module everything is columns of numbers; from here on each pair is an object that a
person can read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import fuzz

from .data import Article, Evidence, Fact
from .kernels import IDF_UNIT, WEIGHT_UNIT, Bounds

if TYPE_CHECKING:
    from .settings import MatchSettings

PASSAGE_WORDS = 3
"""A shared passage is at least this many words in a row."""
OWN_WORDS = 40
"""So many words without a shared passage are a stretch of an article's own, not rewording."""
ALIGNED_WORDS = 20_000
"""Only so many words of an article are aligned, which bounds time and memory for a giant one."""
SLOT_WORDS = 12
"""A longer gap between shared words is another passage, not a substituted fact."""
INFORMATIVE_IDF = 4 * IDF_UNIT
"""A word from here up, which fewer than one article in 55 holds, counts as a fact."""
HEAD_WORDS = 12
"""The headline or the first line: another subject there is another story, in a form."""
FORM_RATIO = 0.4
"""Two fillings of a form have this share of both their words in common; a reworded article, which
has a headline of its own, less."""
DOT_UNIT = WEIGHT_UNIT**2
"""A cosine of 1.0 between term vectors."""


class Measures(NamedTuple):
    """What the kernel counted on a pair; ``kernels.reference_pairs`` says what each means."""

    shared_runs: int
    left_passages: int
    right_passages: int
    left_own: int
    right_own: int
    dot: int
    measured: int
    left_runs: int
    right_runs: int
    left_said: int
    right_said: int
    left_aligned: int
    right_aligned: int
    aligned_words: int
    longest: int
    swapped: int
    agreeing: int
    places: int


class Shared(NamedTuple):
    """How many distinct shingles both sides hold, and each of them."""

    both: int
    left: int
    right: int


class Found(NamedTuple):
    """How a pair was proposed: by which indexes, in how many bands, with which estimate."""

    by: tuple[str, ...] = ()
    bands: int = 0
    estimate_ratio: float = 0.0


def bounds(how: MatchSettings, *, closely: bool) -> Bounds:
    """What the kernel is to measure by; ``closely`` measures every pair to the end.

    A pair is otherwise looked at closely only if it can still be more than distinct: every rule of
    one story wants ``threshold`` of the shorter article's words in shared passages, and ``related``
    its term cosine.
    """
    return Bounds(
        run=PASSAGE_WORDS,
        own=OWN_WORDS,
        aligned=ALIGNED_WORDS,
        slot=SLOT_WORDS,
        informative=INFORMATIVE_IDF,
        least_dot=0 if closely else int(np.ceil(how.related_ratio * DOT_UNIT)),
        least_share=0.0 if closely else how.threshold,
    )


def weigh(
    articles: tuple[Article, Article],
    words: tuple[int, int],
    measures: Measures,
    shingles: Shared,
    found: Found,
) -> Evidence:
    """Everything that was measured on one pair; the facts that differ are read by ``differ``.

    ``words`` are the lengths of both sides, furniture left out.
    """
    left, right = words
    capped = min(left, ALIGNED_WORDS) + min(right, ALIGNED_WORDS)
    either = shingles.left + shingles.right - shingles.both
    return Evidence(
        same_text=False,
        left_words=left,
        right_words=right,
        jaccard_ratio=shingles.both / max(1, either),
        left_in_right_ratio=shingles.both / max(1, shingles.left),
        right_in_left_ratio=shingles.both / max(1, shingles.right),
        left_shared_ratio=measures.left_passages / max(1, left),
        right_shared_ratio=measures.right_passages / max(1, right),
        left_own_ratio=measures.left_own / max(1, left),
        right_own_ratio=measures.right_own / max(1, right),
        left_aligned_ratio=measures.left_aligned / max(1, measures.left_said),
        right_aligned_ratio=measures.right_aligned / max(1, measures.right_said),
        alignment_ratio=2 * measures.aligned_words / max(1, capped),
        shared_run_words=measures.longest,
        term_cosine_ratio=min(1.0, measures.dot / DOT_UNIT),
        swapped_words=measures.swapped,
        jaccard_estimate_ratio=found.estimate_ratio,
        title_ratio=_title_ratio(*articles),
        hours_apart=_hours_apart(*articles),
        same_source=_same_source(*articles),
        found_by=found.by,
        bands=found.bands,
    )


def equal(articles: tuple[Article, Article], words: int, found: Found) -> Evidence:
    """What two articles with one clean text share, which nobody needs to measure."""
    whole = 1.0 if words >= PASSAGE_WORDS else 0.0
    return Evidence(
        same_text=True,
        left_words=words,
        right_words=words,
        jaccard_ratio=whole,
        left_in_right_ratio=whole,
        right_in_left_ratio=whole,
        left_shared_ratio=1.0,
        right_shared_ratio=1.0,
        left_own_ratio=0.0,
        right_own_ratio=0.0,
        left_aligned_ratio=1.0,
        right_aligned_ratio=1.0,
        alignment_ratio=1.0,
        shared_run_words=words,
        term_cosine_ratio=1.0,
        jaccard_estimate_ratio=1.0,
        title_ratio=_title_ratio(*articles),
        hours_apart=_hours_apart(*articles),
        same_source=_same_source(*articles),
        found_by=found.by,
        bands=found.bands,
    )


def head_words(words: tuple[int, int], measures: Measures) -> int:
    """Words at the beginning of both articles where one name alone tells another subject: those of
    the headline, where the two are fillings of a form.
    """
    return HEAD_WORDS if 2 * measures.aligned_words >= FORM_RATIO * sum(words) else 0


def differing(
    evidence: Evidence, count: int, weight: int, agreeing: int, facts: list[Fact]
) -> Evidence:
    """The evidence with the facts that differ, and their share of all facts, by weight."""
    return replace(
        evidence,
        facts_differ=count,
        facts_differ_ratio=weight / (weight + agreeing),
        facts=tuple(facts),
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
