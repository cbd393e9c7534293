"""Invariants of a whole result, for any small corpus."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import Article, Relation, Result, Settings, Skipped, deduplicate
from dedup.engines import threads
from dedup.pipeline.arrival import REPEATED_TOLD
from dedup.reports import REPORTS, Look
from dedup.scratch import Scratch
from dedup.text import clean, words
from dedup.verdict import judge

from .invented import articles, corpora

shuffles = corpora().flatmap(lambda corpus: st.tuples(st.just(corpus), st.permutations(corpus)))


def rendered(result: Result) -> bytes:
    """The result as the bytes of its JSON report."""
    return REPORTS["json"].result(result, Look()).encode()


@given(shuffles)
def test_the_order_of_the_input_does_not_matter(given_twice: tuple[list[Article], ...]) -> None:
    """The whole result is equal, and so are the bytes of its report."""
    one, other = map(deduplicate, given_twice)
    assert one == other
    assert rendered(one) == rendered(other)


@given(shuffles, st.sampled_from([1, 2_000, 1 << 20]), st.sampled_from([1, 3]))
def test_neither_order_nor_memory_nor_threads_matter(
    given_twice: tuple[list[Article], ...], bound: int, jobs: int
) -> None:
    """A run whose columns lie on disk, fed in another order, on threads, gives the same bytes."""
    one, other = given_twice
    with Scratch(bound) as storage:
        spilled = deduplicate(iter(other), storage=storage, run=threads(jobs))
    assert rendered(spilled) == rendered(deduplicate(one))


def test_articles_that_differ_in_facts_alone_have_an_order() -> None:
    """Without addresses, as the Python API is used, two articles may share id and text."""
    one = Article("a", "A storm closed the port of Velmark on Monday.", source="Sund Press")
    two = replace(one, source="Velmark Post", title="Port closed")
    assert deduplicate([one, two]) == deduplicate([two, one])


def test_an_address_ends_in_as_many_digits_as_it_likes() -> None:
    """More than a number of a line has are part of a name, and no number is made of them."""
    corpus = [Article(n, f"text {n}", f"x:{n * 5000}") for n in "312"]
    assert [one.id for one in deduplicate(corpus).articles] == ["1", "2", "3"]


PROGRAM = """
from dedup import Article, Skipped, deduplicate
from dedup.reports import REPORTS, Look
base = "the ferry {} ran aground off {} with {} on board and the tide was low said captain {}"
names = ["Lunna", "Velmark", "Tarn", "Orsel", "Halden"]
found = [Article(n, base.format(n, m, i * 7, n[::-1]), source=m)
         for i, n in enumerate(names) for m in names]
found += [Article("e", ""), Article("f", "..."), Skipped("x", "E301", "cut")]
print(REPORTS["json"].result(deduplicate({*found}), Look()))
"""


def test_hash_seeds_do_not_matter() -> None:
    """Another order of sets, not even the input's among them, gives the same bytes."""
    outputs = set()
    for seed in ("0", "4711"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}
        environment["PYTHONPATH"] = str(Path(dedup.__file__).parents[1])
        command = [sys.executable, "-c", PROGRAM]
        outputs.add(
            subprocess.run(command, env=environment, capture_output=True, check=True).stdout
        )
    assert len(outputs) == 1
    assert b"same_story" in outputs.pop()


@given(corpora())
def test_stories_are_an_equivalence_with_one_keeper(corpus: list[Article]) -> None:
    """No article is in two stories; each story keeps one, and the others name it directly."""
    result = deduplicate(corpus)
    entries = {one.id: one for one in result.articles}
    verdicts = {frozenset((one.left, one.right)): one for one in result.pairs}
    members = [name for story in result.stories for name in story.members]
    assert len(members) == len(set(members))
    assert {one.id for one in result.articles if one.story is not None} == set(members)
    for number, story in enumerate(result.stories, 1):
        assert story.story == number
        assert len(story.members) > 1
        assert [name for name in story.members if entries[name].keep] == [story.keeper]
        ratios = []
        for name in set(story.members) - {story.keeper}:
            verdict = verdicts[frozenset((name, story.keeper))]
            assert verdict.relation is Relation.SAME_STORY
            assert (entries[name].copy_of, entries[name].rule) == (story.keeper, verdict.rule)
            longer = entries[name].words > entries[story.keeper].words
            assert not longer or story.why == "one story with each other one"
            ratios.append(verdict.evidence.jaccard_ratio)
        assert story.weakest_ratio == min(ratios)
    alone = [one for one in result.articles if one.story is None]
    assert all(one.keep and one.copy_of is None and one.rule is None for one in alone)


