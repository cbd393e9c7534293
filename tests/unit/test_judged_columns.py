"""Judged pairs in columns: facts taken, turned and joined, pairs numbered, the closest listed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup import evidence, fact
from dedup.data.pair import Fact
from dedup.data.weighed import Facts
from dedup.pipeline.conclusion import RELATED_SHOWN, SAME_SHOWN, shown
from dedup.pipeline.verdicts import IS_SAME, Batch, Numbered

Told = list[tuple[Fact, ...]]


def columns(told: Told) -> Facts:
    """Facts as ``fact.find`` gives them."""
    every = [one for some in told for one in some]
    texts = [side.encode() for one in every for side in (one.left, one.right)]
    return Facts(
        np.cumsum([0, *map(len, told)]),
        np.array([fact.KINDS.index(one.kind) for one in every], np.uint8),
        np.frombuffer(b"".join(texts), np.uint8),
        np.cumsum([0, *map(len, texts)]),
    )


words = st.sampled_from(["13", "oslo", "saint petersburg", "köln", "東京"])
facts = st.builds(Fact, st.sampled_from(fact.KINDS), words, words)
tellings = st.lists(st.lists(facts, max_size=3).map(tuple), max_size=6)


@given(tellings, st.data())
def test_facts_stay_with_their_pairs(told: Told, data: st.DataObject) -> None:
    """Taken in any order, as they lie, spread among others and joined again."""
    many = columns(told)
    assert fact.tell(many) == told
    numbers = data.draw(st.lists(st.integers(0, len(told) - 1), max_size=8)) if told else []
    assert fact.tell(fact.take(many, np.array(numbers, np.int64))) == [told[at] for at in numbers]
    start, stop = sorted(data.draw(st.tuples(*2 * [st.integers(0, len(told))])))
    parts = [fact.stretch(many, *ends) for ends in ((0, start), (start, stop), (stop, len(told)))]
    assert [fact.tell(one) for one in parts] == [told[:start], told[start:stop], told[stop:]]
    assert fact.tell(fact.join([fact.none(1), *parts])) == [(), *told]
    wide = fact.tell(fact.spread(many, 2 * np.arange(len(told)), 2 * len(told)))
    assert (wide[::2], any(wide[1::2])) == (told, False)


@given(tellings, st.data())
def test_facts_turn_where_their_pair_does(told: Told, data: st.DataObject) -> None:
    """The sides swap, and the facts of other pairs stay."""
    turned = data.draw(st.lists(st.booleans(), min_size=len(told), max_size=len(told)))
    wanted = [
        tuple(Fact(one.kind, one.right, one.left) for one in some) if swap else some
        for some, swap in zip(told, turned, strict=True)
    ]
    assert fact.tell(fact.turn(columns(told), np.array(turned, np.bool_))) == wanted


@given(st.lists(st.integers(0, 60), unique=True), st.data())
def test_pairs_keep_the_number_under_which_they_came(pairs: list[int], data: st.DataObject) -> None:
    """Whatever the sizes of the batches; what never came has no number."""
    known = Numbered()
    at = 0
    while at < len(pairs):
        end = at + data.draw(st.integers(1, len(pairs)))
        known.note(np.array(pairs[at:end]), np.array(pairs[at:end], np.uint8))
        at = end
    numbers, rules = known.find(np.arange(62))
    wanted = {pair: number for number, pair in enumerate(pairs)}
    assert numbers.tolist() == [wanted.get(pair, -1) for pair in range(62)]
    assert rules.tolist() == [pair if pair in wanted else 0 for pair in range(62)]


def one_by_one(judged: Batch, told: int, keeping: list[int]) -> list[int]:
    """What is listed, by looking at the closest pair first and counting."""
    measured = judged.weighed
    near = [
        (-measured.term_cosine_ratio[at], -measured.jaccard_ratio[at], *judged.places[at], at)
        for at in range(told)
    ]
    met: dict[tuple[int, bool], int] = {}
    listed = set(keeping)
    for *_, left, right, at in sorted(near):
        same = bool(IS_SAME[judged.rules[at]])
        sides = [(int(left), same), (int(right), same)]
        if min(met.get(side, 0) for side in sides) < (SAME_SHOWN if same else RELATED_SHOWN):
            met |= {side: met.get(side, 0) + 1 for side in sides}
            listed.add(at)
    return sorted(listed, key=lambda at: tuple(judged.places[at]))


@given(st.integers(2, 60), st.floats(0, 1), st.integers(0, 2**32))
def test_the_closest_are_listed(articles: int, share: float, seed: int) -> None:
    """As if each pair was looked at in turn, where some articles have too many and some do not."""
    rng = np.random.default_rng(seed)
    every = np.stack(np.triu_indices(articles, 1), 1)
    weights = rng.random(articles)[every].max(axis=1)  # some articles have many pairs, some few
    places = every[weights * rng.random(len(every)) >= share * weights.max(initial=0)]
    count = len(places)
    none = np.zeros(count, np.int64)
    nothing = np.zeros(count)
    beside = evidence.Beside(nothing, nothing, none.astype(np.int8))
    weighed = evidence.equal(none, beside)._replace(
        term_cosine_ratio=rng.integers(0, 9, count) / 8, jaccard_ratio=rng.integers(0, 9, count) / 8
    )
    rules = rng.choice([int(np.argmax(IS_SAME)), int(np.argmin(IS_SAME))], count).astype(np.uint8)
    judged = Batch(places, rules, weighed, fact.none(count))
    told = int(rng.integers(0, count + 1))
    keeping = np.flatnonzero(rng.random(count) < 0.1).tolist()
    assert shown(judged, told, keeping).tolist() == one_by_one(judged, told, keeping)
