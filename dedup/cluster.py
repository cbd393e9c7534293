"""Edges to groups: what hangs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def gather(count: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each of so many nodes, the smallest that it hangs together with, by ``edges``,
    ``int64[m, 2]``.

    In each round the root of either end takes the smaller of both for its parent, and all nodes
    then take the root of theirs, until no edge connects two roots.

    >>> gather(6, np.array([(4, 2), (5, 3), (2, 1)])).tolist()
    [0, 1, 1, 3, 1, 3]
    """
    parents = np.arange(count)
    while len(edges):
        np.minimum.at(parents, edges.max(axis=1), edges.min(axis=1))
        while (higher := parents[parents]).tobytes() != parents.tobytes():
            parents = higher
        edges = parents[edges]
        edges = edges[edges[:, 0] != edges[:, 1]]
    return parents
