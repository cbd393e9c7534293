"""What a run found, what cleaning removes for it, and what a gate says of it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .article import Skipped
    from .pair import Evidence, Verdict


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as it stands in a result."""

    id: str
    address: str
    title: str
    words: int
    story: int | None = None
    """Number of the story it belongs to; None where it is told only once."""
    keep: bool = True
    copy_of: str | None = None
    """The id of the keeper, where this article is redundant."""
    rule: str | None = None
    digest: str = ""
    """By what it is recognised wherever it stands: the first half of the SHA-256 of its clean text,
    32 hexadecimal digits; only of articles that are one story with another, since nobody looks for
    the others again."""
    known: bool = False
    """It was read to be compared against, and is not itself under judgement."""


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that are one story: each member's verdict with the keeper is ``same_story``."""

    story: int
    keeper: str
    why: str
    """The criterion that chose the keeper."""
    members: tuple[str, ...]
    """Ids, the keeper among them, in the order of the corpus."""
    weakest_ratio: float
    """The lowest ``jaccard_ratio`` between a member and the keeper."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by stage; what goes in comes out or is counted as dropped. Tallies add with ``+``."""

    read: int = 0
    """Records met: ``articles + skipped``."""
    articles: int = 0
    skipped: int = 0
    empty: int = 0
    """Articles without a single word; they are kept and never compared."""
    candidates: int = 0
    """Pairs that an index proposed; copies to the letter are collapsed before."""
    compared: int = 0
    """Pairs that were measured."""
    same_story: int = 0
    related: int = 0
    stories: int = 0
    redundant: int = 0
    """Articles that cleaning would remove."""
    capped: int = 0
    """Buckets too common to be paired in full."""

    def __add__(self, other: Tally) -> Tally:
        """Sum field by field.

        >>> (Tally(read=2, articles=2) + Tally(read=1, skipped=1)).read
        3
        """
        pairs = ((f.name, getattr(self, f.name) + getattr(other, f.name)) for f in fields(self))
        return Tally(**dict(pairs))


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that belongs to no story, and how many different texts carry it."""

    text: str
    articles: int


@dataclass(frozen=True, slots=True)
class Result:
    """Everything a run found, ready to be rendered."""

    settings: dict[str, object]
    """The settings that matter to the result, with their fingerprint."""
    tally: Tally
    articles: Sequence[Entry]
    stories: tuple[Story, ...]
    pairs: Sequence[Verdict]
    skipped: tuple[Skipped, ...] = ()
    furniture: tuple[Passage, ...] = ()
    """Passages that were left out of the evidence, the most frequent first."""
    notes: tuple[str, ...] = field(default=())
    """What a careful reader wants to know: expected recall, capped buckets, split chains."""


@dataclass(frozen=True, slots=True)
class Removal:
    """An article that is left out of a cleaned corpus, and the proof that it may be."""

    id: str
    address: str
    copy_of: str
    """The id of the article that is kept for it."""
    rule: str
    """The rule by which the two are the same story."""
    why: str
    """Why that one was kept."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Baseline:
    """The articles that people accepted as they are, by content and not by place."""

    settings: dict[str, object]
    """The settings under which they were found; under others they would not be the same."""
    articles: dict[str, int]
    """For each digest, how many articles with that content are accepted: at least 1."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What a gate says of a result: whether it may pass, and which copies are new to it.

    Of each story one article is the original, and every other one under judgement stands in either
    ``new`` or ``accepted``, in the order of the corpus. The original is the keeper, unless that one
    is new where others are accepted or known: whoever came first is not called a copy.
    """

    passed: bool
    why: str
    """One sentence: the figure that decided, against the limit that it was held to."""
    new: tuple[str, ...] = ()
    """Ids of the copies that nobody has accepted."""
    accepted: tuple[str, ...] = ()
    """Ids of the copies that a baseline accepts."""
    limits: tuple[str, ...] = ()
    """The limits in force, as a person would type them, such as ``--max-new 0``."""
    copied: tuple[str, ...] = ()
    """For each of ``new``, the id of the article that it was compared with and copies."""
