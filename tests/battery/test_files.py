"""Battery A: files and folders, #1 to #23; the cases of ``clean`` stand with that command."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path

import pytest

from dedup.readers import ReadSettings, opening, read

from .conftest import STORM


def test_001_an_empty_folder_holds_no_articles(here, scan):
    (here / "d").mkdir()
    done = scan("d")
    assert (done.code, done.body["tally"]["read"], done.err) == (0, 0, "")


def test_002_a_missing_path_is_named_and_the_others_are_read(scan):
    Path("a.txt").write_text(STORM)
    done = scan("nope", "a.txt")
    assert (done.code, done.addresses) == (2, ["a.txt"])
    assert "nope: no such file or folder [E303]" in done.err
    assert scan("nope", "a.txt", "--on-error", "skip").code == 0


def test_002_a_missing_path_leaves_nothing_to_be_told_in_dev_mode():
    run = [sys.executable, "-X", "dev", "-m", "dedup", "scan", "nope", "."]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.stderr == "nope: no such file or folder [E303]\n"


def unprivileged(folder):
    """Run a scan as somebody who may not read everything.

    The program itself may lie where only root can read, so that all of it is loaded before.
    """
    code = (
        "import os, sys; from dedup.cli.main import main; folder = sys.argv[1]; "
        "main(['scan', '-q', '-o', os.devnull, os.path.join(folder, 'a.txt')]); "
        "os.geteuid() or (os.setgroups([]), os.setgid(65534), os.setuid(65534)); "
        "sys.exit(main(['scan', '--json', folder]))"
    )
    command = [sys.executable, "-c", code, folder]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("folder", [False, True])
def test_003_004_what_may_not_be_read_is_named_and_the_rest_is_read(folder):
    """Nor may the working folder be read; it is of no interest."""
    with tempfile.TemporaryDirectory() as name:  # all folders of pytest are private
        here = Path(name)
        here.chmod(0o755)
        (here / "a.txt").write_text(STORM)
        shut = here / ("z" if folder else "u.txt")
        if folder:
            shut.mkdir()
            (shut / "a.txt").write_text("x")
        else:
            shut.write_text("x")
        shut.chmod(0)
        done = unprivileged(name)
        shut.chmod(0o700)
        body = json.loads(done.stdout)
        assert done.returncode == 2
        assert f"{shut}: permission denied [E303]" in done.stderr
        assert [(one["address"], one["code"]) for one in body["skipped"]] == [(str(shut), "E303")]
        assert [one["address"] for one in body["articles"]] == [str(here / "a.txt")]


def test_005_a_link_to_a_folder_above_is_not_followed_or_ends(here, scan):
    (here / "a.txt").write_text(STORM)
    (here / "loop").symlink_to(".")
    done = scan(".")
    assert (done.code, done.addresses) == (0, ["a.txt"])
    assert "loop: a link, and not followed [W311]" in done.err
    done = scan(".", "--follow")
    assert (done.code, done.addresses) == (2, ["a.txt"])
    assert done.skipped["loop"] == ("E303", "a loop in the file system: it leads back to .")


def test_006_links_in_a_circle_and_into_nowhere_are_told(here, scan):
    (here / "a.txt").symlink_to("b.txt")
    (here / "b.txt").symlink_to("a.txt")
    (here / "d.txt").symlink_to("/nonexistent")
    done = scan(".")
    assert (done.code, done.body["tally"]["read"]) == (0, 0)
    assert done.err.count("[W311]") == 3
    done = scan(".", "--follow")
    assert done.code == 2
    assert set(done.skipped) == {"a.txt", "b.txt", "d.txt"}


def test_007_one_file_by_two_names_is_two_articles_and_told(here, scan):
    (here / "x.txt").write_text(STORM)
    os.link("x.txt", "y.txt")
    done = scan(".")
    assert (done.code, done.addresses) == (0, ["x.txt", "y.txt"])
    assert "y.txt: is the same file as x.txt; both are read [W303]" in done.err


def test_008_a_pipe_is_never_opened_on_a_walk_and_read_when_named(scan):
    os.mkfifo("p.txt")
    done = scan(".")
    assert done.code == 0
    assert "p.txt: a pipe, socket or device, and not read on a walk [W311]" in done.err
    writer = threading.Thread(target=lambda: Path("p.txt").write_text(STORM))
    writer.start()
    done = scan("p.txt")
    writer.join()
    assert (done.code, done.addresses) == (0, ["p.txt"])


def test_a_folder_of_which_nothing_is_taken_is_told(scan, here):
    (here / ".ignore").write_text("c.txt\n")
    for name in ("a.foo", "b.png", "c.txt"):
        (here / name).write_text(STORM)
    done = scan(".")
    assert (done.code, done.addresses) == (0, [])
    told = "nothing was taken of it; files of other kinds: 2, files that are ignored: 1"
    assert f".: {told} [W310] (--include and --no-ignore take them)" in done.err
    assert "W310" not in scan(".", "--no-ignore").err


def test_009_sockets_and_devices_are_passed_over_or_refused(scan):
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("s.txt")
    done = scan(".")
    assert (done.code, "s.txt: a pipe, socket" in done.err) == (0, True)
    assert scan("s.txt").code == 2
    done = scan("/dev/zero")
    assert (done.code, done.skipped["/dev/zero"]) == (2, ("E303", "a device, not a file"))


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs /proc")
def test_010_files_that_are_none_end_with_an_error(scan):
    done = scan("/proc/self/mem", "/dev/full")
    assert done.code == 2
    assert set(done.skipped) == {"/proc/self/mem", "/dev/full"}


def test_011_a_file_that_grows_is_read_as_far_as_it_was(here):
    path = here / "g.jsonl"
    line = json.dumps({"text": STORM}) + "\n"
    path.write_text(line * 5000)
    told = []
    records = read(["g.jsonl"], ReadSettings(), told.append)
    count = 0
    for _ in records:
        with path.open("a") as more:
            more.write(line)
        count += 1
    assert count == 5000
    assert [(one.code, one.why) for one in told] == [("W303", "changed while it was read")]


def test_012_013_a_file_that_shrinks_or_goes_while_it_is_read_is_a_fault(here):
    line = json.dumps({"text": STORM}) + "\n"
    (here / "g.jsonl").write_text(line * 5000)
    records = read(["g.jsonl"], ReadSettings())
    first = next(records)
    os.truncate("g.jsonl", 10)
    *between, last = records
    assert first.address == "g.jsonl:1"
    assert (last.address, last.code) == ("g.jsonl", "E307")
    assert f"shorter while it was read (after {len(between) + 1:,} records)" in last.why
    (here / "a").mkdir()
    for name in "ab":
        (here / "a" / f"{name}.txt").write_text(STORM)
    records = read(["a"], ReadSettings())
    next(records)
    os.unlink("a/b.txt")
    [gone] = records
    assert (gone.address, gone.code) == ("a/b.txt", "E303")


def test_014_many_small_files_need_few_descriptors(here):
    for number in range(3000):
        (here / f"f{number}.txt").write_text(str(number))
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32)); "
        "from dedup.readers import read, ReadSettings; "
        "print(sum(1 for _ in read(['.'], ReadSettings())))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "3000\n"


ODD_NAMES = {
    15: b"a\nb.txt",
    16: b"bad\xff.txt",
    17: b"\x1b]0;pwn\x07\x1b[2Jx.txt",
    18: "gpj.\u202etxt.exe.txt".encode(),
    20: b"::error::x.txt",
    21: b"a" * 251 + b".txt",
}


@pytest.mark.parametrize("number", ODD_NAMES)
def test_015_to_021_odd_names_are_kept_exactly_and_shown_harmlessly(number, scan):
    name = os.fsdecode(ODD_NAMES[number])
    Path(name).write_text(STORM)
    Path("b.txt").write_text(STORM + " More.")
    done = scan(".")
    assert done.code == 0
    assert os.fsencode(name) in [os.fsencode(one) for one in done.addresses]
    told = scan(".", json=False)
    assert not {"\x1b", "\x07", "\u202e", "\udcff", "\r"} & set(told.out + told.err)
    assert not any(line.startswith(("::", "b.txt")) for line in told.out.splitlines())


def test_019_names_that_look_alike_are_two_files(scan):
    for name in ("e\u0301.txt", "\u00e9.txt"):
        Path(name).write_text(STORM)
    assert len(scan(".").addresses) == 2


@pytest.mark.parametrize(
    "name",
    ["-rf.txt", "[id].txt", "=1+1.txt", "<img src=x onerror=alert(1)>.txt", "a,b:c%0A.txt"],
)
def test_020_names_that_mean_something_elsewhere_can_be_pasted_back(name, scan):
    Path(name).write_text(STORM)
    [address] = scan(".").addresses
    assert os.path.samefile(address, "./" + name)
    assert scan(address).addresses == [address]


def test_021_a_path_as_long_as_the_system_allows_is_read(here, scan):
    deep = here
    while len(str(deep)) + 252 < 4000:
        deep = deep / ("d" * 250)
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text(STORM)
    assert len(scan(".").addresses) == 1


def test_streams_stay_seekable_only_where_they_are(here):
    (here / "a.txt").write_text("0123456789")
    with opening.Steady("a.txt") as steady:
        assert steady.seekable()
        assert steady.seek(-3, os.SEEK_END) == 7
        assert (steady.read(), steady.tell()) == (b"789", 10)


@pytest.mark.parametrize(
    "paths",
    [
        ["d/news.jsonl", "d/news.jsonl:1"],
        ["d/news.jsonl:1", "d"],
        ["d/news.jsonl:2", "d/../d/news.jsonl", "d/news.jsonl:1"],
        ["d/news.jsonl:2", "d/../d/news.jsonl:2", "d/news.jsonl:1"],
    ],
)
def test_a_record_of_what_is_read_as_a_whole_is_read_once(here, scan, paths):
    """Else it would be told as a copy of itself."""
    (here / "d").mkdir()
    lines = [json.dumps({"id": str(n), "text": f"{STORM} {n}"}) for n in range(2)]
    (here / "d" / "news.jsonl").write_text("\n".join(lines))
    done = scan(*paths)
    assert (done.code, done.body["tally"]["read"]) == (0, 2)
    assert sorted(one["id"] for one in done.body["articles"]) == ["0", "1"]


def test_a_member_of_what_is_read_as_a_whole_is_read_once(scan):
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.writestr("one.txt", STORM)
        archive.writestr("two.txt", f"{STORM} 2")
    assert scan("a.zip!one.txt", "a.zip").body["tally"]["read"] == 2
