"""One run of the pipeline for a command: followed on stderr, on as many cores as were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .progress import followed, watching

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..data import Article, Result, Skipped
    from .options import Flags


def find_stories(records: Iterable[Article | Skipped], flags: Flags) -> Result:
    """Deduplicate what a reader gives, as the shared options say."""
    from ..engines import threads
    from ..pipeline import deduplicate

    settings = flags.settings()
    with watching(flags.progress, quiet=flags.quiet) as watch:
        read = followed(records, watch)
        return deduplicate(read, settings, watch=watch, run=threads(flags.jobs))
