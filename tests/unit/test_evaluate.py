"""Evaluation: figures that can be counted by hand, and mistakes that name what decided."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Settings, deduplicate
from dedup.data.pair import Gold
from dedup.data.result import Entry
from dedup.evaluate import LABELS, THRESHOLDS, evaluate, f1, resolve, score, sweep, wilson
from dedup.pipeline.judged import judge_pairs

STORM = (
    "The harbour of Ostrava Bay was closed on Monday after a storm tore three cranes from their "
    "rails, the port authority said. Harbour master Ilse Brandt told reporters that no one was "
    "hurt, but that ships would have to wait until Thursday at the earliest. Repairs are expected "
    "to cost nine million crowns. The last time the port stood still was in the winter of 1987."
)
OTHER_STORM = (
    "Ships are queuing outside Ostrava Bay. Gusts knocked down cranes at the harbour overnight and "
    "Ilse Brandt, who runs the port, wants it shut for days while engineers look at the rails."
)
BAKERY = (
    "A village bakery has won the regional prize for rye bread for the fifth year running. Its "
    "owner, Tomas Velde, credits an oven his grandmother built and a dough that rests two days."
)
ARTICLES = [
    Article("wire", STORM, "news.jsonl:1"),
    Article("paper", f"Weather\n\n{STORM}\n\nRead more", "news.jsonl:2"),
    Article("other", OTHER_STORM, "news.jsonl:3"),
    Article("bakery", BAKERY, "news.jsonl:4"),
]


def evaluated(*gold, articles=ARTICLES, settings=None):
    """A run over the articles, held against labelled pairs."""
    settings = settings or Settings()
    result = deduplicate(articles, settings)
    resolved = resolve(gold, result.articles)
    judged = judge_pairs(articles, [(one.left, one.right) for one in resolved.gold], settings)
    return evaluate(resolved, judged, result, settings.match)


def by_relation(evaluation):
    """The scores by the name of their relation."""
    return {one.relation: one for one in evaluation.scores}


# Shares and intervals


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilson_gives_the_published_intervals(count, total, low, high):
    # 81 of 263: Newcombe 1998, table I, method 3
    share = wilson(count, total)
    assert (round(share.low_ratio, 4), round(share.high_ratio, 4)) == (low, high)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_hold_their_share_and_stay_ratios(counts):
    for share in (wilson(*counts), f1(counts[0], counts[1] - counts[0])):
        assert 0 <= share.low_ratio <= share.ratio <= share.high_ratio <= 1


def test_of_nothing_there_is_no_ratio():
    assert wilson(0, 0).ratio is wilson(0, 0).low_ratio is f1(0, 0).ratio is None


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(right, wrong, missed):
    labels = ["same_story"] * (right + missed) + ["distinct"] * wrong
    told = ["same_story"] * right + ["distinct"] * missed + ["same_story"] * wrong
    found = score("same_story", labels, told)
    if right + missed == 0:
        assert found.f1.ratio is None
    elif right:
        mean = 2 / (1 / found.precision.ratio + 1 / found.recall.ratio)
        assert found.f1.ratio == pytest.approx(mean)
    else:
        assert found.f1.ratio == 0


# What a label counts for


def test_a_label_that_leaves_it_open_counts_for_neither():
    labels, told = ["same_event"] * 2, ["same_story", "related"]
    for relation in ("same_story", "related"):
        found = score(relation, labels, told)
        assert (found.precision.total, found.recall.total) == (0, 0)
    assert score("same_event", labels, told).recall.ratio == 1
    assert score("distinct", labels, ["distinct"] * 2).precision.ratio == 0


@pytest.mark.parametrize("label", ["same_story", "related", "same_event"])
def test_same_event_is_met_by_either_relation(label):
    for told, right in (("same_story", 1), ("related", 1), ("distinct", 0)):
        assert score("same_event", [label], [told]).recall.count == right


# Names


def test_pairs_are_named_by_id_or_address_and_an_id_wins():
    entries = [Entry("a", "x:1", "", 9), Entry("x:1", "x:2", "", 9), Entry("c", "x:3", "", 9)]
    gold = [Gold("a", "x:1", "related"), Gold("x:3", "a", "distinct"), Gold("a", "x:2", "related")]
    resolved = resolve(gold, entries)
    assert [(one.left, one.right) for one in resolved.gold] == [("a", "x:1"), ("c", "a")]
    assert resolved.repeated == 1


def test_what_is_left_out_is_counted():
    entries = [Entry("a", "x:1", "", 9), Entry("b", "x:2", "", 9)]
    gold = [Gold("a", "b", "unsure"), Gold("a", "z", "related"), Gold("y", "z", "unsure")]
    resolved = resolve(gold, entries)
    assert (resolved.gold, resolved.unsure, resolved.missing_pairs) == ((), 1, 2)
    assert resolved.missing == ("z", "y")


# A whole run


def test_a_run_that_is_right_has_no_mistakes():
    found = evaluated(
        Gold("wire", "paper", "same_story"),
        Gold("other", "news.jsonl:1", "related"),
        Gold("bakery", "wire", "distinct"),
        Gold("paper", "other", "same_event"),
    )
    assert (found.pairs, found.articles, found.misses, found.alarms) == (4, 4, (), ())
    assert {one.f1.ratio for one in found.scores} == {1.0}
    stages = {stage.name: stage.share.count for stage in found.stages}
    assert stages["proposed by any"] == stages["together in one story"] == 1
    assert stages["equal text"] == 0


def test_mistakes_are_sorted_out_and_name_addresses_and_what_decided():
    found = evaluated(
        Gold("wire", "paper", "distinct", "wrong on purpose"),
        Gold("wire", "other", "same_story"),
        Gold("bakery", "other", "same_story"),
        Gold("bakery", "wire", "related"),
    )
    [alarm] = found.alarms
    assert (alarm.left_address, alarm.right_address) == ("news.jsonl:1", "news.jsonl:2")
    assert (alarm.told, alarm.gold.label) == ("same_story", "wrong on purpose")
    assert "%" in alarm.decided
    worst, *others = [(one.gold.relation, one.told) for one in found.misses]
    assert worst == ("same_story", "distinct")
    assert sorted(others) == [("related", "distinct"), ("same_story", "related")]
    assert by_relation(found)["same_story"].recall.count == 0
    assert by_relation(found)["same_story"].precision.total == 1


def test_a_pair_that_no_index_proposes_is_judged_all_the_same():
    settings = Settings.from_mapping({"candidates": ("lsh",)})
    found = evaluated(Gold("wire", "other", "related"), settings=settings)
    [miss] = found.misses
    assert (miss.told, miss.judged.verdict.relation.value) == ("distinct", "related")
    assert (miss.judged.found_by, miss.judged.kept) == ((), False)


def test_equal_texts_need_no_index():
    articles = [Article("a", STORM), Article("b", STORM.upper()), Article("c", BAKERY)]
    found = evaluated(Gold("a", "b", "same_story"), articles=articles)
    stages = {stage.name: stage.share.count for stage in found.stages}
    assert (stages["equal text"], stages["proposed by any"], stages["kept by the screen"]) == (
        1,
        1,
        1,
    )
    assert stages["proposed by lsh"] == 0


def test_articles_without_words_are_never_one_story():
    articles = [Article("a", ""), Article("b", "!"), Article("c", BAKERY)]
    found = evaluated(Gold("a", "b", "same_story"), Gold("a", "c", "distinct"), articles=articles)
    assert [one.told for one in found.misses] == ["distinct"]


def test_the_order_of_articles_and_labels_changes_no_figure():
    gold = [Gold("wire", "paper", "same_story"), Gold("bakery", "wire", "related")]
    turned = [Gold(one.right, one.left, one.relation) for one in reversed(gold)]
    left, right = evaluated(*gold), evaluated(*turned, articles=ARTICLES[::-1])
    assert (left.scores, left.stages, left.sweep) == (right.scores, right.stages, right.sweep)


# The sweep


def test_the_sweep_marks_what_is_in_force_and_what_is_best():
    settings = Settings.from_mapping({"threshold": 0.33})
    gold = [Gold("wire", "paper", "same_story"), Gold("bakery", "wire", "distinct")]
    points = evaluated(*gold, settings=settings).sweep
    assert [one.threshold for one in points] == sorted([*THRESHOLDS, 0.33])
    assert [one.threshold for one in points if one.in_force] == [0.33]
    assert [one.threshold for one in points if one.best] == [0.33]  # of equals the nearest
    recalls = [one.score.recall.count for one in points]
    assert recalls == sorted(recalls, reverse=True)


def test_without_pairs_of_one_story_no_threshold_is_best():
    judged = judge_pairs(ARTICLES, [("wire", "paper")], Settings())
    points = sweep(["distinct"], judged, Settings().match)
    assert len(points) >= len(THRESHOLDS)
    assert not any(one.best for one in points)


def test_every_label_but_unsure_has_a_score():
    found = evaluated(Gold("wire", "paper", "same_story"))
    assert {one.relation for one in found.scores} == set(LABELS) - {"unsure"}


def test_an_unknown_id_is_an_error_of_the_caller():
    with pytest.raises(KeyError):
        judge_pairs(ARTICLES, [("wire", "nobody")], Settings())
