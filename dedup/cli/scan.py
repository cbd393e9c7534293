"""``dedup scan``: what is duplicated in a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import EXIT_FINE, EXIT_TROUBLE
from ..readers import Notices, read_many
from .delivery import deliver_result
from .hints import say_closer
from .options import FILE, shared
from .running import find_stories, tell_reading
from .streams import say

if TYPE_CHECKING:
    from ..data.result import Result
    from .flags import Flags


_HELP = """Show which articles are the same story, and which are related.

\b
Examples:
  dedup scan samples/
  dedup scan news.jsonl --text-field body --json -o result.json
  cat news.jsonl | dedup scan -

PATH is a file, a folder (default: this one), path:LINE, archive!member, or - for stdin. Text, HTML,
JSON, CSV, Parquet and WARC are read, also compressed or in an archive; of a folder, the files that
are named so and neither hidden nor ignored.

Exit: 0 finished, 2 trouble or input that could not be read.
"""


@click.command(help=_HELP)
@click.argument("paths", nargs=-1, type=FILE, metavar="[PATH]...")
@shared
def scan(paths: tuple[str, ...], flags: Flags) -> int:
    """Read, deduplicate, tell what was not read, and deliver the report."""
    flags.report()
    notices = Notices()
    paths = paths or (".",)
    result = find_stories(read_many(paths, flags.reading(), notices.add), flags, paths)
    result, faults = tell_reading(result, notices, flags)
    if flags.verbose:
        for passage in result.furniture:
            say(f"furniture in {passage.articles:,} texts: {passage.text}")
    deliver_result(flags, result)
    if flags.for_people():
        _say_next(result)
    return EXIT_TROUBLE if faults and flags.on_error != "skip" else EXIT_FINE


def _say_next(result: Result) -> None:
    """Suggest to look closely at the first pair that was found."""
    if result.pairs:
        addresses = {entry.id: entry.address or entry.id for entry in result.articles}
        first = result.pairs[0]
        say_closer(addresses[first.left], addresses[first.right])
