"""The command line: exit codes, streams, and that nothing ends with a traceback or a wrong 1."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from dedup import writing
from dedup.cli import progress
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


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A working folder with one story told twice, and one that is told once."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.txt").write_text(STORM)
    (news / "b.txt").write_text("Weather\n\n" + STORM + "\n\nRead more")
    (news / "c.txt").write_text(BAKERY)
    return tmp_path


@pytest.fixture
def run(capfd):
    """Run the tool in this process, and give what it left behind."""

    def running(*arguments):
        code = main(arguments)
        out, err = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, code, out, err)

    return running


def spawn(*arguments, **how):
    """Run the tool in a process of its own."""
    command = [sys.executable, "-m", "dedup", *arguments]
    how = {"capture_output": True, "text": True, "timeout": 60} | how
    return subprocess.run(command, check=False, **how)


def shell(line):
    """Run a shell line; ``dedup`` stands for the tool."""
    line = f'dedup() {{ "{sys.executable}" -m dedup "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", line], check=False, capture_output=True, text=True, timeout=60
    )


# Exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 0),
        (["-h"], 0),
        (["--version"], 0),
        (["scan", "--help"], 0),
        (["help", "scan"], 0),
        (["help", "nothing"], 2),
        (["scna"], 2),
        (["scan", "--treshold", "1"], 2),
        (["scan", "--threshold", "7"], 2),
        (["scan", "--threshold", "nan"], 2),
        (["scan", "--unit", "word:0"], 2),
        (["scan", "--candidates", "magic"], 2),
        (["scan", "--on-error", "ignore"], 2),
        (["scan", "--format", "xml"], 2),
        (["scan", "-o", "no/such/folder/x.json"], 2),
        (["scan", "-o", "news"], 2),
        (["scan"], 0),
        (["scan", "news", "nope"], 2),
        (["scan", "news", "nope", "--on-error", "skip"], 0),
        (["scan", "news", "nope", "--on-error", "stop"], 2),
        (["compare", "news/a.txt"], 2),
        (["compare", "news/a.txt", "nope"], 2),
        (["compare", "news/a.txt", "news"], 2),
        (["compare", "news/a.txt", "news/b.txt"], 0),
        (["compare", "news/a.txt", "news/b.txt", "--exit-code"], 1),
        (["compare", "news/a.txt", "news/c.txt", "--exit-code"], 0),
        (["compare", "news/a.txt", "news/b.txt", "--exit-code", "-o", "news"], 2),
    ],
)
def test_every_ending_has_its_exit_code(arguments, code, capfd):
    assert main(arguments) == code
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    if code == 2 and "nope" not in arguments:
        assert out == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["scna"], "Did you mean 'scan'?"),
        (["scan", "--treshold", "1"], "Did you mean '--threshold'?"),
        (["scan", "--format", "xml"], "'text', 'json'"),
        (["scan", "--threshold", "7"], "between 0"),
        (["scan", "--unit", "x"], "word:N"),
        (["scan", "--candidates", "magic"], "lsh,passage,terms"),
        (["scan", "http://host/x"], "the network is never used"),
        (["compare", "news", "news/a.txt"], "such as news/a.txt"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(arguments, told, capfd):
    assert main(arguments) == 2
    assert told in capfd.readouterr().err


# Streams


def test_U8_U9_stdout_that_closes_early_is_no_fault():
    for line, code in (
        ("dedup scan news | true", 0),
        ("dedup scan news nope | true", 2),
        ("dedup --help | true", 0),
        ("dedup compare news/a.txt news/b.txt --exit-code | true", 1),
    ):
        done = shell(f"{line}; exit ${{PIPESTATUS[0]}}")
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), line


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("to", [">/dev/full", ">&-", "-o /dev/full"])
def test_107_stdout_that_takes_nothing_is_trouble(to):
    done = shell(f"dedup scan news {to}")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "[E400]" in done.stderr


def test_stderr_may_be_closed():
    assert shell("dedup scan news nope 2>&-").returncode == 2
    assert shell("dedup scan news 2>/dev/full").returncode == 0


def test_the_result_goes_to_stdout_and_all_else_to_stderr(run):
    done = run("scan", "news", "nope")
    assert done.stdout.startswith("story 1")
    assert "nope: no such file or folder [E303]" in done.stderr
    assert "next: dedup compare news/a.txt news/b.txt --why" in done.stderr
    assert run("scan", "news", "-q").stderr == ""
    assert "note: " in run("scan", "news", "-v").stderr


def test_the_next_command_reads_and_judges_as_this_one_did(here, run):
    lines = [json.dumps({"body2": STORM}) + "\n"] * 2
    (here / "odd.jsonl").write_text("".join(lines))
    asked = ["--text-field", "body2", "--limit", "id_bytes=99", "--no-furniture", "--no-config"]
    for command in ("scan", "check"):
        done = run(command, "odd.jsonl", *asked, "-j1", "--progress", "never")
        [line] = re.findall("^next: dedup (.+)$", done.stderr, re.M)
        assert set(asked) < set(line.split())
        assert "-j" not in line
        assert run(*shlex.split(line)).stdout.startswith("same story: the same text")
    assert "next:" not in shell("dedup scan --text-field body2 - < odd.jsonl 2>&1").stdout


def test_U6_json_is_valid_with_and_without_findings_and_with_errors(here, run):
    schema = json.loads(files("dedup.reports").joinpath("result.schema.json").read_text())
    (here / "empty").mkdir()
    for arguments in (["empty"], ["news"], ["news", "nope"]):
        done = run("scan", *arguments, "--json")
        jsonschema.validate(json.loads(done.stdout), schema)
    again = run("scan", "--format", "json", "nope", "news/c.txt", "news", "nope")
    assert again.stdout == done.stdout


def test_the_same_error_many_times_is_told_a_few_times(run):
    Path("bad.jsonl").write_text('{"text": "fine"}\n' + "{\n" * 1000)
    done = run("scan", "bad.jsonl")
    assert done.stderr.count("JSON ends early") == 5
    assert "and 995 more of this kind [E301]" in done.stderr


def test_an_empty_corpus_is_no_articles(here, run):
    (here / "empty").mkdir()
    done = run("scan", "empty")
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 articles\n", "")


def test_U19_U20_options_mean_the_same_before_and_after_the_paths(run):
    before = run("scan", "--json", "--seed", "7", "news")
    assert before.stdout == run("scan", "news", "--seed", "7", "--json").stdout
    Path("-rf.txt").write_text("x")
    assert "1 article," in run("scan", "--", "-rf.txt").stdout


def test_stdin_is_read_where_it_is_asked_for():
    records = "".join(json.dumps({"text": text}) + "\n" for text in (STORM, STORM, BAKERY))
    assert "-:1" in spawn("scan", "-", input=records).stdout
    done = spawn("compare", "-", "news/a.txt", input=STORM.upper())
    assert done.stdout.startswith("same story: the same text")


@pytest.mark.parametrize(
    ("environment", "flags", "colored"),
    [
        ({}, [], False),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
        ({"FORCE_COLOR": "1"}, ["--json"], False),
    ],
)
def test_U7_colours_are_for_those_who_want_them(environment, flags, colored, run, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = run("scan", "news", *flags)
    assert ("\x1b[" in done.stdout) == colored
    assert "\x1b[" not in done.stderr


def test_U39_odd_names_under_an_odd_locale_are_shown_and_kept():
    Path(os.fsdecode(b"news/\xff\x1b]0;pwn\x07.txt")).write_text(STORM)
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    told = spawn("scan", "news", env=environment)
    assert told.returncode == 0
    assert "\\x1b]0;pwn\\x07" in told.stdout
    assert "\x1b" not in told.stdout + told.stderr
    body = json.loads(spawn("scan", "news", "--json", env=environment).stdout)
    addresses = [os.fsencode(article["address"]) for article in body["articles"]]
    assert b"news/\xff\x1b]0;pwn\x07.txt" in addresses


# Files


def test_a_file_is_replaced_whole_and_keeps_its_mode_and_its_links(here):
    target = here / "out.json"
    target.write_text("old")
    target.chmod(0o640)
    (here / "link.json").symlink_to("out.json")
    assert main(["scan", "news", "--json", "-o", "link.json"]) == 0
    assert json.loads(target.read_text())["schema"] == "dedup.result/1"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert (here / "link.json").is_symlink()
    assert sorted(os.listdir(here)) == ["link.json", "news", "out.json"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(here, monkeypatch):
    (here / "out.txt").write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(writing.OutputError, match=r"out\.txt: no space left on device \[E400\]"):
        writing.write("out.txt", b"new")
    assert (here / "out.txt").read_text() == "old"
    assert sorted(os.listdir(here)) == ["news", "out.txt"]


def test_progress_is_told_on_stderr_and_only_where_it_is_wanted(run, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0)
    plain = run("scan", "news", "--json", "--progress", "never")
    told = run("scan", "news", "--json")
    assert (plain.stderr, told.stdout) == ("", plain.stdout)
    assert "read articles: 0" in told.stderr
    assert "\r" not in told.stderr
    assert run("scan", "news", "--json", "-q").stderr == ""
