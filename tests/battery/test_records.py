"""Battery D: records in JSON Lines and CSV, #54 to #72."""

import csv
import json
from pathlib import Path

import pytest

from dedup.readers import Limits, ReadSettings, read

from .conftest import STORM

PLAIN = ReadSettings()


def found(path, how=PLAIN):
    """Everything under a path: articles and faults, and apart from them the notices."""
    told = []
    return list(read([path], how, told.append)), told


def written(content, name="x.jsonl"):
    """Put content into a file."""
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def test_054_one_broken_line_costs_one_record(scan):
    lines = [json.dumps({"id": n, "text": f"{STORM} {n}"}) for n in range(1, 301)]
    lines[112] = lines[112][:-1]
    done = scan(written("\n".join(lines)), "--candidates", "lsh", "--no-furniture")
    assert (done.code, done.body["tally"]["articles"]) == (2, 299)
    assert done.skipped == {"x.jsonl:113": ("E301", f"JSON ends early at byte {len(lines[112])}")}
    assert f"x.jsonl:113: JSON ends early at byte {len(lines[112])} [E301]" in done.err


def test_055_a_last_line_without_its_end_is_fine_and_a_cut_one_is_not(scan):
    content = json.dumps({"text": STORM}) + "\n" + json.dumps({"text": STORM + " More."})
    assert scan(written(content)).code == 0
    done = scan(written(content[:-30]))
    assert (done.code, set(done.skipped)) == (2, {"x.jsonl:2"})


@pytest.mark.parametrize(
    ("record", "code", "told"),
    [
        ('{"id": 1}', "E310", "no field text"),
        ('{"text": null}', "E311", "null"),
        ('{"text": 5}', "E311", "a number"),
        ('{"text": ["x"]}', "E311", "an array"),
        ('{"text": {"a": 1}}', "E311", "an object"),
        ("[1,2]", "E304", "an array"),
        ('"s"', "E304", "a string"),
        ("5", "E304", "a number"),
        ("null", "E304", "null"),
        ("NaN", "E304", "a number"),
    ],
)
def test_056_058_what_is_no_text_or_no_record_is_refused_by_its_type(record, code, told, scan):
    done = scan(written(json.dumps({"text": STORM}) + f"\n{record}\n"))
    assert (done.code, done.addresses) == (2, ["x.jsonl:1"])
    assert done.skipped["x.jsonl:2"][0] == code
    assert told in done.skipped["x.jsonl:2"][1]


@pytest.mark.parametrize("end", ["jsonl", "json", "csv"])
def test_057_a_field_that_no_record_has_is_one_refusal(end, scan):
    rows = [{"headline": STORM, "id": n} for n in range(100)]
    content = {
        "jsonl": "\n".join(map(json.dumps, rows)),
        "json": json.dumps(rows),
        "csv": "headline,id\n" + "\n".join(f'"{STORM}",{n}' for n in range(100)),
    }[end]
    done = scan(written(content, f"x.{end}"))
    [(code, why)] = done.skipped.values()
    assert (done.code, code, done.addresses) == (2, "E310", [])
    assert why.endswith("seen: headline, id")
    assert "--text-field" in done.err
    assert scan(f"x.{end}", "--text-field", "headline", "--candidates", "lsh").code == 0


@pytest.mark.parametrize("text", ["[" * 10**5 + "]" * 10**5, '{"a":' * 10**5 + "1" + "}" * 10**5])
def test_059_a_bomb_of_brackets_costs_one_record(text, scan):
    done = scan(written('{"text":' + text + "}\n" + json.dumps({"text": STORM})))
    assert (done.code, done.addresses) == (2, ["x.jsonl:2"])
    assert done.skipped["x.jsonl:1"] == ("E301", "JSON is nested too deeply")


def test_059_brackets_in_a_text_are_no_depth():
    [article], _ = found(written(json.dumps({"text": '[{"' * 5000 + "\\"})))
    assert article.text.startswith('[{"[{"')
    deep = '{"text": "x", "a": ' + "[" * 199 + "]" * 199 + "}"
    assert found(written(deep))[0][0].text == "x"
    [refused], _ = found(written(deep), ReadSettings(limits=Limits(depth_count=199)))
    assert refused.code == "E301"


def test_060_061_numbers_keep_every_digit_as_ids():
    ids = ["9" * 5000, "12345678901234567890123", "12345678901234567890124", "1e400", "1.10"]
    content = "\n".join(f'{{"id":{one},"text":"x"}}' for one in ids)
    how = ReadSettings(limits=Limits(id_bytes=6000))
    assert [one.id for one in found(written(content), how)[0]] == ids


def test_062_a_repeated_key_is_told_and_the_last_one_counts(scan):
    written('{"text":"a","text":"b"}\n')
    [article], [notice] = found("x.jsonl")
    assert (article.text, notice.code, notice.address) == ("b", "W301", "x.jsonl:1")
    assert scan("x.jsonl").code == 0


