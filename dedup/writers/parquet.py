"""Parquet: kept rows under the schema of the input, every page with a checksum."""

from __future__ import annotations

import json
from datetime import date, time
from typing import TYPE_CHECKING, Any, BinaryIO

from ..readers.opening import seekable
from .writer import Sort, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH_ROWS = 1024
_PAGE_BYTES = 1 << 20
_GROUP_BYTES = 128 << 20
"""A group of rows is held until it is written; a larger one is written as several."""
_CODECS = {"snappy", "gzip", "brotli", "lz4", "zstd"}


def cut(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Give each row with its number from 1, as JSON; the bytes of the file are not cut."""
    with seekable(source) as file:
        number = 0
        table = _opened(file)
        for group in range(table.num_row_groups):
            for _, rows in _batches(table, group):
                for row in rows:
                    number += 1
                    yield number, row


def copy(source: BinaryIO, out: BinaryIO, sort: Sort) -> None:
    """Write the rows that are kept, those of one group together as they were."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with seekable(source) as file:
        table = _opened(file)
        made: dict[str, Any] = {"write_page_checksum": True, "compression": _codecs(table)}
        number = 0
        with pq.ParquetWriter(out, table.schema_arrow, **made) as writer:
            for group in range(table.num_row_groups):
                held = _Held(writer)
                for batch, rows in _batches(table, group):
                    keeps = [sort(at, row) is not None for at, row in enumerate(rows, number + 1)]
                    number += len(rows)
                    held.add(batch.filter(pa.array(keeps, pa.bool_())))
                held.write()


class _Held:
    """Rows that will be one group."""

    def __init__(self, writer: Any) -> None:  # noqa: ANN401 - pyarrow has no types
        self._writer = writer
        self._batches: list[Any] = []
        self._bytes = 0

    def add(self, batch: Any) -> None:  # noqa: ANN401 - as above
        """Take more of them."""
        self._batches.append(batch)
        self._bytes += batch.nbytes
        if self._bytes > _GROUP_BYTES:
            self.write()

    def write(self) -> None:
        """Write what is held, if there is a row in it."""
        import pyarrow as pa

        rows = sum(batch.num_rows for batch in self._batches)
        if rows:
            self._writer.write_table(pa.Table.from_batches(self._batches), row_group_size=rows)
        self._batches, self._bytes = [], 0


def _opened(file: BinaryIO) -> Any:  # noqa: ANN401 - as above
    """Open a file, and verify each page of it; it is read page by page."""
    import pyarrow.parquet as pq

    file.seek(0)
    return pq.ParquetFile(
        file, page_checksum_verification=True, pre_buffer=False, buffer_size=_PAGE_BYTES
    )


def _batches(table: Any, group: int) -> Iterator[tuple[Any, list[bytes]]]:  # noqa: ANN401 - as above
    """Give some rows of a group at a time, and each as JSON."""
    for batch in table.iter_batches(_BATCH_ROWS, row_groups=[group]):
        try:
            rows = batch.cast(_plain(batch.schema)).to_pylist()
        except UnicodeDecodeError:  # Arrow does not see to it that text is UTF-8
            rows = batch.cast(_plain(batch.schema, text="binary")).to_pylist()
        yield batch, [_shown(row) for row in rows]


def _plain(schema: Any, text: str = "") -> Any:  # noqa: ANN401 - as above
    """Give a schema of values for all of which Python has a form."""
    import pyarrow as pa

    return pa.schema([field.with_type(_plain_kind(field.type, text)) for field in schema])


def _plain_kind(kind: Any, text: str) -> Any:  # noqa: ANN401 - as above
    """Give the type that is shown for a type: a moment in nanoseconds is too fine for Python."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_timestamp(kind) and kind.unit == "ns":
        return pa.string()
    if types.is_time64(kind) or types.is_duration(kind):
        return pa.int64()
    if types.is_list(kind) or types.is_large_list(kind):
        made = pa.list_ if types.is_list(kind) else pa.large_list
        return made(kind.value_field.with_type(_plain_kind(kind.value_type, text)))
    if types.is_struct(kind):
        return pa.struct([one.with_type(_plain_kind(one.type, text)) for one in kind])
    if types.is_dictionary(kind):
        return _plain_kind(kind.value_type, text)
    if text and (types.is_string(kind) or types.is_large_string(kind)):
        return pa.large_binary()
    return kind


def _codecs(table: Any) -> str | dict[str, str]:  # noqa: ANN401 - as above
    """Tell how the pages of each column of the input are compressed."""
    metadata = table.metadata
    if not metadata.num_row_groups:
        return "snappy"
    columns = [metadata.row_group(0).column(at) for at in range(metadata.num_columns)]
    return {one.path_in_schema: _codec(str(one.compression).lower()) for one in columns}


def _codec(name: str) -> str:
    """Give the name by which a compression is asked for; one that nobody writes any more becomes
    the usual one.
    """
    if name == "uncompressed":
        return "none"
    return name if name in _CODECS else "snappy"


def _shown(row: object) -> bytes:
    """Write a row as JSON; what JSON has no form for stands there as text."""
    return json.dumps(row, default=_text, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _text(value: object) -> str:
    """Write a value that JSON has no form for: bytes as the text they are, dates in ISO 8601."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def record(piece: bytes) -> bytes:
    """Give a row, which is on one line already."""
    return piece


WRITER = Writer(cut, copy, record, annotate=None, joins=False, endings=(".parquet",))
