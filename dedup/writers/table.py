"""CSV and TSV: kept records are copied to the byte, with the lines that they stand on."""

from __future__ import annotations

import json
from functools import partial

from ..readers.table import DELIMITERS, QUOTES, pieces
from .writer import Writer, bytewise

_ENDINGS = (".csv", ".tsv", ".tab")


def record(piece: bytes) -> bytes:
    r"""Give the lines of a record as a string.

    >>> record(b'7,"Storm\n"\r\n')
    b'"7,\\"Storm\\n\\""'
    """
    return json.dumps(piece.decode("utf-8", "surrogateescape").rstrip("\r\n")).encode()


def _writer(delimiter: str, quote: str) -> Writer:
    """Make the writer for one way of writing tables; each file has a header, so none are joined."""
    cut = partial(pieces, delimiter=delimiter, quote=quote)
    return Writer(cut, bytewise(cut), record, annotate=None, joins=False, endings=_ENDINGS)


WRITERS = {f"table{d}{q}": _writer(d, q) for d in DELIMITERS for q in QUOTES}
"""By the kind of the file, which ends in delimiter and quote."""
