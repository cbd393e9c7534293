"""CSV and TSV: a record is the physical lines it stands on, so that it can be copied as it is."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from ..data.article import Notice, Skipped
from . import encoding
from .limits import Limits
from .record import BadRecordError, Row, gather, listed, text_names
from .source import CorruptError, Found, ReadSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

DELIMITERS = (",", "\t", ";", "|")
QUOTES = ('"', "'")

_NAMES = {",": "a comma", "\t": "a tab", ";": "';'", "|": "'|'"}
_ANY_LENGTH = 1 << 40
_REPLAYS = 8
"""So many times the longest record may be read in vain, behind quotes that are never closed."""

_UNCLOSED = "a quote is never closed"
_SEAM = "\x1f\x1e"
"""Holds the fields of a record together while they are decoded."""

csv.field_size_limit(1 << 30)  # the length of a record is limited here; csv's own is 128 KiB


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written, and the names of its columns."""

    delimiter: str
    quote: str
    columns: tuple[str, ...]


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Found]:
    r"""Give each record under the number of its first physical line; the header is line 1.

    >>> import io
    >>> table = b'id;text\n7;"Storm\ncloses port"\n8;x;y\n'
    >>> how = ReadSettings()
    >>> notice, article, skipped = read(io.BytesIO(table), "a.csv", how)
    >>> article.address, article.text, skipped.address, skipped.why
    ('a.csv:2', 'Storm\ncloses port', 'a.csv:4', '3 fields, the header has 2')
    """
    records = Records(stream, how)
    try:
        dialect = records.dialect
    except BadRecordError as error:
        yield Skipped(path, error.code, error.why)
        return
    usual = "\t" if path.lower().endswith((".tsv", ".tab")) else ","
    if dialect.delimiter != usual:
        yield Notice(path, "W314", f"columns are separated by {_NAMES[dialect.delimiter]}")
    if dialect.quote != QUOTES[0]:
        yield Notice(path, "W314", f"fields are quoted by {dialect.quote}")
    if records.header_remark:
        yield Notice(f"{path}:1", "W302", records.header_remark)
    met = False
    for one in gather(_rows(records, path, line), path, how):
        met = True
        yield one
    if records.blank and line is None:
        lines = "lines were" if records.blank > 1 else "line was"
        yield Notice(path, "W306", f"{records.blank:,} blank {lines} passed over")
    if line is not None and not met:
        yield Skipped(f"{path}:{line}", "E303", "no record starts on this line")


def _rows(records: Records, path: str, wanted: int | None) -> Iterator[Row]:
    """Give each record as a row."""
    for number, record in records:
        if wanted in (None, number):
            yield _row(record, f"{path}:{number}", records.dialect.columns)
        if wanted is not None and number >= wanted:
            return


