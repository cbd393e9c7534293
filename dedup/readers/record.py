"""Records of any format to articles: which field is the text, what else is known, what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, cast

from ..data.article import Article, Notice, Skipped
from ..data.articles import Articles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .source import Found, ReadSettings

LIKELY = ("text", "body", "content", "article", "maintext")
"""Names under which corpora keep the text, tried in this order."""
FACTS = {
    "title": ("title", "headline"),
    "url": ("url", "link"),
    "source": ("source", "source_domain", "publisher"),
    "published": ("published", "date", "date_publish", "published_at"),
    "lang": ("lang", "language"),
}
"""Names under which corpora keep the other facts; the first that holds one is taken."""
_FACT_NAMES = frozenset(name for names in FACTS.values() for name in names)

_FIELDS_SHOWN = 20
_LONGEST_DATE = 64
_SURROGATE = re.compile("[\ud800-\udfff]")


class Number(str):
    """A number as it was written: ids beyond 2**53 stay apart, 5,000 digits cost nothing."""

    __slots__ = ()


class BadRecordError(ValueError):
    """Why one record is no article, with its code."""

    def __init__(self, code: str, why: str) -> None:
        """Keep the code beside the reason."""
        super().__init__(why)
        self.code = code
        self.why = why


class NoTextError(BadRecordError):
    """A record without any text field, and the fields that it has instead."""

    def __init__(self, why: str, fields: Iterable[str]) -> None:
        """Keep the names of the fields, for whoever has to name the right one."""
        super().__init__("E310", why)
        self.fields = frozenset(fields)


@dataclass(slots=True)
class Row:
    """One record on its way: what was parsed, or ``bad``, and what is worth a notice."""

    address: str
    values: Mapping[str, object] = field(default_factory=dict)
    bad: BadRecordError | None = None
    notices: tuple[tuple[str, str], ...] = ()
    """``(code, what)``."""


def gather(rows: Iterable[Row | Articles], path: str, how: ReadSettings) -> Iterator[Found]:
    """Give each row as an article, or as skipped; what are articles already stay.

    Where no record has the text field, all of them make one refusal that lists their fields.
    """
    fieldless: list[Skipped] = []  # told at the end: until then they may be every record
    fields: set[str] = set()
    chosen: set[str] = set()
    named = False
    for row in rows:
        if isinstance(row, Articles):
            named = True
            yield row
            continue
        yield from (Notice(row.address, code, what) for code, what in row.notices)
        try:
            article, name, replaced = to_article(row, how)
        except NoTextError as error:
            fields |= error.fields
            fieldless.append(Skipped(row.address, error.code, error.why))
            continue
        except BadRecordError as error:
            named = named or error.code == "E311"
            yield Skipped(row.address, error.code, error.why)
            continue
        named = True
        if name not in chosen:
            chosen.add(name)
            yield from _choice(path, name, how)
        if replaced:
            yield Notice(row.address, "W305", "half a character was replaced by U+FFFD")
        yield article
    yield from fieldless if named else _refusal(path, fieldless, fields)


def _refusal(path: str, fieldless: list[Skipped], fields: set[str]) -> Iterator[Skipped]:
    """Tell at once of all records that no text was found in; of none, nothing."""
    if fieldless:
        address = path if len(fieldless) > 1 else fieldless[0].address
        yield Skipped(address, "E310", f"{fieldless[0].why}; fields seen: {listed(fields)}")


def _choice(path: str, name: str, how: ReadSettings) -> Iterator[Notice]:
    """Tell which field was taken for the text, unless that was said or could not be otherwise."""
    if name not in {LIKELY[0], how.text_field}:
        yield Notice(path, "W309", f"the text is taken from {name!r}")


def to_article(row: Row, how: ReadSettings) -> tuple[Article, str, bool]:
    """Gather the facts of a record; those that are absent or of another type stay empty.

    Also gives the name of the field that held the text, and whether half a character was replaced.
    Raises BadRecordError.
    """
    if row.bad:
        raise row.bad
    record, address = row.values, row.address
    name, raw = _text(record, how)
    text = sound(raw)
    own = record.get(how.id_field)
    if not isinstance(own, str):
        own = next((v for v in values(record, how.id_field) if isinstance(v, str)), "")
    own = sound(str(own))
    if len(own) * 4 > how.limits.id_bytes and len(own.encode()) > how.limits.id_bytes:
        raise BadRecordError("E305", f"id longer than {how.limits.id_bytes:,} bytes")
    return _article(own, text, record, address), name, text is not raw and text != raw


def plain(
    columns: Mapping[str, list[str | None]], addresses: list[str], how: ReadSettings
) -> tuple[Articles, list[int]]:
    """Do the same as ``to_article``, the quick way, for records in columns of which every field is
    a sound string or a number; also tell the places of those that it is not done for, since the
    text does not have the first of its names, or anything is long.
    """
    count = len(addresses)
    nothing: list[str | None] = [None] * count
    texts = columns.get(text_names(how)[0], nothing)
    ids = [str(own or "") for own in columns.get(how.id_field, nothing)]
    longest, longest_id = how.limits.text_bytes, how.limits.id_bytes // 4
    left = [
        at
        for at, (text, own) in enumerate(zip(texts, ids, strict=True))
        if type(text) is not str or len(text) > longest or len(own) > longest_id
    ]
    some = Articles(
        ids=[own or address for own, address in zip(ids, addresses, strict=True)],
        texts=cast("list[str]", texts),
        addresses=addresses,
        titles=_facts(columns, "title", count),
        urls=_facts(columns, "url", count),
        sources=_facts(columns, "source", count),
        published=_dates(columns, count),
        langs=_facts(columns, "lang", count),
    )
    return some, left


def _facts(columns: Mapping[str, Sequence[str | None]], fact: str, count: int) -> list[str]:
    """Take of each record the first field of a fact that holds a string with something in it."""
    found = [""] * count
    for name in reversed(FACTS[fact]):
        if name in columns:
            both = zip(columns[name], found, strict=True)
            found = [new if type(new) is str and new else old for new, old in both]
    return found


def _dates(columns: Mapping[str, Sequence[str | None]], count: int) -> list[datetime | None]:
    """Take of each record the first field that holds a date."""
    found: list[datetime | None] = [None] * count
    for name in FACTS["published"]:
        if name in columns:
            both = zip(found, columns[name], strict=True)
            found = [old or (moment(new) if type(new) is str else None) for old, new in both]
    return found


def _article(own: str, text: str, record: Mapping[str, object], address: str) -> Article:
    """An article with the facts of its record."""
    if _FACT_NAMES.isdisjoint(record):
        return Article(own or address, text, address)
    return Article(
        id=own or address,
        text=text,
        address=address,
        title=_fact(record, "title"),
        url=_fact(record, "url"),
        source=_fact(record, "source"),
        published=_date(record),
        lang=_fact(record, "lang"),
    )


def _text(record: Mapping[str, object], how: ReadSettings) -> tuple[str, str]:
    """Find the text of a record: the first of the named fields that holds a string."""
    names = text_names(how)
    longest = how.limits.text_bytes
    for name in names:
        value = record.get(name)
        if type(value) is str:
            break
    else:
        found = [(name, value) for name in names for value in values(record, name)]
        if not found:
            raise NoTextError(f"no field {' or '.join(names)}", record)
        name, value = next((pair for pair in found if type(pair[1]) is str), found[0])
        if type(value) is not str:
            raise BadRecordError("E311", f"field {name} is {kind(value)}, not a string")
    if len(value) > longest:
        raise BadRecordError("E305", f"text longer than {longest:,} characters")
    return name, value


def text_names(how: ReadSettings) -> tuple[str, ...]:
    """Give the names under which the text is looked for."""
    return (how.text_field,) if how.text_field else LIKELY


def field_names(how: ReadSettings) -> tuple[str, ...]:
    """Give every field that can become part of an article; none where one is a dotted path."""
    asked = (*text_names(how), how.id_field)
    if any("." in name for name in asked):
        return ()
    return tuple(dict.fromkeys((*asked, *(name for names in FACTS.values() for name in names))))


def has_text(record: Mapping[str, object], how: ReadSettings) -> bool:
    """Whether one of the fields that may hold the text holds a string."""
    return str in map(type, map(record.get, text_names(how)))


def values(record: Mapping[str, object], name: str) -> Iterator[object]:
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


def _fact(record: Mapping[str, object], fact: str) -> str:
    """Take the first field of a fact that holds a string with something in it, else nothing."""
    for name in FACTS[fact]:
        if type(value := record.get(name)) is str and value:
            return sound(value)
    return ""


def _date(record: Mapping[str, object]) -> datetime | None:
    """Take the first field that holds a date."""
    for name in FACTS["published"]:
        value = record.get(name)
        found = moment(sound(value)) if type(value) is str else value
        if isinstance(found, datetime):
            return found if found.tzinfo else found.replace(tzinfo=timezone.utc)
    return None


def sound(text: str) -> str:
    """Replace lone surrogates, which no encoding can write, by U+FFFD."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return _SURROGATE.sub("\ufffd", text)
    return text


