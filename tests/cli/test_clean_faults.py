"""``dedup clean`` killed, starved and refused: an output is the old bytes or the whole new ones."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dedup import pipeline, writers
from dedup.cli.main import main

STORM = (
    "The harbour of Ostrava Bay was closed on Monday after a storm tore three cranes from their "
    "rails, the port authority said. Harbour master Ilse Brandt told reporters that no one was "
    "hurt, but that ships would have to wait until Thursday at the earliest."
)
OLD = b'{"id": "old", "text": "What stood here before."}\n'
ARGUMENTS = ["clean", "in.jsonl", "-fo", "out.jsonl", "--removed", "removed.jsonl", "-q"]
RUN = [sys.executable, "-m", "dedup"]
KILLS = 50
SYSTEM_CALLS = ("write", "fsync", "rename", "?chmod")
"""Those by which an output comes about; a ? where the machine's processor may have none."""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A working folder with a small corpus and two outputs of an earlier run."""
    monkeypatch.chdir(tmp_path)
    records = [{"id": "a", "text": STORM}, {"id": "b", "text": STORM + " Read on."}]
    records += [{"id": "c", "text": "A bakery in Tolle has won the prize for rye bread again."}]
    body = "".join(json.dumps(one) + "\n" for one in records)
    Path("in.jsonl").write_text(body)
    restore()
    return tmp_path


def restore():
    """Put the old outputs back."""
    Path("out.jsonl").write_bytes(OLD)
    Path("removed.jsonl").write_bytes(OLD)


def outputs():
    """The bytes of the corpus and of the file of what was removed."""
    return Path("out.jsonl").read_bytes(), Path("removed.jsonl").read_bytes()


def new():
    """What a run that nothing disturbs makes; the old outputs stand there again afterwards."""
    assert main(ARGUMENTS) == 0
    made = outputs()
    restore()
    return made


def sound(made):
    """Whether the outputs are old or new, each as a whole, and no new corpus without its proof."""
    out, removed = outputs()
    whole = out in (OLD, made[0]) and removed in (OLD, made[1])
    return whole and (out == OLD or removed == made[1])


def left():
    """Temporary files that are still there."""
    return [name for name in os.listdir() if name.startswith(".dedup-")]


def forked(signals, chance):
    """Run clean in a child of this process, and send it a signal at a random moment of its life,
    which begins when it is about to run: before, it is no program of ours yet.
    """
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        with contextlib.suppress(BaseException):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            os.write(tell, b"!")
            code = main(ARGUMENTS)
        os._exit(code)
    os.close(tell)
    os.read(ready, 1)
    os.close(ready)
    signal.sigtimedwait({signal.SIGCHLD}, chance)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signals)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.sigtimedwait({signal.SIGCHLD}, 0)  # or the next wait would end as it begins
    return ended


