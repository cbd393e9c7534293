"""The result of a scan, for a person: each story with its copies, what is related, one sum."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from ..data.pair import Relation
from . import text_gate
from .screen import Look, cells, counted, excerpt, padded, painted, percent, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..data.pair import Verdict
    from ..data.result import Entry, Gate, Result, Story

_COPIES_SHOWN = 20
_WIDEST_NAME = 48
_HEADINGS = {
    "report": "related: separate reports of one event, all kept",
    "template": "look-alikes: one form with other facts, all kept",
}


def result(result: Result, look: Look, gate: Gate | None = None) -> str:
    r"""Render stories, then related pairs, then one closing line; ends with a newline.

    Where a gate was asked, what it says takes the place of all that: ``text_gate`` renders it.

    >>> from ..data.result import Result, Tally
    >>> result(Result({}, Tally(), (), (), ()), Look())
    '0 articles\n'
    """
    if gate is not None:
        return text_gate.result(result, look, gate)
    entries = {entry.id: entry for entry in result.articles}
    verdicts = {frozenset((pair.left, pair.right)): pair for pair in result.pairs}
    blocks = [_story(story, entries, verdicts, look) for story in result.stories]
    for kind, heading in _HEADINGS.items():
        pairs = [v for v in result.pairs if v.relation is Relation.RELATED and v.kind == kind]
        if pairs:
            blocks.append([painted(heading, "strong", look), *_related(pairs, entries, look)])
    lines = [line for block in blocks for line in [*block, ""]]
    return "\n".join([*lines, _summary(result)]) + "\n"


def _story(
    story: Story, entries: dict[str, Entry], verdicts: dict[frozenset[str], Verdict], look: Look
) -> list[str]:
    """Name the story by its keeper's title, then list the keeper and each copy."""
    keeper = entries[story.keeper]
    copies = [entries[member] for member in story.members if member != story.keeper]
    listed = copies[:_COPIES_SHOWN]
    room = _room([keeper, *listed])
    heading = painted(f"story {story.story}", "strong", look)
    if keeper.title:
        heading += "  " + painted(excerpt(keeper.title, look.width - 12), "title", look)
    keep = f"{counted(keeper.words, 'word')}, kept: {shown(story.why)}"
    lines = [heading, _row("keep", "good", keeper, room, keep, look)]
    for copy in listed:
        verdict = verdicts.get(frozenset((copy.id, keeper.id)))
        lines.append(_row("copy", "bad", copy, room, _likeness(copy, verdict), look))
    if len(copies) > len(listed):
        lines.append(f"  and {counted(len(copies) - len(listed), 'more copy', 'more copies')}")
    return lines


def _row(mark: str, style: str, entry: Entry, room: int, what: str, look: Look) -> str:
    """Lay out one article of a story."""
    return f"  {painted(mark, style, look)}  {padded(_name(entry), room)}  {what}"


def _likeness(copy: Entry, verdict: Verdict | None) -> str:
    """Say how a copy relates to the article that is kept instead."""
    if verdict is None:
        return f"[{copy.rule}]"
    if verdict.kind == "exact":
        return f"same text  [{verdict.rule}]"
    found = verdict.evidence
    shares = (found.left_shared_ratio, found.right_shared_ratio)
    in_keeper, in_copy = shares if verdict.left == copy.id else shares[::-1]
    if in_keeper >= in_copy:
        share = f"{percent(in_keeper)} of it is in the kept one"
    else:
        share = f"it holds {percent(in_copy)} of the kept one"
    return f"{verdict.kind}: {share}, Jaccard {found.jaccard_ratio:.2f}  [{verdict.rule}]"


def _related(pairs: Sequence[Verdict], entries: dict[str, Entry], look: Look) -> Iterator[str]:
    """Name each left article once, and below it those that it is related to."""
    room = _room([entries[pair.right] for pair in pairs])
    for left, group in groupby(pairs, key=lambda pair: pair.left):
        yield f"  {_name(entries[left])}"
        for pair in group:
            name = padded(_name(entries[pair.right]), room)
            found = pair.evidence
            figures = f"terms {found.term_cosine_ratio:.2f}, Jaccard {found.jaccard_ratio:.2f}"
            yield f"    {name}  {figures}  {painted(f'[{pair.rule}]', 'quiet', look)}"


def _name(entry: Entry) -> str:
    """Give the address, which can be pasted back, and the id where it says something else."""
    if not entry.address or entry.address == entry.id:
        return shown(entry.id)
    return f"{shown(entry.address)} ({excerpt(entry.id, 24)})"


def _room(entries: Sequence[Entry]) -> int:
    """Width of the column of names; a very long name may stick out, but is never cut."""
    return max(min(cells(_name(entry)), _WIDEST_NAME) for entry in entries)


def _summary(result: Result) -> str:
    """Say in one line what was found and what cleaning would do."""
    tally = result.tally
    parts = [counted(tally.articles, "article")]
    if tally.redundant:
        share = percent(tally.redundant / tally.articles)
        kept = tally.articles - tally.redundant
        parts[0] += f", {tally.redundant:,} of them redundant ({share})"
        parts.append(f"{counted(tally.stories, 'story', 'stories')} told more than once")
        parts.append(f"cleaning would keep {kept:,}")
    elif tally.articles:
        parts[0] += ", no story told twice"
    if tally.related:
        parts.append(counted(tally.related, "related pair"))
    if tally.empty:
        parts.append(f"{tally.empty:,} without a word")
    if tally.skipped:
        parts.append(f"{counted(tally.skipped, 'input')} not read")
    return "; ".join(parts)
