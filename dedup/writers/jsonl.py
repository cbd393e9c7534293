"""JSON Lines: kept lines are copied to the byte, whatever they end with."""

from __future__ import annotations

import codecs
import json
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from .writer import RECORD_BYTES, Writer, bytewise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def cut(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    r"""Give each line with its number from 1; the mark at the start and blank lines with 0.

    >>> import io
    >>> list(cut(io.BytesIO(b'{"text": "Storm."}\r\n\n{"text": "Rain."}')))
    [(1, b'{"text": "Storm."}\r\n'), (0, b'\n'), (3, b'{"text": "Rain."}')]
    """
    number = 0
    whole = True
    shown = 0
    for raw in iter(partial(source.readline, RECORD_BYTES + 1), b""):
        piece = raw
        if whole:
            number += 1
            if number == 1 and raw.startswith(codecs.BOM_UTF8):
                yield 0, codecs.BOM_UTF8
                piece = raw[len(codecs.BOM_UTF8) :]
            shown = 0 if piece.isspace() else number
        if piece:
            yield shown, piece
        whole = raw.endswith(b"\n")


def record(piece: bytes) -> bytes:
    """Give the object of a line."""
    return piece.strip()


def annotate(number: int, piece: bytes, marks: Mapping[str, object]) -> bytes:
    r"""Put fields behind the last one of a line's object.

    >>> annotate(1, b'{"text": "Storm."}\r\n', {"dedup_story": None})
    b'{"text": "Storm.", "dedup_story": null}\r\n'
    """
    if number == 0:
        return piece
    body = piece.rstrip()
    if b"dedup_" in body or b"\\u" in body:  # only then can it have a field of that name
        met = sorted(json.loads(body).keys() & marks.keys())
        if met:
            raise ValueError(f"has a field {met[0]} already")
    added = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in marks.items())
    return b"".join((body[:-1], b", ", added.encode(), b"}", piece[len(body) :]))


WRITER = Writer(cut, bytewise(cut), record, annotate, joins=True, endings=(".jsonl", ".ndjson"))
