"""Figures as every report shows them: rounded once, so that no machine's last digit shows."""

from __future__ import annotations

from dataclasses import fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.pair import Evidence, Verdict
from ..data.weighed import Weighed
from ..pipeline.verdicts import Verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..data.result import Result

_MEASURES = attrgetter(*(one.name for one in fields(Evidence)))
_SAID = attrgetter("left", "right", "relation", "kind", "rule")
_DIGITS = 4
_LEAST = 0.0001
_MIDDLE = 1e-4
"""Of a unit of the last digit: far more than the error of a product."""


def settled(value: float) -> float:
    """Round; a share that is not quite 0 or 1 does not become so.

    >>> settled(0.860049), settled(0.99999), settled(0.00001), settled(1.0)
    (0.86, 0.9999, 0.0001, 1.0)
    """
    near = round(value, _DIGITS)
    if near == value or near not in {0.0, 1.0} or not 0 < value < 1:
        return near
    return 1 - _LEAST if near else _LEAST


def settled_columns(weighed: Weighed) -> Weighed:
    """Round every figure of many pairs, each as ``settled`` does."""
    columns: Iterator[Any] = iter(weighed)
    return Weighed._make(settled_column(one) if one.dtype.kind == "f" else one for one in columns)


def settled_column(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round many figures, each as ``settled`` does; what lies so near the middle that this could
    err, one by one.
    """
    scaled = column * 10**_DIGITS
    near: NDArray[np.float64] = np.rint(scaled) / 10**_DIGITS
    middling = np.flatnonzero(np.abs(np.abs(scaled - np.rint(scaled)) - 0.5) < _MIDDLE)
    near[middling] = [round(one, _DIGITS) for one in column[middling].tolist()]
    near[(near == 0) & (column > 0)] = _LEAST
    near[(near == 1) & (column < 1)] = 1 - _LEAST
    return near


def of_last_digits(settled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rounded figures as whole numbers of units of the last digit."""
    return np.asarray(np.rint(settled * 10**_DIGITS), np.float64)


def in_last_digits(units: int) -> str:
    """A rounded figure in writing, from its number of units of the last digit.

    >>> in_last_digits(8600), in_last_digits(10_000)
    ('0.86', '1.0')
    """
    return repr(units / 10**_DIGITS)


def rounded(result: Result) -> Result:
    """Give the result as its JSON holds it, so that a report made from either is the same."""
    return replace(
        result,
        stories=tuple(
            replace(one, weakest_ratio=settled(one.weakest_ratio)) for one in result.stories
        ),
        pairs=_rounded(result.pairs),
    )


def _rounded(pairs: Sequence[Verdict]) -> Sequence[Verdict]:
    """The verdicts rounded, in columns if that is what they lie in."""
    if isinstance(pairs, Verdicts):
        return pairs.mapped(settled_columns)
    return tuple(map(rounded_verdict, pairs))


def rounded_verdict(verdict: Verdict) -> Verdict:
    """Round every measure; there are many pairs, so fields are not looked up for each."""
    evidence: Any = [settled(v) if type(v) is float else v for v in _MEASURES(verdict.evidence)]
    left, right, relation, kind, rule = _SAID(verdict)
    return Verdict(left, right, relation, kind, rule, Evidence(*evidence))
