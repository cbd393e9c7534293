"""``dedup clean``: the corpus again, without what is redundant in it."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import click

from ..errors import (
    EXIT_FINE,
    EXIT_TROUBLE,
    HARMLESS,
    InputError,
    SettingsError,
    SoundnessError,
)
from ..readers import Notices, read_many, suits, without
from ..reports import REPORTS
from ..writing import Drafts, spool
from .delivery import deliver_result
from .options import FILE, setting, shared
from .pipes import pour, stdin_as_file
from .running import find_stories, tell_reading
from .streams import STDOUT, emit, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..cleaning import Limit, Plan
    from ..data.article import Article, InputFile, Skipped
    from ..data.articles import Articles
    from ..data.result import Result
    from ..writers import Mark
    from .flags import Flags
    from .layout import Layout, Places

_HELP = """Write the corpus without duplicates: of each story the article that is kept.

\b
Examples:
  dedup clean news.jsonl -o clean.jsonl --removed removed.jsonl
  dedup clean news/ -o clean/ --keep "source:reuters,ap; earliest" --dry-run
  cat news.jsonl | dedup clean - -o - --rejects rejects.jsonl > clean.jsonl

IN is a file, a folder, or - for stdin. What is kept stays as it is, to the byte. Files of JSON
Lines go into one file, a folder into a folder with the same names. Nothing appears in its place
before all of it is written and checked.

Exit: 0 finished, 2 trouble, input that could not be read, or more to remove than is allowed.
"""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the command's own options said."""

    removed: str
    rejects: str
    max_removed: str
    max_removed_per_source: str
    annotate: bool
    dry_run: bool
    force: bool


@click.command(help=_HELP)
@click.argument("paths", nargs=-1, required=True, type=FILE, metavar="IN...")
@click.option(
    "--removed", default="", type=FILE, metavar="FILE", help="What is left out, with the proof."
)
@click.option(
    "--rejects", default="", type=FILE, metavar="FILE", help="What could not be read, verbatim."
)
@setting(
    "--max-removed",
    default="50%",
    metavar="LIMIT",
    help="Number or share of articles; beyond it nothing is written.",
)
@setting(
    "--max-removed-per-source",
    default="",
    metavar="LIMIT",
    help="The same for each source; a share binds sources of 20 articles or more.",
)
@click.option(
    "--annotate", is_flag=True, help="Remove nothing; add to each record its story and keeper."
)
@click.option("-n", "--dry-run", is_flag=True, help="Write nothing; report what would be removed.")
@click.option("-f", "--force", is_flag=True, help="Replace an output, even one that is the input.")
@shared
def clean(paths: tuple[str, ...], flags: Flags, **own: Any) -> int:  # noqa: ANN401 - see Orders
    """Settle what can be wrong with the command line, then clean."""
    from ..cleaning import limit
    from .layout import Places, lay_out

    orders = Orders(**own)
    limits = limit(orders.max_removed), limit(orders.max_removed_per_source or "100%")
    flags.settings()
    replace(flags, output=STDOUT).report()
    if orders.annotate and orders.removed:
        raise SettingsError("--annotate removes nothing", hint="leave out --removed")
    if _for_machines(flags) and not orders.dry_run and flags.output == STDOUT:
        raise SettingsError("stdout is for the corpus", hint="-o FILE, or --dry-run")
    wanted = ("", "", "") if orders.dry_run else (flags.output, orders.removed, orders.rejects)
    places = Places(paths, *wanted, tuple(file for _, file in flags.reports if file != STDOUT))
    with stdin_as_file() if STDOUT in paths else nullcontext():
        layout = lay_out(places, flags.reading(), force=orders.force, annotate=orders.annotate)
        return _clean(_Job(places, layout, flags, orders, limits))


class _Job(NamedTuple):
    """What is to be done."""

    places: Places
    layout: Layout
    flags: Flags
    orders: Orders
    limits: tuple[Limit, Limit]
    """Of articles that may be removed: in all, and of each source."""


