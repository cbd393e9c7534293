"""The two streams: stdout carries the result and nothing else, stderr everything said about it.

What they need is imported when something is said, so that ``--version`` waits for none of it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TextIO

    from ..data.article import Skipped
    from ..readers import Notices

STDOUT = "-"

_FOR_PEOPLE = {"text", "markdown"}
_ALIKE_SHOWN = 5
_BLOCK_BYTES = 1 << 18
_HINTS = {
    "E302": "name its encoding with --encoding",
    "E305": "raise the limit with --limit",
    "E308": "raise the limit with --limit",
    "E310": "name it with --text-field",
    "E311": "name another with --text-field",
    "W302": "--encoding names the right one",
    "W309": "--text-field names another",
    "W310": "--include and --no-ignore take them",
    "W311": "--follow follows links",
}


def emit(report: str | Iterable[bytes | memoryview], output: str, *, form: str = "text") -> None:
    """Deliver a result to stdout, or to a file as a whole; raises OutputError if it cannot.

    A reader that has seen enough (``| head``) is no fault; a full or closed stdout is. On a CI
    runner stdout is a log that takes orders, so that the forms for people are quoted there.
    """
    from ..reports.screen import quoted
    from ..writing import OutputError, write

    pieces = [report.encode()] if isinstance(report, str) else report
    if output != STDOUT:
        write(output, _blocks(pieces))
        return
    if form in _FOR_PEOPLE and on_runner():
        pieces = [quoted(b"".join(pieces).decode()).encode()]
    if sys.stdout is None:
        raise OutputError("stdout is closed")
    try:
        for block in _blocks(pieces):
            sys.stdout.buffer.write(block)
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        discard_stdout()
        raise OutputError(f"stdout: {(error.strerror or str(error)).lower()}") from error


def _blocks(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """The pieces, small ones together, and a large one as it is."""
    some: list[bytes | memoryview] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size < _BLOCK_BYTES:
            some.append(piece)
            continue
        yield b"".join(some)
        yield piece
        some, size = [], 0
    yield b"".join(some)


def on_runner() -> bool:
    """Whether this is a step of GitHub's, whose log is searched for workflow commands."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


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
    from ..reports.screen import quoted, shown

    told = shown(line)
    put(f"{quoted(told) if on_runner() else told}\n")


def put(text: str) -> None:
    """Write finished, escaped text to stderr as it is; with nobody listening, stay silent."""
    try:
        click.echo(text, nl=False, err=True)
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


def say_notices(notices: Notices) -> None:
    """Tell what is worth knowing of inputs that were read, with what can be done about it."""
    for line, code in notices.told():
        hint = f" ({_HINTS[code]})" if code in _HINTS else ""
        say(f"{line}{hint}")


def wants_color(choice: str, stream: TextIO | None) -> bool:
    """Decide on colours: the flag, then NO_COLOR, then FORCE_COLOR, then what the stream is."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream is not None and stream.isatty()
