"""Battery C: compressions, archives and Parquet, #37 to #53."""

import bz2
import gzip
import io
import json
import lzma
import random
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from dedup.readers import Limits, ReadSettings, read

from .conftest import STORM, zstd

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def checked_zstd(raw):
    """As the command-line tool with --check."""
    return zstd.compress(raw, options={zstd.CompressionParameter.checksum_flag: 1})


PACK = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": checked_zstd}
CODEC = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "zst": "zstd"}


def lines(count, seed=1):
    """Records that compress as news does, which is not too well."""
    chance = random.Random(seed)
    return b"".join(
        json.dumps(
            {"id": n, "text": " ".join(f"w{chance.getrandbits(24)}" for _ in range(40))}
        ).encode()
        + b"\n"
        for n in range(count)
    )


def records(path, **how):
    """What is read, as how many articles and the faults."""
    found = list(read([path], ReadSettings(**how)))
    faults = [one for one in found if hasattr(one, "code")]
    return len(found) - len(faults), faults


@pytest.mark.parametrize("end", PACK)
def test_037_038_039_a_stream_that_is_cut_is_told_with_what_was_read(end, scan):
    packed = PACK[end](lines(3000))
    for cut in (len(packed) // 2, len(packed) - 5, len(packed) - 1):
        Path(f"x.jsonl.{end}").write_bytes(packed[:cut])
        count, [fault] = records(f"x.jsonl.{end}")
        assert (fault.address, fault.code) == (f"x.jsonl.{end}", "E307")
        assert fault.why == f"{CODEC[end]} data ends early (after {count:,} records)"
        if end in {"gz", "zst"}:  # the others expand block by block, and these are longer
            assert count > 1000
    done = scan(f"x.jsonl.{end}")
    assert done.code == 2
    assert f"x.jsonl.{end}: {CODEC[end]} data ends early" in done.err
    assert scan(f"x.jsonl.{end}", "--on-error", "skip").code == 0


@pytest.mark.parametrize("end", PACK)
def test_040_one_wrong_bit_is_seen(end):
    packed = PACK[end](lines(300))
    for place in (len(packed) // 3, len(packed) // 2, len(packed) * 2 // 3):
        damaged = bytearray(packed)
        damaged[place] ^= 1
        Path("x.jsonl").write_bytes(damaged)
        _, faults = records("x.jsonl")
        assert "E307" in {one.code for one in faults}, place


@pytest.mark.parametrize("end", PACK)
def test_041_one_stream_behind_the_other_is_read_on(end):
    Path(f"x.jsonl.{end}").write_bytes(b"".join(PACK[end](lines(20, n)) for n in range(50)))
    assert records(f"x.jsonl.{end}") == (1000, [])


def test_041_a_frame_that_holds_nothing_is_passed():
    skippable = b"\x50\x2a\x4d\x18\x04\0\0\0note"
    Path("x.jsonl.zst").write_bytes(skippable + checked_zstd(lines(3)) + skippable)
    assert records("x.jsonl.zst") == (3, [])


@pytest.mark.parametrize("end", PACK)
def test_042_what_follows_the_end_is_told_unless_it_is_padding(end, scan):
    packed = PACK[end](lines(3))
    Path(f"x.jsonl.{end}").write_bytes(packed + bytes(512))
    assert records(f"x.jsonl.{end}") == (3, [])
    Path(f"x.jsonl.{end}").write_bytes(packed + b"junk, and more of it\n")
    done = scan(f"x.jsonl.{end}")
    assert len(done.addresses) == 3
    if end in {"gz", "zst"}:
        assert (done.code, "follows" in done.skipped[f"x.jsonl.{end}"][1]) == (2, True)
    else:
        assert (done.code, "[W307]" in done.err) == (0, True)


def test_043_content_decides_and_not_the_name(scan):
    Path("x.jsonl.gz").write_bytes(lines(3))
    Path("y.txt").write_bytes(gzip.compress(lines(4)))
    done = scan("x.jsonl.gz", "y.txt")
    assert (done.code, len(done.addresses)) == (0, 7)
    assert "y.txt: is gzip data, whatever its name says [W304]" in done.err


@pytest.mark.parametrize("end", PACK)
def test_044_045_a_bomb_stops_at_the_limit_in_little_memory(end, peak):
    """A record of 600 MB, in 580 KB to 500 bytes; the limits are lower here than by default."""
    packer = {
        "gz": lambda: gzip.compress(bytes(1 << 20), 1),
        "bz2": lambda: bz2.compress(bytes(1 << 20)),
        "xz": lambda: lzma.compress(bytes(1 << 20)),
        "zst": lambda: zstd.compress(bytes(1 << 20)),
    }[end]()
    Path(f"b.jsonl.{end}").write_bytes(PACK[end](b'{"text": "') + packer * 600)
    limits = ("--limit", "expansion_bytes=64MiB", "--limit", "expansion_ratio=100")
    done, mib = peak(f"b.jsonl.{end}", *limits)
    code, why = done.skipped[f"b.jsonl.{end}"]
    assert (done.code, code) == (2, "E308")
    assert "expands more than" in why
    assert mib < 500


def test_045_a_window_beyond_the_limit_is_refused():
    options = {
        zstd.CompressionParameter.window_log: 30,
        zstd.CompressionParameter.enable_long_distance_matching: 1,
    }
    packer = zstd.ZstdCompressor(options=options)
    Path("l.jsonl.zst").write_bytes(packer.compress(lines(3)) + packer.flush())
    count, [fault] = records("l.jsonl.zst")
    assert (count, fault.code) == (0, "E308")
    assert "needs more memory than 128 MiB" in fault.why
    assert records("l.jsonl.zst", limits=Limits(window_bytes=1 << 30)) == (3, [])


def test_046_a_bomb_of_valid_lines_stops_at_the_ratio():
    Path("l.jsonl.zst").write_bytes(checked_zstd(b'{"id":1,"text":"x"}\n' * 200_000))
    limits = Limits(expansion_bytes=1 << 20, expansion_ratio=100)
    count, [fault] = records("l.jsonl.zst", limits=limits)
    assert fault.code == "E308"
    assert 0 < count < 200_000


def zipped(**members):
    """A zip with these members."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return whole.getvalue()


def test_047_one_level_of_each_kind_is_read_and_no_more(scan):
    Path("y.jsonl.gz").write_bytes(gzip.compress(gzip.compress(lines(3))))
    Path("z.zip").write_bytes(zipped(**{"in.zip": zipped(**{"a.txt": STORM}), "b.txt": STORM}))
    Path("w.zip").write_bytes(zipped(**{"in.jsonl.gz": gzip.compress(lines(3))}))
    done = scan(".")
    assert done.code == 2
    assert {address: code for address, (code, _) in done.skipped.items()} == {
        "y.jsonl.gz": "E308",
        "z.zip!in.zip": "E308",
    }
    assert done.addresses == ["w.zip!in.jsonl.gz:1", "w.zip!in.jsonl.gz:2", "w.zip!in.jsonl.gz:3",
                              "z.zip!b.txt"]  # fmt: skip
    assert scan(".", "--limit", "nesting_count=2").code == 0


def test_048_names_in_an_archive_are_only_names(here, scan):
    with zipfile.ZipFile("a.zip", "w") as made:
        made.writestr("../../x.txt", STORM)
        made.writestr("/etc/y.txt", STORM)
        link = zipfile.ZipInfo("l.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("\x1b[2J.txt", STORM)
    done = scan("a.zip")
    assert done.code == 0
    assert set(done.addresses) == {"a.zip!../../x.txt", "a.zip!/etc/y.txt", "a.zip!\x1b[2J.txt"}
    assert "a.zip!l.txt: a link, and not read [W311]" in done.err
    assert "\x1b" not in scan("a.zip", json=False).out
    assert [one.name for one in here.iterdir()] == ["a.zip"]
    assert scan("a.zip!../../x.txt").addresses == ["a.zip!../../x.txt"]


def test_048_an_archive_of_which_nothing_is_taken_is_told(scan):
    Path("a.zip").write_bytes(zipped(**{"a.foo": STORM, "b.png": STORM, "c.txt": STORM}))
    told = "nothing was taken of it; files of other kinds: 2, files that are ignored: 1"
    done = scan("a.zip", "--exclude", "c.*")
    assert (done.code, done.addresses) == (0, [])
    assert f"a.zip: {told} [W310] (--include and --no-ignore take them)" in done.err
    assert "W310" not in scan("a.zip").err
    assert scan("a.zip", "--include", "*.foo").addresses == ["a.zip!a.foo"]
    Path("empty.zip").write_bytes(zipped())
    assert scan("empty.zip").err == ""


def test_048_a_member_may_end_in_more_digits_than_a_number_has(scan):
    with tarfile.open("a.tar", "w", format=tarfile.PAX_FORMAT) as made:
        for name in ("b:" + "1" * 5000, "a:" + "1" * 5000):
            info = tarfile.TarInfo(name)
            info.size = len(STORM)
            made.addfile(info, io.BytesIO(STORM.encode()))
    done = scan("a.tar", "--include", "*")
    assert [address[:7] for address in done.addresses] == ["a.tar!a", "a.tar!b"]
    assert len(done.copies) == 1


def test_048_what_is_encrypted_overlaps_or_is_too_much_is_refused():
    raw = bytearray(zipped(**{"a.txt": STORM, "b.txt": STORM}))
    for at in (raw.index(b"PK\1\2") + 8, raw.index(b"PK\3\4") + 6):
        raw[at] |= 1
    Path("e.zip").write_bytes(raw)
    count, [fault] = records("e.zip")
    assert (count, fault.address, fault.code) == (1, "e.zip!a.txt", "E308")
    assert fault.why == "it is encrypted"
    raw = bytearray(zipped(**{"a.txt": STORM, "b.txt": STORM}))
    second = raw.rindex(b"PK\1\2")
    raw[second + 42 : second + 46] = bytes(4)  # both members begin at byte 0
    Path("o.zip").write_bytes(raw)
    count, [fault] = records("o.zip")
    assert (count, fault.code) == (0, "E308")
    assert "overlap" in fault.why
    Path("m.zip").write_bytes(zipped(**{f"{n}.txt": "x" for n in range(30)}))
    count, [fault] = records("m.zip", limits=Limits(members_count=20))
    assert (count, fault.code) == (0, "E308")


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_048_a_zip_that_is_cut_or_damaged_is_told(cut):
    raw = zipped(**{"a.txt": STORM, "b.txt": STORM})
    Path("a.zip").write_bytes(raw[:-cut])
    count, [fault] = records("a.zip")
    assert (count, fault.address, fault.code) == (0, "a.zip", "E307")
    damaged = bytearray(raw)
    damaged[60] ^= 1
    Path("a.zip").write_bytes(damaged)
    count, [fault] = records("a.zip")
    assert (count, fault.address, fault.code) == (1, "a.zip!a.txt", "E307")


def tarred(members, mode="w"):
    """A tar with these members."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=mode) as made:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return whole.getvalue()


def test_048_a_tar_is_read_to_its_end_mark_and_no_cut_is_missed():
    members = {"../a.txt": STORM.encode(), "b.jsonl": lines(3), "c.jpg": b"\xff\xd8"}
    whole = tarred(members)
    Path("a.tar").write_bytes(whole)
    found = [one.address for one in read(["a.tar"], ReadSettings())]
    assert found == ["a.tar!../a.txt", "a.tar!b.jsonl:1", "a.tar!b.jsonl:2", "a.tar!b.jsonl:3"]
    size = max(place for place, byte in enumerate(whole) if byte) + 1
    for cut in range(1, size + 511 - (size + 511) % 512, 97):
        Path("a.tar").write_bytes(whole[:cut])
        _, faults = records("a.tar")
        assert {one.code for one in faults} == {"E307"} or cut < 512, cut
    damaged = bytearray(whole)
    damaged[1024 + 5] ^= 1  # the name in the second header
    Path("a.tar").write_bytes(damaged)
    count, faults = records("a.tar")
    assert (count, [one.code for one in faults]) == (1, ["E307"])


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_048_a_compressed_tar_is_checked_to_its_last_byte(mode):
    whole = tarred({"a.txt": STORM.encode()}, mode)
    Path("a.tgz").write_bytes(whole)
    assert records("a.tgz") == (1, [])
    Path("a.tgz").write_bytes(whole[:-4])
    count, faults = records("a.tgz")
    assert (count, [one.code for one in faults]) == (1, ["E307"])


def test_048_a_tar_that_says_a_gigabyte_about_a_name_is_refused():
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 30
    Path("a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    count, [fault] = records("a.tar")
    assert (count, fault.code) == (0, "E308")


@pytest.mark.parametrize("wrong", [-300, -5, 5, 300])
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_037_a_warc_whose_record_has_another_length_than_it_says_is_told(wrong, last, pack, scan):
    pytest.importorskip("warcio")

    def stored_page(name, wrong=0):
        http = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + STORM.encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x:{name}>\r\n"
            f"WARC-Target-URI: http://x/{name}\r\nContent-Length: {len(http) + wrong}\r\n"
            "Content-Type: application/http; msgtype=response"
        )
        return pack(head.encode() + b"\r\n\r\n" + http + b"\r\n\r\n")

    whole = [stored_page("a"), stored_page("b", wrong), stored_page("c")]
    Path("x.warc").write_bytes(b"".join(whole[:2] if last else whole))
    done = scan("x.warc")
    assert (done.code, done.skipped["x.warc"][0]) == (2, "E307")
    assert done.addresses[0] == "x.warc:1"
    assert len(done.err.splitlines()) == len(
        [line for line in done.err.splitlines() if "x.warc" in line]
    )


TABLE = [{"id": n, "text": f"{STORM} {n}", "title": "T"} for n in range(50)]


def stored(rows=TABLE, name="t.parquet", **how):
    """Write rows as Parquet."""
    how = {"write_page_checksum": True, "compression": "none", "use_dictionary": False} | how
    pq.write_table(rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows), name, **how)
    return Path(name)


def test_049_parquet_that_is_cut_or_none_is_told(scan):
    whole = stored().read_bytes()
    Path("a.parquet").write_bytes(whole[:-20])
    Path("b.parquet").write_bytes(b"PAR1 and no more")
    Path("c.parquet").write_bytes(b"")
    done = scan("a.parquet", "b.parquet")
    assert done.code == 2
    assert {code for code, _ in done.skipped.values()} == {"E307"}
    assert scan("c.parquet").body["tally"]["articles"] <= 1


def test_050_one_wrong_bit_in_a_page_is_seen():
    path = stored()
    damaged = bytearray(path.read_bytes())
    damaged[damaged.index(b"1987. 25")] ^= 1
    path.write_bytes(damaged)
    count, [fault] = records("t.parquet")
    assert (count, fault.code) == (0, "E307")
    assert "CRC" in fault.why or "checksum" in fault.why.lower()


def test_051_an_extension_type_is_data_and_nothing_is_unpickled(here):
    canary = b"cposix\nsystem\n(S'touch canary'\ntR."
    field = pa.field(
        "text",
        pa.string(),
        metadata={
            "ARROW:extension:name": "arrow.py_extension_type",
            "ARROW:extension:metadata": canary,
        },
    )
    stored(pa.table({"text": [STORM]}, schema=pa.schema([field])))
    assert records("t.parquet") == (1, [])
    assert not (here / "canary").exists()


def test_052_columns_of_every_make_are_read_and_a_missing_one_is_named(scan):
    stored([{"id": 1, "headline": "x"}])
    done = scan("t.parquet")
    assert done.code == 2
    assert done.skipped["t.parquet"][1].endswith("columns seen: headline, id")
    makes = [
        pa.array([STORM], pa.large_string()),
        pa.array([STORM]).dictionary_encode(),
        pa.array([STORM.encode()], pa.binary()),
    ]
    for column in makes:
        stored(pa.table({"text": column}))
        [article] = read(["t.parquet"], ReadSettings())
        assert article.text == STORM
    stored([{"a": {"b": STORM}, "id": 9007199254740993, "text": 5}])
    [article] = read(["t.parquet"], ReadSettings(text_field="a.b"))
    assert (article.text, article.id) == (STORM, "9007199254740993")
    [refused] = read(["t.parquet"], ReadSettings())
    assert (refused.address, refused.code) == ("t.parquet:1", "E311")


def test_052_dates_are_dates_and_an_address_gives_its_row():
    day = pa.array([1_600_000_000], pa.timestamp("s"))
    stored(pa.table({"text": [STORM], "date": day}))
    [article] = read(["t.parquet"], ReadSettings())
    assert article.published.isoformat() == "2020-09-13T12:26:40+00:00"
    stored(row_group_size=7)
    [article] = read(["t.parquet:33"], ReadSettings())
    assert (article.id, article.address) == ("32", "t.parquet:33")
    [none] = read(["t.parquet:51"], ReadSettings())
    assert none.code == "E303"


def test_052_every_kind_of_value_is_what_the_other_formats_give():
    """Numbers as written, moments in UTC to the microsecond, bytes and broken text decoded."""
    nanoseconds = pa.array([1_600_000_000_123_456_789, None], pa.timestamp("ns", "Asia/Tokyo"))
    broken = pa.array([STORM.encode() + b" \xe9", b"x"]).view(pa.string())
    stored(
        pa.table(
            {
                "text": broken,
                "id": pa.array([2**63, None], pa.uint64()),
                "date": nanoseconds,
                "title": pa.array(["T", "U"]).dictionary_encode(),
                "url": pa.array([b"http://x/\xe9", None], pa.large_binary()),
            }
        )
    )
    told = []
    one, two = read(["t.parquet"], ReadSettings(), told.append)
    assert one.published.isoformat() == "2020-09-13T12:26:40.123456+00:00"
    assert (one.id, one.title, one.url) == (str(2**63), "T", "http://x/é")
    assert (one.text, two.text) == (f"{STORM} é", "x")
    assert (two.id, two.url, two.published) == ("t.parquet:2", "", None)
    assert [(notice.address, notice.code) for notice in told] == [("t.parquet:1", "W302")]
    for column in ([1.5], [10**15 + 0.0], [True], [[1]], [{"a": 1}], [None]):
        stored(pa.table({"text": pa.array(column)}))
        [refused] = read(["t.parquet"], ReadSettings())
        assert (refused.address, refused.code) == ("t.parquet:1", "E311"), column
    rows = [{"text": STORM, "a": {"b": 1.5, "c": [1]}, "id": 0.1}]
    stored(rows)
    [article] = read(["t.parquet"], ReadSettings(id_field="a.b"))
    assert article.id == "1.5"
    [article] = read(["t.parquet"], ReadSettings())
    assert article.id == "0.1"


def test_052_two_columns_of_one_name_are_refused_and_slices_are_read_right():
    stored(pa.table([[STORM], [STORM]], names=["text", "text"]))
    [refused] = read(["t.parquet"], ReadSettings())
    assert (refused.code, refused.why) == ("E312", "column text stands 2 times")
    rows = [{"id": n, "text": "x" * (n % 7) if n % 5 else None} for n in range(3000)]
    stored(rows, row_group_size=700, data_page_size=1000)
    found = list(read(["t.parquet"], ReadSettings()))
    assert [one.text if hasattr(one, "text") else None for one in found] == [
        row["text"] for row in rows
    ]
    stored(rows[:0] or pa.table({"text": pa.array([], pa.string())}))
    assert list(read(["t.parquet"], ReadSettings())) == []


def test_053_a_bomb_of_rows_is_stopped_by_its_ratio_or_its_memory():
    text = pa.array(["x" * 100_000]).dictionary_encode()
    same = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), text.dictionary)
    size = stored(pa.table({"text": same}), use_dictionary=True).stat().st_size
    assert size < 200_000
    limits = Limits(expansion_bytes=1 << 26, expansion_ratio=100)
    count, [fault] = records("t.parquet", limits=limits)
    assert (fault.address, fault.code) == ("t.parquet", "E308")
    assert 0 < count < 20_000
    count, [fault] = records("t.parquet", limits=Limits(rows_memory_bytes=150 << 20))
    assert (count, fault.code) == (0, "E307")


