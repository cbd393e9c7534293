"""Invented news with planted near-duplicates, and the exact overlap of every planted pair.

Words are made of syllables and drawn as in a language: a few function words make up two fifths of
a text, and what remains follows Zipf's law. Three articles in ten are copies of another, changed
a little or a lot. There are no hard negatives: what was not planted shares next to nothing.
Same size and seed, same bytes.
"""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, combinations
from multiprocessing import Pool
from random import Random
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CORPUS, TRUTH = "corpus.jsonl", "truth_pairs.jsonl"
SEED = 7
SHINGLE_WORDS = 5
CHUNK = 5_000
"""Articles that are made together; families do not reach beyond, before all are shuffled."""
COPIES_RATIO = 0.3

_WORD = re.compile(r"\w+")
_FUNCTION_WORDS = _WORD.findall(
    "the of to and a in that is for it on was with as be by at from he his are has had have but "
    "said not an who they this would will its been which their were or more when also than after"
)

Paragraphs = list[list[str]]
"""An article as paragraphs of sentences."""


@dataclass(frozen=True, slots=True)
class Language:
    """Words, and how often each is used, added up as ``random.choices`` wants it."""

    words: list[str]
    cumulative: list[float]
    names: list[str]


@cache
def language() -> Language:
    """Invent the language, the same for every corpus."""
    random = Random("language")
    content = _invented(random, 30_000)
    weights = [1 / (rank + 1) for rank in range(len(_FUNCTION_WORDS))]
    scale = 0.6 / 0.4 * sum(weights) / sum(1 / (rank + 20) for rank in range(len(content)))
    weights += [scale / (rank + 20) for rank in range(len(content))]
    names = [name.capitalize() for name in _invented(random, 4_000)]
    return Language(_FUNCTION_WORDS + content, list(accumulate(weights)), names)


def _invented(random: Random, count: int) -> list[str]:
    """Pronounceable words, each once, the short ones first as in any language."""
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = random.choices((1, 2, 3, 4), (1, 5, 5, 2))[0]
        word = "".join(
            random.choice("bcdfghklmnprstvw") + random.choice(("a", "e", "i", "o", "u", "ea", "ou"))
            for _ in range(syllables)
        )
        found[word + random.choice(("", "", "n", "r", "s", "t"))] = None
    return sorted(found, key=len)


def sentence(random: Random) -> str:
    """One sentence of 6 to 32 words, some with a name, a number or a quotation."""
    spoken = language()
    words = random.choices(spoken.words, cum_weights=spoken.cumulative, k=random.randint(6, 32))
    words[0] = words[0].capitalize()
    if random.random() < 0.5:
        words.insert(random.randrange(1, len(words)), random.choice(spoken.names))
    if random.random() < 0.3:
        words.insert(random.randrange(1, len(words)), f"{random.randrange(10_000):,}")
    text = " ".join(words) + "."
    return f'"{text}" {random.choice(spoken.names)} said.' if random.random() < 0.1 else text


def article(random: Random) -> Paragraphs:
    """A headline and paragraphs; lengths are log-normal around 385 words."""
    length = min(max(random.lognormvariate(math.log(385), 0.6), 40), 6_000)
    headline = " ".join(sentence(random).split()[:9]).strip('".').title()
    told: Paragraphs = [[headline]]
    words = 0
    while words < length:
        told.append([sentence(random) for _ in range(random.randint(1, 3))])
        words += sum(len(one.split()) for one in told[-1])
    return told


def rendered(told: Paragraphs) -> str:
    """The text, with empty lines between paragraphs."""
    return "\n\n".join(" ".join(sentences) for sentences in told)


# What happens to a copy. Each takes and gives paragraphs, and leaves what it was given as it is.


def dropped(told: Paragraphs, random: Random) -> Paragraphs:
    """Leave out 5 to 40 % of the sentences."""
    share = random.choice((0.05, 0.1, 0.2, 0.3, 0.4))
    kept = [[one for one in sentences if random.random() >= share] for sentences in told]
    return [sentences for sentences in kept if sentences] or told


def added(told: Paragraphs, random: Random) -> Paragraphs:
    """Put new sentences between the old ones, 5 to 50 %."""
    share = random.choice((0.05, 0.1, 0.2, 0.3, 0.5))
    return [
        [part for one in sentences for part in _followed(one, share, random)] for sentences in told
    ]


def _followed(one: str, share: float, random: Random) -> Iterator[str]:
    yield one
    if random.random() < share:
        yield sentence(random)


def reworded(told: Paragraphs, random: Random) -> Paragraphs:
    """Replace 1 to 20 % of the words."""
    share = random.choice((0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2))
    words = language().words

    def other(word: str) -> str:
        return random.choice(words) if random.random() < share else word

    return [[" ".join(map(other, one.split(" "))) for one in sentences] for sentences in told]


def shortened(told: Paragraphs, random: Random) -> Paragraphs:
    """Keep the first 25 to 90 % of the paragraphs."""
    return told[: max(1, round(len(told) * random.choice((0.25, 0.5, 0.6, 0.7, 0.8, 0.9))))]


def shuffled(told: Paragraphs, random: Random) -> Paragraphs:
    """Put the paragraphs into another order."""
    return random.sample(told, len(told))


