"""The habits of a good command-line tool: help, examples, suggestions, completion, odd screens."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import click
import pytest

from dedup.cli.main import COMMANDS, dedup, main
from dedup.reports.screen import cells

ROOT = Path(__file__).parent.parent.parent
SAMPLES = ROOT / "samples"
HEAVY = {"numpy", "scipy", "datasketch", "rapidfuzz", "jsonschema", "tomli"}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder with what the examples of the help speak of."""
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith(("GITHUB_", "DEDUP_", "NO_COLOR", "FORCE_COLOR", "COLUMNS")):
            monkeypatch.delenv(name)
    shutil.copytree(SAMPLES, tmp_path / "samples")
    shutil.copytree(SAMPLES, tmp_path / "news")
    shutil.copy(SAMPLES / "000_sea_wall_print.txt", "left.txt")
    shutil.copy(SAMPLES / "001_sea_wall_web.txt", "right.txt")
    records = [json.loads(line) for line in (SAMPLES / "wire.jsonl").read_text().splitlines()]
    for one in records:
        one["body"] = one["text"]
    (tmp_path / "news.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    gold = [("fire-0712", "fire-1345", "same_story"), ("fish-0602", "fish-0605", "related")]
    (tmp_path / "gold.csv").write_text(
        "left,right,relation\n" + "".join(f"{','.join(one)}\n" for one in gold)
    )
    (tmp_path / "gold.jsonl").write_text(
        "".join(
            json.dumps(dict(zip(("left", "right", "relation"), one, strict=True))) + "\n"
            for one in gold
        )
    )
    shutil.copytree(SAMPLES, tmp_path / "inbox")
    shutil.copy("news.jsonl", "archive.jsonl")
    assert main(["scan", "samples", "--json", "-q", "-o", "result.json"]) == 0
    accepting = ["--baseline", ".dedup-baseline.json", "--update-baseline"]
    assert main(["check", "news", *accepting, "-q", "-o", os.devnull]) == 0
    return tmp_path


def shell(line, **how):
    """Run a shell line; ``dedup`` stands for the tool."""
    line = f'dedup() {{ "{sys.executable}" -m dedup "$@"; }}; {line}'
    how = {"capture_output": True, "text": True, "timeout": 60} | how
    return subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], check=False, **how)


def help_of(name):
    """The help of a command, or of the tool itself, as it is printed."""
    outer = click.Context(dedup, info_name="dedup", **dedup.context_settings)
    if not name:
        return outer.get_help()
    return click.Context(dedup.get_command(outer, name), outer, name).get_help()


def examples():
    """Every example of every help, with the command whose help it stands in."""
    found = []
    for name in ("", *COMMANDS):
        part = re.search(r"Examples:\n(.*?)\n\n", help_of(name), re.S)
        found += [(name, line.strip()) for line in part[1].splitlines()] if part else []
    return found


# Help


@pytest.mark.parametrize(
    "arguments",
    [[], ["-h"], ["--help"], ["help"], *([name, "-h"] for name in COMMANDS),
     *(["help", name] for name in COMMANDS)],
    ids=" ".join,
)  # fmt: skip
def test_U1_help_is_everywhere_and_ends_well(arguments, capfd):
    assert main(arguments) == 0
    out, err = capfd.readouterr()
    assert out.startswith("Usage: dedup")
    assert out.index("Examples:") < out.index("Options:")
    assert err == ""


def test_U2_the_version_is_one_line(capfd):
    for flag in ("--version", "-V"):
        assert main([flag]) == 0
        assert re.fullmatch(r"dedup \d+\.\d+\.\d+\n", capfd.readouterr().out)


