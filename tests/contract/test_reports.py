"""Reports: JSON that its schema accepts, text that a person can read, nothing foreign unescaped."""

import json
import os
from dataclasses import fields, replace
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.data.article import Article, Skipped
from dedup.data.pair import Comparison, Evidence, Fact, Piece, Relation, Verdict
from dedup.data.result import Entry, Result, Story, Tally
from dedup.reports import REPORTS, Look
from dedup.reports.screen import UNSAFE, cells, excerpt, flowed

SETTINGS = {"threshold": 0.7, "unit": "auto", "seed": 1, "fingerprint": "f0"}
NEAR = Evidence(
    same_text=False,
    left_words=343,
    right_words=330,
    jaccard_ratio=0.86004,
    left_in_right_ratio=0.93,
    right_in_left_ratio=0.92,
    left_shared_ratio=0.96,
    right_shared_ratio=0.99996,
    left_own_ratio=0.0,
    right_own_ratio=0.0,
    left_aligned_ratio=0.94,
    right_aligned_ratio=0.97,
    alignment_ratio=0.95,
    shared_run_words=118,
    term_cosine_ratio=0.92,
    facts_differ=1,
    facts=(Fact("number", "12", "14"),),
    hours_apart=4.5,
    same_source=False,
    found_by=("lsh", "terms"),
    bands=9,
    jaccard_estimate_ratio=0.85,
)
COPY = Verdict("a", "b", Relation.SAME_STORY, "near", "ND02 near-text", NEAR)
REPORT = replace(COPY, right="c", relation=Relation.RELATED, kind="report", rule="RE01 same-event")
FOUND = Result(
    settings=SETTINGS,
    tally=Tally(
        read=1205, articles=1204, skipped=1, same_story=1, related=1, stories=1, redundant=1
    ),
    articles=(
        Entry("a", "news/a.txt", "Storm closes the port", 343, story=1),
        Entry("b", "b", "", 330, 1, keep=False, copy_of="a", rule="ND02 near-text"),
        Entry("c", "c.jsonl:3", "Port shut", 120),
    ),
    stories=(Story(1, "a", "longest", ("a", "b"), 0.86),),
    pairs=(COPY, REPORT),
    skipped=(Skipped("x.jsonl:412", "E301", "JSON ends early at byte 103"),),
)
PAIR = Comparison(
    left=Article("a", "…", "news/a.txt", "Storm closes the port"),
    right=Article("b", "…", "b"),
    verdict=COPY,
    pieces=(
        Piece(same=True, left="the port was shut on", right="the port was shut on", words=5),
        Piece(same=False, left="monday", right="tuesday evening", words=2),
        Piece(same=True, left="after a storm", right="after a storm", words=3),
        Piece(same=False, left="", right="read more", words=2),
    ),
    left_steps=(("join_lines", 42),),
    right_steps=(),
    settings=SETTINGS,
    chance_ratio=0.9999999,
    decided="Jaccard 0.860 is at least 0.700.",
)
EMPTY_EVIDENCE = Evidence(False, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0.0)
EMPTY_VERDICT = Verdict("a", "b", Relation.DISTINCT, "", "DI01 empty", EMPTY_EVIDENCE)
EMPTY_PAIR = replace(PAIR, verdict=EMPTY_VERDICT, pieces=(), left_steps=(), chance_ratio=0.0)
WHOLE = Look(why=True, diff=True)


def schema(name):
    """A schema as the package ships it."""
    return json.loads(files("dedup.reports").joinpath(f"{name}.schema.json").read_text())


def validated(report, name):
    """The report as data, once its schema has accepted it."""
    body = json.loads(report)
    jsonschema.Draft202012Validator(schema(name)).validate(body)
    return body


# JSON


@pytest.mark.parametrize("result", [FOUND, Result(SETTINGS, Tally(), (), (), ())])
def test_a_result_is_what_its_schema_says(result):
    body = validated(REPORTS["json"].result(result, Look()), "result")
    assert len(body["articles"]) == len(result.articles)


@pytest.mark.parametrize("pair", [PAIR, EMPTY_PAIR])
def test_a_comparison_is_what_its_schema_says(pair):
    body = validated(REPORTS["json"].comparison(pair, WHOLE), "comparison")
    assert len(body["pieces"]) == len(pair.pieces)
    assert "pieces" not in json.loads(REPORTS["json"].comparison(pair, Look()))


@pytest.mark.parametrize("name", ["result", "comparison"])
def test_the_schemas_know_every_field_of_the_evidence(name):
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    evidence = found["$defs"]["evidence"]
    assert list(evidence["properties"]) == [field.name for field in fields(Evidence)]
    assert evidence == schema("result")["$defs"]["evidence"]


def test_the_schema_refuses_a_removed_article_that_names_no_copy():
    body = json.loads(REPORTS["json"].result(FOUND, Look()))
    del body["articles"][1]["copy_of"]
    with pytest.raises(jsonschema.ValidationError, match="copy_of"):
        jsonschema.validate(body, schema("result"))


def test_json_rounds_leaves_out_the_unknown_and_keeps_its_order():
    body = json.loads(REPORTS["json"].result(FOUND, Look()))
    evidence = body["pairs"][0]["evidence"]
    assert (evidence["jaccard_ratio"], evidence["right_shared_ratio"]) == (0.86, 0.9999)
    assert "title_ratio" not in evidence
    assert evidence["facts"] == [{"kind": "number", "left": "12", "right": "14"}]
    assert list(body["articles"][0]) == ["id", "address", "title", "words", "story", "keep"]
    assert list(body)[:4] == ["schema", "version", "settings", "tally"]


