"""Evidence to verdict: the rules, in the order in which they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .data.pair import Evidence, Relation
from .data.weighed import Weighed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

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


class Rule(NamedTuple):
    """What a rule says of a pair for which it decides."""

    name: str
    """Stable, such as ``ND01 same-text``."""
    relation: Relation
    kind: str


RULES = (
    Rule("DI02 no-words", Relation.DISTINCT, ""),
    Rule("ND01 same-text", Relation.SAME_STORY, "exact"),
    Rule("TM01 facts-substituted", Relation.RELATED, "template"),
    Rule("TM03 other-body", Relation.RELATED, "template"),
    Rule("TM02 another-day", Relation.RELATED, "template"),
    Rule("ND03 contained-text", Relation.SAME_STORY, "contained"),
    Rule("ND02 near-text", Relation.SAME_STORY, "near"),
    Rule("RE01 same-event", Relation.RELATED, "report"),
    Rule("DI01 nothing-shared", Relation.DISTINCT, ""),
)
"""In the order in which they are asked: the first that holds decides, and the last always does."""


class Ruling(NamedTuple):
    """What a rule decides on one pair, and the figure that decided, in words."""

    relation: Relation
    kind: str
    rule: str
    decided: str


class Shares(NamedTuple):
    """The figures that decide about one story, a column of each. Every article is taken to have
    ``DOUBT_WORDS`` more that nobody shares: a handful of words in common proves little.
    """

    aligned: NDArray[np.float64]
    """Of what an article's words say, how much stands in the other in the same order; of the two
    articles, the one with less."""
    of_shorter: NDArray[np.float64]
    """Of the shorter article's words, those in shared passages; a passage that one side repeats
    counts as often as the other side has it."""
    of_longer: NDArray[np.float64]
    own: NDArray[np.float64]
    """Of the words of the article that has less of it, those in long stretches of its own."""


def shares(found: Weighed) -> Shares:
    """The deciding figures of pairs."""
    left, right = found.left_words, found.right_words
    shorter, longer = np.minimum(left, right) + DOUBT_WORDS, np.maximum(left, right) + DOUBT_WORDS
    shared = np.minimum(found.left_shared_ratio * left, found.right_shared_ratio * right)
    aligned = np.minimum(
        found.left_aligned_ratio * left / (left + DOUBT_WORDS),
        found.right_aligned_ratio * right / (right + DOUBT_WORDS),
    )
    own = np.minimum(found.left_own_ratio, found.right_own_ratio)
    return Shares(aligned, shared / shorter, shared / longer, own)


def decide(found: Weighed, how: MatchSettings) -> NDArray[np.uint8]:
    """``uint8[m]``: the place in ``RULES`` of the rule that decides on each pair, from its evidence
    and the settings alone.
    """
    of = shares(found)
    held_from = _held_from(how)
    held = of.of_shorter >= held_from
    contained = held & (of.of_longer < held_from)
    reworked = (of.aligned >= how.threshold) & (of.of_shorter >= how.threshold)
    near = held | (reworked & (of.own <= OWN_RATIO * of.aligned))
    one_text = contained | near
    shorter = np.minimum(found.left_words, found.right_words)
    holds = (
        shorter == 0,
        found.same_text,
        one_text & (found.facts_differ_ratio > _form_border(found, how)),
        one_text & (found.swapped_words >= np.maximum(BODY_WORDS, BODY_RATIO * shorter)),
        one_text & (found.hours_apart > how.template_hours) & ~_untouched(found),
        contained,
        near,
        found.term_cosine_ratio >= how.related_ratio,
        np.ones(len(shorter), np.bool_),
    )
    return np.asarray(np.argmax(holds, axis=0), np.uint8)


def _held_from(how: MatchSettings) -> float:
    """The share of the shorter article from which the longer one holds it."""
    return 1 - (1 - how.threshold) / 3


def _form_border(found: Weighed, how: MatchSettings) -> NDArray[np.float64]:
    """The share of substituted facts above which a pair that shares its wording is one form filled
    in twice.
    """
    single = (found.facts_differ == 1) & (found.alignment_ratio >= UNTOUCHED_RATIO)
    lenient = (found.alignment_ratio < REWORDED_RATIO) | single
    return np.asarray(how.template_ratio * np.where(lenient, REWORDED, 1.0), np.float64)


def _untouched(found: Weighed) -> NDArray[np.bool_]:
    """Whether next to all is in common, and every fact."""
    share = np.minimum(found.left_shared_ratio, found.right_shared_ratio)
    return np.asarray((share >= UNTOUCHED_RATIO) & (found.facts_differ == 0), np.bool_)


def judge(evidence: Evidence, how: MatchSettings) -> Ruling:
    """The ruling on one pair, with the figure that decided.

    >>> from dedup.settings import MatchSettings
    >>> measured = Evidence(
    ...     False, 90, 100, 0.7, 0.9, 0.8, 0.95, 0.85, 0, 0, 0.9, 0.8, 0.9, 40, 0.9)
    >>> judge(measured, MatchSettings()).rule
    'ND02 near-text'
    """
    found = columns([evidence])
    rule = RULES[int(decide(found, how)[0])]
    return Ruling(rule.relation, rule.kind, rule.name, _DECIDED[rule.name[:4]](found, how))


def columns(evidences: Sequence[Evidence]) -> Weighed:
    """The evidence on pairs as columns again, but for where they were found and who published them,
    by which nothing is decided.
    """
    known = {"found_by": np.zeros(len(evidences)), "same_source": np.zeros(len(evidences))}
    told: dict[str, Any] = {
        name: [getattr(one, name) for one in evidences] for name in Weighed._fields
    }
    for name in ("title_ratio", "hours_apart"):
        told[name] = [np.nan if one is None else one for one in told[name]]
    return Weighed(**{name: np.array(column) for name, column in (told | known).items()})


def _substituted(found: Weighed, how: MatchSettings) -> str:
    share, border = found.facts_differ_ratio[0], _form_border(found, how)[0]
    what = "of the facts in shared passages are substituted"
    return f"{share:.0%} {what} (a template from {border:.0%})"


def _other_body(found: Weighed, how: MatchSettings) -> str:  # noqa: ARG001 - as all of them
    what = "words between the shared passages tell of other things"
    return f"{found.swapped_words[0]} {what} (a page in the same frame from {BODY_WORDS})"


def _another_day(found: Weighed, how: MatchSettings) -> str:  # noqa: ARG001
    return f"published {found.hours_apart[0] / 24:.0f} days apart, and not with the same facts"


def _contained(found: Weighed, how: MatchSettings) -> str:
    what = "of the shorter article is in shared passages"
    return f"{shares(found).of_shorter[0]:.0%} {what} (one story from {_held_from(how):.0%})"


def _near(found: Weighed, how: MatchSettings) -> str:
    what = "of what each says stands in the other in the same order"
    return f"{shares(found).aligned[0]:.0%} {what} (one story from {how.threshold:.0%})"


def _alike(found: Weighed, how: MatchSettings) -> str:
    cosine = found.term_cosine_ratio[0]
    return f"rare words are alike by {cosine:.2f} (related from {how.related_ratio:.2f})"


def _event(found: Weighed, how: MatchSettings) -> str:
    aligned = shares(found).aligned[0]
    return f"{_alike(found, how)}, the wording is not: {aligned:.0%} in common"


_DECIDED: dict[str, Callable[[Weighed, MatchSettings], str]] = {
    "DI02": lambda *_: "an article without words is never a copy",
    "ND01": lambda *_: "the clean texts are equal",
    "TM01": _substituted,
    "TM03": _other_body,
    "TM02": _another_day,
    "ND03": _contained,
    "ND02": _near,
    "RE01": _event,
    "DI01": _alike,
}
"""The figure that decided against the bound that it was held to, in one sentence, by rule."""
