"""Articles and verdicts as lines of JSON, straight from their columns: there may be millions.

What stands in a line, ``machine`` says, which writes any noun one at a time; this is its fast twin
for the two nouns that are many.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from .. import evidence, verdict
from .figures import settled_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..data import Entry, Fact
    from ..pipeline.verdicts import Verdicts

_json = json.JSONEncoder(ensure_ascii=False).encode
_NUMBERS = {int, float}


def articles(entries: Iterable[Entry]) -> Iterator[str]:
    """Each article as an object on one line; what is unknown is left out."""
    for one in entries:
        line = f'{{"id": {_json(one.id)}, "address": {_json(one.address)}'
        line += f', "title": {_json(one.title)}, "words": {one.words}'
        if one.story is not None:
            line += f', "story": {one.story}'
        line += ', "keep": true' if one.keep else ', "keep": false'
        if one.copy_of is not None:
            line += f', "copy_of": {_json(one.copy_of)}'
        if one.rule is not None:
            line += f', "rule": {_json(one.rule)}'
        if one.digest:
            line += f', "digest": {_json(one.digest)}'
        yield line + (', "known": true}' if one.known else "}")


def pairs(verdicts: Verdicts) -> Iterator[str]:
    """Each verdict with its evidence, rounded, as an object on one line."""
    for ids, judged in verdicts.batches():
        told = evidence.told(settled_columns(judged.weighed), judged.facts)
        columns = [
            _listed(values) if name == "facts" else _cells(name, values)
            for name, values in told.items()
        ]
        rows = zip(ids, judged.rules.tolist(), zip(*columns, strict=True), strict=True)
        for (left, right), rule, cells in rows:
            said = ", ".join(filter(None, cells))
            yield f'{{"left": {_json(left)}, "right": {_json(right)}, {_said(rule)}{said}}}}}'


@cache
def _said(number: int) -> str:
    """What a rule decides, up to the evidence."""
    rule = verdict.RULES[number]
    said = f'"relation": "{rule.relation.value}", "kind": "{rule.kind}", "rule": "{rule.name}"'
    return f'{said}, "evidence": {{'


def _cells(name: str, values: Sequence[object]) -> list[str]:
    """A field of many pairs, each value written once; nothing for what is unknown."""
    distinct = set(values) - {None}
    plain = repr if all(type(one) in _NUMBERS for one in distinct) else _json  # as JSON, but faster
    written = {one: f'"{name}": {plain(one)}' for one in distinct} | {None: ""}
    return [written[one] for one in values]


def _listed(facts: Sequence[tuple[Fact, ...]]) -> list[str]:
    """The facts of many pairs, of most of which none differ."""
    listed = (
        [{"kind": one.kind, "left": one.left, "right": one.right} for one in some] for some in facts
    )
    return [f'"facts": {_json(some)}' if some else '"facts": []' for some in listed]
