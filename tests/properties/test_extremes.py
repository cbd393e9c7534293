"""Pathologies: counts stay linear, chains break, nothing blows up.

Numbers in brackets are those of the battery in ``reliability.md``, parts B and F.
"""

from __future__ import annotations

import itertools
import random

import pytest

from dedup import Article, Relation, Settings, compare, deduplicate
from dedup.pipeline.corpus import prepare
from dedup.pipeline.proposal import propose
from dedup.text import clean, words

VOCABULARY = [
    f"{a}{b}{c}{d}{e}"
    for a in "bdgklm"
    for b in "aeiou"
    for c in "mnrst"
    for d in "aeo"
    for e in "lpzx"
]


def prose(count: int, seed: int) -> list[str]:
    """Invented words in an invented order."""
    return random.Random(seed).choices(VOCABULARY, k=count)


def test_the_ends_of_a_chain_are_not_one_story() -> None:
    """A~B~C…~Z, each a window slid along one text (86): Z is not removed because of A."""
    text = prose(1000, 1)
    chain = [Article(f"{n:02}", " ".join(text[30 * n : 30 * n + 150])) for n in range(26)]
    for one, following in itertools.pairwise(chain):
        assert compare(one, following).verdict.relation is Relation.SAME_STORY
    assert compare(chain[0], chain[-1]).verdict.relation is not Relation.SAME_STORY
    result = deduplicate(chain)
    assert len(result.stories) > 1
    story_of = {name: story.story for story in result.stories for name in story.members}
    assert story_of.get("00") != story_of.get("25")
    assert any("chain" in note for note in result.notes)
    direct = {(v.left, v.right) for v in result.pairs if v.relation is Relation.SAME_STORY}
    for entry in result.articles:
        assert entry.copy_of is None or tuple(sorted((entry.id, entry.copy_of))) in direct


def test_many_copies_collapse_before_anything_is_compared() -> None:
    """2,000 identical articles (83): one story, no candidate, one listed pair for each copy."""
    text = " ".join(prose(120, 2))
    result = deduplicate(Article(f"{n:04}", text, address=f"f:{n + 1}") for n in range(2000))
    assert (result.tally.candidates, result.tally.compared) == (0, 0)
    assert (result.tally.stories, result.tally.redundant) == (1, 1999)
    assert len(result.pairs) == 1999
    assert result.stories[0].keeper == "0000"


