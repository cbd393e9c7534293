"""Runs the steps of a composite action as GitHub's runner does: its shell, its files, its order."""

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent.parent
EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
"""What ``shell: bash`` means on a runner."""


def action():
    """The action that this repository is."""
    return yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def install(temporary):
    """Stand in for the step that installs: the tool of this environment, where the step puts it."""
    folder = temporary / "dedup" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    tool = folder / "dedup"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dedup "$@"\n')
    tool.chmod(0o755)


def plain_environment():
    """The environment without what a runner that runs this very test has put there."""
    own = ("GITHUB_", "RUNNER_", "DEDUP_", "INPUT_", "CI", "COLUMNS", "FORCE_COLOR", "NO_COLOR")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)}


class Job:
    """One run of the action in a checkout; holds what it left behind."""

    def __init__(self, checkout, temporary, **given):
        """Run every step but the one that installs, and stop at none that fails."""
        self.told = action()
        self.checkout = checkout
        self.files = {name: temporary / f"{name}.txt" for name in ("OUTPUT", "STEP_SUMMARY")}
        for file in self.files.values():
            file.write_text("")
        self.values = {
            f"inputs.{name}": given.pop(name.replace("-", "_"), one["default"])
            for name, one in self.told["inputs"].items()
        }
        assert not given, "no such input"
        self.log = ""
        self.code = 0
        install(temporary)
        for step in self.told["runs"]["steps"]:
            if not step["name"].startswith("Install"):
                self._run(step, temporary)

    def _run(self, step, temporary):
        """Run one step, unless an earlier one failed and it does not run always."""
        if self.code and step.get("if") != "always()":
            return
        assert step["shell"] == "bash"
        environment = plain_environment() | {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.checkout),
            "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(temporary),
            **{f"GITHUB_{name}": str(file) for name, file in self.files.items()},
            **{name: self.filled(value) for name, value in step.get("env", {}).items()},
        }
        assert not EXPRESSION.search(step["run"]), "a value inside a script is run as part of it"
        done = subprocess.run(
            [*BASH, step["run"]],
            cwd=self.checkout,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        self.log += done.stdout
        self.code = self.code or done.returncode
        for line in self.files["OUTPUT"].read_text("utf-8").splitlines():
            name, _, value = line.partition("=")
            self.values[f"steps.{step.get('id', '')}.outputs.{name}"] = value
        self.files["OUTPUT"].write_text("")

    def filled(self, value):
        """A value with its expressions put in; what nobody has set is empty."""
        return EXPRESSION.sub(lambda found: self.values.get(found[1], ""), str(value))

    @property
    def outputs(self):
        """What the action hands to the steps after it."""
        return {name: self.filled(one["value"]) for name, one in self.told["outputs"].items()}

    @property
    def summary(self):
        """The step's summary."""
        return self.files["STEP_SUMMARY"].read_text("utf-8")
