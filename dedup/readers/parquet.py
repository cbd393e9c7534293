"""Parquet: each row an article, read in batches by a process of its own, checksums verified."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO

from ..data.article import Skipped
from . import document, encoding
from .opening import seekable
from .record import FACTS, BadRecordError, Number, Row, gather, listed, text_names
from .source import CorruptError
from .worker import WorkerError, Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .source import Found, ReadSettings

INSTALL = "pip install 'dedup-articles[parquet]'"

_SECONDS = 300
"""For one batch; only a reader that hangs needs longer."""
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_WORKERS = Workers("rows.py")


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Found]:
    """Give each row, numbered from 1; only the columns of text, id and facts are read."""
    if find_spec("pyarrow") is None:
        yield Skipped(path, "E309", f"Parquet needs pyarrow: {INSTALL}")
        return
    with seekable(stream) as source, _WORKERS.lent(how.limits.rows_memory_bytes) as worker:
        file = source.fileno()
        os.lseek(file, 0, os.SEEK_SET)
        frames = worker.ask(json.dumps(_wanted(how)).encode(), _SECONDS, file)
        try:
            yield from _articles(_sound(frames, os.fstat(file).st_size, how), path, how, line)
        except WorkerError as error:
            raise CorruptError("E307", f"the Parquet reader {error}") from None


def _wanted(how: ReadSettings) -> list[str]:
    """Give the names of the columns that can hold something that is wanted."""
    names = [*text_names(how), how.id_field, *(one for some in FACTS.values() for one in some)]
    return sorted({part for name in names for part in (name, name.split(".")[0])})


def _sound(frames: Iterator[bytearray], size: int, how: ReadSettings) -> Iterator[bytearray]:
    """Give the frames until one tells a fault, or a file turns out to be a bomb."""
    limits = how.limits
    most = max(limits.expansion_bytes, limits.expansion_ratio * size)
    made = 0
    for frame in frames:
        made += len(frame)
        if frame.startswith(b'{"fault"'):
            raise CorruptError("E307", f"Parquet is damaged: {json.loads(frame)['fault']}")
        if made > most:
            raise CorruptError("E308", f"Parquet expands beyond {most:,} bytes")
        yield frame


def _articles(
    frames: Iterator[bytearray], path: str, how: ReadSettings, line: int | None
) -> Iterator[Found]:
    """Receive the names of the columns, and the rows if one of them is that of the text."""
    head = json.loads(next(frames))
    columns: list[str] = head["columns"]
    names = text_names(how)
    twice = next((name for name in (*names, how.id_field) if columns.count(name) > 1), None)
    if not any(name in columns or name.split(".")[0] in columns for name in names):
        why = f"no column {' or '.join(names)}; columns seen: {listed(columns)}"
        yield Skipped(path, "E310", why)
    elif twice is not None:
        yield Skipped(path, "E312", f"column {twice} stands {columns.count(twice)} times")
    elif line is not None and line > head["rows"]:
        yield Skipped(f"{path}:{line}", "E303", "there is no such row")
    else:
        yield from gather(_rows(frames, path, how, line), path, how)


def _rows(
    frames: Iterator[bytearray], path: str, how: ReadSettings, wanted: int | None
) -> Iterator[Row]:
    """Give each row, or the one that is wanted."""
    first = 1
    for frame in frames:
        line = frame.index(b"\n")
        told = json.loads(frame[:line])
        following = first + told["rows"]
        if wanted is None:
            yield from _batch(told, memoryview(frame)[line + 1 :], (path, first), how)
        elif first <= wanted < following:
            rows = list(_batch(told, memoryview(frame)[line + 1 :], (path, first), how))
            yield rows[wanted - first]
            return
        first = following


def _batch(
    told: dict[str, Any], content: memoryview, place: tuple[str, int], how: ReadSettings
) -> Iterator[Row]:
    """Turn the columns of a batch into rows; the first has the number in ``place``."""
    path, first = place
    names: list[str] = []
    columns: list[list[object]] = []
    odd: dict[int, tuple[BadRecordError | None, str]] = {}
    for one in told["columns"]:
        cells, content = _cells(one, told["rows"], content)
        names.append(one["name"])
        columns.append(_values(cells, one["made"], how, odd))
    for at, values in enumerate(zip(*columns, strict=True)):
        row = Row(f"{path}:{first + at}", dict(zip(names, values, strict=True)))
        if at in odd:
            row.bad, remark = odd[at]
            row.notices = (("W302", remark),) if remark else ()
        yield row


def _cells(
    told: dict[str, Any], rows: int, content: memoryview
) -> tuple[list[memoryview | None], memoryview]:
    """Cut the values of one column off, and give what lies behind them."""
    width = told["width"]
    values = content[(rows + 1) * width :]
    ends = content[: (rows + 1) * width].cast("q" if width == 8 else "i").tolist()
    cells: list[memoryview | None] = [
        values[start - ends[0] : end - ends[0]] for start, end in pairwise(ends)
    ]
    for at in told["nothing"]:
        cells[at] = None
    return cells, values[told["bytes"] :]


def _values(
    cells: list[memoryview | None],
    made: str,
    how: ReadSettings,
    odd: dict[int, tuple[BadRecordError | None, str]],
) -> list[object]:
    """Make of the bytes of a column what the other formats give: numbers as written, dates with a
    zone; what is to be said of a row is put into ``odd``.
    """
    if made == "text":
        with suppress(UnicodeDecodeError):
            return [None if one is None else str(one, "utf-8") for one in cells]
    if made in _MAKE:
        return [None if one is None else _MAKE[made](str(one, "utf-8")) for one in cells]
    values: list[object] = []
    for at, one in enumerate(cells):
        try:
            read = encoding.read(bytes(one or b""), how.encoding)
        except ValueError as error:
            read = encoding.Decoded("")
            odd[at] = BadRecordError("E302", str(error)), ""
        if read.remark:
            odd.setdefault(at, (None, read.remark))
        values.append(None if one is None else read.text)
    return values


def _moment(microseconds: str) -> datetime | None:
    """Give a moment in UTC by its distance from 1970; None for one that no calendar has."""
    try:
        return _EPOCH + timedelta(microseconds=int(microseconds))
    except OverflowError:
        return None


_MAKE: dict[str, Callable[[str], object]] = {
    "number": Number,
    "date": _moment,
    "json": document.value,
}
"""Of a value that is neither text nor bytes, by what it was."""
