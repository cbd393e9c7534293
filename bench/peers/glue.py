"""What a user of any of these libraries has to bring along: reading, shingling, clustering.

Runs in the environments of the peers, so it uses nothing but orjson and the standard library.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

THRESHOLD = 0.7
PERMUTATIONS = 128
NGRAM = 5
BANDS, ROWS = 16, 8

_WORD = re.compile(r"\w+")


def corpus() -> Iterator[tuple[str, str]]:
    """The id and the text of each article of the corpus that is named on the command line."""
    with open(sys.argv[1], "rb") as lines:
        for line in lines:
            record = orjson.loads(line)
            yield record["id"], record["text"]


def shingles(text: str) -> list[str]:
    """Runs of five words of the lower-cased text."""
    words = _WORD.findall(text.lower())
    if len(words) < NGRAM:
        return [" ".join(words)]
    return [" ".join(run) for run in zip(*(words[at:] for at in range(NGRAM)), strict=False)]


class Clusters:
    """Union-find over the rows of the corpus."""

    def __init__(self, count: int) -> None:
        """Begin with each row alone."""
        self._parents = list(range(count))

    def find(self, row: int) -> int:
        """The row that stands for a row's cluster."""
        parents = self._parents
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Put the two rows of each pair into one cluster."""
        for left, right in pairs:
            one, other = self.find(left), self.find(right)
            if one != other:
                self._parents[max(one, other)] = min(one, other)

    def print(self, ids: list[str]) -> None:
        """Write ``id<TAB>cluster`` for each row."""
        sys.stdout.writelines(self._lines(ids))

    def _lines(self, ids: list[str]) -> Iterator[str]:
        for row, one in enumerate(ids):
            yield f"{one}\t{self.find(row)}\n"
