"""Write the man page from the help texts: ``python tools/build_man.py [--check]``.

The help is the only source, so that the page cannot promise what the program does not do. It bears
no date: the same version gives the same bytes.
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import click

from dedup.cli.configured import settings_of
from dedup.cli.main import COMMANDS, dedup
from dedup.version import __version__

PAGE = Path(__file__).parent.parent / "docs" / "dedup.1"
CONFIGURED = ("scan", "compare", "clean", "eval")
"""Commands whose common options are told once, as shared."""
EXIT = (
    ("0", "finished, and the policy is met"),
    ("1", "the answer is no: only where a gate or --exit-code was asked"),
    ("2", "trouble: a wrong flag or configuration, input that could not be read, output that could"
          " not be written, an internal error; outranks 1"),
    ("130, 143", "interrupted, terminated"),
)  # fmt: skip
FILES = (
    ("dedup.toml", "settings for this folder and those below, up to the top of the repository"),
    ("pyproject.toml", "the same below [tool.dedup], where no dedup.toml is as near"),
)


def page() -> str:
    """Give the whole page."""
    root = click.Context(dedup, info_name="dedup", **dedup.context_settings)
    commands = {name: dedup.get_command(root, name) for name in COMMANDS}
    options = {name: _options(one) for name, one in commands.items() if one}
    shared = [row for row in options["scan"] if all(row in options[name] for name in CONFIGURED)]
    summary = (dedup.help or "").split("\n")[0].rstrip(".")
    lines = [
        f'.TH DEDUP 1 "" "dedup {__version__}" "User Commands"',
        ".SH NAME",
        *_text(f"dedup - {summary[0].lower()}{summary[1:]}"),
        ".SH SYNOPSIS",
        ".B dedup",
        "[OPTIONS] COMMAND [ARGS]...",
        ".SH COMMANDS",
    ]
    for name, command in commands.items():
        if command:
            own = [row for row in options[name] if row not in shared]
            lines += _command(click.Context(command, root, name), own)
    lines += [".SH SHARED OPTIONS", *_rows(shared)]
    scan = commands["scan"]
    variables = [
        (str(one.envvar), f"sets {max(one.opts, key=len)}") for one in settings_of(scan).values()
    ]
    variables.append(("DEDUP_CONFIG", "sets --config"))
    variables += [("NO_COLOR, FORCE_COLOR", "turn colours off or on; the former wins")]
    for title, rows in (("EXIT STATUS", EXIT), ("ENVIRONMENT", variables), ("FILES", FILES)):
        lines += [f".SH {title}", *_rows(rows)]
    return "\n".join(lines) + "\n"


def _command(context: click.Context, own: list[tuple[str, str]]) -> list[str]:
    """Give a command's part: how it is called, what its help says, its own options."""
    usage = context.get_usage().removeprefix("Usage: ")
    lines = [f".SS {_roff(' '.join(usage.split()))}"]
    paragraphs = textwrap.dedent(context.command.help or "").strip().split("\n\n")
    for number, paragraph in enumerate(paragraphs):
        lines += [".PP"] if number else []
        if paragraph.startswith("\b\n"):
            head, *rest = paragraph[2:].split("\n")
            body = [_roff(f"  {one.strip()}") for one in rest]
            lines += [_roff(head), ".nf", *body, ".fi"]
        else:
            lines += _text(paragraph)
    return lines + _rows(own)


def _options(command: click.Command) -> list[tuple[str, str]]:
    """Give each option as its names and its help, without the help option."""
    context = click.Context(command, info_name=command.name, terminal_width=1000)
    context.help_option_names = []
    options = [one for one in command.params if isinstance(one, click.Option)]
    rows = [one.get_help_record(context) for one in options]
    return [row for row in rows if row]


def _rows(rows: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> list[str]:
    """Give a list of terms and what they mean."""
    lines = []
    for term, meaning in rows:
        lines += [".TP", f".B {_roff(' '.join(term.split()))}", *_text(meaning)]
    return lines


def _text(text: str) -> list[str]:
    """Give running text in lines of a length that an editor shows."""
    return [_roff(line) for line in textwrap.wrap(text, 72, break_on_hyphens=False)]


def _roff(text: str) -> str:
    """Escape what roff would read as a command of its own."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(PAGE.read_text("utf-8") != page() and "python tools/build_man.py")
    if sys.argv[1:]:
        sys.exit(__doc__)
    PAGE.write_text(page(), "utf-8")
