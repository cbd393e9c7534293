"""The cases of the battery at their full size: ``pytest -m big``."""

import bz2
import gzip
import json
import lzma
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from .conftest import PEAK_KIB, STORM, zstd

pytestmark = pytest.mark.big

TEN_GIB = 640
"""So many times 16 MiB."""
BLOCK = bytes(1 << 24)
HEAD = b'{"text": "'


def gzip_bomb():
    """One member of 10 GiB: a block that is flushed can be repeated as it is."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    first = packer.compress(HEAD) + packer.flush(zlib.Z_FULL_FLUSH)
    packer.compress(BLOCK)
    packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * TEN_GIB


BOMBS = {
    "gz": gzip_bomb,
    "bz2": lambda: bz2.compress(HEAD) + bz2.compress(BLOCK) * TEN_GIB,
    "xz": lambda: lzma.compress(HEAD) + lzma.compress(BLOCK) * TEN_GIB,
    "zst": lambda: zstd.compress(HEAD) + zstd.compress(BLOCK) * TEN_GIB,
}


@pytest.mark.parametrize("end", BOMBS)
def test_044_045_ten_gigabytes_of_zeros_stop_at_the_limits_as_they_are(end, peak):
    Path(f"b.jsonl.{end}").write_bytes(BOMBS[end]())
    done, mib = peak(f"b.jsonl.{end}")
    code, why = done.skipped[f"b.jsonl.{end}"]
    assert (done.code, code) == (2, "E308")
    assert "expands more than" in why
    assert mib < 400  # of which the interpreter, numpy and scipy are most


def measured(name):
    """Only read a file; give what was found, how it ended, and the peak memory in MiB."""
    code = (
        "import sys; from dedup.readers import ReadSettings, read; "
        "found = [0, '-']\n"
        "for one in read(sys.argv[1:], ReadSettings()):\n"
        "    found = [found[0] + 1, getattr(one, 'code', '-')]\n"
        f"print(*found, {PEAK_KIB} >> 10)"
    )
    command = [sys.executable, "-c", code, name]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return done.stdout.split()


def test_046_ten_gigabytes_of_valid_lines_are_read_up_to_the_limit_in_little_memory():
    line = b'{"id":1,"text":"' + STORM.encode() * 8 + b'"}\n'
    lines = line * (len(BLOCK) // len(line))
    Path("l.jsonl.zst").write_bytes(zstd.compress(lines) * (TEN_GIB * len(BLOCK) // len(lines)))
    count, last, mib = measured("l.jsonl.zst")
    assert int(count) > 300_000
    assert (last, int(mib) < 150) == ("E308", True)


def test_014_a_hundred_thousand_small_files_need_few_descriptors(here):
    (here / "d").mkdir()
    for number in range(10**5):
        (here / "d" / f"f{number}.txt").write_text(str(number))
    command = [sys.executable, "-m", "dedup", "scan", "-o", "result.json", "--json", "d"]
    shell = ["bash", "-c", 'ulimit -n 64; exec "$@"', "bash", *command]
    done = subprocess.run(shell, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0
    assert json.loads(Path("result.json").read_text())["tally"]["read"] == 10**5
    count, last, mib = measured("d")
    assert (count, last, int(mib) < 250) == ("100000", "-", True)


def write_directory(entries, out):
    """Write a zip that is all directory, each entry of it for one empty file."""
    name = b"a.txt"
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
    one = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0
    )
    out.write(local)
    for _ in range(entries // 10_000):
        out.write((one + name) * 10_000)
    size = entries // 10_000 * 10_000 * len(one + name)
    out.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, size, len(local), 0))


@pytest.mark.parametrize("entries", [1_010_000, 6_000_000])
def test_048_millions_of_members_are_refused_before_they_are_listed(entries):
    """They say of themselves that they are one."""
    with gzip.open("m.zip.gz", "wb", 1) as out:
        write_directory(entries, out)
    count, last, mib = measured("m.zip.gz")
    assert (count, last, int(mib) < 250) == ("1", "E308", True)
