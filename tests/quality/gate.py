"""Measure, print, and move the floors: ``python -m tests.quality.gate``.

Without options the figures are held against ``floors.json``; the exit code is 1 if one sank.
"""

from __future__ import annotations

import argparse
import json
import sys
from math import ceil, floor
from pathlib import Path
from typing import Any

from .measure import (
    AT_LEAST,
    AT_MOST,
    DATA,
    FREE,
    QUESTIONS,
    Figure,
    digests,
    measured,
    present,
    run,
)

FLOORS = Path(__file__).with_name("floors.json")
DOCUMENT = Path(__file__).parents[2] / "docs" / "quality.md"
BEGIN, END = "<!-- table: python -m tests.quality.gate --refresh -->", "<!-- end of table -->"


def rounded(figure: Figure) -> float:
    """The floor that a figure as measured gives: three places, never better than measured."""
    step = ceil if figure.bound == AT_MOST else floor
    return step(round(1000 * figure.value, 6)) / 1000


def sunk(figure: Figure, held: float) -> bool:
    """Whether a figure is worse than its floor, which for an upper bound is a ceiling."""
    return figure.value > held if figure.bound == AT_MOST else figure.value < held


def raised(floors: dict[str, float], figures: dict[str, Figure]) -> dict[str, float]:
    """The floors with every figure that is better by now; none gets worse."""
    better = max, min
    return {
        key: better[one.bound == AT_MOST](floors.get(key, rounded(one)), rounded(one))
        for key, one in figures.items()
    }


def load() -> dict[str, Any]:
    """What ``floors.json`` holds; empty before the first time."""
    if not FLOORS.exists():
        return {"digests": {}, "floors": {}, "lowered": []}
    return dict(json.loads(FLOORS.read_text(encoding="utf-8")))


def save(kept: dict[str, Any]) -> None:
    """Write ``floors.json``."""
    FLOORS.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table(figures: dict[str, Figure]) -> str:
    """The figures as a Markdown table, side by side with the plain rule."""
    lines = ["| set | figure | plain rule | must reach | measured |", "|---|---|---|---|---|"]
    for key, one in figures.items():
        name = key.partition("/")[0]
        must = (
            ""
            if one.must is None
            else f"{'≥' if one.bound == AT_LEAST else '≤'} {_short(one.must)}"
        )
        if must == "≤ 0":
            must = "0"
        theirs = "–" if one.plain is None else _short(one.plain)
        mine = f"{_short(one.value)} ({one.count:,} of {one.total:,})"
        missed = one.must is not None and sunk(one, one.must)
        lines.append(
            f"| {name} | {one.what} | {theirs} | {must} | {mine}{' **missed**' * missed} |"
        )
    return "\n".join(lines) + "\n"


def _short(value: float) -> str:
    """A ratio with three places and no zero before the point; a count as it is."""
    return str(value) if isinstance(value, int) else f"{value:.3f}".removeprefix("0")


def refresh(figures: dict[str, Figure]) -> None:
    """Put the table into the document, between its markers."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    DOCUMENT.write_text(f"{head}{BEGIN}\n\n{table(figures)}\n{END}{tail}", encoding="utf-8")


def compare(kept: dict[str, Any], figures: dict[str, Figure]) -> list[str]:
    """What is wrong: other data, figures that sank, floors of no figure."""
    found = [
        f"{name}: not the data that the floors were measured on"
        for name, digest in digests().items()
        if kept["digests"].get(name) != digest
    ]
    binding = _binding(figures)
    for key, one in binding.items():
        if key not in kept["floors"]:
            found.append(f"{key}: has no floor")
        elif sunk(one, kept["floors"][key]):
            found.append(f"{key}: {one.value:.4f}, was {kept['floors'][key]}")
    return found + [f"{key}: a floor of nothing" for key in kept["floors"] if key not in binding]


def _binding(figures: dict[str, Figure]) -> dict[str, Figure]:
    """Those that have a floor; others are for information."""
    return {key: one for key, one in figures.items() if one.bound != FREE}


def main(arguments: list[str] | None = None) -> int:
    """Do as asked; 1 if a figure sank, 2 if there is nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality.gate", description=__doc__)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--table", action="store_true", help="print the table in Markdown")
    ways.add_argument("--refresh", action="store_true", help="put the table into docs/quality.md")
    ways.add_argument("--raise", action="store_true", dest="up", help="raise floors that can be")
    ways.add_argument("--lower-with-reason", metavar="WHY", help="set all floors as measured")
    chosen = parser.parse_args(arguments)
    if not present():
        sys.stderr.write(f"no labelled sets at {DATA}\n")
        return 2
    figures, kept = measured(beside=chosen.table or chosen.refresh), load()
    if chosen.table:
        sys.stdout.write(table(figures))
    elif chosen.refresh:
        refresh(figures)
    elif chosen.up or chosen.lower_with_reason:
        _move(kept, figures, chosen.lower_with_reason)
    if chosen.table or chosen.refresh:
        return 0
    wrong = compare(load(), figures)
    seconds = sum(run(name).seconds for name in {one.key.partition("/")[0] for one in QUESTIONS})
    sys.stdout.write(
        "\n".join([*wrong, f"{len(figures)} figures, {seconds:.0f} s, {len(wrong)} wrong"]) + "\n"
    )
    return 1 if wrong else 0


def _move(kept: dict[str, Any], figures: dict[str, Figure], why: str | None) -> None:
    """Write better floors; worse ones, and other data, only with a reason that is kept."""
    figures = _binding(figures)
    floors = raised(kept["floors"], figures)
    if why:
        floors = {key: rounded(one) for key, one in figures.items()}
        worse = {
            key: [held, floors[key]]
            for key, held in kept["floors"].items()
            if key in figures and sunk(figures[key], held)
        }
        kept["lowered"].append({"why": why, "from_to": worse})
    if why or not kept["digests"]:
        kept["digests"] = digests()
    save({**kept, "floors": floors})


if __name__ == "__main__":
    sys.exit(main())
