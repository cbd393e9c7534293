"""``dedup clean``: what is kept to the byte, what is told of the rest, and when it refuses."""

import base64
import gzip
import json
import os
import random
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dedup import pipeline, writers
from dedup.cli import layout as layouts
from dedup.cli.main import main

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
FERRY = (
    "Ferry crews on the Lind crossing voted to strike from Saturday, the seamen's union announced, "
    "after talks about night shifts broke down. Two island schools will teach from boats at anchor."
)


def line(number, text, **more):
    """A record as it might stand in somebody's file."""
    return json.dumps({"id": number, "text": text, **more}, ensure_ascii=False)


LINES = [
    line("a", STORM, source="Reuters", published="2025-03-04T10:00:00Z"),
    line("b", "Weather\n\n" + STORM + "\n\nRead more", source="Daily"),
    line("c", BAKERY, source="Daily"),
    '{ "id":9007199254740993 ,"text": "' + STORM + '", "text": "' + FERRY + '"}\r',
    line("e", FERRY + " It was the third strike in a year.", note="\u202e"),
]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A working folder with a file of records, and a folder with a file of records and texts."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    Path("in.jsonl").write_bytes(("\n".join(LINES) + "\n").encode())
    for name, text in {
        "a.txt": STORM,
        "b.txt": "Weather\n\n" + STORM + "\n\nRead more",
        "deep/er/c.md": BAKERY,
        "deep/empty.txt": "",
        "deep/d.jsonl": line("d", FERRY) + "\n\n" + line("x", STORM),
    }.items():
        path = Path("news", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def run(capfd):
    """Run the tool in this process, and give what it left behind."""

    def running(*arguments):
        code = main(arguments)
        out, err = capfd.readouterr()
        return subprocess.CompletedProcess(arguments, code, out, err)

    return running


def shell(line, **more):
    """Run a shell line; ``dedup`` stands for the tool."""
    line = f'dedup() {{ "{sys.executable}" -m dedup "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", line], check=False, capture_output=True, timeout=60, **more
    )


def under(folder):
    """All files below a folder with their bytes."""
    root = Path(folder)
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def objects(path):
    """The objects of a file of JSON Lines."""
    return [json.loads(one) for one in Path(path).read_text("utf-8").split("\n")[:-1]]


def kept(*numbers):
    """The bytes of some of the lines."""
    return "".join(LINES[number] + "\n" for number in numbers).encode()


# What is written


def test_kept_lines_are_the_lines_that_were_read_65(run):
    done = run("clean", "in.jsonl", "-o", "out.jsonl")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith("5 read = 3 kept + 2 removed + 0 rejected\n")
    assert Path("out.jsonl").read_bytes() == kept(1, 2, 4)


def test_the_file_of_removed_articles_proves_each_removal(run):
    run("clean", "in.jsonl", "-o", "out.jsonl", "--removed", "removed.jsonl")
    first, second = objects("removed.jsonl")
    assert {k: first[k] for k in ("id", "address", "copy_of", "why")} == {
        "id": "a",
        "address": "in.jsonl:1",
        "copy_of": "b",
        "why": "longest",
    }
    assert first["rule"].startswith("ND")
    assert first["evidence"]["right_in_left_ratio"] > 0.5
    assert first["record"] == json.loads(LINES[0])
    raw = Path("removed.jsonl").read_bytes().split(b"\n")[1]
    assert raw.endswith(b', "record": ' + LINES[3].strip().encode() + b"}")
    assert second["id"] == "9007199254740993"


def test_the_reason_for_the_choice_follows_the_policy_88(run):
    for policy, keeper in (("source:reuters; longest", "source:reuters"), ("earliest", "earliest")):
        run("clean", "in.jsonl", "-fo", "out.jsonl", "--removed", "r.jsonl", "--keep", policy)
        assert objects("r.jsonl")[0]["copy_of"] == "a"
        assert objects("r.jsonl")[0]["why"] == keeper
    done = run("clean", "in.jsonl", "-fo", "out.jsonl", "--keep", "erliest")
    assert done.returncode == 2
    assert "did you mean 'earliest'?" in done.stderr