def moment(written: str) -> datetime | None:
    """Read a date in ISO 8601 or RFC 2822, always with a zone (UTC where it names none), else None.

    >>> moment("2021-11-25T09:30:00Z").isoformat(), moment("yesterday")
    ('2021-11-25T09:30:00+00:00', None)
    """
    if not written or len(written) > _LONGEST_DATE:
        return None
    for parse in (_iso, _rfc):
        try:
            moment = parse(written.strip())
            return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _iso(written: str) -> datetime:
    """Read ISO 8601; the letter Z is spelled out, since Python 3.10 does not know it."""
    return datetime.fromisoformat(re.sub("[Zz]$", "+00:00", written))


def _rfc(written: str) -> datetime:
    """Read RFC 2822."""
    from email.utils import parsedate_to_datetime  # late: it brings half a mail program along

    return parsedate_to_datetime(written)


def kind(value: object) -> str:
    """Say in words what a value is."""
    if value is None:
        return "null"
    if isinstance(value, Number):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, datetime):
        return "a date"
    return "an array" if isinstance(value, list) else "an object"


def listed(names: Iterable[str]) -> str:
    """List field names in order, the first of them only where there are many."""
    everything = sorted(names)
    some = everything[:_FIELDS_SHOWN]
    more = f" and {len(everything) - len(some)} more" if len(everything) > len(some) else ""
    return sound(", ".join(some) or "none") + more
