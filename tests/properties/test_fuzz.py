"""The fuzzer's promises hold for its seeds, for damaged ones and for any bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.__main__ import NAMES
from fuzz.targets import TARGETS

SEEDS = [(name, seed) for name, target in TARGETS.items() for seed in target.seeds]


def test_every_target_can_be_asked_for():
    assert {*NAMES} == {*TARGETS}


@pytest.mark.parametrize(("name", "seed"), SEEDS)
def test_seeds(name, seed):
    TARGETS[name].run(seed)


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
def test_any_bytes(name, data):
    target = TARGETS[name]
    part = st.binary(max_size=8) | st.sampled_from([*target.seeds, *target.tokens])
    target.run(b"".join(data.draw(st.lists(part, max_size=8))))