def test_a_folder_is_mirrored_without_what_is_redundant(run):
    before = under("news")
    done = run("clean", "news", "-o", "clean", "--removed", "removed.jsonl")
    assert done.returncode == 0
    assert done.stderr.endswith("6 read = 4 kept + 2 removed + 0 rejected\n")
    assert under("clean") == {
        "b.txt": before["b.txt"],
        "deep/er/c.md": before["deep/er/c.md"],
        "deep/empty.txt": b"",
        "deep/d.jsonl": before["deep/d.jsonl"][: -len(line("x", STORM))],
    }
    assert under("news") == before
    told = objects("removed.jsonl")
    assert [one["address"] for one in told] == ["news/a.txt", "news/deep/d.jsonl:3"]
    assert ["record" in one for one in told] == [False, True]


def test_several_inputs_keep_their_folders_names_apart(run):
    Path("wire/a.txt").parent.mkdir()
    Path("wire/a.txt").write_text(FERRY + " Twice.")
    run("clean", "wire", "news", "-o", "clean", "--max-removed", "100%")
    assert sorted(under("clean")) == ["news/b.txt", "news/deep/d.jsonl", "news/deep/empty.txt",
                                      "news/deep/er/c.md", "wire/a.txt"]  # fmt: skip


def test_two_files_with_one_name_are_not_written_over_each_other(run):
    Path("more/news/a.txt").parent.mkdir(parents=True)
    Path("more/news/a.txt").write_text(FERRY)
    done = run("clean", "news", "more/news", "-o", "clean")
    assert done.returncode == 2
    assert "would have one name in the output, news/a.txt" in done.stderr
    assert not Path("clean").exists()


def test_files_of_records_go_one_after_the_other_into_one_file(run):
    Path("x.jsonl").write_bytes(b"\xef\xbb\xbf" + line("x", BAKERY).encode())
    Path("y.jsonl").write_bytes(b"\xef\xbb\xbf\n" + line("y", FERRY).encode())
    run("clean", "y.jsonl", "x.jsonl", "-o", "out.jsonl")
    lines = line("x", BAKERY) + "\n\n" + line("y", FERRY)
    assert Path("out.jsonl").read_bytes() == b"\xef\xbb\xbf" + lines.encode()


def test_a_clean_corpus_comes_out_as_it_went_in_24_66(run):
    body = b"\xef\xbb\xbf" + b"\n\n".join(
        one.encode() for one in (line("1", ""), line("2", ""), line("3", BAKERY), line("4", " "))
    )
    Path("odd.jsonl").write_bytes(body)
    assert run("clean", "odd.jsonl", "-o", "out.jsonl").returncode == 0
    assert Path("out.jsonl").read_bytes() == body


def test_ids_that_differ_beyond_what_floats_hold_stay_two_records_61(run):
    big = '{"id": 1234567890123456789012%d, "text": "%s"}\n'
    Path("ids.jsonl").write_text(big % (3, BAKERY) + big % (4, FERRY))
    run("clean", "ids.jsonl", "-o", "out.jsonl")
    assert Path("out.jsonl").read_text() == big % (3, BAKERY) + big % (4, FERRY)


def test_U22_a_stream_in_is_a_stream_out():
    done = shell("cat in.jsonl | dedup clean - -o - | cmp - <(sed -n '2,3p;5p' in.jsonl)")
    assert (done.returncode, done.stdout) == (0, b"")
    done = shell("dedup clean - < in.jsonl")
    assert done.stdout == kept(1, 2, 4)


def test_the_removed_may_be_the_stream_instead(run):
    done = run("clean", "in.jsonl", "-o", "out.jsonl", "--removed", "-")
    assert [json.loads(one)["id"] for one in done.stdout.splitlines()] == ["a", "9007199254740993"]
    assert run("clean", "in.jsonl", "-o", "-", "--removed", "-").returncode == 2


