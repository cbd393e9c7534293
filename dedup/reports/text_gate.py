"""What a gate says, for a person: each new copy with the article that it copies, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..data import Relation
from .screen import Look, cells, counted, excerpt, padded, painted, percent, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..data import Entry, Gate, Result, Verdict

_NEW_SHOWN = 100
_WIDEST_NAME = 48


def result(result: Result, look: Look, gate: Gate) -> str:
    r"""Render the new copies, the counts, and last the answer, where an eye comes to rest.

    >>> from ..data import Gate, Result, Tally
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
    entries = {entry.id: entry for entry in result.articles}
    verdicts = {
        frozenset((pair.left, pair.right)): pair
        for pair in result.pairs
        if pair.relation is Relation.SAME_STORY
    }
    pairs = [(entries[new], entries[old]) for new, old in zip(gate.new, gate.copied, strict=True)]
    listed = pairs[:_NEW_SHOWN]
    rooms = [_room([pair[side] for pair in listed]) for side in (0, 1)] if listed else [0, 0]
    for new, old in listed:
        likeness = _likeness(new, verdicts.get(frozenset((new.id, old.id))))
        names = padded(_name(new), rooms[0]), padded(_name(old), rooms[1])
        yield f"  {painted('new', 'bad', look)}  {names[0]}  copies {names[1]}  {likeness}"
    if len(pairs) > len(listed):
        yield f"  and {counted(len(pairs) - len(listed), 'more copy', 'more copies')}"


def _likeness(new: Entry, verdict: Verdict | None) -> str:
    """Say how a copy relates to the other article."""
    if verdict is None:
        return f"[{shown(new.rule or '')}]"
    rule = f"[{shown(verdict.rule)}]"
    if verdict.kind == "exact":
        return f"same text  {rule}"
    found = verdict.evidence
    shares = (found.left_shared_ratio, found.right_shared_ratio)
    in_old, in_new = shares if verdict.left == new.id else shares[::-1]
    if in_old >= in_new:
        share = f"{percent(in_old)} of it is in that one"
    else:
        share = f"it holds {percent(in_new)} of that one"
    return f"{verdict.kind}: {share}, Jaccard {found.jaccard_ratio:.2f}  {rule}"


def _name(entry: Entry) -> str:
    """Give the address, which can be pasted back, and the id where it says something else."""
    if not entry.address or entry.address == entry.id:
        return shown(entry.id)
    return f"{shown(entry.address)} ({excerpt(entry.id, 24)})"


def _room(entries: Sequence[Entry]) -> int:
    """Width of a column of names; a very long name may stick out, but is never cut."""
    return max(min(cells(_name(entry)), _WIDEST_NAME) for entry in entries)


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
