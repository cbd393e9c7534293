"""JSON Lines: one object a line, each an article; a bad line never takes its neighbours with it."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO

from ..data import Article, Notice, Skipped
from . import document
from .record import BadRecordError, Row, gather

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import ReadSettings


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Article | Skipped | Notice]:
    r"""Give each record; blank lines are passed over, and memory holds one line.

    >>> import io
    >>> from .source import ReadSettings
    >>> lines = b'{"id": 7, "text": "Storm."}\n{"id": 8'
    >>> article, skipped = read(io.BytesIO(lines), "a.jsonl", ReadSettings())
    >>> article.id, article.text, article.address
    ('7', 'Storm.', 'a.jsonl:1')
    >>> skipped
    Skipped(address='a.jsonl:2', code='E301', why='JSON ends early at byte 8')
    """
    blank = [0]
    met = False
    for one in gather(_rows(stream, path, how, line, blank), path, how):
        met = True
        yield one
    if blank[0] and line is None:
        count = f"{blank[0]:,} blank line{'s were' if blank[0] > 1 else ' was'}"
        yield Notice(path, "W306", f"{count} passed over")
    if line is not None and not met:
        yield Skipped(f"{path}:{line}", "E303", "no record stands on this line")


def _rows(
    stream: BinaryIO, path: str, how: ReadSettings, wanted: int | None, blank: list[int]
) -> Iterator[Row]:
    """Give physical lines, numbered from 1, parsed; one that is too long is never loaded whole."""
    longest = how.limits.line_bytes
    number = 0
    while raw := stream.readline(longest + 1):
        number += 1
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        rest = raw
        while len(rest) > longest and not rest.endswith(b"\n"):
            rest = stream.readline(longest + 1)
        if wanted in (None, number):
            address = f"{path}:{number}"
            if not raw or raw.isspace():
                blank[0] += 1
            elif len(raw) > longest:
                why = f"line longer than {longest:,} bytes"
                yield Row(address, bad=BadRecordError("E305", why))
            else:
                yield document.row(raw, address, how)
        if number == wanted:
            return
