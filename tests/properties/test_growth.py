"""Counts that must not grow faster than the corpus: candidates, pairs measured, bytes held, pairs
listed. Nothing is timed; twice the articles may cost 2.3 times as much, and no more.

Numbers in brackets are those of the battery in ``reliability.md``, part F.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from random import Random
from typing import NamedTuple

import numpy as np
import pytest

from bench.pathological import KINDS
from dedup import Article, Settings, deduplicate, evidence, fact, kernels
from dedup.pipeline import columns
from dedup.pipeline.corpus import prepare
from dedup.pipeline.proposal import propose
from tests.newsroom import articles

SIZE = 500
MOST = 2.3
"""Twice, and a little for what grows by steps."""
PER_ARTICLE = 12
"""Candidates that an article has on average; each star's middle has one for each of its rays."""
CORPORA = ("newsroom", *KINDS)


class Counts(NamedTuple):
    """What one corpus takes."""

    candidates: int
    measured: int
    held_bytes: int
    listed: int


def held_bytes(noun: object) -> int:
    """Bytes of all arrays in a noun and those within it; texts are the caller's."""
    if isinstance(noun, np.ndarray):
        return noun.nbytes
    if not is_dataclass(noun):
        return 0
    return sum(held_bytes(getattr(noun, one.name)) for one in fields(noun))


def corpus_of(kind: str, count: int) -> list[Article]:
    """So many articles of a kind."""
    if kind == "newsroom":
        return articles(count, seed=1)
    texts = KINDS[kind](count, Random(1))
    return [Article(f"p{n}", text, address=f"in.jsonl:{n + 1}") for n, text in enumerate(texts)]


@cache
def counts(kind: str, count: int) -> Counts:
    """What a corpus takes, stage by stage."""
    how, corpus = Settings(), corpus_of(kind, count)
    prepared = prepare(corpus, how)
    pairs = propose(prepared, how).pairs
    bounds = evidence.bounds(how.match, fact.INFORMATIVE_IDF, closely=False)
    turned = np.zeros(len(pairs), bool)
    measured, _ = kernels.measure_pairs(columns.sides(prepared.sketched), pairs, turned, bounds)
    closely = int(measured[:, kernels.MEASURES.index("measured")].sum())
    result = deduplicate(corpus, how)
    assert result.tally.candidates == result.tally.compared == len(pairs)
    return Counts(len(pairs), closely, held_bytes(prepared), len(result.pairs))


@pytest.mark.parametrize("figure", Counts._fields)
@pytest.mark.parametrize("kind", CORPORA)
def test_twice_the_articles_cost_twice_as_much(kind: str, figure: str) -> None:
    """Of any corpus, the pathological ones (83, 84, 85) among them."""
    once, twice = (getattr(counts(kind, size), figure) for size in (SIZE, 2 * SIZE))
    assert twice <= MOST * once


@pytest.mark.parametrize("kind", CORPORA)
def test_an_article_has_a_bounded_number_of_candidates(kind: str) -> None:
    """However many there are that are like it."""
    assert counts(kind, 2 * SIZE).candidates <= PER_ARTICLE * 2 * SIZE


def test_the_corpora_are_what_they_are_for() -> None:
    """A count of nothing would never grow: near copies and a newsroom give all stages work."""
    for kind in ("newsroom", "one number changed"):
        assert min(counts(kind, SIZE)) > 0
    assert counts("60 % shared furniture", SIZE).candidates > 0
    identical = counts("identical", SIZE)
    assert (identical.candidates, identical.measured, identical.listed) == (0, 0, SIZE - 1)


def test_a_word_takes_thirty_bytes_at_most() -> None:
    """And an article its signature and a few more; texts are held by whoever brought them."""
    prepared = prepare(corpus_of("newsroom", SIZE), Settings())
    each = 4 * Settings().sketch.signature_size + 200
    assert held_bytes(prepared) <= 30 * int(prepared.lengths.sum()) + each * len(prepared.first)
