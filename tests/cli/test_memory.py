"""``--memory``: the same answer with little, a clear refusal of nonsense, a full disk."""

import json
import os

import pytest

from dedup.cli.main import main
from dedup.cli.sizes import MACHINE_SHARE, MOST_BYTES, size_of, usual_size

STORY = "The ferry ran aground off {} on Monday with {} people on board, the harbour office said."


@pytest.fixture(autouse=True)
def news(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = [STORY.format(name, at % 3) for at, name in enumerate(["Lunna", "Velmark"] * 5)]
    lines = [json.dumps({"id": f"n{at}", "text": text}) for at, text in enumerate(texts)]
    (tmp_path / "news.jsonl").write_text("\n".join(lines))


def test_the_answer_is_the_same_with_hardly_any_memory():
    assert main(["scan", "news.jsonl", "--json", "-o", "usual.json"]) == 0
    assert main(["scan", "news.jsonl", "--json", "-o", "small.json", "--memory", "1"]) == 0
    with open("usual.json", "rb") as usual, open("small.json", "rb") as small:
        assert usual.read() == small.read()


@pytest.mark.parametrize("told", ["much", "0", "-1", "2 XB", "1e9", "GiB", ""])
def test_what_is_no_size_is_refused(told, capsys):
    assert main(["scan", "news.jsonl", "--memory", told]) == 2
    assert "no size of memory, such as 2GiB" in capsys.readouterr().err


def test_the_environment_and_a_file_may_name_it(monkeypatch, capsys):
    monkeypatch.setenv("DEDUP_MEMORY", "nonsense")
    assert main(["scan", "news.jsonl"]) == 2
    assert "DEDUP_MEMORY" in capsys.readouterr().err
    monkeypatch.delenv("DEDUP_MEMORY")
    with open("dedup.toml", "w", encoding="ascii") as stream:
        stream.write('memory = "64MiB"\n')
    assert main(["scan", "--show-config"]) == 0
    assert 'memory = "64MiB"' in capsys.readouterr().out


def test_a_full_disk_is_trouble_and_leaves_what_stood_there(monkeypatch, capsys):
    with open("out.json", "w", encoding="ascii") as stream:
        stream.write("before")
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **how: open("/dev/full", "r+b", **how))  # noqa: SIM115
    assert main(["scan", "news.jsonl", "--json", "-o", "out.json", "--memory", "1"]) == 2
    assert "no space left on device [E410]" in capsys.readouterr().err
    with open("out.json", encoding="ascii") as stream:
        assert stream.read() == "before"


@pytest.mark.parametrize(
    ("told", "size"),
    [("1", 1), ("1B", 1), ("2K", 2048), ("2kb", 2000), ("2 KiB", 2048), ("0.5GB", 500_000_000)],
)
def test_sizes_count_as_their_units_say(told, size):
    assert size_of(told) == size


def test_the_usual_size_leaves_most_of_the_machine_to_others():
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < usual_size() <= min(machine // MACHINE_SHARE, MOST_BYTES)
