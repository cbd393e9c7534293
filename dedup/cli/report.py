"""``dedup report``: a saved result in another format, without reading the articles again."""

from __future__ import annotations

import os
import sys

import click

from ..errors import EXIT_FINE, InputError
from ..reports import ENDINGS, REPORTS, FormatError
from ..writing import check
from .delivery import tell_step
from .flags import fitted
from .options import COLOR, FILE, OUTPUT, OneOf
from .streams import STDOUT, emit

_MOST_BYTES = 2 << 30

_HELP = """Render a saved result again, in another format.

\b
Examples:
  dedup report result.json
  dedup report result.json -o report.md
  dedup scan samples/ --json | dedup report - --format csv

RESULT is what --json wrote, or - for stdin. Without --format the end of the output's name says
which format is meant: .txt .json .jsonl .csv .md .sarif .xml. No article is read again.

Exit: 0 finished, 2 trouble.
"""


@click.command("report", help=_HELP)
@click.argument("saved", metavar="RESULT", type=FILE)
@click.option("--format", "form", type=OneOf(tuple(REPORTS)), help="Of the output.")
@OUTPUT
@COLOR
@click.option("--debug", is_flag=True, help="Show the traceback of an internal error.")
def report(saved: str, form: str | None, output: str, color: str, *, debug: bool) -> int:
    """Read a saved result, render it, and deliver it."""
    from ..reports.saved import parse

    del debug  # main() looks for it
    name = form or _by_ending(output)
    if output != STDOUT:
        check(output)
    try:
        result, gate = parse(_bytes(saved))
    except InputError as error:
        error.place = error.place or saved
        raise
    emit(REPORTS[name].result(result, fitted(output, color), gate), output, form=name)
    if name == "github":
        tell_step(result, gate)
    return EXIT_FINE


def _by_ending(output: str) -> str:
    """Tell the format by the end of a name; stdout is for people."""
    if output == STDOUT:
        return "text"
    ending = os.path.splitext(output)[1].lower()
    if ending not in ENDINGS:
        hint = f"end it in one of {' '.join(ENDINGS)}, or say --format"
        raise FormatError(f"no format is known by {ending or 'no ending'}", place=output, hint=hint)
    return ENDINGS[ending]


def _bytes(path: str) -> bytes:
    """Give what was saved, up to a size that memory can be asked to hold."""
    try:
        if path == STDOUT:
            raw = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with open(path, "rb") as stream:
                raw = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise InputError((error.strerror or str(error)).lower(), place=path) from error
    if len(raw) > _MOST_BYTES:
        raise InputError(f"is longer than {_MOST_BYTES:,} bytes", place=path)
    return raw
