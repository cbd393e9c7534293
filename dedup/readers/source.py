"""What every reader shares: how to read, what a reader is, and how trouble is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeAlias

from ..data.article import Article, Notice, Skipped
from ..data.articles import Articles
from ..errors import InputError, SettingsError
from .limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

ON_ERROR = ("report", "stop", "skip")
"""What an unreadable input means: do the rest and exit 2, end at once, or only count it."""

Found: TypeAlias = Article | Articles | Skipped | Notice
"""What a reader gives; many articles of which nothing is to be told come together."""

CONTAINER = frozenset({"E303", "E307", "E308", "E309"})
"""Codes of inputs of which an unknown number of records was lost."""

_ALIKE_KEPT = 5


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """Where records keep text and id, what a walk takes, and what an unreadable input means."""

    text_field: str = ""
    """Name or dotted path; empty for the first of the likely names that a record has."""
    id_field: str = "id"
    on_error: str = "report"
    """One of ``ON_ERROR``."""
    encoding: str = ""
    """What bytes without a byte order mark are in; empty for UTF-8, or else a guess."""
    include: tuple[str, ...] = ()
    """A walk takes only files that match one of these globs, whatever their kind."""
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    ignore: bool = True
    """Whether a walk heeds ``.gitignore`` and ``.ignore``."""
    follow: bool = False
    """Whether a walk follows links."""
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Refuse a policy or an encoding that does not exist."""
        if self.on_error not in ON_ERROR:
            raise SettingsError(f"on_error is {self.on_error!r}", hint=", ".join(ON_ERROR))
        try:
            b"ab".decode(self.encoding or "utf-8", "replace")
        except (LookupError, ValueError):
            hint = "such as utf-8, windows-1252, koi8-r or gb18030"
            raise SettingsError(f"encoding is {self.encoding!r}", hint=hint) from None


class Reader(Protocol):
    """Reads one open file; ``line`` asks for the record with that number only.

    The number is that of the physical line on which a record starts, or of the record itself in
    formats that have no lines.
    """

    def __call__(
        self, stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
    ) -> Iterator[Found]:
        """Give each record as an article, or as skipped with its address, code and reason."""


class RefusedError(InputError):
    """One input that was asked for and cannot be had; ``code`` says which kind of trouble."""

    def __init__(self, skipped: Skipped) -> None:
        """Take over address, code and reason."""
        super().__init__(skipped.why, place=skipped.address)
        self.code = skipped.code


class CorruptError(Exception):
    """A stream that cannot be read on: it is cut, damaged, beyond a limit or of no known make.

    Raised from inside a stream, so that it reaches whoever opened it through any reader.
    """

    def __init__(self, code: str, why: str) -> None:
        """Keep the code beside the reason."""
        super().__init__(why)
        self.code = code
        self.why = why


class Notices:
    """Collects notices in bounded memory: of each kind the first few, and how many there were.

    >>> from ..data.article import Notice
    >>> notices = Notices()
    >>> for line in range(9): notices.add(Notice(f"a.jsonl:{line}", "W301", "a key is repeated"))
    >>> len(notices.first), notices.counts
    (5, {'W301': 9})
    """

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self.first: list[Notice] = []
        self.counts: dict[str, int] = {}

    def add(self, notice: Notice) -> None:
        """Count one more, and keep it if it is among the first of its kind."""
        count = self.counts.get(notice.code, 0)
        self.counts[notice.code] = count + 1
        if count < _ALIKE_KEPT:
            self.first.append(notice)

    def lines(self) -> list[str]:
        """Give each that was kept on a line, then for each kind how many more there were."""
        return [line for line, _ in self.told()]

    def told(self) -> list[tuple[str, str]]:
        """Give the same lines, each with its code."""
        some = [(f"{one.address}: {one.why} [{one.code}]", one.code) for one in self.first]
        rest = {code: count - _ALIKE_KEPT for code, count in self.counts.items()}
        return some + [
            (f"and {n:,} more of this kind [{code}]", code) for code, n in rest.items() if n > 0
        ]
