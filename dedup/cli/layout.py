"""Where a cleaning finds its files and where it puts them, settled before anything is read."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import SettingsError
from ..readers import ReadSettings, ending, files
from ..writers import ARCHIVES, WRITERS
from ..writing import OutputError, check, check_folder
from .streams import STDOUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..data.article import InputFile


@dataclass(frozen=True, slots=True)
class Places:
    """What the command line says of places: the outputs are empty where none is wanted."""

    paths: tuple[str, ...]
    output: str
    removed: str
    rejects: str
    reports: tuple[str, ...] = ()
    """Files that are replaced without asking, as everywhere."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which files are cleaned, and how the output lies."""

    files: tuple[tuple[InputFile, str], ...]
    """Each with its name in an output folder."""
    ignored: tuple[str, ...]
    """Files below the input that are outputs of this very run, and no input."""
    to_folder: bool
    in_place: bool
    """The output is one of the inputs."""


def lay_out(places: Places, how: ReadSettings, *, force: bool, annotate: bool = False) -> Layout:
    """Look at all places before any work is done.

    Raises OutputError for an output that cannot be written, or must not be without ``force``, and
    SettingsError for inputs and outputs that do not go together.
    """
    own = _outputs(places, force=force)
    found = list(files(places.paths, how))
    ignored = tuple(one.path for one in found if one.below and os.path.realpath(one.path) in own)
    inputs = [one for one in found if one.path not in ignored]
    _require_writers(inputs, annotate=annotate)
    read = {os.path.realpath(one.path) for one in inputs if one.path != STDOUT}
    for other in (places.removed, places.rejects, *places.reports):
        if other and os.path.realpath(other) in read:
            raise OutputError("is an input too", place=other)
    named = _named(inputs, len(set(places.paths)))
    to_folder = _is_folder(inputs, places)
    if to_folder:
        _check_folder(places, frozenset(name for _, name in named), force=force)
    elif places.output:
        _check_file(places.output, force=force)
    return Layout(tuple(named), ignored, to_folder, os.path.realpath(places.output) in read)


def _require_writers(inputs: Sequence[InputFile], *, annotate: bool) -> None:
    """Refuse what can be read but not be written, and what has no fields where some are to be
    added.
    """
    for one in inputs:
        parts = one.members if one.kind in ARCHIVES else (one,)
        for part in parts:
            if part.kind not in WRITERS:
                why = f"{part.path} is {part.kind}, which can be read but not be written"
                raise SettingsError(why, hint="unpack it, and clean the folder that it makes")
            if annotate and WRITERS[part.kind].annotate is None:
                hint = "--annotate is for records, such as JSON Lines"
                raise SettingsError(f"{part.path} has no fields to add to", hint=hint)


def _outputs(places: Places, *, force: bool) -> set[str]:
    """The real paths of all outputs, none of which may be named twice."""
    asked = (places.output, places.removed, places.rejects, *places.reports)
    wanted = [one for one in asked if one]
    real = [one if one == STDOUT else os.path.realpath(one) for one in wanted]
    for one, path in zip(wanted, real, strict=True):
        if real.count(path) > 1:
            raise OutputError("is named for two outputs", place=one)
    for one in (places.removed, places.rejects):
        if one:
            _check_file(one, force=force)
    return set(real)


def _check_file(path: str, *, force: bool) -> None:
    """Refuse a file that cannot be written, and one that exists already."""
    if path == STDOUT:
        if not force and sys.stdout is not None and sys.stdout.isatty():
            hint = "-o FILE, or -f to see it here"
            raise OutputError("stdout is a terminal, and articles may hold anything", hint=hint)
        return
    check(path)
    if not force and os.path.exists(path) and stat.S_ISREG(os.stat(path).st_mode):
        raise OutputError("exists already", place=path, hint="-f replaces it")


def _check_folder(places: Places, names: frozenset[str], *, force: bool) -> None:
    """Refuse a folder that cannot be written, or has to do with the input."""
    if not places.output:
        return
    if places.output == STDOUT:
        raise SettingsError("the output is more than one file", hint="name a folder: -o FOLDER")
    if STDOUT in names:
        raise SettingsError("stdin cannot be written into a folder", hint="clean it by itself")
    out = os.path.realpath(places.output)
    for path in places.paths:
        real = os.path.realpath(path)
        if _within(out, real) or _within(real, out):
            why = f"is the input {path}, lies in it or holds it"
            raise OutputError(why, place=places.output, hint="name a folder beside it")
    for other in (places.removed, places.rejects):
        if other and _within(os.path.realpath(other), out):
            raise OutputError("lies inside the output folder", place=other)
    check_folder(places.output, names, force=force)


def _within(inner: str, outer: str) -> bool:
    """Whether a real path is another one, or lies below it."""
    return os.path.commonpath((inner, outer)) == outer


def _is_folder(inputs: Sequence[InputFile], places: Places) -> bool:
    """Whether the output is a folder of files, or one file."""
    kinds = {one.kind for one in inputs}
    alone = len(inputs) == 1 and not inputs[0].below
    joined = len(kinds) <= 1 and all(kind in WRITERS and WRITERS[kind].joins for kind in kinds)
    endings = {end for writer in WRITERS.values() if writer.numbered for end in writer.endings}
    endings.update(*ARCHIVES.values())
    like_file = ending(places.output) in endings
    if places.output.endswith(os.sep):
        return True
    if alone:
        return False
    if not joined:
        if like_file:
            hint = "name a folder, without such an ending"
            raise OutputError("is one file, the input are several", place=places.output, hint=hint)
        return True
    walked = any(os.path.isdir(path) for path in places.paths)
    return walked and not like_file and places.output != STDOUT


def _named(inputs: Sequence[InputFile], arguments: int) -> list[tuple[InputFile, str]]:
    """Each file with its name in an output folder: its path below the folder that was named, and
    with that folder's own name before it if several were.
    """
    named = []
    taken: dict[str, str] = {}
    for one in inputs:
        name = os.path.relpath(one.path, one.below) if one.below else os.path.basename(one.path)
        if one.below and arguments > 1:
            name = os.path.join(os.path.basename(os.path.abspath(one.below)), name)
        named.append((one, name))
        other = taken.setdefault(name, one.path)
        if other != one.path:
            raise SettingsError(
                f"{other} and {one.path} would have one name in the output, {name}",
                hint="clean their common folder",
            )
    return named
