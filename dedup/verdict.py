"""Evidence to verdict: the rules, in the order in which they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .data import Evidence, Relation

if TYPE_CHECKING:
    from .settings import MatchSettings

DOUBT_WORDS = 10
"""Unshared words that each article is taken to have besides its own."""
OWN_RATIO = 0.4
"""Measured by what two articles share, at least one must tell no more than this of its own."""
REWORDED_RATIO = 0.5
"""A form filled in twice has at least half of its words in common; below, a pair is reworded …"""
REWORDED = 2.0
"""… and so many times as much of its facts may be; also where it is a single one in an article that
is otherwise untouched: a form changes its facts in step, a correction changes one."""
BODY_WORDS = 60
"""So many words of other things between shared passages are another article in the same frame …"""
BODY_RATIO = 0.1
"""… if they are also this share of the shorter one."""
UNTOUCHED_RATIO = 0.9
"""So much in common is next to all. Published far apart, both articles must share this much of
their words, and every fact."""


class Ruling(NamedTuple):
    """What a rule decides, and the figure that decided, in words."""

    relation: Relation
    kind: str
    rule: str
    decided: str


class Shares(NamedTuple):
    """The figures that decide about one story. Every article is taken to have ``DOUBT_WORDS`` more
    that nobody shares: a handful of words in common proves little.
    """

    aligned: float
    """Of what an article's words say, how much stands in the other in the same order; of the two
    articles, the one with less."""
    of_shorter: float
    """Of the shorter article's words, those in shared passages; a passage that one side repeats
    counts as often as the other side has it."""
    of_longer: float
    own: float
    """Of the words of the article that has less of it, those in long stretches of its own."""


def shares(evidence: Evidence) -> Shares:
    """The deciding figures of a pair.

    >>> measured = Evidence(
    ...     False, 90, 190, 0.4, 0.9, 0.4, 0.9, 0.45, 0, 0.4, 0.9, 0.4, 0.6, 40, 0.8)
    >>> shares(measured)
    Shares(aligned=0.38, of_shorter=0.81, of_longer=0.405, own=0)
    """
    left, right = evidence.left_words, evidence.right_words
    shorter, longer = min(left, right) + DOUBT_WORDS, max(left, right) + DOUBT_WORDS
    shared = min(evidence.left_shared_ratio * left, evidence.right_shared_ratio * right)
    aligned = min(
        evidence.left_aligned_ratio * left / (left + DOUBT_WORDS),
        evidence.right_aligned_ratio * right / (right + DOUBT_WORDS),
    )
    own = min(evidence.left_own_ratio, evidence.right_own_ratio)
    return Shares(aligned, shared / shorter, shared / longer, own)


def judge(evidence: Evidence, how: MatchSettings) -> Ruling:
    """The relation of a pair, from its evidence and the settings alone.

    >>> from dedup.settings import MatchSettings
    >>> measured = Evidence(
    ...     False, 90, 100, 0.7, 0.9, 0.8, 0.95, 0.85, 0, 0, 0.9, 0.8, 0.9, 40, 0.9)
    >>> judge(measured, MatchSettings()).rule
    'ND02 near-text'
    """
    if not (evidence.left_words and evidence.right_words):
        return Ruling(
            Relation.DISTINCT, "", "DI02 no-words", "an article without words is never a copy"
        )
    if evidence.same_text:
        return _same("exact", "ND01 same-text", "the clean texts are equal")
    ruling = _one_text(shares(evidence), how)
    if ruling:
        return _template(evidence, how) or ruling
    return _other_text(evidence, how)


def _one_text(of: Shares, how: MatchSettings) -> Ruling | None:
    """Whether one article is the other, reworked, cut or with more around it."""
    held_from = 1 - (1 - how.threshold) / 3
    held = of.of_shorter >= held_from
    if held and of.of_longer < held_from:
        return _same(
            "contained",
            "ND03 contained-text",
            f"{of.of_shorter:.0%} of the shorter article is in shared passages (one story from"
            f" {held_from:.0%})",
        )
    reworked = of.aligned >= how.threshold and of.of_shorter >= how.threshold
    if held or (reworked and of.own <= OWN_RATIO * of.aligned):
        return _same(
            "near",
            "ND02 near-text",
            f"{of.aligned:.0%} of what each says stands in the other in the same order (one story"
            f" from {how.threshold:.0%})",
        )
    return None


def _other_text(evidence: Evidence, how: MatchSettings) -> Ruling:
    """Whether two texts that are not one report one event."""
    alike = f"rare words are alike by {evidence.term_cosine_ratio:.2f} (related from"
    alike += f" {how.related_ratio:.2f})"
    if evidence.term_cosine_ratio >= how.related_ratio:
        wording = f"the wording is not: {shares(evidence).aligned:.0%} in common"
        return Ruling(Relation.RELATED, "report", "RE01 same-event", f"{alike}, {wording}")
    return Ruling(Relation.DISTINCT, "", "DI01 nothing-shared", alike)


def _same(kind: str, rule: str, decided: str) -> Ruling:
    """A ruling for one story."""
    return Ruling(Relation.SAME_STORY, kind, rule, decided)


def _template(evidence: Evidence, how: MatchSettings) -> Ruling | None:
    """Whether a pair that shares its wording is one form filled in twice."""
    border = how.template_ratio
    single = evidence.facts_differ == 1 and evidence.alignment_ratio >= UNTOUCHED_RATIO
    if evidence.alignment_ratio < REWORDED_RATIO or single:
        border *= REWORDED
    if evidence.facts_differ_ratio > border:
        return Ruling(
            Relation.RELATED,
            "template",
            "TM01 facts-substituted",
            f"{evidence.facts_differ_ratio:.0%} of the facts in shared passages are substituted (a"
            f" template from {border:.0%})",
        )
    shorter = min(evidence.left_words, evidence.right_words)
    if evidence.swapped_words >= max(BODY_WORDS, BODY_RATIO * shorter):
        return Ruling(
            Relation.RELATED,
            "template",
            "TM03 other-body",
            f"{evidence.swapped_words} words between the shared passages tell of other things (a"
            f" page in the same frame from {BODY_WORDS})",
        )
    apart = evidence.hours_apart
    share = min(evidence.left_shared_ratio, evidence.right_shared_ratio)
    untouched = share >= UNTOUCHED_RATIO and not evidence.facts_differ
    if apart is not None and apart > how.template_hours and not untouched:
        return Ruling(
            Relation.RELATED,
            "template",
            "TM02 another-day",
            f"published {apart / 24:.0f} days apart, and not with the same facts",
        )
    return None
