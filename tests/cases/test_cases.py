"""Case files: invented pairs with what an editor would say, and texts with their clean form.

To add a case, add a line to ``pairs.jsonl`` (``left`` and ``right`` are a text, or an object
with ``text`` and any of ``title``, ``source`` and ``published``; a ``kind`` of null is not
asserted) or to ``text.jsonl`` (a ``rule`` of null says that none but those of white space and case
touches the text). What the program gets wrong goes to ``known_failures.jsonl`` with ``fails``, the
reason; once it comes out right the run fails, and the line moves to the other file.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dedup import Article, Relation, compare, deduplicate
from dedup.text import RULES, clean

HERE = Path(__file__).parent
Case = dict[str, Any]
QUIET = {"join_lines", "fold_case", "normalize_unicode"}


def cases(name: str, key: str) -> list[Any]:
    """The lines of a case file that have a key, as test parameters that carry their names."""
    lines = [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]
    return [
        pytest.param(case, id=case.get("name") or case["raw"][:30], marks=expectation(case))
        for case in lines
        if key in case
    ]


def expectation(case: Case) -> list[pytest.MarkDecorator]:
    """A known failure must fail until its line is moved."""
    return [pytest.mark.xfail(reason=case["fails"], strict=True)] if "fails" in case else []


PAIRS = cases("pairs.jsonl", "left") + cases("known_failures.jsonl", "left")
TEXTS = cases("text.jsonl", "raw") + cases("known_failures.jsonl", "raw")


def article(name: str, given: str | dict[str, str]) -> Article:
    """One side of a pair."""
    facts: dict[str, Any] = {"text": given} if isinstance(given, str) else dict(given)
    if "published" in facts:
        facts["published"] = datetime.fromisoformat(facts["published"])
    return Article(id=name, **facts)


@pytest.mark.parametrize("case", PAIRS)
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
def test_pair(case: Case, turned: bool) -> None:
    """``compare`` says what an editor would say, whichever side comes first."""
    sides = article("a", case["left"]), article("b", case["right"])
    verdict = compare(*(sides[::-1] if turned else sides)).verdict
    assert (verdict.relation.value, case["kind"]) == (
        case["relation"],
        case["kind"] if case["kind"] is None else verdict.kind,
    ), f"{case['why']} {verdict.rule}"


@pytest.mark.parametrize("case", [pytest.param(*one.values, id=one.id) for one in PAIRS])
def test_scan_finds_what_compare_says(case: Case) -> None:
    """Two articles are a corpus: nothing that ``compare`` calls alike escapes the indexes."""
    sides = article("a", case["left"]), article("b", case["right"])
    asked = compare(*sides).verdict.relation
    found = [verdict.relation for verdict in deduplicate(sides).pairs]
    assert found == ([] if asked is Relation.DISTINCT else [asked])


@pytest.mark.parametrize("case", TEXTS)
def test_text(case: Case) -> None:
    """The clean text is the one expected, and the trace names the rule that did it."""
    cleaned = clean(case["raw"])
    fired = {rule for rule, _ in cleaned.steps}
    assert cleaned.text == case["clean"]
    assert case["rule"] in fired if case["rule"] else fired <= QUIET


def test_every_rule_has_a_case() -> None:
    """A rule that no case shows is a rule that nobody can read."""
    shown = {case.values[0]["rule"] for case in TEXTS}
    assert {rule.__name__ for rule in RULES} <= shown


def test_names_are_unique() -> None:
    """A failing case can be found by its name."""
    names = [case.id for case in PAIRS]
    assert len(names) == len(set(names))
