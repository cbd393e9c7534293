"""Edges to groups: which rows hang together."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def gather(edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Connected groups of two or more, each sorted, in the order of their smallest members.

    >>> gather([(4, 2), (7, 9), (2, 5)])
    [[2, 4, 5], [7, 9]]
    """
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in edges:
        a, b = root(left), root(right)
        parent[max(a, b)] = min(a, b)
    groups = defaultdict(list)
    for node in sorted(parent):
        groups[root(node)].append(node)
    return [groups[first] for first in sorted(groups) if len(groups[first]) > 1]
