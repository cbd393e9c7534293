"""Every twin and every adversarial list of rows, for whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .twins import BUILT, LISTS, Row, load

if TYPE_CHECKING:
    from types import SimpleNamespace


@pytest.fixture(scope="session", params=BUILT)
def twin(request: pytest.FixtureRequest) -> SimpleNamespace:
    """Each twin that this machine has."""
    return load(request.param)


@pytest.fixture(params=LISTS)
def rows(request: pytest.FixtureRequest) -> list[Row]:
    """Each adversarial list of rows."""
    return LISTS[request.param]
