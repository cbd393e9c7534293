"""Battery B: bytes and encodings, #24 to #36."""

import codecs
import json
import os
from pathlib import Path

import pytest

from dedup.readers import ReadSettings, read

from .conftest import STORM

RUSSIAN = (
    "В понедельник порт был закрыт после шторма, сообщила администрация. Никто не пострадал, но "
    "суда будут ждать до четверга. Ремонт обойдётся в девять миллионов крон, сказал начальник "
    "порта. В последний раз порт стоял зимой тысяча девятьсот восемьдесят седьмого года."
)
CHINESE = (
    "临江市新图书馆周六开馆,首日迎来逾万名读者。图书馆馆长表示,新馆藏书一百万册,"
    "周末将延长开放时间。市民可以凭身份证免费办理借书证,儿童阅览室设在一楼。"
)
JAPANESE = (
    "港は月曜日、嵐で三基のクレーンが倒れたため閉鎖されたと港湾当局が発表した。けが人はいなかったが、"
    "船は木曜日まで待たなければならない。修理には九百万クローネかかる見込みだという。"
)


def test_024_empty_files_are_counted_and_never_copies_of_each_other(scan):
    Path("e.txt").write_bytes(b"")
    Path("w.txt").write_bytes(b" \n\t\n")
    Path("b.txt").write_bytes(codecs.BOM_UTF8)
    done = scan(".")
    assert (done.code, done.copies) == (0, set())
    assert (done.body["tally"]["articles"], done.body["tally"]["empty"]) == (3, 3)


def test_025_one_word_is_compared_exactly(scan):
    for name, text in (("1", "yes"), ("2", "yes"), ("3", "no")):
        Path(f"{name}.txt").write_text(text + "\n")
    done = scan(".")
    assert (done.code, done.copies) == (0, {"2.txt"})
    [pair] = done.body["pairs"]
    assert (pair["kind"], pair["rule"]) == ("exact", "ND01 same-text")


def test_026_zeros_mean_binary_on_a_walk_and_a_notice_when_named(scan):
    Path("n.txt").write_bytes(b"a\0b")
    done = scan(".")
    assert (done.code, done.skipped) == (0, {"n.txt": ("E306", "binary, not text")})
    done = scan("n.txt")
    assert (done.code, done.addresses) == (0, ["n.txt"])
    assert "n.txt: holds zeros, as no text does [W305]" in done.err


def test_027_a_gigabyte_of_zeros_is_binary_after_its_first_block(peak):
    with open("s.txt", "wb") as sparse:
        sparse.truncate(1 << 30)
    Path("a.txt").write_text(STORM)
    done, mib = peak(".")
    assert (done.code, done.skipped["s.txt"][0], done.addresses) == (0, "E306", ["a.txt"])
    assert mib < 400  # of which the interpreter, numpy and scipy are most


def test_028_a_text_that_never_ends_is_refused_without_being_loaded(peak):
    with open("big.txt", "wb") as big:
        big.write(b"word " * 20)
        for _ in range(1024):
            big.write(b"word " * (1 << 16))
    done, mib = peak("big.txt")
    assert (done.code, done.skipped["big.txt"]) == (2, ("E305", "longer than 16,777,216 bytes"))
    assert "--limit" in done.err
    assert mib < 400


def test_029_bytes_that_are_not_utf8_are_decoded_and_told_by_place(scan):
    Path("i.txt").write_bytes(b"ok \xe9\xff ok\n")
    Path("j.txt").write_text(STORM)
    done = scan(".")
    assert (done.code, done.addresses) == (0, ["i.txt", "j.txt"])
    assert "i.txt: byte 3 is not UTF-8; " in done.err
    mostly = "Größe, Straße, Müll, Käse, Öl, Süd, Gänse".encode() + b" \xff\n"
    Path("i.txt").write_bytes(mostly)
    told = []
    [article] = read(["i.txt"], ReadSettings(), told.append)
    assert article.text.startswith("Größe, Straße")
    assert told[0].why == f"byte {len(mostly) - 2} is not UTF-8; 1 byte was replaced"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be"])
