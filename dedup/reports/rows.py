"""Articles, stories and verdicts as lines of JSON, straight from their columns: there may be
millions.

What stands in a line, ``machine`` says, which writes any noun one at a time; this is its fast twin
for the nouns that are many. Lines come many at a time, with ``BETWEEN`` between them.
"""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from json.encoder import encode_basestring
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import evidence, fact, verdict
from ..data.result import Entry
from ..pipeline.entries import Entries
from .cells import NOTHING, Sheet, is_plain, quoted, text
from .figures import in_last_digits, of_last_digits, settled_column, settled_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from ..data.result import Story
    from ..data.weighed import Facts
    from ..pipeline.verdicts import Batch, Verdicts
    from .cells import Cell

BETWEEN = ",\n  "
"""What stands between two items of a list."""
WRITTEN_AT_ONCE = 4096
"""Articles or stories that are written together."""
KEPT_CELLS = 1 << 16
"""Figures below this are written once each, those above whenever they come."""


def articles(entries: Sequence[Entry]) -> Iterator[memoryview]:
    """Each article as an object on one line; what is unknown is left out."""
    figures = _Figures()
    for start in range(0, len(entries), WRITTEN_AT_ONCE):
        places = slice(start, start + WRITTEN_AT_ONCE)
        if isinstance(entries, Entries):
            some = _of_columns(entries, places)
        else:
            some = _of_objects(entries[places])
        columns = {
            "words": _Column(some.words + 1, str, ', "words": '),
            "story": _Column(some.story, str, ', "story": '),
            "keep": _Column(some.keep + np.int64(1), _truth, ', "keep": '),
            "known": _Column(some.known + np.int64(1), _known, ""),
        }
        figures.note(columns)
        sheet = figures.sheet
        kept = len(sheet)
        words, story, keep, known = (figures.find(*one, sheet) for one in columns.items())
        start_of, *between = sheet.put(('{"id": "', ', "address": "', ', "title": "'))
        cells = (
            *(start_of, sheet.put_texts(some.ids)),
            *(between[0], sheet.put_texts(some.addresses)),
            *(between[1], sheet.put_texts(some.titles)),
            *(words, story, keep),
            *some.copy_of.cells(sheet, ', "copy_of": "', len(some.ids)),
            *some.rule.cells(sheet, ', "rule": "', len(some.ids)),
            *some.digest.cells(sheet, ', "digest": "', len(some.ids)),
            known,
        )
        yield _written(sheet, cells, len(some.ids))
        sheet.forget(kept)


class _Sparse(NamedTuple):
    """A text that only some articles have."""

    places: NDArray[np.int64] | list[int]
    texts: Sequence[str]

    def cells(self, sheet: Sheet, before: str, count: int) -> tuple[Cell, Cell]:
        """What stands before it and the text itself, of so many articles."""
        names, told = np.full((2, count), NOTHING)
        names[self.places] = sheet.put([before])
        told[self.places] = sheet.put_texts(self.texts)
        return names, told


class _Listed(NamedTuple):
    """Some articles, a column for each field."""

    ids: Sequence[str]
    addresses: Sequence[str]
    titles: Sequence[str]
    words: NDArray[np.int64]
    story: NDArray[np.int64]
    """One more than its number; 0 for none."""
    keep: NDArray[np.bool_]
    copy_of: _Sparse
    rule: _Sparse
    digest: _Sparse
    known: NDArray[np.bool_]


def _of_columns(entries: Entries, places: slice) -> _Listed:
    """Some articles of a result that lie in columns."""
    some = entries.part(places)
    listed = some.listed
    story = listed.story + (listed.story > 0)
    return _Listed(
        *(some.articles.ids, some.articles.addresses, some.titles, listed.words, story),
        keep=listed.copy_of < 0,
        copy_of=_Sparse(some.copies, some.keepers),
        rule=_Sparse(some.copies, some.rules),
        digest=_Sparse(some.digested, some.digests),
        known=np.zeros(len(listed.words), np.bool_),
    )


