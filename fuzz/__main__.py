"""``python -m fuzz NAME --seconds 60`` looks for an input that breaks a promise; needs atheris.

``python -m fuzz NAME --input FILE`` tries one input again, without atheris.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

NAMES = ("jsonl", "table", "encoding", "html", "words")
FOUND = Path(__file__).parent / "found"
"""Inputs that broke a promise are left here."""
SLOW_SECONDS = 10
LONGEST_BYTES = 1 << 12


def main() -> None:
    """Read the arguments and start."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--seconds", type=int, default=60, help="how long to look")
    parser.add_argument("--input", type=Path, help="one input that is tried again")
    asked = parser.parse_args()
    if asked.input:
        from .targets import TARGETS

        TARGETS[asked.name].run(asked.input.read_bytes())
        print("holds")
        return
    look(asked.name, asked.seconds)


def look(name: str, seconds: int) -> NoReturn:
    """Let atheris try inputs, guided by which lines, branches and patterns they reach."""
    import atheris

    atheris.enabled_hooks.add("RegEx")
    with atheris.instrument_imports(include=["dedup"]):
        from .targets import TARGETS

    target = TARGETS[name]
    FOUND.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seeds, tokens = Path(folder) / "seeds", Path(folder) / "tokens"
        seeds.mkdir()
        for number, seed in enumerate(target.seeds):
            (seeds / str(number)).write_bytes(seed)
        tokens.write_text("".join(f'"{escaped(token)}"\n' for token in target.tokens), "ascii")
        options = [
            f"-max_total_time={seconds}",
            f"-timeout={SLOW_SECONDS}",
            f"-max_len={LONGEST_BYTES}",
            f"-dict={tokens}",
            f"-artifact_prefix={FOUND / name}-",
        ]
        atheris.Setup([sys.argv[0], *options, str(seeds)], target.run)
        atheris.Fuzz()
    raise SystemExit


def escaped(token: bytes) -> str:
    """Write a token as the fuzzer's dictionaries have it."""
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    main()