@pytest.mark.parametrize("kind", ["txt", "jsonl", "csv"])
def test_030_a_text_by_its_mark_is_a_copy_of_its_twin(encoding, kind, scan):
    mark = codecs.BOM_UTF16_BE.decode("utf-16-be") if encoding == "utf-16-be" else ""
    content = {
        "txt": STORM,
        "jsonl": json.dumps({"text": STORM}) + "\n",
        "csv": f'id,text\n1,"{STORM}"\n',
    }[kind]
    Path(f"u.{kind}").write_bytes((mark + content).encode(encoding))
    Path("v.txt").write_text(STORM)
    done = scan(".")
    assert (done.code, len(done.addresses), len(done.copies)) == (0, 2, 1)


def test_031_utf16_without_its_mark_is_told_or_refused_but_no_garbage(scan):
    Path("u.txt").write_bytes(STORM.encode("utf-16-le"))
    Path("v.txt").write_text(STORM)
    done = scan(".")
    assert (done.code, len(done.copies)) == (0, 1)
    assert "u.txt: read as UTF-16 without its mark [W302]" in done.err
    Path("u.txt").write_bytes(STORM.encode("utf-16-le")[:-1])
    done = scan(".")
    assert (done.code, done.skipped["u.txt"][0]) == (2, "E302")


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        (RUSSIAN, ["cp1251", "koi8-r", "cp866"]),
        (CHINESE, ["gb18030"]),
        (JAPANESE, ["shift_jis", "euc-jp"]),
        (STORM.replace("Ilse", "Günther") + " Größe, Straße, Käse.", ["cp1252", "latin-1"]),
    ],
)
def test_032_the_guess_is_right_told_and_makes_twins(text, encodings, scan):
    Path("0.txt").write_text(text, "utf-8")
    for encoding in encodings:
        Path(f"{encoding}.txt").write_bytes(text.encode(encoding))
    done = scan(".")
    assert (done.code, len(done.copies)) == (0, len(encodings))
    assert done.err.count("a guess [W302]") == len(encodings)
    told = scan("--encoding", encodings[0], f"{encodings[0]}.txt", "0.txt")
    assert f"{encodings[0]}.txt" in told.addresses
    assert "W302" not in told.err
    assert scan(".").out == done.out


def test_032_an_encoding_that_does_not_exist_is_refused(scan):
    done = scan("--encoding", "klingon", ".")
    assert (done.code, done.out) == (2, "")
    assert "windows-1252" in done.err


def test_033_a_page_that_is_utf8_is_read_so_whatever_it_says(scan):
    page = f"<html><head><meta charset=iso-8859-1></head><body><p>{STORM} Größe</p></body></html>"
    Path("p.html").write_bytes(page.encode())
    told = []
    [article] = read(["p.html"], ReadSettings(), told.append)
    assert "Größe" in article.text
    assert ("W302", "says iso-8859-1, but is UTF-8") in [(one.code, one.why) for one in told]
    Path("p.html").write_bytes(page.encode("latin-1"))
    [article] = read(["p.html"], ReadSettings())
    assert "Größe" in article.text
    assert scan("p.html").code == 0


def test_034_half_a_character_is_replaced_and_told(scan):
    Path("s.jsonl").write_text('{"id":"1","text":"\\ud800 storm"}\n')
    done = scan("s.jsonl")
    assert (done.code, done.addresses) == (0, ["s.jsonl:1"])
    assert "s.jsonl:1: half a character was replaced by U+FFFD [W305]" in done.err


@pytest.mark.parametrize("mark", ["\u200b", "\u00ad", "\u2060", "\ufeff"])
def test_035_invisible_characters_do_not_hide_a_copy(mark, scan):
    Path("a.txt").write_text(STORM)
    Path("b.txt").write_text(mark.join(STORM))
    full = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    Path("c.txt").write_text(STORM.translate(full), "utf-8")
    assert len(scan(".").copies) == 2


def test_036_a_million_marks_on_one_letter_take_no_time(spawned):
    Path("z.txt").write_text("a" + "\u0301" * 10**6)
    Path("y.txt").write_text(" ".join("z" + "\u0301\u0302\u0303" * 70 for _ in range(200)))
    done = spawned(".", timeout=30)
    assert (done.code, len(done.addresses)) == (0, 2)


def test_bytes_are_named_the_same_under_every_locale(spawned):
    Path("i.txt").write_bytes(b"\xc3\xa4 \xff " + STORM.encode())
    one = spawned(".", env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0"})
    two = spawned(".", env=os.environ | {"LC_ALL": "C.UTF-8"})
    assert one.out == two.out
