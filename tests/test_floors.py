"""The floors of the house: imports point down, and the lower floors touch nothing of the world.

The package's own folder is walked once with ``ast``; imports inside functions and under
``TYPE_CHECKING`` count like any other.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dedup

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE = Path(dedup.__file__).parent

FLOORS = {
    "errors": 1,
    "version": 1,
    "kernels": 1,
    "background": 1,
    "data": 2,
    "settings": 2,
    "text": 3,
    "furniture": 3,
    "term": 3,
    "shingle": 3,
    "sketch": 3,
    "candidate": 3,
    "evidence": 3,
    "fact": 3,
    "verdict": 3,
    "cluster": 3,
    "canonical": 3,
    "gate": 3,
    "pipeline": 4,
    "evaluate": 4,
    "cleaning": 4,
    "readers": 5,
    "writing": 5,
    "baseline": 5,
    "configuration": 5,
    "writers": 5.5,  # cuts a file apart as its reader does
    "reports": 5,
    "engines": 5,
    "scratch": 5,
    "cli": 6,
    "__init__": 7,
    "__main__": 7,
}
"""The floor of each module and folder; a module missing here fails."""

STEPS = {
    "data": {"article": 0, "articles": 0.5, "protocols": 1, "pair": 1, "weighed": 1},
    "readers": {
        "limits": 0, "encoding": 0, "source": 1, "record": 2, "opening": 2, "expansion": 2,
        "document": 3, "archive": 3, "transcoding": 3, "gold": 4, "text": 4, "jsonl": 4,
        "jsonarray": 4, "table": 4, "worker": 1, "extraction": 0, "rows": 0, "page": 3, "html": 4,
        "warc": 4, "parquet": 4, "sniff": 5, "walk": 6, "places": 7, "inventory": 7,
    },
    "writers": {"writer": 1, "packing": 1, "recoded": 2, "archive": 2, "sorter": 3},
    "reports": {
        "screen": 0, "figures": 0, "findings": 0, "cells": 0.3, "rows": 0.5, "machine": 1,
        "text": 3,
    },
    "kernels": {
        "_native": 0, "alignment": 0, "columns": 1, "packing": 1.5, "reference_pairs": 3,
        "native": 3,
    },
    "pipeline": {
        "memory": -2,
        "numbering": -1,
        "store": 0,
        "columns": 1,
        "corpus": 3,
        "verdicts": 2,
        "entries": 2,
        "weigher": 3,
        "conclusion": 3,
        "closeup": 4,
        "judged": 4,
    },
    "cli": {
        "streams": -2,
        "progress": -1,
        "configured": -1,
        "layout": -1,
        "sizes": -1,
        "pipes": -1,
        "flags": -0.5,
        "options": 0,
        "delivery": 1,
        "hints": 1,
        "running": 1,
        "main": 3,
    },
}  # fmt: skip
"""Inside a folder a module imports only from lower steps; unnamed ones stand on step 2, and a
folder's ``__init__``, its registry, on step 9."""

COMPILED = {"kernels._native"}
"""Modules that have no source in Python."""

PURE_FLOORS = 4
WORLDLY_MODULES = {
    "asyncio", "concurrent", "ctypes", "getpass", "glob", "io", "logging", "mmap",
    "multiprocessing", "os", "pathlib", "pickle", "random", "secrets", "shutil", "signal",
    "socket", "subprocess", "sys", "tempfile", "threading", "time", "uuid",
}  # fmt: skip
WORLDLY_CALLS = {"open", "print", "input", "exec", "eval", "hash", "id", "urlopen"}
"""``hash`` and ``id`` differ from run to run, so nothing below floor 5 may ask for them."""
WORLDLY_ATTRIBUTES = {"random", "now", "today", "utcnow", "environ", "read_bytes", "read_text"}
MAY_USE = {
    "background": {"read_bytes"},
    "kernels": {"os", "environ"},
    "kernels.reference": {"random"},
    "pipeline.memory": {"mmap"},
}
"""The named exceptions: the background's word table is a constant too long for code; which twin of
the kernels runs may be forced from outside, and does not show in what comes out; signatures
need the seeded generator that ``datasketch`` uses; and columns in memory grow page by page, mapped
from no file."""

DOORS = {
    "datasketch": {"sketch", "kernels.reference"},
    "rapidfuzz": {"evidence", "fact", "kernels.alignment", "kernels.reference_pairs"},
    "click": {"cli"},
    "charset_normalizer": {"readers.encoding"},
    "pathspec": {"readers.walk"},
    "backports": {"readers.expansion", "writers.packing"},
    "trafilatura": {"readers.extraction"},
    "pyarrow": {"readers.rows", "readers.parquet", "writers.parquet"},
    "warcio": {"readers.warc"},
    "tomli": {"configuration"},
}
"""Each outside package, and the modules or folders that may import it."""
LATE = {"datasketch", "charset_normalizer", "pathspec", "trafilatura", "pyarrow", "warcio"}
"""Imported inside functions only: it costs more than half a second."""


