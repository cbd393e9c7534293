"""The nouns: frozen data that the stages hand to each other, and that do no work themselves."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, fields
from enum import Enum
from itertools import repeat
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Article:
    """One news text with its facts; never altered.

    >>> Article(id="a", text="Storm closes the port.").title
    ''
    """

    id: str
    """The record's own id where it has one, else its address."""
    text: str
    address: str = ""
    """Where it was read: ``path``, ``path:LINE`` or ``archive!member:LINE``; can be pasted back as
    an argument."""
    title: str = ""
    url: str = ""
    source: str = ""
    """Who published it, such as an outlet or an agency."""
    published: datetime | None = None
    lang: str = ""
    """The language it says it is in, such as ``en``; nothing is decided by it."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that could not be read, and why; nothing is dropped without one of these."""

    address: str
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth knowing of an input that was read all the same, such as a guess."""

    address: str
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that is read, so that it can be written again without what is redundant in it."""

    path: str
    """As the addresses of its articles begin; ``-`` for stdin."""
    kind: str
    """The format, such as ``jsonl``."""
    below: str = ""
    """The folder that led to it; empty for a file that was named itself."""
    packed: str = ""
    """How it is compressed, such as ``gzip``; empty if it is not."""
    members: tuple[InputFile, ...] = ()
    """Of an archive, those that are read."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The text that is compared, and what each rule that changed it did."""

    text: str
    steps: tuple[tuple[str, int], ...] = ()
    """``(rule, count)`` in the order in which the rules ran; only rules that changed something."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """Many arrays, end to end: row ``i`` is ``values[offsets[i]:offsets[i + 1]]``."""

    values: NDArray[Any]
    offsets: NDArray[np.int64]
    """``int64[n + 1]``, rising from 0."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a batch or of a corpus, each by a number, and what is known of each."""

    hashes: NDArray[np.uint64]
    """One for each word; in a batch a word may have two numbers, in a corpus none has."""
    marks: NDArray[np.uint8]
    """One for each word: ``kernels.NUMBER`` where it consists of digits."""
    letters: Ragged
    """``uint8``: each word in UTF-8, as it stands in clean text, and a space."""
    stems: NDArray[np.uint64]
    """One for each word: the hash of its stem, which is its term."""


@dataclass(frozen=True, slots=True)
class Cut:
    """``n`` texts cut into words, as columns; of a batch, nothing here depends on other batches."""

    words: Ragged
    """``uint32``: numbers of words in reading order."""
    lexicon: Lexicon
    """What the numbers of words stand for."""
    keys: Ragged
    """``uint64``: the row's keys in the passage index, sorted and distinct."""
    shingles: Ragged
    """``uint64``, sorted and distinct; empty where shingles are the runs that passages consist of,
    which are cut anew from the words when they are needed."""
    signatures: NDArray[np.uint32]
    """``uint32[n, size]``."""
    digests: NDArray[np.uint64]
    """``uint64[n, 2]``: the first half of the SHA-256 of the clean text."""


@dataclass(frozen=True, slots=True)
class Sketched:
    """The rows of a corpus ready to be compared: their columns, and what each term says."""

    cut: Cut
    term_of: NDArray[np.uint32]
    """One for each word of the lexicon: the number of its term, which is the place of its stem
    among all of them, sorted."""
    idf: NDArray[np.uint32]
    """How much each term says, in ``kernels.IDF_UNIT``."""
    terms: Ragged
    """``uint32``: numbers of each row's terms, rising and distinct."""
    term_weights: NDArray[np.uint32]
    """How much each of ``terms.values`` says of its article, in ``kernels.WEIGHT_UNIT``; a row's
    squares add up to 1."""


