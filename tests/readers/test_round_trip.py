"""What ``clean`` keeps is what was there, byte for byte, and compressed as it was."""

import base64
import csv
import gzip
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cli.main import main
from dedup.readers import ReadSettings, read, warc
from dedup.readers import jsonarray as arrays
from dedup.readers import table as tables
from dedup.writers import WRITERS

from .corpora import PACK, articles, every_format

pq = pytest.importorskip("pyarrow.parquet")

ROWS = articles(60)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def cleaned(name, out, *more):
    """Clean, and give the addresses that were removed."""
    assert main(["clean", name, "-o", out, "--removed", "removed", "-q", *more]) == 0
    return [json.loads(line)["address"] for line in Path("removed").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", ["news.csv", "news.tsv", "news.jsonl"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_and_lines_are_kept_to_the_byte(name, end, here):
    every_format(ROWS, here)
    raw = Path(name).read_bytes().replace(b"\r\n", b"\n").replace(b"\n", end.encode())
    Path(name).write_bytes(raw)
    removed = cleaned(name, "out")
    assert len(removed) > 5
    kept = Path("out").read_bytes()
    left = [one.address for one in read([name], ReadSettings()) if one.address not in removed]
    again = list(read(["out"], ReadSettings()))
    texts = {one.address: one.text for one in read([name], ReadSettings())}
    assert [one.text for one in again] == [texts[address] for address in left]
    pieces = dict(WRITERS[_kind(name)].cut(io.BytesIO(raw)))
    wanted = b"".join(pieces[int(address.rpartition(":")[2])] for address in left)
    assert kept.endswith(wanted)
    assert kept.removesuffix(wanted) in {b"", pieces.get(0, b"")}
    (here / "removed").unlink()
    assert cleaned("out", "again") == []
    assert Path("again").read_bytes() == kept


def _kind(name):
    """The kind of a file, as the writers know it."""
    return {"csv": 'table,"', "tsv": 'table\t"', "jsonl": "jsonl"}[name.rpartition(".")[2]]


@pytest.mark.parametrize("end", PACK)
def test_what_was_compressed_is_compressed_in_the_same_way(end, here):
    every_format(ROWS, here)
    removed = cleaned(f"packed.jsonl.{end}", f"out.jsonl.{end}")
    plain = cleaned("news.jsonl", "out.jsonl", "-f")
    assert [one.rpartition(":")[2] for one in removed] == [one.rpartition(":")[2] for one in plain]
    magic = Path(f"packed.jsonl.{end}").read_bytes()[:3]
    assert Path(f"out.jsonl.{end}").read_bytes()[:3] == magic
    kept = [one.text for one in read([f"out.jsonl.{end}"], ReadSettings())]
    assert kept == [one.text for one in read(["out.jsonl"], ReadSettings())]
    once = Path(f"out.jsonl.{end}").read_bytes()
    cleaned(f"packed.jsonl.{end}", f"out.jsonl.{end}", "-f")
    assert Path(f"out.jsonl.{end}").read_bytes() == once


def test_an_array_stays_one(here):
    every_format(ROWS, here)
    removed = cleaned("news.json", "out.json")
    rows = json.loads(Path("out.json").read_text())
    gone = {int(address.rpartition(":")[2]) for address in removed}
    assert rows == [row for number, row in enumerate(ROWS, 1) if number not in gone]
    assert Path("out.json").read_text().startswith('[\n {\n  "id": "n000')


def test_parquet_keeps_its_schema_and_gets_checksums(here):
    every_format(ROWS, here)
    removed = cleaned("news.parquet", "out.parquet")
    before, after = pq.read_table("news.parquet"), pq.read_table("out.parquet")
    assert after.schema.equals(before.schema, check_metadata=True)
    gone = {int(address.rpartition(":")[2]) for address in removed}
    rows = before.to_pylist()
    assert after.to_pylist() == [row for at, row in enumerate(rows, 1) if at not in gone]
    whole = Path("out.parquet").read_bytes()
    texts = [one.text for one in read(["out.parquet"], ReadSettings())]
    faults = 0
    for place in range(4, len(whole), len(whole) // 12):  # of a page, or of what is said about it
        damaged = bytearray(whole)
        damaged[place] ^= 1
        Path("out.parquet").write_bytes(damaged)
        found = list(read(["out.parquet"], ReadSettings()))
        faults += hasattr(found[-1], "code")
        assert hasattr(found[-1], "code") or [one.text for one in found] == texts
    assert faults > 6


def test_parquet_of_every_kind_is_kept_as_it_was():
    """Nanoseconds and text that is no UTF-8, for which Python has no form; groups and codecs."""
    pa = pytest.importorskip("pyarrow")
    texts = [row["text"].encode() for row in ROWS]
    texts[3] += b" \xe9"
    count = len(texts)
    moments = pa.array([1_600_000_000_123_456_789 + n for n in range(count)], pa.timestamp("ns"))
    columns = {
        "text": pa.array(texts).view(pa.string()),
        "date": moments.cast(pa.timestamp("ns", "Asia/Tokyo")),
        "seen": pa.array([[n, None] for n in range(count)], pa.list_(pa.timestamp("ns"))),
        "took": pa.array(range(count), pa.duration("ns")),
        "at": pa.array(range(count), pa.time64("ns")),
        "kind": pa.array(["a", "b", None] * (count // 3)).dictionary_encode(),
        "more": pa.array([{"a": n, "b": b"x"} for n in range(count)]),
    }
    before = pa.table(columns)
    codecs = {"text": "zstd", "kind": "none", "date": "gzip"}
    pq.write_table(before, "in.parquet", row_group_size=20, compression=codecs)
    removed = cleaned("in.parquet", "out.parquet")
    assert len(removed) > 5
    gone = {int(address.rpartition(":")[2]) - 1 for address in removed}
    after = pq.read_table("out.parquet")
    before = pq.read_table("in.parquet").take([n for n in range(count) if n not in gone])
    assert after.drop(["text"]).equals(before.drop(["text"]))
    assert after["text"].cast(pa.binary()) == before["text"].cast(pa.binary())
    one, other = (pq.ParquetFile(name).metadata for name in ("in.parquet", "out.parquet"))
    assert one.num_row_groups == other.num_row_groups == 3
    for at in range(one.num_columns):
        kinds = [made.row_group(0).column(at).compression for made in (one, other)]
        assert kinds[0] == kinds[1]
    records = [json.loads(line)["record"] for line in Path("removed").read_text().splitlines()]
    assert records[0]["date"].startswith("2020-09-13 21:26:40.1234567")


def test_a_mixed_folder_is_mirrored(here):
    (here / "in").mkdir()
    every_format(ROWS, here / "in")
    limits = ["--max-removed", "100%"]
    assert main(["clean", "in", "-o", "out", "-q", *limits]) == 0
    kept = list(read(["out"], ReadSettings()))
    assert len({one.text for one in kept}) == len(kept) < len(ROWS)


def test_a_table_of_something_else_in_a_folder_is_left_out(here):
    (here / "in").mkdir()
    every_format(ROWS[:30], here / "in")
    (here / "in" / "pairs.csv").write_text("left,right\na,b\n")
    (here / "in" / "package.json").write_text('{"name": "something else"}')
    assert main(["clean", "in", "-o", "out", "-q", "--max-removed", "100%"]) == 0
    assert not (here / "out" / "pairs.csv").exists()
    assert not (here / "out" / "package.json").exists()


def test_what_cannot_be_written_again_is_refused_before_anything_is_read(here, capfd):
    every_format(ROWS, here)
    with zipfile.ZipFile("both.zip", "w") as made:
        made.write("news.zip")
        made.write("news.jsonl")
    Path("news.zip.gz").write_bytes(gzip.compress(Path("news.zip").read_bytes()))
    for name in ("both.zip", "news.zip.gz"):
        assert main(["clean", name, "-o", "out"]) == 2
        told = capfd.readouterr().err
        assert "can be read but not be written" in told
        assert "unpack it" in told
    assert not Path("out").exists()


def members(name):
    """What an archive holds: each member's content by its name, in order."""
    if zipfile.is_zipfile(name):
        with zipfile.ZipFile(name) as whole:
            return {info.filename: whole.read(info) for info in whole.infolist()}
    with tarfile.open(name) as whole:
        return {
            one.name: whole.extractfile(one).read() if one.isfile() else one.type for one in whole
        }


@pytest.mark.parametrize("name", ["news.zip", "news.tar.gz", "lines.zip"])
def test_an_archive_keeps_its_members_without_what_is_left_out(name, here):
    every_format(ROWS, here)
    removed = cleaned(name, f"out.{name.partition('.')[2]}")
    assert len(removed) > 5
    out = f"out.{name.partition('.')[2]}"
    assert [one.text for one in read([out], ReadSettings())] == kept(name, removed)
    before, after = members(name), members(out)
    if name == "lines.zip":
        [content] = after.values()
        gone = {int(one.rpartition(":")[2]) for one in removed}
        lines = enumerate(before["in/news.jsonl"].splitlines(keepends=True), 1)
        assert content == b"".join(line for number, line in lines if number not in gone)
    else:
        gone = {one.partition("!")[2] for one in removed}
        assert list(after.items()) == [one for one in before.items() if one[0] not in gone]
    once = Path(out).read_bytes()
    assert once[:2] == Path(name).read_bytes()[:2]
    cleaned(name, out, "-f")
    assert Path(out).read_bytes() == once


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_of_all_things_keeps_what_is_no_article(kind, here):
    every_format(ROWS, here)
    wide = Path("news.jsonl").read_text().encode("utf-16")
    held = {
        name: Path(name).read_bytes()
        for name in ("packed.jsonl.gz", "news.csv", "news.warc.gz", "news.parquet")
    }
    held |= {
        "wide.jsonl": wide,
        "photo.jpg": b"\xff\xd8\0",
        "zeros.txt": b"a\0b",
        "../up.md": b"One of a kind.",
    }
    held |= {"pairs.csv": b"left,right\na,b\n"}
    if kind == "zip":
        with zipfile.ZipFile("in.zip", "w", zipfile.ZIP_DEFLATED) as made:
            made.comment = b"of the desk"
            made.mkdir("folder") if hasattr(made, "mkdir") else made.writestr("folder/", b"")
            for name, content in held.items():
                made.writestr(zipfile.ZipInfo(name, (2021, 11, 25, 9, 30, 0)), content)
    else:
        with tarfile.open("in.tar", "w", pax_headers={"comment": "of the desk"}) as made:
            for name, content in held.items():
                info = tarfile.TarInfo(name)
                info.size, info.mtime, info.mode, info.uname = (
                    len(content),
                    1637829000.5,
                    0o640,
                    "desk",
                )
                made.addfile(info, io.BytesIO(content))
            link = tarfile.TarInfo("link.txt")
            link.type, link.linkname = tarfile.SYMTYPE, "../up.md"
            made.addfile(link)
    removed = cleaned(f"in.{kind}", f"out.{kind}", "--max-removed", "100%")
    assert [one.text for one in read([f"out.{kind}"], ReadSettings()) if hasattr(one, "text")] == [
        one.text
        for one in read([f"in.{kind}"], ReadSettings())
        if hasattr(one, "text") and one.address not in removed
    ]
    before, after = members(f"in.{kind}"), members(f"out.{kind}")
    assert list(after) == list(before)
    for name in ("photo.jpg", "zeros.txt", "../up.md", "pairs.csv"):
        assert after[name] == before[name]
    assert after["packed.jsonl.gz"][:2] == b"\x1f\x8b"
    assert after["wide.jsonl"] == b"" or after["wide.jsonl"][:2] in {b"\xff\xfe", b"\xfe\xff"}
    if kind == "zip":
        with zipfile.ZipFile("in.zip") as one, zipfile.ZipFile("out.zip") as other:
            assert other.comment == b"of the desk"
            assert [i.date_time for i in one.infolist()] == [i.date_time for i in other.infolist()]
            assert [i.compress_type for i in one.infolist()] == [
                i.compress_type for i in other.infolist()
            ]
    else:
        with tarfile.open("in.tar") as one, tarfile.open("out.tar") as other:
            facts = [
                [(i.name, i.mode, i.mtime, i.uname, i.type, i.linkname) for i in tar]
                for tar in (one, other)
            ]
            assert facts[0] == facts[1]
            assert other.pax_headers == {"comment": "of the desk"}


def test_an_archive_that_is_damaged_or_ambiguous_publishes_nothing(here, capfd):
    every_format(ROWS, here)
    whole = Path("news.zip").read_bytes()
    damaged = bytearray(whole)
    damaged[len(damaged) // 3] ^= 1
    Path("in.zip").write_bytes(damaged)
    assert main(["clean", "in.zip", "-o", "out.zip", "-q"]) == 2
    assert main(["clean", "in.zip", "-o", "out.zip", "-q", "--on-error", "skip"]) == 2
    with zipfile.ZipFile("twice.zip", "w") as made:
        made.writestr("a.txt", ROWS[0]["text"])
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("a.txt", ROWS[1]["text"])
    capfd.readouterr()
    assert main(["clean", "twice.zip", "-o", "out.zip", "-q"]) == 2
    assert "twice.zip!a.txt: two members have this name" in capfd.readouterr().err
    with tarfile.open("in.tar", "w") as made:
        for name in ("a.txt", "b.txt"):
            info = tarfile.TarInfo(name)
            content = ROWS[0]["text"].encode()
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("c")
        link.type, link.linkname = tarfile.LNKTYPE, "b.txt"
        made.addfile(link)
    assert main(["clean", "in.tar", "-o", "out.tar", "-q"]) == 2
    assert "member c is a link to an article that is left out" in capfd.readouterr().err
    assert not Path("out.zip").exists()
    assert not Path("out.tar").exists()


def test_records_of_members_take_marks_and_rejects_too():
    with zipfile.ZipFile("in.zip", "w") as made:
        made.writestr("a.jsonl", "".join(json.dumps(row) + "\n" for row in ROWS) + "{broken\n")
    assert main(["clean", "in.zip", "-o", "out.zip", "--rejects", "bad", "-q"]) == 2
    assert json.loads(Path("bad").read_text())["record"] == "{broken"
    assert b"broken" not in members("out.zip")["a.jsonl"]
    assert main(["clean", "in.zip", "-o", "all.zip", "--annotate", "-q"]) == 2
    assert members("all.zip")["a.jsonl"].count(b"dedup_story") == len(ROWS)


def kept(name, removed):
    """The texts of a corpus without those at some addresses."""
    return [one.text for one in read([name], ReadSettings()) if one.address not in removed]


@pytest.mark.parametrize("packed", ["members", "whole", "plain"])
def test_a_warc_keeps_its_records_and_their_members_to_the_byte(packed, here):
    every_format(ROWS, here)
    members = Path("news.warc.gz").read_bytes()
    info = (
        b"WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:x:info>\r\n"
        b"Content-Type: application/warc-fields\r\nContent-Length: 7\r\n\r\na: b\r\n\r\n\r\n"
    )
    raw = gzip.compress(info) + members
    raw = {
        "members": raw,
        "whole": gzip.compress(gzip.decompress(raw)),
        "plain": gzip.decompress(raw),
    }[packed]
    name = "in.warc" if packed == "plain" else "in.warc.gz"
    Path(name).write_bytes(raw)
    removed = cleaned(name, "out.warc.gz")
    assert len(removed) > 5
    assert [one.text for one in read(["out.warc.gz"], ReadSettings())] == kept(name, removed)
    made = Path("out.warc.gz").read_bytes()
    if packed == "whole":
        raw, made = gzip.decompress(raw), gzip.decompress(made)
    gone = {int(one.rpartition(":")[2]) for one in removed}
    pieces = [piece for number, piece in warc.pieces(io.BytesIO(raw)) if number not in gone]
    assert made == b"".join(pieces)
    assert gzip.decompress(made)[:8] == b"WARC/1.0" if packed == "members" else True
    [first, *_] = map(json.loads, Path("removed").read_text().splitlines())
    record = base64.b64decode(first["record"])
    assert record in raw
    (here / "removed").unlink()
    assert cleaned("out.warc.gz", "again.warc.gz") == []
    assert Path("again.warc.gz").read_bytes() == Path("out.warc.gz").read_bytes()


def test_a_warc_whose_members_are_not_its_records_is_refused(here, capfd):
    every_format(ROWS, here)
    whole = gzip.decompress(Path("news.warc.gz").read_bytes())
    cut = len(whole) // 2
    Path("in.warc.gz").write_bytes(gzip.compress(whole[:cut]) + gzip.compress(whole[cut:]))
    assert len(list(read(["in.warc.gz"], ReadSettings()))) == len(ROWS)
    assert main(["clean", "in.warc.gz", "-o", "out.warc.gz"]) == 2
    assert "gunzip" in capfd.readouterr().err
    assert not Path("out.warc.gz").exists()


@pytest.mark.parametrize(
    "name", ["news.zip", "news.tar.gz", "news.warc.gz", "wide.csv", "news.parquet"]
)
def test_what_comes_through_a_pipe_is_written_as_it_is_from_a_file(name, here):
    every_format(ROWS, here)
    cleaned(name, "out")
    command = [sys.executable, "-m", "dedup", "clean", "-", "-o", "-", "-q"]
    with open(name, "rb") as source, subprocess.Popen(["cat"], stdin=source, stdout=-1) as pipe:
        done = subprocess.run(command, stdin=pipe.stdout, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, Path("out").read_bytes())


WIDE = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "returns"]


@pytest.mark.parametrize("name", ["news.csv", "news.jsonl", "news.json"])
@pytest.mark.parametrize("written", WIDE)
def test_wide_records_and_those_with_the_line_ends_of_old_are_kept_to_the_byte(name, written, here):
    every_format(ROWS, here)
    plain = Path(name).read_text("utf-8")
    if written == "returns":
        plain = plain.replace("\r\n", "\n").replace("\n", "\r")
        raw = plain.encode()
    else:
        raw = plain.encode(written)
    Path(name).write_bytes(raw)
    removed = cleaned(name, "out")
    assert len(removed) > 5
    assert [one.text for one in read(["out"], ReadSettings())] == kept(name, removed)
    Path("plain").write_text(
        plain.replace("\r", "\n") if written == "returns" else plain, newline=""
    )
    (here / "removed").unlink()
    assert len(cleaned("plain", "plain.out")) == len(removed)
    expected = Path("plain.out").read_bytes().decode()
    if written == "returns":
        assert Path("out").read_bytes() == expected.replace("\n", "\r").encode()
    else:
        assert Path("out").read_bytes() == expected.encode(written)
    records = [json.loads(line)["record"] for line in Path("removed").read_text().splitlines()]
    assert all(records)


def test_wide_lines_take_marks_too(here):
    every_format(ROWS, here)
    Path("in.jsonl").write_bytes(Path("news.jsonl").read_text().encode("utf-16"))
    assert main(["clean", "in.jsonl", "-o", "out.jsonl", "--annotate", "-q"]) == 0
    lines = Path("out.jsonl").read_bytes().decode("utf-16").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in ROWS]
    assert all("dedup_story" in json.loads(line) for line in lines)


def test_an_encoding_that_is_said_is_that_of_the_file_and_not_of_each_record():
    """Once a wide file is read as UTF-8, its records are not decoded again."""
    text = "Größe, Straße: " + ROWS[0]["text"]
    rows = [json.dumps({"text": text}, ensure_ascii=False), "text\n" + f'"{text}"\n']
    for name, content in zip(("a.jsonl", "a.csv"), rows, strict=True):
        for written, told in (
            ("utf-16-le", "utf-16"),
            ("utf-16-be", "utf-16-be"),
            ("utf-16", "cp1251"),
        ):
            Path(name).write_bytes(content.encode(written))
            [one] = read([name], ReadSettings(encoding=told))
            assert one.text.split() == text.split()


def test_a_cut_stream_publishes_nothing(here):
    every_format(ROWS, here)
    whole = Path("packed.jsonl.zst").read_bytes()
    Path("packed.jsonl.zst").write_bytes(whole[: len(whole) // 2])
    assert main(["clean", "packed.jsonl.zst", "-o", "out.jsonl.zst"]) == 2
    assert not Path("out.jsonl.zst").exists()


CELL = st.text(st.sampled_from("ab,;\"'\n\r\t \u2028é"), max_size=8)


@given(st.lists(st.tuples(CELL, CELL), max_size=6), st.sampled_from([",", ";", "\t"]),
       st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_pieces_of_a_table_joined_are_the_table(rows, delimiter, end):
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=delimiter, lineterminator=end)
    writer.writerows([("id", "text"), *rows])
    raw = made.getvalue().encode()
    pieces = list(tables.pieces(io.BytesIO(raw), delimiter, '"'))
    assert b"".join(piece for _, piece in pieces) == raw
    found = tables.Records(io.BytesIO(raw), ReadSettings())
    numbers = [number for number, _ in found]
    assert numbers == [number for number, _ in pieces if number]


@given(st.binary(max_size=120))
def test_pieces_of_any_bytes_joined_are_the_bytes(content):
    raw = b"id,text\n" + content
    pieces = list(tables.pieces(io.BytesIO(raw), ",", '"'))
    assert b"".join(piece for _, piece in pieces) == raw


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=6), st.sampled_from([None, 1]), st.booleans())
def test_elements_of_an_array_are_its_elements(values, indent, escaped):
    raw = json.dumps(values, indent=indent, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    pieces = list(arrays.pieces(io.BytesIO(raw)))
    assert b"".join(piece for _, piece in pieces) == raw
    assert [json.loads(piece) for number, piece in pieces if number] == values


STORED = st.tuples(
    st.sampled_from(["response", "request", "warcinfo", "resource", "conversion", "metadata"]),
    st.sampled_from(["200 OK", "404 Not Found"]),
    st.sampled_from(["text/plain", "image/png"]),
    st.binary(max_size=60) | st.sampled_from([b"\r\n\r\nWARC/1.0\r\n", b"\r\n", b"WARC/1.0"]),
)


@given(st.lists(STORED, min_size=1, max_size=5), st.booleans())
def test_pieces_of_a_warc_are_numbered_as_it_is_read_and_joined_are_the_warc(rows, by_members):
    made = []
    for number, (kind, status, content, body) in enumerate(rows):
        http = f"HTTP/1.0 {status}\r\nContent-Type: {content}\r\n\r\n".encode() + body
        block = http if kind in {"response", "request"} else body
        told = "application/http" if kind in {"response", "request"} else content
        head = (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:x:{number}>\r\n"
            f"WARC-Target-URI: http://x/{number}\r\nContent-Type: {told}\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        )
        made.append(head.encode() + block + b"\r\n\r\n")
    plain = b"".join(made)
    raw = b"".join(map(gzip.compress, made)) if by_members else plain
    pieces = list(warc.pieces(io.BytesIO(raw)))
    assert b"".join(piece for _, piece in pieces) == raw
    cut = {number for number, _ in pieces if number}
    stream = io.BufferedReader(io.BytesIO(plain))
    found = [one.address for one in warc.read(stream, "x", ReadSettings()) if ":" in one.address]
    assert {int(address.partition(":")[2]) for address in found} == cut