def test_063_a_repeated_id_is_told_and_both_are_read(scan):
    written("\n".join(json.dumps({"id": 7, "text": f"{STORM} {n}"}) for n in range(2)))
    done = scan("x.jsonl")
    assert (done.code, done.addresses) == (0, ["x.jsonl:1", "x.jsonl:2"])
    assert len({one["id"] for one in done.body["articles"]}) == 2
    assert "id '7' is used 2 times" in done.body["notes"]


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "a\0b", "a\nb", "\x1b[2J"])
def test_064_an_id_is_never_a_path_and_shown_harmlessly(name, scan):
    written(json.dumps({"id": name, "text": STORM}) + "\n" + json.dumps({"text": STORM}))
    done = scan("x.jsonl")
    assert (done.code, done.body["articles"][0]["id"]) == (0, name)
    out = scan("x.jsonl", json=False).out
    assert not {"\0", "\x1b"} & set(out)
    assert not any(line.startswith("b") for line in out.splitlines())


def test_064_an_id_of_ten_kilobytes_is_refused(scan):
    written(json.dumps({"id": "x" * 10_000, "text": STORM}))
    assert scan("x.jsonl").skipped == {"x.jsonl:1": ("E305", "id longer than 1,024 bytes")}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("kind", ["jsonl", "csv", "json"])
def test_065_every_line_end_and_a_mark_are_read(end, mark, kind):
    rows = ["a\u2028b", "c", "d"]
    content = {
        "jsonl": end.join(json.dumps({"text": one}, ensure_ascii=False) for one in rows),
        "csv": end.join(["text,id", *(f'"{one}",{n}' for n, one in enumerate(rows))]),
        "json": end.join(["[", ",".join(json.dumps({"text": one}) for one in rows), "]"]),
    }[kind]
    records, _ = found(written(mark + content, f"x.{kind}"))
    assert [one.text for one in records] == rows


def test_066_blank_lines_are_counted_and_no_records(scan):
    written("\n\n" + json.dumps({"text": STORM}) + "\n   \n")
    done = scan("x.jsonl")
    assert (done.code, done.addresses) == (0, ["x.jsonl:3"])
    assert "x.jsonl: 3 blank lines were passed over [W306]" in done.err
    assert scan(written("\n\n")).code == 0
    written(f"text,id\n{'word ' * 9},1\n\n", "x.csv")
    assert "x.csv: 1 blank line was passed over [W306]" in scan("x.csv").err


@pytest.mark.parametrize("kind", ["jsonl", "json"])
def test_067_a_record_of_300_mb_is_passed_over_without_being_loaded(kind, peak):
    with open(f"x.{kind}", "wb") as big:
        big.write(b"[" if kind == "json" else b"")
        big.write(b'{"text": "')
        for _ in range(300):
            big.write(b"x" * (1 << 20))
        big.write(b'"}' + (b",\n" if kind == "json" else b"\n"))
        big.write(json.dumps({"text": STORM}).encode() + (b"]" if kind == "json" else b""))
    done, mib = peak(f"x.{kind}")
    assert (done.code, done.addresses) == (2, [f"x.{kind}:2"])
    assert done.skipped[f"x.{kind}:1"][0] == "E305"
    assert mib < 700  # the limit is 64 MiB, and a line is joined from its pieces


def test_068_an_array_that_breaks_off_is_one_fault_with_what_was_read(scan):
    rows = [{"text": f"{STORM} {n}"} for n in range(20)]
    for content in (json.dumps(rows), json.dumps(rows, indent=2)):
        done = scan(written(content[:-400], "x.json"))
        assert done.code == 2
        code, why = done.skipped["x.json"]
        assert (code, why.partition(" at ")[0]) == ("E307", "JSON ends early")
        assert f"(after {len(done.addresses)} records)" in why
        assert len(done.addresses) >= 18
    [first, *_, last], _ = found(written('[{"text": "x"}, {"text": 1} {"text": "y"}]', "x.json"))
    assert (first.text, last.code) == ("x", "E307")
    assert "',' or ']' expected" in last.why


def table(rows, **how):
    """Write rows as CSV."""
    with open("x.csv", "w", newline="") as out:
        csv.writer(out, **how).writerows(rows)
    return "x.csv"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_069_an_address_is_the_first_line_of_its_record(end):
    rows = [["id", "text"], ["1", 'say "x"\nand\n\ny'], ["2", "plain"], ["3", ",\r\n,"]]
    table(rows, lineterminator=end)
    records, told = found("x.csv")
    assert [one.text for one in records] == [row[1] for row in rows[1:]]
    assert [one.address for one in records] == ["x.csv:2", "x.csv:6", "x.csv:7"]
    assert told == []
    assert [found(one.address)[0] for one in records] == [[one] for one in records]
    assert found("x.csv:3")[0][0].code == "E303"


