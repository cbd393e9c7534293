"""Texts end to end: each comes back whole, whatever is in it."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from types import SimpleNamespace

LETTERS = st.characters(codec=None) | st.sampled_from(["\0", "é", "北", "😀", "\ud83d", "\ude00"])


def split(joined: bytes, sizes: list[int]) -> list[str]:
    """The texts, by their sizes."""
    ends = accumulate(sizes, initial=0)
    return [joined[a:b].decode(errors="surrogatepass") for a, b in pairwise(ends)]


@given(st.lists(st.text(LETTERS)))
def test_texts_come_back(twin: SimpleNamespace, texts: list[str]) -> None:
    """Empty ones and half characters too, and nothing stands between them."""
    joined, sizes = twin.join_texts(texts)
    assert sizes.dtype == np.int64
    assert split(joined, sizes.tolist()) == texts
    assert sum(sizes.tolist()) == len(joined)


def test_what_is_no_text_is_refused(twin: SimpleNamespace) -> None:
    """Among texts, at any place."""
    with pytest.raises((TypeError, AttributeError)):
        twin.join_texts(["a", 1, "b"])
