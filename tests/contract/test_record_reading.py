"""Reading JSON Lines gives the same with the native scanner and without it, for any bytes."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels
from dedup.kernels import reference
from dedup.readers import jsonl
from dedup.readers.limits import Limits
from dedup.readers.source import ReadSettings

from ..reading import one_by_one

native = pytest.importorskip("dedup.kernels.native")

SETTINGS = [
    ReadSettings(),
    ReadSettings(text_field="title", id_field="url"),
    ReadSettings(text_field="text.body", id_field="id.x"),
    ReadSettings(limits=Limits(line_bytes=40, text_bytes=9, id_bytes=3, depth_count=2)),
]
FIELDS = (
    "text", "body", "content", "id", "title", "headline", "url", "link", "source", "published",
    "date", "lang", "text.body", "other", "Text", "",
)  # fmt: skip
VALUES = st.sampled_from(
    [
        "", "Storm.", "a\n\"b\"\\", "é", "北京", "😀", "\ud83d", "\x00", "2021-11-25T09:30:00Z",
        "en",
        7, -0.0, 1e300, 10**30, float("nan"), None, True, [], [1, {"text": "inner"}],
        {"body": "in"}, {"x": {"y": {}}},
    ]
)  # fmt: skip
RECORDS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6).map(json.dumps)
ODDITIES = st.sampled_from(
    [
        "", " ", "\r", "[", "{", "{}", "[]", "7", '{"text":"a","text":"b"}', '{"id":01,"text":"x"}',
        '\ufeff{"text":"a"}', '{"text":"\\ud83d"}', '{"text":"a"} x', '{"text":"\u2028"}', "x" * 50,
        '{"te\\u0078t":"a","id":1.50}',
    ]
)  # fmt: skip
LINES = st.lists(RECORDS | RECORDS | ODDITIES, max_size=8)


def read(body: bytes, how: ReadSettings, twin: object, line: int | None = None) -> list[Any]:
    """Everything that is read, by one twin."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "scan_records", twin)
        return [*one_by_one(jsonl.read(io.BytesIO(body), "a.jsonl", how, line))]


def assert_same(body: bytes) -> None:
    """Both twins give the same, in the same order, under any settings."""
    for how in SETTINGS:
        assert read(body, how, native.scan_records) == read(body, how, reference.scan_records)


@given(LINES, st.sampled_from(["\n", "\r\n", "\n\n"]), st.booleans())
def test_any_records(lines: list[str], end: str, ends: bool) -> None:
    """Articles, skipped lines and notices alike."""
    body = (end.join(lines) + end * ends).encode(errors="replace")
    assert_same(body)
    assert_same(b"\xef\xbb\xbf" + body)


@given(LINES, st.data())
def test_any_damage(lines: list[str], data: st.DataObject) -> None:
    """A few bytes replaced anywhere."""
    body = bytearray("\n".join(lines).encode(errors="replace"))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    assert_same(bytes(body))


@pytest.mark.parametrize("size", [1, 7, 64])
def test_borders_of_blocks(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a block ends, lines and numbers are the same, and so is each line on its own."""
    lines = [json.dumps({"id": n, "text": "word " * n}) for n in range(12)]
    body = "\n".join([*lines, "", "x" * 99, '{"text": "last"}']).encode()
    whole = read(body, SETTINGS[0], native.scan_records)
    monkeypatch.setattr(jsonl, "BLOCK_BYTES", size)
    for twin in (native.scan_records, reference.scan_records):
        assert read(body, SETTINGS[0], twin) == whole
    for number in range(1, 17):
        alone = [
            read(body, SETTINGS[0], twin, number)
            for twin in (native.scan_records, reference.scan_records)
        ]
        assert alone[0] == alone[1]
        assert [one for one in whole if one.address == f"a.jsonl:{number}"] in (alone[0], [])


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_line_that_is_too_long_is_passed_over(
    mark: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is cut, it is one fault, and the next line is read under its own number."""
    monkeypatch.setattr(jsonl, "BLOCK_BYTES", size)
    how = ReadSettings(limits=Limits(line_bytes=40))
    for longer in range(1, 60):
        body = mark + b"x" * (40 + longer) + b'\n{"text": "next"}'
        skipped, article = read(body, how, native.scan_records)
        assert (skipped.address, skipped.code) == ("a.jsonl:1", "E305")
        assert (article.address, article.text) == ("a.jsonl:2", "next")
