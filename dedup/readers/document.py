"""One JSON value to a record: numbers stay as written, and a fault names its byte."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from . import encoding
from .record import BadRecordError, Number, Row, kind

if TYPE_CHECKING:
    from .source import ReadSettings

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"?', re.S)
_BRACKETS = re.compile(r"[\[\]{}]")


class _Twice(dict[str, object]):
    """An object in which a key stands twice; the last one counts."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object, and remember where a key was repeated."""
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Twice(made)


_DECODER = json.JSONDecoder(
    parse_int=Number, parse_float=Number, parse_constant=Number, object_pairs_hook=_object
)


def value(written: str) -> object:
    """Give any value of JSON, its numbers as they are written.

    >>> value('[1.50, "x"]')
    ['1.50', 'x']
    """
    return _DECODER.decode(written)


def row(raw: bytes, address: str, how: ReadSettings) -> Row:
    """Give the object in ``raw`` as a row, or what is wrong with it; bytes count from 0.

    >>> from .source import ReadSettings
    >>> row(b'{"id": 8', "a.jsonl:2", ReadSettings()).bad.why
    'JSON ends early at byte 8'
    """
    try:
        values, notices = parse(raw, how)
    except BadRecordError as error:
        return Row(address, bad=error)
    return Row(address, values, notices=notices)


def parse(raw: bytes, how: ReadSettings) -> tuple[dict[str, object], tuple[tuple[str, str], ...]]:
    """Give the object in ``raw`` and what is worth a notice; raises BadRecordError."""
    try:
        read = encoding.read(raw, how.encoding)
    except ValueError as error:
        raise BadRecordError("E302", str(error)) from None
    line = read.text.rstrip("\r\n")
    _check_depth(line, how.limits.depth_count)
    try:
        record = _DECODER.decode(line)
    except json.JSONDecodeError as error:
        raise BadRecordError("E301", _broken(line, error)) from None
    except RecursionError:
        raise BadRecordError("E301", "JSON is nested too deeply") from None
    if not isinstance(record, dict):
        raise BadRecordError("E304", f"{kind(record)}, not an object")
    notices = [("W302", read.remark)] if read.remark else []
    if type(record) is _Twice:
        notices.append(("W301", "a key is repeated; its last value counts"))
    return record, tuple(notices)


def _check_depth(line: str, deepest: int) -> None:
    """Refuse what is nested too deeply; whether it is, is only looked at where it can be."""
    if line.count("[") + line.count("{") <= deepest:
        return
    depth = 0
    for mark in _BRACKETS.findall(_STRINGS.sub("", line)):
        depth += 1 if mark in "[{" else -1
        if depth > deepest:
            raise BadRecordError("E301", "JSON is nested too deeply")


def _broken(line: str, error: json.JSONDecodeError) -> str:
    """Say what is wrong with the JSON, and at which byte of the line.

    >>> _broken('{"a" 1}', json.JSONDecodeError("Expecting ':' delimiter", '{"a" 1}', 5))
    "JSON is broken at byte 5: expecting ':' delimiter"
    """
    if error.pos >= len(line.rstrip()) or error.msg.startswith("Unterminated"):
        return f"JSON ends early at byte {len(line.encode())}"
    place = len(line[: error.pos].encode())
    what = error.msg.removesuffix(" at").removesuffix(" starting")
    return f"JSON is broken at byte {place}: {what[:1].lower()}{what[1:]}"