def test_U25_116_order_and_seed_of_the_arguments_change_nothing(run):
    outs = []
    for paths in (("in.jsonl", "news/deep"), ("news/deep", "in.jsonl", "news/deep")):
        run("clean", *paths, "-fo", "clean", "--removed", "r.jsonl", "--max-removed", "100%")
        outs.append((under("clean"), Path("r.jsonl").read_bytes()))
    assert outs[0] == outs[1]
    code = (
        "from dedup.cli.main import main; main(['clean', 'in.jsonl', '-fo', 'o', '--removed', 'r'])"
    )
    made = set()
    for seed in ("0", "1", "77"):
        where = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code], env=where, check=True, capture_output=True)
        made.add((Path("o").read_bytes(), Path("r").read_bytes()))
    assert len(made) == 1


def test_odd_names_are_cleaned_and_escaped_in_the_files_15_16_17_20(run):
    names = [b"a\nb.txt", b"bad\xff.txt", b"\x1b]0;pwn\x07.txt", b"-rf.txt", b"[id].txt"]
    os.mkdir("odd")
    for at, name in enumerate(names):
        text = STORM if at % 2 else f"{STORM} It was storm number {at}."
        Path(os.fsdecode(b"odd/" + name)).write_text(text)
    Path("odd/z.txt").write_bytes(b"\xef\xbb\xbfcaf\xe9")
    done = run(
        "clean", "odd", "-o", "out", "--removed", "r", "--rejects", "j", "--max-removed=100%"
    )
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert len(under("out")) + len(objects("r")) == len(names)
    assert b"\x1b" not in Path("r").read_bytes()
    addresses = [one["address"] for one in objects("r")]
    assert all(os.path.exists(one) for one in addresses)


# Rejects


def test_rejects_hold_each_record_verbatim_54_56_58(run):
    bad = [b'{"text": "cut', b'{"text": "caf\xe9\0"}\r', b"[1, 2]", b'{"text": null}', b"{}"]
    Path("bad.jsonl").write_bytes(b"\n".join([LINES[2].encode(), *bad, LINES[4].encode()]))
    done = run("clean", "bad.jsonl", "-o", "out.jsonl", "--rejects", "rejects.jsonl")
    assert done.returncode == 2
    assert "7 read = 2 kept + 0 removed + 5 rejected" in done.stderr
    assert Path("out.jsonl").read_bytes() == f"{LINES[2]}\n{LINES[4]}".encode()
    told = objects("rejects.jsonl")
    assert [(one["address"], one["code"]) for one in told] == [
        ("bad.jsonl:2", "E301"),
        ("bad.jsonl:3", "E302"),
        ("bad.jsonl:4", "E304"),
        ("bad.jsonl:5", "E311"),
        ("bad.jsonl:6", "E310"),
    ]
    assert all(one["why"] for one in told)
    raw = [
        base64.b64decode(one["record_base64"]) if "record_base64" in one else one["record"].encode()
        for one in told
    ]
    assert raw == bad
    assert told[1]["record"] == '{"text": "caf\ufffd\0"}\r'


def test_what_becomes_of_rejects_is_told_where_nobody_asked_for_them(run):
    Path("bad.jsonl").write_text(LINES[2] + "\n{\n")
    done = run("clean", "bad.jsonl", "-o", "out.jsonl")
    assert done.returncode == 2
    assert "bad.jsonl:2: JSON ends early at byte 1 [E301]" in done.stderr
    assert "--rejects FILE keeps what could not be read" in done.stderr
    assert run("clean", "bad.jsonl", "-fo", "out.jsonl", "--on-error", "skip").returncode == 0
    assert Path("out.jsonl").read_text() == LINES[2] + "\n"
    done = run("clean", "bad.jsonl", "-fo", "none.jsonl", "--on-error", "stop")
    assert done.returncode == 2
    assert not Path("none.jsonl").exists()