def test_053_one_reader_serves_one_file_after_the_other(monkeypatch):
    from dedup.readers import parquet
    from dedup.readers.worker import Workers

    workers = Workers("rows.py")
    monkeypatch.setattr(parquet, "_WORKERS", workers)
    for name in "abc":
        stored(name=f"{name}.parquet")
        assert records(f"{name}.parquet") == (50, [])
    [one] = workers._resting.values()
    assert records("a.parquet") == (50, [])
    assert [*workers._resting.values()] == [one]
    Path("d.parquet").write_bytes(b"PAR1 and no more")
    assert records("d.parquet")[1][0].code == "E307"
    assert not workers._resting  # who knows what such a file has done to it
    left, also = (read([f"{name}.parquet"], ReadSettings()) for name in "ab")
    assert next(left).id == next(also).id == "0"
    assert sum(1 for _ in left) == sum(1 for _ in also) == 49
    half = read(["a.parquet"], ReadSettings())
    next(half)
    half.close()
    assert records("c.parquet") == (50, [])
    workers.close()


def test_053_a_reader_left_amid_an_answer_is_waited_for_by_the_next(monkeypatch):
    """Not while it is left: a generator may be collected then, which swallows an interrupt."""
    from dedup.readers import parquet
    from dedup.readers.worker import Workers

    workers = Workers("rows.py")
    monkeypatch.setattr(parquet, "_WORKERS", workers)
    stored()
    half = read(["t.parquet"], ReadSettings())
    next(half)
    half.close()
    [left] = workers._ended
    assert left._process.returncode is None
    assert records("t.parquet") == (50, [])
    assert left._process.returncode is not None
    workers.close()
    assert not workers._ended


def test_053_a_reader_that_crashes_is_a_fault_and_not_the_end(here, monkeypatch):
    """The program that reads Parquet is one that dies by a signal in the middle."""
    import dedup.readers.worker as module
    from dedup.readers import parquet

    crashing = here / "crash.py"
    crashing.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    stored()
    (here / "a.txt").write_text(STORM)
    real = module.os.path.join
    monkeypatch.setattr(
        module.os.path, "join", lambda *p: str(crashing) if p[-1] == "rows.py" else real(*p)
    )
    monkeypatch.setattr(parquet, "_WORKERS", module.Workers("rows.py"))
    found = list(read(["t.parquet", "a.txt"], ReadSettings()))
    assert [getattr(one, "code", "read") for one in found] == ["read", "E307"]
    assert "crashed (SIGSEGV)" in found[1].why


def test_parquet_and_zip_are_read_from_a_pipe(spawned):
    whole = stored().read_bytes()
    for raw in (whole, zipped(**{"t.parquet": whole}), gzip.compress(whole)):
        done = spawned("-", shell="cat | ", input=raw, text=False)
        assert (done.code, len(json.loads(done.out)["articles"])) == (0, 50)
