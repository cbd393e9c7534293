"""The two streams: stdout carries the result and nothing else, stderr everything said about it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
from typing import TYPE_CHECKING

import click

from ..errors import InputError
from ..reports import shown
from ..writing import OutputError, spool, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO, TextIO

    from ..data import Skipped

STDOUT = "-"

_ALIKE_SHOWN = 5
_BLOCK_BYTES = 1 << 20
_HINTS = {
    "E302": "save it as UTF-8",
    "E310": "name it with --text-field",
    "E311": "name another with --text-field",
}


def emit(report: str, output: str) -> None:
    """Deliver a result to stdout, or to a file as a whole; raises OutputError if it cannot.

    A reader that has seen enough (``| head``) is no fault; a full or closed stdout is.
    """
    content = report.encode()
    if output != STDOUT:
        write(output, content)
        return
    if sys.stdout is None:
        raise OutputError("stdout is closed")
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        discard_stdout()
        raise OutputError(f"stdout: {(error.strerror or str(error)).lower()}") from error


def deliver(content: BinaryIO) -> None:
    """Send what a file holds to stdout, in the same way."""
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


def discard_stdout() -> None:
    """Send what stdout still holds nowhere, or the interpreter fails on it while it exits."""
    _discard(sys.stdout)


def _discard(stream: TextIO | None) -> None:
    """Send what a stream still holds nowhere."""
    if stream is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def say(line: str) -> None:
    """Tell the person one line; with nobody listening on stderr, stay silent."""
    try:
        click.echo(shown(line), err=True)
        if sys.stderr is not None:
            sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)


def say_skipped(skipped: Sequence[Skipped]) -> None:
    """Tell what was not read and why; of each kind the first few, then how many more."""
    met: dict[str, int] = {}
    for one in skipped:
        met[one.code] = met.get(one.code, 0) + 1
        if met[one.code] <= _ALIKE_SHOWN:
            hint = f" ({_HINTS[one.code]})" if one.code in _HINTS else ""
            say(f"{one.address}: {one.why} [{one.code}]{hint}")
    for code, count in met.items():
        if count > _ALIKE_SHOWN:
            say(f"and {count - _ALIKE_SHOWN:,} more of this kind [{code}]; --json lists them all")


def wants_color(choice: str, stream: TextIO | None) -> bool:
    """Decide on colours: the flag, then NO_COLOR, then FORCE_COLOR, then what the stream is."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream is not None and stream.isatty()
