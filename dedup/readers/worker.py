"""Programs of ours in processes of their own, for parsers that hostile input may crash or stall."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from typing import IO

_HEAD_BYTES = 8
_LONGEST_ANSWER_BYTES = 1 << 31
_BOOT = (
    "import sys; sys.path[:] = sys.argv[3:]; del sys.argv[3:]; "
    "import runpy; runpy.run_path(sys.argv[1], run_name='__main__')"
)
"""Nothing is imported before the path is ours: the working folder may hold anything."""


class WorkerError(Exception):
    """A program that died, or did not answer in time; says which."""


class Worker:
    """One process that runs ``program``, a file beside this one, and answers in frames.

    A frame is its length in 8 bytes and its content. The process ends when its stdin does.
    """

    def __init__(self, program: str, argument: str, source: int = subprocess.PIPE) -> None:
        """Start it; ``source`` is the descriptor of a file that becomes its stdin."""
        path = os.path.join(os.path.dirname(__file__), program)
        inherited = [one for one in sys.path if one]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, path, argument, *inherited],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def send(self, content: bytes) -> None:
        """Hand over a frame; raises WorkerError if nobody takes it."""
        stdin: IO[bytes] = self._process.stdin  # type: ignore[assignment]
        try:
            stdin.write(len(content).to_bytes(_HEAD_BYTES, "big"))
            stdin.write(content)
            stdin.flush()
        except OSError:
            raise WorkerError(self._epitaph()) from None

    def receive(self, seconds: float) -> bytes:
        """Wait for a frame; raises WorkerError if there is none in time."""
        until = time.monotonic() + seconds
        length = int.from_bytes(self._take(_HEAD_BYTES, until), "big")
        if length > _LONGEST_ANSWER_BYTES:
            raise WorkerError("answered what it cannot mean")
        return self._take(length, until)

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream:
                    stream.close()
        self._process.wait()

    def _take(self, length: int, until: float) -> bytes:
        """Read exactly so many bytes."""
        descriptor = self._process.stdout.fileno()  # type: ignore[union-attr]
        pieces = []
        while length:
            left = until - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise WorkerError("took too long")
            piece = os.read(descriptor, min(length, 1 << 20))
            if not piece:
                raise WorkerError(self._epitaph())
            pieces.append(piece)
            length -= len(piece)
        return b"".join(pieces)

    def _epitaph(self) -> str:
        """Say how it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code = self._process.returncode
        if code is not None and code < 0:
            return f"crashed ({signal.Signals(-code).name})"
        return f"ended early (exit {code})"


class Workers:
    """At most one worker of each kind, kept from one question to the next, replaced if it dies."""

    def __init__(self, program: str) -> None:
        """Start nothing yet."""
        self._program = program
        self._running: dict[tuple[int, str], Worker] = {}
        self._lock = threading.Lock()
        atexit.register(self.close)

    def ask(self, argument: str, question: bytes, seconds: float) -> bytes:
        """Give the answer; raises WorkerError, and then the next question meets a new worker."""
        with self._lock:
            key = (os.getpid(), argument)  # a worker never crosses a fork
            worker = self._running.get(key)
            if worker is None:
                worker = self._running[key] = Worker(self._program, argument)
            try:
                worker.send(question)
                return worker.receive(seconds)
            except BaseException:
                self._running.pop(key).close()
                raise

    def close(self) -> None:
        """End those that this process started."""
        for key in [key for key in self._running if key[0] == os.getpid()]:
            self._running.pop(key).close()
