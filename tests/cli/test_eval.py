"""``dedup eval``: exit codes, streams and both formats."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from dedup.cli.main import main

STORM = (
    "The harbour of Ostrava Bay was closed on Monday after a storm tore three cranes from their "
    "rails, the port authority said. Harbour master Ilse Brandt told reporters that no one was "
    "hurt, but that ships would have to wait until Thursday at the earliest. Repairs are expected "
    "to cost nine million crowns. The last time the port stood still was in the winter of 1987."
)
BAKERY = (
    "A village bakery has won the regional prize for rye bread for the fifth year running. Its "
    "owner, Tomas Velde, credits an oven his grandmother built and a dough that rests two days."
)
HEADER = "left,right,relation,label\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A working folder with a corpus and labelled pairs, all told right."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    texts = {"a": STORM, "b": f"Weather\n\n{STORM}\n\nRead more", "c": BAKERY}
    lines = (json.dumps({"id": name, "text": text}) + "\n" for name, text in texts.items())
    Path("news.jsonl").write_text("".join(lines))
    Path("gold.csv").write_text(HEADER + "a,b,same_story,copy\na,news.jsonl:3,distinct,\n")
    return tmp_path


@pytest.fixture
def run(capfd):
    """Run ``dedup eval`` in this process, and give what it left behind."""

    def running(*arguments):
        code = main(["eval", *arguments])
        out, err = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, code, out, err)

    return running


def test_a_table_says_how_often_it_is_right(run):
    done = run("--pairs", "gold.csv", "news.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "same_story  1.000 = 1/1  .21–1.00  1.000 = 1/1" in done.stdout
    assert "together in one story" in done.stdout
    assert "best, in force" in done.stdout
    assert done.stdout.endswith("\n2 labelled pairs in 3 articles\n")


def test_mistakes_name_both_articles_and_what_decided(run):
    Path("gold.csv").write_text(HEADER + "a,b,distinct,\x1b[2J\na,c,related,\n")
    done = run("--pairs", "gold.csv", "news.jsonl")
    assert done.returncode == 0
    told_more = done.stdout.partition("told more alike than labelled")[2]
    assert "  news.jsonl:1  news.jsonl:2\n" in told_more
    assert "labelled distinct (\\x1b[2J), told same_story" in " ".join(told_more.split())
    assert "told less alike than labelled" in done.stdout
    assert "\x1b" not in done.stdout
    assert "next: dedup compare news.jsonl:1 news.jsonl:2 --why" in done.stderr
    quiet = run("--pairs", "gold.csv", "news.jsonl", "--worst", "0", "-q")
    assert "told more" not in quiet.stdout
    assert quiet.stderr == ""


def test_the_sweep_is_shown_on_request(run):
    assert "0.95" not in run("--pairs", "gold.csv", "news.jsonl").stdout
    assert "\n0.95 " in run("--pairs", "gold.csv", "news.jsonl", "--sweep").stdout


@pytest.mark.parametrize(
    "pairs",
    [
        "a,b,same_story,\na,c,distinct,\n",
        "a,b,distinct,wrong\na,c,same_event,\nb,c,unsure,\n",
        "a,z,same_story,\n",
        "",
    ],
)
def test_json_is_valid_and_the_same_each_time(pairs, run):
    Path("gold.csv").write_text(HEADER + pairs)
    schema = json.loads(files("dedup.reports").joinpath("evaluation.schema.json").read_text())
    done = run("--pairs", "gold.csv", "news.jsonl", "--json")
    body = json.loads(done.stdout)
    jsonschema.Draft202012Validator(schema).validate(body)
    assert body["schema"] == "dedup.evaluation/1"
    assert body["tally"]["pairs"] + body["tally"]["unsure"] + body["tally"]["missing_pairs"] == (
        pairs.count("\n")
    )
    assert run("--pairs", "gold.csv", "news.jsonl", "--format", "json").stdout == done.stdout
    run("--pairs", "gold.csv", "news.jsonl", "--json", "-o", "out.json")
    assert Path("out.json").read_text() == done.stdout


def test_pairs_that_are_not_in_the_corpus_make_the_answer_incomplete(run):
    Path("gold.csv").write_text(HEADER + "a,b,same_story,\n" + "a,nobody,distinct,\n" * 2)
    done = run("--pairs", "gold.csv", "news.jsonl")
    assert done.returncode == 2
    assert "gold.csv: 2 pairs left out, the corpus has no article 'nobody' [E321]" in done.stderr
    Path("one.csv").write_text(HEADER + "a,nobody,same_story,\n")
    assert "1 pair left out" in run("--pairs", "one.csv", "news.jsonl").stderr
    assert "1 labelled pair in 3 articles; 2 left out" in done.stdout
    assert run("--pairs", "gold.csv", "news.jsonl", "--on-error", "skip").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["news.jsonl"], "Missing option '--pairs'"),
        (["--pairs", "nope.csv", "news.jsonl"], "nope.csv: no such file or directory [E320]"),
        (["--pairs", "bad.csv", "news.jsonl"], "bad.csv:2: unknown relation 'copy' [E320]"),
        (["--pairs", "-", "-"], "cannot be both"),
        (["--pairs", "gold.csv", "news.jsonl", "--worst", "-1"], "--worst"),
        (["--pairs", "gold.csv", "news.jsonl", "nope.jsonl"], "no such file or folder"),
    ],
)
def test_trouble_is_said_and_exits_2(arguments, told, run):
    Path("bad.csv").write_text(HEADER + "a,b,copy,\n")
    done = run(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_walk_does_not_take_the_labelled_pairs_for_articles(run):
    Path("gold.csv").rename("gold.txt")
    pair = {"left": "a", "right": "b", "relation": "same_story"}
    Path("gold.jsonl").write_text(json.dumps(pair) + "\n")
    Path("gold.txt").unlink()
    done = run("--pairs", "./gold.jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 labelled pair in 3 articles" in done.stdout


def test_labels_may_come_from_stdin():
    command = [sys.executable, "-m", "dedup", "eval", "--pairs", "-", "news.jsonl"]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, input=HEADER + "a,b,same_story,\n"
    )
    assert "1 labelled pair" in done.stdout


def test_settings_are_heeded(run):
    strict = run("--pairs", "gold.csv", "news.jsonl", "--threshold", "1", "--json")
    assert json.loads(strict.stdout)["settings"]["threshold"] == 1
    assert len(json.loads(strict.stdout)["misses"]) == 1


def test_help_leads_with_examples_and_imports_nothing_heavy():
    code = (
        "import sys; from dedup.cli.main import main; main(['eval', '-h']); "
        "print(sorted({'numpy', 'rapidfuzz'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stdout.index("Examples:") < done.stdout.index("Options:")