def _row(record: Record | BadRecordError, address: str, columns: tuple[str, ...]) -> Row:
    """Hold the fields against the header."""
    if isinstance(record, BadRecordError):
        return Row(address, bad=record)
    if len(record.fields) != len(columns):
        fields = f"{len(record.fields)} field{'s' if len(record.fields) > 1 else ''}"
        why = f"{fields}, the header has {len(columns)}"
        return Row(address, bad=BadRecordError("E312", why))
    notices = [("W302", record.remark)] if record.remark else []
    if any("\0" in one for one in record.fields):
        notices.append(("W305", "holds zeros, as no text does"))
    return Row(address, dict(zip(columns, record.fields, strict=True)), notices=tuple(notices))


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one record, and what is to say of its encoding."""

    fields: list[str]
    remark: str = ""


class Records:
    """The records of a table, each with the number of its first physical line."""

    def __init__(
        self, stream: BinaryIO, how: ReadSettings, written: tuple[str, str] | None = None
    ) -> None:
        """Take over an open file; ``written`` is delimiter and quote, if they are known."""
        self._stream = stream
        self._how = how
        self._written = written
        self._waiting: deque[bytes] = deque()  # lines behind a quote that was never closed
        self._number = 0  # of the last line that was taken
        self._taken: list[bytes] = []
        self._replayed = 0
        self._dialect: Dialect | None = None
        self.blank = 0
        self.head = b""
        """The bytes up to the end of the header."""
        self.header_remark = ""

    @property
    def dialect(self) -> Dialect:
        """How the table is written, by its first line; raises BadRecordError if it is no table."""
        if self._dialect is None:
            first = self._line()
            self.head += first
            while first and first.isspace():
                self.blank += 1
                first = self._line()
                self.head += first
            first = first.removeprefix(codecs.BOM_UTF8)
            if self._written:
                known = _split(first.decode("utf-8", "replace").rstrip("\r\n"), *self._written)
                self._dialect = known or Dialect(*self._written, ())
            else:
                header, self.header_remark = self._decoded(first)
                self._dialect = sniff(header, self._how)
        return self._dialect

    def __iter__(self) -> Iterator[tuple[int, Record | BadRecordError]]:
        """Give the records behind the header; a broken one takes only its first line with it."""
        for number, record, _ in self.all():
            if record is not None:
                yield number, record

    def all(self) -> Iterator[tuple[int, Record | BadRecordError | None, bytes]]:
        """Give the same with the bytes of each, and None for blank lines between them."""
        dialect = self.dialect
        while True:
            start = self._number + 1
            self._taken = []
            rows = csv.reader(
                self._texts(), delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True
            )
            try:
                fields = next(rows, None)
            except (csv.Error, _TooLongError) as error:
                broken = self._literal() or self._broken(str(error))
                yield start, broken, self._taken[0]
                continue
            if fields is None:
                return
            if not fields or (
                len(fields) == 1 and fields[0].isspace() and len(dialect.columns) > 1
            ):
                self.blank += 1
                yield start, None, b"".join(self._taken)
                continue
            yield start, self._record(fields), b"".join(self._taken)

    def _texts(self) -> Iterator[str]:
        """Give line after line to the parser, which takes as many as a record needs."""
        size = 0
        while raw := self._line():
            self._taken.append(raw)
            size += len(raw)
            if size > self._how.limits.line_bytes:
                raise _TooLongError(f"record longer than {self._how.limits.line_bytes:,} bytes")
            yield raw.decode("utf-8", "surrogateescape")

    def _line(self) -> bytes:
        """Take one physical line; of one that is too long only the beginning, and pass the rest."""
        longest = self._how.limits.line_bytes
        raw = self._waiting.popleft() if self._waiting else self._stream.readline(longest + 1)
        self._number += bool(raw)
        rest = raw
        while len(rest) > longest and not rest.endswith(b"\n"):
            rest = self._stream.readline(longest + 1)
        return raw

    def _record(self, fields: list[str]) -> Record | BadRecordError:
        """Decode a record's fields in one way; that it was cut up before is right for all but
        encodings in which a byte of a character can look like a quote.
        """
        raw = b"".join(self._taken)
        if not self._how.encoding and (raw.isascii() or not _escaped(fields)):
            return Record(fields)
        joined = _SEAM.join(fields).encode("utf-8", "surrogateescape")
        try:
            text, remark = self._decoded(joined)
        except BadRecordError as error:
            return error
        return Record(text.split(_SEAM), remark)

    def _decoded(self, raw: bytes) -> tuple[str, str]:
        """Decode, or raise BadRecordError."""
        try:
            read = encoding.read(raw, self._how.encoding)
        except ValueError as error:
            raise BadRecordError("E302", str(error)) from None
        return read.text, read.remark

    def _literal(self) -> Record | BadRecordError | None:
        """Read a line with tabs as it stands: many programs write quotes there like any letter."""
        if self._dialect is None or self._dialect.delimiter != "\t":
            return None
        line = self._taken[0].decode("utf-8", "surrogateescape").rstrip("\r\n")
        fields = line.split("\t")
        if len(fields) != len(self._dialect.columns):
            return None
        self._put_back()
        return self._record(fields)

    def _broken(self, what: str) -> BadRecordError:
        """Refuse the first line of a record, and put the others back to be read anew."""
        alone = len(self._taken) == 1
        self._put_back()
        if what.startswith("record longer"):
            if alone:
                return BadRecordError("E305", what)
            what = "unexpected end of data"
        closed = "unexpected end" not in what
        return BadRecordError("E312", f"CSV is broken: {what if closed else _UNCLOSED}")

    def _put_back(self) -> None:
        """Take only the first line of what was taken."""
        behind = self._taken[1:]
        self._replayed += sum(map(len, behind))
        if self._replayed > _REPLAYS * self._how.limits.line_bytes:
            raise CorruptError("E307", "CSV is broken: too many quotes are never closed")
        self._waiting.extendleft(reversed(behind))
        self._number -= len(behind)
        self._taken = self._taken[:1]


def pieces(stream: BinaryIO, delimiter: str, quote: str) -> Iterator[tuple[int, bytes]]:
    r"""Give the bytes of each record with its number; of the header and of blank lines with 0.

    >>> import io
    >>> list(pieces(io.BytesIO(b'text\n"a\nb"\n\nc'), ",", '"'))
    [(0, b'text\n'), (2, b'"a\nb"\n'), (0, b'\n'), (5, b'c')]
    """
    how = ReadSettings(limits=Limits(line_bytes=_ANY_LENGTH))
    records = Records(stream, how, (delimiter, quote))
    found = records.all()
    first = next(found, None)
    yield 0, records.head
    for number, record, raw in chain(filter(None, [first]), found):
        yield (0 if record is None else number), raw


class _TooLongError(Exception):
    """A record that would not end."""


def _escaped(fields: list[str]) -> bool:
    """Whether any field holds bytes that are not UTF-8."""
    return any("\udc80" <= char <= "\udcff" for one in fields if not one.isascii() for char in one)


def sniff(header: str, how: ReadSettings) -> Dialect:
    """Tell how a table is written by its header: the way in which it has the field of the text.

    Raises BadRecordError where there is no such column, or more than one.

    >>> sniff("'id'|'body'", ReadSettings())
    Dialect(delimiter='|', quote="'", columns=('id', 'body'))
    """
    line = header.rstrip("\r\n")
    if not line:
        raise BadRecordError("E303", "holds no table")
    wanted = text_names(how)
    found = [made for quote in QUOTES for d in DELIMITERS if (made := _split(line, d, quote))]
    able = [one for one in found if any(name in one.columns for name in wanted)]
    if not able:
        widest = max(found, key=lambda one: len(one.columns), default=Dialect(",", '"', (line,)))
        names = " or ".join(wanted)
        why = f"no column {names}; columns seen: {listed(widest.columns)}"
        raise BadRecordError("E310", why)
    best = max(able, key=lambda one: len(one.columns))
    for name in (*wanted, how.id_field):
        if best.columns.count(name) > 1:
            raise BadRecordError("E312", f"column {name} stands {best.columns.count(name)} times")
    return best


def _split(line: str, delimiter: str, quote: str) -> Dialect | None:
    """Split a header in one way, if that works."""
    try:
        [names] = csv.reader([line], delimiter=delimiter, quotechar=quote, strict=True)
    except (csv.Error, ValueError):
        return None
    return Dialect(delimiter, quote, tuple(name.strip() for name in names))


def written(head: bytes, how: ReadSettings) -> tuple[str, str]:
    """Tell delimiter and quote of a table that begins with ``head``."""
    line = head.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n").partition(b"\n")[0]
    try:
        dialect = sniff(encoding.read(line, how.encoding).text, how)
    except ValueError:  # so is BadRecordError
        return DELIMITERS[0], QUOTES[0]
    return dialect.delimiter, dialect.quote


def is_header(line: str, how: ReadSettings) -> bool:
    r"""Tell whether a first line is a table's header: two names or more, one of them the text's.

    >>> is_header("id,text\n", ReadSettings()), is_header("Storm, they said\n", ReadSettings())
    (True, False)
    """
    try:
        return len(sniff(line, how).columns) > 1
    except BadRecordError:
        return False
