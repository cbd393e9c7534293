"""Readers: paths in, articles out; nothing that was asked for is dropped without a word."""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass
from io import BufferedReader, FileIO
from typing import TYPE_CHECKING

from ..data import Article, InputFile, Skipped
from . import jsonl, text
from .source import HARMLESS, ON_ERROR, Reader, ReadSettings, RefusedError, marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "HARMLESS",
    "ON_ERROR",
    "READERS",
    "ReadSettings",
    "RefusedError",
    "files",
    "read",
    "read_one",
]

READERS: dict[str, Reader] = {
    ".txt": text.read,
    ".md": text.read,
    ".jsonl": jsonl.read,
    ".ndjson": jsonl.read,
}
"""Which reader takes a file, by the end of its name; a walk takes these files only."""

KINDS: dict[Reader, str] = {text.read: "text", jsonl.read: "jsonl"}
"""What a reader's format is called."""

STDIN = "-"

_BLOCK_BYTES = 1 << 16
_RECORDS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*\{)")
_ADDRESS = re.compile(r"(?s)(.+):([1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class _Place:
    """One file to read, or one line of it; ``walked`` if a folder led to it."""

    path: str
    line: int | None = None
    walked: bool = False


def read(paths: Iterable[str], how: ReadSettings) -> Iterator[Article | Skipped]:
    """Give every article under ``paths``: files, folders, ``path:LINE``, and ``-`` for stdin.

    The order depends neither on the order of ``paths`` nor on the disk, and a file that is
    reached twice is read once. Raises RefusedError at the first fault if ``how.on_error`` is
    ``stop``; otherwise each fault comes as Skipped, and the others are still read.
    """
    for record in _records(paths, how):
        if how.on_error == "stop" and isinstance(record, Skipped) and record.code not in HARMLESS:
            raise RefusedError(record)
        yield record


def read_one(path: str, how: ReadSettings) -> Article:
    """Give the only article at ``path``; raises RefusedError if there is none, or more than one."""
    first: Article | None = None
    for record in read([path], how):
        if isinstance(record, Skipped):
            raise RefusedError(record)
        if first is not None:
            why = f"holds more than one article; name one, such as {first.address}"
            raise RefusedError(Skipped(path, "E303", why))
        first = record
    if first is None:
        raise RefusedError(Skipped(path, "E303", "holds no article"))
    return first


def files(paths: Iterable[str]) -> Iterator[InputFile]:
    """Give the files that ``read`` would open, in its order; those that cannot be are left out.

    Raises RefusedError for ``path:LINE``, and for what cannot be read a second time.
    """
    for path, place in _distinct(paths):
        if isinstance(place, Skipped):
            continue
        if place.line is not None:
            why = f"one record; name its file, {place.path}"
            raise RefusedError(Skipped(path, "E303", why))
        try:
            if place.path != STDIN and not stat.S_ISREG(os.stat(place.path).st_mode):
                why = "cannot be read twice; pipe it into -"
                raise RefusedError(Skipped(path, "E303", why))
            reader = READERS.get(_suffix(place.path))
            if reader is None:
                with _open(place.path) as stream:
                    reader = _reader(place.path, stream.peek(_BLOCK_BYTES)[:_BLOCK_BYTES])
        except OSError:
            continue
        yield InputFile(place.path, KINDS[reader], path if place.walked else "")


def _records(paths: Iterable[str], how: ReadSettings) -> Iterator[Article | Skipped]:
    """Read each place once."""
    for _, place in _distinct(paths):
        if isinstance(place, Skipped):
            yield place
        else:
            yield from _opened(place, how)


def _distinct(paths: Iterable[str]) -> Iterator[tuple[str, _Place | Skipped]]:
    """Give each argument's places, once each, whatever one is called the second time."""
    done: set[tuple[str, int | None]] = set()
    for path in sorted(set(paths)):
        for place in _places(path):
            if isinstance(place, Skipped):
                yield path, place
                continue
            key = (place.path if place.path == STDIN else os.path.abspath(place.path), place.line)
            if key not in done:
                done.add(key)
                yield path, place


def _places(path: str) -> Iterator[_Place | Skipped]:
    """Resolve an argument; a path that exists as it is written wins over ``path:LINE``."""
    if os.path.isdir(path):
        yield from _walk(path)
        return
    address = _ADDRESS.fullmatch(path)
    if address and not os.path.lexists(path):
        yield _Place(address[1], int(address[2]))
    else:
        yield _Place(path)


def _walk(folder: str) -> Iterator[_Place | Skipped]:
    """Regular files of known kinds below a folder, by name; hidden ones and links are left out."""
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield _refused(_pasteable(current), error)
            continue
        shown = [entry for entry in found if not entry.name.startswith(".")]
        for entry in shown:
            if _suffix(entry.name) in READERS and entry.is_file(follow_symlinks=False):
                yield _Place(_pasteable(entry.path), walked=True)
        waiting += [e.path for e in reversed(shown) if e.is_dir(follow_symlinks=False)]


def _opened(place: _Place, how: ReadSettings) -> Iterator[Article | Skipped]:
    """Open one file, choose its reader, and turn what the system refuses into Skipped."""
    address = place.path if place.line is None else f"{place.path}:{place.line}"
    try:
        with _open(place.path) as stream:
            head = stream.peek(_BLOCK_BYTES)[:_BLOCK_BYTES]
            if place.walked and b"\0" in head and marked(head)[1] == 0:
                yield Skipped(address, "E306", "binary, not text")
                return
            yield from _reader(place.path, head)(stream, place.path, how, place.line)
    except OSError as error:
        yield _refused(address, error)


def _reader(path: str, head: bytes) -> Reader:
    """Choose by the end of the name, and where that says nothing by how the content begins."""
    sniffed = jsonl.read if _RECORDS.match(head) else text.read
    return READERS.get(_suffix(path), sniffed)


def _open(path: str) -> BufferedReader:
    """Open for reading; a device would never end, so it is refused."""
    if path == STDIN:
        return BufferedReader(FileIO(0, closefd=False), _BLOCK_BYTES)
    kind = os.stat(path).st_mode
    if stat.S_ISCHR(kind) or stat.S_ISBLK(kind):
        raise OSError(errno.EINVAL, "a device, not a file")
    return BufferedReader(FileIO(path), _BLOCK_BYTES)


def _refused(address: str, error: OSError) -> Skipped:
    """Keep what the system said, in its own words."""
    why = (error.strerror or str(error)).lower()
    if isinstance(error, FileNotFoundError):
        remote = "://" in address
        why = "not a file; the network is never used" if remote else "no such file or folder"
    return Skipped(address, "E303", why)


def _suffix(path: str) -> str:
    """Take the end of a name, in lower case: ``a/B.TXT`` gives ``.txt``."""
    return os.path.splitext(path)[1].lower()


def _pasteable(path: str) -> str:
    """Drop a leading ``./``, unless the name would then be read as an option."""
    bare = path.removeprefix("./")
    return path if bare.startswith("-") else bare
