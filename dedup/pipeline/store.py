"""Batches to the columns of a corpus: rows gathered one batch at a time, equal texts in one row."""

from __future__ import annotations

from array import array
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import kernels
from ..data.corpus import Cut, Ragged
from .memory import HeldColumn
from .numbering import GrowingLexicon, Numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from ..data.corpus import Corpus, Lexicon
    from ..data.protocols import Column, Storage

ROWS_AT_ONCE = 4096
"""Rows that are moved at a time, which bounds what it takes besides."""


def texts_of(corpus: Corpus, rows: NDArray[np.int64]) -> list[str]:
    """The text of the first article of each row."""
    return corpus.texts.get(corpus.arrived[corpus.first[rows]])


class RaggedColumn:
    """Rows of different length, end to end, while they grow."""

    def __init__(self, values: Column) -> None:
        """Begin without rows; their values go to an empty column."""
        self._values = values
        self._offsets = HeldColumn(np.zeros(0, np.int64))
        self._offsets.extend(np.zeros(1, np.int64))
        self._end = 0

    def extend(self, rows: Ragged) -> None:
        """Put rows after those there are."""
        self._values.extend(rows.values)
        self._offsets.extend(self._end + rows.offsets[1:])
        self._end += int(rows.offsets[-1])

    def ragged(self) -> Ragged:
        """All rows."""
        return Ragged(self._values.array(), self._offsets.array())

    def rows(self, numbers: NDArray[np.int64]) -> Ragged:
        """Some rows, in the order given, as a copy; each is looked at once."""
        distinct, places = np.unique(numbers, return_inverse=True)
        starts, stops = (self._offsets.array()[distinct + at].tolist() for at in (0, 1))
        parts = list(map(self._values.part, starts, stops))
        offsets = np.cumsum([0, *map(len, parts)], dtype=np.int64)
        return taken(Ragged(np.concatenate(parts), offsets), places)


_RAGGED = "words", "keys", "shingles"
_FLAT = "signatures", "digests"


class _Rows:
    """The columns of a corpus while they grow."""

    def __init__(self, like: Cut, storage: Storage) -> None:
        """Begin without rows, with columns such as those of a batch."""
        self._flat = {name: storage.column(getattr(like, name)) for name in _FLAT}
        self._ragged = {
            name: RaggedColumn(storage.column(getattr(like, name).values)) for name in _RAGGED
        }

    def extend(self, batch: Cut) -> None:
        """Put the rows of a batch after those there are."""
        for name, column in self._flat.items():
            column.extend(getattr(batch, name))
        for name, rows in self._ragged.items():
            rows.extend(getattr(batch, name))

    def words(self, rows: NDArray[np.int64]) -> Ragged:
        """The words of some rows."""
        return self._ragged["words"].rows(rows)

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
    source = iter(batches)
    first = next(source)
    known, lexicon, rows = _Known(), GrowingLexicon(storage), _Rows(first, storage)
    for batch in chain((first,), source):
        numbered = _numbered(batch, lexicon.admit(batch.lexicon))
        fresh = known.admit(numbered, rows)
        rows.extend(numbered if len(fresh) == len(batch.digests) else take(numbered, fresh))
    cut = rows.cut(lexicon.whole())
    return Gathered(cut, np.array(known.rows, np.int64), np.array(known.first, np.int64))


def _numbered(batch: Cut, numbers: NDArray[np.uint32]) -> Cut:
    """The batch with other numbers for its words."""
    words = kernels.take_values(numbers, batch.words.values)
    return replace(batch, words=Ragged(words, batch.words.offsets))


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
        self.rows = array("q")
        self.first = array("q")
        self._digests = Numbers()
        self._texts = array("q")  # the first of each digest

    def admit(self, batch: Cut, stored: _Rows) -> NDArray[np.int64]:
        """Note a row for each text of the batch; which of them are new. ``stored`` are the rows of
        the batches before.
        """
        before, rows = len(self.rows), np.full(len(batch.digests), -1, np.int64)
        worded = np.flatnonzero(np.diff(batch.words.offsets))
        texts = before + worded
        met = self._first(batch.digests[worded, 0], texts)
        same = met < texts
        for some in (same & (met < before), same & (met >= before)):
            if some.any():  # only an attacker finds two texts with one digest
                mine, theirs = taken(batch.words, worded[some]), met[some]
                same[some] = _equal(mine, self._words(theirs, before, batch, stored))
        fresh = worded[~same]
        rows[fresh] = len(self.first) + np.arange(len(fresh))
        self.rows.frombytes(rows.tobytes())
        self.first.frombytes((before + fresh).tobytes())
        for text, one in zip(texts[same].tolist(), met[same].tolist(), strict=True):
            self.rows[text] = self.rows[one]
        return fresh

    def _first(self, digests: NDArray[np.uint64], texts: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first text of each digest, which some of these may be."""
        count = self._digests.count
        numbers = self._digests.number(digests).astype(np.int64)
        highest = np.maximum.accumulate(np.append(count - 1, numbers))
        self._texts.frombytes(texts[numbers > highest[:-1]].tobytes())  # they come in order
        return np.frombuffer(self._texts, np.int64)[numbers]

    def _words(self, texts: NDArray[np.int64], before: int, batch: Cut, stored: _Rows) -> Ragged:
        """The words of texts that have some, all of this batch or all of those before."""
        if texts[0] < before:
            return stored.words(np.frombuffer(self.rows, np.int64)[texts])
        return taken(batch.words, texts - before)


def _equal(some: Ragged, others: Ragged) -> NDArray[np.bool_]:
    """Which rows are equal; none is empty."""
    equal: NDArray[np.bool_] = np.diff(some.offsets) == np.diff(others.offsets)
    alike = np.flatnonzero(equal)
    some, others = taken(some, alike), taken(others, alike)
    different = np.flatnonzero(some.values != others.values)
    equal[alike[np.searchsorted(some.offsets, different, "right") - 1]] = False
    return equal


def take(whole: Cut, rows: NDArray[np.int64]) -> Cut:
    """Some of the rows, in the order given."""
    shingles = whole.shingles
    if len(shingles.offsets) > 1:  # there are some, though these articles may be too short for any
        shingles = taken(shingles, rows)
    return Cut(
        words=taken(whole.words, rows),
        lexicon=whole.lexicon,
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
