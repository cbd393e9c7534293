"""Texts to columns: a batch cut and signed, batches put together, rows taken, furniture left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import candidate, evidence, furniture, kernels, shingle, sketch, term, text
from ..data import Cut, Ragged, Sketched
from ..settings import Settings, ShingleSettings, TextSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RUNS = ShingleSettings()
"""Shared passages are found by runs of three words, whatever the unit of the shingles is."""


class _Words(NamedTuple):
    """The words of a batch."""

    hashes: Ragged
    stems: NDArray[np.uint64]
    marks: NDArray[np.uint8]
    digests: NDArray[np.uint64]


def cut(texts: Sequence[str], settings: Settings) -> Cut:
    """One batch of articles' texts, cleaned, cut into words and shingles, and signed."""
    words = _words(texts, settings.text)
    runs = shingle.runs(words.hashes, evidence.PASSAGE_WORDS)
    shingles = runs
    if settings.shingle != RUNS:
        shingles = shingle.cut(words.hashes, _letters(texts, settings), settings.shingle)
    terms, offsets, counts, term_of = kernels.cut_terms(words.stems, words.hashes.offsets)
    return Cut(
        words=words.hashes,
        marks=words.marks,
        term_of=term_of,
        terms=Ragged(terms, offsets),
        counts=counts,
        keys=candidate.sample(runs, settings.candidate),
        shingles=shingle.NONE if settings.shingle == RUNS else shingles,
        signatures=sketch.sign(shingles, settings.sketch),
        digests=words.digests,
    )


def _letters(texts: Sequence[str], settings: Settings) -> list[str]:
    """The clean texts, where shingles consist of characters."""
    if not settings.shingle.unit.startswith("char:"):
        return []
    return [text.clean(one, settings.text).text for one in texts]


def _words(texts: Sequence[str], how: TextSettings) -> _Words:
    """The words of each text: by the kernel where it is sure of every rule, else rule by rule."""
    native = kernels.cut_texts(list(texts)) if how == TextSettings() else None
    if native is not None and native[-1].all():
        hashes, stems, marks, offsets, digests, _ = native
        return _Words(Ragged(hashes, offsets), stems, marks, digests)
    left = range(len(texts)) if native is None else np.flatnonzero(native[-1] == 0).tolist()
    read = dict(zip(left, _read([texts[at] for at in left], how), strict=True))
    parts = [read[at] if at in read else _row(native, at) for at in range(len(texts))]
    none = np.zeros(0, np.uint64)
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(part[0]) for part in parts], out=offsets[1:])
    return _Words(
        Ragged(np.concatenate([none, *(part[0] for part in parts)]), offsets),
        np.concatenate([none, *(part[1] for part in parts)]),
        np.concatenate([none.astype(np.uint8), *(part[2] for part in parts)]),
        np.array([part[3] for part in parts], np.uint64),
    )


_Row = tuple["NDArray[np.uint64]", "NDArray[np.uint64]", "NDArray[np.uint8]", int]
"""Hashes, stems and marks of one text's words, and its digest."""


def _row(native: tuple[NDArray[np.generic], ...] | None, at: int) -> _Row:
    """One text as the kernel cut it."""
    assert native is not None  # noqa: S101 - it is where a text was not left to the rules
    hashes, stems, marks, offsets, digests, _ = native
    row = slice(int(offsets[at]), int(offsets[at + 1]))
    return hashes[row], stems[row], marks[row], int(digests[at])  # type: ignore[return-value]


def _read(texts: Sequence[str], how: TextSettings) -> list[_Row]:
    """Texts cleaned and cut by the rules themselves."""
    clean = [text.clean(one, how).text for one in texts]
    words = [text.words(one) for one in clean]
    hashes = shingle.hash_words(words)
    stems = shingle.hash_words([term.stem(one) for one in words]).values
    numbers = [word.isdigit() for one in words for word in one]
    marks = np.array(numbers, bool).astype(np.uint8) * np.uint8(kernels.NUMBER)
    digests = shingle.hash_words([[one.replace("\n", " ")] for one in clean]).values
    rows = zip(hashes.offsets[:-1].tolist(), hashes.offsets[1:].tolist(), strict=True)
    return [
        (hashes.values[start:end], stems[start:end], marks[start:end], int(digest))
        for (start, end), digest in zip(rows, digests, strict=True)
    ]


def join(parts: Sequence[Cut]) -> Cut:
    """The rows of all batches, one after the other; at least one batch."""
    return Cut(
        words=_joined([part.words for part in parts]),
        marks=np.concatenate([part.marks for part in parts]),
        term_of=np.concatenate([part.term_of for part in parts]),
        terms=_joined([part.terms for part in parts]),
        counts=np.concatenate([part.counts for part in parts]),
        keys=_joined([part.keys for part in parts]),
        shingles=_joined([part.shingles for part in parts]),
        signatures=np.concatenate([part.signatures for part in parts]),
        digests=np.concatenate([part.digests for part in parts]),
    )


