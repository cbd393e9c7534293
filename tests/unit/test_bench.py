"""The bench: its corpora are what they say, its stopwatch misses nothing, its tables are honest."""

from __future__ import annotations

import doctest
import json
import os
import sys
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import mean

import pytest

from bench import answer, corpus, figures, pathological, table
from bench.__main__ import main
from bench.contenders import CONTENDERS, EXTRA, OURS
from bench.figures import Figure
from bench.stopwatch import Task, time_of


def figure(program=OURS, cpu=2.0, **other):
    """A figure as if it had been measured."""
    facts = {
        "mode": "peers", "version": "1", "corpus": "invented", "articles": 1000,
        "corpus_bytes": 3_000_000, "cpus": 1, "session": "2030-01-01T00:00", "machine": "a machine",
        "cpu_seconds": [cpu], "wall_seconds": [cpu], "peak_bytes": [10**8],
    }  # fmt: skip
    return Figure(**{**facts, "program": program, **other})


@pytest.mark.parametrize("module", [answer, corpus, table])
def test_its_examples_run(module):
    assert doctest.testmod(module).failed == 0


# Corpora


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small corpus, and what is true of it."""
    folder = tmp_path_factory.mktemp("corpus")
    corpus.build(150, str(folder))
    texts = [json.loads(line) for line in (folder / corpus.CORPUS).read_text().splitlines()]
    truth = [json.loads(line) for line in (folder / corpus.TRUTH).read_text().splitlines()]
    return folder, {one["id"]: one["text"] for one in texts}, truth


def test_the_truth_is_exact_and_whole(made):
    _, texts, truth = made
    planted = {frozenset((one["a"], one["b"])): one for one in truth}
    assert len(texts) == 150
    assert len(planted) == len(truth) > 20
    sets = {one: corpus.shingles(text) for one, text in texts.items()}
    for left, right in combinations(texts, 2):
        shared = len(sets[left] & sets[right])
        jaccard = shared / len(sets[left] | sets[right])
        told = planted.get(frozenset((left, right)))
        if told is None:
            assert jaccard < 0.1
        else:
            least = min(len(sets[left]), len(sets[right]))
            assert (told["j"], told["c"]) == (round(jaccard, 4), round(shared / least, 4))


def test_the_truth_has_every_grade_of_likeness(made):
    grades = {name for one in made[2] for name in answer.bucket_names(one["j"])}
    assert grades == {name for name, *_ in answer.BUCKETS} | {answer.FROM_FLOOR}


def test_same_size_and_seed_same_bytes(made, tmp_path):
    folder, *_ = made
    corpus.build(150, str(tmp_path))
    for name in (corpus.CORPUS, corpus.TRUTH):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    assert sorted(os.listdir(tmp_path)) == [corpus.CORPUS, corpus.TRUTH]


def test_chunks_are_made_alike_on_one_processor_or_many(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "CHUNK", 20)
    places = [(0, 20, 7), (1, 20, 7), (2, 10, 7)]
    alone = [line for place in places for line in corpus.chunk(place)[0]]
    monkeypatch.setattr(corpus, "_chunks", lambda places: map(corpus.chunk, places))
    corpus.build(50, str(tmp_path))
    lines = (tmp_path / corpus.CORPUS).read_text().splitlines()
    assert sorted(lines) == sorted(alone)
    assert lines != alone


def test_a_change_leaves_the_original_as_it_was():
    random = Random(1)
    told = corpus.article(random)
    before = corpus.rendered(told)
    for change in corpus.CHANGES:
        change(told, random)
        assert corpus.rendered(told) == before


def test_pathological_corpora_are_what_they_are_called():
    identical, number, furniture = (
        list(make(50, Random(7))) for make in pathological.KINDS.values()
    )
    assert len(set(identical)) == 1
    assert len(set(number)) == 50
    words = [set(text.split()) for text in number[:2]]
    assert {word.strip(".") for word in words[0] ^ words[1]} == {"0", "1"}
    heads, _, feet = zip(*(text.split("\n\n") for text in furniture), strict=True)
    assert (len(set(furniture)), len(set(heads)), len(set(feet))) == (50, 1, 1)
    page = len(heads[0].split()) + len(feet[0].split())
    assert 0.55 < page / mean(len(text.split()) for text in furniture) < 0.65


# Answers


def test_recall_counts_each_bucket_and_strangers_that_were_joined(tmp_path):
    truth = tmp_path / "truth"
    pairs = [("a", "b", 0.95), ("a", "c", 0.75), ("b", "c", 0.5), ("d", "e", 0.7)]
    lines = [json.dumps({"a": left, "b": right, "j": j}) for left, right, j in pairs]
    truth.write_text("\n".join(lines))
    clusters = dict.fromkeys("abx", "1") | {"c": "2", "d": "3", "e": "4"}
    got = answer.score(answer.Answer(clusters, frozenset({("d", "e"), ("c", "d")})), str(truth))
    assert got.total == {".9 to 1": 1, ".7 to .8": 2, ".5 to .6": 1, ".7 up": 3}
    assert {name: found for name, found in got.found.items() if found} == {
        ".9 to 1": 1, ".7 to .8": 1, ".7 up": 2,
    }  # fmt: skip
    assert got.foreign == 3  # a with x, b with x, and c with d


def test_who_is_in_no_cluster_is_with_nobody():
    assert not answer.Answer({}).together("a", "b")


# The stopwatch


def run(code, **how):
    """Time a Python program."""
    return time_of(Task([sys.executable, "-c", code], **how))


def test_it_counts_memory_and_processor_of_children_too():
    grow = "x = bytearray(80_000_000); sum(range(3_000_000))"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grow!r}])"
    done = run(child)
    assert done.failure == ""
    assert done.peak_bytes > 80_000_000
    assert done.cpu_seconds > 0


def test_it_does_not_count_the_memory_of_who_asks():
    held = bytearray(150_000_000)
    held[::4096] = b"x" * len(held[::4096])
    assert run("pass").peak_bytes < 100_000_000


def test_a_failure_is_told_by_the_last_thing_said(tmp_path):
    out = tmp_path / "out"
    done = run("print('kept'); raise SystemExit('first\\nno room\\n')", output=str(out))
    assert done.failure == "exit 1: no room"
    assert out.read_text() == "kept\n"
    assert time_of(Task(["/no/such/program"])).failure.startswith("exit 127: /no/such/program: ")


def test_what_takes_too_long_is_ended_with_all_its_children(tmp_path):
    pid = tmp_path / "pid"
    child = f"import os, signal; open({str(pid)!r}, 'w').write(str(os.getpid())); signal.pause()"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    done = run(code, timeout_seconds=1.5)
    assert done.failure == "timed out"
    status = Path(f"/proc/{pid.read_text()}/status")
    assert not status.exists() or "State:\tZ" in status.read_text()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cannot be pinned here")
def test_it_can_be_held_to_one_processor(tmp_path):
    out = tmp_path / "out"
    run(
        "import os; print(len(os.sched_getaffinity(0)), os.environ['MARK'])",
        cpus=1,
        environment={"MARK": "seen"},
        output=str(out),
    )
    assert out.read_text() == "1 seen\n"


# Figures and tables


def test_what_is_measured_anew_takes_the_place_of_the_old(tmp_path):
    path = str(tmp_path / "figures.json")
    assert figures.load(path) == []
    old, other, new = figure(), figure("rensa"), figure(cpu=1.0)
    figures.save(figures.merged([old, other], [new]), path)
    assert figures.load(path) == [new, other]


def test_ratios_are_to_ours_and_say_if_they_were_not_measured_together():
    rows = [
        figure("Daft", 8.0),
        figure("rensa", 20.0, session="2030-02-01T00:00"),
        figure("gaoya", failure="exit 1: a|b", cpu_seconds=[]),
        figure(OURS, 2.0),
    ]
    text = table.peers(rows)
    assert "### 1,000 articles, 3 MB, one processor (corpus `invented`)" in text
    ours, daft, gaoya, rensa = text.splitlines()[4:8]
    assert ours == f"| {OURS} | 1 | 2.00 | 2.00 | 100 | 500 | 1 | 1 |"
    assert daft == "| Daft | 1 | 8.00 | 8.00 | 100 | 125 | 0.25 | 1 |"
    assert gaoya == "| gaoya | 1 | exit 1: a\\|b |  |  |  |  | 0 |"
    assert rensa == "| rensa | 1 | 20.0 | 20.0 | 100 | 50 | 0.1 \\* | 1 |"
    assert "not measured in one session" in text
    assert "\\*" not in table.peers([rows[0], rows[3]])


def test_a_median_stands_with_its_range_and_the_peak_is_the_highest():
    row = table.peers([figure(cpu_seconds=[3.0, 1.0, 1.5], peak_bytes=[10**8, 2 * 10**8, 10**8])])
    assert "| 1.50 (1.00–3.00) | 2.00 | 200 |" in row


def test_recall_is_never_rounded_up_to_all():
    text = table.peers([figure(total={".7 up": 100_000}, found={".7 up": 99_999}, foreign=3)])
    assert text.splitlines()[-3].endswith("| .9999 | 3 |")


def test_growth_is_told_against_the_size_before():
    rows = [
        figure(mode="growth", articles=2000, cpu=4.4),
        figure(mode="growth", articles=1000),
        figure(mode="growth", articles=4000, failure="timed out"),
    ]
    small, large, none = table.growth(rows).splitlines()[2:5]
    assert small.endswith("| 500 |  |")
    assert large.endswith("| × 2.20 for × 2 |")
    assert "timed out" in none


def test_a_document_without_marks_is_left_alone():
    assert table.refresh("# Title\n", "peers", "table") == "# Title\n"


def test_the_document_shows_the_figures_that_are_kept():
    text = Path(table.DOCUMENT).read_text(encoding="utf-8")
    kept = figures.load()
    for mode, render in table.TABLES.items():
        begin, end = table.marks(mode)
        assert f"{begin}\n\n{render(kept)}\n\n{end}" in text


# The command


def test_one_command_builds_runs_and_writes(tmp_path, capfd):
    document, kept = tmp_path / "document.md", str(tmp_path / "figures.json")
    document.write_text("Before.\n\n{}{}\n\nAfter.\n".format(*table.marks("peers")))
    places = ["--cache", str(tmp_path), "--figures", kept, "--document", str(document)]
    asked = ["peers", "--only", OURS, "--articles", "40", "--runs", "1", *places]
    assert main(asked) == 0
    out, err = capfd.readouterr()
    assert "making 40 articles: invented" in err
    (one,) = figures.load(kept)
    assert (one.failure, one.articles, one.foreign) == ("", 40, 0)
    assert one.recall(answer.FROM_FLOOR) == 1
    assert out.strip() in document.read_text()
    assert document.read_text().startswith("Before.")
    assert document.read_text().endswith("After.\n")


def test_who_is_unknown_is_refused_with_those_who_are_known(capfd):
    with pytest.raises(SystemExit, match="2"):
        main(["peers", "--only", "renza"])
    told = capfd.readouterr().err
    assert all(one.name in told for one in (*CONTENDERS, *EXTRA))
