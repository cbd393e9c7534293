"""The figures as Markdown, and their place in ``docs/performance.md``."""

from __future__ import annotations

import os
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING

from .answer import BUCKETS, FROM_FLOOR
from .contenders import CONTENDERS, EXTRA, OURS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .figures import Figure

DOCUMENT = os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs", "performance.md"
)
_ORDER = {one.name: at for at, one in enumerate((*CONTENDERS, *EXTRA))}
NOTHING = "Nothing measured yet."
_OTHER_SESSION = "\\*"


def marks(mode: str) -> tuple[str, str]:
    """The lines between which a mode's tables stand."""
    return f"<!-- table: python -m bench {mode} -->", f"<!-- end of {mode} -->"


def refresh(text: str, mode: str, tables: str) -> str:
    """Put tables between the marks of their mode; the text is left alone where it has none.

    >>> begin, end = marks("peers")
    >>> print(refresh(f"{begin}old{end}", "peers", "N"))
    <!-- table: python -m bench peers -->
    <BLANKLINE>
    N
    <BLANKLINE>
    <!-- end of peers -->
    """
    begin, end = marks(mode)
    head, found, rest = text.partition(begin)
    _, closed, tail = rest.partition(end)
    return f"{head}{begin}\n\n{tables}\n\n{end}{tail}" if found and closed else text


def write(mode: str, figures: Sequence[Figure], path: str = DOCUMENT) -> None:
    """Put the tables of a mode into the document."""
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(refresh(text, mode, TABLES[mode](figures)))


def peers(figures: Sequence[Figure]) -> str:
    """One table of time and memory, and one of recall, for each corpus."""
    chosen = sorted(
        (one for one in figures if one.mode == "peers"),
        key=lambda one: (one.corpus, one.articles, one.cpus, _ORDER.get(one.program, 99)),
    )
    parts = []
    for _, group in groupby(chosen, key=lambda one: (one.corpus, one.articles, one.cpus)):
        rows = list(group)
        ours = next((one for one in rows if one.program == OURS), None)
        parts += [_heading(rows[0]), _speed(rows, ours), _recall(rows), _notes(rows, ours)]
    return "\n\n".join(filter(None, parts)) or NOTHING


def _heading(one: Figure) -> str:
    where = {0: "all processors", 1: "one processor"}.get(one.cpus, f"{one.cpus} processors")
    megabytes = f"{one.corpus_bytes / 1e6:,.0f} MB"
    return f"### {one.articles:,} articles, {megabytes}, {where} (corpus `{one.corpus}`)"


