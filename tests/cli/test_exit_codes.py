"""The exit-code table: every command in every kind of trouble, one row to a command.

A command that is added gets its rows here: how it is called on a corpus that is clean, dirty or
partly unreadable, and the function of the pipeline that does its work.
"""

import errno
import json
import os
import signal
import subprocess
import sys
from typing import NamedTuple

import pytest

from dedup import evaluate, pipeline
from dedup.cli.main import COMMANDS, main
from dedup.reports import saved

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


class Row(NamedTuple):
    """One command: its arguments for each kind of corpus, and what it answers on a dirty one."""

    name: str
    clean: tuple[str, ...]
    dirty: tuple[str, ...]
    unreadable: tuple[str, ...]
    heart: tuple[object, str]
    """Module and name of the function that does the work, to be broken."""
    says_no: bool = False
    """Whether a dirty corpus is answered with 1."""
    configured: bool = True
    """Whether it heeds a configuration file."""


ROWS = (
    Row(
        "scan",
        clean=("scan", "clean"),
        dirty=("scan", "dirty"),
        unreadable=("scan", "dirty", "bad.jsonl"),
        heart=(pipeline, "deduplicate"),
    ),
    Row(
        "compare",
        clean=("compare", "dirty/a.txt", "clean/b.txt", "--exit-code"),
        dirty=("compare", "dirty/a.txt", "dirty/b.txt", "--exit-code"),
        unreadable=("compare", "dirty/a.txt", "bad.jsonl:1", "--exit-code"),
        heart=(pipeline, "compare"),
        says_no=True,
    ),
    Row(
        "clean",
        clean=("clean", "clean/b.txt"),
        dirty=("clean", "dirty.jsonl"),
        unreadable=("clean", "dirty.jsonl", "bad.jsonl"),
        heart=(pipeline, "deduplicate"),
    ),
    Row(
        "check",
        clean=("check", "clean"),
        dirty=("check", "dirty"),
        unreadable=("check", "dirty", "bad.jsonl"),
        heart=(pipeline, "deduplicate"),
        says_no=True,
    ),
    Row(
        "eval",
        clean=("eval", "--pairs", "gold.csv", "clean", "dirty"),
        dirty=("eval", "--pairs", "gold.csv", "dirty", "clean"),
        unreadable=("eval", "--pairs", "gold.csv", "dirty", "clean", "bad.jsonl"),
        heart=(evaluate, "evaluate"),
    ),
    Row(
        "report",
        clean=("report", "clean.json"),
        dirty=("report", "dirty.json"),
        unreadable=("report", "bad.jsonl"),
        heart=(saved, "parse"),
        configured=False,
    ),
)
BY_NAME = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
PROCESS = {"timeout": 60, "capture_output": True, "text": True, "check": False}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, capfd):
    """Corpora of each kind, and what commands need beside them."""
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith(("GITHUB_", "DEDUP_")):
            monkeypatch.delenv(name)
    (tmp_path / "clean").mkdir()
    (tmp_path / "dirty").mkdir()
    (tmp_path / "clean" / "b.txt").write_text(BAKERY)
    (tmp_path / "dirty" / "a.txt").write_text(STORM)
    (tmp_path / "dirty" / "b.txt").write_text("Weather\n\n" + STORM + "\n\nRead more")
    (tmp_path / "bad.jsonl").write_text('{"text": "cut')
    records = [{"text": STORM}, {"text": "Weather\n\n" + STORM + "\n\nRead more"}]
    (tmp_path / "dirty.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    (tmp_path / "gold.csv").write_text(
        "left,right,relation\ndirty/a.txt,dirty/b.txt,same_story\ndirty/a.txt,clean/b.txt,distinct\n"
    )
    for name in ("clean", "dirty"):
        assert main(["scan", name, "--json", "-o", f"{name}.json"]) == 0
    capfd.readouterr()
    return tmp_path


def test_every_command_has_its_row():
    others = {"help", "completion"}
    mine = {row.name for row in ROWS}
    tested_elsewhere = {"index"}
    assert set(COMMANDS) - others - tested_elsewhere == mine


@BY_NAME
def test_U12_clean_dirty_and_unreadable(row, capfd):
    assert main(row.clean) == 0
    assert main(row.dirty) == (1 if row.says_no else 0)
    assert main(row.unreadable) == 2
    err = capfd.readouterr().err
    assert "bad.jsonl" in err
    assert "Traceback" not in err


