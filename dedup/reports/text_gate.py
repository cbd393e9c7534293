"""What a gate says, for a person: each new copy with the article that it copies, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .findings import NEW, findings
from .screen import Look, cells, counted, excerpt, padded, painted, percent, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..data.result import Entry, Gate, Result
    from .findings import Finding

_NEW_SHOWN = 100
_WIDEST_NAME = 48


def result(result: Result, look: Look, gate: Gate) -> str:
    r"""Render the new copies, the counts, and last the answer, where an eye comes to rest.

    >>> from ..data.result import Gate, Result, Tally
    >>> print(result(Result({}, Tally(), (), (), ()), Look(), Gate(True, "no new copies")), end="")
    0 articles, none of them a new copy
    passed: no new copies
    """
    lines = list(_new(result, gate, look))
    if lines:
        lines = [painted("new copies", "strong", look), *lines, ""]
    word, style = ("passed", "good") if gate.passed else ("failed", "bad")
    answer = f"{painted(word, style, look)}: {shown(gate.why)}"
    return "\n".join([*lines, _counts(result, gate), answer]) + "\n"


def _new(result: Result, gate: Gate, look: Look) -> Iterator[str]:
    """List each new copy, up to a number that a person will read."""
    found = [one for one in findings(result, gate) if one.standing == NEW]
    listed = found[:_NEW_SHOWN]
    rooms = _room([one.copy for one in listed]), _room([one.original for one in listed])
    for one in listed:
        names = padded(_name(one.copy), rooms[0]), padded(_name(one.original), rooms[1])
        yield f"  {painted('new', 'bad', look)}  {names[0]}  copies {names[1]}  {_likeness(one)}"
    if len(found) > len(listed):
        yield f"  and {counted(len(found) - len(listed), 'more copy', 'more copies')}"


def _likeness(one: Finding) -> str:
    """Say how a copy relates to the other article."""
    rule = f"[{shown(one.rule)}]"
    if one.verdict is None or one.kind == "exact":
        return f"{one.likeness}  {rule}"
    found = one.verdict.evidence
    shares = (found.left_shared_ratio, found.right_shared_ratio)
    in_old, in_new = shares if one.verdict.left == one.copy.id else shares[::-1]
    if in_old >= in_new:
        share = f"{percent(in_old)} of it is in that one"
    else:
        share = f"it holds {percent(in_new)} of that one"
    return f"{shown(one.kind)}: {share}, Jaccard {found.jaccard_ratio:.2f}  {rule}"


def _name(entry: Entry) -> str:
    """Give the address, which can be pasted back, and the id where it says something else."""
    if not entry.address or entry.address == entry.id:
        return shown(entry.id)
    return f"{shown(entry.address)} ({excerpt(entry.id, 24)})"


def _room(entries: Sequence[Entry]) -> int:
    """Width of a column of names; a very long name may stick out, but is never cut."""
    return max((min(cells(_name(entry)), _WIDEST_NAME) for entry in entries), default=0)


def _counts(result: Result, gate: Gate) -> str:
    """Say in one line what was judged, and what of it is a copy."""
    known = sum(entry.known for entry in result.articles)
    judged = counted(len(result.articles) - known, "article")
    if known:
        judged += f", held against {known:,} known"
    new = len(gate.new)
    copies = f"{new:,} of them new copies" if new > 1 else f"{new or 'none'} of them a new copy"
    parts = [f"{judged}, {copies}"]
    if result.tally.skipped:
        parts.append(f"{counted(result.tally.skipped, 'input')} not read")
    return "; ".join(parts)