def _clean(job: _Job) -> int:
    """Read, deduplicate, plan, guard, write, check, publish, and give the account."""
    from ..cleaning import guard, guard_sources, plan

    before = _marks(job.layout)
    sources: dict[str, str] = {}
    notices = Notices()
    found = read_many(job.places.paths, job.flags.reading(), notices.add)
    result = find_stories(_met(found, job, sources), job.flags, job.places.paths)
    result, faults = tell_reading(result, notices, job.flags)
    layout = _readable(job, result)
    made = plan(result)
    if job.orders.dry_run:
        _report(job, result)
    if not job.orders.annotate:
        guard(result, job.limits[0])
        if sources:
            guard_sources(result, sources, job.limits[1])
    if not job.orders.dry_run:
        _write(job._replace(layout=layout), result, made, before)
        _report(job, result)
    _tell(job, made)
    return EXIT_TROUBLE if faults and job.flags.on_error != "skip" else EXIT_FINE


def _marks(layout: Layout) -> dict[str, Mark]:
    """The mark of each file before it is read; one that cannot be read has none."""
    from ..writers import mark

    marks = {}
    for file, _ in layout.files:
        with suppress(InputError):
            marks[file.path] = mark(file.path)
    return marks


def _met(
    found: Iterable[Article | Articles | Skipped], job: _Job, sources: dict[str, str]
) -> Iterable[Article | Articles | Skipped]:
    """What is read, without the outputs of this very run; and notes where each article is from."""
    if ignored := job.layout.ignored:
        heads = tuple(f"{path}:" for path in ignored)
        found = without(found, lambda at: at in ignored or at.startswith(heads))
    return _noting(found, sources) if job.orders.max_removed_per_source else found


def _noting(
    found: Iterable[Article | Articles | Skipped], sources: dict[str, str]
) -> Iterator[Article | Articles | Skipped]:
    """What is read; ``sources`` then says by address where each article is from."""
    from ..cleaning import source
    from ..data.article import Skipped
    from ..data.articles import Articles

    for one in found:
        if not isinstance(one, Skipped):
            some = one if isinstance(one, Articles) else (one,)
            sources.update((each.address, source(each)) for each in some)
        yield one


def _readable(job: _Job, result: Result) -> Layout:
    """The layout without the files of which nothing could be read.

    Raises InputError where it is not known what was lost: then nothing is written, unless the
    whole file may be passed over.
    """
    from ..writers import ChangedError, is_record, owner, places

    files = places(file for file, _ in job.layout.files)
    owners = {entry.address: owner(entry.address, files) for entry in result.articles}
    for address, file in owners.items():
        if file is None:
            raise ChangedError(address)
    whole = {one.path: file.path for file, _ in job.layout.files for one in file.members}
    begun = {whole.get(file.path, file.path) for file in owners.values() if file is not None}
    other = {one.address for one in result.skipped if _is_other(one, whole, files)}
    lost = {one.address for one in result.skipped if not is_record(one, files)} - other
    lost = {_archive(address, job.layout) or address for address in lost}
    if lost and (job.flags.on_error != "skip" or begun & lost or not begun):
        inputs = "1 input" if len(lost) == 1 else f"{len(lost):,} inputs"
        hint = "--on-error skip cleans the others" if begun - lost else ""
        raise InputError(f"{inputs} could not be read in full; nothing was written", hint=hint)
    rest = tuple(
        (replace(file, members=tuple(one for one in file.members if one.path not in other)), name)
        for file, name in job.layout.files
        if file.path not in lost | other
    )
    return replace(job.layout, files=rest)


def _is_other(skipped: Skipped, whole: Mapping[str, str], files: Mapping[str, InputFile]) -> bool:
    """Whether a file holds something else than articles: in a folder it is passed over, and in an
    archive it stays as it is.
    """
    from ..writers import is_record

    binary = skipped.code == "E306"
    inside = skipped.address in whole
    return skipped.code == "E314" or (binary and (inside or not is_record(skipped, files)))