@BY_NAME
def test_U12_a_bad_configuration_is_trouble(row, here, capfd):
    (here / "dedup.toml").write_text("treshold = 1\n")
    assert main(row.dirty) == (2 if row.configured else 0)
    assert ("dedup.toml:1" in capfd.readouterr().err) == row.configured


@BY_NAME
def test_a_bad_option_is_trouble(row, capfd):
    assert main([*row.dirty, "--no-such-option"]) == 2
    assert capfd.readouterr().out == ""


@BY_NAME
def test_U10_a_crash_is_trouble_in_one_line(row, monkeypatch, capfd):
    def broken(*_, **__):
        raise ZeroDivisionError("first\nsecond \x1b[2J")

    monkeypatch.setattr(*row.heart, broken)
    assert main(row.dirty) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "internal error: ZeroDivisionError: first second \\x1b[2J [E900]" in err
    assert main([*row.dirty, "--debug"]) == 2
    assert "Traceback" in capfd.readouterr().err


@BY_NAME
@pytest.mark.parametrize("error", [RecursionError, MemoryError, AssertionError, OSError(5, "x")])
def test_any_other_crash_is_trouble_too(row, error, monkeypatch):
    def broken(*_, **__):
        raise error

    monkeypatch.setattr(*row.heart, broken)
    assert main(row.dirty) == 2


@BY_NAME
@pytest.mark.parametrize("error", [MemoryError("4 MiB"), OSError(errno.ENOMEM, "no memory")])
def test_memory_that_is_not_given_is_no_error_of_ours(row, error, monkeypatch, capfd):
    def starved(*_, **__):
        raise error

    monkeypatch.setattr(*row.heart, starved)
    assert main(row.dirty) == 2
    told = "out of memory [E420] (a lower --memory keeps more on disk; -j 1 works on less)"
    assert capfd.readouterr().err == f"dedup: {told}\n"


@BY_NAME
def test_111_interruptions_have_codes_of_their_own(row, monkeypatch, capfd):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(*row.heart, interrupted)
    assert main(row.dirty) == 130
    monkeypatch.setattr(*row.heart, lambda *_, **__: os.kill(os.getpid(), signal.SIGTERM))
    assert main(row.dirty) == 143
    assert "Traceback" not in capfd.readouterr().err


@BY_NAME
def test_U8_U9_a_reader_that_goes_away_changes_no_answer(row):
    tool = f"'{sys.executable}' -m dedup {' '.join(row.dirty)}"
    done = subprocess.run(["bash", "-c", f"{tool} | true; exit ${{PIPESTATUS[0]}}"], **PROCESS)
    assert done.returncode == int(row.says_no)
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@BY_NAME
def test_107_108_a_full_disk_is_trouble(row, capfd):
    assert main([*row.dirty, "-o", "/dev/full", *_format(row)]) == 2
    assert "no space left on device [E400]" in capfd.readouterr().err
    tool = [sys.executable, "-m", "dedup", *row.dirty]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            tool, stdout=full, stderr=subprocess.PIPE, timeout=60, text=True, check=False
        )
    assert done.returncode == 2
    assert "[E400]" in done.stderr


@BY_NAME
def test_109_an_output_that_cannot_be_is_told_before_any_work(row, here, monkeypatch):
    def worked(*_, **__):
        raise AssertionError

    monkeypatch.setattr(*row.heart, worked)
    for output in ("no/such/folder/x", "clean", ""):
        assert main([*row.dirty, "-o", output, *_format(row)]) == 2
    assert not (here / "no").exists()


def _format(row):
    """``report`` takes the format from the output's name unless it is told."""
    return ["--format", "json"] if row.name == "report" else []


def test_U11_ctrl_c_ends_a_scan_at_once_and_leaves_nothing(here):
    os.mkfifo(here / "slow.jsonl")
    tool = [sys.executable, "-m", "dedup", "scan", "slow.jsonl", "--json", "-o", "out.json"]
    with (
        subprocess.Popen(tool, stderr=subprocess.PIPE, text=True) as running,
        open("slow.jsonl", "w") as feed,  # opens once the scan reads
    ):
        feed.write('{"text": "a few words"}\n' * 100)
        feed.flush()
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert err == "dedup: interrupted\n"
    assert not [name for name in os.listdir(here) if name.startswith((".dedup", "out"))]