def _joined(parts: Sequence[Ragged]) -> Ragged:
    """The rows of all parts, one after the other.

    >>> part = Ragged(np.array([5, 6], np.uint64), np.array([0, 2]))
    >>> _joined([part, part]).offsets.tolist()
    [0, 2, 4]
    """
    lengths = [np.diff(part.offsets) for part in parts]
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.concatenate(lengths))))
    return Ragged(np.concatenate([part.values for part in parts]), offsets)


def take(whole: Cut, rows: NDArray[np.int64]) -> Cut:
    """Some of the rows, in the order given."""
    words, of_words = taken(whole.words, rows)
    terms, of_terms = taken(whole.terms, rows)
    shingles = whole.shingles
    if len(shingles.values):
        shingles, _ = taken(shingles, rows)
    return Cut(
        words=words,
        marks=whole.marks[of_words],
        term_of=whole.term_of[of_words],
        terms=terms,
        counts=whole.counts[of_terms],
        keys=taken(whole.keys, rows)[0],
        shingles=shingles,
        signatures=whole.signatures[rows],
        digests=whole.digests[rows],
    )


def taken(ragged: Ragged, rows: NDArray[np.int64]) -> tuple[Ragged, NDArray[np.int64]]:
    """Some rows, and where each of their values stood."""
    lengths = np.diff(ragged.offsets)[rows]
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    places = np.repeat(ragged.offsets[rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Ragged(ragged.values[places], offsets), places


def number(whole: Cut) -> Sketched:
    """The rows with what each term says in the light of all of them."""
    vocabulary, places = kernels.number_values(whole.terms.values)
    terms = Ragged(places, whole.terms.offsets)
    idf = term.spread(vocabulary, terms, whole.signatures)
    weights = term.weigh_terms(terms, whole.counts, idf)
    return Sketched(whole, vocabulary, idf, terms, weights)


def mask(words: Ragged, known: NDArray[np.uint64], settings: Settings) -> NDArray[np.bool_]:
    """Which words stand in the furniture whose keys are known."""
    return kernels.mask_runs(
        words.values,
        words.offsets,
        evidence.PASSAGE_WORDS,
        candidate.highest(settings.candidate),
        known,
        furniture.KEYS_IN_A_ROW,
    )


def clear(sketched: Sketched, known: NDArray[np.uint64], settings: Settings) -> Sketched:
    """The rows without the furniture whose keys are known; what is left is weighed anew."""
    if not len(known):
        return sketched
    whole = sketched.cut
    left = ~mask(whole.words, known, settings)
    if left.all():
        return sketched
    words = candidate.keep(whole.words, left)
    term_at = np.repeat(sketched.terms.offsets[:-1], np.diff(whole.words.offsets))
    term_at = term_at[left] + whole.term_of[left]
    counts = np.bincount(term_at, minlength=len(whole.counts)).astype(np.uint32)
    told = counts > 0
    terms = candidate.keep(sketched.terms, told)
    place = np.cumsum(told) - 1
    term_of = place[term_at] - np.repeat(terms.offsets[:-1], np.diff(words.offsets))
    shingles = whole.shingles
    if settings.shingle != RUNS and not settings.shingle.unit.startswith("char:"):
        shingles = shingle.cut(words, [], settings.shingle)
    cut = replace(
        whole,
        words=words,
        marks=whole.marks[left],
        term_of=term_of.astype(np.uint32),
        terms=candidate.keep(whole.terms, told),
        counts=counts[told],
        shingles=shingles,
    )
    weights = term.weigh_terms(terms, cut.counts, sketched.idf)
    return Sketched(cut, sketched.vocabulary, sketched.idf, terms, weights)


def sides(sketched: Sketched) -> kernels.Sides:
    """The columns that pairs are measured by."""
    cut, terms = sketched.cut, sketched.terms
    words = cut.words.values, cut.marks, cut.term_of, cut.words.offsets
    weights = sketched.term_weights, terms.offsets, sketched.idf
    return kernels.Sides(*words, terms.values, *weights)


def idf(sketched: Sketched, row: int) -> NDArray[np.uint32]:
    """What each word of one row says."""
    start, end = sketched.cut.words.offsets[row : row + 2]
    first, beyond = sketched.terms.offsets[row : row + 2]
    return sketched.idf[sketched.terms.values[first:beyond][sketched.cut.term_of[start:end]]]