@pytest.fixture
def life():
    """How long a child lives that nothing disturbs, in seconds; its death can be waited for."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    began = time.monotonic()
    assert forked(0, 60) == 0
    yield time.monotonic() - began
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def test_112_fifty_kills_at_random_moments_never_leave_half_an_output(life):
    made = outputs()
    chance = random.Random(112)
    ends = {"old": 0, "new": 0}
    for _ in range(KILLS):
        restore()
        forked(signal.SIGKILL, chance.uniform(0, 1.2) * life)
        assert sound(made)
        ends["old" if outputs()[0] == OLD else "new"] += 1
    assert ends["old"]
    assert main(ARGUMENTS) == 0
    assert (outputs(), left()) == (made, [])


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_U11_111_signals_at_random_moments_leave_nothing_behind(sent, code, life):
    made = outputs()
    chance = random.Random(111)
    for _ in range(10):
        restore()
        assert forked(sent, chance.uniform(0.1, 0.9) * life) in (0, code, -sent)
        assert sound(made)
    assert main(ARGUMENTS) == 0
    assert (outputs(), left()) == (made, [])


@pytest.mark.parametrize("where", ["reading", "writing", "publishing"])
def test_U11_an_interrupted_run_leaves_the_old_outputs_and_nothing_else(where, monkeypatch, capfd):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    if where == "reading":
        monkeypatch.setattr(pipeline, "deduplicate", interrupted)
    elif where == "writing":
        monkeypatch.setattr(writers, "account", interrupted)
    else:
        monkeypatch.setattr(os, "replace", interrupted)
    assert main(ARGUMENTS) == 130
    assert capfd.readouterr().err == "dedup: interrupted\n"
    assert outputs() == (OLD, OLD)
    assert left() == []


def test_U10_a_crash_is_trouble_and_nothing_was_written(monkeypatch, capfd):
    def broken(*_, **__):
        raise ZeroDivisionError("so\nsorry")

    for target, name in ((pipeline, "deduplicate"), (writers, "write"), (os, "replace")):
        with monkeypatch.context() as patch:
            patch.setattr(target, name, broken)
            assert main(ARGUMENTS) == 2
        assert "internal error: ZeroDivisionError: so sorry [E900]" in capfd.readouterr().err
        assert outputs() == (OLD, OLD)
        assert left() == []


@pytest.mark.parametrize(
    "content",
    [
        b'{"id": "a", "text": "Only this is left."}\n',
        b'{"id": "a", "text": "Only this is left."}\n' * 3,
        b"{",
        b"",
    ],
)
def test_an_input_that_changes_in_between_is_what_is_told(content, monkeypatch, capfd):
    find = pipeline.deduplicate

    def changed(*arguments, **named):
        result = find(*arguments, **named)
        Path("in.jsonl").write_bytes(content)
        return result

    monkeypatch.setattr(pipeline, "deduplicate", changed)
    assert main(ARGUMENTS) == 2
    told = "in.jsonl: changed while it was read; nothing was written [E307] (run it again)"
    assert capfd.readouterr().err == f"dedup: {told}\n"
    assert outputs() == (OLD, OLD)
    assert left() == []


def strace(call, fault, arguments=tuple(ARGUMENTS)):
    """Run clean with a fault at some of the calls to the system."""
    where = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    traced = ["strace", "-qq", "-f", "-o", "calls", "-e", f"trace={call}"]
    traced += ["-e", f"inject={call}:{fault}", *RUN, *arguments]
    return subprocess.run(traced, env=where, capture_output=True, check=False)


def traces():
    """Whether strace is there and may trace."""
    if shutil.which("strace") is None:
        return False
    return (
        subprocess.run(["strace", "-qq", "true"], capture_output=True, check=False).returncode == 0
    )


needs_strace = pytest.mark.skipif(not traces(), reason="needs strace, and leave to trace")


@needs_strace
def test_fi2_a_kill_at_every_write_sync_and_rename_is_survived():
    made = new()
    kills = 0
    for call in SYSTEM_CALLS:
        for count in range(1, 30):
            restore()
            done = strace(call, f"signal=KILL:when={count}")
            assert sound(made), (call, count)
            if done.returncode == 0:
                assert outputs() == made
                break
            kills += 1
        assert done.returncode == 0, call
        assert left() == []  # what the killed ones had left is gone, too
    assert kills >= 7


@needs_strace
def test_fi2_a_folder_is_the_old_one_or_the_new_one_whenever_the_run_is_killed():
    os.mkdir("news")
    for name, text in (("a.txt", STORM), ("b.txt", STORM + " Read on."), ("c.txt", "Rye bread.")):
        Path("news", name).write_text(text)
    arguments = ("clean", "news", "-fo", "out", "--removed", "removed.jsonl", "-q")
    for call, ends in (("write", False), ("sync", True), ("rename", True), ("?renameat2", True)):
        for count in range(1, 9 if ends else 3):
            shutil.rmtree("out", ignore_errors=True)
            os.mkdir("out")
            Path("out/a.txt").write_bytes(OLD)
            Path("removed.jsonl").write_bytes(OLD)
            done = strace(call, f"signal=KILL:when={count}", arguments)
            made = sorted(os.listdir("out"))
            assert made in (["a.txt"], ["b.txt", "c.txt"]), (call, count)
            assert made == ["a.txt"] or Path("removed.jsonl").read_bytes() != OLD
            if done.returncode == 0:
                break
        assert made == ["b.txt", "c.txt"] or not ends
    assert left() == []


@needs_strace
@pytest.mark.parametrize("how", ["once", "for ever"])
@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_108_fi3_fi4_a_refusal_at_a_write_sync_or_rename_is_trouble_and_harmless(call, how):
    made = new()
    ended = []
    for count in (1, 2):
        restore()
        fault = "error=ENOSPC:when=%d" if how == "once" else "error=EIO:when=%d+"
        done = strace(call, fault % count)
        assert sound(made), count
        assert done.returncode in (0, 2), count
        assert b"Traceback" not in done.stderr, count
        assert done.returncode == 2 or outputs() == made, count
        assert left() == [], count
        ended.append(done.returncode)
    assert ended[0] == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a file system of its own")
def test_108_a_full_disk_keeps_the_old_outputs(here, capfd):
    os.mkdir("small")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(here / "small")]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount")
    try:
        Path("small/out.jsonl").write_bytes(OLD)
        records = [
            {
                "id": n,
                "text": " ".join(f"{a}{n}" for a in ("Tolle", "Brandt", "Velde")) + "x" * 9000,
            }
            for n in range(20)
        ]
        Path("big.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
        assert main(["clean", "big.jsonl", "-fo", "small/out.jsonl", "--max-removed=100%"]) == 2
        assert "small/out.jsonl: no space left on device [E400]" in capfd.readouterr().err
        assert os.listdir("small") == ["out.jsonl"]
        assert Path("small/out.jsonl").read_bytes() == OLD
    finally:
        subprocess.run(["umount", str(here / "small")], check=True)


def shell(line):
    """Run a shell line; ``dedup`` stands for the tool."""
    line = f'dedup() {{ "{sys.executable}" -m dedup "$@"; }}; {line}'
    return subprocess.run(["bash", "-c", line], check=False, capture_output=True, timeout=60)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize(
    "to", [">/dev/full", ">&-", "-o /dev/full", "-o o.jsonl --removed /dev/full"]
)
def test_107_an_output_that_takes_nothing_is_trouble(to):
    done = shell(f"dedup clean in.jsonl {to}")
    assert done.returncode == 2
    assert b"[E400]" in done.stderr
    assert b"Traceback" not in done.stderr
    assert not Path("o.jsonl").exists()


def test_U8_a_reader_that_has_seen_enough_is_no_fault():
    done = shell("dedup clean in.jsonl --removed r.jsonl | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert Path("r.jsonl").exists()


def test_117_two_at_once_to_one_place_leave_one_whole_output():
    made = new()
    both = [subprocess.Popen([*RUN, *ARGUMENTS], stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert (outputs(), left()) == (made, [])


def test_110_118_neither_a_home_nor_a_temporary_folder_is_needed():
    command = [*RUN, "clean", "-", "-o", "o.jsonl"]
    body = Path("in.jsonl").read_bytes()
    for where in ({"TMPDIR": "/nope"}, {}):
        done = subprocess.run(command, env=where, input=body, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert Path("o.jsonl").read_bytes().count(b"\n") == 2
        Path("o.jsonl").unlink()
