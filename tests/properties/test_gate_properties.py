"""What a gate promises of any small corpus, from its texts to its answer."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Result, Settings, deduplicate
from dedup.data.result import Baseline, Gate
from dedup.gate import Policy, accept, hold, mark

from .invented import corpora

SETTINGS = Settings()


def held(result: Result, baseline: Baseline | None = None) -> Gate:
    """What the gate says where nothing new may pass."""
    return hold(result, baseline, Policy())


def accepted(corpus: list[Article]) -> Baseline:
    """The baseline of a corpus."""
    return accept(deduplicate(corpus), SETTINGS)


@given(corpora())
def test_without_a_baseline_what_is_redundant_is_new(corpus: list[Article]) -> None:
    """The gate counts what cleaning would remove, and each copy is named with its keeper."""
    result = deduplicate(corpus)
    gate = held(result)
    redundant = [(one.id, one.copy_of) for one in result.articles if not one.keep]
    assert list(zip(gate.new, gate.copied, strict=True)) == redundant
    assert gate.passed is not bool(redundant)


@given(corpora())
def test_what_is_accepted_passes_at_once(corpus: list[Article]) -> None:
    """After an update the same corpus passes, and all its copies are accepted ones."""
    result = deduplicate(corpus)
    gate = held(result, accept(result, SETTINGS))
    assert gate.passed
    assert len(gate.accepted) == result.tally.redundant


@given(corpora(), st.randoms(use_true_random=False))
def test_U15_neither_places_nor_their_order_matter(corpus: list[Article], chance) -> None:
    """Files may be moved and renamed, records shuffled, and lines put in above them.

    Without dates: of equal texts the first one's date speaks for all, and who is first may change.
    """
    corpus = [replace(one, published=None) for one in corpus]
    moved = list(corpus)
    chance.shuffle(moved)
    moved = [
        replace(one, id=f"m{at}", address=f"{chance.choice('abz')}/moved.jsonl:{at + 1000}")
        for at, one in enumerate(moved)
    ]
    assert accepted(moved) == accepted(corpus)
    assert not held(deduplicate(moved), accepted(corpus)).new


@given(corpora(), st.data())
def test_U16_one_more_copy_is_one_new(corpus: list[Article], data: st.DataObject) -> None:
    """A copy of any article with words is exactly one new, wherever it stands."""
    result = deduplicate(corpus)
    before = accept(result, SETTINGS)
    whole = [one.address for one in result.articles if one.words]
    if whole:
        address = data.draw(st.sampled_from(whole))
        source = next(one for one in corpus if one.address == address)
        place = data.draw(st.sampled_from(["aa.txt", "zz.txt", "in.jsonl:77"]))
        grown = [*corpus, replace(source, id="copy", address=place)]
        assert len(held(deduplicate(grown), before).new) == 1


@given(corpora(), st.data())
def test_fewer_articles_are_never_new_ones(corpus: list[Article], data: st.DataObject) -> None:
    """Taking articles away, even the one in the middle of a chain, makes no copy a new one."""
    kept = [one for one in corpus if data.draw(st.booleans())]
    assert held(deduplicate(kept), accepted(corpus)).new == ()


@given(corpora(), st.data())
def test_every_claim_of_a_copy_was_measured(corpus: list[Article], data: st.DataObject) -> None:
    """Whatever is accepted or known, new copies were themselves compared with what they copy."""
    result = deduplicate(corpus)
    known = {one.address for one in result.articles if data.draw(st.booleans())}
    result = mark(result, known if data.draw(st.booleans()) else set())
    digests = accept(result, SETTINGS).articles
    partial = {name: count for name, count in digests.items() if data.draw(st.booleans())}
    gate = held(result, Baseline({}, partial))
    direct = {frozenset((one.left, one.right)) for one in result.pairs}
    addresses = {one.id: one.address for one in result.articles}
    for new, copied in zip(gate.new, gate.copied, strict=True):
        assert frozenset((new, copied)) in direct
        assert addresses[new] not in known or not any(one.known for one in result.articles)
    assert not set(gate.new) & set(gate.accepted)
