"""Texts to columns: a batch cut and signed, a corpus weighed, furniture left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import candidate, evidence, furniture, kernels, shingle, sketch, term, text
from ..data import Cut, Ragged, Sketched
from ..settings import Settings, ShingleSettings, TextSettings
from . import store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..data import Storage

RUNS = ShingleSettings()
"""Shared passages are found by runs of three words, whatever the unit of the shingles is."""


ROWS_AT_ONCE = 4096
"""Rows that are cleared at a time, which bounds what it takes besides."""


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
    assert native is not None
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


def number(whole: Cut, vocabulary: NDArray[np.uint64]) -> Sketched:
    """The rows, whose terms are places in the vocabulary, with what each term says in the light of
    all of them; not weighed yet.
    """
    idf = term.spread(vocabulary, whole.terms, whole.signatures)
    bare = replace(whole, terms=shingle.NONE)
    return Sketched(bare, vocabulary, idf, whole.terms, np.zeros(0, np.uint32))


def weigh(sketched: Sketched, storage: Storage) -> Sketched:
    """The rows with what each of their terms says of them; how often each stands there is of no
    interest any more.
    """
    terms, counts = sketched.terms, sketched.cut.counts
    column = storage.column(np.zeros(0, np.uint32))
    for rows in _stretches(len(terms.offsets) - 1):
        some = store.stretch(terms, rows)
        mine = slice(int(terms.offsets[rows.start]), int(terms.offsets[rows.stop]))
        column.extend(term.weigh_terms(some, counts[mine], sketched.idf))
        storage.release()
    cut = replace(sketched.cut, counts=counts[:0].copy())
    return replace(sketched, cut=cut, term_weights=column.array())


def _stretches(count: int) -> Iterator[slice]:
    """Consecutive rows, so many at once as are worked on."""
    for at in range(0, count, ROWS_AT_ONCE):
        yield slice(at, min(at + ROWS_AT_ONCE, count))


def mask(
    words: Ragged, known: NDArray[np.uint64], settings: Settings, storage: Storage
) -> NDArray[np.bool_]:
    """Which words stand in the furniture whose keys are known."""
    if not len(known):
        return np.zeros(len(words.values), bool)
    column = storage.column(np.zeros(0, bool))
    for rows in _stretches(len(words.offsets) - 1):
        some = store.stretch(words, rows)
        highest, least = candidate.highest(settings.candidate), furniture.KEYS_IN_A_ROW
        run = evidence.PASSAGE_WORDS
        column.extend(kernels.mask_runs(some.values, some.offsets, run, highest, known, least))
        storage.release()
    return column.array()


def clear(
    sketched: Sketched, masked: NDArray[np.bool_], settings: Settings, storage: Storage
) -> Sketched:
    """The rows without their masked words, not weighed. Keys, signatures and digests stay those of
    the whole texts.

    The columns are closed up where they stand, so that a corpus is never held twice: those that
    were handed in are used up.
    """
    if not masked.any():
        return sketched
    cut = sketched.cut
    words, terms = store.Closing(cut.words), store.Closing(sketched.terms)
    for rows in _stretches(len(cut.digests)):
        some, of_terms = words.stretch(rows), terms.stretch(rows)
        starts = terms.rows.offsets[rows.start : rows.stop + 1] - of_terms.start
        lengths = np.diff(words.rows.offsets[rows.start : rows.stop + 1])
        left = ~masked[some]
        term_at = (np.repeat(starts[:-1], lengths) + cut.term_of[some])[left]
        counts = np.bincount(term_at, minlength=of_terms.stop - of_terms.start).astype(np.uint32)
        told = counts > 0
        place = np.cumsum(told) - 1
        kept = terms.close(rows, told, cut.counts, counts)
        bare = words.close(rows, left, cut.marks, cut.marks[some])
        ends = bare.offsets[rows.start : rows.stop + 1]
        firsts = kept.offsets[rows.start : rows.stop + 1][:-1]
        first = np.repeat(firsts - firsts[0], np.diff(ends))
        cut.term_of[ends[0] : ends[-1]] = place[term_at] - first
        storage.release()
    return _closed(sketched, words.closed(), terms.closed(), settings)


def _closed(sketched: Sketched, words: Ragged, terms: Ragged, settings: Settings) -> Sketched:
    """The columns as long as they have become."""
    cut, shingles = sketched.cut, sketched.cut.shingles
    if settings.shingle != RUNS and not settings.shingle.unit.startswith("char:"):
        shingles = shingle.cut(words, [], settings.shingle)
    cut = replace(
        cut,
        words=words,
        marks=cut.marks[: len(words.values)],
        term_of=cut.term_of[: len(words.values)],
        counts=cut.counts[: len(terms.values)],
        shingles=shingles,
    )
    return replace(sketched, cut=cut, terms=terms)


def sides(sketched: Sketched) -> kernels.Sides:
    """The columns that pairs are measured by."""
    cut, terms = sketched.cut, sketched.terms
    words = cut.words.values, cut.marks, cut.term_of, cut.words.offsets
    weights = sketched.term_weights, terms.offsets, sketched.idf
    return kernels.Sides(*words, terms.values, *weights)
