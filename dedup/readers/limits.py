"""The limits of what is read: each bounds time or memory, and each can be set."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ..errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNITS = {"": 1, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}
_UNITS |= {"kb": 10**3, "mb": 10**6, "gb": 10**9}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on hostile input; what lies beyond one is refused by name, never cut in silence."""

    text_bytes: int = 16 << 20
    """An article above this is refused: no news text is, and its alignment would take for ever."""
    line_bytes: int = 64 << 20
    """A record above this is passed over without being loaded."""
    id_bytes: int = 1024
    depth_count: int = 200
    """JSON nested deeper than this is refused."""
    page_bytes: int = 20_000_000
    """A web page above this is refused."""
    page_seconds: int = 30
    """For extracting the text of one page."""
    page_memory_bytes: int = 1 << 30
    """For the process that does it."""
    rows_memory_bytes: int = 2 << 30
    """For the process that reads Parquet."""
    expansion_bytes: int = 1 << 30
    """Compressed data may expand to this size at any ratio …"""
    expansion_ratio: int = 1000
    """… and beyond it to this many times its own."""
    window_bytes: int = 128 << 20
    """Memory that compressed data may claim for being expanded."""
    members_count: int = 1_000_000
    """Members of one archive."""
    nesting_count: int = 1
    """Archives inside each other, and compressions around each other."""

    def __post_init__(self) -> None:
        """Refuse what is no bound at all."""
        for one in fields(self):
            if getattr(self, one.name) < 1:
                raise SettingsError(f"limit {one.name} is {getattr(self, one.name)}", hint="1 up")

    @classmethod
    def of(cls, said: Iterable[str]) -> Limits:
        """Build from texts such as ``text_bytes=1MiB``; raises SettingsError for any other.

        >>> Limits.of(["line_bytes=1MiB", "page_seconds=5"]).line_bytes
        1048576
        """
        known = [one.name for one in fields(cls)]
        values = {}
        for text in said:
            name, _, value = text.partition("=")
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"any of {', '.join(known)}"
                raise SettingsError(f"unknown limit {name!r}", hint=hint)
            values[name] = _number(name, value)
        return cls(**values)


def _number(name: str, value: str) -> int:
    """Read a whole number, of bytes with a unit if one is there."""
    match = re.fullmatch(r"([0-9]{1,15})\s*([a-z]*)", value.strip().lower().replace(",", ""))
    units = _UNITS if name.endswith("_bytes") else {"": 1, "s": 1}
    if not match or match[2] not in units:
        hint = "such as 64MiB" if name.endswith("_bytes") else "a whole number"
        raise SettingsError(f"limit {name} is {value!r}", hint=hint)
    return int(match[1]) * units[match[2]]
