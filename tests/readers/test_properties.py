"""Any bytes at all: each reader gives articles or faults, and never a crash."""

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.data.article import Article, Notice, Skipped
from dedup.readers import READERS, ReadSettings, encoding, read, sniff
from dedup.readers.extraction import strip
from dedup.readers.page import decode
from dedup.readers.source import CorruptError

from ..reading import one_by_one

HEADS = [
    b"", b"\x1f\x8b\x08", b"BZh91AY&SY", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PAR1",
    b"WARC/1.0\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"[{", b'{"text": "x"}\n', b"id,text\n",
    b"id;'text'\n", b'{\n "text":', b"WARC/1.0\r\nWARC-Type: response\r\n\r\n",
]  # fmt: skip


@given(st.sampled_from(HEADS), st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, head, content):
    path = tmp_path_factory.getbasetemp() / "any.dat"
    path.write_bytes(head + content)
    for one in read([str(path), f"{path}:2"], ReadSettings(), [].append):
        assert isinstance(one, (Article, Skipped))
        assert one.address.startswith(str(path))
        if isinstance(one, Article):
            one.text.encode()


def read_bytes(kind, content):
    return one_by_one(READERS[kind](io.BytesIO(content), "x", ReadSettings()))


@pytest.mark.parametrize("kind", ["text", "jsonl", "jsonarray", "table"])
@given(content=st.binary(max_size=200))
def test_every_reader_takes_any_bytes(kind, content):
    with contextlib.suppress(CorruptError):
        for one in read_bytes(kind, content):
            assert isinstance(one, (Article, Skipped, Notice))


@given(st.text(max_size=200))
def test_what_is_utf8_is_never_guessed(text):
    raw = text.encode("utf-8", "replace")
    if not encoding.wide(raw) and not encoding.marked(raw)[1]:
        assert encoding.read(raw) == encoding.Decoded(raw.decode())


@given(st.binary(max_size=200))
def test_a_guess_is_told_and_a_refusal_has_a_reason(raw):
    try:
        found = encoding.read(raw)
    except ValueError:
        return
    assert bool(found.remark) or found.text.encode() == raw or encoding.marked(raw)[1]
    found.text.encode("utf-8", "surrogatepass")


@given(st.binary(max_size=300))
def test_a_page_of_any_bytes_has_a_text(raw):
    try:
        page = decode(raw).text
    except ValueError:
        return
    assert isinstance(strip(page), str)


TAGS = st.sampled_from(
    (
        *("<p>", "</p>", "<br/>", "<!--", "-->", "<script>", "</script>", "<", ">", "&amp;", "&"),
        *("storm", " ", "\n", '"', "<![CDATA[", "<a href='>'>"),
    )
)


@given(st.lists(TAGS, max_size=40))
def test_stripping_leaves_no_known_tag(parts):
    text = strip("".join(parts))
    assert "<p>" not in text or "<" in parts


@given(st.lists(st.fixed_dictionaries({"text": st.text(max_size=20)}), min_size=1, max_size=5))
def test_lines_and_array_give_the_same(rows):
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    array = json.dumps(rows).encode()
    one, two = (
        [record.text for record in read_bytes(kind, raw) if isinstance(record, Article)]
        for kind, raw in (("jsonl", lines), ("jsonarray", array))
    )
    assert one == two
    assert sniff.kind(array, "x.jsonl", ReadSettings()) == "jsonarray"
