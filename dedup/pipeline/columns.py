"""Texts to columns: a batch cut and signed, a corpus weighed, furniture left out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import candidate, evidence, furniture, kernels, shingle, sketch, term, text
from ..data.corpus import Cut, Lexicon, Ragged, Sketched
from ..settings import Settings, ShingleSettings, TextSettings
from . import store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ..data.protocols import Engine, Storage

RUNS = ShingleSettings()
"""Shared passages are found by runs of three words, whatever the unit of the shingles is."""

ROWS_AT_ONCE = 4096
"""Rows that are weighed or cleared at a time, which bounds what it takes besides."""
ROWS_COUNTED_AT_ONCE = 1024
"""… where what is found is copied."""


class _Found(NamedTuple):
    """The words of a batch."""

    words: Ragged
    """Their numbers in reading order."""
    clean: Sequence[bytes | memoryview]
    """The clean texts in UTF-8."""
    hashes: NDArray[np.uint64]
    """One for each number, as the two below."""
    stems: NDArray[np.uint64]
    marks: NDArray[np.uint8]
    letters: Ragged


def cut(texts: Sequence[str], settings: Settings) -> Cut:
    """One batch of articles' texts, cleaned, cut into words and shingles, and signed."""
    words, clean, hashes, stems, marks, letters = _find(texts, settings.text)
    of_runs = settings.shingle == RUNS
    signatures, keys, borders = kernels.sign_runs(
        words.values,
        words.offsets,
        hashes,
        evidence.PASSAGE_WORDS,
        candidate.highest(settings.candidate),
        (settings.sketch.signature_size if of_runs else 0, settings.sketch.seed),
    )
    shingles = shingle.NONE
    if not of_runs:
        hashed = Ragged(hashes[words.values], words.offsets)
        shingles = shingle.cut(hashed, _letters(clean, settings.shingle), settings.shingle)
        signatures = sketch.sign(shingles, settings.sketch)
    return Cut(
        words=words,
        lexicon=Lexicon(hashes, marks, letters, stems),
        keys=Ragged(keys, borders),
        shingles=shingles,
        signatures=signatures,
        digests=_digests(clean),
    )


def _letters(clean: Iterable[bytes | memoryview], how: ShingleSettings) -> list[str]:
    """The clean texts, where shingles consist of characters."""
    if not how.unit.startswith("char:"):
        return []
    return [str(one, "utf-8", "surrogatepass") for one in clean]


def _find(texts: Sequence[str], how: TextSettings) -> _Found:
    """The words of each text: by the kernel where it is sure of every rule, else rule by rule."""
    if how != TextSettings():
        return _read(texts, how)
    told = kernels.cut_texts(list(texts))
    words, letters = Ragged(told.words, told.offsets), Ragged(told.letters, told.borders)
    whole = memoryview(told.clean)
    clean = [whole[start:end] for start, end in pairwise(told.ends.tolist())]
    found = _Found(words, clean, told.hashes, told.stems, told.marks, letters)
    left = np.flatnonzero(told.done == 0)
    if not len(left):
        return found
    return _filled(found, left, _read([texts[at] for at in left.tolist()], how))


def _filled(found: _Found, left: NDArray[np.int64], read: _Found) -> _Found:
    """What was found, with what was read in place of the rows that were left."""
    more = read.words.values + np.uint32(len(found.hashes))
    both = _joined(found.words, Ragged(more, read.words.offsets))
    rows, clean = np.arange(len(found.clean)), [*found.clean, *read.clean]
    rows[left] = len(rows) + np.arange(len(left))
    return _Found(
        words=store.taken(both, rows),
        clean=[clean[row] for row in rows.tolist()],
        hashes=np.concatenate((found.hashes, read.hashes)),
        stems=np.concatenate((found.stems, read.stems)),
        marks=np.concatenate((found.marks, read.marks)),
        letters=_joined(found.letters, read.letters),
    )


