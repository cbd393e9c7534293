"""GitHub's workflow commands: annotations beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import HARMLESS
from .findings import ACCEPTED, STDIN, findings, located, worst_first
from .screen import counted, shown

if TYPE_CHECKING:
    from ..data.result import Gate, Result
    from .screen import Look

_MOST = 10
"""GitHub shows so many of each kind for one step."""


def result(result: Result, look: Look, gate: Gate | None = None) -> str:  # noqa: ARG001 - no eyes
    """Render at most ten errors and ten warnings, the worst first, and one notice with the sum.

    What was not read is an error. A copy is an error where a gate calls it new and says no, and
    otherwise a warning; what a baseline accepts is only counted.
    """
    found = [one for one in worst_first(findings(result, gate)) if one.standing != ACCEPTED]
    faults = [one for one in result.skipped if one.code not in HARMLESS]
    errors = [_command("error", one.address, f"not read: {one.why}", one.code) for one in faults]
    level = "error" if gate and not gate.passed else "warning"
    copies = [
        _command(
            level,
            one.copy.address or one.copy.id,
            f"Same story as {one.original.address or one.original.id}: {one.likeness}",
            one.rule,
        )
        for one in found[: 2 * _MOST]
    ]
    shown_errors = (errors + (copies if level == "error" else []))[:_MOST]
    shown_warnings = (copies if level == "warning" else [])[:_MOST]
    told = len(shown_errors) + len(shown_warnings)
    return (
        "\n".join(
            [*shown_errors, *shown_warnings, _sum(result, gate, len(errors) + len(found) - told)]
        )
        + "\n"
    )


def _sum(result: Result, gate: Gate | None, more: int) -> str:
    """Say in one notice what was found, and how much of it stands nowhere above."""
    tally = result.tally
    parts = [f"{counted(tally.articles, 'article')}, {tally.redundant:,} redundant"]
    if gate:
        word = "passed" if gate.passed else "failed"
        parts.insert(0, f"{word}: {gate.why}")
        parts.append(f"{len(gate.new):,} new, {len(gate.accepted):,} accepted")
    if tally.skipped:
        parts.append(f"{counted(tally.skipped, 'input')} not read")
    if more:
        parts.append(f"and {more:,} more than the annotations show")
    return f"::notice title=dedup::{data('; '.join(parts))}"


def _command(level: str, address: str, message: str, title: str) -> str:
    """Write one annotation; no column, since a whole record is meant."""
    path, line = located(address)
    where = "" if path == STDIN else f"file={property_(path)},line={line},"
    return f"::{level} {where}title={property_(title)}::{data(message)}"


def data(text: str) -> str:
    r"""Escape the message of a command.

    >>> data("100%\n::error::x")
    '100%25\\n::error::x'
    """
    return shown(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_(text: str) -> str:
    """Escape a property of a command.

    >>> property_("a,b:c%0A.txt")
    'a%2Cb%3Ac%250A.txt'
    """
    return data(text).replace(":", "%3A").replace(",", "%2C")
