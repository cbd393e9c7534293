"""Delivery: every report that is wanted of one run, each rendered from the same result."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..reports import REPORTS, Look
from .streams import emit, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..data.result import Gate, Result
    from ..reports import Report
    from .flags import Flags

_SUMMARY_BYTES = 900 << 10
"""GitHub drops the summary of a step whole if it is longer than 1 MiB."""


def deliver(
    flags: Flags, render: Callable[[Report, Look], str | Iterable[bytes | memoryview]]
) -> None:
    """Render and write each report; the files come before stdout, whose reader may go away."""
    for name, file in flags.targets():
        emit(render(REPORTS[name], flags.look(file=file)), file, form=name)


def deliver_result(flags: Flags, result: Result, gate: Gate | None = None) -> None:
    """Deliver a whole result, and tell GitHub's step where that format is asked for."""
    deliver(flags, lambda report, look: report.pieces(result, look, gate))
    if "github" in {name for name, _ in flags.targets()}:
        tell_step(result, gate)


def tell_step(result: Result, gate: Gate | None) -> None:
    """Add the summary and the outputs of a step to the files that GitHub names, if it does."""
    summary, outputs = (os.environ.get(f"GITHUB_{name}") for name in ("STEP_SUMMARY", "OUTPUT"))
    try:
        if summary:
            taken = os.path.getsize(summary) if os.path.exists(summary) else 0
            look = Look(most_bytes=max(_SUMMARY_BYTES - taken, 0))
            _append(summary, REPORTS["markdown"].result(result, look, gate))
        if outputs:
            _append(outputs, "".join(f"{k}={v}\n" for k, v in _outputs(result, gate).items()))
    except OSError as error:
        say(f"warning: the step's summary or outputs: {(error.strerror or str(error)).lower()}")


def _outputs(result: Result, gate: Gate | None) -> dict[str, int | str]:
    """Give a step's outputs: numbers and true or false, so that nothing foreign can be in them."""
    tally = result.tally
    counts: dict[str, int | str] = {
        "articles": tally.articles,
        "stories": tally.stories,
        "redundant": tally.redundant,
        "skipped": tally.skipped,
    }
    if gate:
        counts |= {"passed": str(gate.passed).lower(), "new": len(gate.new)}
    return counts


def _append(path: str, text: str) -> None:
    with open(path, "ab") as stream:
        stream.write(text.encode())
