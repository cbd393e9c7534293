"""Results for machines: JSON with a schema, one article or pair to a line, same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ..pipeline.verdicts import Verdicts
from ..version import __version__
from . import rows
from .figures import rounded_verdict, settled
from .screen import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..data.article import Article, Skipped
    from ..data.pair import Comparison, Evidence, Fact, Piece, Verdict
    from ..data.result import Entry, Gate, Passage, Removal, Result, Story, Tally
    from ..evaluate import Evaluation, Mistake, Point, Score, Share
    from .screen import Look

    _Noun = (
        Entry | Story | Tally | Skipped | Evidence | Fact | Passage | Piece | Removal | Share | Gate
    )

_BETWEEN = rows.BETWEEN.encode()
_encode = json.JSONEncoder(ensure_ascii=False).encode


def result(result: Result, look: Look, gate: Gate | None = None) -> str:  # noqa: ARG001 - no eyes
    """Render as ``dedup.result/1``; ``result.schema.json`` says what may stand where."""
    return b"".join(pieces(result, gate)).decode()


def pieces(result: Result, gate: Gate | None = None) -> Iterator[bytes | memoryview]:
    """The same in UTF-8, piece by piece, of a result whether its figures are rounded yet or not: a
    million articles are never held as text.
    """
    body = result_body(result, gate)
    body["articles"] = rows.articles(result.articles)
    body["stories"] = rows.stories(result.stories)
    if isinstance(result.pairs, Verdicts):
        body["pairs"] = rows.pairs(result.pairs)
    return _pieces(body)


def comparison(comparison: Comparison, look: Look) -> str:
    """Render as ``dedup.comparison/1``; the alignment, which is long, only for ``look.diff``."""
    return _document(comparison_body(comparison, diff=look.diff))


def evaluation(evaluation: Evaluation, look: Look) -> str:  # noqa: ARG001 - as above
    """Render as ``dedup.evaluation/1``, with every mistake and every threshold."""
    return _document(evaluation_body(evaluation))


def result_body(result: Result, gate: Gate | None) -> dict[str, Any]:
    """Give a result as plain values, its long lists as iterators over them."""
    answer = {} if gate is None else {"gate": _plain(gate)}
    return {
        "schema": "dedup.result/1",
        "version": __version__,
        "settings": result.settings,
        **answer,
        "tally": _plain(result.tally),
        "articles": map(_entry, result.articles),
        "stories": map(_rounded, result.stories),
        "pairs": (_pair(rounded_verdict(verdict)) for verdict in result.pairs),
        "skipped": map(_plain, result.skipped),
        "furniture": map(_plain, result.furniture),
        "notes": list(result.notes),
    }


def comparison_body(comparison: Comparison, *, diff: bool) -> dict[str, Any]:
    """Give a comparison as plain values."""
    found = comparison.verdict.evidence
    pieces = {"pieces": [_plain(piece) for piece in comparison.pieces]} if diff else {}
    return {
        "schema": "dedup.comparison/1",
        "version": __version__,
        "settings": comparison.settings,
        "left": _side(comparison.left, found.left_words, comparison.left_steps),
        "right": _side(comparison.right, found.right_words, comparison.right_steps),
        **_pair(rounded_verdict(comparison.verdict), sides=False),
        "chance_ratio": _value(comparison.chance_ratio),
        "decided": comparison.decided,
        **pieces,
    }


def evaluation_body(evaluation: Evaluation) -> dict[str, Any]:
    """Give an evaluation as plain values."""
    return {
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
        "stages": [{"stage": one.name, **_rounded(one.share)} for one in evaluation.stages],
        "sweep": [_point(one) for one in evaluation.sweep],
        "misses": [_mistake(one) for one in evaluation.misses],
        "alarms": [_mistake(one) for one in evaluation.alarms],
    }


def removal(removal: Removal) -> str:
    """Render the proof of one removal as an object on one line."""
    facts = [_plain(fact) for fact in removal.evidence.facts]
    return written({**_plain(removal), "evidence": {**_rounded(removal.evidence), "facts": facts}})


def _score(score: Score) -> dict[str, object]:
    """Give one relation's three figures."""
    shares = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
    return {"relation": score.relation} | {name: _rounded(one) for name, one in shares.items()}


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
        **_pair(rounded_verdict(one.judged.verdict)),
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


def _plain(noun: _Noun) -> dict[str, object]:
    """Give the fields of a noun in their own order; what is unknown is left out."""
    names, values = _fields(type(noun))  # type: ignore[arg-type]  # a class is hashable
    return {name: one for name, one in zip(names, values(noun), strict=True) if one is not None}


def _rounded(noun: _Noun) -> dict[str, object]:
    """Give the fields of a noun that nobody has rounded yet."""
    return {name: _value(value) for name, value in _plain(noun).items()}


@cache
def _fields(kind: Any) -> tuple[tuple[str, ...], Callable[[_Noun], tuple[Any, ...]]]:  # noqa: ANN401
    """Look up the fields of a noun's class once, since there may be a million of it."""
    names = tuple(one.name for one in fields(kind))
    return names, attrgetter(*names)


def _value(value: object) -> object:
    """Round what was measured, so that no machine's last digit shows."""
    return settled(value) if type(value) is float else value


def _document(body: dict[str, object]) -> str:
    """Write an object with each item of its lists on a line of its own."""
    return b"".join(_pieces(body)).decode()


def _pieces(body: dict[str, Any]) -> Iterator[bytes | memoryview]:
    """Write it piece by piece, each with one item of a list, or with some that are JSON already,
    and guarded, with ``rows.BETWEEN`` between them: those that are in memory.
    """
    before = "{"
    for key, value in body.items():
        yield f"{before}{written(key)}: ".encode()
        listed = isinstance(value, (list, Iterator))
        yield from _block(value) if listed else [written(value).encode()]
        before = ",\n "
    yield b"}\n"


def _block(values: Iterable[object]) -> Iterator[bytes | memoryview]:
    """Write a list line by line."""
    before = b"[\n  "
    for value in values:
        yield before
        yield value if isinstance(value, memoryview) else written(value).encode()
        before = _BETWEEN
    yield b"]" if before == _BETWEEN else b"[]"


def written(value: object) -> str:
    """Write one value on one line."""
    return guarded(_encode(value))


def safe(written: str) -> str:
    """Escape, as JSON allows, what would play tricks on a screen or a runner.

    A line break is left alone: JSON has none inside its texts.
    """
    return "\n".join(map(guarded, written.split("\n")))
