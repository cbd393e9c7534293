"""Progress: silent when short, drawn in place on a terminal only, and honest about the rate."""

from __future__ import annotations

import io
import sys

import pytest

from dedup.cli import progress
from dedup.cli.progress import Progress, told, watching
from dedup.data.protocols import unwatched


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        """Begin at some time that means nothing."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Give the time in seconds."""
        return self.now


class Screen(io.StringIO):
    """A stream that is a terminal, or says it is none."""

    def __init__(self, *, terminal: bool) -> None:
        """Begin empty."""
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        """Tell what it was told to be."""
        return self.terminal


def run(
    seconds: float, *, animated: bool, step: float = 0.5, width: int = 80, stage="read articles"
):
    """Let a stage of ten things a second run, and give all that was written, piece by piece."""
    clock, written = Clock(), []
    with Progress(written.append, animated=animated, clock=clock, width=lambda: width) as watch:
        for at in range(int(seconds / step) + 1):
            clock.now = 1000 + at * step
            watch(stage, round(10 * at * step), 1000)
    return written


@pytest.mark.parametrize("animated", [True, False])
def test_what_ends_within_two_seconds_says_nothing(animated):
    assert run(1.9, animated=animated, step=0.1) == []


def test_without_a_terminal_there_is_one_plain_line_at_two_seconds_and_each_half_minute():
    lines = run(65, animated=False)
    assert lines == [
        "read articles: 20 of 1,000, 10 a second, 1 min 38 s left\n",
        "read articles: 320 of 1,000, 10 a second, 1 min 8 s left\n",
        "read articles: 620 of 1,000, 10 a second, 38 s left\n",
    ]


def test_94_on_a_terminal_one_line_is_drawn_in_place_and_wiped_at_the_end():
    *drawn, last = run(4, animated=True)
    assert len(drawn) == 5
    assert drawn[0] == "\rread articles: 20 of 1,000, 10 a second, 1 min 38 s left"
    assert all(piece.startswith("\r") and "\n" not in piece for piece in drawn)
    assert last.replace(" ", "") == "\r\r"
    assert len(last) == 2 + len(drawn[-1].strip("\r"))


def test_a_shorter_line_covers_a_longer_one():
    clock, written = Clock(), []
    watch = Progress(written.append, animated=True, clock=clock, width=lambda: 80)
    for stage in ("a stage with a long name", "short"):
        clock.now += 3
        watch(stage, 0)
    long, short = (piece.removeprefix("\r") for piece in written)
    assert short == "short: 0".ljust(len(long))


def test_it_is_wiped_when_the_work_fails_too():
    clock, written = Clock(), []

    def interrupted():
        with Progress(written.append, animated=True, clock=clock, width=lambda: 80) as watch:
            clock.now += 3
            watch("weigh pairs", 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert written[-1].replace(" ", "") == "\r\r"


def test_38_a_line_never_wraps():
    for piece in run(4, animated=True, width=24, stage="東京の記事を読む"):
        assert sum(2 if ord(char) > 0x2FFF else 1 for char in piece.strip("\r")) < 24


@pytest.mark.parametrize("animated", [True, False])
def test_94_a_hostile_name_is_shown_and_obeyed_by_no_terminal(animated):
    said = "".join(run(4, animated=animated, stage="a\x1b[2J\r\nb\u202e"))
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "a\\x1b[2J" in said


def test_each_stage_has_a_rate_of_its_own():
    clock, written = Clock(), []
    watch = Progress(written.append, animated=False, clock=clock)
    watch("read articles", 0)
    clock.now += 50
    watch("read articles", 1000)
    watch("weigh pairs", 0, 400)
    clock.now += 40
    watch("weigh pairs", 200, 400)
    assert written == [
        "read articles: 1,000, 20 a second\n",
        "weigh pairs: 200 of 400, 5.0 a second, 40 s left\n",
    ]


def test_more_than_was_foreseen_leaves_no_time_below_zero():
    assert told("read articles", 12, 10, 1.0).endswith("0 s left")


@pytest.mark.parametrize(
    ("choice", "quiet", "terminal", "term", "drawn"),
    [
        ("auto", False, True, "xterm", "in place"),
        ("auto", False, True, "dumb", "plain"),
        ("auto", False, False, "xterm", "plain"),
        ("auto", True, True, "xterm", ""),
        ("never", False, True, "xterm", ""),
    ],
)
def test_u7_who_wants_progress_and_how(choice, quiet, terminal, term, drawn, monkeypatch):
    screen = Screen(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0)
    with watching(choice, quiet=quiet) as watch:
        watch("read articles", 7)
        said = screen.getvalue()
    assert ("\r" in said, "\n" in said) == (drawn == "in place", drawn == "plain")
    assert (watch is unwatched) == (drawn == "")


def test_a_closed_stderr_is_no_fault(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with watching("auto", quiet=False) as watch:
        assert watch is unwatched
