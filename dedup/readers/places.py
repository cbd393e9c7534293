"""Arguments to places: each file, member of an archive or record that is asked for, once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import walk
from .opening import STDIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..data.article import Notice, Skipped
    from .source import ReadSettings

_ADDRESS = re.compile(r"(?s)(.+):([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Place:
    """One file to read, one of its members or one of its records."""

    path: str
    """What it is called in addresses."""
    line: int | None = None
    member: str | None = None
    """The one member of an archive that was asked for."""
    walked: bool = False
    """A folder led to it, and not its own name."""
    archives: int = 0
    compressions: int = 0


def distinct(
    paths: Iterable[str], how: ReadSettings
) -> Iterator[tuple[str, Place | Skipped | Notice]]:
    """Give each argument's places, once each, whatever one is called the second time; a record or a
    member of what is read as a whole is no place of its own.
    """
    done: set[tuple[str, int | None, str | None]] = set()
    for path in sorted(set(paths), key=lambda one: (_is_address(one), one)):
        for place in _places(path, how):
            if not isinstance(place, Place):
                yield path, place
                continue
            real = place.path if place.path == STDIN else os.path.abspath(place.path)
            mine = real, place.line, place.member
            if done.isdisjoint((mine, (real, None, place.member), (real, None, None))):
                done.add(mine)
                yield path, place


def base(path: str) -> str:
    """The file that a path or an address leads to."""
    return path if os.path.lexists(path) else _addressed(path).path


def asked(wanted: str | None, name: str) -> int | None:
    """Tell whether the member ``name`` is asked for: None if not, 0 for all of it, else its line.

    >>> asked(None, "a.jsonl"), asked("a.jsonl:7", "a.jsonl"), asked("b.txt", "a.jsonl")
    (0, 7, None)
    """
    if wanted is None or wanted == name:
        return 0
    address = _ADDRESS.fullmatch(wanted)
    return int(address[2]) if address and address[1] == name else None


def _places(path: str, how: ReadSettings) -> Iterator[Place | Skipped | Notice]:
    """Resolve an argument; a path that exists as it is written wins over an address."""
    if os.path.isdir(path):
        for found in walk.walk(path, how):
            yield Place(found, walked=True) if isinstance(found, str) else found
    else:
        yield _addressed(path) if _is_address(path) else Place(path)


def _is_address(path: str) -> bool:
    """Tell whether a path is none as it is written, so that it may lead into a file."""
    return path != STDIN and not os.path.lexists(path)


def _addressed(path: str) -> Place:
    """Take an address apart: the file is the shortest beginning that exists."""
    for at in (match.start() for match in re.finditer("!", path)):
        if os.path.isfile(path[:at]):
            return Place(path[:at], None, path[at + 1 :])
    address = _ADDRESS.fullmatch(path)
    return Place(address[1], int(address[2])) if address else Place(path)
