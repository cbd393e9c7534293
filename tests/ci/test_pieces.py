"""The action, the hook and the snippet: clean, dirty and broken corpora through their own steps."""

import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from .runner import BASH, ROOT, Job, action, install, plain_environment

PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
STORY = (ROOT / "samples" / "003_bridge.txt").read_text("utf-8")
OTHER = (ROOT / "samples" / "008_orchestra.txt").read_text("utf-8")
CORPORA = {"clean": 0, "dirty": 1, "broken": 2, "dirty and broken": 2, "empty": 2}


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A folder with ``samples/``, and the baseline of their clean state."""
    folder = tmp_path_factory.mktemp("clean") / "checkout"
    (folder / "samples").mkdir(parents=True)
    (folder / "samples" / "story.txt").write_text(STORY, "utf-8")
    (folder / "samples" / "other.txt").write_text(OTHER, "utf-8")
    assert run("dedup check samples --baseline .dedup-baseline.json --update-baseline", folder) == 0
    return folder


@pytest.fixture
def checkout(clean, tmp_path):
    """A checkout of it."""
    return shutil.copytree(clean, tmp_path / "checkout")


def put(kind, checkout):
    """Make the samples clean, dirty or broken."""
    samples = checkout / "samples"
    if "dirty" in kind:
        (samples / "zz.txt").write_text(f"{STORY.upper()}\nRead more", "utf-8")
    if "broken" in kind:
        (samples / "wire.jsonl").write_text('{"text": "One word."}\n{"text": ')
    if kind == "empty":
        shutil.rmtree(samples)
        samples.mkdir()


def run(script, checkout):
    """Run a script where ``dedup`` is on the path, as a runner of GitLab's or a hook would."""
    install(checkout.parent)
    environment = plain_environment()
    environment["PATH"] = f"{checkout.parent}/dedup/bin:{environment['PATH']}"
    return subprocess.run([*BASH, script], cwd=checkout, env=environment, check=False).returncode


# GitHub


@pytest.mark.parametrize(("kind", "code"), CORPORA.items())
def test_U37_the_action_ends_with_the_code_of_check(kind, code, checkout, tmp_path):
    put(kind, checkout)
    job = Job(checkout, tmp_path, path="samples", baseline=".dedup-baseline.json")
    assert job.code == code
    assert job.outputs["exit-code"] == str(code)
    if kind != "empty":
        assert job.outputs["passed"] == str(code == 0).lower()
        assert job.outputs["new"] == str(int("dirty" in kind))
        report = json.loads((checkout / job.outputs["sarif"]).read_text("utf-8"))
        assert len(report["runs"][0]["results"]) == int("dirty" in kind)
    assert ("::error title=dedup::No answer" in job.log) == (code == 2)
    assert ("no answer" in job.summary) == (code == 2)
    assert ("zz.txt" in job.summary) == ("dirty" in kind)


def test_the_action_without_an_answer_fails(checkout, tmp_path):
    job = Job(checkout, tmp_path, path="samples", baseline="missing.json")
    assert (job.code, job.outputs["passed"]) == (2, "")
    assert "[E601] (create it: dedup check samples --baseline missing.json" in job.log
    assert not (checkout / "dedup.sarif").exists()
    assert Job(checkout, tmp_path, path="samples\nelsewhere").code == 2


def test_the_last_step_fails_where_no_step_before_it_came_to_an_end():
    *_, last = action()["runs"]["steps"]
    assert last["if"] == "always()"
    for code in ("", "0", "1", "2", "137"):
        done = subprocess.run([*BASH, last["run"]], env={"CODE": code}, check=False)
        assert done.returncode == int(code or 2)


def test_the_action_takes_every_input_as_it_is(checkout, tmp_path):
    odd = "-odd $(touch pwned) `touch pwned`; touch pwned"
    os.rename(checkout / "samples", checkout / odd)
    shutil.copytree(checkout / odd, checkout / "known")
    told = {"path": odd, "sarif": "a b.sarif", "max_ratio": "50%", "max_new": "1"}
    assert Job(checkout, tmp_path, baseline=".dedup-baseline.json", **told).code == 0
    assert (checkout / "a b.sarif").exists()
    assert Job(checkout, tmp_path, against="known\n", **told).code == 1
    assert Job(checkout, tmp_path, path=odd, max_new="many").code == 2
    assert not (checkout / "pwned").exists()


