"""``python -m dedup``."""

from .cli.main import run

run()
