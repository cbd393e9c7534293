"""One run of the pipeline for a command: followed on stderr, within the cores and the memory that
were asked for.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..errors import HARMLESS
from ..readers import lasting, read_again
from .progress import watching
from .streams import say, say_notices, say_skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..data.article import Article, Skipped
    from ..data.articles import Articles
    from ..data.result import Result
    from ..readers import Notices
    from .flags import Flags


def find_stories(
    records: Iterable[Article | Articles | Skipped], flags: Flags, paths: Sequence[str] = ()
) -> Result:
    """Deduplicate what a reader gives, as the shared options say; of ``paths``, if that is said."""
    from ..engines import threads
    from ..pipeline import deduplicate
    from ..scratch import Scratch

    settings = flags.settings()
    run = threads(flags.jobs)
    again = partial(read_again, how=flags.reading()) if paths and lasting(paths) else None
    with (
        watching(flags.progress, quiet=flags.quiet) as watch,
        _at_hand(),
        Scratch(flags.memory_bytes(), again) as storage,
    ):
        return deduplicate(records, settings, watch=watch, run=run, storage=storage)


def tell_reading(
    result: Result, notices: Notices, flags: Flags
) -> tuple[Result, tuple[Skipped, ...]]:
    """Say what was not read, and what is worth knowing of the rest; give the result with this
    among its notes, and the faults.
    """
    faults = tuple(one for one in result.skipped if one.code not in HARMLESS)
    say_skipped(faults if flags.quiet else result.skipped)
    if not flags.quiet:
        say_notices(notices)
    if flags.verbose:
        from ..kernels import KIND

        if KIND != "native":
            say("note: the kernels are not compiled; the same answers take several times as long")
        for note in result.notes:
            say(f"note: {note}")
    return replace(result, notes=(*result.notes, *notices.lines())), faults


@contextmanager
def _at_hand() -> Iterator[None]:
    """Keep what a batch gives back at hand, and let the collector of cycles rest: a run makes
    millions of objects that live to its end, and looking through them again and again takes a tenth
    of the time.
    """
    from .. import kernels

    kernels.keep_memory()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
