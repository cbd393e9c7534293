"""WARC: kept records are copied to the byte, in the gzip members that they came in."""

from __future__ import annotations

import base64

from ..readers.warc import pieces
from .writer import Writer, bytewise


def record(piece: bytes) -> bytes:
    """Give the bytes of a record, or of its gzip member, in base64: they can be anything.

    >>> record(b"WARC/1.0")
    b'"V0FSQy8xLjA="'
    """
    return b'"' + base64.b64encode(piece) + b'"'


WRITER = Writer(
    pieces, bytewise(pieces), record, annotate=None, joins=False, endings=(".warc", ".wet")
)
