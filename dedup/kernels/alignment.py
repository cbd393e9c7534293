"""The alignment of two articles: what pairs are measured by, and what people are shown of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rapidfuzz.distance import Indel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.unsignedinteger[Any]]

__all__ = ["align"]


class Block(NamedTuple):
    """Words ``left:left + size`` of one side stand as ``right:right + size`` in the other."""

    left: int
    right: int
    size: int


def align(left: Numbers, right: Numbers, most: int) -> list[Block]:
    """Words in common in the same order, as blocks: a longest common subsequence (RapidFuzz) of the
    first ``most`` words of each side.
    """
    opcodes = Indel.opcodes(left[:most].tolist(), right[:most].tolist())
    return [
        Block(op.src_start, op.dest_start, op.src_end - op.src_start)
        for op in opcodes
        if op.tag == "equal"
    ]
