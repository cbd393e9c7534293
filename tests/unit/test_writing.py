"""Outputs appear together, whole, or not at all; what the dead left behind is removed."""

import os
import stat
from pathlib import Path

import pytest

from dedup.writing import Drafts, OutputError, check_folder


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listing():
    """Everything that stands here."""
    return sorted(str(path) for path in Path().rglob("*"))


def test_nothing_appears_before_all_of_it_is_published():
    with Drafts() as drafts:
        drafts.open("a").write(b"1")
        folder = drafts.folder("b")
        with folder.open("c/d") as stream:
            stream.write(b"2")
        assert not os.path.exists("a")
        assert not os.path.exists("b")
        drafts.publish()
    assert listing() == ["a", "b", "b/c", "b/c/d"]
    assert (Path("a").read_bytes(), Path("b/c/d").read_bytes()) == (b"1", b"2")


def test_what_is_not_published_vanishes():
    Path("a").write_bytes(b"old")
    with Drafts() as drafts:
        drafts.open("a").write(b"new")
        drafts.folder("b").open("c").close()
        assert len(listing()) == 4
    assert listing() == ["a"]
    assert Path("a").read_bytes() == b"old"


def test_what_was_written_can_be_read_again():
    with Drafts() as drafts:
        stream = drafts.open("a")
        stream.write(b"123")
        stream.seek(0)
        assert stream.read() == b"123"
        drafts.publish()


def test_outputs_are_published_in_the_order_in_which_they_were_opened(monkeypatch):
    order = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda old, new: (order.append(new), replace(old, new)))
    with Drafts() as drafts:
        for name in "cab":
            drafts.open(name).write(name.encode())
        drafts.publish()
    assert [os.path.basename(path) for path in order] == ["c", "a", "b"]


def test_a_folder_takes_the_place_of_another_as_a_whole():
    os.makedirs("out/deep")
    Path("out/deep/old").write_bytes(b"old")
    with Drafts() as drafts:
        drafts.folder("out").open("new").close()
        drafts.publish()
    assert listing() == ["out", "out/new"]


def test_a_folder_takes_the_place_of_another_where_the_system_cannot_exchange(monkeypatch):
    monkeypatch.setattr("dedup.writing._SYSTEM", "another")
    test_a_folder_takes_the_place_of_another_as_a_whole()


def test_what_a_killed_run_left_behind_is_removed_112():
    for _ in range(2):
        child = os.fork()
        if child == 0:
            drafts = Drafts()
            drafts.open("a").write(b"half")
            drafts.folder("b").open("c").close()
            os._exit(9)
        os.waitpid(child, 0)
    left = [name for name in listing() if ".dedup-" in name]
    assert len(left) == 3  # the second found what the first had left
    with Drafts() as drafts:
        drafts.open("a").write(b"whole")
        drafts.folder("b").open("d").close()
        drafts.publish()
    assert listing() == ["a", "b", "b/d"]


def test_what_a_living_run_writes_is_left_alone_117():
    with Drafts() as first:
        first.open("a").write(b"first")
        with Drafts() as second:
            second.open("a").write(b"second")
            second.publish()
        assert Path("a").read_bytes() == b"second"
        first.publish()
    assert Path("a").read_bytes() == b"first"
    assert listing() == ["a"]


def test_a_name_as_long_as_can_be_leaves_room_for_the_temporary_one_21():
    name = "x" * 255
    with Drafts() as drafts:
        drafts.open(name).write(b"1")
        drafts.publish()
    assert listing() == [name]


def test_modes_and_links_stay():
    Path("a").write_bytes(b"")
    os.chmod("a", 0o604)
    os.symlink("a", "link")
    with Drafts() as drafts:
        drafts.open("link").write(b"1")
        drafts.publish()
    assert os.path.islink("link")
    assert stat.S_IMODE(os.stat("a").st_mode) == 0o604


def test_a_place_that_cannot_be_written_is_named():
    with Drafts() as drafts:
        with pytest.raises(OutputError, match="b/ccc"):
            drafts.folder("b").open("c" * 300)
        with pytest.raises(OutputError, match="no/a: no such file"):
            drafts.open("no/a")
    assert listing() == []


@pytest.mark.parametrize(
    ("path", "force", "told"),
    [
        ("no/where", False, "its folder does not exist"),
        ("file", False, "is not a folder"),
        ("full", False, "holds something already"),
        ("full", True, "such as deep/foreign"),
    ],
)
def test_a_folder_that_cannot_be_is_refused(path, force, told):
    Path("file").touch()
    os.makedirs("full/deep")
    Path("full/deep/foreign").touch()
    with pytest.raises(OutputError, match=told):
        check_folder(path, frozenset({"deep/known"}), force=force)
    check_folder("full", frozenset({"deep/foreign"}), force=True)
    check_folder("new", frozenset(), force=False)
