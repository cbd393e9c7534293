"""Evidence: each figure against its definition by hand, and facts as a person would name them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Evidence, compare

words = st.lists(
    st.sampled_from(["osgaard", "lunna", "velmark", "kappelhavn", "tugs", "quay"]), max_size=25
)


def weighed(left: str, right: str) -> Evidence:
    """What is measured on two texts."""
    return compare(Article("l", left), Article("r", right)).verdict.evidence


def runs(text: list[str], size: int) -> list[tuple[str, ...]]:
    """Every run of some consecutive words."""
    return [tuple(text[i : i + size]) for i in range(len(text) - size + 1)]


def subsequence(left: list[str], right: list[str]) -> int:
    """Length of the longest common subsequence, by the textbook's table."""
    row = [0] * (len(right) + 1)
    for word in left:
        before = row[:]
        for j, other in enumerate(right, 1):
            row[j] = before[j - 1] + 1 if word == other else max(before[j], row[j - 1])
    return row[-1]


def covered(text: list[str], other: list[str]) -> float:
    """Share of words inside a run of three that the other text has too."""
    known = set(runs(other, 3))
    inside = {i + j for i, run in enumerate(runs(text, 3)) if run in known for j in range(3)}
    return len(inside) / len(text)


@given(words.filter(bool), words.filter(bool))
def test_figures_are_what_they_are_called(left: list[str], right: list[str]) -> None:
    """Sets, passages, alignment and the longest passage, each counted by hand."""
    found = weighed(" ".join(left), " ".join(right))
    assert (found.left_words, found.right_words) == (len(left), len(right))
    assert found.same_text == (left == right)
    ours, theirs = set(runs(left, 3)), set(runs(right, 3))
    shared = len(ours & theirs)
    assert found.jaccard_ratio == shared / max(1, len(ours | theirs))
    assert found.left_in_right_ratio == shared / max(1, len(ours))
    assert found.right_in_left_ratio == shared / max(1, len(theirs))
    common = subsequence(left, right)
    assert found.alignment_ratio == 2 * common / (len(left) + len(right))
    if left == right:
        return
    assert found.left_shared_ratio == pytest.approx(covered(left, right))
    assert found.right_shared_ratio == pytest.approx(covered(right, left))
    sizes = [n for n in range(1, 26) if set(runs(left, n)) & set(runs(right, n))]
    assert found.shared_run_words == max(sizes, default=0)


stretches = st.lists(
    st.tuples(st.sampled_from(["both", "left", "right"]), st.integers(1, 60)), max_size=7
)


@given(stretches)
def test_long_stretches_without_a_shared_passage_are_an_articles_own(
    parts: list[tuple[str, int]],
) -> None:
    """Forty words or more of them, wherever they stand; shorter ones are rewording."""
    left, right = ["tugs"], ["quay"]
    for number, (side, count) in enumerate(parts):
        some = [
            "".join(chr(ord("a") + int(digit)) for digit in f"{number}{n}") for n in range(count)
        ]
        some = [f"{side}{word}" for word in some]
        left += some if side != "right" else []
        right += some if side != "left" else []
    found = weighed(" ".join(left), " ".join(right))
    assert found.left_own_ratio == pytest.approx(own(left, right))
    assert found.right_own_ratio == pytest.approx(own(right, left))


def own(text: list[str], other: list[str]) -> float:
    """Share of words in stretches of forty or more outside of every run that the other has."""
    known = set(runs(other, 3))
    inside = {i + j for i, run in enumerate(runs(text, 3)) if run in known for j in range(3)}
    lengths = [0]
    for at in range(len(text)):
        lengths = [*lengths, 0] if at in inside else [*lengths[:-1], lengths[-1] + 1]
    return sum(length for length in lengths if length >= 40) / len(text)


@given(words.filter(lambda some: len(some) > 1), st.randoms(use_true_random=False))
def test_the_cosine_knows_no_order(text: list[str], chance) -> None:
    """The same words shuffled say the same; other words say nothing of it."""
    shuffled = [*text]
    chance.shuffle(shuffled)
    assert weighed(" ".join(text), " ".join(shuffled)).term_cosine_ratio == pytest.approx(1)
    assert weighed(" ".join(text), "bakery prize ovens").term_cosine_ratio == 0