def _of_objects(entries: Sequence[Entry]) -> _Listed:
    """Some articles that are objects."""
    columns = zip(*map(_VALUES, entries), strict=True)
    ids, addresses, titles, words, story, keep, copy_of, rule, digest, known = columns
    stories = np.array([0 if one is None else one + 1 for one in story])
    return _Listed(
        *(ids, addresses, titles, np.array(words), stories),
        keep=np.array(keep),
        copy_of=_sparse(copy_of, None),
        rule=_sparse(rule, None),
        digest=_sparse(digest, ""),
        known=np.array(known),
    )


_VALUES = attrgetter(*(one.name for one in fields(Entry)))


def _sparse(texts: Sequence[Any], nothing: str | None) -> _Sparse:
    """Texts of which some are ``nothing``."""
    places = [at for at, one in enumerate(texts) if one != nothing]
    return _Sparse(places, [texts[at] for at in places])


def _known(value: int) -> str:
    """The end of a line, which tells what was only read to be compared against."""
    return f', "known": true}}{BETWEEN}' if value else f"}}{BETWEEN}"


def stories(told: Sequence[Story]) -> Iterator[memoryview]:
    """Each story as an object on one line, its figure rounded."""
    for start in range(0, len(told), WRITTEN_AT_ONCE):
        some = told[start : start + WRITTEN_AT_ONCE]
        members, offsets = Sheet(), np.cumsum([0, *(len(one.members) for one in some)])
        quote = members.put(['"'])
        ids = members.put_texts([member for one in some for member in one.members])
        ratios = settled_column(np.array([one.weakest_ratio for one in some])).tolist()
        sheet = Sheet()
        cells = (
            sheet.put([f'{{"story": {one.story}, "keeper": "' for one in some]),
            sheet.put_texts([one.keeper for one in some]),
            sheet.put_distinct([one.why for one in some], lambda why: f', "why": {text(why)}'),
            *sheet.put([', "members": [']),
            _lists(sheet, members, (*quote, ids), offsets),
            sheet.put_distinct(ratios, lambda one: f'], "weakest_ratio": {one!r}}}{BETWEEN}'),
        )
        yield _written(sheet, cells, len(some))


def pairs(verdicts: Verdicts) -> Iterator[memoryview]:
    """Each verdict with its evidence, rounded, as an object on one line."""
    figures = _Figures()
    names, ids = Sheet(), verdicts.ids
    parts = (ids[at : at + WRITTEN_AT_ONCE] for at in range(0, len(ids), WRITTEN_AT_ONCE))
    named = np.concatenate([names.put_texts(()), *map(names.put_texts, parts)])
    for judged in verdicts.batches():
        columns = _columns_of(judged)
        figures.note(columns)
        sheet = figures.sheet
        kept = len(sheet)
        start, middle, end = sheet.put(('{"left": "', ', "right": "', f"}}}}{BETWEEN}"))
        left, right = (
            sheet.put_letters(*names.lines([named[side]], len(side))) for side in judged.places.T
        )
        rule, *told = (figures.find(name, one, sheet) for name, one in columns.items())
        said = rule, *told[:_FACTS], *_listed(judged.facts, sheet), *told[_FACTS:]
        yield _written(sheet, (start, left, middle, right, *said, end), len(judged.rules))
        sheet.forget(kept)


def _written(sheet: Sheet, cells: Sequence[Cell], count: int) -> memoryview:
    """So many lines, each with ``BETWEEN`` at its end, but for the last."""
    letters, _ = sheet.lines(cells, count)
    return letters[: -len(BETWEEN)].data


_FIELDS = evidence.FIELDS
_FACTS = _FIELDS.index("facts")


class _Column(NamedTuple):
    """A field of many articles or pairs."""

    codes: NDArray[np.int64]
    """What it says, as numbers from 1; 0 for what is unknown."""
    value: Callable[[int], str]
    """How it is written, by its number from 0."""
    before: str
    """What stands before it."""

    def size(self) -> int:
        """One more than the highest code."""
        return int(self.codes.max(initial=0)) + 1

    def put(self, codes: NDArray[np.int64], sheet: Sheet) -> NDArray[np.int64]:
        """Add some figures to a sheet, each with what stands before it; their numbers. What is
        unknown is nothing.
        """
        numbers, said = np.full(len(codes), NOTHING), codes > 0
        numbers[said] = sheet.put([*map(self.value, (codes[said] - 1).tolist())], self.before)
        return numbers