def _speed(rows: Sequence[Figure], ours: Figure | None) -> str:
    """Time and memory."""
    lines = [
        "| program | version | CPU s | wall s | peak MB | articles/s | ours / its CPU | runs |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for one in rows:
        cells = [one.program, one.version]
        if one.cpu is None:
            cells += [one.failure.replace("|", "\\|"), "", "", "", ""]
        else:
            wall = median(one.wall_seconds)
            peak = f"{max(one.peak_bytes) / 1e6:,.0f}"
            rate = f"{one.articles / wall:,.0f}"
            cells += [_spread(one.cpu_seconds), _seconds(wall), peak, rate, _ratio(one, ours)]
        lines.append(_row([*cells, str(len(one.cpu_seconds))]))
    return "\n".join(lines)


def _ratio(one: Figure, ours: Figure | None) -> str:
    """Our processor time over theirs; marked where the two were not measured side by side."""
    if ours is None or ours.cpu is None or not one.cpu:
        return "–"
    other = "" if one.session == ours.session else f" {_OTHER_SESSION}"
    return f"{ours.cpu / one.cpu:.3g}{other}"


def _recall(rows: Sequence[Figure]) -> str:
    """The share of planted pairs found, by their exact Jaccard ratio."""
    rows = [one for one in rows if one.total]
    if not rows:
        return ""
    names = [name for name, *_ in BUCKETS] + [FROM_FLOOR]
    lines = [
        _row(["recall of pairs with Jaccard", *names, "pairs not planted"]),
        "|---|" + "--:|" * (len(names) + 1),
        _row(["*pairs*", *(f"{rows[0].total.get(name, 0):,}" for name in names), ""]),
    ]
    for one in rows:
        shares = [one.recall(name) for name in names]
        foreign = "" if one.foreign is None else f"{one.foreign:,}"
        lines.append(_row([one.program, *map(_share, shares), foreign]))
    return "\n".join(lines)


def _notes(rows: Sequence[Figure], ours: Figure | None) -> str:
    """When and where; what the mark means."""
    when = ", ".join(sorted({one.session[:10] for one in rows}))
    where = "; ".join(sorted({one.machine for one in rows}))
    apart = ours is not None and any(one.session != ours.session for one in rows)
    mark = f" {_OTHER_SESSION} not measured in one session with ours." if apart else ""
    return f"Measured {when} on {where}.{mark}"


def growth(figures: Sequence[Figure]) -> str:
    """One table for each program and kind of corpus, by size."""
    chosen = sorted(
        (one for one in figures if one.mode == "growth"),
        key=lambda one: (one.corpus, _ORDER.get(one.program, 99), one.cpus, one.articles),
    )
    lines = [
        "| corpus | program | articles | CPU s | wall s | peak MB | articles/s | growth |",
        "|---|---|--:|--:|--:|--:|--:|---|",
    ]
    for _, group in groupby(chosen, key=lambda one: (one.corpus, one.program, one.cpus)):
        lines += _by_size(list(group))
    return "\n".join([*lines, "", _notes(chosen, None)]) if chosen else NOTHING


def _by_size(rows: Sequence[Figure]) -> Iterator[str]:
    """One row for each size, with how much more work the larger corpus was."""
    before: Figure | None = None
    for one in rows:
        cells = [one.corpus, one.program, f"{one.articles:,}"]
        if one.cpu is None:
            yield _row([*cells, one.failure.replace("|", "\\|"), "", "", "", ""])
            continue
        wall = median(one.wall_seconds)
        grown = ""
        if before is not None and before.cpu:
            grown = f"× {one.cpu / before.cpu:.2f} for × {one.articles / before.articles:.3g}"
        cells += [_seconds(one.cpu), _seconds(wall), f"{max(one.peak_bytes) / 1e6:,.0f}"]
        yield _row([*cells, f"{one.articles / wall:,.0f}", grown])
        before = one


def start(figures: Sequence[Figure]) -> str:
    """What it costs to begin."""
    chosen = [one for one in figures if one.mode == "start"]
    plain = next((one.cpu for one in chosen if one.cpu), None)
    lines = [
        "| command | CPU s | wall s | peak MB | times the first | runs |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for one in chosen:
        if one.cpu is None:
            lines.append(_row([f"`{one.program}`", one.failure, "", "", "", ""]))
            continue
        times = f"{one.cpu / plain:.2f}" if plain else ""
        peak = f"{max(one.peak_bytes) / 1e6:,.0f}"
        wall = f"{median(one.wall_seconds):.3f}"
        runs = str(len(one.cpu_seconds))
        lines.append(_row([f"`{one.program}`", f"{one.cpu:.3f}", wall, peak, times, runs]))
    return "\n".join([*lines, "", _notes(chosen, None)]) if chosen else NOTHING


TABLES: dict[str, Callable[[Sequence[Figure]], str]] = {
    "peers": peers,
    "growth": growth,
    "start": start,
}


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _seconds(value: float) -> str:
    return f"{value:,.1f}" if value >= 10 else f"{value:.2f}"


def _spread(values: Sequence[float]) -> str:
    """The median, and the least and the most where they can be told apart."""
    low, middle, high = (_seconds(value) for value in (min(values), median(values), max(values)))
    return middle if low == high else f"{middle} ({low}–{high})"


def _share(value: float | None) -> str:
    """A ratio with four places; 1 only where nothing is missing."""
    if value is None:
        return "–"
    cut = int(value * 10_000) / 10_000
    return f"{cut:.4f}".removeprefix("0")
