"""Corpora that a careless program never comes to the end of: everything is like everything."""

from __future__ import annotations

import json
import os
from random import Random
from typing import TYPE_CHECKING

from .corpus import CORPUS, SEED, article, rendered, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FURNITURE_RATIO = 0.6


def identical(count: int, random: Random) -> Iterator[str]:
    """The same text again and again."""
    text = rendered(article(random))
    for _ in range(count):
        yield text


def one_number_changed(count: int, random: Random) -> Iterator[str]:
    """The same text, but for one number that is never the same."""
    head, tail = rendered(article(random)), sentence(random)
    for number in range(count):
        yield f"{head} The count stands at {number}. {tail}"


def shared_furniture(count: int, random: Random) -> Iterator[str]:
    """Stories of their own, each in the same page, which makes up three words in five."""
    page = [sentence(random) for _ in range(20)]
    room = sum(len(one.split()) for one in page) / _FURNITURE_RATIO * (1 - _FURNITURE_RATIO)
    head, foot = " ".join(page[:8]), " ".join(page[8:])
    for _ in range(count):
        own: list[str] = []
        while sum(len(one.split()) for one in own) < room:
            own.append(sentence(random))
        yield f"{head}\n\n{' '.join(own)}\n\n{foot}"


KINDS: dict[str, Callable[[int, Random], Iterator[str]]] = {
    "identical": identical,
    "one number changed": one_number_changed,
    "60 % shared furniture": shared_furniture,
}


def build(kind: str, count: int, folder: str, seed: int = SEED) -> None:
    """Write ``corpus.jsonl`` into a folder; same kind, size and seed, same bytes."""
    os.makedirs(folder, exist_ok=True)
    texts = KINDS[kind](count, Random(f"{seed}/{kind}"))
    with open(os.path.join(folder, CORPUS), "w", encoding="utf-8") as stream:
        for number, text in enumerate(texts):
            stream.write(json.dumps({"id": f"p{number}", "text": text}) + "\n")