def test_U28_no_name_in_the_log_is_an_order(checkout, tmp_path):
    samples = checkout / "samples"
    (samples / "::add-mask::e.txt").write_text(f"::error::pwned\n\n{STORY}", "utf-8")
    (samples / "::warning::x.txt").write_bytes(b"\xff\xfe\x00")
    os.chdir(samples)  # so that addresses begin with the names
    job = Job(samples, tmp_path)
    orders = [line for line in job.log.splitlines() if line.lstrip().startswith("::")]
    assert job.code == 2
    assert orders
    assert all(re.match(r"::(error|notice) (file=[^:,]+,line=\d+,)?title=", one) for one in orders)


def test_the_step_that_installs_makes_the_tool(tmp_path):
    """With this environment's packages instead of fresh ones, so that only the tool is built."""
    first = action()["runs"]["steps"][0]
    source = tmp_path / "source"
    leave_out = shutil.ignore_patterns(".*", "tests", "build", "*.egg-info")
    shutil.copytree(ROOT, source, ignore=leave_out)
    environment = plain_environment() | {
        "GITHUB_ACTION_PATH": str(source),
        "RUNNER_TEMP": str(tmp_path),
        "PIP_NO_DEPS": "1",
        "CC": "false",  # the native kernels are optional, and compiling them is tested elsewhere
    }
    done = subprocess.run(
        [*BASH, first["run"]], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode and "setuptools" in done.stderr:
        pytest.skip("no package index within reach")
    assert done.returncode == 0, done.stderr
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    told = subprocess.run(
        [tmp_path / "dedup" / "bin" / "dedup", "check", ROOT / "samples", "--max-new", "8"],
        env=environment | {"PYTHONPATH": packages},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr


# GitLab


def snippet(name):
    """A snippet of the page, by the comment that it begins with."""
    return yaml.safe_load(re.search(rf"```yaml\n# {re.escape(name)}\n(.*?)```", PAGE, re.S)[1])


@pytest.mark.parametrize(("kind", "code"), CORPORA.items())
def test_the_gitlab_job_ends_with_the_code_of_check(kind, code, checkout):
    put(kind, checkout)
    job = snippet(".gitlab-ci.yml")["dedup"]
    assert run("\n".join(job["script"]), checkout) == code
    reports = job["artifacts"]["reports"]
    assert job["artifacts"]["when"] == "always"
    if kind != "empty":
        issues = json.loads((checkout / reports["codequality"]).read_text("utf-8"))
        paths = [one["location"]["path"] for one in issues]
        assert ("samples/zz.txt" in paths) == ("dirty" in kind)
        suites = ElementTree.parse(checkout / reports["junit"]).getroot()
        assert suites.get("failures") == str(int("dirty" in kind))


# pre-commit


def hook(arguments):
    """The command that pre-commit runs: entry, arguments, and no names of files."""
    (told,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert told["pass_filenames"] is False
    assert told["require_serial"] is True
    assert told["language"] == "python"
    return shlex.join([*shlex.split(told["entry"]), *arguments])


@pytest.mark.parametrize(("kind", "code"), CORPORA.items())
def test_the_hook_ends_with_the_code_of_check(kind, code, checkout):
    put(kind, checkout)
    (repository,) = snippet(".pre-commit-config.yaml")["repos"]
    assert repository["hooks"][0]["id"] == "dedup"
    assert run(hook(repository["hooks"][0]["args"]), checkout) == code


@pytest.mark.parametrize(
    ("path", "concerned"),
    [
        ("samples/a.txt", True),
        ("a.jsonl.zst", True),
        (".dedup-baseline.json", True),
        ("dedup.toml", True),
        ("src/main.py", False),
        ("package.json", False),
    ],
)
def test_the_hook_runs_where_articles_or_the_policy_change(path, concerned):
    (told,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert bool(re.search(told["files"], path)) is concerned


def test_U36_a_copy_among_thousands_of_files_meets_its_original(tmp_path):
    chance = random.Random(36)
    letters = "abcdefghijklmnop"
    words = ["".join(chance.choices(letters, k=6)) for _ in range(5000)]
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for number in range(5000):
        Path(checkout, f"{number:04}.txt").write_text(" ".join(chance.choices(words, k=30)))
    assert run(hook([]), checkout) == 0
    copy = Path(checkout, "0000.txt").read_text().upper()
    Path(checkout, "4999.txt").write_text(f"Read more\n{copy}")
    assert run(hook([]), checkout) == 1
