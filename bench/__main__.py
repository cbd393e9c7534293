"""Measure, print as Markdown, and put the tables into ``docs/performance.md``.

  python -m bench peers     ours and other tools in turn, A B A B …
  python -m bench growth    ours by size, and on corpora where everything is like everything
  python -m bench start     what it costs to begin
  python -m bench table     the tables again from what was measured before

Corpora, environments and answers go into a cache folder, and what is there is not made again.
Use a quiet machine; processor seconds bear a busy one better than wall time does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING

from . import corpus as news
from . import pathological, table
from .answer import Score, read_clusters, read_result, score
from .contenders import CONTENDERS, EXTRA, OURS, Contender, command, install, named
from .figures import FIGURES, Figure, load, machine, merged, save
from .stopwatch import Run, Task, time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CACHE = os.path.join(os.path.dirname(os.path.abspath(__file__)), ".cache")
PEER_SIZES = (10_000, 100_000)
GROWTH_SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
PATHOLOGICAL_SIZE = 100_000


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus that is ready to be read."""

    name: str
    articles: int
    folder: str

    @property
    def path(self) -> str:
        """The articles."""
        return os.path.join(self.folder, news.CORPUS)

    @property
    def truth(self) -> str:
        """The planted pairs; the file is missing where none were planted."""
        return os.path.join(self.folder, news.TRUTH)


@dataclass(frozen=True, slots=True)
class Bench:
    """What was asked for on the command line."""

    cache: str
    maker: str
    runs: int
    cpus: int
    timeout_seconds: float
    niceness: int
    session: str

    def corpus(self, count: int) -> Corpus:
        """The corpus of that many articles, by our own generator or the one that was named."""
        name = os.path.splitext(os.path.basename(self.maker))[0] or "invented"
        if not self.maker:
            return self._made(name, count, lambda folder: news.build(count, folder))

        def make(folder: str) -> None:
            subprocess.run([sys.executable, self.maker, str(count), folder], check=True)

        return self._made(name, count, make)

    def pathological(self, kind: str, count: int) -> Corpus:
        """A corpus where everything is like everything."""
        return self._made(kind, count, lambda folder: pathological.build(kind, count, folder))

    def _made(self, name: str, count: int, make: Callable[[str], None]) -> Corpus:
        """Make a corpus unless it is there; one that was not finished is not there."""
        folder = os.path.join(self.cache, "corpora", f"{name.replace(' ', '-')}-{count}")
        if not os.path.exists(folder):
            say(f"making {count:,} articles: {name}")
            os.makedirs(os.path.dirname(folder), exist_ok=True)
            make(f"{folder}.unfinished")
            os.rename(f"{folder}.unfinished", folder)
        return Corpus(name, count, folder)

    def in_turn(self, mode: str, taking_part: Sequence[Contender], corpus: Corpus) -> list[Figure]:
        """Run all on one corpus, A B A B …, and hold each answer against the truth once."""
        runs: dict[str, list[Run]] = defaultdict(list)
        scores: dict[str, Score] = {}
        for turn in range(self.runs):
            for one in taking_part:
                if any(run.failure for run in runs[one.name]):
                    continue
                run, answer = self._run(one, corpus)
                runs[one.name].append(run)
                told = run.failure or f"{run.cpu_seconds:.2f} CPU s"
                say(f"{corpus.name} {corpus.articles:,}, run {turn + 1}, {one.name}: {told}")
                if turn == 0 and not run.failure and os.path.exists(corpus.truth):
                    read = read_clusters if one.package else read_result
                    scores[one.name] = score(read(answer), corpus.truth)
        return [
            self._figure(mode, one, corpus, runs[one.name], scores.get(one.name))
            for one in taking_part
        ]

    def _run(self, one: Contender, corpus: Corpus) -> tuple[Run, str]:
        answer = os.path.join(self.cache, "answers", one.name.replace(" ", "-"))
        os.makedirs(os.path.dirname(answer), exist_ok=True)
        done = time_of(
            Task(
                command(one, corpus.path, answer, self.cache),
                output=answer if one.package else os.devnull,
                environment=one.environment,
                cpus=self.cpus,
                timeout_seconds=self.timeout_seconds,
                niceness=self.niceness,
            )
        )
        return done, answer

    def _figure(
        self, mode: str, one: Contender, corpus: Corpus, runs: list[Run], scored: Score | None
    ) -> Figure:
        scored = scored or Score({}, {}, None)
        return Figure(
            mode=mode,
            program=one.name,
            version=install(one, self.cache),
            corpus=corpus.name,
            articles=corpus.articles,
            corpus_bytes=os.path.getsize(corpus.path),
            cpus=self.cpus,
            session=self.session,
            machine=machine(),
            cpu_seconds=[round(run.cpu_seconds, 3) for run in runs],
            wall_seconds=[round(run.wall_seconds, 3) for run in runs],
            peak_bytes=[run.peak_bytes for run in runs],
            failure=next((run.failure for run in runs if run.failure), ""),
            found=scored.found,
            total=scored.total,
            foreign=scored.foreign,
        )


