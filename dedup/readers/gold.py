"""Labelled pairs from JSON Lines or CSV; a file that cannot be trusted whole is refused."""

from __future__ import annotations

import csv
import io
import json
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ..data.pair import Gold
from ..errors import InputError
from ..evaluate import LABELS
from .encoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_GOLD_BYTES = 256 << 20
"""A larger file is refused: it is held in memory, and people label no million pairs."""
NEEDED = ("left", "right", "relation")
STDIN = "-"


class GoldError(InputError):
    """Labelled pairs that cannot be used; names the line."""

    code = "E320"


def read(path: str) -> tuple[Gold, ...]:
    """Give all pairs of a file, ``-`` for stdin; raises GoldError at the first that is no pair."""
    try:
        with open(0 if path == STDIN else path, "rb", closefd=path != STDIN) as stream:
            raw = stream.read(LONGEST_GOLD_BYTES + 1)
    except OSError as error:
        raise GoldError((error.strerror or str(error)).lower(), place=path) from error
    if len(raw) > LONGEST_GOLD_BYTES:
        raise GoldError(f"longer than {LONGEST_GOLD_BYTES:,} bytes", place=path)
    return parse(raw, path)


def parse(raw: bytes, path: str) -> tuple[Gold, ...]:
    r"""Give the pairs in the bytes of a file: JSON Lines if the first one opens with a brace.

    >>> parse(b"left,right,relation\na,b,related\n", "gold.csv")
    (Gold(left='a', right='b', relation='related', label=''),)
    """
    try:
        text = decode(raw)
    except ValueError as error:
        raise GoldError(str(error), place=path, hint="save it as UTF-8") from None
    rows = _objects(text, path) if text.lstrip().startswith("{") else _table(text, path)
    return tuple(_checked(rows))


def _objects(text: str, path: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Give each line's object with its address; numbers stay as they are written."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            record = json.loads(line, parse_int=str, parse_float=str)
        except (json.JSONDecodeError, RecursionError) as error:
            what = getattr(error, "msg", "nested too deeply")
            raise GoldError(f"JSON is broken: {what.lower()}", place=place) from None
        if not isinstance(record, dict):
            raise GoldError("not an object", place=place)
        yield place, record


def _table(text: str, path: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Give each row of a CSV with its address; the first row names the columns."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not header:
            raise GoldError("holds no pairs", place=path)
        missing = [name for name in NEEDED if name not in header]
        if missing:
            hint = f"the first line names the columns: {', '.join(NEEDED)}, and label if you like"
            raise GoldError(f"no column {' or '.join(missing)}", place=f"{path}:1", hint=hint)
        start = reader.line_num + 1
        for row in reader:
            place = f"{path}:{start}"
            start = reader.line_num + 1
            if not row:
                continue
            if len(row) != len(header):
                raise GoldError(f"{len(row)} fields, the header has {len(header)}", place=place)
            yield place, dict(zip(header, row, strict=True))
    except csv.Error as error:
        raise GoldError(f"CSV is broken: {error}", place=f"{path}:{reader.line_num}") from None


def _checked(rows: Iterable[tuple[str, dict[str, object]]]) -> Iterator[Gold]:
    """Give each record as a pair; two that contradict each other are refused."""
    met: dict[frozenset[str], tuple[str, str]] = {}
    for place, record in rows:
        one = _pair(record, place)
        key = frozenset((one.left, one.right))
        before, where = met.setdefault(key, (one.relation, place))
        if before != one.relation:
            why = f"this pair is {one.relation!r} here and {before!r} at {where}"
            raise GoldError(why, place=place)
        yield one


def _pair(record: dict[str, object], place: str) -> Gold:
    """Check one record."""
    values = {}
    for name in (*NEEDED, "label"):
        value = record.get(name, "" if name == "label" else None)
        if not isinstance(value, str) or (name in NEEDED and not value):
            raise GoldError(f"no {name}" if not value else f"{name} is not a string", place=place)
        values[name] = value
    if values["left"] == values["right"]:
        raise GoldError("a pair of an article with itself", place=place)
    if values["relation"] not in LABELS:
        near = get_close_matches(values["relation"], LABELS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(LABELS)}"
        raise GoldError(f"unknown relation {values['relation']!r}", place=place, hint=hint)
    return Gold(**values)