def module_name(path: Path) -> str:
    """``readers/jsonl.py`` as ``readers.jsonl``, and ``readers/__init__.py`` as ``readers``."""
    name = ".".join(path.relative_to(HOUSE).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {module_name(path): path for path in sorted(HOUSE.rglob("*.py"))}


def imports(module: str, tree: ast.AST) -> Iterator[str]:
    """What a module imports: ``kernels`` for ours, ``""`` for our root, ``/click`` for others'."""
    folder = MODULES.get(module, HOUSE / "x.py").name == "__init__.py" and module != "__init__"
    parts = ["dedup", *([] if module == "__init__" else module.split("."))]
    package = parts if folder or module == "__init__" else parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            names = [_member(origin, alias.name) for alias in node.names]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            yield rest if top == "dedup" else f"/{top}"


def _member(origin: str, name: str) -> str:
    """``dedup.text`` for ``from dedup import text``; ``dedup`` where an object is imported."""
    inner = f"{origin}.{name}".removeprefix("dedup.")
    return f"{origin}.{name}" if inner in {*MODULES, *FLOORS, *COMPILED} else origin


def complaints(module: str, source: str) -> list[str]:
    """What is wrong with one module's imports, each as a line for a person."""
    home, _, _ = module.partition(".")
    if home not in FLOORS:
        return [f"{module}.py stands on no floor: add it to FLOORS"]
    found = [complaint(module, name) for name in imports(module, ast.parse(source))]
    return [line for line in found if line]


def complaint(module: str, name: str) -> str:
    """What is wrong with one import, if anything is."""
    home, _, inner = module.partition(".")
    top, _, child = name.partition(".")
    if name.startswith("/"):
        welcome = {home, module} & DOORS.get(name[1:], {home})
        return "" if welcome else f"{module}.py imports {name[1:]}, whose door is elsewhere"
    if not top:
        outside = FLOORS[home] == FLOORS["__main__"]
        return "" if outside else f"{module}.py imports the package root"
    if top == home:
        down = step(home, child) < step(home, inner)
        return "" if down else f"{module}.py imports its sibling {name}"
    if top not in FLOORS:
        return f"{module}.py imports {top}, which stands on no floor"
    down = FLOORS[top] < FLOORS[home]
    return "" if down else f"{module}.py ({FLOORS[home]}) imports {name} ({FLOORS[top]})"


def step(folder: str, child: str) -> int:
    """Where a module stands inside its folder."""
    return STEPS.get(folder, {}).get(child, 2) if child else 9


def worldly(module: str, source: str) -> list[str]:
    """What a module of the lower floors does with disk, clock, chance, threads or screen."""
    tree = ast.parse(source)
    allowed = MAY_USE.get(module, set())
    found = [name[1:] for name in imports(module, tree) if name[1:] in WORLDLY_MODULES - allowed]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found += [node.func.id] if node.func.id in WORLDLY_CALLS else []
        elif isinstance(node, ast.Attribute) and node.attr in WORLDLY_ATTRIBUTES - allowed:
            found.append(node.attr)
    return [f"{module}.py ({FLOORS[module.partition('.')[0]]}) uses {name}" for name in found]


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    """No module imports upwards, sideways, the root, or another's outside package."""
    assert complaints(module, MODULES[module].read_text("utf-8")) == []


@pytest.mark.parametrize(
    "module", [name for name in MODULES if FLOORS.get(name.partition(".")[0], 9) <= PURE_FLOORS]
)
def test_lower_floors_are_pure(module: str) -> None:
    """Floors 1 to 4 can be run from a string: no disk, clock, chance, threads or screen."""
    assert worldly(module, MODULES[module].read_text("utf-8")) == []


@pytest.mark.parametrize("module", MODULES)
def test_heavy_packages_are_imported_late(module: str) -> None:
    """No module imports a heavy package while it is itself being imported."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    at_once = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not LATE & {name[1:] for node in at_once for name in imports(module, node)}


def test_every_folder_and_module_on_the_map_has_one_meaning() -> None:
    """The steps name modules that exist, so that a renamed one cannot hide behind its old name."""
    named = {f"{folder}.{child}" for folder, children in STEPS.items() for child in children}
    assert named <= {*MODULES, *COMPILED}


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("text", "from .readers import read", "text.py (3) imports readers (5)"),
        (
            "text",
            "def f():\n    from dedup.pipeline import prepare",
            "text.py (3) imports pipeline",
        ),
        ("text", "from . import shingle", "text.py (3) imports shingle (3)"),
        ("cli.scan", "from .. import Article", "cli.scan.py imports the package root"),
        ("text", "import dedup", "text.py imports the package root"),
        (
            "readers.text",
            "from . import jsonl",
            "readers.text.py imports its sibling readers.jsonl",
        ),
        ("readers.source", "from .text import read", "readers.source.py imports its sibling"),
        ("reports.text", "import click.testing", "reports.text.py imports click, whose door"),
        ("helpers", "", "helpers.py stands on no floor: add it to FLOORS"),
    ],
)
def test_the_guard_itself_complains(module: str, source: str, complaint: str) -> None:
    """Every way to break the rules is seen and named."""
    assert [line for line in complaints(module, source) if line.startswith(complaint)]


@pytest.mark.parametrize(
    "source",
    ["import time", "from os import environ", "open('x')", "np.random.rand()", "datetime.now()"],
)
def test_the_guard_sees_the_world(source: str) -> None:
    """Every way to reach the world is seen."""
    assert worldly("text", source)
