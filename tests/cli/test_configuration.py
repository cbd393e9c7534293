"""Configuration: what wins over what, where a value comes from, and how a wrong key is refused."""

import json
import os
from itertools import combinations

import click
import pytest

from dedup.cli.configured import Setting, checked, settings_of
from dedup.cli.main import main
from dedup.cli.options import FILE
from dedup.configuration import Configuration, ConfigurationError

HOMES = ("default", "pyproject.toml", "dedup.toml", "DEDUP_SEED", "--seed")
"""Where a value can come from; each wins over those before it."""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder of its own, two levels deep, without settings in the environment."""
    for name in [name for name in os.environ if name.startswith("DEDUP_")]:
        monkeypatch.delenv(name)
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text("A few words.")
    monkeypatch.chdir(tmp_path / "in")
    return tmp_path / "in"


@pytest.fixture
def shown(capfd):
    """The configuration in force, as ``{key: (value, origin)}``."""

    def showing(*arguments):
        assert main(["scan", "--show-config", "--json", *arguments]) == 0
        body = json.loads(capfd.readouterr().out)
        assert body["schema"] == "dedup.config/1"
        return {one["key"]: (one["value"], one["origin"]) for one in body["values"]}

    return showing


@pytest.fixture
def refused(capfd):
    """What a command says that is refused because of its configuration."""

    def refusing(*arguments):
        assert main(["scan", *arguments]) == 2
        out, err = capfd.readouterr()
        assert out == ""
        assert "Traceback" not in err
        return err

    return refusing


CASES = [set(some) for many in range(1, 5) for some in combinations(HOMES[1:], many)]


@pytest.mark.parametrize("homes", CASES, ids=lambda homes: "+".join(sorted(homes)))
def test_U23_the_nearer_home_wins(homes, here, shown, monkeypatch):
    assert len(CASES) == 15
    if "pyproject.toml" in homes:
        (here / "pyproject.toml").write_text("[tool.other]\nseed = 9\n[tool.dedup]\nseed = 1001\n")
    if "dedup.toml" in homes:
        (here / "dedup.toml").write_text("# ours\nseed = 1002\n")
    if "DEDUP_SEED" in homes:
        monkeypatch.setenv("DEDUP_SEED", "1003")
    flags = ["--seed", "1004"] if "--seed" in homes else []
    winner = max(HOMES.index(home) for home in homes)
    lines = {"pyproject.toml": ":4", "dedup.toml": ":2"}
    home = HOMES[winner]
    assert shown(*flags)["seed"] == (1000 + winner, home + lines.get(home, ""))


def test_U23_without_any_home_the_default_is_said_to_be_one(shown):
    assert shown()["seed"] == (1, "default")
    assert {where for _, where in shown().values()} == {"default"}


def test_U23_the_closest_file_wins_and_nothing_is_merged(here, shown, monkeypatch):
    (here / "dedup.toml").write_text("seed = 5\nunit = 'word:9'\n")
    (here / "deep" / "pyproject.toml").write_text("[tool.dedup]\nseed = 6\n")
    monkeypatch.chdir(here / "deep")
    assert shown()["seed"] == (6, "pyproject.toml:2")
    assert shown()["unit"] == ("auto", "default")
    (here / "deep" / "pyproject.toml").write_text("[tool.other]\nseed = 6\n")
    assert shown()["unit"] == ("word:9", "../dedup.toml:2")


def test_what_lies_above_the_repository_does_not_count(here, shown, monkeypatch):
    (here / "dedup.toml").write_text("seed = 5\n")
    (here / "deep" / ".git").mkdir()
    monkeypatch.chdir(here / "deep")
    assert shown()["seed"] == (1, "default")


def test_a_file_can_be_named_or_all_be_left_out(here, shown, refused, monkeypatch):
    (here / "dedup.toml").write_text("seed = 5\n")
    (here / "other.toml").write_text("seed = 6\n")
    assert shown("--config", "other.toml")["seed"] == (6, "other.toml:1")
    monkeypatch.setenv("DEDUP_CONFIG", "other.toml")
    assert shown()["seed"] == (6, "other.toml:1")
    assert shown("--no-config")["seed"] == (1, "default")
    for both in (["--config=other.toml", "--no-config"], ["--no-config", "--config=other.toml"]):
        assert "exclude each other" in refused(*both)
    assert "nope.toml: no such file or directory [E110]" in refused("--config", "nope.toml")


def test_a_commands_own_table_wins_over_the_top(here, shown):
    (here / "dedup.toml").write_text("seed = 5\n[scan]\nseed = 6\n[eval]\nseed = 7\n")
    assert shown()["seed"] == (6, "dedup.toml:3")


def test_a_list_may_be_an_array(here, shown):
    (here / "dedup.toml").write_text("candidates = [\n  'terms',\n  'lsh',\n]\n")
    assert shown()["candidates"] == ("terms,lsh", "dedup.toml:1")


def test_a_switch_can_be_set_in_each_home(here, shown, monkeypatch):
    (here / "dedup.toml").write_text("furniture = false\n")
    assert shown()["furniture"] == (False, "dedup.toml:1")
    monkeypatch.setenv("DEDUP_FURNITURE", "1")
    assert shown()["furniture"] == (True, "DEDUP_FURNITURE")
    assert shown("--no-furniture")["furniture"] == (False, "--furniture")


def test_flags_that_contradict_each_other_are_refused(here, refused, capfd):
    assert "--json and --format exclude each other" in refused("--json", "--format", "csv")
    (here / "dedup.toml").write_text("format = 'csv'\n")
    for flags in (["--json"], ["--json", "--format", "json"]):
        assert main(["scan", *flags]) == 0
        assert capfd.readouterr().out.startswith('{"schema"')


def test_what_is_shown_can_be_saved_as_a_file(here, capfd):
    assert main(["scan", "--show-config", "--seed", "8", "-o", "dedup.toml"]) == 0
    assert "seed = 8 " in (here / "dedup.toml").read_text()
    assert main(["scan", "--show-config"]) == 0
    assert "# dedup.toml:5\n" in capfd.readouterr().out


def test_the_settings_take_effect(here, capfd):
    (here / "dedup.toml").write_text("format = 'json'\nthreshold = 0.5\nunit = 'word:4'\n")
    assert main(["scan"]) == 0
    body = json.loads(capfd.readouterr().out)
    assert (body["settings"]["threshold"], body["settings"]["unit"]) == (0.5, "word:4")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("# one\n\ntreshold = 0.5\n", 'dedup.toml:3: unknown key "treshold" [E110] (did you'),
        ("text = '''\ntreshold = 1'''\ntreshold = 1\n", 'dedup.toml:1: unknown key "text"'),
        ("seed = 1\n[chek]\nx = 1\n", 'dedup.toml:2: unknown key "chek"'),
        ("[scan]\nseed = 1\nsede = 1\n", "dedup.toml:3: unknown key \"sede\""),
        ("[eval]\nsede = 1\n", 'dedup.toml:2: unknown key "sede" [E110] (did you mean "seed"?)'),
        ("json = true\n", 'unknown key "json"'),
        ("[report]\ncolor = 'never'\n", 'dedup.toml:1: unknown key "report"'),
        ("threshold = 'high'\n", 'dedup.toml:1: threshold is "high" [E110] (a number)'),
        ("threshold = true\n", "threshold is true [E110] (a number)"),
        ("seed = 1.5\n", "seed is 1.5 [E110] (a whole number)"),
        ("unit = 3\n", "unit is 3 [E110] (a text in quotes)"),
        ("furniture = 'no'\n", 'furniture is "no" [E110] (true or false)'),
        ("format = 'jsno'\n", "Did you mean 'json'?"),
        ("format = ['json']\n", 'format is ["json"] [E110] (a text in quotes)'),
        ("threshold = 7\n", "dedup.toml:1: threshold is 7.0, which is not between 0 and 1 [E100]"),
        ("threshold = nan\n", "dedup.toml:1: threshold is nan"),
        ("seed = 1\nseed = 2\n", "dedup.toml:2: a key stands there twice [E110]"),
        ("seed = 1\n\n[scan\n", "dedup.toml:3: not TOML"),
        ("seed = 1\n<<<<<<< ours\n", "dedup.toml:2: not TOML"),
        ("a = " + "[" * 9999, "dedup.toml: is too deep"),
        ("# " + "x" * (1 << 20), "dedup.toml: is longer than 1,048,576 bytes"),
        ("candidates = [" + "'lsh'," * 10_001 + "]", "candidates has 10,001 values"),
    ],
    ids=lambda text: text[:24],
)  # fmt: skip
def test_U24_103_what_is_wrong_is_refused_with_its_line(written, said, here, refused):
    (here / "dedup.toml").write_text(written)
    assert said in refused()


def test_U24_pyproject_is_held_to_the_same(here, refused):
    (here / "pyproject.toml").write_text("[project]\nname = 'x'\n\n[tool.dedup]\nthreshhold = 1\n")
    assert 'pyproject.toml:5: unknown key "threshhold"' in refused()
    (here / "pyproject.toml").write_text("[tool]\ndedup = 3\n")
    assert "pyproject.toml:2: tool.dedup is not a table" in refused()
    (here / "pyproject.toml").write_bytes(b"[tool.dedup]\nunit = '\xff'\n")
    assert "byte 21 is not UTF-8" in refused()


def test_U24_a_wrong_variable_is_refused_by_its_name(refused, monkeypatch):
    monkeypatch.setenv("DEDUP_THRESHOLD", "high")
    assert "'DEDUP_THRESHOLD': 'high' is not a valid float" in refused()
    monkeypatch.setenv("DEDUP_THRESHOLD", "7")
    assert "DEDUP_THRESHOLD: threshold is 7.0" in refused()
    assert "--threshold: threshold is 8.0" in refused("--threshold", "8")


def test_a_variable_that_is_nearly_a_setting_is_told(monkeypatch, capfd):
    monkeypatch.setenv("DEDUP_TRESHOLD", "0.5")
    monkeypatch.setenv("DEDUP_OF_SOMEBODY_ELSE", "x")
    assert main(["scan"]) == 0
    err = capfd.readouterr().err
    assert "DEDUP_TRESHOLD is no setting, did you mean DEDUP_THRESHOLD?" in err
    assert "SOMEBODY" not in err


def test_a_broken_file_stands_in_nobodys_way_to_the_help(here, capfd):
    (here / "dedup.toml").write_text("broken")
    assert main(["scan", "--help"]) == 0
    assert main(["scan", "--no-config"]) == 0
    assert capfd.readouterr().err.count("broken") == 0


def test_103_paths_of_a_file_stay_below_it():
    command = click.Command("c", params=[Setting(["--baseline"], type=FILE, inside=True)])
    context = click.Context(command)

    def chosen(path):
        found = Configuration("sub/dedup.toml", {"baseline": path})
        return checked(found, ("baseline",), settings_of(command)["baseline"], context)

    assert chosen("base.json") == "sub/base.json"
    for bad in ("/etc/passwd", "../x", "a/../../x", "..\\x", "a\0b"):
        with pytest.raises(ConfigurationError, match="must stay below the folder"):
            chosen(bad)
