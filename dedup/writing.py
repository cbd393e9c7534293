"""Files are written whole or not at all: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import sys
import tempfile
from io import BufferedRandom, FileIO
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from .errors import DedupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from typing_extensions import Self

_BLOCK_BYTES = 1 << 20
_HERE = -100
"""To the system: a path is meant as seen from the present folder."""
_EXCHANGE = 2
_SYSTEM: str = sys.platform


class OutputError(DedupError):
    """An output that cannot be written; what stood there before is untouched."""

    code = "E400"


def check(path: str) -> None:
    """Raise OutputError for a place that can never be written, before any work is done."""
    folder = os.path.dirname(os.path.realpath(path))
    if os.path.isdir(path):
        raise OutputError("is a folder", place=path, hint="name a file in it")
    if not os.path.isdir(folder):
        raise OutputError("its folder does not exist", place=path)
    if not os.access(folder if _is_plain(path) else path, os.W_OK):
        raise OutputError("may not be written", place=path)


def check_folder(path: str, welcome: frozenset[str], *, force: bool) -> None:
    """Raise OutputError for a folder that cannot be written, before any work is done.

    It must not exist, or be empty; with ``force`` it may hold files whose names below it are
    ``welcome``, since what it held before is replaced as a whole.
    """
    target = os.path.realpath(path)
    above = os.path.dirname(target)
    if not os.path.isdir(above):
        raise OutputError("its folder does not exist", place=path)
    if not os.access(above, os.W_OK):
        raise OutputError("may not be written", place=path)
    if not os.path.exists(target):
        return
    if not os.path.isdir(target):
        raise OutputError("is not a folder", place=path, hint="the input is more than one file")
    held = sorted(os.listdir(target))
    if held and not force:
        raise OutputError("holds something already", place=path, hint="-f replaces it")
    foreign = sorted(set(_below(target)) - welcome)
    if foreign:
        why = f"holds what does not come from this input, such as {foreign[0]}"
        raise OutputError(why, place=path, hint="it would be lost; name another folder")


def write(path: str, content: bytes | Iterable[bytes | memoryview]) -> None:
    """Put ``content`` at ``path`` so that a reader sees the old bytes or all the new ones.

    A link is followed, and a file that exists keeps its mode; a pipe or device is simply
    written to. Raises OutputError, and leaves no temporary file behind.
    """
    with Drafts() as drafts:
        stream = drafts.open(path)
        for piece in [content] if isinstance(content, bytes) else content:
            stream.write(piece)
        drafts.publish()


class _Draft(NamedTuple):
    """An output that is not published yet."""

    path: str
    """As it was named."""
    target: str
    """Where it will stand, links followed."""
    temporary: str
    """Where it is written; empty if it is copied to a pipe or device in the end."""
    stream: BinaryIO | None
    """None for a folder."""
    lock: int
    """Held while somebody works on it, so that what the dead left behind can be told."""


class Drafts:
    """Outputs that are published together: each is written beside its place, and all of them are
    on the disk before the first is renamed. Those that were opened first are published first.

    Leaving the ``with`` block without ``publish`` leaves everything as it was. What a killed run
    left behind for the same place is removed.
    """

    def __init__(self) -> None:
        """Begin with no output."""
        self._drafts: list[_Draft] = []

    def __enter__(self) -> Self:
        """Give the drafts."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was not published."""
        while self._drafts:
            draft = self._drafts.pop()
            _close(draft)
            with contextlib.suppress(OSError):
                if draft.stream is None:
                    shutil.rmtree(draft.temporary, ignore_errors=True)
                elif draft.temporary:
                    os.unlink(draft.temporary)

    def open(self, path: str) -> BinaryIO:
        """A stream to write to and read from; what it holds will stand at ``path``.

        Raises OutputError here and on each write, naming the path.
        """
        with _named(path):
            target = os.path.realpath(path)
            if not _is_plain(path):
                self._drafts.append(_Draft(path, target, "", spool(), -1))
            else:
                temporary, lock = _begin(target, folder=False)
                raw = _Raw(temporary, "r+b", path)
                self._drafts.append(_Draft(path, target, temporary, BufferedRandom(raw), lock))
        return cast("BinaryIO", self._drafts[-1].stream)

    def folder(self, path: str) -> Folder:
        """An empty folder to write into; what it holds will stand at ``path``."""
        with _named(path):
            target = os.path.realpath(path)
            temporary, lock = _begin(target, folder=True)
            self._drafts.append(_Draft(path, target, temporary, None, lock))
        return Folder(path, temporary)

    def publish(self) -> None:
        """Put everything in its place; raises OutputError."""
        for draft in self._drafts:
            with _named(draft.path):
                _settle(draft)
        while self._drafts:
            with _named(self._drafts[0].path):
                _put(self._drafts[0])
            _close(self._drafts.pop(0))


