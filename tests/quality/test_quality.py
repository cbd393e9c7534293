"""The figures on the public labelled sets do not sink; see ``docs/quality.md``.

Each set is run once. Where ``../shared/data`` is absent, all of this is skipped, visibly.
"""

import json

import pytest

from . import gate, measure, plain

needs_data = pytest.mark.skipif(
    not measure.present(), reason=f"the labelled sets are not at {measure.DATA}"
)
KEYS = [question.key for question in measure.BINDING]


@pytest.fixture(scope="session")
def kept():
    """What ``floors.json`` holds."""
    return gate.load()


@needs_data
def test_the_data_are_those_that_the_floors_were_measured_on(kept):
    assert measure.digests() == kept["digests"]


@needs_data
@pytest.mark.parametrize("question", measure.BINDING, ids=KEYS)
def test_no_figure_sinks(question, kept):
    figure = question.answer()
    assert not gate.sunk(figure, kept["floors"][figure.key]), (
        f"{figure.what}: {figure.value:.4f} ({figure.count} of {figure.total}), {figure.bound}"
        f" {kept['floors'][figure.key]}; python -m tests.quality.gate --table shows all"
    )


def test_every_figure_has_its_floor_and_its_line_in_the_document(kept):
    assert list(kept["floors"]) == KEYS
    document = gate.DOCUMENT.read_text(encoding="utf-8")
    table = document.partition(gate.BEGIN)[2].partition(gate.END)[0]
    lines = [line.split("|")[1:3] for line in table.strip().splitlines()[2:]]
    assert [[part.strip() for part in line] for line in lines] == [
        [question.key.partition("/")[0], question.what] for question in measure.QUESTIONS
    ]


def figure(value, bound=measure.AT_LEAST):
    """A figure with this value."""
    return measure.Figure("a/b", "what", bound, None, value, 1, 2, None)


def test_floors_are_rounded_to_the_safe_side_and_move_one_way():
    assert gate.rounded(figure(0.9559)) == 0.955
    assert gate.rounded(figure(0.02001, measure.AT_MOST)) == 0.021
    assert gate.raised({"a/b": 0.9}, {"a/b": figure(0.95)}) == {"a/b": 0.95}
    assert gate.raised({"a/b": 0.96}, {"a/b": figure(0.95)}) == {"a/b": 0.96}
    assert gate.raised({"a/b": 0.9}, {"a/b": figure(0.95, measure.AT_MOST)}) == {"a/b": 0.9}
    assert gate.sunk(figure(0.95), 0.951)
    assert not gate.sunk(figure(0.95, measure.AT_MOST), 0.951)
    assert gate.sunk(figure(1, measure.AT_MOST), 0)


def test_lowering_keeps_its_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(gate, "FLOORS", tmp_path / "floors.json")
    old = {"digests": {"a": "x"}, "floors": {"a/b": 0.96}, "lowered": []}
    gate._move(old, {"a/b": figure(0.95)}, None)
    assert json.loads(gate.FLOORS.read_text())["floors"] == {"a/b": 0.96}
    monkeypatch.setattr(gate, "digests", lambda: {"a": "y"})
    gate._move(old, {"a/b": figure(0.95)}, "the labels were wrong")
    new = json.loads(gate.FLOORS.read_text())
    assert new["floors"] == {"a/b": 0.95}
    assert new["digests"] == {"a": "y"}
    assert new["lowered"] == [{"why": "the labels were wrong", "from_to": {"a/b": [0.96, 0.95]}}]


def test_the_plain_rule_finds_all_pairs_above_its_bound_and_no_other():
    words = [f"w{at}" for at in range(60)]
    texts = [" ".join(words[:cut]) for cut in range(8, 60, 3)] + ["w1 w2", "w1 w2", ""]
    cut = [plain.shingles(text) for text in texts]
    brute = {
        (left, right)
        for right in range(len(cut))
        for left in range(right)
        if cut[left] and cut[right] and plain.alike(cut[left], cut[right])
    }
    assert set(plain.pairs(cut)) == brute
