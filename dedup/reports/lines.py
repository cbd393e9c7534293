"""JSON Lines: one record to a line, each saying what it is, for pipes that never hold it all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import machine

if TYPE_CHECKING:
    from ..data.pair import Comparison
    from ..data.result import Gate, Result
    from ..evaluate import Evaluation
    from .screen import Look

_LISTS = {
    "articles": "article",
    "stories": "story",
    "pairs": "pair",
    "skipped": "skipped",
    "furniture": "furniture",
    "relations": "relation",
    "stages": "stage",
    "sweep": "threshold",
    "misses": "miss",
    "alarms": "alarm",
}
"""The lists of a document that become lines, and what each line calls itself."""


def result(result: Result, look: Look, gate: Gate | None = None) -> str:  # noqa: ARG001 - no eyes
    """Render the head (settings, tally, gate, notes), then each article, story and pair."""
    return _lines(machine.result_body(result, gate), "result")


def comparison(comparison: Comparison, look: Look) -> str:
    """Render on one line."""
    return _lines(machine.comparison_body(comparison, diff=look.diff), "comparison")


def evaluation(evaluation: Evaluation, look: Look) -> str:  # noqa: ARG001 - as above
    """Render the head, then each figure and each mistake."""
    return _lines(machine.evaluation_body(evaluation), "evaluation")


def _lines(body: dict[str, Any], name: str) -> str:
    """Take the lists of a document apart; what is no list stays together in the first line."""
    head = {key: value for key, value in body.items() if key not in _LISTS}
    lines = [machine.written({"record": name, **head})]
    for key, record in _LISTS.items():
        lines += [machine.written({"record": record, **one}) for one in body.get(key, ())]
    return "\n".join(lines) + "\n"
