"""A JSON array: kept elements are copied to the byte, and of what lies between them the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from ..readers.jsonarray import pieces
from .writer import Sort, Writer

if TYPE_CHECKING:
    from .writer import Copy, Cut


def copying(cut: Cut) -> Copy:
    r"""Give the way to copy an array; an element that is left out takes what parts it from the one
    before.

    >>> import io
    >>> out = io.BytesIO()
    >>> keeps = lambda number, piece: piece if number > 1 else None
    >>> copying(pieces)(io.BytesIO(b"[1, 2,\n 3]"), out, keeps)
    >>> out.getvalue()
    b'[2,\n 3]'
    """

    def copy(source: BinaryIO, out: BinaryIO, sort: Sort) -> None:
        first: bytes | None = None
        gap = b""
        begun = False
        for number, piece in cut(source):
            if not number:
                gap = piece
                first = piece if first is None else first
                continue
            kept = sort(number, piece)
            if kept is not None:
                out.write(gap if begun else first or b"")
                out.write(kept)
                begun = True
        if first is not None and not begun and first is not gap:
            out.write(first)
        out.write(gap)

    return copy


def record(piece: bytes) -> bytes:
    """Give an element on one line: no string of JSON holds an end of line as it is."""
    return piece.replace(b"\r", b" ").replace(b"\n", b" ")


WRITER = Writer(pieces, copying(pieces), record, annotate=None, joins=False, endings=(".json",))
