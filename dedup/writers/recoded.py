"""Records in UTF-16 or UTF-32, or with the line ends of old: cut as UTF-8, kept as they are."""

from __future__ import annotations

import codecs
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, cast

from ..readers.opening import Tape
from ..readers.transcoding import RETURNS, WIDE, narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .writer import Copy, Cut, Writer


def recoded(writers: Mapping[str, Writer], copying: Callable[[Cut], Copy]) -> dict[str, Writer]:
    """Give the same writers for files in other clothes, by the kinds that these files have.

    ``copying`` makes of the way to cut such a file the way to copy it.
    """
    made = {}
    for kind, writer in writers.items():
        for name in WIDE:
            made[f"{kind} in {name}"] = _wide(writer, name, copying)
        made[f"{kind} in {RETURNS}"] = _returning(writer, copying)
    return made


def _wide(writer: Writer, name: str, copying: Callable[[Cut], Copy]) -> Writer:
    """Make the writer for a wide encoding. What it can say it says in one way only, so that what is
    decoded and encoded again is the same bytes.
    """

    def cut(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
        decoder = codecs.getincrementaldecoder("utf-8")()  # a long piece may end in a character
        for number, piece in writer.cut(narrowed(source, name)):
            yield number, decoder.decode(piece).encode(name)

    def record(piece: bytes) -> bytes:
        plain = piece.decode(name).encode()
        return writer.record(plain) if writer.record else plain

    def annotate(number: int, piece: bytes, marks: Mapping[str, object]) -> bytes:
        plain = piece.decode(name).encode()
        told = writer.annotate(number, plain, marks) if writer.annotate else plain
        return told.decode().encode(name)

    return replace(
        writer,
        cut=cut,
        copy=copying(cut),
        record=record,
        annotate=writer.annotate and annotate,
        joins=False,
    )


def _returning(writer: Writer, copying: Callable[[Cut], Copy]) -> Writer:
    """Make the writer for lines that end in a carriage return, of which each byte stays one."""

    def cut(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
        tape = Tape(source)
        for number, piece in writer.cut(narrowed(cast("BinaryIO", tape), RETURNS)):
            yield number, tape.cut(tape.start + len(piece))

    return replace(writer, cut=cut, copy=copying(cut), annotate=None, joins=False)
