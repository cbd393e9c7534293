"""Articles and verdicts as lines of JSON, straight from their columns: there may be millions.

What stands in a line, ``machine`` says, which writes any noun one at a time; this is its fast twin
for the two nouns that are many. Lines come many at a time, with ``BETWEEN`` between them.
"""

from __future__ import annotations

from functools import cache, partial
from itertools import chain, islice, pairwise, repeat
from json.encoder import encode_basestring
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import evidence, fact, verdict
from .figures import in_last_digits, of_last_digits, settled_columns
from .screen import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from ..data import Entry
    from ..pipeline.verdicts import Verdicts
    from ..weighed import Facts

BETWEEN = ",\n  "
"""What stands between two items of a list."""
ENTRIES_AT_ONCE = 1024
"""Articles that are written together."""
KEPT_CELLS = 1 << 16
"""Figures below this are written once each, those above whenever they come."""


def articles(entries: Iterable[Entry]) -> Iterator[str]:
    """Each article as an object on one line; what is unknown is left out."""
    rest = iter(entries)
    while some := list(islice(rest, ENTRIES_AT_ONCE)):
        yield BETWEEN.join(map(_article, some, *(_column(some, name) for name in _WRITTEN)))


_WRITTEN = "id", "address", "title", "copy_of", "rule", "digest"
"""The fields of an article that are texts."""


def _column(entries: list[Entry], name: str) -> list[str]:
    """A text of each article as JSON."""
    return _texts([one or "" for one in map(attrgetter(name), entries)])


def _article(one: Entry, *texts: str) -> str:
    """One article, whose texts are written."""
    told, address, title, copy_of, rule, digest = texts
    line = f'{{"id": {told}, "address": {address}, "title": {title}, "words": {one.words}'
    if one.story is not None:
        line += f', "story": {one.story}'
    line += ', "keep": true' if one.keep else ', "keep": false'
    if one.copy_of is not None:
        line += f', "copy_of": {copy_of}'
    if one.rule is not None:
        line += f', "rule": {rule}'
    if one.digest:
        line += f', "digest": {digest}'
    return line + (', "known": true}' if one.known else "}")


def _text(text: str) -> str:
    """A text from outside as JSON."""
    return guarded(encode_basestring(text))


def _texts(texts: list[str]) -> list[str]:
    """Each of many texts as JSON: what needs no escape together, needs none alone."""
    whole = "".join(texts)
    if _text(whole) == f'"{whole}"':
        return [f'"{text}"' for text in texts]
    return list(map(_text, texts))


def pairs(verdicts: Verdicts) -> Iterator[str]:
    """Each verdict with its evidence, rounded, as an object on one line."""
    cells = _Cells()
    for *ids, judged in verdicts.batches():
        left, right = map(_texts, ids)
        told = settled_columns(judged.weighed)._asdict()
        listed = _listed(judged.facts)
        columns = [listed if name == "facts" else cells.of(name, told[name]) for name in _FIELDS]
        said = map(_said, judged.rules.tolist())
        starts = chain(['{"left": '], repeat(f'}}}}{BETWEEN}{{"left": '))
        rows = zip(starts, left, repeat(', "right": '), right, said, *columns)
        yield "".join((*chain.from_iterable(rows), "}}"))


_FIELDS = evidence.FIELDS


@cache
def _said(number: int) -> str:
    """What a rule decides, up to the evidence."""
    rule = verdict.RULES[number]
    said = f'"relation": "{rule.relation.value}", "kind": "{rule.kind}", "rule": "{rule.name}"'
    return f', {said}, "evidence": {{'


class _Cells:
    """The fields of the evidence as they are written; most figures are written many times over."""

    def __init__(self) -> None:
        """Nothing is written yet."""
        self._written: dict[str, tuple[NDArray[np.object_], NDArray[np.bool_]]] = {}

    def of(self, name: str, column: NDArray[Any]) -> list[str]:
        """A field of many pairs, with what parts it from the field before; nothing for what is
        unknown.
        """
        say = partial(_cell, name, _value(name, column.dtype.kind))
        if column.dtype.kind == "f":
            column = np.where(np.isnan(column), -1, of_last_digits(column))
        codes = column.astype(np.int64) + 1  # 0 for what is unknown
        if int(codes.max(initial=0)) >= KEPT_CELLS:
            return list(map(say, codes.tolist()))
        written, known = self._room(name, int(codes.max(initial=0)) + 1)
        fresh = codes[~known[codes]]
        if len(fresh):
            fresh = np.unique(fresh)
            written[fresh] = list(map(say, fresh.tolist()))
            known[fresh] = True
        cells: list[str] = written[codes].tolist()
        return cells

    def _room(self, name: str, size: int) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
        """What is written of a field, with room for so many figures, and which of them are."""
        none = np.zeros(0, np.object_), np.zeros(0, np.bool_)
        written, known = self._written.get(name, none)
        more = 2 * size - len(written)
        if more > size:
            written = np.concatenate((written, np.zeros(more, np.object_)))
            known = np.concatenate((known, np.zeros(more, np.bool_)))
            self._written[name] = written, known
        return written, known


def _cell(name: str, value: Callable[[int], str], code: int) -> str:
    """A field with its value, by its number from 1; it is unknown at 0."""
    before = "" if name == _FIELDS[0] else ", "
    return f'{before}"{name}": {value(code - 1)}' if code else ""


def _value(name: str, kind: str) -> Callable[[int], str]:
    """How the values of a field are written, ``kind`` being that of its column."""
    if name == "found_by":
        return _names
    if kind == "f":
        return in_last_digits
    return _truth if kind == "b" or name == "same_source" else str


def _truth(value: int) -> str:
    return "true" if value else "false"


def _names(bits: int) -> str:
    return f"[{', '.join(map(encode_basestring, evidence.names(bits)))}]"


def _listed(facts: Facts) -> list[str]:
    """The facts of many pairs."""
    said = iter(_texts(fact.texts(facts)))
    sides = zip(facts.kinds.tolist(), said, said, strict=True)
    every = [f'{_BEFORE[kind]}{left}, "right": {right}}}' for kind, left, right in sides]
    listed = [', "facts": []'] * (len(facts.offsets) - 1)
    for at, (start, end) in enumerate(pairwise(facts.offsets.tolist())):
        if start < end:
            listed[at] = f', "facts": [{", ".join(every[start:end])}]'
    return listed


_BEFORE = [f'{{"kind": "{kind}", "left": ' for kind in fact.KINDS]
