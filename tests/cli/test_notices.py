"""What is worth knowing of the input is told by every command, in the same words."""

import json
from pathlib import Path

import pytest

from dedup.cli.main import main

TEXTS = [
    "The harbour was closed on Monday after a storm tore three cranes from their rails, it said.",
    "A bakery in the old town has won the national prize for its rye bread for a second time.",
]
NOTE = (
    "Der Hafen blieb geöffnet, sagte Günther Größe am Montag. Die Schäden an den Kränen müssen "
    "noch geprüft werden, möglicherweise dauert das über eine Woche; die Straße ist gesperrt."
)
TOLD = (
    "news.jsonl: the text is taken from 'body' [W309] (--text-field names another)",
    "news.jsonl: 1 blank line was passed over [W306]",
    "note.txt: byte 18 is not UTF-8; read as windows-1252, a guess [W302]"
    " (--encoding names the right one)",
)
COMMANDS = {
    "scan": ["scan", "news.jsonl", "note.txt"],
    "check": ["check", "news.jsonl", "note.txt"],
    "check against": ["check", "other.txt", "--against", "news.jsonl", "--against", "note.txt"],
    "clean": ["clean", "news.jsonl", "note.txt", "--dry-run"],
    "eval": ["eval", "--pairs", "gold.csv", "news.jsonl", "note.txt"],
}


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [json.dumps({"id": f"n{n}", "body": text}) for n, text in enumerate(TEXTS)]
    Path("news.jsonl").write_text("\n\n".join(lines) + "\n")
    Path("note.txt").write_bytes(NOTE.encode("cp1252"))
    Path("other.txt").write_text("Trains were late in the north because of leaves on the line.")
    Path("gold.csv").write_text("left,right,relation\nn0,n1,distinct\n")
    return tmp_path


def told(capfd, *arguments):
    """Run, and give what was said about the input."""
    assert main(list(arguments)) == 0
    return [line for line in capfd.readouterr().err.splitlines() if "[W" in line]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_it_in_the_same_words_and_none_if_it_is_to_be_quiet(name, capfd):
    assert sorted(told(capfd, *COMMANDS[name])) == sorted(TOLD)
    assert told(capfd, *COMMANDS[name], "-q") == []


def test_a_comparison_tells_what_it_read_and_how(capfd):
    Path("one.jsonl").write_text(json.dumps({"body": TEXTS[0]}))
    lines = told(capfd, "compare", "one.jsonl", "note.txt")
    assert lines == [TOLD[0].replace("news", "one"), TOLD[2]]


@pytest.mark.parametrize("name", ["scan", "check", "clean"])
def test_the_result_for_programs_holds_it_too(name, capfd):
    main([*COMMANDS[name], "--json"])
    notes = [one for one in json.loads(capfd.readouterr().out)["notes"] if "[W" in one]
    assert sorted(notes) == sorted(line.partition(" (")[0] for line in TOLD)


def test_what_is_judged_inside_of_what_is_known_is_told_once(here, capfd):
    (here / "all").mkdir()
    for name in ("news.jsonl", "note.txt"):
        (here / name).rename(here / "all" / name)
    lines = told(capfd, "check", "all/news.jsonl", "--against", "all")
    assert sorted(lines) == sorted(f"all/{line}" for line in TOLD)


def test_labelled_pairs_among_the_articles_are_no_matter_of_notice(here, capfd):
    (here / "all").mkdir()
    (here / "other.txt").rename(here / "all" / "other.txt")
    pair = json.dumps({"left": "x", "right": "y", "relation": "distinct"})
    (here / "all" / "gold.jsonl").write_text(f"\n{pair}\n")
    main(["eval", "--pairs", "all/gold.jsonl", "all"])
    assert "[W306]" not in capfd.readouterr().err
