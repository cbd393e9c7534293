"""The program that finds the text in a web page; it runs alone, in a process with limits.

A question is a page in UTF-8, an answer its text and facts as JSON. It imports nothing of ours, so
that it starts fast, and can be killed at any time.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import socket
from typing import BinaryIO

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "head", "header", "hr", "html", "li", "main", "nav", "ol", "option", "p", "pre", "section",
    "select", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul",
})  # fmt: skip
"""Elements that stand on lines of their own."""
UNREAD = ("script", "style", "noscript", "template", "svg", "iframe", "textarea", "head", "title")
"""Elements whose content is no text to be read."""

_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9-]{0,40})")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,2000})", re.I)
_LANGUAGE = re.compile(r"<html\b[^>]{0,500}?\blang\s*=\s*[\"']?([a-zA-Z-]{2,35})", re.I)
_HEAD_CHARS = 1 << 16
_DATES = {"extensive_search": False, "original_date": True, "max_date": "2200-01-01"}
"""A date is taken from where the page names it; one is never looked for in the prose, and what
day it is does not matter."""


def extract(page: str) -> dict[str, object]:
    """Give text and facts of a page, and ``by``: what found them."""
    found = _by_trafilatura(page)
    if not found.get("text"):
        found = {**found, "text": strip(page), "by": "tags" if "by" in found else "tags-only"}
    if not found.get("title"):
        title = _TITLE.search(page[:_HEAD_CHARS])
        found["title"] = " ".join(html.unescape(title[1]).split()) if title else ""
    language = _LANGUAGE.search(page[:_HEAD_CHARS])
    found["lang"] = language[1] if language else ""
    return found


def _by_trafilatura(page: str) -> dict[str, object]:
    """Ask trafilatura, never for its own deduplication; empty if it is not installed or fails."""
    try:
        from trafilatura import bare_extraction
    except ImportError:
        return {}
    try:
        found = bare_extraction(
            page,
            with_metadata=True,
            deduplicate=False,
            include_comments=False,
            date_extraction_params=dict(_DATES),
        )
    except MemoryError:
        raise
    except Exception:
        return {"by": "trafilatura"}
    told = {"by": "trafilatura"}
    for name in ("text", "title", "url", "date", "sitename", "hostname"):
        value = getattr(found, name, None)
        told[name] = value if isinstance(value, str) else ""
    return dict(told)


def strip(page: str) -> str:
    r"""Give what stands between the tags, in time that grows with the length of the page only.

    >>> strip("<p>Storm<script>a<b</script> closes</p>the <b>port</b> &amp; pier<!-- x")
    'Storm closes\nthe port & pier'
    """
    kept: list[str] = []
    at = 0
    while True:
        mark = page.find("<", at)
        kept.append(html.unescape(page[at : mark if mark >= 0 else len(page)]))
        if mark < 0:
            break
        at, left = _passed(page, mark)
        kept.append(left)
    lines = (" ".join(line.split()) for line in "".join(kept).split("\n"))
    return "\n".join(line for line in lines if line)


def _passed(page: str, mark: int) -> tuple[int, str]:
    """Pass the tag or comment at ``mark``; give the place behind it and what it leaves."""
    if page.startswith("<!--", mark):
        end = page.find("-->", mark + 4)
        return (end + 3 if end >= 0 else len(page)), ""
    name = _NAME.match(page, mark + 1)
    if not name and page[mark + 1 : mark + 2] not in {"!", "?"}:
        return mark + 1, "<"
    end = page.find(">", mark)
    if end < 0:
        return len(page), ""
    tag = name[1].lower() if name else ""
    if tag in UNREAD and page[mark + 1] != "/" and page[end - 1] != "/":
        close = re.compile(rf"</{tag}\b", re.I).search(page, end)
        return (close.start() if close else len(page)), "\n" * (tag in BLOCKS)
    return end + 1, "\n" * (tag in BLOCKS)


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer one page after another."""
    while head := source.read(8):
        page = source.read(int.from_bytes(head, "big")).decode("utf-8", "replace")
        try:
            answer = json.dumps(extract(page)).encode()
        except MemoryError:
            answer = b'{"fault": "needs more memory than it may have"}'
        sink.write(len(answer).to_bytes(8, "big") + answer + bytes(8))
        sink.flush()


if __name__ == "__main__":
    with socket.socket(fileno=os.dup(0)) as line, contextlib.suppress(KeyboardInterrupt, OSError):
        serve(line.makefile("rb"), line.makefile("wb"))