def _archive(address: str, layout: Layout) -> str:
    """Give the archive that an address leads into; empty if it leads into none."""
    from ..writers import ARCHIVES

    heads = (file.path for file, _ in layout.files if file.kind in ARCHIVES)
    return next((path for path in heads if address.startswith(f"{path}!")), "")


def _report(job: _Job, result: Result) -> None:
    """Deliver the reports that ``scan`` gives: on stdout that of a dry run, or for machines."""
    flags = replace(job.flags, output=STDOUT)
    if job.orders.dry_run or _for_machines(flags):
        deliver_result(flags, result)
    else:
        for name, file in flags.reports:
            emit(REPORTS[name].result(result, flags.look(file=file)), file, form=name)


def _for_machines(flags: Flags) -> bool:
    """Whether a report other than the text is wanted on stdout."""
    return flags.json or flags.format != "text"


def _write(job: _Job, result: Result, made: Plan, before: dict[str, Mark]) -> None:
    """Write everything, see that the inputs are still the same, and publish it all at once."""
    from ..cleaning import marks
    from ..reports.machine import removal
    from ..writers import Outputs, Rejects, Removed, write

    layout, places = job.layout, job.places
    kept_nowhere = not places.rejects and not job.orders.annotate
    if layout.in_place and kept_nowhere and any(one.code not in HARMLESS for one in made.skipped):
        why = "records that cannot be read would be lost; nothing was written"
        raise InputError(why, place=places.output, hint="--rejects FILE keeps them")
    with Drafts() as drafts, ExitStack() as closing:
        to_stdout: list[BinaryIO] = []

        def opened(path: str) -> BinaryIO:
            if path != STDOUT:
                return drafts.open(path)
            to_stdout.append(closing.enter_context(spool()))
            return to_stdout[0]

        outputs = Outputs(
            removed=Removed(opened(places.removed), removal) if places.removed else None,
            rejects=Rejects(opened(places.rejects)) if places.rejects else None,
            folder=drafts.folder(places.output) if layout.to_folder else None,
            file=None if layout.to_folder else opened(places.output),
        )
        try:
            write(layout.files, made, outputs, marks(result) if job.orders.annotate else None)
        except (InputError, SoundnessError):
            _require_same(layout, before)  # of other inputs nothing else can be expected
            raise
        _require_same(layout, before)
        drafts.publish()
        for content in to_stdout:
            pour(content)


def _require_same(layout: Layout, before: dict[str, Mark]) -> None:
    """See that the inputs are what they were; raises ChangedError."""
    from ..writers import ChangedError, mark

    for file, _ in layout.files:
        if mark(file.path) != before.get(file.path):
            raise ChangedError(file.path)


def _tell(job: _Job, made: Plan) -> None:
    """Give the account of what was done, whoever wants to be quiet."""
    from ..cleaning import balance

    read = made.kept + made.removed + len(made.skipped)
    if not job.flags.quiet:
        _say_misnamed(job)
    if job.orders.annotate:
        what = f"{read:,} read = {made.kept + made.removed:,} annotated"
        say(f"{what} + {len(made.skipped):,} not readable, left as they are")
    else:
        say(balance(read, made.kept, made.removed, len(made.skipped)))
    if job.orders.dry_run:
        say("dry run: nothing was written")
    elif made.skipped and not job.places.rejects and not job.flags.quiet:
        say("--rejects FILE keeps what could not be read")


def _say_misnamed(job: _Job) -> None:
    """Tell of an output that is something else than its name says: what its input is."""
    output, files = job.places.output, [file for file, _ in job.layout.files]
    if job.layout.to_folder or output in {"", STDOUT}:
        return
    for file in [one for one in files if not suits(output, one)][:1]:
        say(f"{output}: is written as {file.path} is, whatever its name says [W304]")
