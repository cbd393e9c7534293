"""Furniture: what unrelated articles carry is learned and left out; what stories share is not."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Result, Settings, deduplicate, kernels
from dedup.data.corpus import Furniture, Ragged
from dedup.furniture import (
    CARRIERS,
    CARRIERS_OF_SOURCE,
    COMPARED,
    KEYS_IN_A_ROW,
    confirm,
    deciding,
    learn,
    neighbours,
    some,
)
from dedup.scratch import Scratch

PASSAGE = [1, 2, 3, 4, 5, 6]
"""The keys of a passage."""
RELATED = Settings().match.related_ratio


def ragged(rows: list[list[int]]) -> Ragged:
    """Rows of keys, each sorted, end to end."""
    values = np.array([key for row in rows for key in sorted(row)], np.uint64)
    return Ragged(values, np.cumsum([0, *map(len, rows)]))


def own(row: int, count: int) -> list[int]:
    """Keys that no other row has."""
    return [1000 * (row + 1) + n for n in range(count)]


def learned(rows: list[list[int]], sources: list[int] | None = None) -> list[int]:
    """The keys that are taken for furniture; sources are unknown unless given."""
    of = np.array([-1] * len(rows) if sources is None else sources, np.int64)
    return learn(ragged(rows), of).keys.tolist()


def test_a_passage_of_many_varied_rows_is_learned() -> None:
    """It, and nothing else that stands in its carriers or elsewhere."""
    rows = [PASSAGE + own(n, 8) for n in range(CARRIERS)]
    assert learned([*rows, own(50, 14), []]) == PASSAGE


def test_a_passage_of_fewer_rows_is_not() -> None:
    """A few articles may quote each other."""
    assert learned([PASSAGE + own(n, 8) for n in range(CARRIERS - 1)]) == []


@pytest.mark.parametrize("tail", [0, 1, 2])
def test_copies_of_one_story_teach_nothing(tail: int) -> None:
    """However many there are: their carriers have little that the others lack."""
    assert learned([PASSAGE + own(n, tail) for n in range(40)]) == []


def test_copies_teach_nothing_among_others_either() -> None:
    """A corpus of other stories around them does not make them look varied."""
    rows = [PASSAGE + own(n, 1) for n in range(10)]
    assert learned(rows + [own(n, 12) for n in range(10, 60)]) == []


@pytest.mark.parametrize(
    ("sources", "known"),
    [
        ([0] * CARRIERS_OF_SOURCE, PASSAGE),
        ([0] * (CARRIERS_OF_SOURCE - 1), []),
        ([0] * (CARRIERS_OF_SOURCE - 1) + [1], []),
        ([-1] * CARRIERS_OF_SOURCE, []),
        ([0] * (CARRIERS_OF_SOURCE - 1) + [-1], []),
        (list(range(CARRIERS)), PASSAGE),
    ],
)
def test_one_source_needs_fewer_carriers(sources: list[int], known: list[int]) -> None:
    """A site repeats its own navigation; rows of unknown source are not one source."""
    assert learned([PASSAGE + own(n, 8) for n in range(len(sources))], sources) == known


def test_nothing_teaches_nothing() -> None:
    """Neither no rows nor rows without keys."""
    assert learned([]) == []
    assert learned([[], [], []]) == []


def test_the_order_of_rows_does_not_matter() -> None:
    """Furniture is what it is, whichever article was read first."""
    rows = [PASSAGE + own(n, 8) for n in range(8)] + [own(n, 5) for n in range(8, 20)]
    sources = [n % 3 for n in range(20)]
    both = list(zip(rows, sources, strict=True))
    for seed in range(5):
        random.Random(seed).shuffle(both)
        shuffled, of = zip(*both, strict=True)
        assert learned(list(shuffled), list(of)) == learned(rows, sources) == PASSAGE


def known(carriers: list[list[int]]) -> Furniture:
    """Keys with these carriers."""
    keys = np.arange(len(carriers), dtype=np.uint64)
    return Furniture(keys, keys.astype(np.uint32), np.array(carriers))


def test_neighbours_compare_a_few_carriers_of_each_key() -> None:
    """Each with its next, under the place of their key; the number of pairs stays linear."""
    pairs, at = neighbours(known([[0, 1, 2, 3, 4, 5, -1], [1, 3, 5, -1, -1, -1, -1]]))
    assert pairs[at == 0].tolist() == [list(pair) for pair in pairwise(range(6))]
    assert pairs[at == 1].tolist() == [[1, 3], [3, 5]]
    found = learn(ragged([[1, n + 2] for n in range(500)]), np.full(500, -1))
    pairs, at = neighbours(found)
    assert found.counts.tolist() == [500]
    assert len(pairs) == len(at) == COMPARED - 1
    pairs, at = neighbours(some(found, np.array([False])))
    assert (pairs.shape, at.shape) == ((0, 2), (0,))


@pytest.mark.parametrize("count", range(8))
def test_the_deciding_pairs_of_a_key_are_just_more_than_half(count: int) -> None:
    """If all of them are apart, the key is confirmed whatever the others are; one less, and not."""
    at = np.array([0] * count + [1] * 4)
    mask = deciding(at)
    assert mask.tolist() == [n <= count // 2 for n in range(count)] + [True] * 3 + [False]
    assert confirm(2, at, np.where(mask, 0.0, 1.0), RELATED).tolist() == [count > 0, True]
    mask[np.flatnonzero(mask)[[0, -1]]] = False
    assert confirm(2, at, np.where(mask, 0.0, 1.0), RELATED).tolist() == [False, False]


def test_confirm_leaves_a_statement_to_its_event() -> None:
    """Reports that quote it share their rare words; carriers of furniture do not, or seldom."""
    at = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    far, near = RELATED / 2, RELATED
    cosines = np.array([far, far, near, near, far, near, far, near])
    assert confirm(3, at, cosines, RELATED).tolist() == [True, False, False]


WORDS = np.arange(22, dtype=np.uint32)
HASHES = np.arange(100, 122, dtype=np.uint64)
RUNS = kernels.hash_runs(HASHES[WORDS], np.array([0, len(WORDS)]), 3)[0]
HIGHEST = int(np.sort(RUNS)[3])
A, B, C, D = KEYED = np.flatnonzero(RUNS <= HIGHEST).tolist()
"""Where the keys of the passage index stand in an article of these words."""


def masked(*known: int) -> list[int]:
    """The words that are furniture where the keys at these places are known."""
    keys = np.sort(RUNS[list(known)])
    offsets = np.array([0, len(WORDS)])
    mask = kernels.mask_runs(WORDS, offsets, HASHES, 3, HIGHEST, keys, KEYS_IN_A_ROW)
    assert len(mask) == len(WORDS)
    return np.flatnonzero(mask).tolist()


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ([], []),
        ([B], []),
        ([A, C], []),
        ([B, C], [*range(B, C + 3)]),
        ([A, C, D], [*range(C, 22)]),
        ([A, B], [*range(B + 3)]),
        ([A, B, D], [*range(B + 3)]),
        (KEYED, [*range(22)]),
    ],
)
def test_only_several_keys_in_a_row_are_masked(known: list[int], words: list[int]) -> None:
    """A phrase by itself belongs to its sentence; between such keys every word goes, and beyond
    them, where no other key stands before the border of the text.
    """
    assert KEYS_IN_A_ROW == 2
    assert masked(*known) == words


def test_only_sampled_runs_are_keys() -> None:
    """What is known but was not drawn as a key neither masks nor stands between."""
    undrawn = [at for at in range(len(RUNS)) if at not in KEYED]
    assert masked(*undrawn) == []
    assert masked(*undrawn, B, C) == masked(B, C)


def test_an_article_shorter_than_a_run_has_no_furniture() -> None:
    """Nothing to look up, nothing to mask, and the rows around it are masked as they would be."""
    words = np.concatenate((WORDS[:2], WORDS, WORDS[-2:]))
    offsets = np.array([0, 0, 2, 24, 26])
    known = np.sort(RUNS)
    mask = kernels.mask_runs(words, offsets, HASHES, 3, HIGHEST, known, KEYS_IN_A_ROW)
    assert np.flatnonzero(mask).tolist() == [*range(2, 24)]


NAVIGATION = """Skip to content Home News World Politics Business Markets Sport Football Tennis
Culture Books Film Television Travel Food Health Science Weather Letters Jobs Property Obituaries
Puzzles Archive Sign in My account Newsletters Podcasts Video Most read this week Our editors choose
the stories of the day for you every morning Contact the newsroom Send us a photograph or a tip in
confidence Corrections and complaints Terms of use Privacy notice Cookie settings Accessibility Help
centre Advertise with us Work for us About the company All rights reserved No part of this page may
be copied or stored without written permission of the publisher The local paper for Velmark Orsel
Halden and the islands since the year the lighthouse was built Printed every day but Sunday and read
in every harbour from the northern sound to the southern bank of the river"""
PAYWALL = """This article is for subscribers only You have read all of your free articles this month
To continue reading please log in or choose a subscription that suits you Support independent
reporting from the coast with a small amount each month and cancel whenever you like Already a
subscriber Log in here to go on reading without interruption on all of your devices"""
STATEMENT = """We are shocked by what happened here last night and our thoughts are with everyone
who lost a home We will find out how this could happen and we will leave nothing undone to help the
families back on their feet as soon as we can because no one in this town is left alone when it
matters most and that is a promise which I make to all of you"""
EVENT = "Kappelhavn Osgaard Lesterby Tarnvik Emmingsund Krantzholm warehouse fire "
COMMON = "the of a in and to on said for with at by from was were has had it that this"
INVENTED = [
    f"{a}{b}{c}{d}{e}"
    for a in "bdgklm"
    for b in "aeiou"
    for c in "mnrst"
    for d in "aeo"
    for e in "lpzx"
]

OFF = Settings.from_mapping({"furniture": False})
seeds = st.integers(0, 2**32)


def body(count: int, chance: random.Random) -> str:
    """Prose that tells of nothing else: every other word is invented."""
    return " ".join(chance.choice(chance.choice((COMMON.split(), INVENTED))) for _ in range(count))


def site(chance: random.Random) -> tuple[list[Article], str]:
    """Eight pages, three fifths of each the site's navigation; and the first one's own words."""
    bodies = [body(len(NAVIGATION.split()) * 2 // 3, chance) for _ in range(8)]
    pages = [
        Article(f"p{n}", f"{NAVIGATION}\n{one}", source="Sund Press")
        for n, one in enumerate(bodies)
    ]
    return pages, bodies[0]


def members(result: Result) -> list[tuple[str, ...]]:
    """Which articles are one story."""
    return [story.members for story in result.stories]


@given(seeds)
def test_pages_of_one_site_are_no_story(seed: int) -> None:
    """Nor related: nothing but the navigation is shared, and that is said."""
    pages, _ = site(random.Random(seed))
    result = deduplicate(pages)
    assert (members(result), result.pairs) == ([], ())
    assert [passage.articles for passage in result.furniture] == [len(pages)]
    assert "most read this week our editors choose" in result.furniture[0].text


def test_a_site_is_one_source_however_its_addresses_are_written() -> None:
    """With ``www.`` or a port or in capitals: fewer carriers than of several sources are enough."""
    hosts = "example.org", "www.example.org", "EXAMPLE.org:443"
    pages, _ = site(random.Random(3))
    some = [
        replace(page, source="", url=f"https://{host}/{page.id}")
        for page, host in zip(pages, hosts, strict=False)
    ]
    assert [passage.articles for passage in deduplicate(some).furniture] == [CARRIERS_OF_SOURCE]
    some[0] = replace(some[0], url="https://example.com/p0")
    assert deduplicate(some).furniture == ()


def test_furniture_is_shown_as_it_stands_where_it_was_read() -> None:
    """Whether texts are kept or read again; not where another text stands there now."""
    pages, _ = site(random.Random(3))
    pages = [replace(page, address=page.id) for page in pages]
    texts = {page.address: page.text for page in pages}
    told = deduplicate(pages)
    for known in (texts, {**texts, "p0": "Another text."}, {}):
        with Scratch(
            1, lambda asked, known=known: {one: known.get(one, "") for one in asked}
        ) as it:
            found = deduplicate(pages, storage=it)
        kept = told.furniture if known == texts else ()
        assert found == replace(told, furniture=kept)


@given(seeds)
def test_a_body_is_one_story_with_and_without_navigation(seed: int) -> None:
    """Another outlet runs the text of one page, bare: these two and no other."""
    pages, text = site(random.Random(seed))
    result = deduplicate([*pages, Article("bare", text, source="Velmark Post")])
    assert members(result) == [("bare", "p0")]
    assert [(one.left, one.right) for one in result.pairs] == [("bare", "p0")]


@given(seeds)
def test_furniture_can_be_left_in(seed: int) -> None:
    """Switched off, nothing is learned, and the navigation counts like any other words."""
    pages, _ = site(random.Random(seed))
    result = deduplicate(pages, OFF)
    assert result.furniture == ()
    assert all(one.evidence.left_words > len(NAVIGATION.split()) for one in result.pairs)
    assert result.tally.same_story + result.tally.related == len(pages) * (len(pages) - 1) // 2


def behind_a_wall(left: str, right: str) -> list[Article]:
    """Two pages of which a scraper got little but the notice, and six with their text above it."""
    chance = random.Random(7)
    others = [
        Article(f"q{n}", f"{body(100, chance)}\n{PAYWALL}", source="Sund Press") for n in range(6)
    ]
    return [*others, Article("x", left), Article("y", right)]


@given(seeds)
def test_two_pages_with_a_notice_under_a_lead_are_no_story(seed: int) -> None:
    """Each has a first sentence of its own; with furniture left in they would be linked."""
    chance = random.Random(seed)
    pages = behind_a_wall(*(f"{body(20, chance)}\n{PAYWALL}" for _ in range(2)))
    assert members(deduplicate(pages)) == []
    assert ("x", "y") in {(one.left, one.right) for one in deduplicate(pages, OFF).pairs}


@pytest.mark.parametrize(
    "right",
    [PAYWALL, PAYWALL.rstrip().removesuffix(" on all of your devices")],
    ids=["whole", "cut"],
)
def test_a_notice_and_nothing_else_is_no_story(right: str) -> None:
    """What the two pages say of their own is nothing."""
    assert members(deduplicate(behind_a_wall(PAYWALL, right))) == []


def reports(chance: random.Random, event: str) -> list[Article]:
    """Six outlets' reports that quote one statement, in their own words but for the event's."""
    found = []
    for n in range(6):
        words = f"{body(90, chance)} {3 * event}".split()
        chance.shuffle(words)
        text = " ".join([*words[:60], STATEMENT, *words[60:]])
        found.append(Article(f"r{n}", text, source=f"Outlet {n}"))
    return found


@given(seeds)
def test_a_statement_that_reports_of_one_event_quote_stays(seed: int) -> None:
    """It is what they share; without the event it would be furniture."""
    chance = random.Random(seed)
    told = deduplicate(reports(chance, EVENT))
    assert told.furniture == ()
    assert told.tally.same_story + told.tally.related == 15
    assert deduplicate(reports(chance, "")).furniture
