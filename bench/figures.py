"""What was measured, kept beside the code, so that a part can be measured anew."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import asdict, dataclass, field
from statistics import median

FIGURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "figures.json")


@dataclass(frozen=True, slots=True)
class Figure:
    """One program on one corpus: every run, and what its answer was worth."""

    mode: str
    """``peers``, ``growth`` or ``start``: the table that it stands in."""
    program: str
    version: str
    corpus: str
    articles: int
    corpus_bytes: int
    cpus: int
    """How many processors it might use; 0 for all."""
    session: str
    """When the command that measured it was begun; ratios within one session are sound."""
    machine: str
    cpu_seconds: list[float] = field(default_factory=list)
    wall_seconds: list[float] = field(default_factory=list)
    peak_bytes: list[int] = field(default_factory=list)
    failure: str = ""
    found: dict[str, int] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)
    foreign: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What a later figure must have in common with this one to take its place."""
        return self.mode, self.corpus, self.articles, self.cpus, self.program

    @property
    def cpu(self) -> float | None:
        """The median of processor seconds; None where it failed."""
        return None if self.failure or not self.cpu_seconds else median(self.cpu_seconds)

    def recall(self, bucket: str) -> float | None:
        """The share of planted pairs of a bucket that were found."""
        total = self.total.get(bucket)
        return self.found.get(bucket, 0) / total if total else None


def load(path: str = FIGURES) -> list[Figure]:
    """What is kept; nothing before the first time."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as stream:
        return [Figure(**one) for one in json.load(stream)]


def merged(kept: list[Figure], new: list[Figure]) -> list[Figure]:
    """The kept figures with new ones in the places of those with the same key."""
    replaced = {one.key: one for one in kept}
    replaced.update({one.key: one for one in new})
    return list(replaced.values())


def save(figures: list[Figure], path: str = FIGURES) -> None:
    """Write them, one to a line, so that a change shows what was measured anew."""
    lines = ",\n".join(json.dumps(asdict(one)) for one in figures)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(f"[\n{lines}\n]\n")


def machine() -> str:
    """This machine, as far as speed depends on it."""
    processor = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            models = [line.partition(":")[2].strip() for line in lines if "model name" in line]
        processor = models[0] if models else processor
    python = ".".join(map(str, sys.version_info[:3]))
    system = f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"
    return f"{processor}, {os.cpu_count()} processors, {system}, Python {python}"
