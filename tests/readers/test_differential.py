"""The same articles in every format are the same articles, and make the same stories."""

import os

import pytest

from dedup.pipeline import deduplicate
from dedup.readers import ReadSettings, lasting, read, read_again

from .corpora import articles, every_format

pytest.importorskip("pyarrow")
pytest.importorskip("warcio")

COUNT = int(os.environ.get("DEDUP_TEST_ARTICLES", "60"))
"""A larger number takes the same test to a larger corpus."""


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """The corpus in every format, and its rows."""
    folder = tmp_path_factory.mktemp("corpora")
    rows = articles(COUNT)
    return folder, rows, every_format(rows, folder)


def stories(found):
    """Stories as sets of places in the corpus."""
    result = deduplicate(found)
    place = {entry.id: at for at, entry in enumerate(result.articles)}
    return {frozenset(place[member] for member in one.members) for one in result.stories}


def test_every_format_gives_the_same_articles_and_stories(corpora):
    folder, rows, names = corpora
    expected = None
    for name in names:
        found = list(read([str(folder / name)], ReadSettings(encoding="")))
        assert not [one for one in found if hasattr(one, "code")], name
        assert [one.text for one in found] == [row["text"] for row in rows], name
        if "text" not in name and "zip" not in name and "tar" not in name and "warc" not in name:
            assert [one.id for one in found] == [row["id"] for row in rows], name
        told = stories(found)
        assert expected is None or told == expected, name
        expected = told
    assert len(expected) > 5


def test_an_address_of_every_format_gives_its_article_alone(corpora):
    folder, _, names = corpora
    for name in names:
        for one in list(read([str(folder / name)], ReadSettings()))[:: COUNT // 3]:
            assert list(read([one.address], ReadSettings())) == [one], name


def test_articles_are_read_again_by_their_addresses(corpora):
    """Of every format, and of all at once; what is not there any more is left out."""
    folder, _, names = corpora
    asked = {}
    for name in names:
        some = list(read([str(folder / name)], ReadSettings()))[:: COUNT // 3]
        texts = {one.address: one.text for one in some}
        assert read_again(texts, ReadSettings()) == texts, name
        asked |= texts
    gone = [f"{folder}/news.jsonl:99999", f"{folder}/nothing.txt", f"{folder}/news.zip!no.txt"]
    assert read_again([*reversed(asked), *gone], ReadSettings(on_error="stop")) == asked


def test_what_a_pipe_gives_does_not_last(corpora, tmp_path, monkeypatch):
    folder, _, names = corpora
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-").touch()  # stdin all the same
    assert lasting([str(folder), *(str(folder / name) for name in names)])
    assert lasting([f"{folder}/news.jsonl:3", f"{folder}/lines.zip!in/news.jsonl:3"])
    os.mkfifo(tmp_path / "pipe")
    for other in ("-", str(tmp_path / "pipe"), str(tmp_path / "nothing")):
        assert not lasting([str(folder), other])


def test_the_order_of_arguments_means_nothing(corpora):
    folder, _, names = corpora
    paths = [str(folder / name) for name in names]
    forward = [one.address for one in read(paths, ReadSettings())]
    assert [one.address for one in read(reversed(paths), ReadSettings())] == forward
