"""Run the public labelled sets once each, with default settings, and count what was found.

The sets are not part of the project: most texts belong to their publishers. They are read from
``../shared/data`` beside it; ``README.md`` there says what each label means.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import dedup
from dedup.readers import ReadSettings, jsonl

from ..reading import one_by_one
from . import plain

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parents[3] / "shared" / "data"
AT_LEAST, AT_MOST, FREE = "at least", "at most", "free"
SAME, RELATED = "same_story", "related"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the table: what it counts, what it must reach, and what was measured."""

    key: str
    what: str
    bound: str
    """``at least``, ``at most``, or ``free`` for a figure that binds nobody."""
    must: float | None
    value: float
    count: int
    total: int
    plain: float | None
    """What the plain rule gives; None where it has no such answer, or was not asked."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run says of the articles of a set."""

    story: dict[str, int]
    """The story of each article that has one."""
    listed: dict[frozenset[str], str]
    """The relation of each pair that the result lists."""

    def together(self, pair: dict[str, str]) -> bool:
        """Whether a pair is in one story: the strict reading, for what should be found."""
        number = self.story.get(pair["left"])
        return number is not None and number == self.story.get(pair["right"])

    def joined(self, pair: dict[str, str]) -> bool:
        """Whether a pair is in one story or listed as one: for what should not be found."""
        return self.together(pair) or self._listed(pair) == SAME

    def related(self, pair: dict[str, str]) -> bool:
        """Whether a pair is listed as related and in two stories."""
        return not self.together(pair) and self._listed(pair) == RELATED

    def linked(self, pair: dict[str, str]) -> bool:
        """Whether a pair is related or one story."""
        return self.together(pair) or self._listed(pair) in {SAME, RELATED}

    def _listed(self, pair: dict[str, str]) -> str:
        return self.listed.get(frozenset((pair["left"], pair["right"])), "")


@dataclass(frozen=True, slots=True)
class Ran:
    """A set after its run."""

    records: list[dict[str, Any]]
    pairs: list[dict[str, str]]
    told: Told
    seconds: float
    """Of the processor, for our run alone."""


def present() -> bool:
    """Whether the sets are there."""
    return DATA.is_dir()


def digests() -> dict[str, str]:
    """A fingerprint of each set's files, so that figures are only compared over the same data."""
    found = {}
    for folder in sorted(path for path in DATA.iterdir() if path.is_dir()):
        sha = hashlib.sha256()
        for path in sorted(folder.iterdir()):
            sha.update(f"{path.name} {path.stat().st_size}\n".encode())
            sha.update(path.read_bytes())
        found[folder.name] = sha.hexdigest()
    return found


@cache
def run(name: str) -> Ran:
    """Read a set as the command line would, and find its stories with default settings."""
    with gzip.open(DATA / name / "articles.jsonl.gz") as stream:
        raw = stream.read()
    records = [json.loads(line) for line in raw.splitlines()]
    labels = DATA / name / "pairs.jsonl"
    listed = labels.read_text(encoding="utf-8").splitlines() if labels.exists() else []
    pairs = [json.loads(line) for line in listed]
    read = jsonl.read(io.BytesIO(raw), f"{name}/articles.jsonl", ReadSettings())
    articles = [*one_by_one(read)]
    start = time.process_time()
    result = dedup.deduplicate(articles)
    seconds = time.process_time() - start
    told = Told(
        {entry.id: entry.story for entry in result.articles if entry.story is not None},
        {frozenset((one.left, one.right)): one.relation.value for one in result.pairs},
    )
    return Ran(records, pairs, told, seconds)


@cache
def run_plain(name: str) -> Told:
    """Find the stories of a set by the plain rule."""
    return Told(plain.stories({one["id"]: one["text"] for one in run(name).records}), {})


@dataclass(frozen=True, slots=True)
class Question:
    """What one figure asks of a set."""

    key: str
    what: str
    bound: str
    must: float | None
    ask: Callable[[Ran, Told], Count]
    plain: bool = True
    """Whether the plain rule has an answer to it."""

    def answer(self, *, beside: bool = False) -> Figure:
        """Count, and ``beside`` it by the plain rule; runs the set where that was not done yet."""
        name = self.key.partition("/")[0]
        ran = run(name)
        theirs = self.ask(ran, run_plain(name)).value if beside and self.plain else None
        return Figure(self.key, self.what, self.bound, self.must, *self.ask(ran, ran.told), theirs)