REPORT = (
    "The harbour of Velmark was closed on Monday after {} cranes were torn from their rails,"
    " harbour master {} told reporters. No one was hurt. Repairs at the {} will take until Thursday"
    " at least, and the fishermen of Kappelhavn have offered the use of their quay."
)
FIRST = REPORT.format("3", "Ilse Brandtmeyer", "terminal")


def facts(*other: str) -> list[tuple[str, str, str]]:
    """The facts in which a version of the report differs."""
    found = weighed(FIRST, REPORT.format(*other))
    assert found.facts_differ == len(found.facts)
    assert (found.facts_differ_ratio > 0) == bool(found.facts)
    return [(fact.kind, fact.left, fact.right) for fact in found.facts]


def test_a_substituted_number_is_a_fact() -> None:
    """However common the number is."""
    assert facts("5", "Ilse Brandtmeyer", "terminal") == [("number", "3", "5")]


def test_a_substituted_name_is_a_fact() -> None:
    """Another person, another story."""
    kind, left, right = facts("3", "Goran Petekovic", "terminal")[0]
    assert kind == "name"
    assert ("brandtmeyer" in left, "petekovic" in right) == (True, True)


@pytest.mark.parametrize("name", ["Ilse Brandtmeier", "Ilse Brandtmeyers", "Brandtmeyer"])
def test_a_respelled_name_is_none(name: str) -> None:
    """A transliteration, an ending or a first name left out is the same person."""
    assert facts("3", name, "terminal") == []


def test_an_everyday_word_is_none() -> None:
    """Editors change words; that is no change of facts."""
    assert facts("3", "Ilse Brandtmeyer", "place") == []


def test_a_fact_that_stands_elsewhere_does_not_differ() -> None:
    """A number moved within the text is still there."""
    left, right = (f"{FIRST} Of 40 ships {end}" for end in ("9 turned back", "turned back 9"))
    assert weighed(left, right).facts == ()


def test_an_added_paragraph_holds_no_differing_fact() -> None:
    """More text is not other text."""
    assert (
        weighed(FIRST, f"{FIRST} The last such storm was in 1987, when 14 ships sank.").facts == ()
    )


def test_only_the_first_facts_are_listed_but_all_are_counted() -> None:
    """A table of results with every figure changed stays readable."""
    left, right = (
        " ".join(f"Velmark district{n} counted {k}{n} votes" for n in range(100, 150))
        for k in (7, 8)
    )
    found = weighed(left, right)
    assert found.facts_differ == 50
    assert 0 < len(found.facts) < 50


NOON = datetime(2025, 3, 4, 12)


@pytest.mark.parametrize(
    ("left", "right", "hours"),
    [
        (None, None, None),
        (NOON, None, None),
        (NOON, NOON, 0),
        (NOON, NOON + timedelta(hours=30), 30),
        (NOON + timedelta(minutes=90), NOON, 1.5),
        (NOON.replace(tzinfo=timezone.utc), NOON.replace(tzinfo=timezone(timedelta(hours=3))), 3),
        (NOON.replace(tzinfo=timezone(timedelta(hours=3))), NOON, 0),
    ],
)
def test_hours_apart(left: datetime | None, right: datetime | None, hours: float | None) -> None:
    """Never negative; unknown where one date is; without a zone as given."""
    one, other = Article("l", FIRST, published=left), Article("r", "Other.", published=right)
    assert compare(one, other).verdict.evidence.hours_apart == hours


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [("", "", None), ("Sund", "", None), ("Sund", "Sund", True), ("Sund", "Post", False)],
)
def test_same_source(left: str, right: str, same: bool | None) -> None:
    """Unknown where one is."""
    one, other = Article("l", FIRST, source=left), Article("r", "Other.", source=right)
    assert compare(one, other).verdict.evidence.same_source is same


def test_titles() -> None:
    """Alike whatever their case and the order of their words; unknown where one is missing."""

    def ratio(left: str, right: str) -> float | None:
        one, other = Article("l", FIRST, title=left), Article("r", "Other.", title=right)
        return compare(one, other).verdict.evidence.title_ratio

    assert ratio("Storm closes Port", "port closes STORM") == 1
    assert ratio("Storm", "") is None
    unlike = ratio("Storm closes port", "Bakery wins prize")
    assert unlike is not None
    assert unlike < 0.6
