"""One function for each thing that is tried: bytes in, an exception out where a promise is broken.

They need no fuzzer: the tests run them on the seeds and on invented bytes.
"""

from __future__ import annotations

import html as markup
import io
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np

from dedup import kernels
from dedup.data.article import Article
from dedup.kernels import reference
from dedup.readers import encoding as encodings
from dedup.readers import extraction, page, sniff
from dedup.readers import jsonl as lines
from dedup.readers import table as tables
from dedup.readers.limits import Limits
from dedup.readers.source import CorruptError, ReadSettings
from dedup.shingle import hash_words
from dedup.term import stem
from dedup.text import clean
from dedup.text import words as cut
from dedup.writers import WRITERS
from tests.reading import one_by_one

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = (
    ReadSettings(),
    ReadSettings(text_field="title", id_field="url"),
    ReadSettings(text_field="text.body", id_field="id.x"),
    ReadSettings(limits=Limits(line_bytes=40, text_bytes=9, id_bytes=3, depth_count=2)),
)


@dataclass(frozen=True, slots=True)
class Target:
    """What is tried, where it begins, and what inputs are put together from."""

    run: Callable[[bytes], None]
    """Raises where a promise is broken."""
    seeds: tuple[bytes, ...]
    tokens: tuple[bytes, ...] = ()


def jsonl(data: bytes) -> None:
    """The native scanner and the json module read the same, and the writer's pieces are the file.

    The first byte chooses the settings and the size of a block.
    """
    how, block, body = (
        SETTINGS[data[0] & 3 if data else 0],
        1 << (data[0] >> 4 if data else 9),
        data[1:],
    )
    found = []
    for scan in (kernels.scan_records, reference.scan_records):
        twin = mock.patch.multiple(kernels, scan_records=scan)
        with twin, mock.patch.multiple(lines, BLOCK_BYTES=max(block, 2)):
            found.append([*one_by_one(lines.read(io.BytesIO(body), "x", how))])
    assert found[0] == found[1], "the scanner reads otherwise than the json module"
    pieces = [*WRITERS["jsonl"].cut(io.BytesIO(body))]
    assert b"".join(piece for _, piece in pieces) == body, "the pieces are not the file"
    numbers = {number for number, _ in pieces}
    assert numbers >= {_number(one) for one in found[0] if isinstance(one, Article)}


def table(data: bytes) -> None:
    """The writer's pieces are the file, and each record's piece holds what was read of it."""
    kind = sniff.kind(data, "x.csv", ReadSettings())
    if not kind.startswith("table"):
        kind = f"table{tables.DELIMITERS[len(data) % 4]}{tables.QUOTES[len(data) % 2]}"
    for name in {kind, "".join(("table", *tables.written(data, ReadSettings())))} & {*WRITERS}:
        pieces = [*WRITERS[name].cut(io.BytesIO(data))]
        assert b"".join(piece for _, piece in pieces) == data, "the pieces are not the file"
    try:
        found = [*tables.read(io.BytesIO(data), "x.csv", ReadSettings())]
    except CorruptError:
        return
    head = pieces[0][1]
    records = {number: piece for number, piece in pieces if number}
    for one in found:
        if isinstance(one, Article):
            alone = tables.read(io.BytesIO(head + records[_number(one)]), "x.csv", ReadSettings())
            [again] = [other for other in alone if isinstance(other, Article)]
            assert again.text == one.text, "a record read alone is another"


def _number(article: Article) -> int:
    """The line that an article stands on."""
    return int(article.address.rpartition(":")[2])


def encoding(data: bytes) -> None:
    """What is UTF-8 is read as it is, and a guess is told."""
    for read in (encodings.read, page.decode):
        try:
            found = read(data)
        except ValueError:
            continue
        told = found.remark or encodings.marked(data)[1] or read is page.decode
        assert told or found.text.encode() == data, "a guess is not told"
    marked = encodings.marked(data)[1] or encodings.wide(data)
    plain = encodings.strict(data)
    if plain is not None and not marked:
        assert encodings.read(data) == encodings.Decoded(plain), "UTF-8 was guessed"
        assert b"\0" in data or page.decode(data).text == plain, "a page in UTF-8 was guessed"


def html(data: bytes) -> None:
    """Any page has a text where no extractor is at hand, and escaped text comes back whole."""
    text = data.decode("utf-8", "replace")
    with mock.patch.dict(sys.modules, {"trafilatura": None}):
        found = extraction.extract(text)
    assert found["by"] == "tags-only"
    json.dumps(found).encode()
    stripped = found["text"]
    assert isinstance(stripped, str)
    assert len(stripped) <= len(text), "text out of nothing"
    rows = (" ".join(row.split()) for row in text.split("\n"))
    plain = "\n".join(row for row in rows if row)
    assert extraction.strip(markup.escape(text)) == plain, "text was lost"


