"""``dedup report`` and ``--report``: many formats of one run, and of one that was saved."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dedup.cli.main import main
from dedup.reports import ENDINGS, REPORTS

ROOT = Path(__file__).parent.parent.parent
STORM = "::add-mask::e\nThe harbour of Ostrava Bay was closed on Monday after a storm. " * 3
GITHUB = ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder with one story told twice, and a file that cannot be read."""
    monkeypatch.chdir(tmp_path)
    for name in GITHUB:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text(STORM)
    (tmp_path / "news" / "b.txt").write_text(STORM.upper())
    (tmp_path / "bad.jsonl").write_text("{\n")
    return tmp_path


@pytest.fixture
def out(capfd):
    """Run, expect an exit code, and give stdout."""

    def running(code, *arguments):
        assert main(arguments) == code
        told, err = capfd.readouterr()
        assert "Traceback" not in err
        return told if code != 2 or told else err

    return running


@pytest.mark.parametrize("form", REPORTS)
def test_a_saved_result_reports_as_the_scan_itself(form, out):
    assert main(["scan", str(ROOT / "samples"), "bad.jsonl", "--json", "-o", "saved.json"]) == 2
    fresh = out(2, "scan", str(ROOT / "samples"), "bad.jsonl", "-q", "--format", form)
    assert out(0, "report", "saved.json", "--format", form) == fresh


def test_one_run_writes_many_reports(here, out):
    wanted = [f"--report={form}=out.{form}" for form in REPORTS]
    told = out(0, "scan", "news", *wanted, "-o", "-")
    assert (here / "out.text").read_text() == told
    for form in REPORTS:
        assert (here / f"out.{form}").read_bytes().decode() == out(
            0, "scan", "news", "-q", "--format", form
        )


def test_116_every_format_has_the_same_bytes_under_any_hash_seed_and_order(here):
    articles = [one for one in (ROOT / "samples").iterdir() if one.suffix != ".csv"]
    samples = sorted(map(str, articles))
    for seed, paths in (("0", samples), ("1", samples[::-1])):
        (here / seed).mkdir()
        wanted = [f"--report={form}={seed}/{form}" for form in REPORTS]
        subprocess.run(
            [sys.executable, "-m", "dedup", "scan", *paths, *wanted, "-q", "-o", f"{seed}/out"],
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
    for form in (*REPORTS, "out"):
        assert (here / "0" / form).read_bytes() == (here / "1" / form).read_bytes(), form


def test_the_end_of_the_name_tells_the_format(here, out):
    out(0, "scan", "news", "--json", "-o", "saved.json")
    for ending, form in ENDINGS.items():
        out(0, "report", "saved.json", "-o", f"out{ending}")
        assert (here / f"out{ending}").read_bytes().decode() == out(
            0, "report", "saved.json", "--format", form
        )
    assert ".sarif" in out(2, "report", "saved.json", "-o", "out.html")
    assert "no ending" in out(2, "report", "saved.json", "-o", "out")
    assert sorted(os.listdir(here)) == sorted(
        ["news", "bad.jsonl", "saved.json", *(f"out{ending}" for ending in ENDINGS)]
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scan", "news", "--report", "sarif"], "is not FORMAT=FILE"),
        (["scan", "news", "--report", "srif=x"], "Did you mean 'sarif'?"),
        (["scan", "news", "--report", "sarif=no/such/x"], "its folder does not exist"),
        (["scan", "news", "--report", "sarif=x", "--report", "json=./x"], "cannot both go to"),
        (["scan", "news", "--report", "json=-"], "cannot both go to -"),
        (["compare", "news/a.txt", "news/b.txt", "--format", "sarif"], "one of text, json"),
        (["compare", "news/a.txt", "news/b.txt", "--report", "junit=x"], "no format for a comp"),
        (["report", "nope.json"], "nope.json: no such file"),
        (["report", "bad.jsonl"], "bad.jsonl: not JSON"),
        (["report", "news"], "is a directory"),
        (["report", "saved.json", "--format", "html"], "is not one of"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(arguments, said, here, out):
    before = sorted(os.listdir(here))
    assert said in out(2, *arguments)
    assert sorted(os.listdir(here)) == before


def test_another_version_of_the_result_is_refused(here, out):
    (here / "later.json").write_text('{"schema": "dedup.result/2"}')
    assert 'later.json: is "dedup.result/2", not dedup.result/1' in out(2, "report", "later.json")


# On GitHub's runner


def test_U28_no_workflow_command_reaches_the_log(monkeypatch, out):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    order = re.compile(r"^\s*::|##\[", re.M)
    for arguments in (
        ["scan", "news"],
        ["scan", "news", "--format", "markdown"],
        ["scan", "news", "--format", "csv"],
        ["scan", "news", "--json"],
        ["compare", "news/a.txt", "news/b.txt", "--diff", "--why"],
    ):
        told = out(0, *arguments)
        assert "add-mask" in told.casefold()
        assert not order.search(told)
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert order.search(out(0, "compare", "news/a.txt", "news/b.txt", "--diff"))


def test_a_step_gets_its_summary_and_its_outputs(here, out, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    monkeypatch.setenv("GITHUB_OUTPUT", "outputs")
    (here / "summary.md").write_text("before\n")
    out(0, "scan", "news", "--format", "github")
    summary = (here / "summary.md").read_text()
    assert summary.startswith("before\n## dedup\n")
    assert "| `news/a.txt` |" in summary
    assert (here / "outputs").read_text() == "articles=2\nstories=1\nredundant=1\nskipped=0\n"
    out(0, "scan", "news", "--json")
    assert (here / "summary.md").read_text() == summary


def test_U29_a_summary_leaves_room_for_what_is_there(here, out, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    (here / "summary.md").write_bytes(b"x" * ((900 << 10) - 500))
    out(0, "scan", "news", "--report", "github=annotations")
    summary = (here / "summary.md").read_bytes()
    assert len(summary) <= 900 << 10
    assert b"1 row left out here" in summary


def test_a_summary_that_cannot_be_written_is_told_and_changes_no_answer(monkeypatch, capfd):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "no/such/summary.md")
    assert main(["scan", "news", "--format", "github"]) == 0
    assert "summary or outputs: no such file" in capfd.readouterr().err


def test_a_saved_gate_is_reported_too(here, out):
    out(0, "scan", "news", "--json", "-o", "saved.json")
    body = json.loads((here / "saved.json").read_text())
    copy = next(one for one in body["articles"] if not one["keep"])
    body["gate"] = {"passed": False, "why": "1 new", "new": [copy["id"]], "accepted": []}
    body["gate"] |= {"limits": [], "copied": [copy["copy_of"]]}
    (here / "saved.json").write_text(json.dumps(body))
    assert "failed: 1 new" in out(0, "report", "saved.json")
    assert "::error file=" in out(0, "report", "saved.json", "--format", "github")
