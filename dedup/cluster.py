"""Edges to groups: which rows hang together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def gather(edges: NDArray[np.int64]) -> list[list[int]]:
    """Connected groups of two or more of what ``edges``, ``int64[m, 2]``, connect, each sorted, in
    the order of their smallest members.

    >>> gather(np.array([(4, 2), (7, 9), (2, 5)]))
    [[2, 4, 5], [7, 9]]
    """
    nodes, ends = np.unique(edges, return_inverse=True)
    roots = join(len(nodes), ends.reshape(-1, 2))
    order = np.argsort(roots, kind="stable")
    borders = np.flatnonzero(np.diff(roots[order])) + 1
    listed = nodes[order].tolist()
    starts = [0, *borders.tolist(), len(listed)] if listed else []
    groups = [listed[a:b] for a, b in pairwise(starts)]
    return [one for one in groups if len(one) > 1]


def join(count: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each of so many nodes, the smallest that it hangs together with.

    >>> join(5, np.array([(4, 2), (2, 1)])).tolist()
    [0, 1, 1, 3, 1]

    In each round the root of either end takes the smaller of both for its parent, and all nodes
    then take the root of theirs, until no edge connects two roots.
    """
    parents = np.arange(count)
    while len(edges):
        np.minimum.at(parents, edges.max(axis=1), edges.min(axis=1))
        while (higher := parents[parents]).tobytes() != parents.tobytes():
            parents = higher
        edges = parents[edges]
        edges = edges[edges[:, 0] != edges[:, 1]]
    return parents
