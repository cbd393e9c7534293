"""Parquet: each row an article, read in batches by a process of its own, checksums verified."""

from __future__ import annotations

import json
import os
from datetime import date, datetime, time, timezone
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, BinaryIO

from ..data import Article, Notice, Skipped
from . import encoding
from .opening import seekable
from .record import FACTS, BadRecordError, Number, Row, gather, listed, text_names
from .source import CorruptError
from .worker import Worker, WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .source import ReadSettings

INSTALL = "pip install 'dedup-articles[parquet]'"

_SECONDS = 300
"""For one batch; only a reader that hangs needs longer."""


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Article | Skipped | Notice]:
    """Give each row, numbered from 1; only the columns of text, id and facts are read."""
    if find_spec("pyarrow") is None:
        yield Skipped(path, "E309", f"Parquet needs pyarrow: {INSTALL}")
        return
    with seekable(stream) as source:
        os.lseek(source.fileno(), 0, os.SEEK_SET)
        worker = Worker("rows.py", json.dumps(_wanted(how)), source.fileno())
        try:
            yield from _articles(worker, path, how, line)
        except WorkerError as error:
            raise CorruptError("E307", f"the Parquet reader {error}") from None
        finally:
            worker.close()


def _articles(
    worker: Worker, path: str, how: ReadSettings, line: int | None
) -> Iterator[Article | Skipped | Notice]:
    """Receive the names of the columns, and the rows if one of them is that of the text."""
    columns, rows = _head(worker)
    names = text_names(how)
    if not any(name in columns or name.split(".")[0] in columns for name in names):
        why = f"no column {' or '.join(names)}; columns seen: {listed(columns)}"
        yield Skipped(path, "E310", why)
    elif line is not None and line > rows:
        yield Skipped(f"{path}:{line}", "E303", "there is no such row")
    else:
        yield from gather(_rows(worker, path, how, line), path, how)


def _wanted(how: ReadSettings) -> list[str]:
    """Give the names of the columns that can hold something that is wanted."""
    names = [*text_names(how), how.id_field, *(one for some in FACTS.values() for one in some)]
    return sorted({part for name in names for part in (name, name.split(".")[0])})


def _head(worker: Worker) -> tuple[list[str], int]:
    """Receive the names of all columns and the number of rows."""
    head = json.loads(worker.receive(_SECONDS))
    if "fault" in head:
        raise CorruptError("E307", f"Parquet is damaged: {head['fault']}")
    return head["columns"], head["rows"]


def _rows(worker: Worker, path: str, how: ReadSettings, wanted: int | None) -> Iterator[Row]:
    """Receive batch after batch."""
    import pyarrow as pa

    number = 0
    while frame := worker.receive(_SECONDS):
        if frame.startswith(b'{"fault"'):
            raise CorruptError("E307", f"Parquet is damaged: {json.loads(frame)['fault']}")
        for batch in pa.ipc.open_stream(frame):
            first = number
            number += batch.num_rows
            if wanted is not None:
                if not first < wanted <= number:
                    continue
                batch, first = batch.slice(wanted - first - 1, 1), wanted - 1
            yield from _batch(batch, first, path, how)


def _batch(batch: Any, first: int, path: str, how: ReadSettings) -> Iterator[Row]:  # noqa: ANN401
    """Turn columns into rows; a column of strings, as most are, goes as it is."""
    names: Sequence[str] = batch.schema.names
    columns = [column.to_pylist() for column in batch.columns]
    plain = [_is_text(column.type) for column in batch.columns]
    for at in range(batch.num_rows):
        address = f"{path}:{first + at + 1}"
        try:
            values = {
                name: column[at] if text else _value(column[at], how)
                for name, column, text in zip(names, columns, plain, strict=True)
            }
        except ValueError as error:
            yield Row(address, bad=BadRecordError("E302", str(error)))
            continue
        yield Row(address, {name: one for name, one in values.items() if one is not None or name})


def _is_text(kind: Any) -> bool:  # noqa: ANN401 - pyarrow's types have no stubs
    """Whether a column gives strings."""
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _value(value: object, how: ReadSettings) -> object:
    """Make of a value what the other formats give: numbers as written, dates with a zone."""
    if isinstance(value, bytes):
        return encoding.read(value, how.encoding).text
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)):
        return Number(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=timezone.utc)
    if isinstance(value, date):
        return datetime.combine(value, time(), timezone.utc)
    if isinstance(value, dict):
        return {key: _value(one, how) for key, one in value.items()}
    return value