class Count(NamedTuple):
    """What was counted, and the figure that comes of it."""

    value: float
    count: int
    total: int


def share(verb: Callable[[Told, dict[str, str]], bool], word: str) -> Callable[[Ran, Told], Count]:
    """Of the pairs whose label or relation is ``word``, the share of which ``verb`` is true."""

    def ask(ran: Ran, told: Told) -> Count:
        held = [verb(told, pair) for pair in ran.pairs if word in (pair["label"], pair["relation"])]
        return Count(sum(held) / len(held), sum(held), len(held))

    return ask


def mixed(by: str) -> Callable[[Ran, Told], Count]:
    """How many stories, of how many, hold articles that differ in the field ``by``."""

    def ask(ran: Ran, told: Told) -> Count:
        values = defaultdict(set)
        for record in ran.records:
            if record["id"] in told.story:
                values[told.story[record["id"]]].add(record[by])
        count = sum(len(held) > 1 for held in values.values())
        return Count(count, count, len(values))

    return ask


def linked_f1(ran: Ran, told: Told) -> Count:
    """F1 of ``same_event``, told as related or one story, against ``distinct``."""
    right = wrong = missed = 0
    for pair in ran.pairs:
        said, meant = told.linked(pair), pair["relation"] == "same_event"
        right, wrong, missed = (
            right + (said and meant),
            wrong + (said > meant),
            missed + (said < meant),
        )
    total = 2 * right + wrong + missed
    return Count(2 * right / total, 2 * right, total)


_ONE, _CALLED, _RELATED = Told.together, Told.joined, Told.related
QUESTIONS = (
    Question("saudinewsnet/pairs", "labelled pairs, one story", AT_LEAST, 0.94, share(_ONE, SAME)),
    Question(
        "extraction_bench/whole page",
        "article and whole page, one story",
        AT_LEAST,
        0.99,
        share(_ONE, "gold vs striptags"),
    ),
    Question("extraction_bench/mixed", "stories that mix two pages", AT_MOST, 0, mixed("group")),
    Question("counter/WD", "wholly derived, one story", AT_LEAST, 0.75, share(_ONE, "WD")),
    Question(
        "counter/ND same", "not derived, called one story", AT_MOST, 0.03, share(_CALLED, "ND")
    ),
    Question(
        "counter/ND related",
        "not derived, called related",
        AT_LEAST,
        0.85,
        share(_RELATED, "ND"),
        plain=False,
    ),
    Question(
        "onestop/adv-int",
        "advanced and intermediate, one story",
        AT_LEAST,
        0.9,
        share(_ONE, "adv-int"),
    ),
    Question(
        "onestop/int-ele",
        "intermediate and elementary, one story",
        FREE,
        None,
        share(_ONE, "int-ele"),
    ),
    Question(
        "onestop/adv-ele", "advanced and elementary, one story", FREE, None, share(_ONE, "adv-ele")
    ),
    Question("fnc1/mixed", "stories that mix events", AT_MOST, 0, mixed("event")),
    Question(
        "cnrec/F1", "one event: related or one story, F1", AT_LEAST, 0.97, linked_f1, plain=False
    ),
    Question("cnrec/same", "one event, called one story", FREE, None, share(_CALLED, "same_event")),
    Question(
        "reuters21578/templates",
        "templates, called one story",
        AT_MOST,
        0.05,
        share(_CALLED, "distinct"),
    ),
    Question("reuters21578/corrections", "corrections, one story", FREE, None, share(_ONE, SAME)),
    Question(
        "xwlb/templates", "templates, called one story", AT_MOST, 0.02, share(_CALLED, "distinct")
    ),
)
"""The table of ``docs/quality.md``, line by line."""
BINDING = tuple(question for question in QUESTIONS if question.bound != FREE)
"""Those that have a floor."""


def measured(*, beside: bool = False) -> dict[str, Figure]:
    """Every figure, by its key."""
    return {question.key: question.answer(beside=beside) for question in QUESTIONS}
