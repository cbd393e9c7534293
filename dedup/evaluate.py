"""Held against people: labelled pairs beside what a run told, as figures with their doubt.

All figures are over the labelled pairs only. Precision of a relation is the share of *labelled*
pairs told so that people label so; of what a run tells about other pairs it says nothing. The 95 %
intervals take pairs as independent; pairs that share articles are not, so true doubt is larger.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

from .data.pair import Gold, Judged, Relation
from .settings import INDEXES, MatchSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .data.result import Entry, Result

SAME, RELATED, DISTINCT = (relation.value for relation in Relation)
SAME_EVENT = "same_event"
UNSURE = "unsure"
LABELS = (SAME, RELATED, DISTINCT, SAME_EVENT, UNSURE)
"""What a labelled pair may be called."""

THRESHOLDS = tuple(step / 20 for step in range(1, 20))
"""The sweep: .05, .10, … .95; the threshold in force is added where it is none of these."""
_NORMAL_95 = 1.959963984540054
_MEANS = {
    # relation: what is told counts as it, labels that count as it, labels that count against it
    SAME: ({SAME}, {SAME}, {RELATED, DISTINCT}),
    RELATED: ({RELATED}, {RELATED}, {SAME, DISTINCT}),
    DISTINCT: ({DISTINCT}, {DISTINCT}, {SAME, RELATED, SAME_EVENT}),
    SAME_EVENT: ({SAME, RELATED}, {SAME, RELATED, SAME_EVENT}, {DISTINCT}),
}
_CLOSENESS = {DISTINCT: 0, RELATED: 1, SAME_EVENT: 1, SAME: 2}


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` out of ``total``, with the 95 % interval; all ratios None where there are none."""

    count: int
    total: int
    ratio: float | None
    low_ratio: float | None
    high_ratio: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """One relation: what was told against what people say."""

    relation: str
    precision: Share
    """Of the labelled pairs told so, those that people call so."""
    recall: Share
    """Of the labelled pairs that people call so, those told so."""
    f1: Share
    """``count`` right out of ``total`` right, wrongly told and missed; the ratio is F1. None where
    no pair is labelled so."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How many ``same_story`` pairs came so far."""

    name: str
    share: Share


@dataclass(frozen=True, slots=True)
class Point:
    """What ``same_story`` would be at another threshold, each pair judged by itself."""

    threshold: float
    score: Score
    in_force: bool = False
    best: bool = False
    """Highest F1; of equals the nearest to the one in force."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A labelled pair that was told otherwise."""

    gold: Gold
    left_address: str
    right_address: str
    told: str
    judged: Judged
    decided: str
    """The rule's own sentence: the figure that decided, against its bound."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that labelled pairs say about a run."""

    settings: dict[str, object]
    articles: int
    pairs: int
    """Labelled pairs that count: both articles are in the corpus, and people were sure."""
    unsure: int
    repeated: int
    """Pairs labelled more than once in the same way; counted once."""
    missing: tuple[str, ...]
    """Names in the labelled pairs that no article of the corpus has."""
    missing_pairs: int
    """Labelled pairs that are left out for that."""
    scores: tuple[Score, ...]
    stages: tuple[Stage, ...]
    sweep: tuple[Point, ...]
    misses: tuple[Mistake, ...]
    """Told less alike than people say; the worst first."""
    alarms: tuple[Mistake, ...]
    """Told more alike than people say; the worst first."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Labelled pairs by the ids of a run, and what had to be left out."""

    gold: tuple[Gold, ...]
    unsure: int = 0
    repeated: int = 0
    missing: tuple[str, ...] = ()
    missing_pairs: int = 0