def test_json_keeps_foreign_text_exactly_and_shows_a_terminal_none_of_it():
    hostile = "\x1b]0;pwn\x07\x9b\u202e\u200b\U000e0041\x7f東京" + os.fsdecode(b"\xff")
    entry = Entry(hostile, hostile, hostile, 1)
    report = REPORTS["json"].result(replace(FOUND, articles=(entry,)), Look())
    assert not UNSAFE.search(report.replace("\n", ""))
    assert json.loads(report.encode())["articles"][0]["id"] == hostile
    assert "東京" in report


# Text


def test_a_scan_reads_like_a_sentence_for_each_thing():
    assert REPORTS["text"].result(FOUND, Look()).splitlines() == [
        "story 1  Storm closes the port",
        "  keep  news/a.txt (a)  343 words, kept: longest",
        "  copy  b               near: over 99 % of it is in the kept one, Jaccard 0.86"
        "  [ND02 near-text]",
        "",
        "related: separate reports of one event, all kept",
        "  news/a.txt (a)",
        "    c.jsonl:3 (c)  terms 0.92, Jaccard 0.86  [RE01 same-event]",
        "",
        "1,204 articles, 1 of them redundant (under 1 %); 1 story told more than once; "
        "cleaning would keep 1,203; 1 related pair; 1 input not read",
    ]


def test_an_empty_scan_says_so():
    assert REPORTS["text"].result(Result({}, Tally(), (), (), ()), Look()) == "0 articles\n"
    quiet = Result({}, Tally(articles=2, empty=1), (), (), ())
    told = REPORTS["text"].result(quiet, Look())
    assert told == "2 articles, no story told twice; 1 without a word\n"


def test_a_comparison_leads_with_its_verdict_and_tells_more_only_if_asked():
    assert REPORTS["text"].comparison(PAIR, Look()).splitlines() == [
        "same story: a near copy  [ND02 near-text]",
        "  Jaccard 0.860 is at least 0.700.",
    ]
    told = REPORTS["text"].comparison(PAIR, Look(why=True))
    for figure in (
        "0.860 exact (0.850 estimated by signatures)",
        "93 % of left is in right, 92 % of right is in left",
        "the longest has 118 words",
        "4.5 hours apart, by different sources",
        "lsh, terms; 9 bands of the signatures agree; LSH finds over 99.9999 %",
        "12 → 14",
        "join_lines 42",
        "  1. the port was shut on",
        "only in right",
    ):
        assert figure in " ".join(told.split()) or figure in told


def test_a_diff_marks_each_side_and_colours_it_if_asked():
    plain = REPORTS["text"].comparison(PAIR, Look(diff=True))
    assert plain.endswith(
        "\nthe port was shut on [-monday-] {+tuesday evening+} after a storm {+read more+}\n"
    )
    painted = REPORTS["text"].comparison(PAIR, Look(color=True, diff=True))
    assert "\x1b[31m[-monday-]\x1b[0m \x1b[32m{+tuesday evening+}\x1b[0m" in painted


@pytest.mark.parametrize("look", [Look(), Look(why=True), Look(diff=True), WHOLE])
def test_a_pair_without_a_word_reads_well(look):
    told = REPORTS["text"].comparison(EMPTY_PAIR, look)
    assert told.startswith("distinct  [DI01 empty]\n")
    assert ("neither article has a word" in told) == look.diff
    assert "None" not in told


foreign = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    ["\x1b[2J", "[red]", "\r"]
)


@given(foreign, foreign)
def test_no_foreign_character_reaches_a_screen(title, passage):
    entries = tuple(replace(e, id=e.id + title, address=title, title=title) for e in FOUND.articles)
    renamed = {e.id: new.id for e, new in zip(FOUND.articles, entries, strict=True)}
    story = replace(FOUND.stories[0], keeper=renamed["a"], members=(renamed["a"], renamed["b"]))
    pairs = tuple(replace(p, left=renamed[p.left], right=renamed[p.right]) for p in FOUND.pairs)
    found = replace(FOUND, articles=entries, stories=(story,), pairs=pairs)
    piece = Piece(same=False, left=passage, right=title, words=1)
    facts = replace(NEAR, facts=(Fact("name", title, passage),))
    pair = replace(
        PAIR, pieces=(piece, replace(piece, same=True)), verdict=replace(COPY, evidence=facts)
    )
    pair = replace(pair, left=replace(pair.left, address=title))
    for told in (
        REPORTS["text"].result(found, Look()),
        REPORTS["text"].comparison(pair, WHOLE),
    ):
        assert not UNSAFE.search(told.replace("\n", ""))
        told.encode()
    assert len(REPORTS["text"].result(found, Look()).splitlines()) == 9


@given(st.text(max_size=200), st.integers(5, 60))
def test_cut_and_wrapped_text_fits_the_screen(text, width):
    assert cells(excerpt(text, width)) <= width
    words = [(word, "") for word in excerpt(text, 400).split()]
    lines = flowed(words, Look(width=width), "  ")
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(word for word, _ in words)


def test_wide_characters_count_twice_and_a_huge_title_costs_nothing():
    assert excerpt("東京" * 5_000_000, 9) == "東京東京…"
    assert flowed([("東京" * 10, "")], Look(width=20)) == ["東京" * 5, "東京" * 5]