def say(line: str) -> None:
    """Tell on stderr what is going on."""
    print(f"bench: {line}", file=sys.stderr, flush=True)


def peers(bench: Bench, names: Sequence[str], sizes: Sequence[int]) -> list[Figure]:
    """Ours and others in turn."""
    taking_part = []
    for one in [named(name) for name in names] or list(CONTENDERS):
        if one.package:
            say(f"installing {one.name}")
        if install(one, bench.cache):
            taking_part.append(one)
        else:
            say(f"{one.name} cannot be installed here and is left out")
    return [
        figure
        for size in sizes
        for figure in bench.in_turn("peers", taking_part, bench.corpus(size))
    ]


def growth(
    bench: Bench, names: Sequence[str], sizes: Sequence[int], pathological_size: int
) -> list[Figure]:
    """Ours by size; once a program fails on a kind of corpus, it is spared the larger ones."""
    kinds: list[list[Callable[[], Corpus]]] = [[partial(bench.corpus, n) for n in sizes]]
    for kind in pathological.KINDS if pathological_size else ():
        counts = pathological_size, 2 * pathological_size
        kinds.append([partial(bench.pathological, kind, count) for count in counts])
    figures = []
    for one in [named(name) for name in names] or [named(OURS), named("dedup")]:
        for corpora in kinds:
            for make in corpora:
                figures += bench.in_turn("growth", [one], make())
                if figures[-1].failure:
                    break
    return figures


def start(bench: Bench) -> list[Figure]:
    """What it costs to begin, beside a Python that does nothing."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    samples = os.path.join(root, "samples")
    commands = {
        "python -c pass": ["-c", "pass"],
        "dedup --version": ["-m", "dedup", "--version"],
        "dedup --help": ["-m", "dedup", "--help"],
        "dedup scan samples/": ["-m", "dedup", "scan", samples, "--on-error", "skip"],
    }
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(bench.runs):
        for name, arguments in commands.items():
            task = Task([sys.executable, *arguments], cpus=bench.cpus, niceness=bench.niceness)
            runs[name].append(time_of(task))
            say(f"{name}: {runs[name][-1].failure or f'{runs[name][-1].cpu_seconds:.3f} CPU s'}")
    return [
        Figure(
            mode="start",
            program=name,
            version="",
            corpus="",
            articles=0,
            corpus_bytes=0,
            cpus=bench.cpus,
            session=bench.session,
            machine=machine(),
            cpu_seconds=[round(run.cpu_seconds, 4) for run in done],
            wall_seconds=[round(run.wall_seconds, 4) for run in done],
            peak_bytes=[run.peak_bytes for run in done],
            failure=next((run.failure for run in done if run.failure), ""),
        )
        for name, done in runs.items()
    ]


def sizes(text: str) -> tuple[int, ...]:
    """Read ``10000,100000``."""
    return tuple(int(part.replace("_", "")) for part in text.split(","))


def names(text: str) -> tuple[str, ...]:
    """Read ``rensa,Daft``."""
    known = [one.name for one in (*CONTENDERS, *EXTRA)]
    chosen = tuple(part.strip() for part in text.split(","))
    if not set(chosen) <= set(known):
        raise argparse.ArgumentTypeError(f"who takes part is one of: {', '.join(known)}")
    return chosen


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("mode", choices=("peers", "growth", "start", "table"))
    add("--articles", type=sizes, help="sizes of the corpora, such as 10000,100000")
    add("--pathological", type=int, default=PATHOLOGICAL_SIZE, help="their smaller size, or 0")
    add("--only", type=names, default=(), help="who takes part, such as rensa,Daft")
    add("--runs", type=int, help="of each; the table gives medians (peers 5, growth 1, start 21)")
    add("--cpus", type=int, default=1, help="that each may use; 0 for all (1)")
    add("--maker", default="", help="a program that makes corpora: MAKER COUNT FOLDER")
    add("--timeout", type=float, default=600, metavar="SECONDS", help="for one run (600)")
    add("--nice", type=int, default=0, help="run with less priority")
    add("--cache", default=CACHE, help="where corpora and environments are kept")
    add("--figures", default=FIGURES, help="where what was measured is kept")
    add("--document", default=table.DOCUMENT, help="what takes the tables")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as asked."""
    asked = parsed(arguments)
    bench = Bench(
        cache=os.path.abspath(asked.cache),
        maker=asked.maker,
        runs=asked.runs or {"peers": 5, "growth": 1, "start": 21}.get(asked.mode, 0),
        cpus=asked.cpus,
        timeout_seconds=asked.timeout,
        niceness=asked.nice,
        session=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    new: list[Figure] = []
    if asked.mode == "peers":
        new = peers(bench, asked.only, asked.articles or PEER_SIZES)
    elif asked.mode == "growth":
        new = growth(bench, asked.only, asked.articles or GROWTH_SIZES, asked.pathological)
    elif asked.mode == "start":
        new = start(bench)
    figures = merged(load(asked.figures), new)
    save(figures, asked.figures)
    for mode in table.TABLES if asked.mode == "table" else (asked.mode,):
        print(table.TABLES[mode](figures))
        table.write(mode, figures, asked.document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
