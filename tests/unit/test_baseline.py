"""The baseline's file, and the gate that holds a result against it."""

import json
import random
import subprocess
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import baseline, gate
from dedup.data.result import Baseline, Entry, Result, Story, Tally
from dedup.settings import Settings

BOUND = gate.bind(Settings())
DIGESTS = st.integers(0, 2**128 - 1).map(lambda n: f"{n:032x}")
LISTED = st.dictionaries(DIGESTS, st.integers(1, 9), max_size=20)


def result(*stories, alone=()):
    """A result with these stories, each a list of contents, and articles told only once.

    The last article of each story is the kept one; ``known:`` before a content makes it known.
    """
    entries, told = [], []
    for number, contents in enumerate(stories, 1):
        names = [f"{number}.{at}" for at in range(len(contents))]
        for name, content in zip(names, contents, strict=True):
            copy = {} if name == names[-1] else {"keep": False, "copy_of": names[-1], "rule": "ND"}
            known = content.startswith("known:")
            entries.append(
                Entry(name, name, "", 9, number, digest=digest(content), known=known, **copy)
            )
        told.append(Story(number, names[-1], "longest", tuple(names), 1.0))
    entries += [Entry(name, name, "", 9) for name in alone]
    return Result({}, Tally(articles=len(entries)), tuple(entries), tuple(told), ())


def digest(content):
    """A stand-in for what the pipeline makes of a text."""
    return f"{Random(content).getrandbits(128):032x}"


class Random(random.Random):
    """Seeded by a string, the same on every run."""


def new(found, accepted):
    """How many copies are new under a baseline of these contents."""
    listed = Counter(map(digest, accepted))
    return len(gate.hold(found, Baseline({}, dict(listed)), gate.Policy()).new)


STORIES = st.lists(st.lists(st.sampled_from("abcdef"), min_size=2, max_size=6), max_size=5).map(
    lambda stories: [[f"{at}{one}" for one in story] for at, story in enumerate(stories)]
)
"""Stories whose contents may repeat inside a story, and never between two."""


# The gate


@pytest.mark.parametrize(
    ("story", "accepted", "count"),
    [
        ("ab", "", 1),
        ("abcd", "", 3),
        ("ab", "ab", 0),
        ("ab", "a", 1),
        ("abc", "ab", 1),
        ("aab", "ab", 1),
        ("aaa", "aa", 1),
        ("aaa", "aaa", 0),
        ("abc", "xyz", 2),
        ("ab", "abcd", 0),
    ],
)
def test_U16_a_further_copy_of_an_accepted_story_is_one_new(story, accepted, count):
    assert new(result(list(story)), accepted) == count


@given(STORIES, st.randoms(use_true_random=False))
def test_U16_one_more_copy_is_exactly_one_new_wherever_it_stands(stories, chance):
    accepted = [content for story in stories for content in story]
    assert new(result(*stories), accepted) == 0
    if stories:
        story = chance.choice(stories)
        story.insert(chance.randrange(len(story) + 1), chance.choice([*story, "another"]))
        assert new(result(*stories), accepted) == 1


@given(STORIES, st.randoms(use_true_random=False))
def test_U15_neither_order_nor_place_matter(stories, chance):
    accepted = [content for story in stories for content in story][::2]
    before = new(result(*stories), accepted)
    for story in stories:
        chance.shuffle(story)
    chance.shuffle(stories)
    assert new(result(*stories, alone=["x", "y"]), accepted) == before


@given(STORIES, st.randoms(use_true_random=False))
def test_fewer_articles_are_never_more_new_ones(stories, chance):
    accepted = [content for story in stories for content in story if chance.random() < 0.5]
    before = new(result(*stories), accepted)
    left = [[one for one in story if chance.random() < 0.7] for story in stories]
    left = [story for story in left if len(story) > 1]
    assert new(result(*left), accepted) <= before


@given(STORIES, LISTED)
def test_of_each_story_all_but_one_are_new_or_accepted(stories, listed):
    found = result(*stories)
    held = gate.hold(found, Baseline({}, listed), gate.Policy())
    answer = [*held.new, *held.accepted]
    assert len(answer) == len(set(answer)) == sum(len(story) - 1 for story in stories)
    assert all(one != other for one, other in zip(held.new, held.copied, strict=True))


