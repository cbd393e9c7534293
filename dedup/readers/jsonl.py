"""JSON Lines: one object a line, each an article; a bad line never takes its neighbours with it."""

from __future__ import annotations

import codecs
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from ..data import Article, Notice, Skipped
from . import document
from .record import BadRecordError, Number, Row, field_names, gather, has_text, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import ReadSettings


BLOCK_BYTES = 1 << 20
"""Lines are read this much at a time."""


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Article | Skipped | Notice]:
    r"""Give each record; blank lines are passed over, and memory holds one block.

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
) -> Iterator[Row | Article]:
    """Give physical lines, numbered from 1, parsed: all, or the one that is wanted; of plain
    records the articles at once.
    """
    from .. import kernels  # brings arrays along, which nobody should wait for who reads no JSONL

    longest, deepest = how.limits.line_bytes, how.limits.depth_count
    names = field_names(how) if wanted is None and not how.encoding else ()
    number, make = 0, plain(how)
    for block in _blocks(stream, longest):
        whole = block if number else block.removeprefix(codecs.BOM_UTF8)
        places, found = kernels.scan_records(whole, names, Number, deepest)
        for (start, end), values in zip(pairwise(places.tolist()), found, strict=True):
            number += 1
            address = f"{path}:{number}"
            if values and end - start <= longest and (made := make(values, address)):
                yield made
            elif wanted in (None, number):
                raw = whole[start:end]
                if raw.isspace():
                    blank[0] += 1
                else:
                    yield _row(raw, values, address, how)
            if number == wanted:
                return


def _row(raw: bytes, values: dict[str, str] | None, address: str, how: ReadSettings) -> Row:
    """Give one line parsed: as the kernel did, where it was sure that this is all of an article."""
    if len(raw) > how.limits.line_bytes:
        why = f"line longer than {how.limits.line_bytes:,} bytes"
        return Row(address, bad=BadRecordError("E305", why))
    if values and has_text(values, how):
        return Row(address, values)
    return document.row(raw, address, how)


def _blocks(stream: BinaryIO, longest: int) -> Iterator[bytes]:
    """Give whole lines, as many as are at hand; one that is too long is cut, never loaded whole.

    What was read before a stream turns out to be damaged is given before it tells.
    """
    while block := stream.read1(BLOCK_BYTES):  # type: ignore[attr-defined]
        cut = block.rfind(b"\n") + 1
        if cut:
            yield block[:cut]
        if cut < len(block):
            line = rest = block[cut:] + stream.readline(longest + 1)
            while len(rest) > longest and not rest.endswith(b"\n"):
                rest = stream.readline(longest + 1)
            yield line