def resolve(gold: Iterable[Gold], entries: Iterable[Entry]) -> Resolved:
    """Name the articles of each labelled pair by id; an id wins over an address.

    >>> from dedup.data.result import Entry
    >>> entries = [Entry("a", "x.jsonl:1", "", 9), Entry("b", "x.jsonl:2", "", 9)]
    >>> resolve([Gold("a", "x.jsonl:2", "related"), Gold("a", "c", "distinct")], entries)
    Resolved(gold=(Gold(left='a', right='b', relation='related', label=''),), unsure=0, repeated=0,\
 missing=('c',), missing_pairs=1)
    """
    known: dict[str, str] = {}
    for entry in entries:
        known.setdefault(entry.address, entry.id)
        known[entry.id] = entry.id
    missing: dict[str, None] = {}
    unsure = repeated = lost = 0
    found: dict[tuple[frozenset[str], str], Gold] = {}
    for one in gold:
        unknown = [name for name in (one.left, one.right) if name not in known]
        missing.update(dict.fromkeys(unknown))
        if unknown:
            lost += 1
            continue
        if one.relation == UNSURE:
            unsure += 1
            continue
        named = replace(one, left=known[one.left], right=known[one.right])
        key = frozenset((named.left, named.right)), named.relation
        repeated += key in found
        found.setdefault(key, named)
    return Resolved(tuple(found.values()), unsure, repeated, tuple(missing), lost)


def evaluate(
    resolved: Resolved, judged: Sequence[Judged], result: Result, how: MatchSettings
) -> Evaluation:
    """Score a run by labelled pairs; ``judged`` has what was asked for each of them, in order."""
    stories = {entry.id: entry.story for entry in result.articles}
    told = [_told(one, held, stories) for one, held in zip(resolved.gold, judged, strict=True)]
    labels = [one.relation for one in resolved.gold]
    wrong = [
        place
        for place, (label, said) in enumerate(zip(labels, told, strict=True))
        if said not in _MEANS[label][0]
    ]
    addresses = {entry.id: entry.address or entry.id for entry in result.articles}
    mistakes = [_mistake(resolved.gold[at], judged[at], told[at], addresses, how) for at in wrong]
    misses = [one for one in mistakes if _gap(one) > 0]
    alarms = [one for one in mistakes if _gap(one) < 0]
    return Evaluation(
        settings=result.settings,
        articles=len(result.articles),
        pairs=len(resolved.gold),
        unsure=resolved.unsure,
        repeated=resolved.repeated,
        missing=resolved.missing,
        missing_pairs=resolved.missing_pairs,
        scores=tuple(score(relation, labels, told) for relation in _MEANS),
        stages=_stages(resolved.gold, judged, told),
        sweep=sweep(labels, judged, how),
        misses=tuple(sorted(misses, key=lambda one: (-_gap(one), *_likeness(one)))),
        alarms=tuple(sorted(alarms, key=lambda one: (_gap(one), *_unlikeness(one)))),
    )


def _told(gold: Gold, judged: Judged, stories: dict[str, int | None]) -> str:
    """What the run does with a pair: one story, both kept but linked, or nothing.

    Two articles that are one story by verdict but not in one story (their chain was split) are
    both kept, and told as related.
    """
    if stories[gold.left] is not None and stories[gold.left] == stories[gold.right]:
        return SAME
    linked = judged.kept and judged.verdict.relation is not Relation.DISTINCT
    return RELATED if linked else DISTINCT


def score(relation: str, labels: Sequence[str], told: Sequence[str]) -> Score:
    """Precision, recall and F1 of one relation; pairs whose label leaves it open are left out.

    >>> score("same_story", ["same_story", "same_story", "distinct"], ["same_story"] * 3).f1.ratio
    0.8
    """
    said, meant, denied = _MEANS[relation]
    right = wrong = missed = 0
    for label, what in zip(labels, told, strict=True):
        right += label in meant and what in said
        wrong += label in denied and what in said
        missed += label in meant and what not in said
    whole = f1(right, wrong + missed) if right + missed else f1(0, 0)
    return Score(
        relation,
        wilson(right, right + wrong),
        wilson(right, right + missed),
        whole,
    )


def wilson(count: int, total: int) -> Share:
    """A share with Wilson's score interval (Wilson 1927), which stays honest near 0 and 1.

    >>> share = wilson(9, 10)
    >>> share.ratio, round(share.low_ratio, 3), round(share.high_ratio, 3)
    (0.9, 0.596, 0.982)
    """
    if not total:
        return Share(count, total, None, None, None)
    ratio, square = count / total, _NORMAL_95**2
    middle = (ratio + square / (2 * total)) / (1 + square / total)
    doubt = ratio * (1 - ratio) / total + square / (4 * total**2)
    reach = _NORMAL_95 * sqrt(doubt) / (1 + square / total)
    low = 0.0 if count == 0 else middle - reach
    high = 1.0 if count == total else middle + reach
    return Share(count, total, ratio, low, high)


