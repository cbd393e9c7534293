"""One run of the pipeline for a command: followed on stderr, within the cores and the memory that
were asked for.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .progress import watching

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..data import Article, Result, Skipped
    from .options import Flags


def find_stories(records: Iterable[Article | Skipped], flags: Flags) -> Result:
    """Deduplicate what a reader gives, as the shared options say."""
    from ..engines import threads
    from ..pipeline import deduplicate
    from ..scratch import Scratch

    settings = flags.settings()
    run = threads(flags.jobs)
    with (
        watching(flags.progress, quiet=flags.quiet) as watch,
        _uncollected(),
        Scratch(flags.memory_bytes()) as storage,
    ):
        return deduplicate(records, settings, watch=watch, run=run, storage=storage)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector of cycles rest: a run makes millions of objects that live to its end, and
    looking through them again and again takes a tenth of the time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