def test_070_a_field_of_200_kb_is_fine():
    table([["text"], ["x" * 200_000 + "\n"]])
    [article], _ = found("x.csv")
    assert len(article.text) == 200_001


def test_071_a_quote_that_is_never_closed_costs_one_line():
    records, _ = found(written('id,text\n1,"open\n2,b\n3,"c"\n4,"d\ne"\n', "x.csv"))
    assert [(one.address, getattr(one, "text", "")) for one in records] == [
        ("x.csv:2", ""),
        ("x.csv:3", "b"),
        ("x.csv:4", "c"),
        ("x.csv:5", "d\ne"),
    ]
    assert records[0].code == "E312"


def test_071_quotes_without_end_do_not_take_for_ever():
    how = ReadSettings(limits=Limits(line_bytes=2000))
    records, _ = found(written("id,text\n" + '1,"""x\n' * 20_000, "x.csv"), how)
    assert records[-1].code == "E307"
    assert "too many quotes are never closed" in records[-1].why


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,text\n1,x,y\n2,ok\n", "3 fields, the header has 2"),
        ("id,text\n1\n2,ok\n", "1 field, the header has 2"),
        ('id,text\n1,"a"b\n2,ok\n', "CSV is broken: ',' expected after '\"'"),
    ],
)
def test_071_a_ragged_record_is_refused_by_its_line(content, told, scan):
    done = scan(written(content, "x.csv"))
    assert (done.code, done.skipped) == (2, {"x.csv:2": ("E312", told)})
    assert done.addresses == ["x.csv:3"]


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        ("a,b\n1,x\n", "E310", "columns seen: a, b"),
        ("1,some text\n2,other\n", "E310", "columns seen: 1, some text"),
        ("id,text,text\n1,x,y\n", "E312", "column text stands 2 times"),
        ("", "E303", "holds no table"),
    ],
)
def test_071_a_table_without_the_right_header_is_refused_whole(content, code, told):
    [refused], _ = found(written(content, "x.csv"))
    assert (refused.address, refused.code) == ("x.csv", code)
    assert told in refused.why


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id;text\n1;a, b\n", "';'"),
        ("id\ttext\n1\ta, b\n", "a tab"),
        ("id|text\n1|a, b\n", "'|'"),
        ("\ufeff'id','text'\n'1','a, b'\n", "quoted by '"),
    ],
)
@pytest.mark.parametrize("name", ["x.csv", "feed"])
def test_071_how_a_table_is_written_is_seen_and_told(content, told, name):
    [article], [notice] = found(written(content, name))
    assert (article.text, article.id) == ("a, b", "1")
    assert (notice.code, told in notice.why) == ("W314", True)


def test_071_tabs_without_quoting_are_read_as_they_stand():
    content = 'id\ttext\n1\t"Stop," he said.\n2\tsize 5"\n3\t"whole\nfield"\n'
    records, _ = found(written(content, "x.tsv"))
    assert [(one.id, one.text) for one in records] == [
        ("1", '"Stop," he said.'),
        ("2", 'size 5"'),
        ("3", "whole\nfield"),
    ]


def test_072_zeros_in_a_table_are_told():
    [article], [notice] = found(written(b"id,text\n1,a\0b\n", "x.csv"))
    assert (article.text, notice.code, notice.address) == ("a\0b", "W305", "x.csv:2")


def test_the_field_that_was_taken_is_told(scan):
    written(json.dumps({"body": STORM, "headline": "T", "link": "u", "language": "en"}))
    [article], [notice] = found("x.jsonl")
    assert (notice.code, notice.why) == ("W309", "the text is taken from 'body'")
    assert (article.title, article.url, article.lang) == ("T", "u", "en")
    assert "--text-field names another" in scan("x.jsonl").err


def test_056_057_a_record_without_text_among_others_is_a_fault_in_a_folder_too(scan):
    written(json.dumps([{"text": STORM}, {"id": 2}]), "x.json")
    done = scan(".")
    assert (done.code, done.skipped["x.json:2"][0]) == (2, "E310")
    written(json.dumps({"name": "something else"}), "p.json")
    done = scan(".")
    assert (done.code, done.skipped["p.json"][0]) == (2, "E314")


def test_057_a_table_of_something_else_in_a_folder_is_told_and_no_fault(scan):
    written("left,right\na,b\n", "pairs.csv")
    assert scan(".").code == 2
    written(STORM, "a.txt")
    done = scan(".")
    assert (done.code, done.skipped["pairs.csv"][0]) == (0, "E314")
    assert scan("pairs.csv", "a.txt").code == 2
    assert scan(".", "--text-field", "story").code == 2
