"""``dedup check``: what passes, what does not, and that trouble never passes."""

import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from dedup.cli.main import main

BASE = "accepted.json"
STORM = (
    "The harbour of Ostrava Bay was closed on Monday after a storm tore three cranes from their "
    "rails, the port authority said. Harbour master Ilse Brandt told reporters that no one was "
    "hurt, but that ships would have to wait until Thursday at the earliest. Repairs are expected "
    "to cost nine million crowns. The last time the port stood still was in the winter of 1987."
)
BAKERY = (
    "A village bakery has won the regional prize for rye bread for the fifth year running. Its "
    "owner, Tomas Velde, credits an oven his grandmother built and a dough that rests two days."
)
REPORT = (
    "Ships waited outside Ostrava Bay on Tuesday while engineers looked at what the wind had left "
    "of three harbour cranes. The port authority's Ilse Brandt hoped to open one basin by the end "
    "of the week. Insurers spoke of damage in the millions, and the fish market was moved inland."
)
FERRY = (
    "A ferry with forty passengers lost its rudder off Kelmouth on Sunday evening and drifted for "
    "three hours before two tugs brought it in. Nobody was hurt. The company blamed a worn bolt "
    "and has taken its sister ship out of service until every one of them has been replaced."
)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A working folder with one story told twice, and two that are told once."""
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith(("GITHUB_", "DEDUP_", "NO_COLOR", "FORCE_COLOR", "COLUMNS")):
            monkeypatch.delenv(name)
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.txt").write_text(STORM)
    (news / "b.txt").write_text("Weather\n\n" + STORM + "\n\nRead more")
    (news / "c.txt").write_text(BAKERY)
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean" / "storm.txt").write_text(STORM)
    (tmp_path / "clean" / "report.txt").write_text(REPORT)
    return tmp_path


@pytest.fixture
def check(capfd):
    """Run ``dedup check`` in this process, and give what it left behind."""

    def checking(*arguments):
        code = main(["check", *arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return subprocess.CompletedProcess(arguments, code, out, err)

    return checking


@pytest.fixture
def accepted(check):
    """A baseline of what is there."""
    assert check("news", "--baseline", BASE, "--update-baseline").returncode == 0
    return Path(BASE)


def shell(line):
    """Run a shell line; ``dedup`` stands for the tool."""
    line = f'dedup() {{ "{sys.executable}" -m dedup "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", line], check=False, capture_output=True, text=True, timeout=60
    )


def answer(check, *arguments):
    """What the gate says, as the schema knows it."""
    body = json.loads(check(*arguments, "--json", "-q").stdout)
    schema = json.loads(files("dedup.reports").joinpath("result.schema.json").read_text("utf-8"))
    jsonschema.validate(body, schema)
    return body["gate"]


# Exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["clean"], 0),
        (["news"], 1),
        (["news", "nope"], 2),
        (["news", "clean/nope"], 2),
        (["clean", "nope"], 2),
        (["clean", "nope", "--on-error", "skip"], 0),
        (["news", "nope", "--on-error", "skip"], 1),
        (["news", "nope", "--on-error", "stop"], 2),
        (["news", "--exit-zero"], 0),
        (["news", "nope", "--exit-zero"], 2),
        (["nope", "--exit-zero"], 2),
        (["news", "--max-new", "1"], 0),
        (["news", "--max-ratio", "34%"], 0),
        (["news", "--max-ratio", "0.33"], 1),
        (["news", "--max-ratio", "50%", "--max-new", "0"], 1),
        (["news", "--max-new", "-1"], 2),
        (["news", "--max-ratio", "5"], 2),
        (["news", "--max-ratio", "nan"], 2),
        (["news", "--max-ratio", "101%"], 2),
        (["news", "--threshold", "7"], 2),
        (["news", "--baseline", "nope.json"], 2),
        (["news", "--baseline", "clean"], 2),
        (["news", "--baseline", "clean/storm.txt"], 2),
        (["news", "--baseline", "nope.json", "--exit-zero"], 2),
        (["news", "--update-baseline"], 2),
        (["news", "--baseline", "-", "--update-baseline"], 2),
        (["-", "--baseline", "-"], 2),
        (["news", "--baseline", "no/such/folder.json", "--update-baseline"], 2),
        (["news", "--dry-run"], 2),
        (["news", "--force"], 2),
        (["clean", "--against", "news"], 1),
        (["clean/report.txt", "--against", "news"], 0),
        (["clean", "--against", "nope"], 2),
        (["clean", "--against", "clean"], 2),
        (["news", "-o", "clean"], 2),
        (["news", "--bazeline", "x"], 2),
    ],
)
def test_U12_U13_every_ending_has_its_exit_code(arguments, code, check):
    assert check(*arguments).returncode == code


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("max-new = -1", "dedup.toml:2"),
        ('max-ratio = "much"', "dedup.toml:2"),
        ('basline = "x"', 'did you mean "baseline"'),
        ("exit-zero = true", "unknown key"),
        ('baseline = "../outside.json"', "dedup.toml:2"),
    ],
)
def test_U12_a_bad_configuration_is_trouble(key, told, check):
    Path("dedup.toml").write_text(f"[check]\n{key}\n")
    done = check("clean")
    assert done.returncode == 2
    assert told in done.stderr


def test_the_policy_may_stand_in_the_configuration(check, accepted):
    Path("dedup.toml").write_text(f'[check]\nbaseline = "{accepted}"\nmax-ratio = "30%"\n')
    assert check("news").returncode == 0
    shutil.copy("news/c.txt", "news/d.txt")
    assert answer(check, "news")["limits"] == ["--max-ratio 30%"]
    assert check("news", "--max-new", "0").returncode == 1


def test_U9_a_reader_that_goes_away_does_not_take_the_answer_along():
    for line, code in (
        ("dedup check news | head -1", 1),
        ("dedup check news nope | true", 2),
        ("dedup check news 2>&-", 1),
    ):
        done = shell(f"{line}; exit ${{PIPESTATUS[0]}}")
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), line


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("more", [">&-", "--report sarif=/dev/full", "--exit-zero >/dev/full"])
def test_107_an_answer_that_cannot_be_written_is_trouble(more):
    done = shell(f"dedup check clean {more}")
    assert done.returncode == 2
    assert "[E400]" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_108_a_baseline_that_cannot_be_written_is_trouble(accepted, check, monkeypatch):
    before = accepted.read_bytes()
    shutil.copy("news/c.txt", "news/d.txt")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = check("news", "--baseline", BASE, "--update-baseline")
    assert done.returncode == 2
    assert "no space left" in done.stderr
    assert accepted.read_bytes() == before
    assert not list(Path().glob(".dedup-*"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_U11_111_interruptions_have_codes_of_their_own(number, code, accepted):
    before = accepted.read_bytes()
    os.mkfifo("slow.txt")
    command = ["check", "slow.txt", "news", "--baseline", BASE, "--update-baseline", "--force"]
    with (
        subprocess.Popen(
            [sys.executable, "-m", "dedup", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
        open("slow.txt", "wb"),
    ):  # opens once the other side reads
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (code, b"")
    assert b"Traceback" not in err
    assert accepted.read_bytes() == before


# What it says


@pytest.mark.usefixtures("accepted")
def test_what_is_new_what_it_copies_and_how_to_accept_it(check):
    shutil.copy("news/b.txt", "news/zz.txt")
    done = check("news", "--baseline", BASE, "--threshold", "0.25")
    assert done.stdout.splitlines() == [
        "new copies",
        "  new  news/zz.txt  copies news/b.txt  same text  [ND01 same-text]",
        "",
        "4 articles, 1 of them a new copy",
        "failed: 1 new copy, where none may pass; 1 accepted",
    ]
    *_, compare, accept = done.stderr.splitlines()
    assert main(compare.removeprefix("next: dedup ").split()) == 0
    assert accept == (
        f"accept: dedup check news --baseline {BASE} --threshold 0.25 --update-baseline"
    )
    assert main(accept.removeprefix("accept: dedup ").split()) == 0
    assert check("news", "--baseline", BASE).returncode == 0


def test_the_command_that_accepts_can_be_pasted(check):
    Path("-odd name.txt").write_text(STORM)
    shutil.copytree("news", "it's")
    done = check("--no-furniture", "--max-new", "0", "--", "-odd name.txt", "it's")
    line = done.stderr.splitlines()[-1].removeprefix("accept: ")
    assert "--max-new" not in line
    assert shell(line).returncode == 0
    assert shell(line.replace("--update-baseline", "")).returncode == 0


def test_of_an_incomplete_reading_no_report_says_passed(check):
    said = answer(check, "clean", "nope")
    assert said["passed"] is False
    assert said["why"].startswith("1 input was not read; of the rest: no new copies")


@pytest.mark.usefixtures("accepted")
def test_the_longer_newcomer_is_the_one_that_is_new(check):
    tail = " The minister will visit the quay on Friday, and the unions want a word with her."
    Path("news/later.txt").write_text(STORM + tail)
    said = answer(check, "news", "--baseline", BASE)
    assert (said["new"], said["copied"]) == (["news/later.txt"], ["news/a.txt"])


@pytest.mark.parametrize("form", ["text", "markdown", "csv", "sarif", "junit", "github", "gitlab"])
@pytest.mark.usefixtures("accepted")
def test_every_format_names_the_newcomer_and_the_answer_is_the_same(form, check):
    shutil.copy("news/b.txt", "news/zz.txt")
    done = check("news", "--baseline", BASE, "--format", form)
    assert done.returncode == 1
    assert "zz.txt" in done.stdout


def test_U25_116_order_jobs_and_seed_of_hashes_change_no_byte():
    outputs = set()
    for seed, more in (
        ("0", "news clean -j 1"),
        ("1", "clean news -j 3"),
        ("random", "news clean"),
    ):
        done = shell(f"PYTHONHASHSEED={seed} dedup check {more} --json -q")
        outputs.add((done.returncode, done.stdout))
    assert len(outputs) == 1


# The baseline


def test_U14_updating_twice_changes_nothing(check):
    first = check("news", "--baseline", BASE, "--update-baseline")
    before = Path(BASE).read_bytes()
    second = check("news", "--baseline", BASE, "--update-baseline")
    assert Path(BASE).read_bytes() == before
    assert (first.returncode, second.returncode) == (0, 0)
    assert f"{BASE} written: +2 −0, 2 accepted articles" in first.stdout
    assert f"{BASE} updated: +0 −0, 2 accepted articles" in second.stdout
    assert not first.stderr + second.stderr


def test_a_dry_run_tells_and_writes_nothing(check, accepted):
    before = accepted.read_bytes()
    os.remove("news/b.txt")
    shutil.copy("news/c.txt", "news/d.txt")
    done = check("news", "--baseline", BASE, "--update-baseline", "-n")
    assert done.returncode == 0
    assert f"{BASE} would change: +2 −2, 2 accepted articles" in done.stdout
    assert accepted.read_bytes() == before


@pytest.mark.usefixtures("accepted")
def test_U15_moving_renaming_reformatting_and_more_lines_above_are_no_news(check):
    os.mkdir("moved")
    wrapped = Path("news/a.txt").read_text().replace(", ", ",\r\n").upper()
    Path("moved/0.txt").write_bytes(b"\xef\xbb\xbf" + wrapped.encode())
    record = json.dumps({"id": "new-id", "text": Path("news/b.txt").read_text()})
    Path("moved/all.jsonl").write_text("\n" * 1000 + record)
    said = answer(check, "moved", "--baseline", BASE)
    assert (said["new"], len(said["accepted"])) == ([], 1)


@pytest.mark.parametrize("name", ["0.txt", "bb.txt", "zz.txt"])
@pytest.mark.usefixtures("accepted")
def test_U16_a_further_copy_is_one_new_wherever_it_sorts(name, check):
    for source in ("news/a.txt", "news/b.txt"):
        shutil.copy(source, f"news/{name}")
        assert len(answer(check, "news", "--baseline", BASE)["new"]) == 1
    Path(f"news/{name}").write_text("By our own reporter\n\n" + STORM + " More follows tonight.")
    assert answer(check, "news", "--baseline", BASE)["new"] == [f"news/{name}"]


@pytest.mark.usefixtures("accepted")
def test_a_repaired_copy_makes_no_room_for_another(check):
    os.remove("news/b.txt")
    assert check("news", "--baseline", BASE).returncode == 0
    shutil.copy("news/c.txt", "news/d.txt")
    said = answer(check, "news", "--baseline", BASE)
    assert said["new"] == ["news/d.txt"]
    assert "2 in the baseline for nothing" in said["why"]


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (None, "E601", "create it: dedup check news --baseline accepted.json --update-baseline)"),
        ('{"schema": "dedup.baseline/2"}', "E602", "update dedup"),
        ("<<<<<<< HEAD\n", "E600", "accepted.json:1: a merge was left unfinished"),
        ("{}", "E600", "accepted.json:1: not a baseline"),
    ],
)
def test_U17_a_baseline_that_cannot_be_used_is_trouble_with_a_way_out(content, code, told, check):
    if content:
        Path(BASE).write_text(content)
    done = check("news", "--baseline", BASE)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"[{code}]" in done.stderr
    assert told in done.stderr
    if content:
        kept = check("news", "--baseline", BASE, "--update-baseline")
        assert kept.returncode == 2
        assert Path(BASE).read_text() == content
    again = ["--update-baseline", *(["--force"] if content else [])]
    assert check("news", "--baseline", BASE, *again).returncode == 0
    assert check("news", "--baseline", BASE).returncode == 0


@pytest.mark.usefixtures("accepted")
def test_U17_other_settings_are_trouble_until_all_is_accepted_anew(check):
    done = check("news", "--baseline", BASE, "--threshold", "0.4")
    assert done.returncode == 2
    assert "threshold was 0.25 and is 0.4 [E603]" in done.stderr
    command = done.stderr.rpartition(": dedup ")[2].strip().rstrip(")")
    assert main(command.split()) == 0
    assert check("news", "--baseline", BASE, "--threshold", "0.4").returncode == 0


def test_a_baseline_may_come_from_stdin(accepted):
    assert shell(f"git --version; dedup check news --baseline - <{accepted}").returncode == 0
    assert shell(f"dedup check news --baseline <(cat {accepted})").returncode == 0


def test_a_baseline_among_the_articles_is_not_one_of_them(check):
    inside = ["--baseline", "news/accepted.jsonl"]
    assert check("news", *inside, "--update-baseline").returncode == 0
    assert check("news").returncode == 2
    assert check("news", *inside).returncode == 0
    assert check("news", *inside, "--update-baseline").returncode == 0


def test_of_half_a_corpus_nothing_is_accepted(check, accepted):
    before = accepted.read_bytes()
    shutil.copy("news/c.txt", "news/d.txt")
    done = check("news", "nope", "--baseline", BASE, "--update-baseline", "--force")
    assert done.returncode == 2
    assert accepted.read_bytes() == before
    assert "the baseline stays as it was" in done.stderr


# Removal guards


@pytest.mark.usefixtures("accepted")
def test_an_empty_corpus_does_not_pass(check):
    os.mkdir("empty")
    Path("blank.txt").write_text("\n")
    Path("odd.jsonl").write_text('{"text": "", "body": "words"}\n' * 3)
    for path in ("empty", "blank.txt", "odd.jsonl"):
        done = check(path, "--baseline", BASE)
        assert (done.returncode, done.stdout) == (2, ""), path
        assert "[E610]" in done.stderr
        assert check(path, "--baseline", BASE, "--update-baseline").returncode == 2
        assert check(path, "--exit-zero").returncode == 2


def test_a_corpus_without_most_of_what_was_accepted_does_not_pass(check):
    Path("many.jsonl").write_text(f"{json.dumps({'text': STORM})}\n" * 20)
    assert check("many.jsonl", "--baseline", BASE, "--update-baseline").returncode == 0
    before = Path(BASE).read_bytes()
    done = check("clean", "--baseline", BASE)
    assert done.returncode == 2
    assert "of 20 accepted articles only 0 are" in done.stderr
    command = done.stderr.rpartition(": dedup ")[2].strip().rstrip(")")
    refused = check("clean", "--baseline", BASE, "--update-baseline")
    assert refused.returncode == 2
    assert Path(BASE).read_bytes() == before
    assert main(command.split()) == 0
    assert check("clean", "--baseline", BASE).returncode == 0


# Known articles


def test_what_is_known_is_not_judged_and_what_is_judged_is_not_known(check, here):
    shutil.copytree("news", "news/2024")
    os.remove("news/2024/b.txt")
    Path("news/2024/c.txt").write_text(FERRY)
    said = answer(check, "news/2024", "--against", "news")
    assert (said["new"], said["copied"]) == (["news/2024/a.txt"], ["news/b.txt"])
    body = json.loads(check("news/2024", "--against", str(here / "news"), "--json").stdout)
    known = [one["address"] for one in body["articles"] if one.get("known")]
    assert known == [f"{here}/news/{name}.txt" for name in "abc"]
    assert body["gate"]["new"] == ["news/2024/a.txt"]


def test_records_of_one_file_may_be_judged_and_known(check):
    lines = [{"text": text} for text in (STORM, BAKERY, FERRY, STORM)]
    Path("in.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    body = json.loads(check("in.jsonl:2", "in.jsonl:4", "--against", "in.jsonl", "--json").stdout)
    known = [one["address"] for one in body["articles"] if one.get("known")]
    assert known == ["in.jsonl:1", "in.jsonl:3"]
    assert (body["gate"]["new"], body["gate"]["copied"]) == (["in.jsonl:4"], ["in.jsonl:1"])


def test_an_accepted_copy_of_a_known_article_passes(check):
    gate = ["clean", "--against", "news", "--baseline", BASE]
    assert check(*gate, "--update-baseline").returncode == 0
    assert check(*gate).returncode == 0
    shutil.copy("news/c.txt", "clean/c.txt")
    assert answer(check, *gate)["new"] == ["clean/c.txt"]


def test_a_known_article_that_cannot_be_read_is_trouble(check):
    assert check("clean/report.txt", "--against", "news", "--against", "nope").returncode == 2
    Path("broken.jsonl").write_text('{"text": "a b c"}\n{"text": ')
    assert check("clean/report.txt", "--against", "broken.jsonl").returncode == 2