def _columns_of(judged: Batch) -> dict[str, _Column]:
    """The rule by which pairs were judged and the fields of the evidence, but for the facts."""
    columns = {"rule": _Column(judged.rules + np.int64(1), _said, "")}
    for name, column in settled_columns(judged.weighed)._asdict().items():
        value = _value(name, column.dtype.kind)
        if column.dtype.kind == "f":
            column = np.where(np.isnan(column), -1, of_last_digits(column))
        before = "" if name == _FIELDS[0] else ", "
        columns[name] = _Column(column.astype(np.int64) + 1, value, f'{before}"{name}": ')
    return columns


class _Figures:
    """Fields of many nouns as cells; most figures are written many times over, and made once."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self.sheet = Sheet()
        self._numbers: dict[str, NDArray[np.int64]] = {}
        """For each field, by code, the number of the cell; -1 where there is none yet."""

    def note(self, columns: dict[str, _Column]) -> None:
        """Make the cells of those figures that are kept."""
        for name, column in columns.items():
            if column.size() <= KEPT_CELLS:
                numbers = self._room(name, column.size())
                met = np.zeros(len(numbers), np.bool_)
                met[column.codes] = True
                fresh = np.flatnonzero(met & (numbers < 0))
                if len(fresh):
                    numbers[fresh] = column.put(fresh, self.sheet)

    def find(self, name: str, column: _Column, sheet: Sheet) -> NDArray[np.int64]:
        """The numbers of a field's cells; those that are not kept are added to ``sheet``."""
        if column.size() <= KEPT_CELLS:
            return self._numbers[name][column.codes]
        distinct, of_code = np.unique(column.codes, return_inverse=True)
        return column.put(distinct, sheet)[of_code]

    def _room(self, name: str, size: int) -> NDArray[np.int64]:
        """The numbers of a field's cells, with room for so many codes."""
        numbers = self._numbers.get(name, np.zeros(0, np.int64))
        if len(numbers) < size:
            more = np.full(2 * size - len(numbers), -1, np.int64)
            self._numbers[name] = numbers = np.concatenate((numbers, more))
        return numbers


def _said(number: int) -> str:
    """What a rule decides, up to the evidence."""
    rule = verdict.RULES[number]
    said = f'"relation": "{rule.relation.value}", "kind": "{rule.kind}", "rule": "{rule.name}"'
    return f', {said}, "evidence": {{'


def _value(name: str, kind: str) -> Callable[[int], str]:
    """How the values of a field are written, ``kind`` being that of its column."""
    if name == "found_by":
        return _names
    if kind == "f":
        return _figure
    return _truth if kind == "b" or name == "same_source" else str


_figure = lru_cache(KEPT_CELLS)(in_last_digits)
"""Most figures stand in many fields."""


def _truth(value: int) -> str:
    return "true" if value else "false"


def _names(bits: int) -> str:
    return f"[{', '.join(map(encode_basestring, evidence.names(bits)))}]"


def _listed(facts: Facts, sheet: Sheet) -> list[Cell]:
    """The facts of many pairs, each list as one cell between two others."""
    inner = Sheet()
    middle, end = inner.put((', "right": "', "}"))
    before = inner.put([f'{{"kind": "{kind}", "left": "' for kind in fact.KINDS])
    if is_plain(facts.letters):
        told = inner.put_letters(*quoted(facts.letters, facts.borders))
    else:
        told = inner.put_texts(fact.texts(facts))
    cells = before[facts.kinds], told[::2], middle, told[1::2], end
    start, end = sheet.put((', "facts": [', "]"))
    return [start, _lists(sheet, inner, cells, facts.offsets), end]


def _lists(
    sheet: Sheet, inner: Sheet, cells: Sequence[Cell], offsets: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Lists as cells of ``sheet``, put together out of cells of another: of all items, those of
    list ``i`` from ``offsets[i]`` up to ``offsets[i + 1]``.
    """
    commas = np.full(offsets[-1] + 1, *inner.put([", "]))
    commas[offsets[:-1]] = NOTHING
    letters, sizes = inner.lines((commas[:-1], *cells), len(commas) - 1)
    borders = np.append(0, sizes).cumsum()
    return sheet.put_letters(letters, np.diff(borders[offsets]))
