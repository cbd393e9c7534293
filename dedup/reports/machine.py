"""Results for machines: JSON with a schema, one article or pair to a line, same bytes each time."""

from __future__ import annotations

import json
from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING

from ..version import __version__
from .figures import settled
from .screen import UNSAFE

if TYPE_CHECKING:
    import re

    from ..data import (
        Article,
        Comparison,
        Entry,
        Evidence,
        Fact,
        Gate,
        Passage,
        Piece,
        Result,
        Skipped,
        Story,
        Tally,
        Verdict,
    )
    from ..evaluate import Evaluation, Mistake, Point, Score, Share
    from .screen import Look


def result(result: Result, look: Look, gate: Gate | None = None) -> str:  # noqa: ARG001 - no eyes
    """Render as ``dedup.result/1``; ``result.schema.json`` says what may stand where."""
    answer = {} if gate is None else {"gate": _plain(gate)}
    return _document(
        {
            "schema": "dedup.result/1",
            "version": __version__,
            "settings": result.settings,
            **answer,
            "tally": _plain(result.tally),
            "articles": [_entry(entry) for entry in result.articles],
            "stories": [_plain(story) for story in result.stories],
            "pairs": [_pair(verdict) for verdict in result.pairs],
            "skipped": [_plain(skipped) for skipped in result.skipped],
            "furniture": [_plain(passage) for passage in result.furniture],
            "notes": list(result.notes),
        }
    )


def comparison(comparison: Comparison, look: Look) -> str:
    """Render as ``dedup.comparison/1``; the alignment, which is long, only for ``look.diff``."""
    found = comparison.verdict.evidence
    pieces = {"pieces": [_plain(piece) for piece in comparison.pieces]} if look.diff else {}
    return _document(
        {
            "schema": "dedup.comparison/1",
            "version": __version__,
            "settings": comparison.settings,
            "left": _side(comparison.left, found.left_words, comparison.left_steps),
            "right": _side(comparison.right, found.right_words, comparison.right_steps),
            **_pair(comparison.verdict, sides=False),
            "chance_ratio": _value(comparison.chance_ratio),
            "decided": comparison.decided,
            **pieces,
        }
    )


def evaluation(evaluation: Evaluation, look: Look) -> str:  # noqa: ARG001 - as above
    """Render as ``dedup.evaluation/1``, with every mistake and every threshold."""
    return _document(
        {
            "schema": "dedup.evaluation/1",
            "version": __version__,
            "settings": evaluation.settings,
            "tally": {
                "articles": evaluation.articles,
                "pairs": evaluation.pairs,
                "unsure": evaluation.unsure,
                "repeated": evaluation.repeated,
                "missing_pairs": evaluation.missing_pairs,
            },
            "missing": list(evaluation.missing),
            "relations": [_score(one) for one in evaluation.scores],
            "stages": [{"stage": one.name, **_plain(one.share)} for one in evaluation.stages],
            "sweep": [_point(one) for one in evaluation.sweep],
            "misses": [_mistake(one) for one in evaluation.misses],
            "alarms": [_mistake(one) for one in evaluation.alarms],
        }
    )


def _score(score: Score) -> dict[str, object]:
    """Give one relation's three figures."""
    shares = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
    return {"relation": score.relation} | {name: _plain(one) for name, one in shares.items()}


def _point(point: Point) -> dict[str, object]:
    """Give one threshold of the sweep."""
    marks = {"best": point.best, "in_force": point.in_force}
    return {"threshold": point.threshold, **marks, **_score(point.score)}


def _mistake(one: Mistake) -> dict[str, object]:
    """Give a wrong pair: as labelled, as told, and as judged by itself."""
    return {
        "left_address": one.left_address,
        "right_address": one.right_address,
        "labelled": one.gold.relation,
        "label": one.gold.label,
        "told": one.told,
        "proposed_by": list(one.judged.found_by),
        "kept": one.judged.kept,
        "decided": one.decided,
        **_pair(one.judged.verdict),
    }


def _entry(entry: Entry) -> dict[str, object]:
    """Give an article; the two marks that few carry are left out of the others."""
    unmarked = {"digest": "", "known": False}
    return {k: v for k, v in _plain(entry).items() if k not in unmarked or v != unmarked[k]}


def _pair(verdict: Verdict, *, sides: bool = True) -> dict[str, object]:
    """Give a verdict with its evidence; the sides are left out where they are told at length."""
    names = {"left": verdict.left, "right": verdict.right} if sides else {}
    return {
        **names,
        "relation": verdict.relation.value,
        "kind": verdict.kind,
        "rule": verdict.rule,
        "evidence": _evidence(verdict.evidence),
    }


def _evidence(evidence: Evidence) -> dict[str, object]:
    """Give every figure, and the facts as objects."""
    return {**_plain(evidence), "facts": [_plain(fact) for fact in evidence.facts]}


def _side(article: Article, words: int, steps: tuple[tuple[str, int], ...]) -> dict[str, object]:
    """Describe one article of a comparison, without its text."""
    return {
        "id": article.id,
        "address": article.address,
        "title": article.title,
        "words": words,
        "steps": dict(steps),
    }


def _plain(
    noun: Entry | Story | Tally | Skipped | Evidence | Fact | Passage | Piece | Share | Gate,
) -> dict[str, object]:
    """Give the fields of a noun in their own order; what is unknown is left out."""
    values = ((field.name, getattr(noun, field.name)) for field in fields(noun))
    return {name: _value(value) for name, value in values if value is not None}


def _value(value: object) -> object:
    """Round what was measured, so that no machine's last digit shows."""
    if isinstance(value, float):
        return settled(value)
    return value.value if isinstance(value, Enum) else value


def _document(body: dict[str, object]) -> str:
    """Write an object with each item of its lists on a line of its own."""
    lines = (f"{written(key)}: {_block(value)}" for key, value in body.items())
    return "{" + ",\n ".join(lines) + "}\n"


def _block(value: object) -> str:
    """Write a list line by line, anything else in one."""
    if not isinstance(value, list) or not value:
        return written(value)
    return "[\n  " + ",\n  ".join(map(written, value)) + "]"


def written(value: object) -> str:
    """Write one value on one line."""
    return safe(json.dumps(value, ensure_ascii=False))


def safe(written: str) -> str:
    """Escape, as JSON allows, what would play tricks on a screen or a runner.

    ``##[`` is how the log of a CI run may still be given orders from the middle of a line. A line
    break is left alone: JSON has none inside its texts.
    """
    escaped = (UNSAFE.sub(_escaped, line) for line in written.split("\n"))
    return "\n".join(escaped).replace("##[", "#\\u0023[")


def _escaped(match: re.Match[str]) -> str:
    """Escape one character, as two units where it lies beyond the first plane."""
    return json.dumps(match[0])[1:-1]