def test_U2_nothing_heavy_is_imported_for_it():
    code = (
        "import sys; from dedup.cli.main import main\n"
        "for arguments in sys.argv[1:]: assert main(arguments.split()) == 0\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    asked = ["--version", "--help", "help", *(f"{name} -h" for name in COMMANDS)]
    done = subprocess.run(
        [sys.executable, "-c", code, *asked], check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_U2_the_version_imports_no_command():
    code = (
        "import sys; from dedup.cli.main import main; main(['--version']); "
        "print(sorted(name for name in sys.modules if name.startswith('dedup.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    ours = ["dedup.cli", "dedup.cli.main", "dedup.cli.streams", "dedup.errors", "dedup.version"]
    assert done.stdout.splitlines()[-1] == str(ours)


def test_every_help_has_three_examples_and_says_how_it_ends():
    for name in COMMANDS:
        assert len([one for one in examples() if one[0] == name]) >= 3, name
        assert re.search(r"\n  Exit: 0 ", help_of(name)), name


@pytest.mark.parametrize(("name", "line"), examples(), ids=lambda part: part or "dedup")
def test_U4_every_example_runs(name, line):
    assert line.split("|")[-1].strip().startswith(("dedup", "cat")), name
    words = shlex.split(line)
    alone = words[0] == "dedup" and not {"|", ">"} & set(words)
    code = main(words[1:]) if alone else shell(line).returncode
    assert code in ({0, 1} if name == "check" else {0})


# Suggestions


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["scna"], "Did you mean 'scan'?"),
        (["help", "comparre"], "Did you mean 'compare'?"),
        (["scan", "--treshold", "1"], "Did you mean '--threshold'?"),
        (["scan", "--format", "jsno"], "Did you mean 'json'?"),
        (["scan", "--on-error", "stopp"], "Did you mean 'stop'?"),
        (["scan", "--color", "alway"], "Did you mean 'always'?"),
        (["scan", "--report", "markdwon=x"], "Did you mean 'markdown'?"),
        (["report", "result.json", "--format", "sarf"], "Did you mean 'sarif'?"),
    ],
)
def test_U3_a_slip_of_the_finger_gets_a_suggestion(arguments, told, capfd):
    assert main(arguments) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert told in err


# Streams and screens


def test_U5_no_escape_and_no_return_reaches_a_file():
    done = shell("dedup scan samples >/dev/null")
    assert done.returncode == 0
    assert not re.search("[\x1b\r]", done.stderr)


@pytest.mark.skipif(not shutil.which("script"), reason="needs script(1)")
@pytest.mark.parametrize(
    ("before", "flags", "colored"),
    [
        ("TERM=xterm", "", True),
        ("TERM=dumb", "", False),
        ("TERM=xterm NO_COLOR=1", "", False),
        ("TERM=xterm NO_COLOR=1 FORCE_COLOR=1", "", False),
        ("TERM=dumb FORCE_COLOR=1", "", True),
        ("TERM=xterm", "--color never", False),
        ("TERM=dumb NO_COLOR=1", "--color always", True),
        ("TERM=xterm DEDUP_COLOR=never", "", False),
    ],
)
def test_U7_colours_on_a_terminal(before, flags, colored):
    line = f"{before} {sys.executable} -m dedup report result.json {flags}"
    done = subprocess.run(
        ["script", "-qec", line, "/dev/null"],
        check=True, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert ("\x1b[" in done.stdout) == colored


def test_U19_options_may_stand_anywhere(capfd):
    orders = (["scan", "samples", "-q", "--json"], ["scan", "--json", "samples", "-q"])
    told = [main(order) == 0 and capfd.readouterr().out for order in orders]
    assert told[0] == told[1]


def test_U20_after_two_dashes_everything_is_a_path(capfd):
    Path("-rf.txt").write_text("A few words.")
    assert main(["scan", "--", "-rf.txt"]) == 0
    assert "1 article" in capfd.readouterr().out


@pytest.mark.skipif(not shutil.which("script"), reason="needs script(1)")
def test_U21_a_scan_does_not_wait_for_the_keyboard():
    line = f"cd samples; {sys.executable} -m dedup scan -q"
    done = subprocess.run(
        ["script", "-qec", line, "/dev/null"], check=True, capture_output=True, timeout=60
    )
    assert b"articles" in done.stdout


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_U38_wide_and_right_to_left_text_keeps_its_columns(columns, monkeypatch, capfd):
    monkeypatch.setenv("COLUMNS", columns)
    assert main(["scan", "samples"]) == 0
    out = capfd.readouterr().out
    for line in out.splitlines():
        if line.startswith("story"):
            assert cells(line) <= max(int(columns), 40)
    for block in out.split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith(("  keep", "  copy"))]
        starts = {cells(row[: row.rindex("  ", 0, row.index(" words") if " words" in row else
                  row.index(": "))]) for row in rows}  # fmt: skip
        assert len(starts) <= 1
    assert any(unicodedata.east_asian_width(char) == "W" for char in out)
    assert main(["compare", "left.txt", "right.txt", "--diff", "--why"]) == 0


