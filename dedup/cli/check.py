"""``dedup check``: whether a corpus may pass; the only command that gates."""

from __future__ import annotations

import functools
import os
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from .. import baseline as baselines
from .. import gate as gates
from .. import writing
from ..data.article import Article, Skipped
from ..data.result import Baseline
from ..errors import EXIT_FINE, EXIT_NO, EXIT_TROUBLE
from ..readers import Notices, read_many, without
from .delivery import deliver_result
from .hints import say_closer, typed
from .options import FILE, setting, shared
from .running import find_stories, tell_reading
from .streams import STDOUT, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..data.article import Notice
    from ..data.articles import Articles
    from ..data.result import Gate, Result
    from ..settings import Settings
    from .flags import Flags

USUAL_BASELINE = ".dedup-baseline.json"
"""What the hints suggest to those who have none yet."""

_OF_THE_MOMENT = {
    "max_new", "max_ratio", "exit_zero", "update_baseline", "dry_run", "force", "keep",
    "format", "json", "output", "reports", "color", "progress", "jobs",
    "quiet", "verbose", "debug", "show_config",
}  # fmt: skip
"""Options that have no part in what a baseline holds."""

_HELP = """Tell whether a corpus may pass: nothing in it is a copy that nobody has accepted.

\b
Examples:
  dedup check samples/ --max-new 8
  dedup check news/ --baseline .dedup-baseline.json
  dedup check inbox/ --against archive.jsonl

A baseline lists articles that people accepted, by content: moving or reformatting them changes
nothing, and one more copy of an accepted story is one new copy. --update-baseline writes it, and
exits 0. Without a limit no new copy may pass; with --max-ratio alone, only that limit holds.

With --against, an article that is one story with a known one is a new copy, too; known ones among
themselves are not judged.

Exit: 0 passed, 1 failed, 2 trouble, or input that could not be read.
"""


class Ratio(click.ParamType[float]):
    """A share, as a number from 0 to 1 or in percent."""

    name = "ratio"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click hands it over
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Give the share in [0, 1].

        >>> Ratio().convert("2.5%", None, None), Ratio().convert(0.025, None, None)
        (0.025, 0.025)
        """
        written = str(value).strip()
        number = written.removesuffix("%").rstrip()
        try:
            ratio = float(number) / (100 if number != written else 1)
        except ValueError:
            ratio = -1
        if not 0 <= ratio <= 1:
            self.fail(f"{value!r} is no share: 5% or 0.05, from 0 to 1.", param, ctx)
        return ratio


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of this command say."""

    baseline: str | None
    against: tuple[str, ...]
    max_new: int | None
    max_ratio: float | None
    update_baseline: bool
    exit_zero: bool
    dry_run: bool
    force: bool

    def require_sense(self, paths: tuple[str, ...]) -> None:
        """Refuse options that contradict each other."""
        if self.update_baseline and self.baseline in {None, STDOUT}:
            raise click.UsageError("--update-baseline needs --baseline FILE.")
        if not self.update_baseline and (self.dry_run or self.force):
            raise click.UsageError("--dry-run and --force go with --update-baseline.")
        if [*paths, *self.against, self.baseline].count(STDOUT) > 1:
            raise click.UsageError("stdin can be only one of the inputs.")


@click.command(help=_HELP)
@click.argument("paths", nargs=-1, type=FILE, metavar="[PATH]...")
@setting("--baseline", type=FILE, inside=True, metavar="FILE", help="The accepted articles.")
@setting(
    "--against",
    type=FILE,
    inside=True,
    multiple=True,
    metavar="PATH",
    help="A file or folder of known articles; may be given again.",
)
@setting("--max-new", type=click.IntRange(0), metavar="NUMBER", help="So many new copies may pass.")
@setting(
    "--max-ratio",
    type=Ratio(),
    metavar="SHARE",
    help="The same as a share of articles, such as 5%.",
)
@click.option("--update-baseline", is_flag=True, help="Accept all there is now, and exit 0.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even if failed; trouble is still 2.")
@click.option("-n", "--dry-run", is_flag=True, help="Say how the baseline would change.")
@click.option("-f", "--force", is_flag=True, help="Replace a baseline in whatever state it is.")
@shared
def check(paths: tuple[str, ...], flags: Flags, **own: Any) -> int:  # noqa: ANN401 - see Asked
    """Read, deduplicate, hold the result against the baseline, and deliver the answer."""
    asked = Asked(**own)
    asked.require_sense(paths)
    settings, _ = flags.settings(), flags.report()
    old = _accepted(asked, settings)
    notices = Notices()
    result = _result(paths or (".",), asked, flags, notices)
    result, faults = tell_reading(result, notices, flags)
    gates.require_articles(result, against=bool(asked.against))
    missing = len(faults) if flags.on_error != "skip" else 0
    gate = (_updated if asked.update_baseline else _judged)(result, old, asked, settings, missing)
    deliver_result(flags, result, gate)
    if not flags.quiet:
        _say_next(result, gate)
    if missing:
        return EXIT_TROUBLE
    return EXIT_FINE if gate.passed or asked.exit_zero else EXIT_NO


