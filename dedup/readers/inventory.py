"""What a file is, told before it is read: for whoever will write it again."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, cast

from ..data.article import InputFile, Skipped
from . import archive, sniff, table, walk
from .expansion import Expanded, in_members
from .opening import BLOCK_BYTES, STDIN, Steady
from .source import RefusedError
from .transcoding import RETURNS, transcoded, transcodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import ReadSettings


def describe(path: str, how: ReadSettings, below: str = "") -> InputFile:
    """Tell the format of a file, how it is compressed, and of an archive its members, those that
    ``read`` would read.

    Raises OSError and CorruptError where this cannot be told, and RefusedError for an archive in
    which two members have one name, so that an address would mean both.
    """
    with _opened(path) as stream:
        kind, packed = _made(stream, path, how)
    made = InputFile(path, kind, below, packed)
    return replace(made, members=_members(made, how)) if kind in {"zip", "tar"} else made


def suits(name: str, file: InputFile) -> bool:
    """Tell whether a name fits what is written as a file is: its format and its compression.

    >>> made = InputFile("a.jsonl.gz", "jsonl", "", "gzip")
    >>> [suits(name, made) for name in ("b.json.gz", "feed", "b.jsonl", "b.csv.gz")]
    [True, True, False, False]
    """
    said = sniff.NAMES.get(sniff.end(name))
    packed = sniff.COMPRESSIONS.get(os.path.splitext(name)[1].lower(), "")
    if said is None:
        return packed in {"", file.packed}
    kind = "jsonl" if file.kind == "jsonarray" else file.kind
    return said == kind and (packed == file.packed or said == "tar")


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    """Open a file, and leave stdin, which has one place for all, at its beginning."""
    with Steady(path) as steady, io.BufferedReader(steady, BLOCK_BYTES) as stream:
        try:
            yield cast("BinaryIO", stream)
        finally:
            if path == STDIN:
                stream.seek(0)


def _members(file: InputFile, how: ReadSettings) -> tuple[InputFile, ...]:
    """Describe each member of an archive that is read."""
    found: dict[str, InputFile] = {}
    with _opened(file.path) as stream:
        plain = stream
        if file.packed:
            expanded = Expanded(stream, file.packed, how.limits)
            plain = cast("BinaryIO", io.BufferedReader(expanded, BLOCK_BYTES))
        for member in archive.members(plain, file.kind, how.limits):
            path = f"{file.path}!{member.name}"
            if member.odd or member.fault or not walk.taken(member.name, how):
                continue
            if path in found:
                raise RefusedError(Skipped(path, "E303", "two members have this name"))
            with member.open() as inner:
                kind, packed = _made(inner, path, how)
            found[path] = InputFile(path, kind, packed=packed)
    return tuple(found.values())


def _made(stream: BinaryIO, path: str, how: ReadSettings) -> tuple[str, str]:
    """Tell the format of a stream, and how it is compressed."""
    first = head = sniff.head(stream)
    packed = ""
    kind = sniff.kind(head, path, how)
    if kind in sniff.COMPRESSIONS.values():
        packed = kind
        expanded = io.BufferedReader(Expanded(stream, packed, how.limits), BLOCK_BYTES)
        head = sniff.head(cast("BinaryIO", expanded))
        kind = sniff.kind(head, path, how)
    if kind == "warc" and packed == "gzip":
        if stream.seekable():
            stream.seek(0)
        return kind, "" if in_members(
            stream if stream.seekable() else io.BytesIO(first)
        ) else packed
    if kind == "zip" and packed:
        return f"{kind} in {packed}", packed
    return (_table(head, how) if kind == "table" else _lines(kind, head, how)), packed


def _lines(kind: str, head: bytes, how: ReadSettings) -> str:
    """Say of records what they are written in, unless it is UTF-8."""
    odd = transcodes(head, how) if kind in {"jsonl", "jsonarray"} else ""
    return f"{kind} in {odd}" if odd else kind


def _table(head: bytes, how: ReadSettings) -> str:
    """Say of a table what parts and what quotes its fields, and what it is written in."""
    odd = transcodes(head, how)
    if odd:
        plain = transcoded(cast("BinaryIO", io.BufferedReader(io.BytesIO(head))), head, odd)
        head = sniff.head(plain)
        how = how if odd == RETURNS else replace(how, encoding="")
    kind = "".join(("table", *table.written(head, how)))
    return f"{kind} in {odd}" if odd else kind
