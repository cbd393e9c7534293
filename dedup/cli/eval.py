"""``dedup eval``: what labelled pairs say about the tool on a corpus."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ..data.article import Article
from ..errors import EXIT_FINE, EXIT_TROUBLE
from ..readers import Notices, gold, read
from .delivery import deliver
from .hints import say_closer
from .options import FILE, shared
from .running import find_stories, tell_reading
from .streams import STDOUT, say

if TYPE_CHECKING:
    from ..data.article import Notice, Skipped
    from ..data.pair import Gold
    from ..data.result import Result
    from ..evaluate import Evaluation
    from .flags import Flags

_MISSING_SHOWN = 5

_HELP = """Hold a corpus's result against pairs that people labelled.

\b
Examples:
  dedup eval --pairs gold.jsonl news/
  dedup eval --pairs gold.csv news.jsonl --sweep --worst 20
  dedup eval --pairs gold.jsonl news.jsonl --json -o figures.json

GOLD is JSON Lines or CSV with left, right, relation and, if you like, label. left and right are
ids or addresses; relation is same_story, related, distinct, same_event (one story or related, it
is not known which) or unsure (left out).

Precision is over the labelled pairs only.

Exit: 0 finished, 2 trouble, input that could not be read, or labelled pairs not in the corpus.
"""


@click.command("eval", help=_HELP)
@click.option(
    "--pairs", required=True, type=FILE, metavar="GOLD", help="Labelled pairs: JSONL or CSV."
)
@click.option("--sweep", is_flag=True, help="Show every threshold, not only the best.")
@click.option(
    "--worst",
    type=click.IntRange(0),
    default=5,
    show_default=True,
    metavar="NUMBER",
    help="Mistakes of each kind to show.",
)
@click.argument("paths", nargs=-1, type=FILE, metavar="[PATH]...")
@shared
def evaluate(paths: tuple[str, ...], pairs: str, flags: Flags, *, sweep: bool, worst: int) -> int:
    """Read labels and articles, run, evaluate, and deliver the report."""
    if pairs == STDOUT and STDOUT in paths:
        raise click.UsageError("stdin cannot be both the labelled pairs and an article file.")
    flags.report("evaluation")
    labelled = gold.read(pairs)
    notices = Notices()

    def told(notice: Notice) -> None:
        if not _is_gold(notice, pairs):
            notices.add(notice)

    found = read(paths or (".",), flags.reading(), told)
    records = [one for one in found if not _is_gold(one, pairs)]
    evaluation, result = _evaluated(labelled, records, flags)
    _, faults = tell_reading(result, notices, flags)
    _say_missing(evaluation, pairs)
    deliver(
        flags,
        lambda report, look: report.evaluation(evaluation, replace(look, sweep=sweep, worst=worst)),
    )
    if flags.for_people() and worst:
        _say_next(evaluation)
    incomplete = bool(faults or evaluation.missing_pairs)
    return EXIT_TROUBLE if incomplete and flags.on_error != "skip" else EXIT_FINE


def _evaluated(
    labelled: tuple[Gold, ...], records: list[Article | Skipped], flags: Flags
) -> tuple[Evaluation, Result]:
    """Run once over all articles, and once more closely over the labelled pairs."""
    from ..evaluate import evaluate as held_against
    from ..evaluate import resolve
    from ..pipeline.judged import judge_pairs

    result = find_stories(records, flags)
    resolved = resolve(labelled, result.articles)
    articles = [one for one in records if isinstance(one, Article)]
    settings = flags.settings()
    judged = judge_pairs(articles, [(one.left, one.right) for one in resolved.gold], settings)
    return held_against(resolved, judged, result, settings.match), result


def _is_gold(record: Article | Skipped | Notice, pairs: str) -> bool:
    """Whether a walk met the labelled pairs themselves, which are no articles."""
    if isinstance(record, Article) or pairs == STDOUT:
        return False
    path, _, line = record.address.rpartition(":")
    names = {record.address, path if line.isdecimal() else record.address}
    return os.path.abspath(pairs) in {os.path.abspath(name) for name in names}


def _say_missing(evaluation: Evaluation, pairs: str) -> None:
    """Tell which labelled pairs could not be held against anything."""
    if not evaluation.missing_pairs:
        return
    names = ", ".join(repr(name) for name in evaluation.missing[:_MISSING_SHOWN])
    more = len(evaluation.missing) - _MISSING_SHOWN
    also = f" and {more:,} more" if more > 0 else ""
    left = f"{evaluation.missing_pairs:,} pair{'s' * (evaluation.missing_pairs > 1)} left out"
    say(f"{pairs}: {left}, the corpus has no article {names}{also} [E321]")


def _say_next(evaluation: Evaluation) -> None:
    """Suggest to look closely at the worst mistake."""
    for one in (*evaluation.alarms, *evaluation.misses)[:1]:
        say_closer(one.left_address, one.right_address)