@dataclass(frozen=True, slots=True)
class Furniture:
    """Passages that belong to no story, by their keys in the passage index."""

    keys: NDArray[np.uint64]
    """Sorted."""
    counts: NDArray[np.uint32]
    """How many rows carry each."""
    carriers: NDArray[np.int64]
    """``int64[k, m]``: the first of these rows, rising; -1 behind the last."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles of a run in the order of their places; equal clean texts share a row."""

    articles: tuple[Article, ...]
    """Without their texts, which ``texts`` has."""
    titles: tuple[str, ...]
    """What each article is called: its title, or the first line that tells something."""
    storage: Storage
    """Where texts and columns lie."""
    texts: Texts
    arrived: NDArray[np.int64]
    """The number of each article's text in ``texts``."""
    rows: NDArray[np.int64]
    """The row of each article; -1 where it has no words."""
    first: NDArray[np.int64]
    """The first article of each row."""
    lengths: NDArray[np.int64]
    """``int64[n + 1]``: how many words each row has, and 0 for row -1."""
    furniture: Furniture
    sketched: Sketched
    """The rows without furniture: what pairs are measured by."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of rows worth comparing, and which indexes proposed each."""

    pairs: NDArray[np.int64]
    """``int64[m, 2]``, left < right, sorted, once each."""
    found_by: NDArray[np.uint8]
    """``uint8[m]``: bit ``i`` is set where ``settings.INDEXES[i]`` proposed the pair."""
    capped: int = 0
    """Buckets too common to be paired in full."""


class Relation(str, Enum):
    """What a person would say of two articles."""

    SAME_STORY = "same_story"
    RELATED = "related"
    DISTINCT = "distinct"


@dataclass(frozen=True, slots=True)
class Fact:
    """A number, date or name that differs where the words around it are shared."""

    kind: str
    """``number`` or ``name``."""
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured on one pair; every verdict can be recomputed from it.

    Each ``_ratio`` is in [0, 1]. Fields that begin with ``left_`` and ``right_`` swap when the
    sides swap; all others stay as they are.
    """

    same_text: bool
    """The clean texts are equal and not empty."""
    left_words: int
    right_words: int
    jaccard_ratio: float
    """Shared shingles over all shingles, exact."""
    left_in_right_ratio: float
    """Share of the left article's shingles that the right one holds too, exact."""
    right_in_left_ratio: float
    left_shared_ratio: float
    """Share of the left article's words that stand inside a shared passage."""
    right_shared_ratio: float
    left_own_ratio: float
    """Share of the left article's words that stand in long stretches of its own: 40 words or more
    without a shared passage."""
    right_own_ratio: float
    left_aligned_ratio: float
    """Share of what the left article's words say, by how rare each is, that stands in the right one
    in the same order."""
    right_aligned_ratio: float
    alignment_ratio: float
    """Words in common in the same order, over the words of both (rapidfuzz, Indel)."""
    shared_run_words: int
    """Length of the longest shared passage."""
    term_cosine_ratio: float
    """Cosine of the two articles' words, weighted by how rare each word is."""
    swapped_words: int = 0
    """Length of the longest stretch in the middle of both articles that tells of other things, the
    shorter side counted: two bodies in one frame."""
    facts_differ: int = 0
    """Places where a number or a name was substituted inside otherwise shared passages."""
    facts_differ_ratio: float = 0.0
    """Weight of the substituted facts over the weight of all facts in aligned passages."""
    facts: tuple[Fact, ...] = ()
    """The first of them, for a person to read."""
    title_ratio: float | None = None
    """Likeness of the two titles; None where one has none."""
    hours_apart: float | None = None
    """Between the two dates of publication; None where one is unknown."""
    same_source: bool | None = None
    found_by: tuple[str, ...] = ()
    """The indexes that proposed the pair: ``lsh``, ``passage``, ``terms``; ``asked`` where none
    did, ``same-text`` where the clean texts are one."""
    bands: int = 0
    """How many bands of the signatures agree."""
    jaccard_estimate_ratio: float = 0.0
    """What the signatures alone would have said; beside ``jaccard_ratio``, never used to judge."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How two articles relate, by which rule, on what evidence."""

    left: str
    """The id of the article that comes first in the corpus."""
    right: str
    relation: Relation
    kind: str
    """``exact``, ``near`` or ``contained``; ``report`` or ``template``; empty for ``distinct``."""
    rule: str
    """Stable name of the rule that decided, such as ``ND01 same-text``."""
    evidence: Evidence


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


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of an alignment: words both articles share, or words only one of them has."""

    same: bool
    left: str
    right: str
    words: int
    """Words in the stretch; of the longer side where the sides differ."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One pair looked at closely: the verdict, and all that a person needs to check it."""

    left: Article
    right: Article
    verdict: Verdict
    pieces: tuple[Piece, ...]
    """The whole alignment in reading order; joined, the sides give the two clean texts."""
    left_steps: tuple[tuple[str, int], ...]
    """Cleaning rules that changed the left text, with counts."""
    right_steps: tuple[tuple[str, int], ...]
    settings: dict[str, object]
    chance_ratio: float
    """The chance that the bands would propose a pair of this Jaccard."""
    decided: str
    """One sentence: the figure that decided, against the bound that it was held to."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A pair labelled by people."""

    left: str
    """The id or the address of an article."""
    right: str
    relation: str
    """A relation's value; ``same_event`` where the label leaves open whether it is ``same_story``
    or ``related``; ``unsure`` where people could not tell."""
    label: str = ""
    """What the people called it, in their own words."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair that was asked for: its verdict, and how far the indexes brought it."""

    verdict: Verdict
    found_by: tuple[str, ...] = ()
    """The indexes that proposed it; ``same-text`` where equal texts needed none."""
    kept: bool = False
    """It was proposed, and not screened out before it was measured."""