def _accepted(asked: Asked, settings: Settings) -> Baseline | None:
    """Read the baseline, and be sure before any work is done that it can be used and written.

    None where none is asked for, or where one is to be written and there is none yet.
    """
    path = asked.baseline
    if path is None:
        return None
    if asked.update_baseline and not asked.dry_run:
        writing.check(path)
    remedy = _command("--update-baseline")
    try:
        old = baselines.load(path, remedy)
        if not asked.update_baseline:
            baselines.require_settings(old, gates.bind(settings), path, remedy)
    except baselines.MissingError:
        if not asked.update_baseline:
            raise
        return None
    except baselines.BaselineError as error:
        if not asked.force:
            raise
        say(f"note: written anew: {error.why}")
        return None
    return old


def _result(paths: tuple[str, ...], asked: Asked, flags: Flags, notices: Notices) -> Result:
    """Deduplicate what is to be judged together with what is known; the baseline itself, which a
    walk may meet, holds no article.
    """
    baseline = asked.baseline or ""
    known: set[str] = set()

    def told(notice: Notice) -> None:
        if not _is_baseline(notice.address, baseline):
            notices.add(notice)

    reading = functools.partial(read_many, how=flags.reading())
    records = _records(paths, asked.against, known, reading, told)
    if baseline:
        records = without(records, functools.partial(_is_baseline, baseline=baseline))
    return gates.mark(find_stories(records, flags, (*paths, *asked.against)), known)


def _is_baseline(address: str, baseline: str) -> bool:
    """Whether an address is that of the baseline or leads into it."""
    name = os.path.basename(baseline)
    return bool(name) and name in address and _place(address)[0] == _real(baseline)


def _records(
    paths: tuple[str, ...],
    against: tuple[str, ...],
    known: set[str],
    reading: Callable[..., Iterator[Article | Articles | Skipped]],
    told: Callable[[Notice], None],
) -> Iterator[Article | Articles | Skipped]:
    """Read both, and note the addresses of the known ones; what is to be judged is not known,
    though it may lie inside a folder of known ones.
    """
    judged: set[tuple[str, str]] = set()
    for one in reading(paths, told=told):
        if against:
            judged.update(map(_place, _addresses(one)))
        yield one
    files = {path for path, _ in judged}

    def told_anew(notice: Notice) -> None:
        if _place(notice.address)[0] not in files:
            told(notice)

    for one in without(reading(against, told=told_anew), lambda at: _place(at) in judged):
        known.update(_addresses(one))
        yield one


def _addresses(record: Article | Articles | Skipped) -> Sequence[str]:
    """Where an article stands, or each of some; nowhere if it could not be read."""
    if isinstance(record, Skipped):
        return ()
    return (record.address,) if isinstance(record, Article) else record.addresses


def _place(address: str) -> tuple[str, str]:
    """Where an article stands, whatever the path to it is called."""
    path, _, line = address.rpartition(":")
    return (_real(path), line) if path and line.isdecimal() else (_real(address), "")


@functools.lru_cache(maxsize=256)
def _real(path: str) -> str:
    """The one name of a file that has several."""
    return os.path.realpath(path)


def _judged(
    result: Result, old: Baseline | None, asked: Asked, settings: Settings, missing: int
) -> Gate:
    """The gate's answer; with something missing it is never yes."""
    if old:
        gates.require_most(old, gates.accept(result, settings), _command("--update-baseline -f"))
    gate = gates.hold(result, old, gates.Policy(asked.max_new, asked.max_ratio))
    if not missing:
        return gate
    return replace(gate, passed=False, why=f"{_inputs(missing)} not read; of the rest: {gate.why}")


def _updated(
    result: Result, old: Baseline | None, asked: Asked, settings: Settings, missing: int
) -> Gate:
    """Accept all there is, and tell what changed; of half a corpus nothing is accepted."""
    path = asked.baseline or ""
    if missing:
        why = f"{_inputs(missing)} not read, so the baseline stays as it was"
        raise gates.GateError(why, place=path, hint="--on-error skip does without")
    fresh = gates.accept(result, settings)
    if old and not asked.force:
        gates.require_most(old, fresh, _command("--update-baseline -f"))
    if not asked.dry_run:
        writing.write(path, baselines.render(fresh))
    plus, minus = gates.changes(old or Baseline({}, {}), fresh)
    done = "would change" if asked.dry_run else "updated" if old else "written"
    held = sum(fresh.articles.values())
    why = f"{path} {done}: +{plus:,} −{minus:,}, {held:,} accepted articles"
    return replace(gates.hold(result, fresh, gates.Policy()), why=why)


def _inputs(number: int) -> str:
    """Say how many inputs."""
    return f"{number:,} {'input was' if number == 1 else 'inputs were'}"


def _say_next(result: Result, gate: Gate) -> None:
    """Suggest to look closely at the first new copy, and say how to accept them all."""
    if not gate.new:
        return
    addresses = {entry.id: entry.address or entry.id for entry in result.articles}
    say_closer(addresses[gate.new[0]], addresses[gate.copied[0]])
    if not gate.passed:
        say(f"accept: {_command('--update-baseline')}")


def _command(flags: str) -> str:
    """The command that was given with other flags for its baseline, ready to be pasted."""
    context = click.get_current_context()
    names = [one.name or "" for one in context.command.params]
    words = [word for name in names if name not in _OF_THE_MOMENT for word in typed(context, name)]
    if not context.params["baseline"]:
        words += ["--baseline", USUAL_BASELINE]
    paths = context.params["paths"]
    odd = any(path.startswith("-") and path != STDOUT for path in paths)
    words = [*words, flags, "--", *paths] if odd else [*paths, *words, flags]
    return " ".join(["dedup check", *(w if w == flags else shlex.quote(w) for w in words)])
