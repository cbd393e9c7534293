"""Invariants of one pair, for any two articles."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup import Article, Relation, Settings, compare
from dedup.data.corpus import Candidates
from dedup.data.pair import Evidence, Fact
from dedup.pipeline.corpus import prepare
from dedup.pipeline.weigher import Weigher
from dedup.text import clean, words
from dedup.verdict import judge

from .invented import EMPTY, WORDS, articles, corpora, edits, pairs, runs

UNPROPOSED = Candidates(np.zeros((0, 2), np.int64), np.zeros(0, np.uint8))


@given(pairs())
def test_a_verdict_follows_from_its_evidence(pair: tuple[Article, Article]) -> None:
    """Evidence and settings alone give the same ruling again, and its sentence."""
    found = compare(*pair)
    ruling = judge(found.verdict.evidence, Settings().match)
    verdict = found.verdict
    assert (verdict.relation, verdict.kind, verdict.rule) == ruling[:3]
    assert found.decided == ruling.decided


def mirror(evidence: Evidence) -> Evidence:
    """The same evidence, seen from the other side."""
    swapped = {
        name: getattr(
            evidence, name.replace("left", "*").replace("right", "left").replace("*", "right")
        )
        for name in (field.name for field in fields(evidence))
    }
    facts = tuple(Fact(fact.kind, fact.right, fact.left) for fact in evidence.facts)
    return Evidence(**swapped | {"facts": facts})


def weigher(corpus: list[Article]) -> Weigher:
    """Weighs the pairs of a corpus, of which no index proposed any."""
    return Weigher(prepare(corpus, Settings()), UNPROPOSED, Settings())


def turned(corpus: list[Article]) -> list[Article]:
    """The same articles in the opposite order."""
    return [
        replace(one, id=f"n{at}", address=f"in.jsonl:{at + 1}")
        for at, one in enumerate(reversed(corpus))
    ]


@given(corpora())
def test_measuring_mirrors_when_the_corpus_is_turned(corpus: list[Article]) -> None:
    """Every pair, measured either way round in the light of one corpus, to the last bit."""
    there, back = weigher(corpus), weigher(turned(corpus))
    last = len(corpus) - 1
    for left, right in combinations(range(len(corpus)), 2):
        forth = there.weigh(left, right)
        mirrored = back.weigh(last - right, last - left)
        assert mirror(mirrored.evidence) == forth.evidence
        assert (mirrored.relation, mirrored.rule) == (forth.relation, forth.rule)


@given(corpora())
def test_pairs_measured_in_bulk_are_measured_alike(corpus: list[Article]) -> None:
    """Together, one by one, or asked for the other way round, a verdict is the same."""
    together, alone, other = weigher(corpus), weigher(corpus), weigher(corpus)
    every = list(combinations(range(len(corpus)), 2))
    together.find(np.array(every, np.int64).reshape(-1, 2))
    for left, right in every:
        verdict = alone.weigh(left, right)
        assert together.weigh(left, right) == other.weigh(right, left) == verdict
        ruling = judge(verdict.evidence, Settings().match)
        assert (verdict.relation, verdict.kind, verdict.rule) == ruling[:3]


@given(pairs())
@example((Article("l", "harbour the"), Article("r", "harbour")))
def test_evidence_mirrors_when_the_sides_swap(pair: tuple[Article, Article]) -> None:
    """Asked the other way round, the whole comparison says the same, to the last bit."""
    left, right = pair
    there, back = compare(left, right).verdict, compare(right, left).verdict
    assert mirror(back.evidence) == there.evidence


@given(pairs())
def test_the_ruling_stays_when_the_sides_swap(pair: tuple[Article, Article]) -> None:
    """The relation is symmetric; the ids follow the order in which they were given."""
    left, right = pair
    there, back = compare(left, right).verdict, compare(right, left).verdict
    assert (back.relation, back.kind, back.rule) == (there.relation, there.kind, there.rule)
    assert (there.left, there.right, back.left, back.right) == ("l", "r", "r", "l")


@given(pairs())
def test_mirroring_twice_is_nothing(pair: tuple[Article, Article]) -> None:
    """Mirroring moves figures and changes none."""
    evidence = compare(*pair).verdict.evidence
    assert mirror(mirror(evidence)) == evidence


@given(pairs())
def test_ratios_are_ratios(pair: tuple[Article, Article]) -> None:
    """Every figure that calls itself a ratio is one, and the figures agree with each other."""
    evidence = compare(*pair).verdict.evidence
    for field in fields(evidence):
        value = getattr(evidence, field.name)
        if field.name.endswith("_ratio") and value is not None:
            assert 0 <= value <= 1, field.name
    assert evidence.shared_run_words <= min(evidence.left_words, evidence.right_words)
    assert evidence.jaccard_ratio <= min(evidence.left_in_right_ratio, evidence.right_in_left_ratio)
    assert evidence.facts_differ >= len(evidence.facts)


@given(articles, articles)
def test_equal_text_is_exact(left: Article, right: Article) -> None:
    """Whatever the titles, dates and sources say; unless there is no word to be equal."""
    found = compare(left, replace(right, text=left.text)).verdict
    wordless = not words(clean(left.text).text)
    assert found.relation is (Relation.DISTINCT if wordless else Relation.SAME_STORY)
    assert found.kind == ("" if wordless else "exact")


@given(pairs())
def test_only_equal_text_is_exact(pair: tuple[Article, Article]) -> None:
    """The kind promises no less than it says."""
    left, right = (clean(article.text).text for article in pair)
    if compare(*pair).verdict.kind == "exact":
        assert left == right


@given(st.sampled_from(EMPTY), articles)
def test_a_wordless_article_is_like_no_other(empty: str, other: Article) -> None:
    """Two articles without words have nothing in common, least of all with one that has some."""
    assert compare(Article("e", empty), other).verdict.relation is Relation.DISTINCT


@given(runs.flatmap(edits), runs.flatmap(edits))
@example("北京 地铁", "北京 地铁 時刻")
@example("don't", "don t")
def test_pieces_join_to_the_clean_texts(left: str, right: str) -> None:
    """The alignment shows every character of both, and calls same only what has the same words."""
    pieces = compare(Article("l", left), Article("r", right)).pieces
    assert "".join(piece.left for piece in pieces) == clean(left).text
    assert "".join(piece.right for piece in pieces) == clean(right).text
    for piece in pieces:
        if piece.same:
            assert words(piece.left) == words(piece.right)
            assert piece.words == len(words(piece.left))


@pytest.mark.parametrize("word", WORDS)
def test_one_word_is_compared_exactly(word: str) -> None:
    """Shorter than a shingle, an article is the same as its equal and as nothing else."""
    one = Article("one", word)
    assert compare(one, Article("two", word.upper())).verdict.kind == "exact"
    for other in ("zebra", f"{word} zebra", f"zebra {word}"):
        assert compare(one, Article("two", other)).verdict.relation is not Relation.SAME_STORY
