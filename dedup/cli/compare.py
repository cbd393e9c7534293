"""``dedup compare``: how two articles relate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ..data.pair import Relation
from ..errors import EXIT_FINE, EXIT_NO
from ..readers import Notices, read_one
from .delivery import deliver
from .options import FILE, shared
from .streams import say_notices

if TYPE_CHECKING:
    from .flags import Flags

_HELP = """Tell whether two articles are the same story, related, or distinct.

\b
Examples:
  dedup compare left.txt right.txt
  dedup compare left.txt right.txt --why
  dedup compare news.jsonl:3 news.jsonl:9 --diff

LEFT and RIGHT are files, records as path:LINE, or - for stdin.

Exit: 0 finished, 1 the same story (only with --exit-code), 2 trouble.
"""


@click.command(help=_HELP)
@click.argument("left", type=FILE)
@click.argument("right", type=FILE)
@click.option("--why", is_flag=True, help="Show the figures and passages that decided.")
@click.option("--diff", is_flag=True, help="Show the whole alignment.")
@click.option("--exit-code", is_flag=True, help="Exit 1 if the two are the same story.")
@shared
def compare(left: str, right: str, flags: Flags, *, why: bool, diff: bool, exit_code: bool) -> int:
    """Read two articles, compare them, and deliver the report."""
    from ..pipeline import compare as compare_pair

    settings, reading, _ = flags.settings(), flags.reading(), flags.report("comparison")
    notices = Notices()
    one, other = (read_one(path, reading, notices.add) for path in (left, right))
    if not flags.quiet:
        say_notices(notices)
    pair = compare_pair(one, other, settings)
    deliver(flags, lambda report, look: report.comparison(pair, replace(look, why=why, diff=diff)))
    same = pair.verdict.relation is Relation.SAME_STORY
    return EXIT_NO if exit_code and same else EXIT_FINE
