"""What travels together into the kernels: columns of many articles, and the bounds of a pair."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "COUNT_BITS",
    "FINER_BITS",
    "IDF_UNIT",
    "MEASURES",
    "NUMBER",
    "WEIGHT_UNIT",
    "Bounds",
    "Entries",
    "Rows",
    "Sides",
    "Varied",
    "Varying",
    "Vectors",
    "entry_type",
]

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Entries = NDArray[np.unsignedinteger[Any]]

IDF_UNIT = 1 << 16
"""An idf of 1.0, as a whole number: sums of whole numbers are the same in any order."""
WEIGHT_UNIT = 1 << 24
"""A term weight of 1.0; a product of two weights counts in ``WEIGHT_UNIT ** 2``."""
FINER_BITS = 8
"""Bits by which a weight counts finer before its row is scaled to ``WEIGHT_UNIT``."""
COUNT_BITS = 10
"""The low bits of an entry, which say how often a row has a term, up to the most that they can; the
others are the number of the term."""
NUMBER = 1
"""The bit in ``marks`` of a word that consists of digits."""


def entry_type(terms: int) -> type[np.unsignedinteger[Any]]:
    """What an entry takes if there are so many terms."""
    return np.uint32 if terms <= 1 << (32 - COUNT_BITS) else np.uint64


class Texts(NamedTuple):
    """``n`` texts as they are cut; the last five say of each word what its number stands for."""

    words: U32
    """Numbers of words in reading order; row ``i`` is ``words[offsets[i]:offsets[i+1]]``."""
    offsets: I64
    clean: bytes
    """The clean texts in UTF-8, end to end; text ``i`` is ``clean[ends[i]:ends[i+1]]``."""
    ends: I64
    done: U8
    """``uint8[n]``: 1 where a text was cut, 0 where it is left to the caller."""
    hashes: U64
    stems: U64
    """Hashes of stems."""
    marks: U8
    letters: U8
    """UTF-8, end to end, with a space behind each word."""
    borders: I64
    """The offsets of the letters."""


class Vectors(NamedTuple):
    """``n`` rows of terms; row ``i`` is ``entries[offsets[i]:offsets[i+1]]``.

    An entry weighs ``factors[count] · worths[term]`` without the last ``FINER_BITS``, below 2**53
    (the last factor stands for every higher count), times the scale of its row.
    """

    entries: Entries
    """Each term of the row once, rising, with its count in the last ``COUNT_BITS``."""
    offsets: I64
    scales: F64
    """By row."""
    worths: U32
    """By term."""
    factors: U64
    """By count."""


class Sides(NamedTuple):
    """``n`` articles as pairs are measured by; row ``i`` is ``words[offsets[i]:offsets[i+1]]``."""

    words: U32
    """Numbers of words in reading order."""
    offsets: I64
    marks: U8
    """Of each word by its number: ``NUMBER`` or 0."""
    says: U32
    """How much each word says, by its number, in ``IDF_UNIT``."""
    vectors: Vectors
    """Each row's terms."""


class Rows(NamedTuple):
    """``n`` articles as they are closed up, which alters the columns in place."""

    words: U32
    """Numbers of words in reading order."""
    offsets: I64
    entries: Entries
    """Each row's terms, as those of ``Vectors``."""
    entry_offsets: I64


class Varying(NamedTuple):
    """Which values are varied: those that keep company with others in each row."""

    least: int
    """It stands in so many rows, two at least."""
    factor: int
    """Another value is rarer if it counts at most one part in so many …"""
    ratio: float
    """… and of the values of its rows so many are, on average."""
    most: int
    """So many of its rows are named."""


class Varied(NamedTuple):
    """``k`` values that ``find_varied`` found."""

    values: U64
    """Sorted."""
    counts: U32
    """In how many rows each stands."""
    groups: I64
    """The group of all of its rows, -1 where they differ or one is unknown."""
    rows: I64
    """``int64[k, most]``: its first rows, rising; -1 behind the last."""


class Bounds(NamedTuple):
    """What counts as what on a pair, in words unless said."""

    run: int
    """A shared passage is at least so long."""
    own: int
    """So many without a shared passage are a stretch of an article's own."""
    aligned: int
    """So many of each side are aligned, the rest is not looked at."""
    slot: int
    """The longest gap in which a fact may be substituted."""
    head: int
    """A gap holds a fact if both sides have one; within so many first words, if one side has."""
    informative: int
    """An idf from which up a word counts as a fact, in ``IDF_UNIT``."""
    least_dot: int
    """A pair is looked at closely from this dot product of its terms …"""
    least_share: float
    """… or from this share of the shorter side in shared passages."""


MEASURES = (
    "shared_runs",
    "left_passages",
    "right_passages",
    "left_own",
    "right_own",
    "dot",
    "measured",
    "left_runs",
    "right_runs",
    "left_said",
    "right_said",
    "left_aligned",
    "right_aligned",
    "aligned_words",
    "longest",
    "swapped",
    "agreeing",
    "places",
)
"""The columns that ``measure_pairs`` gives, each of whole numbers."""
