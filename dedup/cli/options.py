"""The options that every command shares, with one name and one meaning everywhere."""

from __future__ import annotations

import functools
import shutil
import sys
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import click

from ..readers import ON_ERROR, ReadSettings
from ..reports import REPORTS, Look, Report
from ..settings import Settings, criteria
from ..writing import check
from .streams import STDOUT, wants_color

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDTHS = (40, 120)


@dataclass(frozen=True, slots=True)
class Flags:
    """What the shared options said; None where nothing was said."""

    threshold: float | None
    unit: str | None
    candidates: str | None
    seed: int | None
    furniture: bool
    keep: str | None
    text_field: str
    id_field: str
    on_error: str
    format: str
    json: bool
    output: str
    color: str
    quiet: bool
    verbose: bool
    debug: bool

    def settings(self) -> Settings:
        """Build the settings of the pipeline; what was not said keeps its default."""
        named = {
            "threshold": self.threshold,
            "unit": self.unit,
            "candidates": None if self.candidates is None else _listed(self.candidates),
            "seed": self.seed,
            "furniture": self.furniture,
            "keep": None if self.keep is None else criteria(self.keep),
        }
        return Settings.from_mapping({key: v for key, v in named.items() if v is not None})

    def reading(self) -> ReadSettings:
        """Build the settings of the readers."""
        return ReadSettings(self.text_field, self.id_field, self.on_error)

    def report(self) -> Report:
        """Choose the renderer, once it is sure that its output can be written."""
        if self.output != STDOUT:
            check(self.output)
        return REPORTS["json" if self.json else self.format]

    def for_people(self) -> bool:
        """Whether hints are welcome: the result is text, and nobody asked for quiet."""
        return not self.quiet and not self.json and self.format == "text"

    def look(self, *, why: bool = False, diff: bool = False) -> Look:
        """Fit the report to where it will be read; a file gets colours only on request."""
        to_file = self.output != STDOUT
        color = self.color == "always" if to_file else wants_color(self.color, sys.stdout)
        width = 80 if to_file else shutil.get_terminal_size((80, 24)).columns
        return Look(color, min(max(width, _WIDTHS[0]), _WIDTHS[1]), why, diff)


def _listed(names: str) -> tuple[str, ...]:
    """Split at commas; order and repetition mean nothing, so they change no fingerprint."""
    return tuple(sorted({name.strip() for name in names.split(",")}))


_OPTIONS = (
    click.option("--threshold", type=float, metavar="NUMBER", help="Border of same story, 0 to 1."),
    click.option("--unit", metavar="UNIT", help="Shingles: auto, word:N or char:N."),
    click.option("--candidates", metavar="LIST", help="Indexes: lsh,passage,terms (default: all)."),
    click.option("--seed", type=int, metavar="NUMBER", help="Seed of the signatures."),
    click.option(
        "--furniture/--no-furniture",
        default=True,
        help="Leave passages that many different stories carry out of the evidence (default).",
    ),
    click.option(
        "--keep",
        metavar="CRITERIA",
        help="Of a story, in order: source:a,b; earliest; latest; longest; first; path.",
    ),
    click.option("--text-field", default="", metavar="NAME", help="Where records keep the text."),
    click.option("--id-field", default="id", metavar="NAME", help="Where records keep their id."),
    click.option(
        "--on-error",
        type=click.Choice(ON_ERROR),
        default=ON_ERROR[0],
        help="Unreadable input: do the rest and exit 2, end at once, or count it and exit 0.",
    ),
    click.option("--format", type=click.Choice(tuple(REPORTS)), default="text", help="Of output."),
    click.option("--json", is_flag=True, help="Short for --format json."),
    click.option("-o", "--output", default=STDOUT, metavar="FILE", help="Instead of stdout."),
    click.option(
        "--color",
        type=click.Choice(("auto", "always", "never")),
        default="auto",
        help="NO_COLOR and FORCE_COLOR are heeded.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Only the result and errors."),
    click.option("-v", "--verbose", is_flag=True, help="Also notes, such as the expected recall."),
    click.option("--debug", is_flag=True, help="Show the traceback of an internal error."),
)


def shared(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command all shared options, and hand them over as one argument ``flags``."""
    names = [field.name for field in fields(Flags)]

    @functools.wraps(command)
    def gathered(**values: object) -> int:
        said = click.get_current_context().params
        own = {name: value for name, value in values.items() if name not in names}
        return command(flags=Flags(**{name: said[name] for name in names}), **own)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered
