"""Evidence to verdict: the rules, in the order in which they are asked."""

from __future__ import annotations

from typing import NamedTuple

from .data import Evidence, Relation
from .settings import MatchSettings

DOUBT_WORDS = 10
"""Unshared words that each article is taken to have besides its own."""
UNTOUCHED_RATIO = 0.95
"""Published far apart, both articles must share this much of their words to be one story."""


class Ruling(NamedTuple):
    """What a rule decides, and the figure that decided, in words."""

    relation: Relation
    kind: str
    rule: str
    decided: str


def judge(evidence: Evidence, how: MatchSettings) -> Ruling:
    """The relation of a pair, from its evidence and the settings alone.

    >>> from dedup.data import Evidence
    >>> judge(Evidence(False, 90, 100, 0.7, 0.9, 0.8, 0.9, 0.8, 0.9, 40, 0.9), MatchSettings()).rule
    'ND02 near-text'
    """
    if evidence.same_text:
        return _same("exact", "ND01 same-text", "the clean texts are equal")
    both, shorter, longer = shared_ratios(evidence)
    held_from = (1 + how.threshold) / 2
    near, held = both >= how.threshold, shorter >= held_from
    template = _template(evidence, how) if near or held else None
    if template:
        return template
    if held and longer < held_from:
        return _same(
            "contained",
            "ND03 contained-text",
            f"{shorter:.0%} of the shorter article's words are in shared passages, at least"
            f" {held_from:.0%} makes one story",
        )
    if near:
        return _same(
            "near",
            "ND02 near-text",
            f"{both:.0%} of both articles' words are in shared passages, at least"
            f" {how.threshold:.0%} makes one story",
        )
    if evidence.term_cosine_ratio >= how.related_ratio:
        return Ruling(
            Relation.RELATED,
            "report",
            "RE01 same-event",
            f"the rare words are alike ({evidence.term_cosine_ratio:.2f}, related from"
            f" {how.related_ratio:.2f}), the wording is not ({both:.0%} shared)",
        )
    return Ruling(
        Relation.DISTINCT,
        "",
        "DI01 nothing-shared",
        f"rare words alike {evidence.term_cosine_ratio:.2f} of {how.related_ratio:.2f},"
        f" shared passages {both:.0%} of {how.threshold:.0%}",
    )


def shared_ratios(evidence: Evidence) -> tuple[float, float, float]:
    """Shares of words in shared passages: of both articles together, the shorter, the longer one.

    A passage that one side repeats counts as often as the other side has it. Every article is
    taken to have ``DOUBT_WORDS`` more that nobody shares: a handful of shared words proves little.

    >>> shared_ratios(Evidence(False, 90, 190, 0.4, 0.9, 0.4, 0.9, 0.45, 0.6, 40, 0.8))
    (0.54, 0.81, 0.405)
    """
    left, right = evidence.left_words, evidence.right_words
    shared = min(evidence.left_shared_ratio * left, evidence.right_shared_ratio * right)
    shorter, longer = min(left, right) + DOUBT_WORDS, max(left, right) + DOUBT_WORDS
    return 2 * shared / (shorter + longer), shared / shorter, shared / longer


def _same(kind: str, rule: str, decided: str) -> Ruling:
    """A ruling for one story."""
    return Ruling(Relation.SAME_STORY, kind, rule, decided)


def _template(evidence: Evidence, how: MatchSettings) -> Ruling | None:
    """Whether a pair that shares its wording is one form filled in twice."""
    if evidence.facts_differ_ratio > how.template_ratio:
        return Ruling(
            Relation.RELATED,
            "template",
            "TM01 facts-substituted",
            f"{evidence.facts_differ_ratio:.0%} of the facts in shared passages are substituted,"
            f" more than {how.template_ratio:.0%} makes a template",
        )
    untouched = min(evidence.left_shared_ratio, evidence.right_shared_ratio) >= UNTOUCHED_RATIO
    apart = evidence.hours_apart
    if apart is not None and apart > how.template_hours and not untouched:
        return Ruling(
            Relation.RELATED,
            "template",
            "TM02 another-day",
            f"published {apart / 24:.0f} days apart, and not word for word",
        )
    return None
