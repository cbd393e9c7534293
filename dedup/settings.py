"""Frozen settings: the numbers that people may set, each with its default and its reason."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

INDEXES = ("lsh", "passage", "terms")
"""The indexes that can propose pairs, in the order in which they are reported."""
CRITERIA = ("source", "earliest", "latest", "longest", "first", "path")
"""By what the article that a story keeps can be chosen."""


def _within(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside ``[low, high]``, and NaN."""
    if not low <= value <= high:
        raise SettingsError(f"{name} is {value}, which is not between {low} and {high}")


@dataclass(frozen=True, slots=True)
class TextSettings:
    """One switch for each cleaning rule; the name is the rule's function in ``text.py``."""

    unescape_entities: bool = True
    straighten_quotes: bool = True
    normalize_unicode: bool = True
    drop_invisibles: bool = True
    drop_points: bool = True
    unify_letters: bool = True
    join_hyphens: bool = True
    join_lines: bool = True
    drop_urls: bool = True
    drop_credits: bool = True
    drop_pointers: bool = True
    fold_case: bool = True


@dataclass(frozen=True, slots=True)
class ShingleSettings:
    """What a shingle is."""

    unit: str = "auto"
    """``auto`` (three words; pairs of characters count as words where a script has no spaces),
    ``word:N`` or ``char:N``."""

    def __post_init__(self) -> None:
        """Refuse a unit that no shingle can be cut by."""
        match = re.fullmatch(r"auto|(word|char):([0-9]{1,3})", self.unit)
        if not match or (match[2] and not 1 <= int(match[2]) <= 64):
            raise SettingsError(
                f"unit is {self.unit!r}", hint="auto, word:N or char:N, with N from 1 to 64"
            )


@dataclass(frozen=True, slots=True)
class SketchSettings:
    """How a signature is made."""

    signature_size: int = 128
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse sizes that ``datasketch`` refuses, and seeds that ``numpy`` refuses."""
        _within("signature_size", self.signature_size, 2, 4096)
        _within("seed", self.seed, 0, 2**32 - 1)


@dataclass(frozen=True, slots=True)
class CandidateSettings:
    """Which pairs are worth a look. Every bound keeps the work linear in the number of articles."""

    candidates: tuple[str, ...] = INDEXES
    lsh_jaccard_ratio: float = 0.7
    """Bands are chosen so that a pair this alike is proposed …"""
    lsh_recall_ratio: float = 0.99
    """… at least this often, by the exact formula; more alike pairs more often."""
    passage_rate: int = 8
    """One shingle in this many, chosen by its own hash, is a key of the passage index."""
    passage_count: int = 32
    """An article's rarest repeated keys, by which ``passage`` proposes: a sentence that hundreds of
    articles quote proposes nothing where rarer ones tell who copied whom."""
    passage_shared: int = 2
    """Keys of the passage index that two articles must share."""
    passage_ratio: float = 0.15
    """Of all keys of the shorter article, this share must be shared, too: an article that another
    is one story with has a quarter of its words in shared passages, and so about as many keys."""
    term_count: int = 16
    """An article's rarest repeated terms, by which ``terms`` proposes reports of one event."""
    term_shared: int = 2
    """Of those, how many two articles must share."""
    bucket_full: int = 8
    """A bucket of up to this many rows is paired in full; a larger one as star and chain."""
    term_bucket_full: int = 24
    """The same for ``terms``, whose buckets mix many events."""
    bucket_limit: int = 1 << 16
    """A larger bucket is cut by every so many rows of the corpus, and counted as capped."""

    def __post_init__(self) -> None:
        """Refuse unknown indexes and numbers that make no sense."""
        unknown = [name for name in self.candidates if name not in INDEXES]
        if unknown or not self.candidates:
            raise SettingsError(
                f"candidates is {','.join(self.candidates)!r}", hint=f"any of {','.join(INDEXES)}"
            )
        _within("lsh_jaccard_ratio", self.lsh_jaccard_ratio, 0.01, 1)
        _within("lsh_recall_ratio", self.lsh_recall_ratio, 0.5, 0.999999)
        _within("passage_rate", self.passage_rate, 1, 1 << 20)
        _within("passage_count", self.passage_count, 1, 1 << 20)
        _within("passage_shared", self.passage_shared, 1, 1024)
        _within("passage_ratio", self.passage_ratio, 0, 1)
        _within("term_count", self.term_count, 1, 1024)
        _within("term_shared", self.term_shared, 1, 1024)
        _within("bucket_full", self.bucket_full, 1, 1024)
        _within("term_bucket_full", self.term_bucket_full, 1, 1024)
        _within("bucket_limit", self.bucket_limit, 2, 1 << 30)


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """Where one relation ends and the next begins; ``docs/quality.md`` says how each was chosen."""

    threshold: float = 0.25
    """Two articles are one story when at least this share of what each says (its words, rare ones
    counting more) stands in the other in the same order, as much of the shorter one is in shared
    passages, and not both tell much more of their own; or when one holds the other: of the shorter
    one, shared passages make up at least two thirds of the way from here to 1."""
    related_ratio: float = 0.17
    """Reports of one event have at least this term cosine."""
    template_ratio: float = 0.1
    """A pair whose substituted facts weigh more than this share of its aligned facts is one form
    filled in twice."""
    furniture: bool = True
    """Leave passages out of the evidence that many different stories carry."""
    template_hours: float = 168.0
    """Published further apart than this, a pair is one story only if next to nothing differs."""

    def __post_init__(self) -> None:
        """Refuse what is not a ratio."""
        _within("threshold", self.threshold, 0, 1)
        _within("related_ratio", self.related_ratio, 0, 1)
        _within("template_ratio", self.template_ratio, 0, 1)
        _within("template_hours", self.template_hours, 0, float("inf"))


