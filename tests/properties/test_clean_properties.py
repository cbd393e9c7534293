"""Cleaning any corpus: in = kept + removed + rejected, and the kept to the byte (I1)."""

from __future__ import annotations

import base64
import io
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.cli.main import main
from dedup.readers import ReadSettings, jsonl
from dedup.writers import WRITERS

from .invented import texts

ENDINGS = st.sampled_from(["\n", "\r\n", "\n\n", "\n \t\n", " \n"])
JUNK = st.sampled_from([b"{", b"[1]", b"null", b'{"text": 5}', b"{}", b'{"text": "\xff"}', b"\xff"])
PIECES = st.binary(max_size=12) | st.sampled_from([b"\n", b"\r\n", b"\xef\xbb\xbf", b" ", b"{}\n"])


@st.composite
def corpora(draw: st.DrawFn) -> bytes:
    """A file of records, some of them broken, with all kinds of space between them."""
    lines = []
    for number, text in enumerate(draw(texts())):
        record: dict[str, object] = {"text": text}
        if draw(st.booleans()):
            record = {"id": draw(st.sampled_from(["1", "2", f"n{number}"])), **record}
        lines.append(json.dumps(record, ensure_ascii=draw(st.booleans())).encode())
        if draw(st.integers(0, 5)) == 0:
            lines.append(draw(JUNK))
    ends = [draw(ENDINGS).encode() for _ in lines]
    if ends and draw(st.booleans()):
        ends[-1] = b""
    mark = b"\xef\xbb\xbf" if draw(st.booleans()) else b""
    return mark + b"".join(part for pair in zip(lines, ends, strict=True) for part in pair)


def verbatim(told: dict[str, str]) -> bytes:
    """The bytes of a rejected record."""
    exact = told.get("record_base64")
    return told["record"].encode() if exact is None else base64.b64decode(exact)


@settings(max_examples=60, deadline=None)
@given(corpora())
def test_I1_everything_that_goes_in_comes_out_once(body: bytes) -> None:
    """By address each line is kept, removed or rejected; joined again they are the input."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, name) for name in ("in.jsonl", "out", "removed", "bad")}
        Path(paths["in.jsonl"]).write_bytes(body)
        files = ["-o", paths["out"], "--removed", paths["removed"], "--rejects", paths["bad"]]
        main(["clean", paths["in.jsonl"], *files, "--max-removed", "100%", "-q"])
        if not os.path.exists(paths["out"]):  # not one record had a text, so nothing is written
            assert not os.path.exists(paths["removed"])
            return
        told = {n: Path(paths[n]).read_bytes().split(b"\n")[:-1] for n in ("removed", "bad")}
        kept = Path(paths["out"]).read_bytes()
    left_out = {}
    for line in told["removed"]:
        one = json.loads(line)
        raw = line.partition(b', "record": ')[2][:-1]
        left_out[int(one["address"].rpartition(":")[2])] = raw
        assert json.loads(raw) == one["record"]
        assert one["copy_of"] != one["id"]
    for line in told["bad"]:
        one = json.loads(line)
        left_out[int(one["address"].rpartition(":")[2])] = verbatim(one)
    assert len(left_out) == len(told["removed"]) + len(told["bad"])
    mark = b"\xef\xbb\xbf"
    assert kept.startswith(mark) == body.startswith(mark)
    rest = []
    for number, line in enumerate(body.removeprefix(mark).splitlines(keepends=True), 1):
        raw = left_out.get(number)
        if raw is None:
            rest.append(line)
        else:
            assert raw.strip() == line.strip()
    assert kept.removeprefix(mark) == b"".join(rest)


ANY_BYTES = [
    kind
    for kind in sorted(WRITERS)
    if kind.partition(" in ")[0] not in {"jsonarray", "parquet", "warc"}
    and (" in " not in kind or kind.startswith(("jsonl", 'table,"')))
]
"""Those that take any file apart; of those in other clothes one for lines and one for tables."""


@pytest.mark.parametrize("kind", ANY_BYTES)
@given(body=st.lists(PIECES, max_size=12).map(b"".join), size=st.integers(1, 40))
def test_the_pieces_of_a_file_joined_are_the_file(kind: str, body: bytes, size: int) -> None:
    """Whatever it holds, and however short the pieces are; numbers only rise."""
    writer = WRITERS[kind]
    if " in utf" in kind:
        body = body.decode(errors="replace").encode(kind.rpartition(" ")[2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.writers.jsonl.RECORD_BYTES", size)
        patch.setattr("dedup.writers.text.BLOCK_BYTES", size)
        pieces = list(writer.cut(io.BytesIO(body)))
        out = io.BytesIO()
        writer.copy(io.BytesIO(body), out, lambda _, piece: piece)
    assert b"".join(piece for _, piece in pieces) == out.getvalue() == body
    numbers = [number for number, _ in pieces if number]
    assert numbers == sorted(numbers)


@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_a_writer_counts_lines_as_the_reader_does(body: bytes) -> None:
    """Or an address would name another record when the corpus is written."""
    cut = {number for number, _ in WRITERS["jsonl"].cut(io.BytesIO(body)) if number}
    how = ReadSettings(text_field="nothing has this field")
    read = [one.address for one in jsonl.read(io.BytesIO(body), "f", how)]
    named = {int(one.rpartition(":")[2]) for one in read if ":" in one}
    assert named <= cut
    if "f" not in read:
        assert named == cut


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=4), ENDINGS)
def test_an_annotated_line_says_what_it_said_and_the_marks(
    record: dict[str, str], ending: str
) -> None:
    """The fields that it had stay in their order, and only the marks are new."""
    line = (json.dumps({"text": "x", **record}) + ending).encode()
    marks = {"dedup_story": 3, "dedup_keeper": "\u202eé", "dedup_relation": None}
    made = WRITERS["jsonl"].annotate(1, line, marks)
    assert list(json.loads(made).items()) == [*json.loads(line).items(), *marks.items()]