class Folder(NamedTuple):
    """A folder that is not published yet."""

    path: str
    """As it was named."""
    temporary: str

    def open(self, name: str) -> BinaryIO:
        """A new file in it to write to and read from, with the folders on the way to it.

        Raises OutputError here and on each write, naming the place where it will stand.
        """
        shown = os.path.join(self.path, name)
        with _named(shown):
            place = os.path.join(self.temporary, name)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            return cast("BinaryIO", BufferedRandom(_Raw(place, "x+b", shown)))


class _Raw(FileIO):
    """A file whose failing writes name the output that they were for."""

    def __init__(self, place: str, mode: str, shown: str) -> None:
        super().__init__(place, mode)
        self._shown = shown

    def write(self, data: object) -> int:
        """Write, or say what could not be written."""
        with _named(self._shown):
            return super().write(data)  # type: ignore[arg-type]


def spool(folder: str | None = None) -> BinaryIO:
    """A nameless file to write to and read from, that vanishes when it is closed."""
    return cast("BinaryIO", tempfile.TemporaryFile(dir=folder))


@contextlib.contextmanager
def _named(path: str) -> Iterator[None]:
    """Turn what the system refuses into an OutputError that names the path."""
    try:
        yield
    except OSError as error:
        raise OutputError((error.strerror or str(error)).lower(), place=path) from error


def _is_plain(path: str) -> bool:
    """Whether a path is, or will be, a regular file."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return True


def _begin(target: str, *, folder: bool) -> tuple[str, int]:
    """A temporary file or folder beside the target, since only there a rename is atomic, and a lock
    on it.
    """
    above, name = os.path.split(target)
    mark = f".dedup-{hashlib.sha256(os.fsencode(name)).hexdigest()[:12]}-"
    _sweep(above, mark)
    while True:
        temporary = os.path.join(above, f"{mark}{secrets.token_hex(8)}.tmp")
        if folder:
            os.mkdir(temporary)
            lock = os.open(temporary, os.O_RDONLY)
        else:
            lock = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        _lock(lock)
        if os.path.exists(temporary):  # or else another run took it for a dead one's
            return temporary, lock
        os.close(lock)


def _sweep(above: str, mark: str) -> None:
    """Remove what runs that were killed left behind: nobody holds a lock on it."""
    for name in os.listdir(above):
        if not (name.startswith(mark) and name.endswith(".tmp")):
            continue
        left = os.path.join(above, name)
        with contextlib.suppress(OSError):
            lock = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left) if os.path.isdir(left) else os.unlink(left)
            finally:
                os.close(lock)


def _lock(handle: int) -> None:
    """Show that somebody works on it; some file systems know no locks."""
    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)


def _settle(draft: _Draft) -> None:
    """See that all of a draft is on the disk."""
    if draft.stream is None:
        _sync_below(draft.temporary)
        return
    draft.stream.flush()
    if draft.temporary:
        if os.path.exists(draft.target):
            os.chmod(draft.temporary, stat.S_IMODE(os.stat(draft.target).st_mode))
        os.fsync(draft.stream.fileno())


def _put(draft: _Draft) -> None:
    """Put one draft in its place, and make that last."""
    if draft.stream is not None and not draft.temporary:
        draft.stream.seek(0)
        with open(draft.path, "wb") as device:
            shutil.copyfileobj(draft.stream, device, _BLOCK_BYTES)
        return
    if draft.stream is None and os.path.isdir(draft.target) and os.listdir(draft.target):
        _exchange(draft.temporary, draft.target)
    else:
        os.replace(draft.temporary, draft.target)
    _sync_folder(os.path.dirname(draft.target))
    if draft.stream is None:
        shutil.rmtree(draft.temporary, ignore_errors=True)  # what stood there before


def _exchange(new: str, old: str) -> None:
    """Let two folders trade places in one step; in two where the system cannot."""
    if _SYSTEM == "linux":
        import ctypes

        rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        names = (_HERE, os.fsencode(new), _HERE, os.fsencode(old), _EXCHANGE)
        if rename is not None and rename(*names) == 0:
            return
    aside = f"{new}.old"
    os.rename(old, aside)
    os.rename(new, old)
    os.rename(aside, new)


def _close(draft: _Draft) -> None:
    """Let go of a draft; what its stream still holds is of no interest any more."""
    with contextlib.suppress(OSError, OutputError):
        if draft.stream is not None:
            draft.stream.close()
    with contextlib.suppress(OSError):
        if draft.lock >= 0:
            os.close(draft.lock)


def _below(folder: str) -> Iterator[str]:
    """Everything below a folder that is not a folder itself, as paths from there."""
    for above, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(above, name))]
        for name in (*names, *links):
            yield os.path.relpath(os.path.join(above, name), folder)


def _sync_below(folder: str) -> None:
    """Make everything below a folder last; one call for all where the system waits for it."""
    if _SYSTEM == "linux":
        os.sync()
        return
    for above, _, names in os.walk(folder):
        for name in names:
            handle = os.open(os.path.join(above, name), os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        _sync_folder(above)


def _sync_folder(folder: str) -> None:
    """Make a rename last; some systems cannot open a folder, and need not."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