def _joined(some: Ragged, more: Ragged) -> Ragged:
    """Rows, and more of them."""
    ends = more.offsets[1:] + some.offsets[-1]
    values = np.concatenate((some.values, more.values))
    return Ragged(values, np.concatenate((some.offsets, ends)))


def _read(texts: Sequence[str], how: TextSettings) -> _Found:
    """Texts cleaned and cut by the rules themselves."""
    clean = [text.clean(one, how).text for one in texts]
    rows = [text.words(one) for one in clean]
    numbers: dict[str, int] = {}
    words = [numbers.setdefault(word, len(numbers)) for row in rows for word in row]
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in rows], out=offsets[1:])
    marks = np.array([word.isdigit() for word in numbers], bool).astype(np.uint8)
    spelled = [f"{word} ".encode(errors="surrogatepass") for word in numbers]
    borders = np.cumsum([0, *map(len, spelled)])
    return _Found(
        words=Ragged(np.array(words, np.uint32), offsets),
        clean=[one.encode(errors="surrogatepass") for one in clean],
        hashes=shingle.hash_words([list(numbers)]).values,
        stems=shingle.hash_words([term.stem(list(numbers))]).values,
        marks=marks * np.uint8(kernels.NUMBER),
        letters=Ragged(np.frombuffer(b"".join(spelled), np.uint8), borders),
    )


def _digests(clean: Iterable[bytes | memoryview]) -> NDArray[np.uint64]:
    """What tells clean texts apart, in UTF-8."""
    halves = b"".join([hashlib.sha256(one).digest()[:16] for one in clean])
    return np.frombuffer(halves, ">u8").astype(np.uint64).reshape(-1, 2)


def hashed(cut: Cut) -> Ragged:
    """The hashes of the words in reading order."""
    return Ragged(cut.lexicon.hashes[cut.words.values], cut.words.offsets)


def number(whole: Cut, storage: Storage, run: Engine = map) -> Sketched:
    """The rows, with their terms: what each says in the light of all of them, and of its row."""
    known, term_of = kernels.number_values(whole.lexicon.stems)
    terms = _counted(whole.words, term_of, len(known), storage, run)
    parts = term.parts_of(whole.signatures)
    storage.release()
    idf = term.spread(known, terms, parts)
    storage.release()
    scales = [np.zeros(0)]
    stretches = (np.arange(at.start, at.stop) for at in _stretches(len(parts), ROWS_AT_ONCE))
    for some in run(partial(term.scale, terms, idf), stretches):
        scales.append(some)
        storage.release()
    return Sketched(whole, term_of, idf, terms, np.concatenate(scales))


def _counted(
    words: Ragged, term_of: NDArray[np.uint32], size: int, storage: Storage, run: Engine
) -> Ragged:
    """Each row's terms as entries, of so many that are known."""

    def count(rows: slice) -> tuple[kernels.Entries, NDArray[np.int64]]:
        some = store.stretch(words, rows)
        return kernels.count_terms(some.values, some.offsets, term_of, size)

    terms = store.RaggedColumn(storage.column(np.zeros(0, kernels.entry_type(size))))
    stretches = _stretches(len(words.offsets) - 1, ROWS_COUNTED_AT_ONCE)
    for some in run(count, stretches):
        terms.extend(Ragged(*some))
        storage.release()
    return terms.ragged()


def _stretches(count: int, most: int) -> Iterator[slice]:
    """Consecutive rows, so many of them at a time."""
    for at in range(0, count, most):
        yield slice(at, min(at + most, count))


def mask(
    words: Ragged, lexicon: Lexicon, known: NDArray[np.uint64], settings: Settings
) -> NDArray[np.bool_]:
    """Which words of some rows stand in the furniture whose keys are known."""
    highest, least = candidate.highest(settings.candidate), furniture.KEYS_IN_A_ROW
    how = evidence.PASSAGE_WORDS, highest, known, least
    return kernels.mask_runs(words.values, words.offsets, lexicon.hashes, *how)


