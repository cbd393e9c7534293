"""WARC and WET: the pages and texts that a crawl has stored, by the number of their record."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, BinaryIO

from ..data.article import Article, Notice, Skipped
from . import encoding
from .opening import Tape, Told
from .page import Page, to_article
from .source import CorruptError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import ReadSettings

INSTALL = "pip install 'dedup-articles[warc]'"

_BLOCK_BYTES = 1 << 16
_HELD_BYTES = 64 << 20
_KINDS = {"response", "resource", "conversion"}
_FOUND = "200"


def read(
    stream: BinaryIO, path: str, how: ReadSettings, line: int | None = None
) -> Iterator[Article | Skipped | Notice]:
    """Give each stored page and text; of a record that holds neither, only the number is told."""
    if find_spec("warcio") is None:
        yield Skipped(path, "E309", f"WARC needs warcio: {INSTALL}")
        return
    passed = 0
    met = False
    for number, record in enumerate(_records(stream), 1):
        if line in (None, number):
            kind = _kind(record)
            passed += not kind
            met = met or bool(kind)
            if kind:
                yield from _article(record, kind, f"{path}:{number}", how)
            _drain(record)
        if number == line:
            break
    if passed and line is None:
        yield Notice(path, "W313", f"records that hold no page were passed over: {passed:,}")
    if line is not None and not met:
        yield Skipped(f"{path}:{line}", "E303", "no page is stored under this number")


def pieces(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Give the bytes of each record with its number, 0 for one that holds no page; where each
    record is a gzip member, as WARC wants it, they are that member.

    Joined they are the stream. A record of more than ``_HELD_BYTES`` comes in several pieces.
    """
    from warcio.archiveiterator import ArchiveIterator

    tape = Tape(source)
    with _told("not every record of the WARC is one gzip member: gunzip it first"):
        records = ArchiveIterator(tape, block_size=_BLOCK_BYTES)
        for number, record in enumerate(records, 1):
            shown = number if _kind(record) else 0
            while record.raw_stream.read(_BLOCK_BYTES):
                if tape.tell() - tape.start > _HELD_BYTES:  # the last block may hold the next one
                    yield shown, tape.cut(tape.tell() - _BLOCK_BYTES)
            if getattr(record.raw_stream, "limit", 0):
                raise ValueError("a record ends with its gzip member, but not by itself")
            records.read_to_end()
            yield shown, tape.cut(records.offset)
    yield 0, tape.cut(tape.tell())


def _records(stream: BinaryIO) -> Iterator[Any]:
    """Give the records; what is compressed is expanded already."""
    from warcio.archiveiterator import ArchiveIterator

    with _told():
        records = ArchiveIterator(Told(stream), check_digests=True)
        records.INC_RECORD = ""  # what it would write to stderr of the next
        for record in records:
            _require_sound(records)
            yield record
        _require_sound(records)


def _require_sound(records: Any) -> None:  # noqa: ANN401 - warcio has no types
    """Refuse to go on behind a record that did not end where it said it would."""
    if records.err_count:
        raise ValueError("a record is longer than it says, or shorter")


@contextmanager
def _told(instead: str = "") -> Iterator[None]:
    """Let what warcio cannot make out end the reading; it is said in its words or others."""
    from warcio.exceptions import ArchiveLoadFailed

    try:
        yield
    except (ArchiveLoadFailed, ValueError, EOFError, KeyError, AttributeError) as error:
        what = " ".join(str(error).split())[:200]
        raise CorruptError("E307", instead or f"WARC is damaged: {what}") from error


def _kind(record: Any) -> str:  # noqa: ANN401 - as above
    """Tell a page from a text, and both from everything else."""
    if record.rec_type not in _KINDS:
        return ""
    headers = record.http_headers
    if headers and record.rec_type == "response" and headers.get_statuscode() != _FOUND:
        return ""
    made = headers.get_header("Content-Type") if headers else record.content_type
    made = (made or "").lower()
    if "html" in made:
        return "page"
    return "text" if made.startswith("text/plain") else ""


def _article(
    record: Any,  # noqa: ANN401 - as above
    kind: str,
    address: str,
    how: ReadSettings,
) -> Iterator[Article | Skipped | Notice]:
    """Give one record as an article."""
    longest = how.limits.page_bytes
    try:
        raw = _content(record, longest + 1)
    except CorruptError:
        raise
    except Exception as error:
        what = " ".join(str(error).split())[:200]
        yield Skipped(address, "E307", f"its content is damaged: {what}")
        return
    if record.digest_checker and record.digest_checker.passed is False and len(raw) <= longest:
        yield Skipped(address, "E307", "its content is damaged: the checksum is another")
        return
    name = (record.rec_headers.get_header("WARC-Record-ID") or "").strip("<>")
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if kind == "page":
        yield from to_article(Page(raw, address, name, url.strip("<>"), _charset(record)), how)
        return
    if len(raw) > how.limits.text_bytes:
        yield Skipped(address, "E305", f"text longer than {how.limits.text_bytes:,} bytes")
        return
    try:
        read = encoding.read(raw, how.encoding)
    except ValueError as error:
        yield Skipped(address, "E302", str(error))
        return
    if read.remark:
        yield Notice(address, "W302", read.remark)
    yield Article(name or address, read.text, address, url=url.strip("<>"))


def _content(record: Any, most: int) -> bytes:  # noqa: ANN401 - as above
    """Read up to ``most`` bytes of the content, expanded."""
    stream = record.content_stream()
    pieces: list[bytes] = []
    length = 0
    while length < most and (piece := stream.read(min(1 << 16, most - length))):
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)


def _drain(record: Any) -> None:  # noqa: ANN401 - as above
    """Pass the rest of a record; one that is shorter than it says is cut."""
    stream = record.raw_stream
    while stream.read(_BLOCK_BYTES):
        pass
    if getattr(stream, "limit", 0):
        raise CorruptError("E307", "WARC ends early")


def _charset(record: Any) -> str:  # noqa: ANN401 - as above
    """Give what the server said that the page is in."""
    headers = record.http_headers
    made = (headers.get_header("Content-Type") if headers else "") or ""
    _, _, name = made.lower().partition("charset=")
    return name.split(";")[0].strip(" \"'")
