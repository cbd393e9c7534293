"""Labelled pairs: two formats, and refusals that name the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.data.pair import Gold
from dedup.evaluate import LABELS
from dedup.readers import gold

FIRST = Gold("a", "b", "same_story", "WD")
SECOND = Gold("a", "c", "distinct")


@pytest.mark.parametrize(
    "content",
    [
        '{"left": "a", "right": "b", "relation": "same_story", "label": "WD"}\n\n'
        '{"left": "a", "right": "c", "relation": "distinct", "note": 7}',
        "left,right,relation,label\na,b,same_story,WD\na,c,distinct,\n",
        '\ufeffrelation,right,note,label,left\r\nsame_story,b,"x\r\ny",WD,a\r\n\r\ndistinct,c,,,a\r\n',
    ],
)
def test_both_formats_say_the_same(content):
    assert gold.parse(content.encode(), "gold") == (FIRST, SECOND)


def test_ids_that_are_numbers_stay_as_they_are_written():
    line = b'{"left": 9007199254740993, "right": 1.50, "relation": "related"}'
    assert gold.parse(line, "gold") == (Gold("9007199254740993", "1.50", "related"),)


def test_line_separators_inside_a_string_end_no_line():
    line = '{"left": "a\u2028", "right": "b\u0085", "relation": "related"}'
    assert gold.parse(line.encode(), "gold")[0].left == "a\u2028"


PAIR = '{"left": "a", "right": "b", "relation": "related"}\n'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "g: holds no pairs"),
        (PAIR + "{", "g:2: JSON is broken"),
        (PAIR + "[]", "g:2: not an object"),
        (PAIR + "[" * 100_000, "g:2: JSON is broken"),
        (PAIR + '{"left": "a", "right": "b"}', "g:2: no relation"),
        (PAIR + '{"left": "a", "right": "", "relation": "related"}', "g:2: no right"),
        (
            PAIR + '{"left": ["a"], "right": "b", "relation": "related"}',
            "g:2: left is not a string",
        ),
        (PAIR + '{"left": true, "right": "b", "relation": "related"}', "g:2: left is not a string"),
        (PAIR + '{"left": "a", "right": "a", "relation": "related"}', "g:2: a pair of an article"),
        (
            PAIR + '{"left": "b", "right": "a", "relation": "distinct"}',
            "is 'distinct' here and 'rel",
        ),
        ('{"left": "a", "right": "b", "relation": "same-story"}', "did you mean 'same_story'?"),
        ('{"left": "a", "right": "b", "relation": "zebra"}', "one of same_story, related"),
        ("left,right\na,b\n", "g:1: no column relation"),
        ("left;right;relation\na;b;related\n", "g:1: no column left or right or relation"),
        ("left,right,relation\na,b\n", "g:2: 2 fields, the header has 3"),
        ('left,right,relation\n"x\ny",b,related\na,b,c,d\n', "g:4: 4 fields"),
        ('left,right,relation\na,b,"related\n', "CSV is broken"),
        ("left,right,relation\na,b,Related\n", "g:2: unknown relation 'Related'"),
        ("caf\xe9,".encode("latin-1"), "g: byte 3 is not UTF-8"),
    ],
)
def test_what_is_no_pair_is_refused_by_its_line(content, told):
    raw = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(gold.GoldError) as caught:
        gold.parse(raw, "g")
    assert told in str(caught.value)
    assert "[E320]" in str(caught.value)


@given(st.binary(max_size=60) | st.text('{}",:leftrigh\n', max_size=60).map(str.encode))
def test_no_bytes_make_any_other_error(raw):
    try:
        pairs = gold.parse(raw, "g")
    except gold.GoldError:
        return
    assert all(one.relation in LABELS for one in pairs)


def test_a_file_and_stdin_are_read_and_what_is_missing_is_named(tmp_path, monkeypatch):
    path = tmp_path / "gold.jsonl"
    path.write_text(PAIR)
    assert gold.read(str(path)) == (Gold("a", "b", "related"),)
    for missing in ("nope", str(tmp_path)):
        with pytest.raises(gold.GoldError, match=missing):
            gold.read(missing)
    monkeypatch.setattr(gold, "LONGEST_GOLD_BYTES", 10)
    with pytest.raises(gold.GoldError, match="longer than 10 bytes"):
        gold.read(str(path))
