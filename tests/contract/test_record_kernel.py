"""The native scanner of JSON Lines: what it takes is what the json module reads, or is declined."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

native = pytest.importorskip("dedup.kernels._native")

NAMES = ("text", "body", "id", "title", "größe", "")
DEEPEST = 20


class Number(str):
    """A number as it was written."""

    __slots__ = ()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object] | None:
    """No object where a key stands twice."""
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


DECODER = json.JSONDecoder(
    parse_int=Number, parse_float=Number, parse_constant=Number, object_pairs_hook=_object
)


def scan(block: bytes) -> tuple[list[int], list[dict[str, Any] | None]]:
    """Where the lines of a block start, and the record of each; None where the scanner gives none
    of its fields.
    """
    places, columns = native.scan_records(block, NAMES, Number, DEEPEST)
    starts = np.frombuffer(places, np.int64).tolist()
    records: list[dict[str, Any]] = [{} for _ in starts[1:]]
    for name, column in columns.items():
        for record, value in zip(records, column, strict=True):
            record |= {} if value is None else {name: value}
    return starts, [record or None for record in records]


def expected(line: bytes) -> dict[str, object] | None:
    """The named strings and numbers of a line; None where it is no plain record."""
    try:
        record = DECODER.decode(line.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    found = {name: value for name, value in record.items() if name in NAMES}
    found = {name: value for name, value in found.items() if isinstance(value, str)}
    try:
        "".join(found.values()).encode()
    except UnicodeEncodeError:
        return None
    return found


def types(record: dict[str, object]) -> dict[str, type]:
    """A number must not pass for a string."""
    return {name: type(value) for name, value in record.items()}


def assert_same(block: bytes) -> None:
    """Every line begins where it does, and is right or declined."""
    starts, records = scan(block)
    lines = block.splitlines(keepends=True) if b"\r" not in block else split(block)
    assert [block[a:b] for a, b in pairwise(starts)] == lines
    assert starts[-1] == len(block)
    for line, record in zip(lines, records, strict=True):
        if record is not None:
            assert record == expected(line)
            assert types(record) == types(expected(line) or {})


def split(block: bytes) -> list[bytes]:
    """Physical lines end with a newline and with nothing else."""
    parts = [part + b"\n" for part in block.split(b"\n")]
    parts[-1] = parts[-1][:-1]
    return parts if parts[-1] else parts[:-1]


PLAIN = [
    '{"id": 7, "text": "Storm."}',
    '{"text":"","a":[1,-0,2.5e-3,1E+9,0],"b":{"text":"inner","text":1},"c":true,"d":false}\r',
    ' \t{ "id" : -1.50 , "title" : null , "text" : "a\\n\\"b\\\\\\/\\b\\f\\r\\t\\u00e9" } \t',
    '{"text":"\\ud83d\\ude00 \\u0000 \\uFFFD","größe":"é😀","":"empty","id":"\\u0041"}',
    '{"id":123456789012345678901234567890,"body":"' + "word " * 700 + '"}',
    '{"id":1,"a":' + "[" * 19 + "]" * 19 + "}",
    '{"x":[{"y":[]},{}, [ ] ,{"z":{"text":[]}}],"text":"t"}',
]


@pytest.mark.parametrize("line", PLAIN)
def test_plain_records_are_taken(line: str) -> None:
    """What corpora hold is not left to the slow way."""
    (record,) = scan(line.encode())[1]
    assert record == expected(line.encode())
    assert record is not None
    assert types(record) == types(expected(line.encode()) or {})


DECLINED = [
    b"", b" ", b"{", b"[]", b"7", b'"text"', b"null", b'{"text":"a"', b'{"text":"a"}}', b'{"text"}',
    b'{"text":"a",}', b'{"text":"a" "b":1}', b"{text:1}", b"{'text':'a'}", b'{"text":}', b'{,}',
    b'{"text":"a\tb"}', b'{"text":"a\x00b"}', b'{"text":"a\\x"}', b'{"text":"\\u12"}',
    b'{"text":"\\u+123"}', b'{"text":"\\ud83d"}', b'{"text":"\\ude00\\ud83d"}',
    b'{"id":1,"a":"\\ud83dx"}',
    b'{"text":"\\', b'{"text":"\\u', b'{"text":"\\"}', b'{"id":01,"text":""}', b'{"id":1.}',
    b'{"id":.5}', b'{"id":+1}', b'{"id":1e}', b'{"id":-}', b'{"id":NaN}', b'{"id":-Infinity}',
    b'{"id":0x1}', b'{"id":1_0}', b'{"id":tru}', b'{"id":nulll}', b'{"id":True}',
    b'{"id":1,"a":[1,]}', b'{"id":1,"a":[1 2]}', b'{"id":1,"a":{"b"}}', b'{"id":1,"a":[}',
    b'{"id":1,"a":{]}', b'{"text":"a","text":"b"}',
    b'{"t\\u0065xt":"a"}', b'\xef\xbb\xbf{"text":"a"}', b'{"text":"\xff"}', b'{"text":"\xc0\x80"}',
    b'{"text":"\xed\xa0\x80"}', b'{"text":"\xf4\x90\x80\x80"}', b'{"text":"\xe2\x82"}',
    b'{"id":1,"a":"\xe9"}',
    b'{"text":"a"}\x0c', b'\xc2\xa0{"text":"a"}', b'{"text":"a"}//', b'{"text":"a"} {"text":"b"}',
    b'{"id":1,"a":' + b"[" * 20 + b"]" * 20 + b"}", b'{"id":1,"a":' + b"[" * 100000,
    b'{"text":"\xf0\x80\x80\x80"}', b'{"text":"\xe0\x80\x80"}', b'{"text":"\xc3',
]  # fmt: skip


@pytest.mark.parametrize("line", DECLINED, ids=lambda line: repr(line[:24]))
def test_anything_odd_is_declined(line: bytes) -> None:
    """A record that is broken must not pass, nor one of which something has to be told."""
    assert scan(line)[1] == [None] * bool(line)
    assert_same(line + b"\n" + b'{"text":"next"}\n')
    assert scan(line + b'\n{"text":"next"}')[1][-1] == {"text": "next"}


def test_lines_and_blocks() -> None:
    """Blank lines count, and the last line needs no newline."""
    block = b'\n{"text":"a"}\r\n\r\n \n{"text":"b"}'
    starts, records = scan(block)
    assert starts == [0, 1, 15, 17, 19, 31]
    assert records == [None, {"text": "a"}, None, None, {"text": "b"}]
    assert scan(b"") == ([0], [])
    assert scan(bytearray(b"{}\n")) == ([0, 3], [None])


def test_many_keys() -> None:
    """Beyond some number of keys a record is left to the slow way."""
    few, many = (json.dumps({f"k{i}": i for i in range(n)} | {"text": "t"}) for n in (60, 500))
    assert scan(few.encode())[1] == [{"text": "t"}]
    assert scan(many.encode())[1] == [None]


def test_misuse_is_an_error() -> None:
    """Wrong arguments are refused."""
    for args in ((), ("{}", NAMES, Number, 9), (b"", [*NAMES], Number, 9), (b"", (1,), Number, 9)):
        with pytest.raises((TypeError, ValueError)):
            native.scan_records(*args)
    with pytest.raises(ValueError, match="too many"):
        native.scan_records(b"", tuple(map(str, range(99))), Number, 9)
    with pytest.raises(ZeroDivisionError):
        native.scan_records(b'{"id":1}', NAMES, lambda _: 1 // 0, 9)


keys = st.sampled_from([*NAMES, "other", "tex", "texts", "\u00e9"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
nested = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=8
)
records = st.dictionaries(keys, nested)
lines = st.builds(
    lambda record, plain, gap: json.dumps(
        record, ensure_ascii=plain, separators=gap, allow_nan=True
    ).encode(errors="surrogatepass"),
    records,
    st.booleans(),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", " :\r")]),
)


@given(st.lists(lines, max_size=3).map(b"\n".join))
def test_any_records(block: bytes) -> None:
    """Valid records of any shape."""
    assert_same(block)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A record with a few bytes lost, doubled or replaced."""
    line = bytearray(draw(lines | st.sampled_from(PLAIN).map(str.encode)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(line) - 1)))
        piece = draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b"\\", b"\\u", b"{", b"}", b",", b"\n"])
        )
        line[at : at + draw(st.integers(0, 3))] = piece
    return bytes(line)


@given(mutated())
def test_any_damage(block: bytes) -> None:
    """Never a record that the json module would not read."""
    assert_same(block)


@given(st.binary())
def test_any_bytes(block: bytes) -> None:
    """No crash, no invention."""
    assert_same(block)
