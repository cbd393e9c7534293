"""Texts to columns: a batch cut and signed, a corpus weighed, furniture left out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import candidate, evidence, furniture, kernels, shingle, sketch, term, text
from ..data import Cut, Ragged, Sketched
from ..settings import Settings, ShingleSettings, TextSettings
from . import store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..data import Engine, Storage

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
    read = _read([texts[at] for at in left], how)
    parts, before = [_rows(native, 0, 0)], 0
    for at, row in zip(left, read, strict=True):
        parts += [_rows(native, before, at), row]
        before = at + 1
    parts.append(_rows(native, before, len(texts)))
    hashes, stems, marks, lengths, digests = map(np.concatenate, zip(*parts, strict=True))
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return _Words(Ragged(hashes, offsets), stems, marks, digests)


_Rows = tuple[
    "NDArray[np.uint64]",
    "NDArray[np.uint64]",
    "NDArray[np.uint8]",
    "NDArray[np.int64]",
    "NDArray[np.uint64]",
]
"""Hashes, stems and marks of some texts' words, and how many words and which digest each has."""


def _rows(native: tuple[NDArray[Any], ...] | None, start: int, stop: int) -> _Rows:
    """Some texts as the kernel cut them, one after the other."""
    if native is None:
        none = np.zeros(0, np.uint64)
        return none, none, none.astype(np.uint8), none.astype(np.int64), none
    hashes, stems, marks, offsets, digests, _ = native
    some = slice(int(offsets[start]), int(offsets[stop]))
    lengths = np.diff(offsets[start : stop + 1])
    return hashes[some], stems[some], marks[some], lengths, digests[start:stop]


def _read(texts: Sequence[str], how: TextSettings) -> list[_Rows]:
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
        (
            hashes.values[start:end],
            stems[start:end],
            marks[start:end],
            np.array([end - start]),
            digests[at : at + 1],
        )
        for at, (start, end) in enumerate(rows)
    ]


def number(
    whole: Cut, vocabulary: NDArray[np.uint64], storage: Storage, run: Engine = map
) -> Sketched:
    """The rows, whose terms are places in the vocabulary, with what each term says in the light of
    all of them, and of its row. The weights take the place of the counts, which are of no interest
    any more.
    """
    idf = term.spread(vocabulary, whole.terms, whole.signatures)
    stretches = (np.arange(at.start, at.stop) for at in _stretches(len(whole.digests)))
    for _ in run(partial(term.weigh_terms, whole.terms, whole.counts, idf), stretches):
        storage.release()
    bare = replace(whole, terms=shingle.NONE, counts=whole.counts[:0].copy())
    return Sketched(bare, vocabulary, idf, whole.terms, whole.counts)


def _stretches(count: int) -> Iterator[slice]:
    """Consecutive rows, so many at once as are worked on."""
    for at in range(0, count, ROWS_AT_ONCE):
        yield slice(at, min(at + ROWS_AT_ONCE, count))


def mask(
    words: Ragged,
    known: NDArray[np.uint64],
    settings: Settings,
    storage: Storage,
    run: Engine = map,
) -> NDArray[np.bool_]:
    """Which words stand in the furniture whose keys are known."""
    if not len(known):
        return np.zeros(len(words.values), bool)
    column = storage.column(np.zeros(0, bool))
    stretches = (store.stretch(words, rows) for rows in _stretches(len(words.offsets) - 1))
    for some in run(partial(_masked, known=known, settings=settings), stretches):
        column.extend(some)
        storage.release()
    return column.array()


def _masked(words: Ragged, known: NDArray[np.uint64], settings: Settings) -> NDArray[np.bool_]:
    """The same of some rows."""
    highest, least = candidate.highest(settings.candidate), furniture.KEYS_IN_A_ROW
    run = evidence.PASSAGE_WORDS
    return kernels.mask_runs(words.values, words.offsets, run, highest, known, least)


def clear(
    sketched: Sketched, masked: NDArray[np.bool_], settings: Settings, storage: Storage
) -> Sketched:
    """The rows without their masked words. Keys, signatures and digests stay those of the whole
    texts.

    The columns are closed up where they stand, so that a corpus is never held twice: those that
    were handed in are used up.
    """
    if not masked.any():
        return sketched
    cut, terms, weights = sketched.cut, sketched.terms, sketched.term_weights
    words = cut.words.values, cut.marks, cut.term_of, cut.words.offsets
    whole = kernels.Rows(*words, terms.values, weights, terms.offsets)
    ends, term_ends = np.zeros_like(whole.offsets), np.zeros_like(whole.term_offsets)
    for rows in _stretches(len(ends) - 1):
        kernels.close_rows(whole, masked, ends, term_ends, rows.start, rows.stop)
        left, had = (np.diff(some[rows.start : rows.stop + 1]) for some in (ends, whole.offsets))
        changed = rows.start + np.flatnonzero(left < had)
        term.weigh_terms(Ragged(terms.values, term_ends), weights, sketched.idf, changed)
        storage.release()
    terms = Ragged(terms.values[: term_ends[-1]], term_ends)
    cut = replace(
        cut,
        words=Ragged(cut.words.values[: ends[-1]], ends),
        marks=cut.marks[: ends[-1]],
        term_of=cut.term_of[: ends[-1]],
    )
    cut = replace(cut, shingles=_shingles(cut, settings))
    return replace(sketched, cut=cut, terms=terms, term_weights=weights[: term_ends[-1]])


def _shingles(cut: Cut, settings: Settings) -> Ragged:
    """The shingles of what is left, where they are not cut anew from the words."""
    if settings.shingle == RUNS or settings.shingle.unit.startswith("char:"):
        return cut.shingles
    return shingle.cut(cut.words, [], settings.shingle)


def sides(sketched: Sketched) -> kernels.Sides:
    """The columns that pairs are measured by."""
    cut, terms = sketched.cut, sketched.terms
    words = cut.words.values, cut.marks, cut.term_of, cut.words.offsets
    weights = sketched.term_weights, terms.offsets, sketched.idf
    return kernels.Sides(*words, terms.values, *weights)
