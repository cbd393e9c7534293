"""JSON Lines: one object a line, each an article; a bad line never takes its neighbours with it."""

from __future__ import annotations

import codecs
import io
from itertools import islice, pairwise
from typing import TYPE_CHECKING, BinaryIO

from ..data.article import Notice, Skipped
from . import document
from .record import BadRecordError, Number, Row, field_names, gather, has_text, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..data.articles import Articles
    from .source import Found, ReadSettings


BLOCK_BYTES = 1 << 18
"""Lines are read this much at a time."""


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Found]:
    r"""Give each record; blank lines are passed over, and memory holds one block.

    >>> import io
    >>> from .source import ReadSettings
    >>> lines = b'{"id": 7, "text": "Storm."}\n{"id": 8'
    >>> [article], skipped = read(io.BytesIO(lines), "a.jsonl", ReadSettings())
    >>> article.id, article.text, article.address
    ('7', 'Storm.', 'a.jsonl:1')
    >>> skipped
    Skipped(address='a.jsonl:2', code='E301', why='JSON ends early at byte 8')
    """
    blank = [0]
    met = False
    rows = _rows(stream, path, how, blank) if line is None else _wanted(stream, path, how, line)
    for one in gather(rows, path, how):
        met = True
        yield one
    if blank[0]:
        count = f"{blank[0]:,} blank line{'s were' if blank[0] > 1 else ' was'}"
        yield Notice(path, "W306", f"{count} passed over")
    if line is not None and not met:
        yield Skipped(f"{path}:{line}", "E303", "no record stands on this line")


def _rows(
    stream: BinaryIO, path: str, how: ReadSettings, blank: list[int]
) -> Iterator[Row | Articles]:
    """Give physical lines, numbered from 1, parsed; of plain records the articles at once."""
    from .. import kernels  # brings arrays along, which nobody should wait for who reads no JSONL

    longest, deepest = how.limits.line_bytes, how.limits.depth_count
    names = () if how.encoding else field_names(how)
    before = 0
    for block in _blocks(stream, longest):
        starts, columns = kernels.scan_records(block, names, Number, deepest)
        places = starts.tolist()
        addresses = [f"{path}:{before + at}" for at in range(1, len(places))]
        before += len(addresses)
        articles, left = plain(columns, addresses, how)
        if len(block) > longest:
            long = (at for at, (start, end) in enumerate(pairwise(places)) if end - start > longest)
            left = sorted({*left, *long})
        done = 0
        for at in left:
            if done < at:
                yield articles[done:at]
            done = at + 1
            raw = block[places[at] : places[done]]
            if raw.isspace():
                blank[0] += 1
            else:
                known = {name: column[at] for name, column in columns.items()}
                yield _row(raw, known, addresses[at], how)
        if done < len(articles):
            yield articles[done:] if done else articles


def _wanted(stream: BinaryIO, path: str, how: ReadSettings, number: int) -> Iterator[Row]:
    """Give the one line that is wanted, parsed, unless it is blank."""
    left = number
    for block in _blocks(stream, how.limits.line_bytes):
        count = block.count(b"\n") + (not block.endswith(b"\n"))
        if count >= left:
            raw = next(islice(io.BytesIO(block), left - 1, None))
            if not raw.isspace():
                yield _row(raw, {}, f"{path}:{number}", how)
            return
        left -= count


def _row(raw: bytes, known: dict[str, str | None], address: str, how: ReadSettings) -> Row:
    """Give one line parsed: as the kernel did, where it was sure that this is all of an article."""
    if len(raw) > how.limits.line_bytes:
        why = f"line longer than {how.limits.line_bytes:,} bytes"
        return Row(address, bad=BadRecordError("E305", why))
    values = {name: value for name, value in known.items() if value is not None}
    if has_text(values, how):
        return Row(address, values)
    return document.row(raw, address, how)


def _blocks(stream: BinaryIO, longest: int) -> Iterator[bytes]:
    """Give whole lines, as many as are at hand, without a byte order mark before the first."""
    blocks = _cut(stream, longest)
    first = next(blocks, b"").removeprefix(codecs.BOM_UTF8)
    if first:
        yield first
    yield from blocks


def _cut(stream: BinaryIO, longest: int) -> Iterator[bytes]:
    """Cut a stream behind ends of lines; one that is too long is cut anywhere, never loaded whole.

    What was read before a stream turns out to be damaged is given before it tells.
    """
    begun: list[bytes] = []
    size = 0
    while block := stream.read1(BLOCK_BYTES):  # type: ignore[attr-defined]
        cut = block.rfind(b"\n") + 1
        if cut:
            yield b"".join((*begun, memoryview(block)[:cut]))
            begun, size = [], 0
        begun.append(block[cut:])
        size += len(block) - cut
        if size > longest + len(codecs.BOM_UTF8):  # whether it has one or not
            yield b"".join(begun)
            begun, size = [], 0
            while (rest := stream.readline(longest + 1)) and not rest.endswith(b"\n"):
                continue
    if size:
        yield b"".join(begun)