def test_U39_names_and_texts_survive_a_poor_locale(here):
    name = "новости.txt"
    (here / "odd").mkdir()
    (here / "odd" / name).write_text("Порт закрыт из-за шторма.", "utf-8")
    (here / "odd" / os.fsdecode(b"\xff.txt")).write_text("Nothing of note.")
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = shell("dedup scan odd --json", env=environment, text=False)
    assert (done.returncode, done.stderr) == (0, b"")
    body = json.loads(done.stdout)
    assert {os.fsencode(one["address"]) for one in body["articles"]} == {
        f"odd/{name}".encode(),
        b"odd/\xff.txt",
    }


@pytest.mark.parametrize("environment", [{}, {"TMPDIR": "/no/such", "HOME": "/no/such"}])
def test_110_118_it_needs_no_home_and_no_place_for_temporary_files(environment, here):
    tool = [sys.executable, "-m", "dedup", "scan", "samples", "-q", "--json", "-o", "again.json"]
    subprocess.run(tool, env=environment, check=True, capture_output=True)
    assert (here / "again.json").read_bytes() == (here / "result.json").read_bytes()


def test_one_input_is_not_read_twice_from_stdin(capfd):
    assert main(["eval", "--pairs", "-", "-"]) == 2
    assert "stdin cannot be both" in capfd.readouterr().err


# Completion and the man page


def completed(words, at, shell="bash"):
    """What a shell would offer."""
    environment = os.environ | {
        "_DEDUP_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(at) if shell != "fish" else words.split()[-1],
    }
    done = subprocess.run(
        [sys.executable, "-m", "dedup"], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize(
    ("words", "at", "offered"),
    [
        ("dedup ", 1, set(COMMANDS)),
        ("dedup sc", 1, {"scan"}),
        ("dedup scan --thr", 2, {"--threshold"}),
        ("dedup scan --format ma", 3, {"markdown"}),
        ("dedup scan --on-error s", 3, {"stop", "skip"}),
        ("dedup completion ", 2, {"bash", "zsh", "fish"}),
        ("dedup nothing --x", 2, set()),
    ],
)
def test_U40_commands_options_and_values_are_completed(words, at, offered):
    told = {line.partition(",")[2] for line in completed(words, at).splitlines() if line}
    assert told == offered


@pytest.mark.parametrize("words", ["dedup scan le", "dedup compare le", "dedup report le"])
def test_U40_files_are_completed(words):
    assert completed(words, 2) == "file,le\n"


def test_U40_a_broken_configuration_does_not_break_completion(here):
    (here / "dedup.toml").write_text("broken")
    assert "plain,--threshold" in completed("dedup scan --thr", 2)


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_U40_each_shell_takes_its_script(name, here, capfd):
    assert main(["completion", name]) == 0
    script = capfd.readouterr().out
    assert "_DEDUP_COMPLETE" in script
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    (here / "script").write_text(script)
    subprocess.run([name, "-n", "script"], check=True)


def test_U40_bash_completes_in_earnest(here, capfd):
    assert main(["completion", "bash"]) == 0
    (here / "dedup").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dedup "$@"\n')
    (here / "dedup").chmod(0o755)
    (here / "script").write_text(capfd.readouterr().out)
    line = "source ./script; COMP_WORDS=(./dedup scan --thr); COMP_CWORD=2; "
    line += "_dedup_completion ./dedup; echo ${COMPREPLY[@]}"
    done = subprocess.run(["bash", "-c", line], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["--threshold"]
