"""The man page says what the help says, and a man reader takes it without complaint."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from dedup.cli.main import COMMANDS, dedup

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "dedup.1"


def test_U40_the_page_is_in_step_with_the_help():
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "build_man.py"), "--check"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_U40_every_command_and_option_stands_in_it():
    text = PAGE.read_text("utf-8").replace("\\-", "-")
    for name in COMMANDS:
        assert f"\n.SS dedup {name} " in text
        command = dedup.get_command(click.Context(dedup), name)
        options = [one for one in command.params if isinstance(one, click.Option)]
        for option in options:
            assert re.search(rf"^\.B .*{re.escape(option.opts[-1])}\b", text, re.M), option


@pytest.mark.skipif(not shutil.which("mandoc"), reason="needs mandoc")
def test_U40_mandoc_has_nothing_to_say_but_that_it_bears_no_date():
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", str(PAGE)],
        check=False,
        capture_output=True,
        text=True,
    )
    complaints = [line for line in done.stdout.splitlines() if "missing date" not in line]
    assert complaints == []


@pytest.mark.skipif(not shutil.which("man"), reason="needs man")
def test_U40_man_shows_it_without_a_warning():
    done = subprocess.run(
        ["man", "-l", "--warnings", str(PAGE)], check=True, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert "dedup scan" in done.stdout
