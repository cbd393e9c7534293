"""Markdown as GitHub reads it: for a pull request, a job's summary, or a mail to the desk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..data.pair import Relation
from .findings import ACCEPTED, findings, worst_first
from .screen import counted, excerpt, percent, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..data.pair import Comparison, Verdict
    from ..data.result import Entry, Gate, Result
    from .findings import Finding
    from .screen import Look

_TITLE_CELLS = 100
_SPECIAL = re.compile(r"[\\`*_\[\]~$!&<>|@]|#(?=\d)|(?<=:)/(?=/)|(?<=[wW]{3})\.")
"""Markup, and what would call a person, name an issue, or become a link by itself."""
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_CALLS = "@#/."
_RESERVE_BYTES = 400
"""Room for the line that says what was left out."""


def result(result: Result, look: Look, gate: Gate | None = None) -> str:
    """Render the answer, one table of copies, the related pairs, and what was not read.

    With ``look.most_bytes``, rows are left out so that it fits, and the end says how many.
    """
    head = _head(result, gate)
    room = (look.most_bytes or 1 << 62) - _size(head) - _RESERVE_BYTES
    written: list[str] = []
    left_out = 0
    for heading, rows in _parts(result, gate):
        lines: list[str] = []
        for row in rows:
            lead = [] if lines else heading
            room -= _size([*lead, row])
            if room < 0:
                left_out += 1
            else:
                lines += [*lead, row]
        written += [*lines, ""] if lines else []
    end = (
        [f"{counted(left_out, 'row')} left out here; the JSON report has all."] if left_out else []
    )
    return "\n".join([*head, *written, *end]).rstrip("\n") + "\n"


def comparison(comparison: Comparison, look: Look) -> str:  # noqa: ARG001 - no eyes
    """Render the verdict and its figures as a table."""
    verdict, found = comparison.verdict, comparison.verdict.evidence
    kind = f" ({verdict.kind})" if verdict.kind else ""
    rows = {
        "rule": verdict.rule,
        "decided": comparison.decided,
        "Jaccard": f"{found.jaccard_ratio:.3f}",
        "left in right": percent(found.left_in_right_ratio),
        "right in left": percent(found.right_in_left_ratio),
        "alignment": percent(found.alignment_ratio),
        "longest shared passage": counted(found.shared_run_words, "word"),
        "shared terms": f"{found.term_cosine_ratio:.2f}",
        "facts differ": f"{found.facts_differ:,}",
    }
    return "\n".join(
        [
            f"## {verdict.relation.value.replace('_', ' ')}{kind}",
            "",
            f"{code(comparison.left.address or comparison.left.id)} and "
            f"{code(comparison.right.address or comparison.right.id)}",
            "",
            "| measure | value |",
            "|---|---|",
            *(f"| {name} | {escaped(value)} |" for name, value in rows.items()),
            "",
        ]
    )


def escaped(text: str) -> str:
    r"""Make foreign text plain text: no markup, no table border, no link, nobody called.

    >>> print(escaped("**a** <b> | @c [d](e)"))
    \*\*a\*\* &lt;b&gt; &#124; @<!-- -->c \[d\](e)
    """
    return _SPECIAL.sub(_harmless, shown(text))


def _harmless(match: re.Match[str]) -> str:
    """Write one character so that it only stands for itself."""
    char = match[0]
    if char in _CALLS:
        return f"{char}<!-- -->"
    return _MARKUP.get(char) or f"\\{char}"


def code(text: str) -> str:
    r"""Give a path as code, whatever backticks and pipes are in it.

    >>> print(code("a`b|c.txt"))
    `` a`b\|c.txt ``
    """
    plain = shown(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    pad = " " if len(fence) > 1 or plain != plain.strip() or not plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}".replace("|", "\\|")


def _head(result: Result, gate: Gate | None) -> list[str]:
    """Say the answer first."""
    tally = result.tally
    words = "repeats another one" if tally.redundant == 1 else "repeat another one"
    told = f"{tally.redundant:,} of {counted(tally.articles, 'article')} {words}"
    if not tally.redundant:
        told = f"{counted(tally.articles, 'article')}, none repeats another"
    unread = f"; {counted(tally.skipped, 'input')} not read" if tally.skipped else ""
    title = "dedup" if gate is None else f"dedup: {'passed' if gate.passed else 'failed'}"
    why = [] if gate is None else [escaped(gate.why), ""]
    return [f"## {title}", "", *why, f"{told}{unread}.", ""]


def _parts(result: Result, gate: Gate | None) -> Iterator[tuple[list[str], Iterable[str]]]:
    """Give each table as its heading and its rows, what matters most first."""
    found = worst_first(findings(result, gate))
    entries = {entry.id: entry for entry in result.articles}
    fresh = [one for one in found if one.standing != ACCEPTED]
    known = [one for one in found if one.standing == ACCEPTED]
    yield (
        _table("Not read", "| input | reason |"),
        (f"| {code(one.address)} | {escaped(one.why)} ({one.code}) |" for one in result.skipped),
    )
    heading = "New copies" if gate else "Copies"
    yield _table(heading, "| copy | of | likeness | title |"), map(_row, fresh)
    yield _table("Accepted copies", "| copy | of | likeness | title |"), map(_row, known)
    for kind, name in (("report", "Related reports, all kept"), ("template", "Forms, all kept")):
        pairs = (p for p in result.pairs if p.relation is Relation.RELATED and p.kind == kind)
        yield _table(name, "| left | right | terms |"), (_related(p, entries) for p in pairs)


def _table(title: str, columns: str) -> list[str]:
    return [f"### {title}", "", columns, "|" + "---|" * (columns.count("|") - 1)]


def _row(one: Finding) -> str:
    """Give a copy's line; the titles are told apart from what is ours by their place only."""
    title = escaped(excerpt(one.copy.title, _TITLE_CELLS)) if one.copy.title else ""
    cells = (_name(one.copy), _name(one.original), f"{one.likeness} ({one.code})", title)
    return f"| {' | '.join(cells)} |"


def _related(pair: Verdict, entries: dict[str, Entry]) -> str:
    cosine = f"{pair.evidence.term_cosine_ratio:.2f}"
    return f"| {_name(entries[pair.left])} | {_name(entries[pair.right])} | {cosine} |"


def _name(entry: Entry) -> str:
    return code(entry.address or entry.id)


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
