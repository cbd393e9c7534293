"""Run a program and say what it took: processor time, wall time and peak memory of all of it.

The program is started by a small process of its own, this file run as a script. A process that is
started counts the memory of the one that started it as its own for a moment, so that a large one
must not start it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import resource

SAMPLE_SECONDS = 0.2
"""How often the memory of a program's processes is added up."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be run."""

    command: list[str]
    output: str = os.devnull
    """The file that takes stdout."""
    environment: dict[str, str] = field(default_factory=dict)
    """What is set besides the present environment."""
    cpus: int = 0
    """How many processors it may use; 0 for all."""
    timeout_seconds: float = 3_600.0
    niceness: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What it took."""

    cpu_seconds: float
    """User and system, of the process and all that it waited for."""
    wall_seconds: float
    peak_bytes: int
    """Of the largest process, or of all of them together as sampled, whichever is more."""
    failure: str = ""
    """Why the figures mean nothing, such as ``timed out`` or the last line of stderr."""


def time_of(task: Task) -> Run:
    """Run a task and measure it; a failure is told and not raised."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", __file__, json.dumps(asdict(task))],
        check=True,
        capture_output=True,
        text=True,
    )
    return Run(**json.loads(done.stdout))


def _measure(task: Task) -> Run:
    with tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        child = _start(task, errors.fileno())
        status, used, peak, timed_out = _watched(child, start, task.timeout_seconds)
        wall = time.monotonic() - start
        said = _last_line(errors)
    code = os.waitstatus_to_exitcode(status)
    failure = "timed out" if timed_out else f"exit {code}: {said}" if code else ""
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(used.ru_utime + used.ru_stime, wall, max(peak, used.ru_maxrss * unit), failure)


def _watched(
    child: int, start: float, timeout: float
) -> tuple[int, resource.struct_rusage, int, bool]:
    """Wait for the program, or end all of it; give how it ended, and its sampled peak memory."""
    peak, timed_out = 0, False
    while True:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            return status, used, peak, timed_out
        peak = max(peak, _group_bytes(child))
        elapsed = time.monotonic() - start
        if elapsed > timeout and not timed_out:
            timed_out = True
            os.killpg(child, signal.SIGKILL)
        time.sleep(min(SAMPLE_SECONDS, 0.002 + elapsed / 100))


def _start(task: Task, errors: int) -> int:
    """Start the program in a group of its own, with ``errors`` for its stderr; give its id."""
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        os.nice(task.niceness)
        if task.cpus and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: task.cpus])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(task.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
        os.dup2(errors, 2)
        os.execvpe(task.command[0], task.command, {**os.environ, **task.environment})
    except OSError as error:
        os.write(errors, f"{task.command[0]}: {error.strerror}".encode())
    os._exit(127)


def _last_line(errors: BinaryIO) -> str:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - 10_000))
    said = errors.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(said) if line.strip()), "")


def _group_bytes(group: int) -> int:
    """The resident memory of a group of processes; 0 where ``/proc`` is missing."""
    total, page = 0, os.sysconf("SC_PAGE_SIZE")
    try:
        numbers = [name for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        return 0
    for number in numbers:
        try:
            if os.getpgid(int(number)) == group:
                with open(f"/proc/{number}/statm", encoding="ascii") as stream:
                    total += int(stream.read().split()[1]) * page
        except (OSError, IndexError):
            continue  # it ended meanwhile
    return total


if __name__ == "__main__":
    json.dump(asdict(_measure(Task(**json.loads(sys.argv[1])))), sys.stdout)
