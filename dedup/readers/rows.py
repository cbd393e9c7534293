"""The program that reads Parquet; it runs alone, since a damaged file may crash a native reader.

The file is stdin. Frames go to stdout: first the names of all columns as JSON, then batches of the
columns that were asked for, in Arrow's stream format, then an empty frame, or one with the fault.
It imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import sys

BATCH_BYTES = 8 << 20
MOST_ROWS = 1024


def serve(source: int, sink: int, wanted: list[str]) -> None:
    """Read the file and hand over its batches."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with os.fdopen(sink, "wb") as answers:

        def send(content: bytes | memoryview) -> None:
            answers.write(len(content).to_bytes(8, "big"))
            answers.write(content)
            answers.flush()

        try:
            table = pq.ParquetFile(os.fdopen(source, "rb"), page_checksum_verification=True)
            names = table.schema_arrow.names
            send(json.dumps({"columns": names, "rows": table.metadata.num_rows}).encode())
            columns = [one for one in names if one in wanted and names.count(one) == 1]
            for batch in table.iter_batches(_batch_rows(table.metadata), columns=columns):
                buffer = pa.BufferOutputStream()
                with pa.ipc.new_stream(buffer, batch.schema) as stream:
                    stream.write_batch(batch)
                send(memoryview(buffer.getvalue()))
            send(b"")
        except Exception as error:
            send(json.dumps({"fault": " ".join(str(error).split())[:300]}).encode())


def _batch_rows(metadata: object) -> int:
    """Give so many rows that a batch of average ones stays small."""
    rows = max(metadata.num_rows, 1)  # type: ignore[attr-defined]
    groups = range(metadata.num_row_groups)  # type: ignore[attr-defined]
    size = sum(metadata.row_group(at).total_byte_size for at in groups)  # type: ignore[attr-defined]
    return int(min(max(BATCH_BYTES * rows // max(size, 1), 1), MOST_ROWS))


if __name__ == "__main__":
    out = os.dup(1)
    os.dup2(2, 1)
    serve(os.dup(0), out, json.loads(sys.argv[2]))
