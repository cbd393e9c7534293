"""What is read: articles, and what there is to say of anything else in the input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Article:
    """One news text with its facts; never altered.

    >>> Article(id="a", text="Storm closes the port.").title
    ''
    """

    id: str
    """The record's own id where it has one, else its address."""
    text: str
    address: str = ""
    """Where it was read: ``path``, ``path:LINE`` or ``archive!member:LINE``; can be pasted back as
    an argument."""
    title: str = ""
    url: str = ""
    source: str = ""
    """Who published it, such as an outlet or an agency."""
    published: datetime | None = None
    lang: str = ""
    """The language it says it is in, such as ``en``; nothing is decided by it."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that could not be read, and why; nothing is dropped without one of these."""

    address: str
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth knowing of an input that was read all the same, such as a guess."""

    address: str
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that is read, so that it can be written again without what is redundant in it."""

    path: str
    """As the addresses of its articles begin; ``-`` for stdin."""
    kind: str
    """The format, such as ``jsonl``."""
    below: str = ""
    """The folder that led to it; empty for a file that was named itself."""
    packed: str = ""
    """How it is compressed, such as ``gzip``; empty if it is not."""
    members: tuple[InputFile, ...] = ()
    """Of an archive, those that are read."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The text that is compared, and what each rule that changed it did."""

    text: str
    steps: tuple[tuple[str, int], ...] = ()
    """``(rule, count)`` in the order in which the rules ran; only rules that changed something."""
