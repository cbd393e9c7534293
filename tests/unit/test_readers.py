"""Readers: what is read, what is skipped and why, in which order, and under which address."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.data.article import Article, Skipped
from dedup.readers import Limits, ReadSettings, RefusedError, read, read_one, source

PLAIN = ReadSettings()


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty working folder, so that addresses are short."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def taken(*paths, how=PLAIN):
    """All records under the paths, as a list."""
    return list(read(paths, how))


def one(content: bytes, name: str = "a.jsonl", how=PLAIN):
    """The only record of a file with this content."""
    Path(name).write_bytes(content)
    [record] = taken(name, how=how)
    return record


# Folders, names and order


def test_a_walk_takes_known_kinds_in_order_and_leaves_hidden_files_and_links(here):
    for name in ("b.txt", "a.MD", "sub/c.jsonl", "sub/.hidden.txt", ".git/x.txt", "page.png"):
        path = here / name
        path.parent.mkdir(exist_ok=True)
        path.write_text('{"text": "x"}' if name.endswith("jsonl") else "x")
    (here / "link.txt").symlink_to("b.txt")
    (here / "loop").symlink_to(".")
    os.mkfifo(here / "pipe.txt")
    assert [record.address for record in taken(".")] == ["a.MD", "b.txt", "sub/c.jsonl:1"]


def test_order_of_arguments_and_second_names_change_nothing():
    Path("a.txt").write_text("a")
    Path("b.txt").write_text("b")
    assert taken("b.txt", "./a.txt", ".") == taken(".", "./a.txt", "b.txt", "b.txt")
    assert len(taken("b.txt", "./a.txt", ".")) == 2


def test_a_named_file_is_read_whatever_its_name_and_by_its_content():
    Path("feed").write_text('\n {"text": "record"}\n')
    Path("story.dat").write_text("plain")
    assert [record.text for record in taken("feed", "story.dat")] == ["record", "plain"]


def test_a_name_like_an_option_can_be_pasted_back():
    Path("-rf.txt").write_text("x")
    [record] = taken(".")
    assert record.address == "./-rf.txt"
    assert taken(record.address) == [record]


def test_a_name_that_is_not_utf8_is_read():
    Path(os.fsdecode(b"bad\xff.txt")).write_text("x")
    [record] = taken(".")
    assert os.fsencode(record.address) == b"bad\xff.txt"


def test_missing_files_devices_and_remote_names_are_named_and_the_rest_is_read():
    Path("a.txt").write_text("x")
    records = taken("a.txt", "nope.txt", "/dev/zero", "http://host/x.txt", "/proc/self/mem")
    assert [r.text for r in records if isinstance(r, Article)] == ["x"]
    refused = {r.address: r.why for r in records if isinstance(r, Skipped)}
    assert set(refused) == {"nope.txt", "/dev/zero", "http://host/x.txt", "/proc/self/mem"}
    assert "no such file" in refused["nope.txt"]
    assert "network is never used" in refused["http://host/x.txt"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read all")
def test_a_folder_that_may_not_be_read_is_named(here):
    (here / "shut").mkdir(mode=0)
    [record] = taken(".")
    assert (record.address, record.code) == ("shut", "E303")


# Addresses


def test_an_address_gives_back_its_record_alone():
    Path("a.jsonl").write_text('{"text": "one"}\n\n{"text": "three"}\n{"broken')
    three = taken("a.jsonl")[1]
    assert three.address == "a.jsonl:3"
    assert taken("a.jsonl:3") == [three]
    assert [r.code for r in taken("a.jsonl:2", "a.jsonl:9", "a.jsonl:4")] == [
        "E303",
        "E301",
        "E303",
    ]


def test_a_path_that_exists_wins_over_an_address():
    Path("a.txt").write_text("whole")
    Path("a.txt:3").write_text("odd name")
    assert read_one("a.txt:3", PLAIN).text == "odd name"
    with pytest.raises(RefusedError, match="without :LINE"):
        read_one("a.txt:4", PLAIN)


def test_reading_one_of_many_tells_how_to_name_it():
    Path("a.jsonl").write_text('{"text": "x"}\n' * 2)
    with pytest.raises(RefusedError, match=r"a\.jsonl: .* such as a\.jsonl:1 \[E303\]"):
        read_one("a.jsonl", PLAIN)


# Bytes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_read_by_its_mark(encoding):
    assert one("Sturm über Hafen".encode(encoding), "a.txt").text == "Sturm über Hafen"


def test_bytes_that_contradict_their_mark_are_refused_by_offset():
    refused = one(b"\xef\xbb\xbfok \xe9\xff", "a.txt")
    assert (refused.code, refused.why) == ("E302", "byte 6 is not UTF-8")


def test_what_is_no_utf8_is_guessed_record_by_record_and_told():
    german = "Größere Schäden in München: Häuser müssen geräumt werden, sagt die Behörde."
    Path("b.jsonl").write_bytes(
        json.dumps({"text": german}, ensure_ascii=False).encode("cp1252") + b'\n{"text": "fine"}'
    )
    told = []
    assert [r.text for r in read(["b.jsonl"], PLAIN, told.append)] == [german, "fine"]
    [notice] = told
    assert (notice.address, notice.code) == ("b.jsonl:1", "W302")
    assert "read as windows-1252, a guess" in notice.why


def test_binary_is_passed_over_on_a_walk_and_read_when_named(here):
    (here / "n.txt").write_bytes(b"a\0b")
    assert [record.code for record in taken(".")] == ["E306"]
    assert read_one("n.txt", PLAIN).text == "a\0b"


def test_a_text_above_the_limit_is_refused():
    how = ReadSettings(limits=Limits(text_bytes=10))
    assert one(b"x" * 10, "a.txt", how).text == "x" * 10
    assert one(b"x" * 11, "a.txt", how).code == "E305"


# Records


@pytest.mark.parametrize(
    ("line", "code", "why"),
    [
        (b'{"text": "cut', "E301", "JSON ends early at byte 13"),
        (b'{"text": "x"', "E301", "JSON ends early at byte 12"),
        ('{"é" 1}'.encode(), "E301", "JSON is broken at byte 6: expecting ':' delimiter"),
        (b'{"text": "x"} {"text": "y"}', "E301", "JSON is broken at byte 14: extra data"),
        (b'{"text":' + b"[" * 100_000, "E301", "JSON is nested too deeply"),
        (b"[1, 2]", "E304", "an array, not an object"),
        (b"NaN", "E304", "a number, not an object"),
        (b"null", "E304", "null, not an object"),
        (b'{"text": null}', "E311", "field text is null, not a string"),
        (b'{"text": 5}', "E311", "field text is a number, not a string"),
        (b'{"text": ["x"]}', "E311", "field text is an array, not a string"),
        (b'{"text": "x", "id": "' + b"9" * 1025 + b'"}', "E305", "id longer than 1,024 bytes"),
    ],
)
def test_a_bad_record_names_its_fault_and_spares_its_neighbours(line, code, why):
    Path("a.jsonl").write_bytes(b'{"text": "before"}\n' + line + b'\r\n{"text": "after"}')
    before, refused, after = taken("a.jsonl")
    assert refused == Skipped("a.jsonl:2", code, why)
    assert (before.text, after.text) == ("before", "after")


def test_ids_keep_every_digit_and_texts_lose_lone_surrogates():
    Path("a.jsonl").write_text(
        '{"id": 9007199254740993, "text": "\\ud800x"}\n'
        + '{"id": 9007199254740992, "text": "\\ud83d\\ude00"}\n'
        + '{"id": "", "text": "", "n": '
        + "9" * 5000
        + "}"
    )
    assert [(r.id, r.text) for r in taken("a.jsonl")] == [
        ("9007199254740993", "\ufffdx"),
        ("9007199254740992", "\N{GRINNING FACE}"),
        ("a.jsonl:3", ""),
    ]


def test_facts_are_taken_where_they_are():
    record = {"id": 1, "content": "x", "title": "T", "url": "u", "source": "s"}
    article = one(json.dumps(record | {"date": "Thu, 25 Nov 2021 09:30:00 GMT"}).encode())
    assert (article.title, article.url, article.source) == ("T", "u", "s")
    assert article.published.isoformat() == "2021-11-25T09:30:00+00:00"
    other = one(json.dumps(record | {"published": "2021-11-25", "title": 7}).encode())
    assert (other.title, other.published.isoformat()) == ("", "2021-11-25T00:00:00+00:00")
    assert one(json.dumps(record | {"date": "soon"}).encode()).published is None


def test_a_dotted_name_finds_nested_text_and_a_literal_one_wins():
    how = ReadSettings(text_field="a.b", id_field="meta.id")
    assert one(b'{"a": {"b": "deep"}, "meta": {"id": "7"}}', how=how).text == "deep"
    assert one(b'{"a": {"b": "deep"}, "a.b": "flat"}', how=how).text == "flat"


def test_a_field_no_record_has_is_one_refusal_with_the_fields_seen():
    Path("a.jsonl").write_text('{"headline": "x", "id": 1}\n' * 100)
    assert taken("a.jsonl") == [
        Skipped(
            "a.jsonl",
            "E310",
            "no field text or body or content or article or maintext; fields seen: headline, id",
        )
    ]
    Path("a.jsonl").write_text('{"headline": "x"}\n{"text": "x"}\n{"headline": "x"}')
    assert [getattr(r, "code", "") for r in taken("a.jsonl")] == ["", "E310", "E310"]


@pytest.mark.parametrize("layout", [{"indent": 2}, {"indent": None}])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_68_a_json_document_is_read_whatever_its_name_says(layout, encoding):
    document = json.dumps([{"text": "x"}, {"text": "y"}], **layout)
    Path("a.jsonl").write_bytes(document.encode(encoding))
    assert [(r.address, r.text) for r in taken("a.jsonl")] == [
        ("a.jsonl:1", "x"),
        ("a.jsonl:2", "y"),
    ]
    stream = "\n".join(json.dumps({"text": t}, indent=2) for t in "xyz")
    Path("b.json").write_bytes(stream.encode(encoding))
    assert [r.text for r in taken("b.json")] == ["x", "y", "z"]
    assert [r.text for r in taken("b.json:2")] == ["y"]


def test_marks_line_ends_and_blank_lines_are_no_records():
    Path("a.jsonl").write_bytes(b'\xef\xbb\xbf{"text": "x"}\r\n\r\n  \n{"text": "y\\u2028z"}')
    assert [(r.address, r.text) for r in taken("a.jsonl")] == [
        ("a.jsonl:1", "x"),
        ("a.jsonl:4", "y\u2028z"),
    ]


def test_a_line_above_the_limit_is_passed_over():
    how = ReadSettings(limits=Limits(line_bytes=30))
    Path("a.jsonl").write_text('{"text": "%s"}\n{"text": "next"}' % ("x" * 200))
    long, following = taken("a.jsonl", how=how)
    assert (long.code, following.address, following.text) == ("E305", "a.jsonl:2", "next")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_but_never_crash(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(content)
    for record in [*taken(str(path)), *taken(str(path) + ":1")]:
        assert record.address.startswith(str(path))


# Policy


def test_stop_ends_at_the_first_fault_but_not_for_what_is_harmless(here):
    (here / "a.txt").write_bytes(b"a\0b")
    (here / "b.txt").write_text("fine")
    how = ReadSettings(on_error="stop")
    assert len(taken(".", how=how)) == 2
    with pytest.raises(RefusedError) as caught:
        taken(".", "nope", how=how)
    assert (caught.value.code, caught.value.place) == ("E303", "nope")


def test_a_policy_that_does_not_exist_is_refused():
    with pytest.raises(source.SettingsError, match="report, stop, skip"):
        ReadSettings(on_error="ignore")


def test_stdin_is_records_or_one_text():
    for content, expected in ((b' \n{"text": "x"}', "-:2"), (b"plain", "-")):
        Path("in").write_bytes(content)
        saved = os.dup(0)
        with open("in", "rb") as stream:
            os.dup2(stream.fileno(), 0)
        try:
            assert [record.address for record in taken("-")] == [expected]
        finally:
            os.dup2(saved, 0)
            os.close(saved)
