"""What the formats for programs tell of: each redundant article, beside the one that it copies."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..data.pair import Verdict
    from ..data.result import Entry, Gate, Result

NEW = "new"
ACCEPTED = "accepted"
STDIN = "-"

_LINE = re.compile(r"(?s)(.+):([1-9][0-9]{0,17})")
_SEVERITY = {"exact": 0, "near": 1, "contained": 2}
_RULES = {
    "ND01": "The clean texts are equal.",
    "ND02": "One article in two renderings: a reprint, a light edit, the same page elsewhere.",
    "ND03": "One article holds the other: a cut version, or the page round it.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One article that repeats another."""

    copy: Entry
    original: Entry
    verdict: Verdict | None
    """None where the two were not compared with each other, which only a gate allows."""
    standing: str = ""
    """``new`` or ``accepted``, or empty where no gate was asked."""

    @property
    def rule(self) -> str:
        """The rule that decided, such as ``ND02 near-text``."""
        return self.verdict.rule if self.verdict else self.copy.rule or "ND00 same-story"

    @property
    def kind(self) -> str:
        """``exact``, ``near`` or ``contained``."""
        return self.verdict.kind if self.verdict else ""

    @property
    def code(self) -> str:
        """The rule's code, such as ``ND02``."""
        return self.rule.split(" ")[0]

    @property
    def likeness(self) -> str:
        """How the two are alike, in a few words of ours."""
        if self.verdict is None:
            return "same story"
        if self.kind == "exact":
            return "same text"
        return f"{self.kind}, Jaccard {self.verdict.evidence.jaccard_ratio:.2f}"


def findings(result: Result, gate: Gate | None) -> list[Finding]:
    """Give what is redundant, or with a gate what it calls new or accepted, in corpus order."""
    entries = {entry.id: entry for entry in result.articles}
    verdicts = {frozenset((pair.left, pair.right)): pair for pair in result.pairs}
    if gate is None:
        marked = {one.id: ("", one.copy_of or "") for one in result.articles if not one.keep}
    else:
        marked = _judged(result, gate)
    found = []
    for entry in result.articles:
        standing, copied = marked.get(entry.id, ("", ""))
        if copied in entries:
            verdict = verdicts.get(frozenset((entry.id, copied)))
            found.append(Finding(entry, entries[copied], verdict, standing))
    return found


def _judged(result: Result, gate: Gate) -> dict[str, tuple[str, str]]:
    """Give for each copy that a gate names its standing and its original."""
    named = {*gate.new, *gate.accepted}
    originals: dict[str, str] = {}
    for story in result.stories:
        first = [one for one in (story.keeper, *story.members) if one not in named][:1]
        originals.update((one, (first or [story.keeper])[0]) for one in story.members)
    entries = {entry.id: entry for entry in result.articles}
    copied = dict(zip(gate.new, gate.copied, strict=False))
    marked = {}
    for standing, ids in ((NEW, gate.new), (ACCEPTED, gate.accepted)):
        for one in ids:
            of = copied.get(one) or (entries[one].copy_of if one in entries else "")
            marked[one] = (standing, of or originals.get(one, ""))
    return marked


def worst_first(found: Iterable[Finding]) -> list[Finding]:
    """Sort so that what a person should see first stands first: new, then the most alike."""
    return sorted(found, key=_badness)


def _badness(one: Finding) -> tuple[bool, int, float]:
    alike = one.verdict.evidence.jaccard_ratio if one.verdict else 0.0
    return one.standing == ACCEPTED, _SEVERITY.get(one.kind, 3), -alike


def explained(code: str) -> str:
    """Say what a rule means, for a reader who meets its code only.

    >>> explained("ND01")
    'The clean texts are equal.'
    """
    return _RULES.get(code, "Two articles are one story.")


def place(entry: Entry) -> tuple[str, int]:
    """Give the path and the line of an article; 1 where the file is the article.

    >>> from ..data.result import Entry
    >>> place(Entry("a", "news/a.jsonl:12", "", 0)), place(Entry("b", "./b.txt", "", 0))
    (('news/a.jsonl', 12), ('b.txt', 1))
    """
    return located(entry.address or entry.id)


def located(address: str) -> tuple[str, int]:
    """Give the path and the line that an address names."""
    found = _LINE.fullmatch(address)
    path, line = (found[1], int(found[2])) if found else (address, 1)
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path or ".", line


def uri(path: str) -> str:
    """Give a path as a relative reference, or as ``file:`` where it is absolute.

    >>> uri("a b/c:1%.txt"), uri("/tmp/x")
    ('a%20b/c%3A1%25.txt', 'file:///tmp/x')
    """
    try:
        raw = path.encode("utf-8", "surrogateescape")  # as the disk knows it
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "surrogatepass")  # as a record made it up
    quoted = quote(raw, safe="/-._~")
    return f"file://{quoted}" if path.startswith("/") else quoted


def fingerprints(found: Sequence[Finding]) -> list[str]:
    """Give each finding a name that stays while its text stays, wherever the line moves to.

    Two copies with one text are told apart by a number, as they stand in the corpus.
    """
    met: Counter[str] = Counter()
    names = []
    for one in found:
        told = f"{one.code}\0{one.copy.digest or _nameless(one.copy)}"
        name = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        met[name] += 1
        names.append(f"{name}:{met[name]}")
    return names


def _nameless(entry: Entry) -> str:
    """Identify an article without a digest: by its id, or else by its file, title and length."""
    if entry.id != entry.address:
        return entry.id
    return f"{place(entry)[0]}\0{entry.title}\0{entry.words}"
