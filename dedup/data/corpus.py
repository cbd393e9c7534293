"""A corpus in columns: its words and terms, its rows, and the pairs of rows worth comparing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .articles import Articles
    from .protocols import Storage, Texts


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
    """Each row's terms as entries (see ``kernels.Vectors``): rising and distinct, with how often
    each stands there."""
    scales: NDArray[np.float64]
    """By which each row's weights are scaled, so that their squares add up to 1, in
    ``kernels.WEIGHT_UNIT``. The weights themselves are worked out when they are asked for."""


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

    articles: Articles
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