@given(corpora())
def test_every_listed_verdict_follows_from_its_evidence(corpus: list[Article]) -> None:
    """Sides stand in the order of the corpus, once each, and the ruling can be made again."""
    result = deduplicate(corpus)
    order = {one.id: at for at, one in enumerate(result.articles)}
    pairs = [(order[one.left], order[one.right]) for one in result.pairs]
    assert pairs == sorted(set(pairs))
    assert all(left < right for left, right in pairs)
    for one in result.pairs:
        ruling = judge(one.evidence, Settings().match)
        assert (one.relation, one.kind, one.rule) == ruling[:3]
        assert one.relation is not Relation.DISTINCT


@given(corpora(), st.integers(0, 3))
def test_the_tally_adds_up(corpus: list[Article], broken: int) -> None:
    """What goes in comes out or is counted, and the counts are those of the lists."""
    skipped = [Skipped(f"bad.jsonl:{n}", "E301", "JSON ends early") for n in range(broken)]
    result = deduplicate([*skipped, *corpus])
    tally = result.tally
    assert tally.read == tally.articles + tally.skipped == len(corpus) + broken
    assert tally.articles == len(result.articles)
    assert list(result.skipped) == skipped
    assert tally.empty == sum(not words(clean(article.text).text) for article in corpus)
    assert tally.redundant == sum(not one.keep for one in result.articles)
    assert tally.redundant == sum(len(story.members) - 1 for story in result.stories)
    assert tally.stories == len(result.stories)
    listed = Counter(one.relation for one in result.pairs)
    assert listed[Relation.RELATED] <= tally.related
    assert listed[Relation.SAME_STORY] <= tally.same_story
    assert tally.same_story + tally.related <= tally.candidates + tally.redundant


@given(corpora())
def test_equal_texts_are_one_story_and_wordless_ones_none(corpus: list[Article]) -> None:
    """Copies to the letter always meet, whatever else is in the corpus."""
    by_address = {one.address: one for one in deduplicate(corpus).articles}
    for left, right in combinations(corpus, 2):
        one, other = by_address[left.address], by_address[right.address]
        text = clean(left.text).text
        if not words(text):
            assert one.story is None
        elif text == clean(right.text).text:
            assert one.story is not None
            assert one.story == other.story


@given(corpora())
def test_ids_are_unique_and_repeats_are_noted(corpus: list[Article]) -> None:
    """The first of a repeated id keeps it, a later one goes by its address; nothing is lost."""
    result = deduplicate(corpus)
    names = [one.id for one in result.articles]
    assert len(set(names)) == len(names) == len(corpus)
    seen: set[str] = set()
    for one, article in zip(result.articles, corpus, strict=True):
        assert one.address == article.address
        assert one.id == (article.address if article.id in seen else article.id)
        seen.add(article.id)
    counts = Counter(article.id for article in corpus)
    repeated = {f"id {name!r} is used {n} times" for name, n in counts.items() if n > 1}
    noted = [note for note in result.notes if note.startswith("id ")]
    assert len(noted) == len({*noted}) == min(len(repeated), REPEATED_TOLD)
    assert repeated.issuperset(noted)


@pytest.mark.parametrize(("count", "rest"), [(5, []), (6, ["id is"]), (9, ["ids are"])])
def test_of_many_repeated_ids_a_few_are_named(count: int, rest: list[str]) -> None:
    """Of one corpus that stands in two files there may be a million."""
    corpus = [Article(f"a{n}", f"text {n}", f"{p}:{n}") for p in "xy" for n in range(count)]
    notes = [note for note in deduplicate(corpus).notes if "used" in note]
    named = [f"id 'a{n}' is used 2 times" for n in range(5)]
    assert notes == [*named, *(f"and {count - 5} more {one} used several times" for one in rest)]


def test_ids_repeated_without_addresses_are_numbered() -> None:
    """Even a made-up name that is already taken does not collide."""
    corpus = [Article("a", f"text {n}") for n in range(3)] + [Article("a#2", "other")]
    names = [one.id for one in deduplicate(corpus).articles]
    assert len(set(names)) == 4
    assert "a" in names


@given(articles)
def test_one_article_is_its_own_corpus(article: Article) -> None:
    """Nothing to compare, nothing found, nothing lost."""
    result = deduplicate([article])
    assert [one.keep for one in result.articles] == [True]
    assert (result.stories, result.pairs) == ((), ())


def test_no_article_at_all() -> None:
    """An empty corpus is a result as well."""
    result = deduplicate([])
    assert result.tally.read == 0
    assert (result.articles, result.stories, result.pairs) == ((), (), ())
