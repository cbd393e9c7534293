"""JSON Lines: one object a line, each an article; a bad line never takes its neighbours with it."""

from __future__ import annotations

import codecs
import json
import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, BinaryIO

from ..data import Article, Skipped
from .source import (
    LONGEST_ID_BYTES,
    LONGEST_LINE_BYTES,
    LONGEST_TEXT_BYTES,
    ReadSettings,
    marked,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIKELY = ("text", "body", "content", "article", "maintext")
"""Names under which corpora keep the text, tried in this order."""
DATES = ("published", "date")

_FIELDS_SHOWN = 20
_LONGEST_DATE = 64
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Number(str):
    """A number as it was written: ids beyond 2**53 stay apart, 5,000 digits cost nothing."""

    __slots__ = ()


class _BadRecordError(ValueError):
    """Why one line is no article, with its code."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


class _NoTextError(_BadRecordError):
    """A record without any text field, and the fields that it has instead."""

    def __init__(self, why: str, fields: Iterable[str]) -> None:
        super().__init__("E310", why)
        self.fields = frozenset(fields)


_DECODER = json.JSONDecoder(parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Article | Skipped]:
    r"""Give each record; blank lines are passed over, and memory holds one line.

    Where no record has the text field, all of them make one refusal that lists their fields.

    >>> import io
    >>> lines = b'{"id": 7, "body": "Storm."}\n{"id": 8'
    >>> for record in read(io.BytesIO(lines), "a.jsonl", ReadSettings()): print(record)
    Article(id='7', text='Storm.', address='a.jsonl:1', title='', url='', source='', published=None)
    Skipped(address='a.jsonl:2', code='E301', why='JSON ends early at byte 8')
    """
    fieldless: list[Skipped] = []  # told at the end: until then they may be every record
    fields: set[str] = set()
    met = named = False
    for number, raw in _lines(stream, line):
        address = f"{path}:{number}"
        try:
            yield _article(_parse(raw), address, how)
            named = True
        except _NoTextError as error:
            fields |= error.fields
            fieldless.append(Skipped(address, error.code, error.why))
        except _BadRecordError as error:
            if not met and line is None and (whole := _whole(raw)):
                yield Skipped(path, *whole)
                return
            yield Skipped(address, error.code, error.why)
            named = named or error.code == "E311"
        met = True
    if named:
        yield from fieldless
    elif fieldless:
        address = path if len(fieldless) > 1 else fieldless[0].address
        yield Skipped(address, "E310", f"{fieldless[0].why}; fields seen: {_listed(fields)}")
    elif line is not None and not met:
        yield Skipped(f"{path}:{line}", "E303", "no record stands on this line")


def _lines(stream: BinaryIO, wanted: int | None) -> Iterator[tuple[int, bytes]]:
    """Give physical lines that are not blank, numbered from 1; one that is too long comes cut."""
    number = 0
    while raw := stream.readline(LONGEST_LINE_BYTES + 1):
        number += 1
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        rest = raw
        while len(rest) > LONGEST_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(LONGEST_LINE_BYTES + 1)
        if wanted in (None, number) and not raw.isspace() and raw:
            yield number, raw
        if number == wanted:
            return


def _parse(raw: bytes) -> dict[str, object]:
    """Give the object on one line, or a refusal that names the byte, counted from 0."""
    if len(raw) > LONGEST_LINE_BYTES:
        raise _BadRecordError("E305", f"line longer than {LONGEST_LINE_BYTES:,} bytes")
    try:
        line = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise _BadRecordError("E302", f"byte {error.start} is not UTF-8") from None
    try:
        record = _DECODER.decode(line)
    except json.JSONDecodeError as error:
        raise _BadRecordError("E301", _broken(line, error)) from None
    except RecursionError:
        raise _BadRecordError("E301", "JSON is nested too deeply") from None
    if not isinstance(record, dict):
        raise _BadRecordError("E304", f"{_kind(record)}, not an object")
    return record


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


def _whole(raw: bytes) -> tuple[str, str] | None:
    """Give code and reason where a bad first line shows that the whole file is of another kind."""
    encoding, _ = marked(raw)
    if encoding != "utf-8":
        return "E302", f"JSON Lines is UTF-8, this is {encoding.upper()}"
    if raw.strip() == b"{" or raw.lstrip().startswith(b"["):
        return "E301", "one JSON document, not one object a line; jq -c '.[]' splits an array"
    return None


def _text(record: dict[str, object], how: ReadSettings) -> str:
    """Find the text of a record: the first of the named fields that holds a string."""
    names = (how.text_field,) if how.text_field else LIKELY
    found = [(name, value) for name in names for value in _values(record, name)]
    if not found:
        raise _NoTextError(f"no field {' or '.join(names)}", record)
    name, value = next((pair for pair in found if type(pair[1]) is str), found[0])
    if type(value) is not str:
        raise _BadRecordError("E311", f"field {name} is {_kind(value)}, not a string")
    if len(value) > LONGEST_TEXT_BYTES:
        raise _BadRecordError("E305", f"text longer than {LONGEST_TEXT_BYTES:,} characters")
    return _sound(value)


def _values(record: dict[str, object], name: str) -> Iterator[object]:
    """Give the value under a name, or under its dotted path; nothing where there is none."""
    if name in record:
        yield record[name]
        return
    value: object = record
    for step in name.split("."):
        if not isinstance(value, dict) or step not in value:
            return
        value = value[step]
    yield value


def _article(record: dict[str, object], address: str, how: ReadSettings) -> Article:
    """Gather the facts of a record; those that are absent or of another type stay empty."""
    text = _text(record, how)
    name = _sound(next((str(v) for v in _values(record, how.id_field) if isinstance(v, str)), ""))
    if len(name.encode()) > LONGEST_ID_BYTES:
        raise _BadRecordError("E305", f"id longer than {LONGEST_ID_BYTES:,} bytes")
    return Article(
        id=name or address,
        text=text,
        address=address,
        title=_fact(record, "title"),
        url=_fact(record, "url"),
        source=_fact(record, "source"),
        published=next(filter(None, (_moment(_fact(record, date)) for date in DATES)), None),
    )


def _fact(record: dict[str, object], name: str) -> str:
    """Take a field that is a string, else nothing."""
    value = record.get(name)
    return _sound(value) if type(value) is str else ""


def _sound(text: str) -> str:
    """Replace lone surrogates, which no encoding can write, by U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _moment(written: str) -> datetime | None:
    """Read a date in ISO 8601 or RFC 2822, always with a zone (UTC where it names none), else None.

    >>> _moment("2021-11-25T09:30:00Z").isoformat(), _moment("yesterday")
    ('2021-11-25T09:30:00+00:00', None)
    """
    if not written or len(written) > _LONGEST_DATE:
        return None
    for parse in (_iso, parsedate_to_datetime):
        try:
            moment = parse(written.strip())
            return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _iso(written: str) -> datetime:
    """Read ISO 8601; the letter Z is spelled out, since Python 3.10 does not know it."""
    return datetime.fromisoformat(re.sub("[Zz]$", "+00:00", written))


def _kind(value: object) -> str:
    """Say in words what a JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, _Number):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, bool):
        return "true or false"
    return "an array" if isinstance(value, list) else "an object"


def _listed(names: set[str]) -> str:
    """List field names in order, the first of them only where there are many."""
    some = sorted(names)[:_FIELDS_SHOWN]
    more = f" and {len(names) - len(some)} more" if len(names) > len(some) else ""
    return _sound(", ".join(some) or "none") + more
