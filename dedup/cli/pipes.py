"""Streams that hold a corpus: stdin that is read twice, and stdout that gets what a file holds."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
from typing import TYPE_CHECKING

from ..errors import InputError
from ..writing import OutputError, spool
from .streams import discard_stdout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_BLOCK_BYTES = 1 << 20


@contextlib.contextmanager
def stdin_as_file() -> Iterator[None]:
    """Let stdin be read more than once: what it gives is kept in a file that vanishes again."""
    try:
        at_start = stat.S_ISREG(os.fstat(0).st_mode) and os.lseek(0, 0, os.SEEK_CUR) == 0
    except OSError as error:
        raise InputError("stdin is closed") from error
    with spool() as copy:
        if at_start:
            yield
            return
        with open(0, "rb", buffering=0, closefd=False) as stdin:
            shutil.copyfileobj(stdin, copy, _BLOCK_BYTES)
        copy.flush()
        before = os.dup(0)
        os.dup2(copy.fileno(), 0)
        try:
            os.lseek(0, 0, os.SEEK_SET)
            yield
        finally:
            os.dup2(before, 0)
            os.close(before)


def pour(content: BinaryIO) -> None:
    """Send what a file holds to stdout; whoever has seen enough may go away."""
    if sys.stdout is None:
        raise OutputError("stdout is closed")
    content.seek(0)
    try:
        shutil.copyfileobj(content, sys.stdout.buffer, _BLOCK_BYTES)
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        discard_stdout()
        raise OutputError(f"stdout: {(error.strerror or str(error)).lower()}") from error