def f1(right: int, wrong: int) -> Share:
    """F1 with an interval, from pairs that are right and those wrongly told or missed.

    With ``q`` the share of the right ones, F1 is ``2 q / (1 + q)``, which rises with ``q``; so the
    ends of Wilson's interval for ``q``, put through the same formula, are those for F1.

    >>> round(f1(9, 2).ratio, 3), round(f1(9, 2).low_ratio, 3)
    (0.9, 0.687)
    """
    share = wilson(right, right + wrong)
    low, ratio, high = (
        None if q is None else 2 * q / (1 + q)
        for q in (share.low_ratio, share.ratio, share.high_ratio)
    )
    return Share(share.count, share.total, ratio, low, high)


def _stages(
    gold: Sequence[Gold], judged: Sequence[Judged], told: Sequence[str]
) -> tuple[Stage, ...]:
    """How far the ``same_story`` pairs came, out of all of them at each stage."""
    wanted = [at for at, one in enumerate(gold) if one.relation == SAME]
    mine = [judged[at] for at in wanted]
    counts = {f"proposed by {name}": sum(name in one.found_by for one in mine) for name in INDEXES}
    counts["equal text"] = sum("same-text" in one.found_by for one in mine)
    counts["proposed by any"] = sum(bool(one.found_by) for one in mine)
    counts["kept by the screen"] = sum(one.kept for one in mine)
    same = [one for one in mine if one.verdict.relation is Relation.SAME_STORY]
    counts["judged same_story"] = len(same)
    counts["kept and judged same_story"] = sum(one.kept for one in same)
    counts["together in one story"] = sum(told[at] == SAME for at in wanted)
    return tuple(Stage(name, wilson(count, len(mine))) for name, count in counts.items())


def sweep(labels: Sequence[str], judged: Sequence[Judged], how: MatchSettings) -> tuple[Point, ...]:
    """``same_story`` at every threshold, from the evidence at hand.

    Pairs are judged one by one, so that what the indexes or the stories lose is not in it.
    """
    from . import verdict  # brings arrays along, for which nobody's --help should wait

    measured = verdict.columns([one.verdict.evidence for one in judged])
    points = []
    for threshold in sorted({*THRESHOLDS, how.threshold}):
        moved = replace(how, threshold=threshold)
        rules = verdict.decide(measured, moved).tolist()
        said = [verdict.RULES[rule].relation.value for rule in rules]
        points.append(Point(threshold, score(SAME, labels, said), threshold == how.threshold))
    scored = [one for one in points if one.score.f1.ratio is not None]
    if SAME not in labels or not scored:
        return tuple(points)
    top = max(one.score.f1.ratio or 0 for one in scored)
    equals = [one for one in scored if one.score.f1.ratio == top]
    best = min(equals, key=lambda one: abs(one.threshold - how.threshold))
    return tuple(replace(one, best=one is best) for one in points)


def _mistake(
    gold: Gold, judged: Judged, told: str, addresses: dict[str, str], how: MatchSettings
) -> Mistake:
    """A wrong pair with all that a person needs to look at it."""
    from . import verdict  # as above

    decided = verdict.judge(judged.verdict.evidence, how).decided
    return Mistake(gold, addresses[gold.left], addresses[gold.right], told, judged, decided)


def _gap(one: Mistake) -> int:
    """How much closer people say the pair is than was told; negative where it is told too close."""
    return _CLOSENESS[one.gold.relation] - _CLOSENESS[one.told]


def _likeness(one: Mistake) -> tuple[float, float, str, str]:
    """Sort key: the least alike first."""
    measured = one.judged.verdict.evidence
    return measured.alignment_ratio, measured.term_cosine_ratio, one.gold.left, one.gold.right


def _unlikeness(one: Mistake) -> tuple[float, float, str, str]:
    """Sort key: the most alike first."""
    aligned, cosine, left, right = _likeness(one)
    return -aligned, -cosine, left, right