def clear(
    sketched: Sketched,
    known: NDArray[np.uint64],
    settings: Settings,
    storage: Storage,
    run: Engine = map,
) -> Sketched:
    """The rows without the furniture whose keys are known. Keys, signatures and digests stay those
    of the whole texts.

    The columns are closed up where they stand, so that a corpus is never held twice: those that
    were handed in are used up. A stretch of rows closes up in itself, beside others, and then moves
    to where the one before ends.
    """
    if not len(known):
        return sketched
    cut, terms, scales = sketched.cut, sketched.terms, sketched.scales.copy()
    ends, term_ends = np.zeros_like(cut.words.offsets), np.zeros_like(terms.offsets)
    step = partial(_closed, sketched, known=known, settings=settings)
    stretches = list(_stretches(len(scales), ROWS_AT_ONCE))
    for rows, (mine, its, changed, anew) in zip(stretches, run(step, stretches), strict=True):
        borders = slice(rows.start, rows.stop + 1)
        ends[borders], term_ends[borders] = mine + ends[rows.start], its + term_ends[rows.start]
        scales[rows.start + changed] = anew
        _move(cut.words, rows.start, ends[borders])
        _move(terms, rows.start, term_ends[borders])
        storage.release()
    cut = replace(cut, words=Ragged(cut.words.values[: ends[-1]], ends))
    cut = replace(cut, shingles=_shingles(cut, settings))
    terms = Ragged(terms.values[: term_ends[-1]], term_ends)
    return replace(sketched, cut=cut, terms=terms, scales=scales)


def _closed(
    sketched: Sketched, rows: slice, known: NDArray[np.uint64], settings: Settings
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Close up some rows; gives where they then begin, and where their terms, and which rows have
    lost words, with what these are scaled by then.
    """
    words, terms = store.stretch(sketched.cut.words, rows), store.stretch(sketched.terms, rows)
    masked = mask(words, sketched.cut.lexicon, known, settings)
    whole = kernels.Rows(words.values, words.offsets, terms.values, terms.offsets)
    ends, term_ends = kernels.close_rows(whole, sketched.term_of, masked)
    changed = np.flatnonzero(np.diff(ends) < np.diff(words.offsets))
    scales = term.scale(Ragged(terms.values, term_ends), sketched.idf, changed)
    return ends, term_ends, changed, scales


def _move(column: Ragged, first: int, to: NDArray[np.int64]) -> None:
    """Move rows, from the first of them on, to where they are to lie, which is not behind it."""
    start, size = column.offsets[first], to[-1] - to[0]
    if to[0] < start:
        column.values[to[0] : to[-1]] = column.values[start : start + size]


def _shingles(cut: Cut, settings: Settings) -> Ragged:
    """The shingles of what is left, where they are not cut anew from the words."""
    if settings.shingle == RUNS or settings.shingle.unit.startswith("char:"):
        return cut.shingles
    return shingle.cut(hashed(cut), [], settings.shingle)


def take(sketched: Sketched, rows: NDArray[np.int64]) -> Sketched:
    """Some of the rows, in the order given."""
    cut, terms = store.take(sketched.cut, rows), store.taken(sketched.terms, rows)
    return replace(sketched, cut=cut, terms=terms, scales=sketched.scales[rows])


def vectors(sketched: Sketched) -> kernels.Vectors:
    """The rows as vectors of terms."""
    return term.vectors(sketched.terms, sketched.scales, sketched.idf)


def sides(sketched: Sketched) -> kernels.Sides:
    """The columns that pairs are measured by."""
    words, says = sketched.cut.words, sketched.idf[sketched.term_of]
    return kernels.Sides(
        words.values, words.offsets, sketched.cut.lexicon.marks, says, vectors(sketched)
    )
