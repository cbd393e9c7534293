"""Reports: pure renderers from a result to a string, by the name of the format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import machine, text, text_pair
from .screen import Look, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..data import Comparison, Result

__all__ = ["REPORTS", "Look", "Report", "shown"]


@dataclass(frozen=True, slots=True)
class Report:
    """One format: how it renders a whole result, and how a single comparison."""

    result: Callable[[Result, Look], str]
    comparison: Callable[[Comparison, Look], str]


REPORTS = {
    "text": Report(text.result, text_pair.comparison),
    "json": Report(machine.result, machine.comparison),
}
"""The formats of ``--format``, by name."""