def test_a_line_too_long_for_the_memory_is_rejected_in_pieces_67(run, monkeypatch):
    monkeypatch.setattr("dedup.writers.jsonl.RECORD_BYTES", 700)
    long = line("long", "word " * 1000).encode()
    Path("long.jsonl").write_bytes(b"\n".join([LINES[2].encode(), long, LINES[4].encode(), b""]))
    limit = ("--limit", "line_bytes=1000")
    run("clean", "long.jsonl", "-o", "out.jsonl", "--rejects", "rejects.jsonl", *limit)
    assert Path("out.jsonl").read_bytes() == f"{LINES[2]}\n{LINES[4]}\n".encode()
    [told] = objects("rejects.jsonl")
    assert (told["address"], told["code"]) == ("long.jsonl:2", "E305")
    assert base64.b64decode(told["record_base64"]) == long


def test_a_text_that_cannot_be_decoded_is_rejected_whole_and_a_binary_file_named(run):
    bad_bytes = b"\xef\xbb\xbfcaf\xe9\n"
    Path("news/bad.txt").write_bytes(bad_bytes)
    Path("news/binary.txt").write_bytes(b"a\0b")
    done = run("clean", "news", "-o", "clean", "--rejects", "rejects.jsonl")
    assert done.returncode == 2
    bad, binary = objects("rejects.jsonl")
    assert (bad["code"], base64.b64decode(bad["record_base64"])) == ("E302", bad_bytes)
    assert (binary["code"], "record" in binary) == ("E306", False)
    assert not {"bad.txt", "binary.txt"} & under("clean").keys()
    Path("news/bad.txt").unlink()
    assert run("clean", "news", "-fo", "clean").returncode == 0


def test_where_it_is_not_known_what_was_lost_nothing_is_written_2_13_57(run):
    Path("bare.jsonl").write_text('{"id": 1, "body_": "x"}\n{"id": 2, "headline": "y"}\n')
    for arguments, told in (
        (("bare.jsonl",), "fields seen: body_, headline, id"),
        (("in.jsonl", "nope.jsonl"), "nope.jsonl: no such file"),
        (("news", "nope"), "nope: no such file"),
        (("in.jsonl", "bare.jsonl"), "--on-error skip cleans the others"),
    ):
        done = run("clean", *arguments, "-o", "out", "--rejects", "rejects")
        assert done.returncode == 2
        assert told in done.stderr
        assert "nothing was written" in done.stderr
        assert not Path("out").exists() | Path("rejects").exists()
    done = run("clean", "in.jsonl", "bare.jsonl", "-o", "out.jsonl", "--on-error", "skip")
    assert done.returncode == 0
    assert Path("out.jsonl").read_bytes() == kept(1, 2, 4)
    assert "6 read = 3 kept + 2 removed + 1 rejected" in done.stderr
    assert run("clean", "bare.jsonl", "-o", "o.jsonl", "--on-error", "skip").returncode == 2


# Guards


def test_a_removal_beyond_the_limit_is_refused_with_its_cause(run):
    empty = "Please enable scripts to read this article on our site."
    for number in range(4):
        Path(f"news/p{number}.txt").write_text(empty)
    records = [line(n, STORM.replace("Monday", "a Monday"), body=f"{n}") for n in "abc"]
    Path("same.jsonl").write_text("\n".join([*records, *LINES[2:3]]) + "\n")
    done = run("clean", "same.jsonl", "-o", "out.jsonl", "--max-removed", "40%", "--removed", "r")
    assert done.returncode == 2
    assert "would remove 2 of 4 articles (50 %), more than --max-removed 40%" in done.stderr
    assert "[E501]" in done.stderr
    assert "2 of them have the very text of same.jsonl:1" in done.stderr
    assert "--text-field" in done.stderr
    assert not Path("out.jsonl").exists() | Path("r").exists()
    for limit, code in (("50%", 0), ("2", 0), ("1", 2), ("49.9%", 2), ("100 %", 0), ("0", 2)):
        done = run("clean", "same.jsonl", "-fo", "out.jsonl", "--max-removed", limit)
        assert done.returncode == code, limit


