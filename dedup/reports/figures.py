"""Figures as every report shows them: rounded once, so that no machine's last digit shows."""

from __future__ import annotations

from dataclasses import fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ..data import Evidence, Verdict

if TYPE_CHECKING:
    from ..data import Result

_MEASURES = attrgetter(*(one.name for one in fields(Evidence)))
_SAID = attrgetter("left", "right", "relation", "kind", "rule")
_DIGITS = 4
_LEAST = 0.0001


def settled(value: float) -> float:
    """Round; a share that is not quite 0 or 1 does not become so.

    >>> settled(0.860049), settled(0.99999), settled(0.00001), settled(1.0)
    (0.86, 0.9999, 0.0001, 1.0)
    """
    near = round(value, _DIGITS)
    if near == value or near not in {0.0, 1.0} or not 0 < value < 1:
        return near
    return 1 - _LEAST if near else _LEAST


def rounded(result: Result) -> Result:
    """Give the result as its JSON holds it, so that a report made from either is the same."""
    return replace(
        result,
        stories=tuple(
            replace(one, weakest_ratio=settled(one.weakest_ratio)) for one in result.stories
        ),
        pairs=tuple(map(rounded_verdict, result.pairs)),
    )


def rounded_verdict(verdict: Verdict) -> Verdict:
    """Round every measure; there are many pairs, so fields are not looked up for each."""
    evidence: Any = [settled(v) if type(v) is float else v for v in _MEASURES(verdict.evidence)]
    left, right, relation, kind, rule = _SAID(verdict)
    return Verdict(left, right, relation, kind, rule, Evidence(*evidence))
