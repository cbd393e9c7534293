"""What a file is, by its content; its name decides only between kinds that content leaves open."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, BinaryIO

from . import encoding, table

if TYPE_CHECKING:
    from .source import ReadSettings

HEAD_BYTES = 1 << 16
"""So much of a file is looked at."""

COMPRESSIONS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
NAMES = {
    ".txt": "text",
    ".md": "text",
    ".markdown": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "table",
    ".tsv": "table",
    ".tab": "table",
    ".parquet": "parquet",
    ".warc": "warc",
    ".wet": "warc",
    ".zip": "zip",
    ".tar": "tar",
    ".tgz": "tar",
    ".tbz2": "tar",
    ".txz": "tar",
    ".tzst": "tar",
}
"""What a walk takes, also with the end of a compression behind it, and what it is said to be."""

_MAGIC = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
    (b"WARC/", "warc"),
)
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")
_ZSTD_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_TAGS = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title|article|div|script)\b", re.I)
_OPENED = ((b"<!--", b"-->"), (b"<?xml", b">"))
"""What may stand before the first tag of a page, and how it ends."""
_CONTINUES = (b",", b"{", b"[", b":")
_MOST_OPENED = 16


def head(stream: BinaryIO) -> bytes:
    """Look at the beginning of a buffered stream, without taking it."""
    peeked: bytes = stream.peek(HEAD_BYTES)[:HEAD_BYTES]  # type: ignore[attr-defined]
    return peeked


def known(name: str) -> bool:
    """Tell whether the name of a file says that a walk should take it.

    >>> known("a/news.JSONL.zst"), known("photo.jpg")
    (True, False)
    """
    return end(name) in NAMES


def end(name: str) -> str:
    """Take the end of a name in lower case, without that of a compression.

    >>> end("a/B.TXT"), end("news.jsonl.gz"), end("feed")
    ('.txt', '.jsonl', '')
    """
    stem, last = os.path.splitext(name.lower())
    return os.path.splitext(stem)[1] if last in COMPRESSIONS else last


def kind(head: bytes, name: str, how: ReadSettings) -> str:
    r"""Name the reader, compression or archive for a file that begins with ``head``.

    >>> from .source import ReadSettings
    >>> how = ReadSettings()
    >>> kind(b'{"text": "x"}\n', "a.txt", how), kind(b"id,text\n7,x\n", "-", how)
    ('jsonl', 'table')
    >>> kind(b"id,text\n7,x\n", "a.txt", how), kind(b"Storm\n", "a.csv", how)
    ('text', 'table')
    """
    made = binary(head)
    if made:
        return made
    said = NAMES.get(end(name), "")
    if said == "tar" and head and not head.strip(b"\0"):  # as one without members is
        return said
    if wide := encoding.wide(head):
        head = head[: len(head) & ~3].decode(wide, "ignore").removeprefix("\ufeff").encode()
    return _documents(head, said) or _lines(head, said, how)


def binary(head: bytes) -> str:
    """Name what has a mark of its own in its first bytes; empty for all else."""
    for mark, made in _MAGIC:
        if head.startswith(mark):
            return made
    if _BZIP2.match(head):
        return "bzip2"
    if _ZSTD_SKIPPABLE.match(head):
        return "zstd"
    return "tar" if head[257:262] == b"ustar" else ""


def _documents(head: bytes, said: str) -> str:
    """Name JSON and HTML by how they begin."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _is_array(text) or _is_pretty(text):
        return "jsonarray"
    if said == "html" or _is_page(text):
        return "html"
    if text.startswith(b"{") and (said in {"", "jsonl"} or _is_record(text)):
        return "jsonl"
    return ""


def _is_array(text: bytes) -> bool:
    """Whether an array begins whose elements are objects, or that has none."""
    inner = text[1:].lstrip()
    return text.startswith(b"[") and (inner.startswith(b"{") or inner.rstrip() == b"]")


def _is_pretty(text: bytes) -> bool:
    """Whether an object begins that goes on in the next line."""
    first, _, rest = text.partition(b"\n")
    if not first.startswith(b"{"):
        return False
    return first.rstrip().endswith(_CONTINUES) and rest.lstrip()[:1] in {b'"', b"}", b"]"}


def _is_page(text: bytes) -> bool:
    """Whether the first tag is one of HTML, whatever stands before it."""
    for _ in range(_MOST_OPENED):
        closed = next((end for start, end in _OPENED if text.startswith(start)), None)
        if closed is None:
            break
        text = text.partition(closed)[2].lstrip()
    return bool(_TAGS.match(text))


def _is_record(head: bytes) -> bool:
    """Whether the first line is a whole JSON object, whatever the name says."""
    line, _, _ = head.partition(b"\n")
    try:
        return isinstance(json.loads(line, parse_int=str), dict)
    except (ValueError, RecursionError):
        return False


def _lines(head: bytes, said: str, how: ReadSettings) -> str:
    """Name what content alone leaves open: by name, and a nameless table by its header."""
    if said in {"text", "jsonl", "table"} or (said == "warc" and not head):
        return said
    first = re.split(rb"[\r\n]", head.lstrip(b"\xef\xbb\xbf\r\n"), maxsplit=1)[0]
    return "table" if table.is_header(first.decode("utf-8", "replace"), how) else "text"
