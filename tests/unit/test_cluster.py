"""Groups: what hangs together, whatever the order of the edges."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup import cluster

COUNT = 31
edges = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=40)


def gather(edges: list[tuple[int, int]], count: int = COUNT) -> list[int]:
    """The same of a list of edges."""
    return cluster.gather(count, np.array(edges, np.int64).reshape(-1, 2)).tolist()


def reached(edges: list[tuple[int, int]], start: int) -> set[int]:
    """Everything that can be walked to."""
    known: set[int] = {start}
    while more := {x for edge in edges for x in edge if known & set(edge)} - known:
        known |= more
    return known


@given(edges)
def test_groups_are_what_can_be_walked_to(edges: list[tuple[int, int]]) -> None:
    """Each node is known by the smallest of its group; one alone by itself."""
    assert gather(edges) == [min(reached(edges, node)) for node in range(COUNT)]


@given(edges.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_order_and_direction_do_not_matter(both: tuple[list[tuple[int, int]], ...]) -> None:
    """Edges may come shuffled and turned."""
    some, shuffled = both
    assert gather(some) == gather([(right, left) for left, right in shuffled])


def test_a_long_chain_is_one_group() -> None:
    """A hundred thousand links neither recurse nor fall apart."""
    assert not any(gather([(n + 1, n) for n in range(100_000)], 100_001))
