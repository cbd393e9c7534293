"""Files are written whole or not at all: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat

from .errors import DedupError


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


def write(path: str, content: bytes) -> None:
    """Put ``content`` at ``path`` so that a reader sees the old bytes or all the new ones.

    A link is followed, and a file that exists keeps its mode; a pipe or device is simply
    written to. Raises OutputError, and leaves no temporary file behind.
    """
    try:
        if _is_plain(path):
            _replace(os.path.realpath(path), content)
        else:
            with open(path, "wb") as stream:
                stream.write(content)
    except OSError as error:
        raise OutputError((error.strerror or str(error)).lower(), place=path) from error


def _is_plain(path: str) -> bool:
    """Whether a path is, or will be, a regular file."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return True


def _replace(target: str, content: bytes) -> None:
    """Write beside the target, since only there a rename is atomic, and rename."""
    folder = os.path.dirname(target)
    temporary = os.path.join(folder, f".dedup-{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as stream:
            stream.write(content)
            stream.flush()
            if os.path.exists(target):
                os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode))
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """Make the rename itself last; some systems cannot open a folder, and need not."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
