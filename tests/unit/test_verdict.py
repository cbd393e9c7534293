"""Verdicts: every rule can be reached, and rules that should win do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dedup import Article, Relation, Settings, compare, verdict
from dedup.settings import MatchSettings

REPORT = (
    "The harbour of Velmark was closed on Monday after a storm tore three cranes from their rails,"
    " harbour master Ilse Brandtmeyer told reporters. No one was hurt, but ships would have to wait"
    " until Thursday at the earliest. The fishermen of Kappelhavn have offered the use of their"
    " quay, and the Nordsund ferry will sail from there until the damage has been repaired."
)
OTHER = (
    "Truck drivers queued for hours outside Velmark as the storm left the harbour without cranes."
    " Nordsund cancelled its ferry, and Brandtmeyer, the harbour master, asked everyone to stay"
    " away. In Kappelhavn, by contrast, fishermen were glad of the guests at their quay."
)
BAKERY = "A village bakery has won the regional prize for its rye bread for the fifth year running."
FORM = (
    "Teldrin Motors reported a profit of 412 million corva for the quarter, up 18 percent. Revenue"
    " rose 9 percent to 3170 million. It proposed a dividend of 60 corva. Shares closed at 1290."
)
FILLED = (
    "Halvorsen Foods reported a profit of 97 million corva for the quarter, up 6 percent. Revenue"
    " rose 2 percent to 1440 million. It proposed a dividend of 25 corva. Shares closed at 733."
)
EDITED = REPORT.replace(
    "No one was hurt, but ships would have to wait until Thursday at the earliest.",
    "People were not hurt, they said, and work at the port will go on again in a few days or so.",
)
FRAME = (
    "Good morning from the desk of the Velmark Post, and welcome to the page on which we tell"
    " you every day what you need to know before you leave the house. {} That is all for this"
    " morning from us. If you have a question or want to tell us of something that we should"
    " look into, write to the desk or come by the office on the harbour square, which is open"
    " from nine to five every day."
)
GARDEN = (
    "We have been asked how to keep slugs away from young lettuce. Put a ring of crushed shells"
    " round each plant, go out with a lamp after dark, and pick off what you find. Water in the"
    " early hours and not at night. A hedgehog does more than any powder, so leave a heap of"
    " twigs in a corner of the garden, and cut a small door in the fence for it to come and go."
)
SPELLING = (
    "Three readers wonder why schools teach joined handwriting so late. Teachers told us that"
    " small fingers need time, and that block letters are easier to read at first. One head,"
    " however, lets her pupils begin with loops in the first winter, and swears that their"
    " spelling is better for it, because a word flows out in one go and is remembered like a"
    " tune."
)
NEWS = datetime(2025, 3, 4)
REACHED = {
    "ND01": (Article("l", REPORT), Article("r", REPORT.upper()), "same_story", "exact"),
    "ND02": (Article("l", REPORT), Article("r", EDITED), "same_story", "near"),
    "ND03": (
        Article("l", REPORT),
        Article(
            "r", f"{BAKERY} {BAKERY.replace('bread', 'cake')} {REPORT} {' '.join(['Tail.'] * 60)}"
        ),
        "same_story",
        "contained",
    ),
    "TM01": (Article("l", FORM), Article("r", FILLED), "related", "template"),
    "TM02": (
        Article("l", REPORT, published=NEWS),
        Article("r", EDITED, published=NEWS + timedelta(days=90)),
        "related",
        "template",
    ),
    "TM03": (
        Article("l", f"{FRAME.format(GARDEN)} {REPORT} {FORM} {OTHER}"),
        Article("r", f"{FRAME.format(SPELLING)} {REPORT} {FORM} {OTHER}"),
        "related",
        "template",
    ),
    "RE01": (Article("l", REPORT), Article("r", OTHER), "related", "report"),
    "DI01": (Article("l", REPORT), Article("r", BAKERY), "distinct", ""),
    "DI02": (Article("l", REPORT), Article("r", " ... "), "distinct", ""),
}
"""A pair for each rule, by the first word of its code."""


def test_every_rule_has_a_pair() -> None:
    """The codes in the source are those of the table above: none is dead, none is new."""
    source = Path(verdict.__file__).read_text("utf-8")
    assert {code[1:5] for code in re.findall(r'"[A-Z]{2}\d{2} [a-z-]+"', source)} == set(REACHED)


@pytest.mark.parametrize("code", REACHED)
def test_every_rule_can_be_reached(code: str) -> None:
    """By articles such as newsrooms write, in either order."""
    left, right, relation, kind = REACHED[code]
    for pair in ((left, right), (right, left)):
        found = compare(*pair)
        assert found.verdict.rule.startswith(f"{code} "), found.decided
        assert (found.verdict.relation.value, found.verdict.kind) == (relation, kind)
        assert found.decided


def test_equal_texts_are_one_story_however_far_apart() -> None:
    """A copy is a copy, a year later and under another title."""
    one = Article("l", REPORT, published=NEWS, title="Storm")
    late = replace(one, id="r", published=NEWS + timedelta(days=400), title="Port closed")
    assert compare(one, late).verdict.kind == "exact"


def test_a_date_alone_makes_no_template() -> None:
    """The pair that is a template months apart is one story on one day, and with no date at all."""
    left, right, *_ = REACHED["TM02"]
    for published in (None, NEWS, NEWS + timedelta(hours=5)):
        found = compare(left, replace(right, published=published)).verdict
        assert found.relation is Relation.SAME_STORY


@pytest.mark.parametrize("code", REACHED)
def test_the_threshold_moves_one_border_only(code: str) -> None:
    """A higher one never makes a story of what was none; equal texts stay one at any."""
    evidence = compare(*REACHED[code][:2]).verdict.evidence
    same = [
        verdict.judge(evidence, MatchSettings(threshold=step / 20)).relation is Relation.SAME_STORY
        for step in range(21)
    ]
    assert same == sorted(same, reverse=True)
    assert not evidence.same_text or all(same)


@pytest.mark.parametrize("code", ["RE01", "DI01"])
def test_the_border_of_related(code: str) -> None:
    """It moves between related and distinct, and lets nothing be a story."""
    evidence = compare(*REACHED[code][:2]).verdict.evidence
    low = verdict.judge(evidence, replace(Settings().match, related_ratio=0.0))
    high = verdict.judge(evidence, replace(Settings().match, related_ratio=1.0))
    assert (low.relation, high.relation) == (Relation.RELATED, Relation.DISTINCT)


def test_the_border_of_templates() -> None:
    """Nothing is a form where everything may differ."""
    evidence = compare(*REACHED["TM01"][:2]).verdict.evidence
    ruling = verdict.judge(evidence, replace(Settings().match, template_ratio=1.0))
    assert ruling.kind != "template"
