"""What every writer shares: how a file is taken apart, and what is asked of each part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BLOCK_BYTES = 1 << 20
RECORD_BYTES = 64 << 20
"""A record of up to this length comes in one piece."""


class Cut(Protocol):
    """Takes a file apart."""

    def __call__(self, source: BinaryIO) -> Iterator[tuple[int, bytes]]:
        """Give ``(number, piece)`` in order; the pieces joined are the file to the byte.

        ``number`` is the record's, as the reader of the format counts (the ``LINE`` of its
        address), or 0 for what belongs to no record: a byte order mark, a header, a blank line. A
        record that is too long for the memory comes in several pieces with one number.
        """


class Sort(Protocol):
    """Decides on one piece of a file."""

    def __call__(self, number: int, piece: bytes) -> bytes | None:
        """Give the bytes to write, which are the piece itself unless it is annotated; None where
        the record is left out.
        """


class Copy(Protocol):
    """Writes a file again without the records that are left out."""

    def __call__(self, source: BinaryIO, out: BinaryIO, sort: Sort) -> None:
        """Ask ``sort`` about each piece in order, and write what it gives."""


class Record(Protocol):
    """Shows a record that is left out as a value of JSON."""

    def __call__(self, piece: bytes) -> bytes:
        """Give the value, on one line; the record in it is untouched."""


class Annotate(Protocol):
    """Adds fields to a record."""

    def __call__(self, number: int, piece: bytes, marks: Mapping[str, object]) -> bytes:
        """Give the piece with ``marks`` as further fields, and not another byte changed.

        A piece with the number 0 is a header, if the format has one, and gets the names. Raises
        ``ValueError`` with the reason where the record has such a field, or can have none.
        """


@dataclass(frozen=True, slots=True)
class Writer:
    """One format that a cleaned corpus can be written in: the one it was read in."""

    cut: Cut
    copy: Copy
    record: Record | None
    """None where an article is no record but a whole file, which stays where it is."""
    annotate: Annotate | None
    """None where an article has no fields."""
    joins: bool
    """Whether files one after the other make one file of the format."""
    endings: tuple[str, ...] = ()
    """Of names, in lower case, by which an output is meant to be one file of the format."""

    @property
    def numbered(self) -> bool:
        """Whether an address names a record of the file, or the file itself."""
        return self.record is not None


def bytewise(cut: Cut) -> Copy:
    """Give the way to copy a format whose files are their pieces joined."""

    def copy(source: BinaryIO, out: BinaryIO, sort: Sort) -> None:
        write = out.write
        for number, piece in cut(source):
            kept = sort(number, piece)
            if kept is not None:
                write(kept)

    return copy
