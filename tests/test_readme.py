"""README and docs show what the program prints: each ``console`` block is run and compared.

``python tests/test_readme.py --write`` puts the present output in.
"""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = (README, ROOT / "docs" / "configuration.md")
CONSOLE = re.compile(r"^```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)^```$", re.M | re.S)
CODE = re.compile(r"\b[EW][0-9]{3}\b")
INSTALL = re.compile(r"^python3 -m venv \.venv && [^\n]+$", re.M)


def printed(command):
    """Run a command of the README from the project's folder, and give its stdout."""
    name, *arguments = shlex.split(command)
    assert name == "dedup"
    where = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "FORCE_COLOR"}}
    done = subprocess.run(
        [sys.executable, "-m", "dedup", *arguments],
        cwd=ROOT,
        env=where,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def write():
    """Put what the program prints today into every block."""

    def fresh(block):
        return f"```console\n$ {block['command']}\n{printed(block['command'])}```"

    for page in PAGES:
        page.write_text(CONSOLE.sub(fresh, page.read_text("utf-8")), "utf-8")


def shown():
    """Give each command of a page with the output that stands below it."""
    texts = [page.read_text("utf-8") for page in PAGES]
    return [(m["command"], m["output"]) for text in texts for m in CONSOLE.finditer(text)]


@pytest.mark.parametrize(("command", "output"), shown())
def test_a_console_block_is_what_the_program_prints(command, output):
    assert printed(command) == output, "python tests/test_readme.py --write"


def test_there_are_blocks_to_check():
    assert len(shown()) >= 3


def test_the_python_example_runs():
    failed, tried = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
    assert tried
    assert not failed


def test_ci_finds_the_two_commands():
    commands = INSTALL.findall(README.read_text("utf-8"))
    assert len(commands) == 2
    assert commands[0].endswith(".venv/bin/dedup scan samples/")
    assert commands[1].endswith("-m pytest")


def test_links_lead_somewhere():
    pages = [README, ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_code_is_explained():
    page = (ROOT / "docs" / "reading.md").read_text("utf-8")
    tables = " ".join(line.split("|")[1] for line in page.splitlines() if line.startswith("|"))
    used = {
        code
        for file in ROOT.glob("dedup/**/*.py")
        for code in CODE.findall(file.read_text("utf-8"))
    }
    assert used == set(CODE.findall(tables))


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    write()