def framed(told: Paragraphs, random: Random) -> Paragraphs:
    """Set it on one of sixty sites' pages, with that site's navigation and footer."""
    site = Random(f"site {random.randrange(60)}")
    navigation = " | ".join(site.sample(language().names, 10))
    return [[navigation], *told, [sentence(site) for _ in range(site.randint(2, 5))]]


def wrapped(told: Paragraphs, random: Random) -> Paragraphs:
    """Break lines where a narrow column would."""
    room = random.randint(38, 80)
    pattern = re.compile(rf"(.{{1,{room}}}) ")
    return [[pattern.sub(r"\1\n", one) for one in sentences] for sentences in told]


def requoted(told: Paragraphs, random: Random) -> Paragraphs:  # noqa: ARG001 - one of CHANGES
    """Use typographic quotation marks."""
    return [
        [re.sub(r'"([^"]*)"', "\u201c\\1\u201d", one) for one in sentences] for sentences in told
    ]


CHANGES: tuple[Callable[[Paragraphs, Random], Paragraphs], ...] = (
    dropped, added, reworded, reworded, shortened, shuffled, framed, wrapped, requoted,
)  # fmt: skip


def copied(told: Paragraphs, random: Random) -> Paragraphs:
    """A copy that went through none to three changes."""
    count = random.choices((0, 1, 2, 3), (4, 56, 30, 10))[0]
    for change in random.sample(CHANGES, count):
        told = change(told, random)
    return told


def shingles(text: str) -> set[tuple[str, ...]]:
    """Runs of five words of the lower-cased text; of a shorter text, all its words as one.

    >>> sorted(shingles("One two, three four FIVE six"))[0]
    ('one', 'two', 'three', 'four', 'five')
    """
    words = _WORD.findall(text.lower())
    if len(words) < SHINGLE_WORDS:
        return {tuple(words)}
    return set(zip(*(words[at:] for at in range(SHINGLE_WORDS)), strict=False))


def chunk(place: tuple[int, int, int]) -> tuple[list[str], list[str]]:
    """Make the articles of one chunk: lines of the corpus, and lines of the truth."""
    number, count, seed = place
    random = Random(f"{seed}/{number}")
    lines: list[str] = []
    truth: list[str] = []
    while len(lines) < count:
        family = [article(random)]
        # A family has two copies on the mean, so that 3 in 10 articles are copies.
        if random.random() < COPIES_RATIO / (2 - 2 * COPIES_RATIO):
            for _ in range(_copies(random)):
                family.append(copied(random.choice(family), random))
        texts = [rendered(told) for told in family[: count - len(lines)]]
        ids = [f"a{number:04d}-{len(lines) + at:05d}" for at in range(len(texts))]
        lines += [
            json.dumps({"id": one, "text": text}, ensure_ascii=False)
            for one, text in zip(ids, texts, strict=True)
        ]
        truth += _overlaps(ids, texts)
    return lines, truth


def _copies(random: Random) -> int:
    count = 1
    while random.random() < 0.5 and count < 12:
        count += 1
    return count


def _overlaps(ids: list[str], texts: list[str]) -> Iterator[str]:
    """The exact Jaccard and containment of each pair of a family."""
    sets = [shingles(text) for text in texts] if len(texts) > 1 else []
    for left, right in combinations(range(len(sets)), 2):
        shared = len(sets[left] & sets[right])
        union = len(sets[left]) + len(sets[right]) - shared
        least = min(len(sets[left]), len(sets[right]))
        pair = {"a": ids[left], "b": ids[right]}
        yield json.dumps({**pair, "j": round(shared / union, 4), "c": round(shared / least, 4)})


def build(count: int, folder: str, seed: int = SEED) -> None:
    """Write ``corpus.jsonl``, shuffled, and ``truth_pairs.jsonl`` into a folder."""
    os.makedirs(folder, exist_ok=True)
    places = [
        (number, min(CHUNK, count - start), seed)
        for number, start in enumerate(range(0, count, CHUNK))
    ]
    made = os.path.join(folder, "unshuffled")
    with (
        open(made, "w", encoding="utf-8") as corpus,
        open(os.path.join(folder, TRUTH), "w", encoding="utf-8") as truth,
    ):
        for lines, overlaps in _chunks(places):
            _write(corpus, lines)
            _write(truth, overlaps)
    _shuffle(made, os.path.join(folder, CORPUS), Random(seed))
    os.unlink(made)


def _chunks(places: list[tuple[int, int, int]]) -> Iterator[tuple[list[str], list[str]]]:
    """Make all chunks, in order, on all processors where there is more than one to make."""
    if len(places) == 1:
        yield chunk(places[0])
        return
    with Pool() as pool:
        yield from pool.imap(chunk, places)


def _write(stream: TextIO, lines: list[str]) -> None:
    stream.writelines(f"{line}\n" for line in lines)


def _shuffle(source: str, target: str, random: Random) -> None:
    """Put lines into another order without holding them all."""
    with open(source, "rb") as lines:
        lengths = [len(line) for line in lines]
        order = list(zip(accumulate(lengths, initial=0), lengths, strict=False))
        random.shuffle(order)
        with open(target, "wb") as out:
            for start, length in order:
                lines.seek(start)
                out.write(lines.read(length))
