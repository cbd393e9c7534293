"""Who takes part: how each is installed, and how its command line looks."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass, field

OURS = "dedup --candidates lsh"
"""The like-for-like run: what the others are held against."""

_PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")


@dataclass(frozen=True, slots=True)
class Contender:
    """One program that takes part."""

    name: str
    package: str = ""
    """What is installed for it; empty for ours, which runs from where this file lies."""
    extras: tuple[str, ...] = ()
    """What its script needs besides."""
    script: str = ""
    arguments: tuple[str, ...] = ()
    """Of our command line, after ``dedup scan``."""
    environment: dict[str, str] = field(default_factory=dict)


def _ours(name: str, *arguments: str, **environment: str) -> Contender:
    return Contender(name, arguments=arguments, environment=environment)


CONTENDERS = (
    _ours(OURS, "--candidates", "lsh"),
    _ours("dedup"),
    Contender("Daft", "daft", ("numpy",), "with_daft.py", environment={"DO_NOT_TRACK": "true"}),
    Contender("gaoya", "gaoya", (), "with_gaoya.py"),
    Contender("rensa", "rensa", (), "with_rensa.py"),
    Contender("datasketch", "datasketch", (), "with_datasketch.py"),
    Contender("text-dedup", "text-dedup", (), "with_text_dedup.py"),
)
"""Who takes part unless others are named."""
EXTRA = (
    _ours("dedup without kernels", "--candidates", "lsh", DEDUP_KERNELS="reference"),
    _ours("dedup in 1 GiB", "--candidates", "lsh", "--memory", "1GiB"),
)
"""Who takes part only when named."""


def named(name: str) -> Contender:
    """The contender of that name."""
    return next(one for one in (*CONTENDERS, *EXTRA) if one.name == name)


def python_of(contender: Contender, cache: str) -> str:
    """The interpreter that runs a contender."""
    if not contender.package:
        return sys.executable
    return os.path.join(cache, "environments", contender.package, "bin", "python")


def install(contender: Contender, cache: str) -> str:
    """Give a peer an environment of its own; give its version, or ``""`` if that failed.

    An environment that is there already is taken as it is: delete it for a newer version.
    """
    if not contender.package:
        return _version(sys.executable, "dedup-articles")
    python = python_of(contender, cache)
    if not os.path.exists(python):
        venv.create(os.path.dirname(os.path.dirname(python)), with_pip=True)
    version = _version(python, contender.package)
    if not version:
        wanted = [contender.package, "orjson", *contender.extras]
        quiet = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([python, "-m", "pip", "install", *quiet, *wanted], check=False)
        version = _version(python, contender.package)
    return version


def _version(python: str, package: str) -> str:
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    done = subprocess.run([python, "-c", code], check=False, capture_output=True, text=True)
    return done.stdout.strip()


def command(contender: Contender, corpus: str, answer: str, cache: str) -> list[str]:
    """The command line that reads ``corpus``; peers print, ours writes ``answer``."""
    python = python_of(contender, cache)
    if contender.package:
        return [python, os.path.join(_PEERS, contender.script), corpus]
    scan = [python, "-m", "dedup", "scan", corpus, "--json", "--quiet"]
    return [*scan, "-o", answer, *contender.arguments]
