"""JSON Lines: one object a line, each an article; a bad line never takes its neighbours with it."""

from __future__ import annotations

import codecs
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from ..data import Article, Notice, Skipped
from . import document
from .record import BadRecordError, Number, Row, field_names, gather, has_text

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
) -> Iterator[Row]:
    """Give physical lines, numbered from 1, parsed."""
    longest = how.limits.line_bytes
    for number, raw, values in _lines(stream, how, wanted):
        address = f"{path}:{number}"
        if values is not None:
            yield Row(address, values)
        elif not raw or raw.isspace():
            blank[0] += 1
        elif len(raw) > longest:
            why = f"line longer than {longest:,} bytes"
            yield Row(address, bad=BadRecordError("E305", why))
        else:
            yield document.row(raw, address, how)


def _lines(
    stream: BinaryIO, how: ReadSettings, wanted: int | None
) -> Iterator[tuple[int, bytes, dict[str, str] | None]]:
    """Give each line, or the one that is wanted, with its number: its bytes, or the fields of its
    record where the kernel was sure of it.
    """
    from .. import kernels  # brings arrays along, which nobody should wait for who reads no JSONL

    longest = how.limits.line_bytes
    names = field_names(how)
    number = 0
    for block in _blocks(stream, longest):
        whole = block if number else block.removeprefix(codecs.BOM_UTF8)
        some = names if wanted is None and not how.encoding else ()
        places, found = kernels.scan_records(whole, some, Number, how.limits.depth_count)
        for (start, end), values in zip(pairwise(places.tolist()), found, strict=True):
            number += 1
            if wanted in (None, number):
                if values and end - start <= longest and has_text(values, how):
                    yield number, b"", values
                else:
                    yield number, whole[start:end], None
            if number == wanted:
                return


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
