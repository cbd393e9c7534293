"""The options that every command shares, with one name and one meaning everywhere."""

from __future__ import annotations

import functools
import os
from dataclasses import fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..errors import EXIT_FINE
from ..readers import ON_ERROR, ReadSettings
from ..reports import REPORTS
from ..settings import Settings
from .configured import PREFIX, Setting, configuration_report, load_file, near_misses
from .flags import Flags
from .progress import PROGRESS
from .sizes import size_of
from .streams import STDOUT, emit, say

if TYPE_CHECKING:
    from collections.abc import Callable

_PIPELINE = Settings()
_READING = ReadSettings()


class OneOf(click.Choice[str]):
    """A choice that says which value was probably meant."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Add the likeliest value to what click says."""
        near = get_close_matches(str(value), [str(one) for one in self.choices], 1)
        said = super().get_invalid_choice_message(value, ctx)
        return f"{said} Did you mean {near[0]!r}?" if near else said


class MemoryType(click.ParamType[str]):
    """A size of memory, or ``auto``."""

    name = "SIZE"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Refuse what is no size; a bare number is one of bytes."""
        told = str(value)
        if told != "auto" and size_of(told) is None:
            self.fail(f"{told!r} is no size of memory, such as 2GiB or 500MB.", param, ctx)
        return told


class ReportType(click.ParamType[tuple[str, str]]):
    """``FORMAT=FILE``."""

    name = "FORMAT=FILE"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str]:
        """Part the two, and refuse a format that does not exist."""
        name, mark, file = value if isinstance(value, tuple) else str(value).partition("=")
        if not mark or not file:
            self.fail(f"{value!r} is not FORMAT=FILE, such as sarif=dedup.sarif.", param, ctx)
        return OneOf(tuple(REPORTS)).convert(name, param, ctx), file


FILE = click.Path(readable=False)
"""A path as it was typed, which a shell can complete; whether it can be read is seen later."""


def setting(*names: str, **how: Any) -> Callable[[Callable[..., int]], Callable[..., int]]:  # noqa: ANN401
    """``click.option`` for an option of one command that files and environment may set, too."""
    return click.option(*names, cls=Setting, show_default=True, **how)


def _everywhere(*names: str, **how: Any) -> Callable[[Callable[..., int]], Callable[..., int]]:  # noqa: ANN401
    """Make a setting that every command has."""
    return setting(*names, shared=True, **how)


def _named(context: click.Context, option: click.Parameter, value: str) -> str:
    """Refuse an output without a name, as an unset variable of a shell gives it."""
    if not value:
        raise click.BadParameter("it has no name; - is stdout.", context, option)
    return value


OUTPUT = click.option(
    "-o",
    "--output",
    default=STDOUT,
    type=FILE,
    callback=_named,
    metavar="FILE",
    help="Instead of stdout.",
)
COLOR = _everywhere(
    "--color",
    type=OneOf(("auto", "always", "never")),
    default="auto",
    help="NO_COLOR and FORCE_COLOR are heeded.",
)
_OPTIONS = (
    _everywhere(
        "--threshold",
        type=float,
        default=_PIPELINE.match.threshold,
        metavar="NUMBER",
        help="Border of same story, 0 to 1.",
    ),
    _everywhere(
        "--unit",
        default=_PIPELINE.shingle.unit,
        metavar="UNIT",
        help="Shingles: auto, word:N or char:N.",
    ),
    _everywhere(
        "--candidates",
        default=",".join(_PIPELINE.candidate.candidates),
        joined=",",
        metavar="LIST",
        help="Indexes that propose pairs.",
    ),
    _everywhere(
        "--seed",
        type=int,
        default=_PIPELINE.sketch.seed,
        metavar="NUMBER",
        help="Seed of the signatures.",
    ),
    _everywhere(
        "--furniture/--no-furniture",
        default=_PIPELINE.match.furniture,
        help="Leave passages that many different stories carry out of the evidence.",
    ),
    _everywhere(
        "--keep",
        default="; ".join(_PIPELINE.keep.keep),
        joined=";",
        metavar="CRITERIA",
        help="Of a story, in order: source:a,b; earliest; latest; longest; first; path.",
    ),
    _everywhere(
        "--text-field",
        default=_READING.text_field,
        metavar="NAME",
        help="Where records keep the text.",
    ),
    _everywhere(
        "--id-field",
        default=_READING.id_field,
        metavar="NAME",
        help="Where records keep their id.",
    ),
    _everywhere(
        "--on-error",
        type=OneOf(ON_ERROR),
        default=_READING.on_error,
        help="Unreadable input: do the rest and exit 2, end at once, or count it and exit 0.",
    ),
    _everywhere(
        "--encoding",
        default=_READING.encoding,
        metavar="NAME",
        help="Of bytes without a mark; without it UTF-8, or else a guess.",
    ),
    _everywhere(
        "--include", multiple=True, inside=True, metavar="GLOB", help="In folders, take only these."
    ),
    _everywhere(
        "--exclude", multiple=True, inside=True, metavar="GLOB", help="In folders, leave these out."
    ),
    _everywhere("--hidden/--no-hidden", help="In folders, take hidden files, too."),
    _everywhere(
        "--ignore/--no-ignore", default=_READING.ignore, help="Heed .gitignore and .ignore."
    ),
    _everywhere("--follow/--no-follow", help="In folders, follow links."),
    _everywhere(
        "--limit",
        multiple=True,
        metavar="NAME=VALUE",
        help="Of the readers, such as line_bytes=1GiB.",
    ),
    _everywhere("--format", type=OneOf(tuple(REPORTS)), default="text", help="Of the output."),
    click.option("--json", is_flag=True, help="Short for --format json."),
    OUTPUT,
    click.option(
        "--report",
        "reports",
        type=ReportType(),
        multiple=True,
        metavar="FORMAT=FILE",
        help="Also write this report; may be repeated.",
    ),
    COLOR,
    _everywhere(
        "-j",
        "--jobs",
        type=click.IntRange(0),
        default=0,
        metavar="NUMBER",
        help="Cores to use, 0 for all there are; the answer is the same.",
    ),
    _everywhere(
        "--memory",
        type=MemoryType(),
        default="auto",
        metavar="SIZE",
        help="Beyond it, data lies in TMPDIR; auto: a quarter of the machine's, up to 2GiB.",
    ),
    _everywhere(
        "--progress",
        type=OneOf(PROGRESS),
        default=PROGRESS[0],
        help="Of what takes over two seconds, on stderr.",
    ),
    click.option(
        "--config",
        type=FILE,
        metavar="FILE",
        envvar=f"{PREFIX}CONFIG",
        is_eager=True,
        callback=load_file,
        help="Instead of the nearest dedup.toml or [tool.dedup] in pyproject.toml.",
    ),
    click.option("--no-config", is_flag=True, is_eager=True, help="Heed no configuration file."),
    click.option("--show-config", is_flag=True, help="Show each setting and its origin, and end."),
    click.option("-q", "--quiet", is_flag=True, help="Only the result and errors."),
    click.option("-v", "--verbose", is_flag=True, help="Also notes, such as the expected recall."),
    click.option("--debug", is_flag=True, help="Show the traceback of an internal error."),
)


def _agree(context: click.Context) -> None:
    """Refuse flags that say two things; what a file or a variable says just gives way."""
    said = {
        one.name
        for one in context.command.params
        if one.name and context.get_parameter_source(one.name) is ParameterSource.COMMANDLINE
    }
    if {"json", "format"} <= said and context.params["format"] != "json":
        raise click.UsageError("--json and --format exclude each other.")
    if {"config", "no_config"} <= said:
        raise click.UsageError("--config and --no-config exclude each other.")


def shared(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command all shared options, and hand them over as one argument ``flags``."""
    names = {field.name for field in fields(Flags)}

    @functools.wraps(command)
    def gathered(
        *,
        config: str | None,  # noqa: ARG001 - load_file has done what it asks
        no_config: bool,  # noqa: ARG001 - likewise
        show_config: bool,
        **values: Any,  # noqa: ANN401
    ) -> int:
        context = click.get_current_context()
        _agree(context)
        flags = Flags(**{name: values.pop(name) for name in names})
        for line in near_misses(os.environ, context.command):
            say(f"warning: {line}")
        if not show_config:
            return command(flags=flags, **values)
        flags.settings()
        emit(configuration_report(context, machine=flags.json), flags.output)
        return EXIT_FINE

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered
