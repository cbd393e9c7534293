"""Writers: a corpus again as it was read, without what is redundant in it."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import nullcontext
from dataclasses import dataclass
from io import BufferedReader, BytesIO, FileIO
from shutil import copyfileobj
from typing import TYPE_CHECKING, BinaryIO, Protocol

from ..errors import InputError, SoundnessError
from ..readers.source import CorruptError
from . import archive, jsonarray, jsonl, parquet, table, text, warc
from .leftout import Rejects, Removed, Tell
from .packing import packing, unpacked
from .recoded import recoded
from .sorter import ChangedError, Sorter, account
from .writer import BLOCK_BYTES, Writer, bytewise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..cleaning import Plan
    from ..data.article import InputFile, Skipped

__all__ = [
    "ARCHIVES",
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
    "places",
    "write",
]

WRITERS: dict[str, Writer] = {
    "jsonl": jsonl.WRITER,
    "jsonarray": jsonarray.WRITER,
    "text": text.WRITER,
    "html": text.WRITER,
    "parquet": parquet.WRITER,
    "warc": warc.WRITER,
    **table.WRITERS,
}
WRITERS |= recoded({"jsonl": jsonl.WRITER, **table.WRITERS}, bytewise)
WRITERS |= recoded({"jsonarray": jsonarray.WRITER}, jsonarray.copying)
"""Which writer takes a file, by its format."""
ARCHIVES = archive.ENDINGS
"""The formats that are written member by member, and the ends of their names."""

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


def places(files: Iterable[InputFile]) -> dict[str, InputFile]:
    """Give by its path each file that holds articles itself, such as a member of an archive."""
    each = (one for file in files for one in (file, *file.members))
    return {one.path: one for one in each if one.kind not in ARCHIVES}


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
    held: Held = {}
    packed = _packed(files, outputs)
    with packing(outputs.file, packed) if outputs.file else nullcontext() as out:
        for at, (file, name) in enumerate(files):
            if file.kind not in ARCHIVES:
                sorter.begin(file, WRITERS[file.kind], joined=outputs.folder is None and at > 0)
            held = _copy(file, name, out, outputs, sorter)
            sorter.end()
    if outputs.file is not None and files:
        _check(outputs.file, files[-1][0], sorter, held)
    records = places(file for file, _ in files)
    rejected = sum(is_record(one, records) for one in plan.skipped)
    met = sorter.kept, sorter.removed, sorter.rejected
    if met != (plan.kept, plan.removed, rejected):
        raise SoundnessError(
            f"met {met} records to keep, to remove and to reject, and not"
            f" {(plan.kept, plan.removed, rejected)}; nothing was written",
            hint="please report this",
        )


def _packed(files: Sequence[tuple[InputFile, str]], outputs: Outputs) -> str:
    """Tell how a single output is to be compressed, as its inputs are."""
    ways = {file.packed for file, _ in files}
    if outputs.file is not None and len(ways) > 1:
        hint = "name a folder, where each stays as it is"
        raise InputError("the inputs are not compressed in one way", hint=hint)
    return ways.pop() if outputs.file is not None and ways else ""


Held = dict[str, tuple[int, bytes]]
"""Of each member of an archive, how many records it should hold, and the digest of their bytes."""


def _copy(
    file: InputFile, name: str, out: BinaryIO | None, outputs: Outputs, sorter: Sorter
) -> Held:
    """Write one file where it belongs."""
    try:
        with _open(file.path) as source, unpacked(source, file.packed) as plain:
            if outputs.folder is not None:
                mode = stat.S_IMODE(os.fstat(source.fileno()).st_mode)
                _mirror(plain, (file, name, mode), outputs.folder, sorter)
            elif out is not None:
                return _fill(file, plain, out, sorter)
    except CorruptError as error:
        raise InputError(error.why, place=file.path) from error
    except OSError as error:
        raise InputError((error.strerror or str(error)).lower(), place=file.path) from error
    return {}


def _mirror(
    source: BinaryIO, target: tuple[InputFile, str, int], folder: Opens, sorter: Sorter
) -> None:
    """Write one file into a folder; one that is an article itself only if it is kept."""
    file, name, mode = target
    if file.kind not in ARCHIVES and sorter.leaves_out_all():
        sorter.writer.copy(source, BytesIO(), sorter.sort)
        return
    with folder.open(name) as out:
        os.fchmod(out.fileno(), mode)
        with packing(out, file.packed) as packed:
            held = _fill(file, source, packed, sorter)
        sorter.end()
        _check(out, file, sorter, held)


def _fill(file: InputFile, source: BinaryIO, out: BinaryIO, sorter: Sorter) -> Held:
    """Write the records of a file, or of each member of an archive."""
    if file.kind not in ARCHIVES:
        sorter.writer.copy(source, out, sorter.sort)
        return {}
    members = {member.path: member for member in file.members}
    held: Held = {}

    def clean(name: str, inner: BinaryIO, target: BinaryIO) -> bool:
        member = members.get(f"{file.path}!{name}")
        if member is None:  # it holds no article
            copyfileobj(inner, target, BLOCK_BYTES)
            return True
        sorter.begin(member, WRITERS[member.kind], joined=False)
        stays = not sorter.leaves_out_all()
        with unpacked(inner, member.packed) as plain, packing(target, member.packed) as packed:
            sorter.writer.copy(plain, packed, sorter.sort)
        sorter.end()
        if stays:
            held[name] = sorter.account()
        return stays

    archive.rewrite(file.kind, source, out, clean)
    return held


def _check(out: BinaryIO, file: InputFile, sorter: Sorter, held: Held) -> None:
    """Read again what was written, and hold it against what was kept."""
    out.flush()
    out.seek(0)
    with unpacked(out, file.packed) as plain:
        if file.kind in ARCHIVES:
            sound = _accounts(plain, file) == held
        else:
            sound = account(plain, sorter.writer) == sorter.account()
    if not sound:
        raise SoundnessError(
            "the output does not hold what was kept; nothing was written",
            hint="please report this",
        )


def _accounts(stream: BinaryIO, file: InputFile) -> Held:
    """Count and digest the records of each member of an archive that was written."""
    members = {member.path: member for member in file.members}
    found: Held = {}
    for one in archive.members(file.kind, stream):
        member = members.get(f"{file.path}!{one.name}")
        if member is not None:
            with one.open() as inner, unpacked(inner, member.packed) as plain:
                found[one.name] = account(plain, WRITERS[member.kind])
    return found


def _open(path: str) -> BufferedReader:
    """Open an input from its start; stdin must be a file by now."""
    if path != STDIN:
        return BufferedReader(FileIO(path), BLOCK_BYTES)
    os.lseek(0, 0, os.SEEK_SET)
    return BufferedReader(FileIO(0, closefd=False), BLOCK_BYTES)
