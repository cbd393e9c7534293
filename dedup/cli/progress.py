"""Progress on stderr: the stage a long run is in, how fast it goes and how long it has to go."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING

from ..data.protocols import unwatched
from ..reports.screen import cells, excerpt, padded
from .streams import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ..data.protocols import Watch

PROGRESS = ("auto", "never")
"""What ``--progress`` may be."""

PATIENCE_SECONDS = 2.0
"""What ends sooner says nothing at all."""
LINE_SECONDS = 30.0
"""Between two plain lines: often enough that no CI takes the job for dead."""
FRAME_SECONDS = 0.1
"""Between two drawings of a line in place."""


def watching(choice: str, *, quiet: bool) -> AbstractContextManager[Watch]:
    """Give what a command hands to the pipeline; it is silent once the context is left.

    ``choice`` is one of ``PROGRESS``. A line is drawn in place only on a terminal that can do so.
    """
    if choice == "never" or quiet or sys.stderr is None:
        return contextlib.nullcontext(unwatched)
    return Progress(put, animated=sys.stderr.isatty() and os.environ.get("TERM") != "dumb")


class Progress:
    """A ``Watch`` that tells a person, now and then, what it was told.

    ``animated`` draws one line in place, and wipes it at the end; otherwise each line stands for
    itself, and carries no control character. Only a call can draw: nothing runs beside the work.
    """

    def __init__(
        self,
        put: Callable[[str], None],
        *,
        animated: bool,
        clock: Callable[[], float] = time.monotonic,
        width: Callable[[], int] | None = None,
    ) -> None:
        """Start the clock. ``put`` writes to the screen, and never raises."""
        self._put = put
        self._animated = animated
        self._clock = clock
        self._width = width or _columns
        self._due = clock() + PATIENCE_SECONDS
        self._stage: str | None = None
        self._since = 0.0
        self._first = 0
        self._drawn = 0

    def __enter__(self) -> Progress:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the screen as it was, however the work ended."""
        if self._drawn:
            self._put(f"\r{' ' * self._drawn}\r")
            self._drawn = 0

    def __call__(self, stage: str, done: int, total: int | None = None) -> None:
        """Note how far a stage has come; draw it if that is due."""
        now = self._clock()
        if stage != self._stage:
            self._stage, self._since, self._first = stage, now, done
        if now < self._due:
            return
        self._due = now + (FRAME_SECONDS if self._animated else LINE_SECONDS)
        rate = (done - self._first) / (now - self._since) if now > self._since else 0.0
        self._draw(told(stage, done, total, rate))

    def _draw(self, line: str) -> None:
        if not self._animated:
            self._put(f"{excerpt(line, 200)}\n")
            return
        line = excerpt(line, max(self._width() - 1, 1))  # a full line would wrap on some terminals
        self._put(f"\r{padded(line, self._drawn)}")
        self._drawn = cells(line)


def told(stage: str, done: int, total: int | None, rate: float) -> str:
    """Say how far a stage is; ``rate`` is per second, and 0 where it is not known yet.

    >>> told("sign articles", 12_000, 100_000, 3_100.0)
    'sign articles: 12,000 of 100,000, 3,100 a second, 28 s left'
    >>> told("read articles", 12_000, None, 0.4)
    'read articles: 12,000, 0.4 a second'
    """
    parts = [f"{done:,}" if total is None else f"{done:,} of {total:,}"]
    if rate > 0:
        parts.append(f"{rate:,.0f} a second" if rate >= 10 else f"{rate:.1f} a second")
    if rate > 0 and total is not None:
        parts.append(f"{duration(max(total - done, 0) / rate)} left")
    return f"{stage}: {', '.join(parts)}"


def duration(seconds: float) -> str:
    """Write a time in the two units that matter.

    >>> duration(28.4), duration(200), duration(7_500)
    ('28 s', '3 min 20 s', '2 h 5 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def _columns() -> int:
    """The width of the terminal behind stderr; stdout may be a file."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return 80
