"""Parquet: kept rows under the schema of the input, every page with a checksum."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

from ..readers.opening import seekable
from .writer import Sort, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH_ROWS = 1024


def cut(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Give each row with its number from 1, as JSON; the bytes of the file are not cut."""
    with seekable(source) as file:
        file.seek(0)
        number = 0
        for batch in _opened(file).iter_batches(_BATCH_ROWS):
            for row in batch.to_pylist():
                number += 1
                yield number, _shown(row)


def copy(source: BinaryIO, out: BinaryIO, sort: Sort) -> None:
    """Write the rows that are kept."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with seekable(source) as file:
        table = _opened(file)
        made: dict[str, Any] = {"write_page_checksum": True, "compression": _compression(table)}
        with pq.ParquetWriter(out, table.schema_arrow, **made) as writer:
            number = 0
            for batch in table.iter_batches(_BATCH_ROWS):
                keeps = []
                for row in batch.to_pylist():
                    number += 1
                    keeps.append(sort(number, _shown(row)) is not None)
                writer.write_batch(batch.filter(pa.array(keeps, pa.bool_())))


def _opened(file: BinaryIO) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Open a file, and verify each page of it."""
    import pyarrow.parquet as pq

    return pq.ParquetFile(file, page_checksum_verification=True)


def _compression(table: Any) -> str:  # noqa: ANN401 - as above
    """Tell how the pages of the input are compressed."""
    metadata = table.metadata
    if not metadata.num_row_groups or not metadata.num_columns:
        return "snappy"
    name = str(metadata.row_group(0).column(0).compression).lower()
    return "none" if name == "uncompressed" else name


def _shown(row: object) -> bytes:
    """Write a row as JSON; what JSON has no form for stands there as Python writes it."""
    return json.dumps(row, default=repr, ensure_ascii=False).encode("utf-8", "surrogatepass")


def record(piece: bytes) -> bytes:
    """Give a row, which is on one line already."""
    return piece


WRITER = Writer(cut, copy, record, annotate=None, joins=False, endings=(".parquet",))