def test_many_near_copies_are_paired_in_linear_number() -> None:
    """Thousands that differ in one number (84): each has a bounded share of the pairs."""
    text, how = " ".join(prose(120, 3)), Settings()
    counts = []
    for size in (1000, 2000, 4000):
        copies = [Article(f"{n:04}", f"{text} Copy {n} of many.") for n in range(size)]
        corpus = prepare(copies, how)
        counts.append(len(propose(corpus, how).pairs) / size)
    assert max(counts) < 2 * (how.sketch.signature_size // 2)
    assert counts[2] - counts[1] < counts[1] - counts[0]


def near_copies(count: int) -> list[Article]:
    """One report, each copy with another number of passengers and nothing else changed."""
    text = (
        "A car ferry with {} passengers on board ran aground on a sandbank off the island of Lunna"
        " early on Tuesday, and all of them were taken ashore by lifeboats before noon, the"
        " coastguard said. The Astrid Holm had left Velmark at dawn and was near the port when its"
        " steering failed, captain Per Osgaard told reporters on the quay. Divers found no damage"
        " to the hull, but the ferry will stay where it is until the spring tide, when two tugs"
        " from Kappelhavn will try to pull it free."
    )
    return [Article(f"{n:03}", text.format(200 + n)) for n in range(count)]


@pytest.mark.parametrize("count", [3, 30, 150])
def test_near_copies_are_one_story_however_many(count: int) -> None:
    """A story does not fall apart because many outlets ran it (84)."""
    tally = deduplicate(near_copies(count)).tally
    assert (tally.stories, tally.redundant) == (1, count - 1)


def test_a_shared_footer_makes_no_giant_story() -> None:
    """Articles that share more than half of their words with all others (85) are not one story."""
    footer = " ".join(prose(180, 4))
    corpus = [Article(f"{n:03}", " ".join(prose(120, 100 + n)) + " " + footer) for n in range(60)]
    alike = deduplicate(corpus).tally.redundant
    assert alike in (0, 59), "one border for all pairs: there is nothing to choose between them"


@pytest.mark.parametrize("word", ["the", "tide", "潮"])
def test_a_vocabulary_of_one_word(word: str) -> None:
    """Equal sets at any length (90): exact only at equal length, and nothing breaks."""
    corpus = [
        Article(f"{n:02}", " ".join([word] * n)) for n in (1, 2, 2, 3, 5, 8, 13, 40, 41, 80, 80)
    ]
    corpus = [Article(f"{n}.{one.id}", one.text) for n, one in enumerate(corpus)]
    result = deduplicate(corpus)
    texts = {one.id: one.text for one in corpus}
    for verdict in result.pairs:
        equal = texts[verdict.left] == texts[verdict.right]
        assert (verdict.kind == "exact") == equal
        left, right = (Article(name, texts[name]) for name in (verdict.left, verdict.right))
        asked = compare(left, right)
        assert asked.verdict.relation is verdict.relation
    copies = [one for one in result.articles if one.rule and one.rule.startswith("ND01")]
    assert len(copies) >= 1


@pytest.mark.parametrize("short", ["yes", "yes no", "北", "北京", "7"])
def test_articles_shorter_than_a_shingle_are_compared_exactly(short: str) -> None:
    """They have no signature to meet by (25), and still find their equals and only those."""
    corpus = [
        Article("a", short),
        Article("b", short),
        Article("c", f"{short} x"),
        Article("d", "z"),
    ]
    result = deduplicate(corpus)
    assert [one.copy_of for one in result.articles] == [None, "a", None, None]
    assert all(one.evidence.same_text for one in result.pairs if "c" not in (one.left, one.right))


def test_a_letter_with_a_million_marks() -> None:
    """Zalgo (36) stays one word, no longer than it was, and is compared like any other."""
    giant = "a" + "\u0301" * 10**6
    cleaned = clean(giant).text
    assert len(words(cleaned)) == 1
    assert len(cleaned) <= len(giant)
    found = compare(Article("l", giant), Article("r", giant + " tide")).verdict
    assert (found.evidence.left_words, found.evidence.right_words) == (1, 2)
    assert found.relation is not Relation.SAME_STORY


@pytest.mark.parametrize("letters", ["abcdefgh", "äbcdéfgh", "абвгдежз"])
def test_codes_without_end_are_facts_cut_short(letters: str) -> None:
    """A word of 100,000 letters in place of another: told at once, and in a few letters."""
    chance = random.Random(3)
    codes = ["".join(chance.choices(letters, k=100_000)) for _ in range(4)]
    before, behind = " ".join(prose(60, 7)), " ".join(prose(60, 8))
    corpus = [Article(f"{n}", f"{before} {code} {behind}") for n, code in enumerate(codes)]
    pairs = deduplicate(corpus).pairs
    assert len(pairs) == 6
    for verdict in pairs:
        [fact] = verdict.evidence.facts
        assert fact.left == codes[int(verdict.left)][:64] + "…"
        assert fact.right == codes[int(verdict.right)][:64] + "…"


def test_titles_without_end_are_compared_by_their_beginnings() -> None:
    """A million letters, of which the first thousand tell."""
    chance = random.Random(3)
    ends = ["".join(chance.choices("abcdefgh", k=10**6)) for _ in range(2)]
    text = " ".join(prose(60, 7))
    one, other = (Article(end[:9], text, title="storm " * 200 + end) for end in ends)
    assert compare(one, other).verdict.evidence.title_ratio == 1


def test_marked_letters_are_words_of_their_own() -> None:
    """200 marks on each letter (36) neither split a word nor join it to its neighbours."""
    text = " ".join("".join(c + "\u0323\u0301" * 100 for c in word) for word in ("storm", "port"))
    assert len(words(clean(text).text)) == 2


def test_binary_rubbish_is_text_like_any_other() -> None:
    """NUL and other control characters (26) end in a verdict."""
    rubbish = "".join(map(chr, range(0x20))) * 50
    assert (
        compare(Article("l", rubbish), Article("r", rubbish)).verdict.relation is Relation.DISTINCT
    )
    assert (
        compare(Article("l", f"a\0b{rubbish}"), Article("r", "a b")).verdict.evidence.left_words
        == 2
    )


@pytest.mark.parametrize("half", ["\ud800", "\udfff\ud800"])
def test_half_a_character_is_compared_like_any_other(half: str) -> None:
    """A lone surrogate (34), which a caller's own text may hold, ends in a verdict."""
    text = f"the storm{half} closed the port of Velmark on Monday {half}"
    one, other = Article("l", text), Article("r", f"{text} again")
    assert compare(one, one).verdict.kind == "exact"
    assert compare(one, other).verdict.relation is Relation.SAME_STORY
    assert compare(Article("l", half), Article("r", half)).verdict.relation is Relation.DISTINCT


def test_a_line_without_end() -> None:
    """One line of 300,000 words is cut for alignment and still found to hold the short one."""
    text = prose(30_000, 5) * 10
    found = compare(Article("l", " ".join(text)), Article("r", " ".join(text[:200]))).verdict
    assert (found.relation, found.kind) == (Relation.SAME_STORY, "contained")