@dataclass(frozen=True, slots=True)
class KeepSettings:
    """Which article of a story is kept."""

    keep: tuple[str, ...] = ("longest", "earliest", "first")
    """Criteria, the most important first. ``source:a,b``: the source that is named first (by the
    field of that name, or else the host of the address on the web), before all that are not named.
    ``earliest`` and ``latest``: by the date of publication, before those without one. ``longest``:
    most words. ``first``: by path and line. ``path``: fewest folders, then the shortest path."""

    def __post_init__(self) -> None:
        """Refuse what ``criteria`` would not give."""
        if criteria(";".join(self.keep)) != self.keep:
            raise SettingsError(f"keep is {self.keep!r}", hint="see settings.criteria")


def criteria(written: str) -> tuple[str, ...]:
    """The criteria in a list such as people write it, each in its one spelling.

    Raises ``SettingsError`` for a criterion that does not exist or stands there twice.

    >>> criteria("source: Reuters, AP; earliest")
    ('source:reuters,ap', 'earliest')
    """
    found = tuple(_criterion(one) for one in written.split(";") if one.strip())
    if not found:
        raise SettingsError("keep names no criterion", hint=f"any of {', '.join(CRITERIA)}")
    for one in found:
        if found.count(one) > 1:
            raise SettingsError(f"keep names {one!r} twice")
    return found


def _criterion(written: str) -> str:
    """One criterion in its one spelling: no spaces, no capitals."""
    name, colon, named = (part.strip().casefold() for part in written.partition(":"))
    if name not in CRITERIA:
        near = get_close_matches(name, CRITERIA, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"any of {', '.join(CRITERIA)}"
        if set(re.split("[, ]+", name)) <= set(CRITERIA):
            hint = "criteria are parted by ;"
        raise SettingsError(f"keep has no criterion {name!r}", hint=hint)
    names = [one.strip() for one in named.split(",")]
    if name == "source" and not all(names):
        raise SettingsError("keep names no source", hint="source:reuters,ap")
    if name != "source" and colon:
        raise SettingsError(f"keep's criterion {name!r} takes no names")
    return f"source:{','.join(names)}" if name == "source" else name


def _typed(name: str, value: object, group: type) -> object:
    """The value, if it is of the kind that the setting's default is."""
    default = getattr(group(), name)
    if name == "keep" and isinstance(value, str):
        return criteria(value)
    if isinstance(default, tuple):
        if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise SettingsError(f"{name} is {value!r}", hint="a list of names")
    wanted = (int, float) if isinstance(default, float) else type(default)
    if not isinstance(value, wanted) or isinstance(value, bool) != isinstance(default, bool):
        raise SettingsError(f"{name} is {value!r}", hint=f"a value such as {default!r}")
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    """All groups together; each stage is handed its own group only.

    >>> Settings.from_mapping({"threshold": 0.5, "unit": "word:5"}).match.threshold
    0.5
    """

    text: TextSettings = field(default_factory=TextSettings)
    shingle: ShingleSettings = field(default_factory=ShingleSettings)
    sketch: SketchSettings = field(default_factory=SketchSettings)
    candidate: CandidateSettings = field(default_factory=CandidateSettings)
    match: MatchSettings = field(default_factory=MatchSettings)
    keep: KeepSettings = field(default_factory=KeepSettings)

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> Settings:
        """Build from flat names, such as flags give; unknown names are refused.

        Raises ``SettingsError`` for a name that no group has and for a value out of its range.
        """
        rest = dict(values)
        groups = {}
        for group in fields(cls):
            kind = _GROUPS[group.name]
            names = {f.name for f in fields(kind)}
            groups[group.name] = kind(
                **{k: _typed(k, rest.pop(k), kind) for k in names & rest.keys()}
            )
        if rest:
            unknown = min(rest)
            known = [f.name for kind in _GROUPS.values() for f in fields(kind)]
            near = get_close_matches(unknown, known, 1)
            raise SettingsError(
                f"unknown setting {unknown!r}", hint=f"did you mean {near[0]!r}?" if near else ""
            )
        return cls(**groups)

    def shown(self) -> dict[str, object]:
        """What a result says of its settings: the ones people set, and a fingerprint of all.

        >>> Settings().shown()["unit"]
        'auto'
        """
        everything = json.dumps(asdict(self), sort_keys=True)
        return {
            "threshold": self.match.threshold,
            "unit": self.shingle.unit,
            "candidates": list(self.candidate.candidates),
            "seed": self.sketch.seed,
            "keep": list(self.keep.keep),
            "fingerprint": hashlib.sha256(everything.encode()).hexdigest()[:16],
        }


_GROUPS: dict[str, Any] = {
    "text": TextSettings,
    "shingle": ShingleSettings,
    "sketch": SketchSettings,
    "candidate": CandidateSettings,
    "match": MatchSettings,
    "keep": KeepSettings,
}
