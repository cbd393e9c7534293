"""Measure pairs: what two articles share, and where they differ in facts.

Up to a verdict everything is columns of numbers; here a pair becomes an object that a person can
read, once somebody wants to.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from rapidfuzz import fuzz, process

from .data.pair import Evidence, Fact
from .data.weighed import SAME_TEXT, Weighed
from .kernels import MEASURES, WEIGHT_UNIT, Bounds
from .settings import INDEXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from .data.articles import Articles
    from .settings import MatchSettings

_Value = TypeVar("_Value")

PASSAGE_WORDS = 3
"""A shared passage is at least this many words in a row."""
OWN_WORDS = 40
"""So many words without a shared passage are a stretch of an article's own, not rewording."""
ALIGNED_WORDS = 20_000
"""Only so many words of an article are aligned, which bounds time and memory for a giant one."""
TITLE_CHARS = 1000
"""Only so much of a title is compared, for the same reason."""
SLOT_WORDS = 12
"""A longer gap between shared words is another passage, not a substituted fact."""
HEAD_WORDS = 12
"""The headline or the first line: another subject there is another story, in a form."""
FORM_RATIO = 0.4
"""Two fillings of a form have this share of both their words in common; a reworded article, which
has a headline of its own, less."""
REPRINT_WORDS = 60
"""So many words that stand in both articles in the same order are one text …"""
REPRINT_RATIO = 0.9
"""… if they are also this share of the shorter one."""
DOT_UNIT = WEIGHT_UNIT**2
"""A cosine of 1.0 between term vectors."""


class Shared(NamedTuple):
    """``int64[m]`` each: how many distinct shingles both sides of a pair hold, and each of them."""

    both: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]


class Found(NamedTuple):
    """How pairs were proposed: by which indexes, in how many bands, with which estimate."""

    by: NDArray[np.uint8]
    """As in ``Weighed.found_by``."""
    bands: NDArray[np.int64]
    estimate_ratio: NDArray[np.float64]


class Beside(NamedTuple):
    """What is known of the articles of pairs besides their texts, as in ``Weighed``."""

    title_ratio: NDArray[np.float64]
    hours_apart: NDArray[np.float64]
    same_source: NDArray[np.int8]


def bounds(how: MatchSettings, informative: int, *, closely: bool) -> Bounds:
    """What the kernel is to measure by. From an idf of ``informative`` up a word counts as a fact;
    ``closely`` measures every pair to the end.

    A pair is otherwise looked at closely only if it can still be more than distinct: every rule of
    one story wants ``threshold`` of the shorter article's words in shared passages, and ``related``
    its term cosine.
    """
    return Bounds(
        run=PASSAGE_WORDS,
        own=OWN_WORDS,
        aligned=ALIGNED_WORDS,
        slot=SLOT_WORDS,
        head=HEAD_WORDS,
        informative=informative,
        least_dot=0 if closely else int(np.ceil(how.related_ratio * DOT_UNIT)),
        least_share=0.0 if closely else how.threshold,
    )


def weigh(
    words: tuple[NDArray[np.int64], NDArray[np.int64]],
    measures: NDArray[np.int64],
    shingles: Shared,
    found: Found,
    beside: Beside,
) -> Weighed:
    """Everything that was measured on pairs; what their facts say is added by ``differing``.

    ``words`` are the lengths of the left and the right sides, furniture left out, and ``measures``
    is ``int64[m, 18]`` as the kernel counts.
    """
    of = dict(zip(MEASURES, measures.T, strict=True))
    left, right = words
    capped = np.minimum(left, ALIGNED_WORDS) + np.minimum(right, ALIGNED_WORDS)
    nothing = np.zeros(len(measures), np.int64)
    return Weighed(
        same_text=nothing.astype(np.bool_),
        left_words=left,
        right_words=right,
        jaccard_ratio=_ratio(shingles.both, shingles.left + shingles.right - shingles.both),
        left_in_right_ratio=_ratio(shingles.both, shingles.left),
        right_in_left_ratio=_ratio(shingles.both, shingles.right),
        left_shared_ratio=_ratio(of["left_passages"], left),
        right_shared_ratio=_ratio(of["right_passages"], right),
        left_own_ratio=_ratio(of["left_own"], left),
        right_own_ratio=_ratio(of["right_own"], right),
        left_aligned_ratio=_ratio(of["left_aligned"], of["left_said"]),
        right_aligned_ratio=_ratio(of["right_aligned"], of["right_said"]),
        alignment_ratio=_ratio(2 * of["aligned_words"], capped),
        shared_run_words=of["longest"],
        term_cosine_ratio=np.minimum(1.0, of["dot"] / DOT_UNIT),
        swapped_words=of["swapped"],
        facts_differ=nothing,
        facts_differ_ratio=nothing.astype(np.float64),
        title_ratio=beside.title_ratio,
        hours_apart=beside.hours_apart,
        same_source=beside.same_source,
        found_by=found.by,
        bands=found.bands,
        jaccard_estimate_ratio=found.estimate_ratio,
    )


