"""Programs of ours in processes of their own, for parsers that hostile input may crash or stall."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_BYTES = 8
_LONGEST_FRAME_BYTES = 1 << 31
_BUFFER_BYTES = 1 << 20
_BOOT = """
import sys
program, memory = sys.argv[1], int(sys.argv[2])
sys.path[:] = sys.argv[3:]
import contextlib, runpy
with contextlib.suppress(ImportError, OSError, ValueError):
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
runpy.run_path(program, run_name="__main__")
"""
"""Nothing is imported before the path is ours: the working folder may hold anything."""


class WorkerError(Exception):
    """A program that died, or did not answer in time; says which."""


class Worker:
    """One process that runs ``program``, a file beside this one, with a bound on its memory.

    Its stdin is a socket, on which questions and answers go in frames: the length in 8 bytes, and
    the content. An answer is frames, of which the last one is empty. The process ends when the
    socket does.
    """

    def __init__(self, program: str, memory_bytes: int) -> None:
        """Start it."""
        path = os.path.join(os.path.dirname(__file__), program)
        inherited = [one for one in sys.path if one]
        self.idle = True
        """Whether it waits for a question, and not in the middle of an answer."""
        self._socket, theirs = socket.socketpair()
        with theirs:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
            self._process = subprocess.Popen(
                [sys.executable, "-S", "-c", _BOOT, path, str(memory_bytes), *inherited],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,  # what a library prints is no answer
                stderr=subprocess.DEVNULL,
            )

    def ask(self, question: bytes, seconds: float, file: int | None = None) -> Iterator[bytearray]:
        """Give the frames of the answer; ``file`` is the descriptor of a file to hand over.

        Raises WorkerError if one is not there within so many seconds.
        """
        self.idle = False
        self._send(question, seconds, file)
        while frame := self._take(self._length(seconds), time.monotonic() + seconds):
            yield frame
        self.idle = True

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._socket.close()

    def wait(self) -> None:
        """Wait until it has ended."""
        self._process.wait()

    def _send(self, content: bytes, seconds: float, file: int | None) -> None:
        """Hand over a frame."""
        head = len(content).to_bytes(_HEAD_BYTES, "big")
        self._socket.settimeout(seconds)
        try:
            socket.send_fds(self._socket, [head], [] if file is None else [file])
            self._socket.sendall(content)
        except TimeoutError:
            raise WorkerError("took too long") from None
        except OSError:
            raise WorkerError(self._epitaph()) from None

    def _length(self, seconds: float) -> int:
        """Wait for the length of a frame."""
        head = self._take(_HEAD_BYTES, time.monotonic() + seconds)
        length = int.from_bytes(head, "big")
        if length > _LONGEST_FRAME_BYTES:
            raise WorkerError("answered what it cannot mean")
        return length

    def _take(self, length: int, until: float) -> bytearray:
        """Read exactly so many bytes."""
        taken = bytearray(length)
        rest = memoryview(taken)
        while rest:
            self._socket.settimeout(max(until - time.monotonic(), 1e-6))
            try:
                got = self._socket.recv_into(rest)
            except TimeoutError:
                raise WorkerError("took too long") from None
            except OSError:
                got = 0
            if not got:
                raise WorkerError(self._epitaph())
            rest = rest[got:]
        return taken

    def _epitaph(self) -> str:
        """Say how it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        code = self._process.returncode
        if code is not None and code < 0:
            return f"crashed ({signal.Signals(-code).name})"
        return f"ended early (exit {code})"


class Workers:
    """At most one worker that rests, of each kind; one that died or was left amid an answer is
    replaced.
    """

    def __init__(self, program: str) -> None:
        """Start nothing yet."""
        self._program = program
        self._resting: dict[tuple[int, int], Worker] = {}
        self._ended: list[Worker] = []
        atexit.register(self.close)

    @contextlib.contextmanager
    def lent(self, memory_bytes: int) -> Iterator[Worker]:
        """Give a worker that nobody else has meanwhile.

        One that was left amid an answer is waited for later on: it may be left while what asked is
        collected, when Python drops an interrupt that falls into the waiting.
        """
        self._wait()
        key = (os.getpid(), memory_bytes)  # a worker never crosses a fork
        worker = self._resting.pop(key, None) or Worker(self._program, memory_bytes)
        try:
            yield worker
        finally:
            if not worker.idle or self._resting.setdefault(key, worker) is not worker:
                worker.end()
                self._ended.append(worker)

    def close(self) -> None:
        """End those that this process started."""
        for key in [key for key in self._resting if key[0] == os.getpid()]:
            worker = self._resting.pop(key)
            worker.end()
            self._ended.append(worker)
        self._wait()

    def _wait(self) -> None:
        """Wait for those that were ended."""
        while self._ended:
            self._ended.pop().wait()
