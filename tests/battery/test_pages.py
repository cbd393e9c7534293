"""Battery E: pages, #73 to #82."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dedup.readers import Limits, ReadSettings, read
from dedup.readers.extraction import strip

from .conftest import STORM

pytest.importorskip("trafilatura")

TEXT = f"<p>{STORM}</p><p>{STORM.replace('Monday', 'Tuesday')}</p>"


def page(content, name="p.html", **limits):
    """The one record of a page, and the notices."""
    Path(name).write_text(content, "utf-8")
    told = []
    [record] = read([name], ReadSettings(limits=Limits(**limits)), told.append)
    return record, [one.code for one in told]


@pytest.mark.parametrize("content", ["<!-- -->", "<html></html>", "<html><head><title>403"])
def test_073_a_page_without_text_is_told_and_no_copy_of_another(content, scan):
    article, codes = page(content + "<html><!-- a -->")
    assert (article.text.strip() in {"", "403"}, codes) == (True, ["W308"])
    for name in "ab":
        Path(f"{name}.html").write_text("<html><!-- --></html>")
    done = scan("a.html", "b.html")
    assert (done.code, done.copies, done.body["tally"]["empty"]) == (0, set(), 2)
    assert "a.html: holds no article text [W308]" in done.err


def test_074_text_below_100000_elements_is_not_lost():
    article, codes = page("<html><body>" + "<div>" * 10**5 + STORM)
    assert (STORM in article.text, codes) == (True, ["W308"])


def test_075_a_page_that_takes_too_long_is_one_fault(scan):
    attributes = " ".join(f"a{n}=1" for n in range(2 * 10**5))
    Path("q.html").write_text(f"<html><body>{TEXT}</body></html>")
    Path("p.html").write_text(f"<html><body><p {attributes}>x</p>{TEXT}</body></html>")
    done = scan("p.html", "q.html", "--limit", "page_seconds=2")
    assert done.addresses[-1] == "q.html"
    if done.code == 2:
        assert done.skipped["p.html"] == ("E313", "extracting its text took too long")


def test_075_113_a_worker_that_dies_is_replaced(monkeypatch):
    from dedup.readers import page as module

    Path("a.html").write_text(f"<html><body>{TEXT}</body></html>")
    workers = module.Workers("extraction.py")
    monkeypatch.setattr(module, "_WORKERS", workers)
    assert page(f"<html><body>{TEXT}</body></html>")[0].text
    [worker] = workers._resting.values()
    worker._process.kill()
    record, _ = page(f"<html><body>{TEXT}</body></html>")
    assert (record.code, record.why) == ("E313", "extracting its text crashed (SIGKILL)")
    assert page(f"<html><body>{TEXT}</body></html>")[0].text
    workers.close()


@pytest.mark.parametrize(
    "content",
    [
        "<table><tr><td colspan=9007199254740991>x</td></tr></table>",
        "<!DOCTYPE x [<!ENTITY a0 'ha'>"
        + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
        + "]><p>&a9;</p>",
        "<?xml version='1.0' encoding='utf-8'?><p>x</p>",
        "<![CDATA[ never closed",
    ],
)
def test_076_077_079_080_claims_and_entities_take_no_memory(content):
    record, _ = page(f"<html><body>{TEXT}{content}</body></html>", page_seconds=20)
    assert getattr(record, "code", "E313") == "E313"
    assert STORM in getattr(record, "text", STORM)


def test_078_a_page_reaches_no_file_and_no_network(here):
    secret = here / "secret.txt"
    secret.write_text("the secret of the harbour")
    Path("p.xhtml").write_text(
        f'<?xml version="1.0"?><?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>'
        f'<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY s SYSTEM "file://{secret}">]>'
        f'<html><body>{TEXT}<p>&s;</p><iframe src="http://127.0.0.1:9/x"></iframe></body></html>'
    )
    strace = shutil.which("strace")
    command = [sys.executable, "-m", "dedup", "scan", "--json", "p.xhtml"]
    if strace:
        command = [strace, "-f", "-qq", "-e", "trace=openat,connect", "-o", "trace", *command]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "the secret of" not in done.stdout
    if strace:
        trace = Path("trace").read_text()
        assert "p.xhtml" in trace
        assert str(secret) not in trace
        assert "AF_INET" not in trace


REDOS = {
    "attributes": '<p m="1"' * 5000,
    "breaks": "<br/>" * 25000 + "\0",
    "quotes": '"' * 10**5,
    "letters": "a" * 10**5 + "!",
    "spaces": " " * 10**6 + "x",
    "opened": "<" * 10**6,
    "comments": "<!--" * 10**5,
    "scripts": "<script>" * 10**5,
}


@pytest.mark.parametrize("name", REDOS)
def test_080_081_no_string_makes_a_pattern_run_away(name):
    """The limit of time is far above what any of them takes, and far below what a bad one does."""
    record, _ = page("<html><body>" + TEXT + REDOS[name], page_seconds=10)
    assert getattr(record, "code", "") in {"", "E313"}
    if name not in {"attributes"}:
        assert record.text
    strip(REDOS[name])
    Path("t.txt").write_text(REDOS[name])
    assert len(list(read(["t.txt"], ReadSettings()))) == 1


def test_080_a_script_of_20_mb_that_is_never_closed_is_bounded():
    record, _ = page(f"<html><body>{TEXT}<script>" + "<" * 19_000_000, page_seconds=20)
    assert getattr(record, "code", "E313") == "E313"
    record, _ = page("<html>" + "x" * 20_000_000)
    assert record.code == "E305"


def test_082_there_is_no_option_for_a_pattern_that_runs_away(scan, here):
    assert scan(".", "--exclude-regex", "(a+)+$").code == 2
    (here / ".git").mkdir()
    (here / ".gitignore").write_text("*a" * 20 + "b\n*.log\n")
    (here / ("a" * 120 + ".txt")).write_text(STORM)
    done = scan(".")
    assert (done.code, len(done.addresses)) == (0, 1)
    assert ".gitignore:1: not a pattern, or too costly a one, and not heeded [W310]" in done.err


def test_without_the_extra_the_tags_are_left_out_and_the_remedy_is_told(monkeypatch):
    from dedup.readers import extraction
    from dedup.readers import page as module

    def without(question):
        monkeypatch.setitem(sys.modules, "trafilatura", None)
        return extraction.extract(question)

    found = without(f"<html lang=en><title>Storm &amp; sea</title><nav>Home</nav>{TEXT}")
    assert found["text"].splitlines()[:2] == ["Home", STORM]
    assert (found["title"], found["lang"], found["by"]) == ("Storm & sea", "en", "tags-only")
    [notice] = module._doubts("p.html", found)
    assert "pip install 'dedup-articles[html]'" in notice.why


def test_a_page_without_a_name_is_known_by_its_content(spawned):
    raw = f"<!doctype html><html><body>{TEXT}</body></html>"
    done = spawned("-", input=raw)
    assert (done.code, done.addresses) == (0, ["-"])
    assert "<p>" not in done.out


def test_planted_modules_are_not_loaded_by_workers(here):
    for name in ("json", "runpy", "html", "trafilatura", "resource"):
        (here / f"{name}.py").write_text("open('planted', 'w')")
    Path("p.html").write_text(f"<html><body>{TEXT}</body></html>")
    code = "import sys; sys.path.pop(0); from dedup.cli.main import main; main(['scan', 'p.html'])"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
    assert not os.path.exists("planted")
