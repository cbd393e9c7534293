"""Storage: in memory and on disk it gives back what it was given, and it leaves nothing behind."""

from __future__ import annotations

import errno
import os
from contextlib import nullcontext

import numpy as np
import pytest

from dedup import Article, Skipped, deduplicate
from dedup.data.articles import Articles
from dedup.engines import threads
from dedup.pipeline.memory import Memory
from dedup.scratch import Scratch, ScratchError

TEXTS = ["", "Storm closes port", "a\nb\0c", "häfen 港口 🚢", "\ud800 alone", "x" * 70_000]


@pytest.fixture(params=["memory", "all on disk", "some on disk", "all held"])
def storage(request):
    bounds = {"all on disk": 1, "some on disk": 4096, "all held": 1 << 30}
    memory = request.param == "memory"
    with nullcontext(Memory()) if memory else Scratch(bounds[request.param]) as twin:
        yield twin


def batches(kind, shape):
    """Some batches of different length, an empty one among them."""
    random = np.random.default_rng(7)
    return [random.integers(0, 99, (size, *shape)).astype(kind) for size in (3, 0, 500, 1, 4000)]


@pytest.mark.parametrize("kind", ["uint8", "uint16", "uint32", "uint64", "int64"])
@pytest.mark.parametrize("shape", [(), (4,)])
def test_a_column_is_what_was_put_into_it(storage, kind, shape):
    given = batches(kind, shape)
    column = storage.column(given[0])
    for at, batch in enumerate(given):
        column.extend(batch)
        whole = np.concatenate(given[: at + 1])
        assert column.part(1, 3).tolist() == whole[1:3].tolist()
        assert column.part(len(whole) - 1, len(whole)).tolist() == whole[-1:].tolist()
    found = column.array()
    assert (found.dtype, found.shape) == (whole.dtype, whole.shape)
    assert (found == whole).all()


def test_a_column_may_be_altered_in_place_and_stays_so_when_memory_is_given_back(storage):
    column = storage.column(np.zeros(0, np.uint32))
    column.extend(np.arange(50_000, dtype=np.uint32))
    found = column.array()
    found[::2] = 7
    storage.release()
    assert found[:4].tolist() == [7, 1, 7, 3]
    assert (found[::2] == 7).all()


def test_a_long_column_grows_in_place(storage):
    column = storage.column(np.zeros((0, 2), np.uint32))
    for at in range(40):
        column.extend(np.full((50_000 + at, 2), at, np.uint32))
        if at % 16 == 0:
            assert column.part(49_999, 50_001).tolist() == [[0, 0], [min(at, 1)] * 2][: at + 1]
    found = column.array()
    expected = np.repeat(np.arange(40), 50_000 + np.arange(40))
    assert (found == expected[:, None]).all()


def test_a_column_without_values_has_its_type(storage):
    found = storage.column(np.ones((2, 3), np.uint16)).array()
    assert (found.dtype, found.shape) == (np.dtype("uint16"), (0, 3))


def test_texts_come_back_by_number_in_any_order(storage):
    texts, articles = storage.texts(), Articles.of(Article("a", text) for text in TEXTS)
    texts.extend(articles[:2])
    texts.extend(articles[:0])
    assert texts.get(np.array([1, 0])) == [TEXTS[1], TEXTS[0]]
    texts.extend(articles[2:])
    assert texts.get(np.array([5, 0, 3, 3, 4, 2])) == [TEXTS[at] for at in (5, 0, 3, 3, 4, 2)]
    assert texts.get(np.zeros(0, np.int64)) == []


def test_in_memory_texts_are_not_copied():
    texts = Memory().texts()
    mine = "".join(["a text ", "of its own"])
    texts.extend(Articles.of([Article("a", mine)]))
    assert texts.get(np.array([0]))[0] is mine


def test_texts_that_last_are_asked_for_where_they_lie():
    """By their addresses, once each time, and not held."""
    asked = []

    def again(addresses):
        asked.append(list(addresses))
        return {address: f"text of {address}" for address in addresses if address != "b"}

    with Scratch(1, again) as scratch:
        texts = scratch.texts()
        texts.extend(Articles.of(Article(name, "x" * 999, name) for name in "abc"))
        assert texts.get(np.array([2, 1, 0, 2])) == ["text of c", "", "text of a", "text of c"]
        assert texts.get(np.zeros(0, np.int64)) == []
        assert asked == [["c", "b", "a", "c"]]
        assert scratch.files == []


def test_no_more_is_held_than_a_third_of_the_bound():
    with Scratch(15_000) as scratch:
        columns = [scratch.column(np.zeros(0, np.uint8)) for _ in range(5)]
        for _ in range(20):
            for column in columns:
                column.extend(np.zeros(100, np.uint8))
                assert 0 <= scratch.left <= 5_000
        assert [len(column.array()) for column in columns] == [2_000] * 5


def stories():
    """Articles of which some are copies, and one that cannot be read."""
    base = "the ferry {} ran aground off {} with {} on board and the tide was low said {}"
    names = ["Lunna", "Velmark", "Tarn", "Orsel", "Halden"]
    found = [
        Article(n + m, base.format(n, m, i * 7, n[::-1]) + f"\n{m} " * i, f"in/{m}.txt", source=m)
        for i, n in enumerate(names)
        for m in names
    ]
    return [*found, Skipped("x", "E301", "cut"), Article("e", ""), *found[3:9]]


@pytest.mark.parametrize("bound", [1, 30_000, 1 << 30])
@pytest.mark.parametrize("jobs", [1, 3])
def test_neither_the_bound_nor_the_jobs_change_the_answer(bound, jobs):
    with Scratch(bound) as storage:
        found = deduplicate(stories(), storage=storage, run=threads(jobs))
    assert found == deduplicate(stories())
    assert found.tally.redundant > 0


@pytest.mark.parametrize(("bound", "held"), [(1, False), (1 << 20, True)])
def test_it_says_whether_all_of_it_is_held(bound, held):
    with Scratch(bound) as storage:
        column = storage.column(np.zeros(0, np.uint8))
        assert storage.holds()
        column.extend(np.arange(100, dtype=np.uint8))
        assert storage.holds() is held


def test_nothing_has_a_name_on_the_disk_even_while_it_is_in_use(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Scratch(1) as storage:
        column = storage.column(np.zeros(0, np.uint8))
        column.extend(np.arange(100, dtype=np.uint8))
        found = column.array()
        assert len(storage.files) == 1
        assert os.listdir(tmp_path) == []
        assert found.sum() == 4950


def test_a_full_disk_is_told_with_place_and_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **how: open("/dev/full", "r+b", **how))  # noqa: SIM115
    with (
        pytest.raises(ScratchError, match=r"no space left on device \[E410\] \(TMPDIR") as caught,
        Scratch(1) as storage,
    ):
        deduplicate(stories(), storage=storage)
    assert caught.value.place == str(tmp_path)


def test_want_of_memory_is_no_fault_of_the_disk(monkeypatch):
    def refused(*_):
        raise OSError(errno.ENOMEM, "cannot allocate memory")

    monkeypatch.setattr("dedup.scratch.mmap", refused)
    with pytest.raises(OSError, match="cannot allocate"), Scratch(1) as storage:
        deduplicate(stories(), storage=storage)