def equal(words: NDArray[np.int64], beside: Beside) -> Weighed:
    """What pairs of articles with one clean text share, which nobody needs to measure; ``words``
    are the lengths of the texts.
    """
    count = len(words)
    nothing, one = np.zeros(count), np.ones(count)
    whole = np.where(words >= PASSAGE_WORDS, 1.0, 0.0)
    none = nothing.astype(np.int64)
    return Weighed(
        np.ones(count, np.bool_),
        *(words, words, whole, whole, whole),
        *(one, one, nothing, nothing, one, one, one),
        *(words, one, none, none, nothing),
        *beside,
        found_by=np.full(count, SAME_TEXT, np.uint8),
        bands=none,
        jaccard_estimate_ratio=one,
    )


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share of a whole, 0 where there is none."""
    return np.asarray(part / np.maximum(1, whole), np.float64)


def head_words(words: NDArray[np.int64], aligned: NDArray[np.int64]) -> NDArray[np.int64]:
    """Words at the beginning of both articles where one name alone tells another subject: those of
    the headline, where the two are fillings of a form. ``words`` are those of both sides together.
    """
    return np.where(2 * aligned >= FORM_RATIO * words, HEAD_WORDS, 0)


def reprinted(shorter: NDArray[np.int64], aligned: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether two articles are one text but for a few words, or a headline. ``shorter`` is how many
    words the shorter article has.
    """
    return (aligned >= REPRINT_WORDS) & (aligned >= REPRINT_RATIO * shorter)


def differing(
    weighed: Weighed,
    counts: NDArray[np.int64],
    weights: NDArray[np.int64],
    agreeing: NDArray[np.int64],
) -> Weighed:
    """The evidence with how many facts differ, and their share of all facts, by weight."""
    ratios = np.where(counts > 0, weights / np.maximum(1, weights + agreeing), 0.0)
    return weighed._replace(facts_differ=counts, facts_differ_ratio=ratios)


def mirror(weighed: Weighed) -> Weighed:
    """The same evidence, seen from the other side."""
    return Weighed._make(getattr(weighed, _MIRRORED[name]) for name in Weighed._fields)


_MIRRORED = {
    name: name.replace("left", "*").replace("right", "left").replace("*", "right")
    for name in Weighed._fields
}
"""Where each column stands when the sides swap."""


FIELDS = tuple(one.name for one in fields(Evidence))
"""The names of the evidence's fields, in their order."""


def told(weighed: Weighed, facts: Sequence[tuple[Fact, ...]]) -> dict[str, Sequence[Any]]:
    """The fields of the evidence on pairs as an ``Evidence`` has them, a list of each. ``facts``
    are those that differ in each pair.
    """
    columns: Iterator[tuple[str, Any]] = zip(Weighed._fields, weighed, strict=True)
    listed: dict[str, Sequence[Any]] = {name: column.tolist() for name, column in columns}
    listed["facts"] = facts
    for name in ("title_ratio", "hours_apart"):
        listed[name] = [None if one != one else one for one in listed[name]]  # NaN is unlike itself
    listed["same_source"] = [None if one < 0 else one == 1 for one in listed["same_source"]]
    listed["found_by"] = [names(bits) for bits in listed["found_by"]]
    return {name: listed[name] for name in FIELDS}


def tell(weighed: Weighed, facts: Sequence[tuple[Fact, ...]]) -> list[Evidence]:
    """Each pair's evidence, for a person or a report to read, with the facts that differ."""
    return [Evidence(*row) for row in zip(*told(weighed, facts).values(), strict=True)]


@cache
def names(found_by: int) -> tuple[str, ...]:
    """The names of the indexes that proposed a pair."""
    names = tuple(name for bit, name in enumerate(INDEXES) if found_by >> bit & 1)
    return ("same-text",) if found_by == SAME_TEXT else names or ("asked",)


def beside(articles: Articles, places: NDArray[np.int64]) -> Beside:
    """What is known besides their texts of the articles that stand at the two places of a pair."""
    sources = [
        one == other if one and other else -1
        for one, other in zip(*_sides(articles.sources, places), strict=True)
    ]
    hours = [
        np.nan if one is None or other is None else _hours_apart(one, other)
        for one, other in zip(*_sides(articles.published, places), strict=True)
    ]
    return Beside(
        _title_ratios(*_sides(articles.titles, places)),
        np.array(hours, np.float64),
        np.array(sources, np.int8),
    )


def _sides(column: list[_Value], places: NDArray[np.int64]) -> Iterator[list[_Value]]:
    """What a column has at the left and at the right places of pairs."""
    return (list(map(column.__getitem__, side)) for side in places.T.tolist())


def _title_ratios(lefts: Sequence[str], rights: Sequence[str]) -> NDArray[np.float64]:
    """Likeness of the titles of each pair, whatever the order of their words."""
    ratios = np.full(len(lefts), np.nan)
    both = [at for at, one in enumerate(lefts) if one and rights[at]]
    if both:
        sides = ([side[at][:TITLE_CHARS].casefold() for at in both] for side in (lefts, rights))
        ratios[both] = process.cpdist(*sides, scorer=fuzz.token_sort_ratio, dtype=np.float64) / 100
    return ratios


def _hours_apart(left: datetime, right: datetime) -> float:
    """Hours between two dates of publication; those without a zone are taken as given."""
    apart = left.replace(tzinfo=None) - right.replace(tzinfo=None)
    if left.tzinfo and right.tzinfo:
        apart = left - right
    return abs(apart.total_seconds()) / 3600
