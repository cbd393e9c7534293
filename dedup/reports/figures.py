"""Figures as every report shows them: rounded once, so that no machine's last digit shows."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..data import Evidence, Result

_DIGITS = 4
_LEAST = 0.0001


def settled(value: float) -> float:
    """Round; a share that is not quite 0 or 1 does not become so.

    >>> settled(0.860049), settled(0.99999), settled(0.00001), settled(1.0)
    (0.86, 0.9999, 0.0001, 1.0)
    """
    rounded = round(value, _DIGITS)
    if 0 < value < 1:
        return min(max(rounded, _LEAST), 1 - _LEAST)
    return rounded


def rounded(result: Result) -> Result:
    """Give the result as its JSON holds it, so that a report made from either is the same."""
    return replace(
        result,
        stories=tuple(
            replace(one, weakest_ratio=settled(one.weakest_ratio)) for one in result.stories
        ),
        pairs=tuple(replace(one, evidence=_evidence(one.evidence)) for one in result.pairs),
    )


def _evidence(evidence: Evidence) -> Evidence:
    """Round every measure."""
    values = ((one.name, getattr(evidence, one.name)) for one in fields(evidence))
    floats: dict[str, Any] = {name: settled(v) for name, v in values if isinstance(v, float)}
    return replace(evidence, **floats)
