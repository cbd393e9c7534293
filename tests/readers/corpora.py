"""One corpus in every format that is read."""

import bz2
import csv
import gzip
import io
import json
import lzma
import random
import sys
import tarfile
import zipfile
from pathlib import Path

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SAMPLES = Path(__file__).parent.parent.parent / "samples"
PACK = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd.compress}
_WORDS = (
    *("harbour", "storm", "minister", "crane", "ferry", "council", "budget", "bridge", "museum"),
    *("river", "strike", "doctor", "fire", "orchard", "railway", "court", "verdict", "pilot"),
)


def articles(count):
    """Texts of the samples and invented ones, one in three a light edit of the one before."""
    texts = [path.read_text("utf-8") for path in sorted(SAMPLES.glob("*.txt"))]
    wire = (SAMPLES / "wire.jsonl").read_text("utf-8").split("\n")
    texts += [json.loads(line)["text"] for line in wire if line]
    chance = random.Random(7)
    while len(texts) < count:
        if len(texts) % 3 == 0:
            texts.append("Updated. " + texts[-1] + '\nRead more, "here".')
            continue
        words = [f"{chance.choice(_WORDS)}{chance.randrange(300)}" for _ in range(120)]
        texts.append(" ".join(words).capitalize() + ".")
    texts = [
        " ".join(text.split("\r")).strip() or f"Empty no more {n}" for n, text in enumerate(texts)
    ]
    return [{"id": f"n{n:04}", "text": text} for n, text in enumerate(texts[:count])]


def every_format(rows, folder):
    """Write the corpus in every format, and give the names of what was written."""
    made = {"news.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode()}
    made["news.json"] = json.dumps(rows, indent=1).encode()
    for end, delimiter in (("csv", ","), ("tsv", "\t")):
        table = io.StringIO()
        writer = csv.DictWriter(table, ["id", "text"], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
        made[f"news.{end}"] = table.getvalue().encode()
    made |= {f"packed.jsonl.{end}": pack(made["news.jsonl"]) for end, pack in PACK.items()}
    made["wide.csv"] = b"\xff\xfe" + made["news.csv"].decode().encode("utf-16-le")
    texts = {f"{row['id']}.txt": row["text"].encode() for row in rows}
    made["news.zip"], made["news.tar.gz"] = _zip(texts), _tar(texts)
    made["lines.zip"] = _zip({"in/news.jsonl": made["news.jsonl"]})
    made["news.warc.gz"] = _warc(rows)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    (folder / "texts").mkdir()
    for name, content in texts.items():
        (folder / "texts" / name).write_bytes(content)
    _parquet(rows, folder / "news.parquet")
    return ["texts", *made, "news.parquet"]


def _zip(members):
    """A zip."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return whole.getvalue()


def _tar(members):
    """A tar in gzip."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as made:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return whole.getvalue()


def _warc(rows):
    """A WARC of plain texts, as crawlers write it: each record compressed by itself."""
    records = []
    for row in rows:
        http = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + row["text"].encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x:{row['id']}>\r\n"
            f"WARC-Target-URI: http://example.org/{row['id']}\r\n"
            "WARC-Date: 2021-11-25T09:30:00Z\r\nContent-Type: application/http; msgtype=response"
            f"\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        records.append(gzip.compress(head.encode() + http + b"\r\n\r\n"))
    return b"".join(records)


def _parquet(rows, path):
    """A Parquet file with checksums."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), path, write_page_checksum=True, row_group_size=20)