def words(data: bytes) -> None:
    """Where the kernel cuts a text, it gives the words, stems and digests of the rules."""
    text = data.decode("utf-8", "replace")
    told = kernels.cut_texts([text, text])
    assert told.done[0] == told.done[1]
    if not told.done[0]:
        return
    cleaned = clean(text).text
    expected = cut(cleaned)
    where = told.words[told.offsets[1] : told.offsets[2]]
    assert np.array_equal(told.words[: told.offsets[1]], where), "a text is not the same twice"
    for found, right in ((told.hashes, expected), (told.stems, stem(expected))):
        assert np.array_equal(found[where], hash_words([right]).values), "other words"
    spelled = [
        told.letters[told.borders[word] : told.borders[word + 1]].tobytes().decode()
        for word in where.tolist()
    ]
    assert spelled == [f"{word} " for word in expected], "other letters"
    assert [bool(mark) for mark in told.marks[where]] == [word.isdigit() for word in expected]
    plain = told.clean[told.ends[1] : told.ends[2]].tobytes()
    assert plain == cleaned.encode(), "another clean text"


TARGETS = {
    "jsonl": Target(
        jsonl,
        (
            b'\x90{"id": 7, "text": "Storm."}\n\n{"id": 8, "title": "x\\u00e9"}\r\n{"id": 8',
            b'\x93\xef\xbb\xbf{"text":"a","text":"b"}\n{"text":"\\ud83d"}\n[[[[]]]]\n{"text":"\xe9"}',
            b'\x22{"text": {"body": "in"}, "id": {"x": 1.50}}\n{"text.body": null, "id.x": -0}\n',
            b'\x01{"title": "t", "url": "http://x.org", "date": "2021-11-25T09:30:00Z"}\n',
        ),
        (b'"text"', b'"id"', b'":', b"{", b"}", b"[", b"]", b"\\u", b"\\ud83d\\ude00", b"null",
         b"true", b"NaN", b"-Infinity", b"1e5", b"\n", b"\r", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    ),
    "table": Target(
        table,
        (
            b'id,text\n7,"Storm\ncloses ""port"""\n\n8,x\n9,"open\n',
            b"id;'text'\r\n1;'a;b'\r\n2;''\r\n",
            b"id\ttext\n1\t\"no quote\n2\tx\"\n3\t\"a\nb\"\n",
            b"\xef\xbb\xbftext|id\nk\xf6ln|1\n \n",
            "id,text\n1,Storm\n".encode("utf-16"),
        ),
        (b"text", b"id", b",", b";", b"\t", b"|", b'"', b"'", b'""', b"\n", b"\r\n", b"\r", b"\0",
         b"\xef\xbb\xbf", b"\xff", b"\x1f\x1e"),
    ),
    "encoding": Target(
        encoding,
        (
            "Zürich, Köln und Wien liegen schön".encode("cp1252"),
            "Шторм закрыл порт".encode("koi8_r"),
            "港口因風暴關閉".encode("big5hkscs"),
            "storm".encode("utf-16"),
            "storm closes port".encode("utf-32-be"),
            b"<meta charset=iso-8859-1>caf\xe9",
            "Köln, Zürich".encode() + b"\xff",
        ),
        (b"<meta charset=", b'<?xml encoding="', b"utf-8", b"utf-16", b"utf-7", b"idna", b"hex",
         b"unicode_escape", b"punycode", b"shift_jis", b">", b"\0", b"\xff\xfe", b"\xfe\xff",
         b"\xef\xbb\xbf", b"\x1b$B", b"\xed\xa0\x80"),
    ),
    "html": Target(
        html,
        (
            b"<html lang=en><title>T &amp; x</title><p>Storm<script>a<b</script> closes</p>the",
            b"<!-- x --><style>p{}</style><br/>1 < 2 & 3 &#233; <![CDATA[x]]><svg/><!-- y",
            "<body>Köln\n\n <li>&eacute;<textarea></b></TEXTAREA>\u2028".encode(),
        ),
        (b"<", b">", b"</", b"/>", b"<!--", b"-->", b"<script", b"</script>", b"<title>", b"<html ",
         b" lang=", b"&", b"&amp;", b"&#x", b"&nGt;", b";", b"<p>", b"<template>", b"\xe2\x80\xa8"),
    ),
    "words": Target(
        words,
        (
            b"Don't stop, 14th: the govern-\nment & R &amp; D (Photo: Jo Doe/AP)\nRead more: x",
            "Köln “é” x\u0301\u0301 ﬁ \u00adé-\nx İ ß www.a.b http://é".encode(),
            "Шторм 北京 서울 اقرأ المزيد कनज़ ทั่ว カﾞ \u2022 LEER MÁS".encode(),
        ),
        (b"(photo", b"Photo:", b" / AP", b"Reuters", b"Getty Images", b"Read more", b"http://",
         b"www.", b"&amp;", b"&#233;", b"&eacute;", b"&NewLine;", b"-\n", b"\n", b"\r", b"\0",
         "\u0301".encode(), "\u0336".encode(), "\u00ad".encode(), "\u200d".encode(),
         "İ".encode(), "ı".encode(), "ß".encode(), "한".encode(), "\u0653".encode(),
         "\u093c".encode(), "Leer más".encode(), "Подробнее".encode(), "’".encode()),
    ),
}  # fmt: skip
"""By name."""
