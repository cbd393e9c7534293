"""Battery G: what hostile input looks like when it comes out again, #93 to #100."""

import json
import re
from pathlib import Path

import pytest

from dedup.cli.main import main
from dedup.reports import REPORTS

from .conftest import STORM

HOSTILE = {
    93: "</script><svg onload=alert(1)><img src=x onerror=alert(1)>{{7*7}} --> javascript:x",
    94: "a\x1b]52;c;cHdu\x07b\x1b[1A\x1b[2Kc\x9b31md\re\x08f\x1b]8;;http://e/\x07g\u202eh",
    95: '=HYPERLINK("http://e/"&A1)',
    96: "]]>\x00\ufffe\ud800",
    97: "::set-output name=x::y\n::add-mask::e\n%0A::error::z",
    98: "a|b`c`<details>@user ![](http://e/x.png)",
    99: "[red]x[/foo] :warning:",
}
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
FORMATS = [name for name, one in REPORTS.items() if getattr(one, "result", None)]


@pytest.fixture
def hostile(here):
    """A corpus in which one hostile string is title, id and name of a file, and in the text."""

    def making(text):
        name = re.sub(r"[/\0\ud800]", "_", text)[:100]
        records = [
            {"id": f"{text}{n}", "title": text, "url": text, "text": f"{text} {STORM}"}
            for n in range(2)
        ]
        (here / f"{name}.jsonl").write_text("\n".join(map(json.dumps, records)) + "\n{")
        return here

    return making


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("number", HOSTILE)
def test_093_to_099_no_control_comes_out_of_any_format(number, kind, hostile, capfd, monkeypatch):
    hostile(HOSTILE[number])
    monkeypatch.setenv("GITHUB_ACTIONS", "true")  # which acts on lines that begin with ::
    assert main(["scan", ".", "--format", kind]) == 2
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    for stream in (out, err):
        assert not CONTROL.search(stream.replace("\r\n", "\n")), kind
    assert not any(line.startswith("::") for line in err.splitlines())
    if kind != "github":
        assert not any(line.startswith("::") for line in out.splitlines())
    if number == 95 and kind == "csv":
        assert not re.search(r'(?m)(^|,)"?=HYPER', out)
    if kind == "markdown":
        out = re.sub("`[^`]*`", "", out)  # in code nothing is active
    if number == 93 and kind in {"html", "markdown", "junit"}:
        assert "<svg" not in out
        assert "<img" not in out


def test_100_a_title_of_10_mb_is_cut_where_it_is_a_label(scan):
    title = "Storm " * 1_700_000
    records = [{"id": n, "title": title, "text": STORM} for n in range(2)]
    Path("x.jsonl").write_text("\n".join(map(json.dumps, records)))
    told = scan("x.jsonl", json=False)
    assert (told.code, len(told.out) < 2000) == (0, True)
    shown = scan("x.jsonl").body["articles"][0]["title"]
    assert title.startswith(shown.removesuffix("…"))
    assert shown.endswith("…")