def test_causes_are_told_apart(run):
    Path("twice.jsonl").write_bytes(Path("in.jsonl").read_bytes())
    done = run("clean", "in.jsonl", "twice.jsonl", "-o", "out.jsonl")
    assert "7 of 10 articles" in done.stderr
    assert "is it one corpus twice?" in done.stderr or "are one story" in done.stderr
    done = run("clean", "in.jsonl", "-o", "o", "--max-removed", "1", "--threshold", "0.2")
    assert "--threshold 0.2 is low, the default is 0.25" in done.stderr
    done = run("clean", "in.jsonl", "-o", "o", "--max-removed", "1")
    assert "allow it: --max-removed 100%" in done.stderr


def test_a_source_that_would_vanish_is_a_reason_to_stop(run):
    agency = [
        line(n, f"{STORM} Reporter {n} wrote this down for us.", source="Wipe\x1bout")
        for n in range(20)
    ]
    chance = random.Random(7)
    words = ["".join(chance.choices("abdegiklmnoprstuv", k=7)) for _ in range(900)]
    others = [line(f"o{n}", " ".join(chance.sample(words, 40))) for n in range(40)]
    Path("many.jsonl").write_text("\n".join(agency + others) + "\n")
    done = run("clean", "many.jsonl", "-o", "out.jsonl", "--max-removed-per-source", "80%")
    assert done.returncode == 2
    assert "19 of 20 articles (95 %) of source 'Wipe\\x1bout'" in done.stderr
    assert not Path("out.jsonl").exists()
    assert run("clean", "many.jsonl", "-o", "out.jsonl").returncode == 0
    done = run("clean", "many.jsonl", "-fo", "out.jsonl", "--max-removed-per-source", "18")
    assert done.returncode == 2
    small = run("clean", "in.jsonl", "-o", "small.jsonl", "--max-removed-per-source", "10%")
    assert small.returncode == 0


def test_a_dry_run_reports_and_writes_nothing(run):
    before = under(".")
    done = run("clean", "in.jsonl", "-n", "-o", "out.jsonl", "--removed", "r.jsonl")
    assert done.returncode == 0
    assert done.stdout == run("scan", "in.jsonl").stdout
    assert "5 read = 3 kept + 2 removed + 0 rejected\ndry run: nothing was written" in done.stderr
    assert json.loads(run("clean", "in.jsonl", "-n", "--json").stdout)["tally"]["redundant"] == 2
    done = run("clean", "in.jsonl", "-n", "--max-removed", "1")
    assert (done.returncode, done.stdout[:7]) == (2, "story 1")
    assert under(".") == before


def test_a_report_for_machines_comes_beside_the_corpus(run):
    done = run("clean", "in.jsonl", "-o", "out.jsonl", "--json")
    assert json.loads(done.stdout)["tally"]["redundant"] == 2
    assert Path("out.jsonl").read_bytes() == kept(1, 2, 4)
    assert run("clean", "in.jsonl", "-o", "-", "--json").returncode == 2


# Annotation


def test_annotation_drops_nothing_and_changes_nothing_else(run):
    body = [*LINES, '{"text": "cut']
    Path("six.jsonl").write_bytes("\n".join(body).encode())
    done = run(
        "clean", "six.jsonl", "--annotate", "-o", "out.jsonl", "--rejects", "j", "--max-removed=0"
    )
    assert done.returncode == 2
    assert "6 read = 5 annotated + 1 not readable" in done.stderr
    made = Path("out.jsonl").read_bytes().decode().split("\n")
    assert made[5] == body[5]
    fields = []
    for before, after in zip(LINES, made, strict=False):
        head = before.rstrip()[:-1]
        assert after.startswith(head + ', "dedup_story": ')
        assert after.endswith("}" + before[len(before.rstrip()) :])
        fields.append([json.loads(after)[f"dedup_{k}"] for k in ("story", "keeper", "relation")])
    big = "9007199254740993"
    assert fields == [
        [1, "b", "same_story"],
        [1, "b", "keeper"],
        [None, None, None],
        [2, "e", "same_story"],
        [2, "e", "keeper"],
    ]
    assert big in made[3]
    assert len(objects("j")) == 1


