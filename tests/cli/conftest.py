"""What a test of the command line sees on stderr must not depend on how fast the machine is."""

from __future__ import annotations

import math

import pytest

from dedup.cli import progress


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """No progress in this process, unless a test asks for it."""
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", math.inf)
