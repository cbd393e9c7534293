"""Configuration files: the nearest one counts, it is data and no code, and each key has a line."""

from __future__ import annotations

import os
import re
import stat
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import DedupError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OWN_FILE = "dedup.toml"
SHARED_FILE = "pyproject.toml"
_SHARED_TABLE = ("tool", "dedup")
_LONGEST_BYTES = 1 << 20
_CANDIDATE_LINES = 64
"""So many lines are tried as the place of a key; only a file made to waste time has more."""
_PLACE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")


class ConfigurationError(DedupError):
    """A configuration that cannot be used: the file and line, the key, and what is allowed."""

    code = "E110"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What one file says; without a path where there is none."""

    path: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    """The file's keys and tables; of ``pyproject.toml`` those below ``[tool.dedup]``."""
    table: tuple[str, ...] = ()
    """Where in the file the values stand."""
    text: str = field(default="", repr=False)

    def place(self, *keys: str) -> str:
        """Give the address ``path:LINE`` of a key, or of the file where no line can be told."""
        line = _line(self.text, (*self.table, *keys))
        return f"{self.path}:{line}" if line else self.path


def nearest(folder: str) -> Configuration:
    """Read the nearest file at or above ``folder``; none is read twice, and none are merged.

    In one folder ``dedup.toml`` comes before ``pyproject.toml``, which counts only if it has
    ``[tool.dedup]``. The search ends with the repository, so that what lies about on one machine
    cannot change the verdict there.
    """
    for current in _upwards(folder):
        for name in (OWN_FILE, SHARED_FILE):
            path = os.path.normpath(os.path.join(current, name))
            if os.path.isfile(path):
                found = load(path)
                if name == OWN_FILE or found.values:
                    return found
    return Configuration()


def load(path: str) -> Configuration:
    """Read one file; raises ConfigurationError with the line of what is wrong in it."""
    text = _text(path)
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(str(error), text, path) from None
    except (RecursionError, ValueError):
        raise ConfigurationError("is too deep or has too long a number", place=path) from None
    if os.path.basename(path) != SHARED_FILE:
        return Configuration(path, body, (), text)
    values: object = body
    for name in _SHARED_TABLE:
        values = values.get(name, {}) if isinstance(values, dict) else None
    found = Configuration(path, values if isinstance(values, dict) else {}, _SHARED_TABLE, text)
    if not isinstance(values, dict):
        raise ConfigurationError("tool.dedup is not a table", place=found.place())
    return found


def _text(path: str) -> str:
    """Give the text of a file, if it is one and of a size that a person would write."""
    try:
        with open(path, "rb") as stream:
            if stat.S_ISCHR(os.fstat(stream.fileno()).st_mode):
                raise ConfigurationError("is a device, not a file", place=path)
            raw = stream.read(_LONGEST_BYTES + 1)
    except OSError as error:
        raise ConfigurationError((error.strerror or str(error)).lower(), place=path) from error
    if len(raw) > _LONGEST_BYTES:
        raise ConfigurationError(f"is longer than {_LONGEST_BYTES:,} bytes", place=path)
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        why = f"byte {error.start} is not UTF-8"
        raise ConfigurationError(why, place=path, hint="TOML is UTF-8") from None


def _broken(said: str, text: str, path: str) -> ConfigurationError:
    """Say what the parser said, with the line where an editor can jump to."""
    found = _PLACE.search(said)
    line = (found[1] if found else "") or str(text.rstrip("\n").count("\n") + 1)
    what = _PLACE.sub("", said)
    if "overwrite" in what or "twice" in what:
        return ConfigurationError("a key stands there twice", place=f"{path}:{line}")
    return ConfigurationError(
        f"not TOML: {what[:1].lower()}{what[1:]}",
        place=f"{path}:{line}",
        hint="--no-config goes without it",
    )


def _upwards(folder: str) -> Iterator[str]:
    """Give a folder and those above it, up to the top of its repository."""
    current = folder
    while True:
        yield current
        above = os.path.join(current, os.pardir)
        try:
            if os.path.exists(os.path.join(current, ".git")) or os.path.samefile(current, above):
                return
        except OSError:  # it may not be entered, and so holds nothing for whoever asks
            return
        current = above


def _line(text: str, keys: tuple[str, ...]) -> int:
    """Find the line on which a key stands: the first that cannot be left out if it is to be there.

    The parser tells no places, so it is asked about ever longer beginnings of the file; it alone
    knows where a text over several lines only looks like a key. 0 where no line can be told.
    """
    lines = text.split("\n")
    tries = [at for at, line in enumerate(lines) if keys and keys[-1] in line][:_CANDIDATE_LINES]
    for at in tries:
        if _holds(lines[:at], keys) is False and _begun(lines, at, keys):
            return at + 1
    return 0


def _begun(lines: list[str], at: int, keys: tuple[str, ...]) -> bool:
    """Whether the statement that begins on a line, however long, brings the key."""
    for end in range(at + 1, min(at + 1 + _CANDIDATE_LINES, len(lines)) + 1):
        held = _holds(lines[:end], keys)
        if held is not None:
            return held
    return bool(_holds(lines, keys))


def _holds(lines: list[str], keys: tuple[str, ...]) -> bool | None:
    """Whether the key is in the beginning of a file; None if that is no whole TOML."""
    try:
        values: object = tomllib.loads("\n".join(lines))
    except ValueError:
        return None
    for key in keys:
        if not isinstance(values, dict) or key not in values:
            return False
        values = values[key]
    return True
