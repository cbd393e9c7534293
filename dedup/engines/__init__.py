"""Engines: where the steps over batches are run. One only moves data, and all say the same."""

from __future__ import annotations

import os
import signal
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..data.protocols import Engine

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads(jobs: int) -> Engine:
    """An engine of so many threads, 0 for one a core, of which this one is the first.

    Threads, since the kernels let go of the interpreter while they work; what comes first is given
    first, and no more than two batches a thread are under way, which bounds memory. This thread
    works on batches, too, when it would wait: one thread more than there are cores often stands
    behind another while a core is idle.
    """
    jobs = jobs or cores()
    if jobs == 1:
        return _here

    def run(step: Callable[[_In], _Out], batches: Iterable[_In]) -> Iterator[_Out]:
        waiting: deque[tuple[Future[_Out], _In]] = deque()
        pool = ThreadPoolExecutor(jobs - 1)
        try:
            for batch in batches:
                with _undisturbed():
                    waiting.append((pool.submit(step, batch), batch))
                if len(waiting) > 2 * jobs:
                    yield _answer(step, waiting)
            while waiting:
                yield _answer(step, waiting)
        finally:
            with _undisturbed():
                pool.shutdown(cancel_futures=True)

    return run


def _answer(step: Callable[[_In], _Out], waiting: deque[tuple[Future[_Out], _In]]) -> _Out:
    """The answer to the first of the batches; until it is there, others are worked on that nobody
    has begun.
    """
    for at, (future, batch) in enumerate(tuple(waiting)):
        if waiting[0][0].done():
            break
        with _undisturbed():
            free = future.cancel()
        if free:
            waiting[at] = _done(step, batch), batch
    with _undisturbed():
        return waiting.popleft()[0].result()


def _done(step: Callable[[_In], _Out], batch: _In) -> Future[_Out]:
    """A batch that was worked on here; what went wrong is told when its turn comes."""
    future: Future[_Out] = Future()
    try:
        future.set_result(step(batch))
    except Exception as error:
        future.set_exception(error)
    return future


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold signals back for as long as a batch takes: one that raises while a lock of the pool is
    taken would leave it so, and its threads would wait for ever. Threads that begin meanwhile are
    never disturbed.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _here(step: Callable[[Any], Any], batches: Iterable[Any]) -> Iterator[Any]:
    """Run each step when its answer is asked for."""
    return map(step, batches)
