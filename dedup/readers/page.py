"""One web page to an article: decoded here, its text found by a process that may fail."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..data.article import Article, Notice, Skipped
from . import encoding
from .record import moment, sound
from .worker import WorkerError, Workers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import ReadSettings

INSTALL = "pip install 'dedup-articles[html]'"

_DECLARED = re.compile(
    rb"<(?:meta\b[^>]{0,400}?\bcharset|\?xml\b[^>]{0,200}?\bencoding)"
    rb"\s*=\s*[\"']?\s*([a-zA-Z0-9_.:-]{2,40})",
    re.I,
)
_DECLARED_WITHIN = 4096
_WORKERS = Workers("extraction.py")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was found, and what is known of it from outside."""

    raw: bytes
    address: str
    id: str = ""
    url: str = ""
    charset: str = ""
    """What its server says that it is in."""


def to_article(page: Page, how: ReadSettings) -> Iterator[Article | Skipped | Notice]:
    """Give the article of a page, or why there is none; one without text has no words."""
    limits = how.limits
    if len(page.raw) > limits.page_bytes:
        yield Skipped(page.address, "E305", f"page longer than {limits.page_bytes:,} bytes")
        return
    try:
        decoded = decode(page.raw, how.encoding, page.charset)
        found = _extracted(decoded.text, how)
    except ValueError as error:
        yield Skipped(page.address, "E302", str(error))
        return
    except WorkerError as error:
        yield Skipped(page.address, "E313", f"extracting its text {error}")
        return
    if decoded.remark:
        yield Notice(page.address, "W302", decoded.remark)
    text = sound(found.get("text", ""))
    if len(text) > limits.text_bytes:
        yield Skipped(page.address, "E305", f"text longer than {limits.text_bytes:,} characters")
        return
    yield from _doubts(page.address, found)
    yield Article(
        id=page.id or page.address,
        text=text,
        address=page.address,
        title=sound(found.get("title", "")),
        url=sound(page.url or found.get("url", "")),
        source=sound(found.get("sitename", "") or found.get("hostname", "")),
        published=moment(found.get("date", "")),
        lang=sound(found.get("lang", "")),
    )


def _extracted(text: str, how: ReadSettings) -> dict[str, str]:
    """Ask the process; it is given its time and memory."""
    limits = how.limits
    question = text.encode("utf-8", "replace")
    with _WORKERS.lent(limits.page_memory_bytes) as worker:
        answer = b"".join(worker.ask(question, limits.page_seconds))
    found: dict[str, str] = json.loads(answer)
    if "fault" in found:
        raise WorkerError(found["fault"])
    return found


def _doubts(address: str, found: dict[str, str]) -> Iterator[Notice]:
    """Tell where the text may not be the article's."""
    if not found.get("text", "").strip():
        yield Notice(address, "W308", "holds no article text")
    elif found.get("by") == "tags":
        yield Notice(address, "W308", "no main text was found, so only the tags are left out")
    elif found.get("by") == "tags-only":
        why = f"only the tags are left out, navigation and all ({INSTALL} finds the main text)"
        yield Notice(address, "W308", why)


def decode(raw: bytes, told: str = "", charset: str = "") -> encoding.Decoded:
    r"""Decode a page: by mark, as told, as UTF-8, as it or its server declares, else by a guess.

    >>> decode(b"<meta charset=iso-8859-1>caf\xe9").text[-4:]
    'café'
    """
    declared = _DECLARED.search(raw[:_DECLARED_WITHIN])
    names = [charset, declared[1].decode("ascii") if declared else ""]
    if not told and not encoding.marked(raw)[1]:
        plain = encoding.strict(raw)
        for name in filter(None, names):
            known = _known(name)
            if plain is not None and not raw.isascii():
                remark = "" if known == "utf-8" else f"says {name}, but is UTF-8"
                return encoding.Decoded(plain, remark)
            if known and known != "utf-8" and plain is None:
                found = encoding.strict(raw, known)
                if found is not None:
                    return encoding.Decoded(found)
    return encoding.read(raw, told)


def _known(name: str) -> str:
    """Give the codec for a name from a page, which means windows-1252 where it says Latin-1."""
    try:
        codec = codecs.lookup(name).name
        b"ab".decode(codec, "replace")
    except (LookupError, ValueError):
        return ""
    return "cp1252" if codec in {"iso8859-1", "ascii"} else codec
