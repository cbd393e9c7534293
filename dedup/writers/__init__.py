"""Writers: a corpus again as it was read, without what is redundant in it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from io import BufferedReader, BytesIO, FileIO
from typing import TYPE_CHECKING, BinaryIO, Protocol

from ..errors import InputError, SoundnessError
from . import jsonl, text
from .leftout import Rejects, Removed, Tell
from .sorter import ChangedError, Sorter, account
from .writer import BLOCK_BYTES, Writer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..cleaning import Plan
    from ..data import InputFile, Skipped

__all__ = [
    "WRITERS",
    "ChangedError",
    "Mark",
    "Outputs",
    "Rejects",
    "Removed",
    "Tell",
    "Writer",
    "is_record",
    "mark",
    "owner",
    "write",
]

WRITERS: dict[str, Writer] = {"jsonl": jsonl.WRITER, "text": text.WRITER, "html": text.WRITER}
"""Which writer takes a file, by its format."""

STDIN = "-"
_RECORD_CODES = frozenset({"E302", "E305", "E306"})
"""What a single article's file can be rejected for as one record: all of it is there."""


class Opens(Protocol):
    """A folder to write into."""

    def open(self, name: str) -> BinaryIO:
        """Give a new file in it, by its path from there."""


@dataclass(frozen=True, slots=True)
class Mark:
    """By what it is told that a file is still the same."""

    device: int
    inode: int
    size: int
    modified: int
    """Nanoseconds, as are ``changed``; the latter cannot be set back."""
    changed: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the kept articles go: all of them into one file, or each file's into a folder."""

    file: BinaryIO | None
    folder: Opens | None
    removed: Removed | None = None
    rejects: Rejects | None = None


def mark(path: str) -> Mark:
    """Give the mark of a file; stdin must be one, too. Raises InputError where it has none."""
    try:
        with _open(path) as stream:
            digest = hashlib.sha256()
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
            found = os.fstat(stream.fileno())
            if path == STDIN:
                os.lseek(0, 0, os.SEEK_SET)  # for whoever reads it next
    except OSError as error:
        raise InputError((error.strerror or str(error)).lower(), place=path) from error
    return Mark(
        found.st_dev,
        found.st_ino,
        found.st_size,
        found.st_mtime_ns,
        found.st_ctime_ns,
        digest.digest(),
    )


def owner(address: str, files: Mapping[str, InputFile]) -> InputFile | None:
    """Give the file in which a record stands; None for an address that is no record's."""
    file = files.get(address)
    if file is not None:
        return None if WRITERS[file.kind].numbered else file
    path, _, line = address.rpartition(":")
    file = files.get(path) if line.isdecimal() else None
    return file if file is not None and WRITERS[file.kind].numbered else None


def is_record(skipped: Skipped, files: Mapping[str, InputFile]) -> bool:
    """Whether all of what could not be read is one record, so that nothing else is lost with it."""
    file = owner(skipped.address, files)
    return file is not None and (WRITERS[file.kind].numbered or skipped.code in _RECORD_CODES)


def write(
    files: Sequence[tuple[InputFile, str]],
    plan: Plan,
    outputs: Outputs,
    marks: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """Read ``files`` again and write each record where the plan sends it.

    Each file comes with the name it has in a folder. ``marks`` are the fields to add to the record
    at each address; where they are given, nothing is left out. Raises ChangedError for a file
    that does not hold what the plan knows, and SoundnessError unless what stands in the outputs is
    what was kept, to the byte, and everything was met.
    """
    sorter = Sorter(plan, outputs.removed, outputs.rejects, marks)
    for at, (file, name) in enumerate(files):
        writer = WRITERS[file.kind]
        sorter.begin(file, writer, joined=outputs.folder is None and at > 0)
        try:
            with _open(file.path) as source:
                if outputs.folder is not None:
                    _mirror(source, outputs.folder, name, sorter)
                elif outputs.file is not None:
                    writer.copy(source, outputs.file, sorter.sort)
        except OSError as error:
            raise InputError((error.strerror or str(error)).lower(), place=file.path) from error
        sorter.end()
    if outputs.file is not None and files:
        _check(outputs.file, sorter)
    records = {file.path: file for file, _ in files}
    rejected = sum(is_record(one, records) for one in plan.skipped)
    met = sorter.kept, sorter.removed, sorter.rejected
    if met != (plan.kept, plan.removed, rejected):
        raise SoundnessError(
            f"met {met} records to keep, to remove and to reject, and not"
            f" {(plan.kept, plan.removed, rejected)}; nothing was written",
            hint="please report this",
        )


def _mirror(source: BinaryIO, folder: Opens, name: str, sorter: Sorter) -> None:
    """Write one file into a folder; one that is an article itself only if it is kept."""
    if sorter.leaves_out_all():
        sorter.writer.copy(source, BytesIO(), sorter.sort)
        return
    with folder.open(name) as out:
        os.fchmod(out.fileno(), stat.S_IMODE(os.fstat(source.fileno()).st_mode))
        sorter.writer.copy(source, out, sorter.sort)
        sorter.end()
        _check(out, sorter)


def _check(out: BinaryIO, sorter: Sorter) -> None:
    """Read again what was written, and hold it against what was kept."""
    out.flush()
    out.seek(0)
    if account(out, sorter.writer) != sorter.account():
        raise SoundnessError(
            "the output does not hold what was kept; nothing was written",
            hint="please report this",
        )


def _open(path: str) -> BufferedReader:
    """Open an input from its start; stdin must be a file by now."""
    if path != STDIN:
        return BufferedReader(FileIO(path), BLOCK_BYTES)
    os.lseek(0, 0, os.SEEK_SET)
    return BufferedReader(FileIO(0, closefd=False), BLOCK_BYTES)
