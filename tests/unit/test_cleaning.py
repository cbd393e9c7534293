"""The plan of a cleaning, the guards, and that a result which contradicts itself is never used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dedup.cleaning import Limit, RemovalError, guard, guard_sources, limit, marks, plan
from dedup.data.article import Skipped
from dedup.data.pair import Evidence, Relation, Verdict
from dedup.data.result import Entry, Result, Story, Tally
from dedup.errors import SettingsError, SoundnessError

ALIKE = Evidence(
    same_text=False,
    left_words=9,
    right_words=9,
    **dict.fromkeys(
        [
            "jaccard_ratio", "left_in_right_ratio", "right_in_left_ratio", "left_shared_ratio",
            "right_shared_ratio", "left_own_ratio", "right_own_ratio", "left_aligned_ratio",
            "right_aligned_ratio", "alignment_ratio", "term_cosine_ratio",
        ],
        0.5,
    ),
    shared_run_words=4,
)  # fmt: skip
SKIPPED = Skipped("in.jsonl:9", "E301", "JSON ends early")


def verdict(left: str, right: str, relation: Relation = Relation.SAME_STORY) -> Verdict:
    """A verdict on two articles."""
    return Verdict(left, right, relation, "near", "ND02 near-text", ALIKE)


def entry(number: int, keeper: str | None = None, story: int | None = None) -> Entry:
    """The article on a line; a copy where a keeper is named."""
    rule = "ND02 near-text" if keeper else None
    name = f"a{number}"
    return Entry(name, f"in.jsonl:{number}", "", 9, story, keeper is None, keeper, rule)


RESULT = Result(
    settings={"threshold": 0.25},
    tally=Tally(read=5, articles=4, skipped=1, redundant=2, stories=1),
    articles=(entry(1, None, 1), entry(2, "a1", 1), entry(3), entry(4, "a1", 1)),
    stories=(Story(1, "a1", "earliest", ("a1", "a2", "a4"), 0.5),),
    pairs=(verdict("a1", "a2"), verdict("a1", "a4"), verdict("a2", "a3", Relation.RELATED)),
    skipped=(SKIPPED,),
)


def test_everything_that_was_read_has_one_fate() -> None:
    """Kept, removed with its proof, or skipped."""
    made = plan(RESULT)
    assert (made.kept, made.removed, made.skipped) == (2, 2, (SKIPPED,))
    assert made.fates.keys() == {f"in.jsonl:{number}" for number in (1, 2, 3, 4, 9)}
    assert made.fates["in.jsonl:1"] is made.fates["in.jsonl:3"] is None
    removal: Any = made.fates["in.jsonl:4"]
    assert (removal.copy_of, removal.why, removal.evidence) == ("a1", "earliest", ALIKE)
    assert made.fates["in.jsonl:9"] == SKIPPED


@pytest.mark.parametrize(
    "unsound",
    [
        {"pairs": (verdict("a1", "a2"), verdict("a2", "a4"))},
        {"pairs": (verdict("a1", "a2"), verdict("a1", "a4", Relation.RELATED))},
        {"articles": (entry(1, "a2", 1), *RESULT.articles[1:])},
        {"articles": (*RESULT.articles[:3], replace(RESULT.articles[3], keep=True))},
        {"articles": (*RESULT.articles[:3], replace(RESULT.articles[3], address="in.jsonl:3"))},
        {"articles": RESULT.articles[:3]},
        {"stories": ()},
        {"skipped": (replace(SKIPPED, address="in.jsonl:3"),)},
        {"skipped": ()},
    ],
)
def test_I8_a_result_that_breaks_a_promise_is_not_used(unsound: dict[str, Any]) -> None:
    """Each removed article was compared with a kept one; each story keeps one; all is counted."""
    with pytest.raises(SoundnessError, match="nothing was written"):
        plan(replace(RESULT, **unsound))


@pytest.mark.parametrize(
    ("written", "most"),
    [
        ("50%", Limit(ratio=0.5)),
        (" 12.5 % ", Limit(ratio=0.125)),
        ("0%", Limit(ratio=0.0)),
        ("100%", Limit(ratio=1.0)),
        ("0", Limit(count=0)),
        ("200", Limit(count=200)),
    ],
)
def test_a_limit_is_a_number_or_a_share(written: str, most: Limit) -> None:
    """And is shown as it would be typed."""
    assert limit(written) == most
    assert limit(str(most)) == most


@pytest.mark.parametrize("written", ["", "half", "-1", "101%", "1e3", "0.5", "5%%", "٥", "nan%"])
def test_anything_else_is_refused(written: str) -> None:
    """A share without its sign could be meant either way."""
    with pytest.raises(SettingsError, match="is no limit"):
        limit(written)


@pytest.mark.parametrize(("most", "refused"), [("50%", False), ("2", False), ("49%", True)])
def test_the_limit_itself_is_allowed(most: str, refused: bool) -> None:
    """Only more than that is too much."""
    if not refused:
        guard(RESULT, limit(most))
        return
    with pytest.raises(RemovalError, match=r"2 of 4 articles \(50 %\)"):
        guard(RESULT, limit(most))


def test_a_share_binds_large_sources_and_a_number_every_one() -> None:
    """Of three articles two may well be copies."""
    small = {one.address: "wire" for one in RESULT.articles}
    guard_sources(RESULT, small, limit("10%"))
    large = small | {f"in.jsonl:{number}": "wire" for number in range(20, 40)}
    with pytest.raises(RemovalError, match=r"2 of 24 articles \(8 %\) of source 'wire'"):
        guard_sources(RESULT, large, limit("5%"))
    guard_sources(RESULT, large, limit("10%"))
    with pytest.raises(RemovalError, match="more than --max-removed-per-source 1;"):
        guard_sources(RESULT, small, limit("1"))


def test_marks_tell_keeper_copy_and_single_apart() -> None:
    """By address."""
    told = {address[-1]: tuple(mark.values()) for address, mark in marks(RESULT).items()}
    assert told == {
        "1": (1, "a1", "keeper"),
        "2": (1, "a1", "same_story"),
        "3": (None, None, None),
        "4": (1, "a1", "same_story"),
    }