class Watch(Protocol):
    """What a long run tells of its way: called with figures, it says nothing back.

    Who calls it knows no clock and no screen, and calls it once a batch, not once an article.
    """

    def __call__(self, stage: str, done: int, total: int | None = None) -> None:
        """Tell that ``done`` of ``total`` things of a stage are behind it.

        ``stage`` names the work and what is counted, such as ``read articles``; another name
        begins another stage. ``total`` is None where nobody knows it.
        """


class Engine(Protocol):
    """Runs a step over batches, somewhere, and gives the answers in the order of the batches.

    ``map`` is one.
    """

    def __call__(self, step: Callable[[Any], Any], batches: Iterable[Any], /) -> Iterator[Any]:
        """Give ``step`` of each batch; how many are under way is bounded."""


class Column(Protocol):
    """An array that grows at its end, wherever it lies."""

    def extend(self, values: NDArray[Any]) -> None:
        """Put values after those there are."""

    def part(self, start: int, stop: int) -> NDArray[Any]:
        """Some of the values, as a copy."""

    def array(self) -> NDArray[Any]:
        """The whole column, which may be altered in place; it grows no more."""


class Texts(Protocol):
    """The texts of articles in the order in which they arrived, wherever they lie."""

    def extend(self, articles: Sequence[Article]) -> None:
        """Put the texts of articles after those there are."""

    def get(self, numbers: NDArray[np.int64]) -> list[str]:
        """Some of the texts, by their numbers from 0; empty where one cannot be had again."""


class Storage(Protocol):
    """Where a run puts what it must not lose and cannot hold: in memory, or not."""

    def column(self, like: NDArray[Any]) -> Column:
        """A new column of the type and the width of an example."""

    def texts(self) -> Texts:
        """A new list of texts."""

    def release(self) -> None:
        """Give back what memory can be had again; called between batches."""

    def holds(self) -> bool:
        """Whether all of it is held, so that there is nothing to give back."""


def unwatched(stage: str, done: int, total: int | None = None) -> None:
    """The ``Watch`` of a run that nobody follows."""


_Noun = TypeVar("_Noun")


def many(kind: type[_Noun], count: int, **columns: Iterable[object]) -> list[_Noun]:
    """So many nouns of one kind at once, from a column for each field; what has none has its
    default.

    Made one by one they take twice as long, since each field of what is frozen is set by a call.

    >>> many(Article, 2, id=["a", "b"], text=["Storm.", "Flood."])[1]
    Article(id='b', text='Flood.', address='', title='', url='', source='', published=None, lang='')
    """
    made = list(map(object.__new__, repeat(kind, count)))
    for one in fields(kind):  # type: ignore[arg-type]
        values = columns[one.name] if one.name in columns else repeat(one.default)
        deque(map(getattr(kind, one.name).__set__, made, values), maxlen=0)
    return made
