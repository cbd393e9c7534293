"""Reports: pure renderers from a result to a string, by the name of the format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from . import machine, text, text_evaluation, text_pair
from .screen import Look, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..data import Comparison, Gate, Result
    from ..evaluate import Evaluation

__all__ = ["REPORTS", "Look", "Report", "shown"]


class RenderResult(Protocol):
    """Renders a whole result, with what a gate says of it where one was asked."""

    def __call__(self, result: Result, look: Look, gate: Gate | None = None) -> str:
        """Give the finished report; nothing foreign is left unescaped in it."""


@dataclass(frozen=True, slots=True)
class Report:
    """One format: how it renders a whole result, a single comparison, an evaluation."""

    result: RenderResult
    comparison: Callable[[Comparison, Look], str]
    evaluation: Callable[[Evaluation, Look], str]


REPORTS = {
    "text": Report(text.result, text_pair.comparison, text_evaluation.evaluation),
    "json": Report(machine.result, machine.comparison, machine.evaluation),
}
"""The formats of ``--format``, by name."""
