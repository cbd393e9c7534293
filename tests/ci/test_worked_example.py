"""The README's worked example: a repository, its baseline and workflow, and two pull requests.

``python -m tests.ci.test_worked_example`` puts the present output into the README.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml

from .runner import BASH, ROOT, Job, install, plain_environment

README = ROOT / "README.md"
SECTION = re.compile(r"^## As a gate in CI\n(.*?)^## ", re.M | re.S)
SESSION = re.compile(
    r"^```shell-session\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)^```$", re.M | re.S
)
WORKFLOW = re.compile(r"^```yaml\n(# \.github/workflows/dedup\.yml\n.*?)^```$", re.M | re.S)
RELATED = ROOT / "samples" / "002_sea_wall_other_outlet.txt"
REPRINT = ROOT / "docs" / "worked-example" / "022_orchestra_reprint.txt"
PULL_REQUESTS = {"reprint": (REPRINT, 1), "related": (RELATED, 0)}


def section():
    """The part of the README that holds the example."""
    return SECTION.search(README.read_text("utf-8"))[1]


def git(repository, *arguments):
    """Run git as nobody in particular."""
    who = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *arguments], cwd=repository, check=True, capture_output=True)


def terminal(command, repository, temporary):
    """What a person sees who types a command."""
    environment = plain_environment()
    environment["PATH"] = f"{temporary}/dedup/bin:{environment['PATH']}"
    done = subprocess.run(
        [*BASH[:3], "-c", command], cwd=repository, env=environment, capture_output=True, check=True
    )
    return done.stdout.decode()


def build(repository, temporary):
    """The repository with its baseline and workflow on main, and a branch to a pull request.

    Gives what the three commands of the README print, in their order.
    """
    install(temporary)
    leave_out = shutil.ignore_patterns(RELATED.name)
    shutil.copytree(ROOT / "samples", repository / "samples", ignore=leave_out)
    workflow = repository / ".github" / "workflows" / "dedup.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(WORKFLOW.search(section())[1], "utf-8")
    commands = [found["command"] for found in SESSION.finditer(section())]
    printed = [terminal(commands[0], repository, temporary)]
    git(repository, "init")
    git(repository, "add", "--all")
    git(repository, "commit", "-m", "samples, baseline, workflow")
    for (branch, (added, _)), command in zip(PULL_REQUESTS.items(), commands[1:], strict=True):
        git(repository, "switch", "-c", branch, "main")
        shutil.copy(added, repository / "samples")
        git(repository, "add", "--all")
        git(repository, "commit", "-m", branch)
        printed.append(terminal(command, repository, temporary))
    return printed


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The repository, and what its commands print."""
    repository = tmp_path_factory.mktemp("repository")
    return repository, build(repository, tmp_path_factory.mktemp("tools"))


def test_the_sessions_are_what_the_program_prints(example):
    shown = [found["output"] for found in SESSION.finditer(section())]
    assert shown == example[1], "python -m tests.ci.test_worked_example"


@pytest.mark.parametrize("branch", PULL_REQUESTS)
def test_U37_a_reprint_fails_and_a_related_report_passes(branch, example, tmp_path):
    git(example[0], "switch", branch)
    git(example[0], "clean", "-fd")
    workflow = yaml.safe_load((example[0] / ".github/workflows/dedup.yml").read_text("utf-8"))
    assert workflow[True] == "pull_request"  # YAML 1.1 reads the key ``on`` as a truth
    assert workflow["permissions"] == {"contents": "read"}
    checkout, step = workflow["jobs"]["dedup"]["steps"]
    assert checkout["uses"].startswith("actions/checkout@")
    assert re.fullmatch(r"OWNER/dedup@v[0-9.]+", step["uses"])
    job = Job(example[0], tmp_path, **step["with"])
    assert job.code == PULL_REQUESTS[branch][1]
    assert ("::error file=samples/022_orchestra_reprint.txt,line=1," in job.log) == bool(job.code)


def write():
    """Put what the program prints today into the README."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        outputs = iter(build(Path(one), Path(two)))
    text = section()
    fresh = SESSION.sub(
        lambda found: f"```shell-session\n$ {found['command']}\n{next(outputs)}```", text
    )
    README.write_text(README.read_text("utf-8").replace(text, fresh), "utf-8")


if __name__ == "__main__":
    sys.exit(write())
