"""The program that reads Parquet; it runs alone, since a damaged file may crash a native reader.

A question is the names of the columns that are wanted, as JSON, and with it comes the descriptor of
the file. The answer is a frame with the names of all columns and the number of rows, a frame for
each batch of rows, and one with the fault, if there is one.

A batch is a line of JSON that says how many rows, and of each column its name, what its values
were, the width of an offset, the bytes of all values, and the rows in which there is none. Behind
it come, column by column, the offsets (one more than rows) and the values, end to end: each is text
or bytes by now, so that whoever receives them needs no Arrow.

It imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import socket
import sys
from typing import Any

BATCH_BYTES = 4 << 20
MOST_ROWS = 1024
PAGE_BYTES = 1 << 20
"""A column is read from the file this much at a time."""


def answer(file: Any, wanted: list[str], sink: Any) -> None:  # noqa: ANN401 - files of any kind
    """Read the file and hand over its batches."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_memory_pool(pa.system_memory_pool())  # another would claim more than it uses
    table = pq.ParquetFile(
        file, page_checksum_verification=True, pre_buffer=False, buffer_size=PAGE_BYTES
    )
    names = table.schema_arrow.names
    send(sink, json.dumps({"columns": names, "rows": table.metadata.num_rows}).encode())
    columns = [one for one in names if one in wanted and names.count(one) == 1]
    rows = _batch_rows(table.metadata)
    for batch in table.iter_batches(rows, columns=columns, use_threads=False):
        spelled = [_spelled(column) for column in batch.columns]
        size = sum(values.nbytes for _, values in spelled)
        step = max(batch.num_rows * BATCH_BYTES // max(size, 1), 1)
        for start in range(0, batch.num_rows, step):
            pieces = [_piece(made, values.slice(start, step)) for made, values in spelled]
            told = [{"name": name, **one} for name, (one, _) in zip(columns, pieces, strict=True)]
            head = {"rows": min(step, batch.num_rows - start), "columns": told}
            send(
                sink, json.dumps(head).encode() + b"\n", *(one for _, two in pieces for one in two)
            )


def send(sink: Any, *parts: Any) -> None:  # noqa: ANN401 - bytes, and views of them
    """Hand over a frame."""
    sink.write(sum(len(part) for part in parts).to_bytes(8, "big"))
    for part in parts:
        sink.write(part)
    sink.flush()


def _piece(made: str, values: Any) -> tuple[dict[str, object], tuple[Any, Any]]:  # noqa: ANN401
    """Tell of the values of a column, and give their offsets and bytes."""
    width = 8 if str(values.type).startswith("large") else 4
    _, offsets, content = values.buffers()
    start, rows = values.offset * width, len(values)
    offsets = memoryview(offsets).cast("B")[start : start + (rows + 1) * width]
    ends = offsets.cast("q" if width == 8 else "i")
    content = memoryview(content or b"").cast("B")[ends[0] : ends[rows]]
    empty = values.is_null().to_pylist() if values.null_count else []
    nothing = [at for at, one in enumerate(empty) if one]
    told = {"made": made, "width": width, "bytes": len(content), "nothing": nothing}
    return told, (offsets, content)


def _spelled(column: Any) -> tuple[str, Any]:  # noqa: ANN401 - as above
    """Make of a column one of text or bytes, and say what its values are."""
    import pyarrow as pa
    from pyarrow import types

    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if types.is_string(kind) or types.is_large_string(kind):
        return "text", column
    if types.is_binary(kind) or types.is_large_binary(kind):
        return "bytes", column
    if str(kind) == "string_view":
        return "text", column.cast(pa.large_string())
    if str(kind) == "binary_view" or types.is_fixed_size_binary(kind):
        return "bytes", column.cast(pa.large_binary())
    return _written(column)


def _written(column: Any) -> tuple[str, Any]:  # noqa: ANN401 - as above
    """Write the values of a column that is neither text nor bytes."""
    import pyarrow as pa
    from pyarrow import types

    kind = column.type
    if types.is_integer(kind):
        return "number", column.cast(pa.string())
    if types.is_timestamp(kind) or types.is_date(kind):
        moments = column.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False)
        return "date", moments.cast(pa.int64()).cast(pa.string())
    number = types.is_floating(kind) or types.is_decimal(kind)
    write = str if number else functools.partial(json.dumps, default=str)
    written = [None if one is None else write(one) for one in column.to_pylist()]
    return "number" if number else "json", pa.array(written, pa.string())


def _batch_rows(metadata: Any) -> int:  # noqa: ANN401 - as above
    """Give so many rows that a batch of average ones stays small."""
    rows = max(metadata.num_rows, 1)
    size = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    return int(min(max(BATCH_BYTES * rows // max(size, 1), 1), MOST_ROWS))


def serve(line: socket.socket) -> None:
    """Answer one question after another."""
    with line.makefile("wb") as sink:
        while True:
            head, files, _, _ = socket.recv_fds(line, 8, 1)
            if len(head) < 8 or not files:
                return
            wanted = line.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
            with os.fdopen(files[0], "rb") as file:
                try:
                    answer(file, json.loads(wanted), sink)
                except Exception as error:
                    send(sink, json.dumps({"fault": " ".join(str(error).split())[:300]}).encode())
            send(sink)


if __name__ == "__main__":
    sys.modules["numpy"] = None  # type: ignore[assignment] # Arrow can do without, and starts faster
    with contextlib.suppress(KeyboardInterrupt, ConnectionError):
        serve(socket.socket(fileno=os.dup(0)))
