"""Batches to the columns of a corpus: rows gathered one batch at a time, equal texts in one row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import kernels
from ..data import Cut, Ragged
from .memory import HeldColumn
from .numbering import GrowingLexicon

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ..data import Column, Corpus, Lexicon, Storage

ROWS_AT_ONCE = 4096
"""Rows that are moved at a time, which bounds what it takes besides."""
TERMS_AT_ONCE = 1 << 20
"""Terms that are numbered anew at a time."""


def texts_of(corpus: Corpus, rows: NDArray[np.int64]) -> list[str]:
    """The text of the first article of each row."""
    return corpus.texts.get(corpus.arrived[corpus.first[rows]])


class _RaggedColumn:
    """Rows of different length, end to end."""

    def __init__(self, values: Column) -> None:
        """Begin without rows; their values go to an empty column."""
        self._values = values
        self._lengths = HeldColumn(np.zeros(0, np.int64))

    def extend(self, rows: Ragged) -> None:
        """Put rows after those there are."""
        self._values.extend(rows.values)
        self._lengths.extend(np.diff(rows.offsets))

    def ragged(self) -> Ragged:
        """All rows."""
        lengths = self._lengths.array()
        offsets = np.zeros(len(lengths) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return Ragged(self._values.array(), offsets)

    def length(self, number: int) -> int:
        """How many values a row has."""
        return int(self._lengths.array()[number])


_RAGGED = "words", "terms", "keys", "shingles"
_FLAT = "counts", "signatures", "digests"


class _Rows:
    """The columns of a corpus while they grow."""

    def __init__(self, like: Cut, storage: Storage) -> None:
        """Begin without rows, with columns such as those of a batch."""
        self._flat = {name: storage.column(getattr(like, name)) for name in _FLAT}
        self._values = {name: storage.column(getattr(like, name).values) for name in _RAGGED}
        self._ragged = {name: _RaggedColumn(values) for name, values in self._values.items()}

    def extend(self, batch: Cut) -> None:
        """Put the rows of a batch after those there are."""
        for name, column in self._flat.items():
            column.extend(getattr(batch, name))
        for name, rows in self._ragged.items():
            rows.extend(getattr(batch, name))

    def words(self, row: int, start: int) -> bytes:
        """The words of one row that begins at word ``start``, as bytes."""
        length = self._ragged["words"].length(row)
        return self._values["words"].part(start, start + length).tobytes()

    def cut(self, lexicon: Lexicon) -> Cut:
        """All rows; they grow no more."""
        columns: dict[str, Any] = {name: column.array() for name, column in self._flat.items()}
        columns |= {name: rows.ragged() for name, rows in self._ragged.items()}
        return Cut(lexicon=lexicon, **columns)


class Gathered(NamedTuple):
    """The rows of all batches: each different text is one row."""

    cut: Cut
    rows: NDArray[np.int64]
    """The row of each text, -1 where it has no words."""
    first: NDArray[np.int64]
    """The first text of each row."""


def gather(batches: Iterable[Cut], storage: Storage) -> Gathered:
    """The rows of all batches, of which there is at least one."""
    known = _Known()
    lexicon = GrowingLexicon(storage)
    rows: _Rows | None = None
    for batch in batches:
        numbered = _numbered(batch, *lexicon.admit(batch.lexicon))
        rows = rows or _Rows(numbered, storage)
        fresh = known.admit(numbered, rows)
        rows.extend(numbered if len(fresh) == len(batch.digests) else take(numbered, fresh))
    assert rows is not None  # there is a batch
    whole, ranks = lexicon.whole()
    cut = rows.cut(whole)
    terms = cut.terms.values
    for at in range(0, len(terms), TERMS_AT_ONCE):
        terms[at : at + TERMS_AT_ONCE] = ranks.take(terms[at : at + TERMS_AT_ONCE])
        storage.release()
    return Gathered(cut, np.array(known.rows, np.int64), np.array(known.first, np.int64))


def _numbered(batch: Cut, words: NDArray[np.uint32], terms: NDArray[np.uint32]) -> Cut:
    """The batch with other numbers for its words and its terms."""
    return replace(
        batch,
        words=Ragged(words.take(batch.words.values), batch.words.offsets),
        terms=Ragged(terms.take(batch.terms.values), batch.terms.offsets),
    )


def arrange(gathered: Gathered, order: NDArray[np.int64], storage: Storage) -> Gathered:
    """What would have been gathered of the texts in another order."""
    whole, rows = gathered.cut, gathered.rows[order]
    worded = np.flatnonzero(rows >= 0)
    _, met = np.unique(rows[worded], return_index=True)
    old = np.argsort(met)
    new = np.empty_like(old)
    new[old] = np.arange(len(old))
    rows[worded] = new[rows[worded]]
    if (old[1:] > old[:-1]).all():
        return gathered._replace(rows=rows, first=worded[met])
    arranged = _Rows(whole, storage)
    for at in range(0, len(old), ROWS_AT_ONCE):
        arranged.extend(take(whole, old[at : at + ROWS_AT_ONCE]))
        storage.release()
    return gathered._replace(cut=arranged.cut(whole.lexicon), rows=rows, first=worded[met[old]])


class _Known:
    """Which texts were met, by a digest of their clean text and by their words."""

    def __init__(self) -> None:
        """None yet."""
        self.rows: list[int] = []
        self.first: list[int] = []
        self._starts: list[int] = []
        self._row_of: dict[int, int] = {}
        self._next = 0

    def admit(self, batch: Cut, stored: _Rows) -> NDArray[np.int64]:
        """Note a row for each text of the batch; which of them are new. ``stored`` are the rows of
        the batches before.
        """
        offsets, values = batch.words.offsets.tolist(), batch.words.values
        fresh: list[int] = []
        before = len(self.first)
        for at, digest in enumerate(batch.digests[:, 0].tolist()):
            start, end = offsets[at], offsets[at + 1]
            if start == end:
                self.rows.append(-1)
                continue
            row = self._row_of.setdefault(digest, len(self.first))
            if row < before:
                same = stored.words(row, self._starts[row]) == values[start:end].tobytes()
            elif row < len(self.first):
                other = fresh[row - before]
                mine = values[offsets[other] : offsets[other + 1]]
                same = np.array_equal(mine, values[start:end])
            else:
                same = False
            if not same:  # of two texts with one digest, which only an attacker finds, each has one
                row = len(self.first)
                self.first.append(len(self.rows))
                self._starts.append(self._next)
                self._next += end - start
                fresh.append(at)
            self.rows.append(row)
        return np.array(fresh, np.int64)


def take(whole: Cut, rows: NDArray[np.int64]) -> Cut:
    """Some of the rows, in the order given."""
    shingles = whole.shingles
    if len(shingles.offsets) > 1:  # there are some, though these articles may be too short for any
        shingles = taken(shingles, rows)
    return Cut(
        words=taken(whole.words, rows),
        lexicon=whole.lexicon,
        terms=taken(whole.terms, rows),
        counts=taken(Ragged(whole.counts, whole.terms.offsets), rows).values,
        keys=taken(whole.keys, rows),
        shingles=shingles,
        signatures=whole.signatures[rows],
        digests=whole.digests[rows],
    )


def stretch(ragged: Ragged, rows: slice) -> Ragged:
    """Consecutive rows, as they lie."""
    offsets = ragged.offsets[rows.start : rows.stop + 1]
    return Ragged(ragged.values[offsets[0] : offsets[-1]], offsets - offsets[0])


def taken(ragged: Ragged, rows: NDArray[np.int64]) -> Ragged:
    """Some rows, in the order given."""
    return Ragged(*kernels.take_rows(ragged.values, ragged.offsets, rows))
