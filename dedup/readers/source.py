"""What every reader shares: how to read, the limits, and how bytes become text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from ..errors import InputError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..data import Article, Skipped

LONGEST_TEXT_BYTES = 16 << 20
"""An article above this is refused: no news text is, and its alignment would take for ever."""
LONGEST_LINE_BYTES = 64 << 20
"""A JSONL line above this is passed over without being loaded."""
LONGEST_ID_BYTES = 1024

ON_ERROR = ("report", "stop", "skip")
"""What an unreadable input means: do the rest and exit 2, end at once, or only count it."""

HARMLESS = frozenset({"E306"})
"""Codes that are told but are no fault: a binary file met on a walk is not an article."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """Where a record keeps its text and its id, and what an unreadable input means."""

    text_field: str = ""
    """Name or dotted path; empty for the first of the likely names that a record has."""
    id_field: str = "id"
    on_error: str = "report"
    """One of ``ON_ERROR``."""

    def __post_init__(self) -> None:
        """Refuse a policy that does not exist."""
        if self.on_error not in ON_ERROR:
            raise SettingsError(f"on_error is {self.on_error!r}", hint=", ".join(ON_ERROR))


class Reader(Protocol):
    """Reads one open file; ``line`` asks for the record on that physical line only."""

    def __call__(
        self, stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
    ) -> Iterator[Article | Skipped]:
        """Give each record as an article, or as skipped with its address, code and reason."""


class RefusedError(InputError):
    """One input that was asked for and cannot be had; ``code`` says which kind of trouble."""

    def __init__(self, skipped: Skipped) -> None:
        """Take over address, code and reason."""
        super().__init__(skipped.why, place=skipped.address)
        self.code = skipped.code


def marked(raw: bytes) -> tuple[str, int]:
    r"""Tell the encoding by byte order mark, and the length of the mark in bytes.

    >>> marked(b"\xff\xfea\x00"), marked(b"plain")
    (('utf-16-le', 2), ('utf-8', 0))
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding, len(mark)
    return "utf-8", 0


def decode(raw: bytes) -> str:
    r"""Give the text of ``raw``; the ValueError names the first bad byte, counted from 0.

    >>> decode(b"\xef\xbb\xbfcaf\xc3\xa9")
    'café'
    >>> decode(b"ok \xe9")
    Traceback (most recent call last):
    ValueError: byte 3 is not UTF-8
    """
    encoding, start = marked(raw)
    try:
        return raw[start:].decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-le").removesuffix("-be").upper()
        raise ValueError(f"byte {start + error.start} is not {name}") from None
