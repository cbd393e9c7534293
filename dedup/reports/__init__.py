"""Reports: pure renderers from a result to a string, by the name of the format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import machine, text, text_evaluation, text_pair
from .machine import removal
from .screen import Look, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..data import Comparison, Result
    from ..evaluate import Evaluation

__all__ = ["REPORTS", "Look", "Report", "removal", "shown"]


@dataclass(frozen=True, slots=True)
class Report:
    """One format: how it renders a whole result, a single comparison, an evaluation."""

    result: Callable[[Result, Look], str]
    comparison: Callable[[Comparison, Look], str]
    evaluation: Callable[[Evaluation, Look], str]


REPORTS = {
    "text": Report(text.result, text_pair.comparison, text_evaluation.evaluation),
    "json": Report(machine.result, machine.comparison, machine.evaluation),
}
"""The formats of ``--format``, by name."""