def test_the_new_article_is_named_though_it_is_the_one_to_keep():
    held = gate.hold(result(list("abc")), Baseline({}, {digest("a"): 1}), gate.Policy())
    assert held.new == ("1.1", "1.2")
    assert held.copied == ("1.2", "1.0")  # the kept one is compared with each; b not with a


def test_known_articles_are_not_judged_and_are_copied():
    found = result(["known:a", "known:b"], ["known:c", "d", "e"], ["known:f", "known:g", "h"])
    held = gate.hold(found, None, gate.Policy())
    assert held.new == ("2.1", "2.2", "3.2")
    assert held.copied == ("2.2", "2.0", "3.0")
    accepted = gate.accept(found, Settings())
    assert accepted.articles == dict(sorted((digest(one), 1) for one in "deh"))
    assert gate.hold(found, accepted, gate.Policy()).new == ()


@pytest.mark.parametrize(
    ("limits", "passed"),
    [
        ({}, False),
        ({"max_new": 1}, False),
        ({"max_new": 2}, True),
        ({"max_ratio": 0.19}, False),
        ({"max_ratio": 0.2}, True),
        ({"max_ratio": 0.2, "max_new": 1}, False),
        ({"max_ratio": 0.1, "max_new": 2}, False),
        ({"max_ratio": 1.0, "max_new": 2}, True),
        ({"max_ratio": 0.0}, False),
    ],
)
def test_each_limit_that_is_given_holds(limits, passed):
    found = result(["a", "b", "c"], alone="tuvwxyz")
    held = gate.hold(found, None, gate.Policy(**limits))
    assert held.passed is passed
    assert len(held.limits) == max(1, len(limits))


def test_a_corpus_that_is_not_there_gets_no_answer():
    known = replace(Entry("k", "k", "", 9), known=True)
    for entries, hint in (((), "path"), ((known,), "path"), ((Entry("a", "a", "", 0),), "field")):
        with pytest.raises(gate.GateError, match=hint):
            gate.require_articles(Result({}, Tally(), entries, (), ()))
    with pytest.raises(gate.GateError, match="--against"):
        gate.require_articles(result("ab"), against=True)


@pytest.mark.parametrize(
    ("before", "after", "refused"), [(10, 4, True), (10, 5, False), (9, 0, False), (300, 149, True)]
)
def test_most_of_a_baseline_does_not_go_unnoticed(before, after, refused):
    old = Baseline({}, {f"{at:032x}": 1 for at in range(before)})
    now = Baseline({}, {f"{at:032x}": 1 for at in range(after)} | {"f" * 32: before})
    if refused:
        with pytest.raises(gate.GateError, match=r"was everything read.*the remedy"):
            gate.require_most(old, now, "the remedy")
    else:
        gate.require_most(old, now, "the remedy")


def test_a_baseline_is_bound_to_what_decides_and_to_nothing_else():
    base = Settings()
    for changed in ({"threshold": 0.3}, {"unit": "word:5"}, {"candidates": ["lsh"]}, {"seed": 2}):
        assert gate.bind(Settings.from_mapping(changed)) != gate.bind(base)
    shuffled = Settings.from_mapping({"candidates": ["terms", "lsh", "passage"]})
    assert gate.bind(shuffled) == gate.bind(base)


# The file


@given(LISTED)
def test_what_is_written_is_read_again(listed):
    held = Baseline(BOUND, listed)
    content = baseline.render(held)
    assert baseline.parse(content, "b", "") == held
    shuffled = dict(sorted(listed.items(), key=lambda item: item[0][::-1]))
    assert baseline.render(Baseline(BOUND, shuffled)) == content


def test_the_file_has_one_article_to_a_line_and_no_place_or_time():
    lines = baseline.render(Baseline(BOUND, {"b" * 32: 1, "a" * 32: 2})).decode().splitlines()
    assert lines[2:] == ['"articles": {', f'"{"a" * 32}": 2,', f'"{"b" * 32}": 1', "}}"]
    assert json.loads("\n".join(lines))["schema"] == "dedup.baseline/1"