@pytest.mark.parametrize("name", ['"dedup_story"', '"\\u0064edup_keeper"'])
def test_annotation_never_overwrites_a_field(name, run):
    Path("marked.jsonl").write_text(LINES[0] + '\n{"text": "x", ' + name + ": 1}\n")
    done = run("clean", "marked.jsonl", "--annotate", "-o", "out.jsonl")
    assert done.returncode == 2
    assert "marked.jsonl:2: has a field dedup_" in done.stderr
    assert not Path("out.jsonl").exists()


def test_annotation_is_for_records_only(run):
    assert "news/a.txt has no fields" in run("clean", "news", "--annotate", "-o", "out").stderr
    done = run("clean", "in.jsonl", "--annotate", "-o", "out", "--removed", "r")
    assert (done.returncode, Path("out").exists()) == (2, False)


# Places


def test_outputs_that_cannot_be_are_refused_before_anything_is_read_22_23_109(run, monkeypatch):
    def read(*_, **__):
        raise AssertionError("read")

    monkeypatch.setattr(pipeline, "deduplicate", read)
    Path("old.jsonl").write_text("old")
    Path("link.jsonl").symlink_to("in.jsonl")
    os.link("in.jsonl", "hard.jsonl")
    os.mkdir("full")
    Path("full/mine.txt").write_text("mine")
    before = under(".")
    for arguments, told in (
        (("in.jsonl", "-o", "old.jsonl"), "old.jsonl: exists already [E400] (-f replaces it)"),
        (("in.jsonl", "-o", "in.jsonl"), "exists already"),
        (("in.jsonl", "-o", "link.jsonl"), "exists already"),
        (("in.jsonl", "-o", "hard.jsonl"), "exists already"),
        (("in.jsonl", "-o", "o", "--removed", "old.jsonl"), "exists already"),
        (("in.jsonl", "-o", "o", "--rejects", "in.jsonl", "-f"), "is an input too"),
        (("in.jsonl", "-o", "o", "--removed", "./o"), "is named for two outputs"),
        (("in.jsonl", "-o", "news"), "is a folder"),
        (("in.jsonl", "-o", "no/where.jsonl"), "its folder does not exist"),
        (("in.jsonl:2", "-o", "o"), "one record; name its file, in.jsonl"),
        (("news", "-o", "-"), "the output is more than one file"),
        (("news",), "the output is more than one file"),
        (("news", "-o", "news"), "is the input news"),
        (("news", "-o", "news/clean"), "is the input news, lies in it"),
        (("news/deep", "-o", "news", "-f"), "lies in it or holds it"),
        (("news", "-o", "full"), "holds something already"),
        (("news", "-o", "full", "-f"), "does not come from this input, such as mine.txt"),
        (("news", "-o", "old.jsonl", "-f"), "is one file, the input are several"),
        (("news", "-o", "out", "--removed", "out/r"), "its folder does not exist"),
        (("in.jsonl", "-o", "o", "--max-removed", "half"), "'half' is no limit"),
        (("in.jsonl", "-o", "o", "--max-removed", "101%"), "is no limit"),
        (("in.jsonl", "-o", "o", "--max-removed-per-source", "-1"), "is no limit"),
        ((), "Missing argument 'IN...'"),
    ):
        done = run("clean", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert told in done.stderr, arguments
    assert under(".") == before


def test_in_place_only_by_force_and_whole_23(run):
    Path("link.jsonl").symlink_to("in.jsonl")
    Path("in.jsonl").chmod(0o640)
    assert run("clean", "in.jsonl", "-fo", "link.jsonl").returncode == 0
    assert Path("in.jsonl").read_bytes() == kept(1, 2, 4)
    assert Path("link.jsonl").is_symlink()
    assert stat.S_IMODE(os.stat("in.jsonl").st_mode) == 0o640
    Path("in.jsonl").write_text(LINES[0] + "\n{\n")
    done = run("clean", "in.jsonl", "-fo", "in.jsonl")
    assert done.returncode == 2
    assert "would be lost; nothing was written" in done.stderr
    assert Path("in.jsonl").read_text() == LINES[0] + "\n{\n"
    assert run("clean", "in.jsonl", "-fo", "in.jsonl", "--rejects", "j").returncode == 2
    assert Path("in.jsonl").read_text() == LINES[0] + "\n"
    assert objects("j")[0]["record"] == "{"


def test_outputs_below_the_input_are_no_input_22(run):
    for _ in range(2):
        done = run("clean", "news/deep/d.jsonl", "-fo", "news/all.jsonl")
        assert done.returncode == 0
    os.mkdir("records")
    Path("records/in.jsonl").write_bytes(Path("in.jsonl").read_bytes())
    for _ in range(2):
        done = run("clean", "records", "-fo", "records/out.jsonl", "--removed", "records/r.jsonl")
        assert "5 read = 3 kept + 2 removed" in done.stderr
    assert Path("records/out.jsonl").read_bytes() == kept(1, 2, 4)


def test_an_output_that_is_not_what_its_name_says_is_told(run):
    Path("in.jsonl.gz").write_bytes(gzip.compress(Path("in.jsonl").read_bytes()))
    told = "{}: is written as {} is, whatever its name says [W304]\n"
    for source, output in (
        ("in.jsonl", "a.csv"),
        ("in.jsonl", "a.jsonl.gz"),
        ("in.jsonl.gz", "a.json"),
    ):
        assert told.format(output, source) in run("clean", source, "-o", output).stderr
        assert "W304" not in run("clean", source, "-fo", output, "-q").stderr
        assert "W304" not in run("clean", source, "-fo", output, "-n").stderr
    for source, output in (
        ("in.jsonl", "b.ndjson"),
        ("in.jsonl", "b"),
        ("in.jsonl.gz", "b.json.gz"),
    ):
        assert "W304" not in run("clean", source, "-o", output).stderr


def test_a_folder_that_an_earlier_run_made_is_replaced_as_a_whole(run):
    run("clean", "news", "-o", "clean", "--keep", "first")
    assert "a.txt" in under("clean")
    assert run("clean", "news", "-fo", "clean").returncode == 0
    assert sorted(under("clean")) == ["b.txt", "deep/d.jsonl", "deep/empty.txt", "deep/er/c.md"]
    assert not [name for name in os.listdir() if name.startswith(".dedup")]


def test_what_cannot_be_read_twice_is_refused():
    done = shell("dedup clean <(cat in.jsonl) -o out.jsonl")
    assert done.returncode == 2
    assert b"cannot be read twice; pipe it into -" in done.stderr
    assert shell("dedup clean - -o out.jsonl <&-").returncode == 2


def test_a_terminal_does_not_get_articles_unasked(run, monkeypatch):
    monkeypatch.setattr(layouts.sys.stdout, "isatty", lambda: True, raising=False)
    done = run("clean", "in.jsonl")
    assert done.returncode == 2
    assert "stdout is a terminal" in done.stderr


@pytest.mark.parametrize("how", ["rewritten", "replaced", "grown", "removed", "new file"])
def test_input_that_changes_between_the_passes_is_noticed_11_12_13(how, run, monkeypatch):
    whole = pipeline.deduplicate
    body = Path("in.jsonl").read_bytes()
    os.mkdir("lines")
    Path("lines/in.jsonl").write_bytes(body)

    def meddled(articles, settings, **more):
        result = whole(articles, settings, **more)
        target = Path("lines/in.jsonl")
        if how == "rewritten":  # as long as before, and as old
            times = os.stat(target)
            target.write_bytes(body.replace(b"Monday", b"Sunday"))
            os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
        elif how == "replaced":
            Path("other").write_bytes(b"\n".join(reversed(body.split(b"\n"))))
            os.replace("other", target)
        elif how == "grown":
            target.write_bytes(body + LINES[0].encode() + b"\n")
        elif how == "removed":
            target.unlink()
        return result

    def with_new_file(articles, settings, **more):
        def longer():
            yield from articles
            yield pipeline.Article("new", BAKERY, "lines/new.jsonl:1")

        return whole(longer(), settings, **more)

    monkeypatch.setattr(pipeline, "deduplicate", with_new_file if how == "new file" else meddled)
    done = run("clean", "lines", "-o", "out.jsonl", "--removed", "r.jsonl")
    assert done.returncode == 2
    assert "nothing was written" in done.stderr or "no such file" in done.stderr
    assert not Path("out.jsonl").exists() | Path("r.jsonl").exists()
    assert not [name for name in os.listdir() if name.startswith(".dedup")]


def test_what_was_written_is_read_again_before_it_is_published(run, monkeypatch):
    jsonl = writers.WRITERS["jsonl"]

    def lossy(source, out, sort):
        for number, piece in jsonl.cut(source):
            written = sort(number, piece)
            if written is not None and b"bakery" not in written:
                out.write(written)

    monkeypatch.setitem(writers.WRITERS, "jsonl", writers.Writer(
        jsonl.cut, lossy, jsonl.record, jsonl.annotate, joins=True))  # fmt: skip
    done = run("clean", "in.jsonl", "-o", "out.jsonl")
    assert done.returncode == 2
    assert "the output does not hold what was kept; nothing was written [E901]" in done.stderr
    assert not Path("out.jsonl").exists()


def test_what_has_a_reader_but_no_writer_is_refused(run, monkeypatch):
    monkeypatch.delitem(writers.WRITERS, "text")
    done = run("clean", "news", "-o", "out")
    assert done.returncode == 2
    assert "news/a.txt is text, which can be read but not be written" in done.stderr


def test_limits_and_policy_may_stand_in_a_configuration_file(run):
    Path("dedup.toml").write_text(
        'keep = ["source:reuters", "longest"]\n[clean]\nmax-removed = "1"\n'
    )
    done = run("clean", "in.jsonl", "-o", "out.jsonl")
    assert done.returncode == 2
    assert "more than --max-removed 1;" in done.stderr
    run("clean", "in.jsonl", "-o", "out.jsonl", "--max-removed", "2", "--removed", "r.jsonl")
    assert objects("r.jsonl")[0]["why"] == "source:reuters"


def test_U39_names_beyond_ascii_under_a_plain_locale():
    os.mkdir("новости")
    for name in ("а.txt", "б.txt"):
        Path("новости", name).write_text(STORM)
    where = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = shell("dedup clean новости -o чисто --removed список.jsonl", env=where)
    assert done.returncode == 0, done.stderr
    assert list(under("чисто")) == ["а.txt"]
    [told] = objects("список.jsonl")
    assert os.fsdecode(os.fsencode(told["address"])) == "новости/б.txt"


def test_83_86_many_copies_and_a_chain_leave_one_article_that_each_was_held_against(run):
    words = [
        f"{STORM[at % 200 : at % 200 + 40]} {BAKERY[at % 90 : at % 90 + 60]}" for at in range(9)
    ]
    chain = [" ".join(words[at : at + 5]) for at in range(5)]
    lines = [line(f"same{n}", FERRY) for n in range(300)] + [
        line(f"c{n}", t) for n, t in enumerate(chain)
    ]
    Path("many.jsonl").write_text("\n".join(lines) + "\n")
    done = run("clean", "many.jsonl", "-o", "o.jsonl", "--removed", "r.jsonl", "--max-removed=100%")
    assert done.returncode == 0
    kept_ids = {one["id"] for one in objects("o.jsonl")}
    told = objects("r.jsonl")
    assert len(kept_ids) + len(told) == len(lines)
    assert {one["copy_of"] for one in told} <= kept_ids
    assert len([one for one in kept_ids if one.startswith("same")]) == 1
