"""What the shared options said, and what that means for a run."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass

import click

from ..errors import SettingsError
from ..readers import Limits, ReadSettings
from ..reports import REPORTS, Look, Report
from ..settings import Settings
from ..writing import check
from .configured import origin, settings_of
from .sizes import size_of, usual_size
from .streams import STDOUT, wants_color

_WIDTHS = (40, 120)


@dataclass(frozen=True, slots=True)
class Flags:
    """What the shared options say, from the command line, the environment, a file or by default."""

    threshold: float
    unit: str
    candidates: str
    seed: int
    furniture: bool
    keep: str
    text_field: str
    id_field: str
    on_error: str
    encoding: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    hidden: bool
    ignore: bool
    follow: bool
    limit: tuple[str, ...]
    format: str
    json: bool
    output: str
    reports: tuple[tuple[str, str], ...]
    color: str
    progress: str
    jobs: int
    memory: str
    quiet: bool
    verbose: bool
    debug: bool

    def settings(self) -> Settings:
        """Build the settings of the pipeline; what is out of range is refused with its origin."""
        named = {
            "threshold": self.threshold,
            "unit": self.unit,
            "candidates": _listed(self.candidates),
            "seed": self.seed,
            "furniture": self.furniture,
            "keep": self.keep,
        }
        for name, value in named.items():
            _refusing(name, value)
        return Settings.from_mapping(named)

    def reading(self) -> ReadSettings:
        """Build the settings of the readers."""
        return ReadSettings(
            text_field=self.text_field,
            id_field=self.id_field,
            on_error=self.on_error,
            encoding=self.encoding,
            include=self.include,
            exclude=self.exclude,
            hidden=self.hidden,
            ignore=self.ignore,
            follow=self.follow,
            limits=Limits.of(self.limit),
        )

    def memory_bytes(self) -> int:
        """How much memory columns, texts and the work on them may take."""
        return size_of(self.memory) or usual_size()

    def targets(self) -> tuple[tuple[str, str], ...]:
        """Give the format and the file of every report that is wanted, ``--output`` last."""
        return (*self.reports, ("json" if self.json else self.format, self.output))

    def report(self, noun: str = "result") -> Report:
        """Choose the renderer, once it is sure that every output makes sense and can be written."""
        files = [file if file == STDOUT else os.path.abspath(file) for _, file in self.targets()]
        for (name, file), path in zip(self.targets(), files, strict=True):
            REPORTS[name].check(noun)
            if files.count(path) > 1:
                raise click.UsageError(f"Two reports cannot both go to {file}.")
            if file != STDOUT:
                check(file)
        return REPORTS[self.targets()[-1][0]]

    def for_people(self) -> bool:
        """Whether hints are welcome: the result is text, and nobody asked for quiet."""
        return not self.quiet and not self.json and self.format == "text"

    def look(self, *, file: str | None = None) -> Look:
        """Fit a report to where it will be read, by default ``--output``."""
        return fitted(self.output if file is None else file, self.color)


def fitted(file: str, color: str) -> Look:
    """Fit a report to a file or the screen; a file gets colours only on request."""
    to_file = file != STDOUT
    colored = color == "always" if to_file else wants_color(color, sys.stdout)
    width = 80 if to_file else shutil.get_terminal_size((80, 24)).columns
    return Look(colored, min(max(width, _WIDTHS[0]), _WIDTHS[1]))


def _refusing(name: str, value: object) -> None:
    """Try one setting by itself, so that the complaint can name the flag, variable or line."""
    try:
        Settings.from_mapping({name: value})
    except SettingsError as error:
        context = click.get_current_context()
        where = origin(context, settings_of(context.command)[name.replace("_", "-")])
        raise SettingsError(error.why, place=where, hint=error.hint) from None


def _listed(names: str) -> tuple[str, ...]:
    """Split at commas; order and repetition mean nothing, so they change no fingerprint."""
    return tuple(sorted({name.strip() for name in names.split(",")}))
