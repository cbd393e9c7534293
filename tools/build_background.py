"""Build ``dedup/background/words.bin`` from the word statistics of the ``wordfreq`` package.

    pip install wordfreq && python tools/build_background.py

``wordfreq`` is needed here only, never at run time. The same version gives the same bytes.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from wordfreq import available_languages, get_frequency_dict

sys.path.insert(0, str(Path(__file__).parent.parent))
from dedup import kernels, term, text
from dedup.background import STEPS_PER_DECADE

TARGET = Path(__file__).parent.parent / "dedup" / "background" / "words.bin"
FLOOR = 5e-6
"""Rarer words are left out, as rare is what an unknown word counts as; the table stays small."""
PAIRED_LANGUAGES = ("ja", "zh")


def spaced(frequencies: dict[str, float]) -> dict[str, float]:
    """Frequency of each term: the words that share a stem add up."""
    found: dict[str, float] = defaultdict(float)
    for word, frequency in frequencies.items():
        for part in set(term.stem(text.words(text.clean(word).text))):
            found[part] += frequency
    return found


def paired(frequencies: dict[str, float]) -> dict[str, float]:
    """Frequency of each pair of characters: inside words, and across them as if words were drawn
    independently of each other.
    """
    found: dict[str, float] = defaultdict(float)
    first: dict[str, float] = defaultdict(float)
    last: dict[str, float] = defaultdict(float)
    for word, frequency in frequencies.items():
        for part in text.words(text.clean(word).text):
            found[part] += frequency
        first[word[0]] += frequency
        last[word[-1]] += frequency
    for left, p in last.items():
        for right, q in first.items():
            if p * q >= FLOOR and len(text.words(left + right)) == 1:
                found[left + right] += p * q
    return found


def build() -> bytes:
    """The table as ``dedup.background`` reads it."""
    merged: dict[str, float] = defaultdict(float)
    for language in sorted(available_languages("small")):
        counts = get_frequency_dict(language, "best")
        for word, frequency in (paired if language in PAIRED_LANGUAGES else spaced)(counts).items():
            merged[word] = max(merged[word], frequency)
    words = sorted(word for word in merged if merged[word] >= FLOOR)
    buffer = np.frombuffer("".join(f"{word}\n" for word in words).encode(), np.uint8)
    keys = (kernels.hash_words(buffer) >> np.uint64(32)).astype(np.uint32)
    steps = np.array(
        [round(-math.log10(merged[word]) * STEPS_PER_DECADE) for word in words], np.uint8
    )
    order = np.lexsort((steps, keys))
    keys, steps = keys[order], steps[order]
    keep = np.append(True, keys[1:] != keys[:-1])
    count = np.array([np.count_nonzero(keep)], "<u4")
    return count.tobytes() + keys[keep].astype("<u4").tobytes() + steps[keep].tobytes()


if __name__ == "__main__":
    TARGET.write_bytes(build())
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")
