"""The compiled module; ``native.py`` says what each function does."""

from typing import Any

def __getattr__(name: str) -> Any: ...
