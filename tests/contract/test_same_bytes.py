"""Without the compiled kernels the answers are right, and the same to the byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import dedup

from .twins import BUILT

HOUSE = Path(dedup.__file__).parents[1]
TESTS = Path(__file__).parents[2]
SAMPLES = TESTS / "samples"


def answer(twin: str, *command: str) -> bytes:
    """What a fresh process writes that is told which twin to run."""
    environment = os.environ | {"DEDUP_KERNELS": twin, "PYTHONUTF8": "1"}
    environment["PYTHONPATH"] = os.pathsep.join((str(HOUSE), str(TESTS)))
    done = subprocess.run(
        [sys.executable, *command], env=environment, cwd=SAMPLES, capture_output=True, check=True
    )
    assert done.stderr == b""
    return done.stdout


PROGRAM = """
from dedup import Settings, compare, deduplicate, kernels
from dedup.reports import REPORTS, Look
from tests.newsroom import articles

corpus = articles(120, seed=3)
for values in ({}, {"unit": "char:7", "furniture": False},
               {"drop_urls": False, "unit": "word:5", "seed": 9, "threshold": 0.6}):
    print(REPORTS["json"].result(deduplicate(corpus, Settings.from_mapping(values)), Look()))
for left, right in zip(corpus[::17], corpus[3::17]):
    print(REPORTS["json"].comparison(compare(left, right), Look()))
print(kernels.KIND)
"""


@pytest.mark.skipif(BUILT == ["reference"], reason="the compiled kernels are not built")
def test_both_twins_give_the_same_bytes() -> None:
    """Of the samples by the command, and of a newsroom under several settings."""
    by_command = [
        answer(twin, "-m", "dedup", "scan", ".", "--json", "--progress", "never") for twin in BUILT
    ]
    assert by_command[0] == by_command[1]
    assert json.loads(by_command[0])["tally"]["stories"] > 1
    *lines, twin = answer("native", "-c", PROGRAM).splitlines()
    *others, other = answer("reference", "-c", PROGRAM).splitlines()
    assert (twin, other) == (b"native", b"reference")
    assert lines == others
    assert lines


def test_without_the_compiled_kernels_the_answers_are_right() -> None:
    """The readable twin alone finds the stories of the samples, and says the same each time."""
    told = json.loads(
        answer("reference", "-m", "dedup", "scan", ".", "--json", "--progress", "never")
    )
    stories = [[name.partition("_")[0] for name in one["members"]] for one in told["stories"]]
    assert ["000", "001"] in stories
    assert ["003", "004", "005"] in stories
    related = {
        (one["left"][:3], one["right"][:3]) for one in told["pairs"] if one["relation"] == "related"
    }
    assert {("000", "002"), ("001", "002"), ("006", "007")} <= related


@pytest.mark.parametrize("twin", BUILT)
def test_that_the_slow_twin_runs_is_said_to_whoever_asks(twin: str) -> None:
    """Once, on stderr, and never in the result."""
    command = sys.executable, "-m", "dedup", "scan", "wire.jsonl", "--verbose"
    environment = os.environ | {"DEDUP_KERNELS": twin, "PYTHONPATH": str(HOUSE)}
    done = subprocess.run(command, env=environment, cwd=SAMPLES, capture_output=True, check=True)
    assert done.stderr.count(b"not compiled") == (twin == "reference")
    assert b"not compiled" not in done.stdout
