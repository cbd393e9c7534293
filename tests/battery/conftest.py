"""What every case of the battery uses: an empty folder, a command, and what it left behind."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from dedup.cli.main import main

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["STORM", "Scan", "zstd"]

STORM = (
    "The harbour of Ostrava Bay was closed on Monday after a storm tore three cranes from their "
    "rails, the port authority said. Harbour master Ilse Brandt told reporters that no one was "
    "hurt, but that ships would have to wait until Thursday at the earliest. Repairs are expected "
    "to cost nine million crowns. The last time the port stood still was in the winter of 1987."
)


@dataclass
class Scan:
    """One run: exit code, both streams, and the result where there is one."""

    code: int
    out: str
    err: str

    @property
    def body(self):
        """The result of the run."""
        return json.loads(self.out)

    @property
    def addresses(self):
        """Of all articles that were read."""
        return [one["address"] for one in self.body["articles"]]

    @property
    def skipped(self):
        """Code and reason by address."""
        return {one["address"]: (one["code"], one["why"]) for one in self.body["skipped"]}

    @property
    def copies(self):
        """Addresses of the articles that are redundant."""
        return {one["address"] for one in self.body["articles"] if not one["keep"]}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def scan(capfd):
    """Run ``dedup scan --json`` in this process."""

    def scanning(*arguments, json=True):
        code = main(["scan", *(["--json"] if json else []), *arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Scan(code, out, err)

    return scanning


@pytest.fixture
def spawned():
    """Run ``dedup scan --json`` in a process of its own, under a shell where it takes one."""

    def spawning(*arguments, shell="", **how):
        command = [sys.executable, "-m", "dedup", "scan", "--json", *arguments]
        if shell:
            command = ["bash", "-c", f'{shell} exec "$@"', "bash", *command]
        how = {"capture_output": True, "text": True, "timeout": 60} | how
        done = subprocess.run(command, check=False, **how)
        assert "Traceback" not in str(done.stderr)
        return Scan(done.returncode, done.stdout, done.stderr)

    return spawning


PEAK_KIB = "int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
"""Of this program alone: the peak in ``getrusage`` is also that of whoever started it."""


@pytest.fixture
def peak():
    """Run ``dedup scan --json``, and give the scan and its peak memory in MiB."""
    if not os.path.exists("/proc/self/status"):
        pytest.skip("a process does not tell its peak here")
    code = (
        "import sys; from dedup.cli.main import main; code = main(sys.argv[1:]); "
        f"print({PEAK_KIB} >> 10, file=sys.stderr); sys.exit(code)"
    )

    def measuring(*arguments):
        done = subprocess.run(
            [sys.executable, "-c", code, "scan", "--json", *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr
        told, _, mib = done.stderr.rstrip().rpartition("\n")
        return Scan(done.returncode, done.stdout, told), int(mib)

    return measuring