def test_U18_two_branches_that_each_accept_an_article_merge(tmp_path):
    chance = Random("merge")

    def write(name, listed):
        (tmp_path / name).write_bytes(baseline.render(Baseline(BOUND, listed)))

    conflicts = 0
    for _ in range(60):
        first, second, *rest = (f"{chance.getrandbits(128):032x}" for _ in range(302))
        common = dict.fromkeys(rest, 1)
        write("base", common)
        write("ours", common | {first: 2})
        write("theirs", common | {second: 1})
        done = subprocess.run(
            ["git", "merge-file", "-p", "ours", "base", "theirs"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        conflicts += done.returncode != 0
        if done.returncode == 0:
            merged = baseline.parse(done.stdout, "merged", "")
            assert merged.articles == common | {first: 2, second: 1}
    assert conflicts <= 3


GOOD = baseline.render(Baseline(BOUND, {"a" * 32: 2, "b" * 32: 1})).decode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (GOOD.replace('": 2', '": 0'), r"b:4: a{32} has no count"),
        (GOOD.replace('": 2', '": -1'), "b:4: "),
        (GOOD.replace('": 2', '": true'), "b:4: "),
        (GOOD.replace('": 2', '": 1e3'), "b:4: "),
        (GOOD.replace('": 2', '": NaN'), "b:4: "),
        (GOOD.replace("b" * 32, "b" * 31), "b:5: .*no digest"),
        (GOOD.replace("b" * 32, "../../etc/passwd"), "b:5: .*no digest"),
        (GOOD.replace("b" * 32, "a" * 32), "b:5: .*stands here again"),
        (GOOD.replace('": 2,', '": 2'), "b:5: not a baseline: expecting"),
        (GOOD.replace('"settings"', '"plugins": ["file:///x.py"],\n"settings"'), "b:2: unknown"),
        (GOOD.replace('"fingerprint"', '"finger"'), "b:2: settings"),
        (GOOD.replace("dedup.baseline/1", "dedup.result/1"), "b:1: not a baseline: its schema"),
        (GOOD.replace('"schema"', '"scheme"'), "b:1: "),
        (GOOD.replace('"articles": {', '"articles": 7, "x": {'), "b:3: unknown"),
        ("[]", "b:1: "),
        ("", "b:1: "),
        ("[" * 200_000, "b:1: "),
        ('{"schema": ' + "9" * 10_000 + "}", "b:1: "),
        ("\ufeff{", "b:1: "),
    ],
)
def test_U17_a_file_that_is_no_baseline_is_refused_by_its_line(content, told):
    with pytest.raises(baseline.BaselineError, match=told) as caught:
        baseline.parse(content.encode(), "b", "dedup check --update-baseline")
    assert "write it anew: dedup check --update-baseline --force" in str(caught.value)


def test_U17_a_merge_left_unfinished_is_named_by_its_line():
    lines = GOOD.splitlines()
    ours, theirs = f'"{"c" * 32}": 1', f'"{"d" * 32}": 1'
    lines[4:4] = ["<<<<<<< HEAD", ours + ",", "=======", theirs + ",", ">>>>>>> other"]
    with pytest.raises(baseline.BaselineError, match=r"b:5: a merge .*keep the lines of both"):
        baseline.parse("\n".join(lines).encode(), "b", "")


def test_U17_a_newer_version_is_told_from_another_kind_of_file():
    with pytest.raises(baseline.NewerError, match=r"baseline/2 is newer.*E602.*update dedup"):
        baseline.parse(GOOD.replace("baseline/1", "baseline/2").encode(), "b", "")


def test_U17_other_settings_are_named():
    held = baseline.parse(GOOD.encode(), "b", "")
    other = gate.bind(Settings.from_mapping({"threshold": 0.5}))
    with pytest.raises(
        baseline.OtherSettingsError, match=r"threshold was 0.25 and is 0.5.*the fix"
    ):
        baseline.require_settings(held, other, "b", "the fix")
    baseline.require_settings(held, BOUND, "b", "")


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(content):
    with pytest.raises(baseline.BaselineError):
        baseline.parse(content, "b", "")


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=3))
def test_a_damaged_baseline_is_read_as_data_or_refused(at, put):
    damaged = GOOD.encode()[:at] + put + GOOD.encode()[at + 1 :]
    try:
        held = baseline.parse(damaged, "b", "")
    except baseline.BaselineError:
        return
    assert all(len(name) == 32 and count >= 1 for name, count in held.articles.items())


def test_a_baseline_that_never_ends_is_refused():
    with pytest.raises(baseline.BaselineError, match="longer than"):
        baseline.load("/dev/zero", "")
