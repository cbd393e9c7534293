"""Hypothesis strategies for invented articles: originals, copies, edits, cuts, and oddities."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from hypothesis import strategies as st

from dedup import Article

WORDS = [
    "the", "of", "a", "in", "and", "to", "on", "said", "for", "with", "harbour", "storm",
    "crane", "minister", "Velmark", "ferry", "Osgaard", "budget", "rain", "12", "340", "2019",
    "police", "court", "Ilves", "treasurer", "rowing", "don't", "Straße", "café", "порт",
    "пожар", "склад", "الميناء", "١٢", "北京", "地铁", "時刻", "สะพาน", "captain", "inspection",
    "steering", "sandbank", "passengers", "quay", "tide", "election", "vote", "council",
    "library", "fire", "warehouse", "pallets", "bridge", "quake", "depth", "village", "tents",
    "coach", "striker", "goal",
]  # fmt: skip
EMPTY = ("", " ", "\n\t\n", "...", "—!?", "\ufeff", "\u200b\u00ad", "(Photo: Jo Doe)", "• • •")
"""Texts without a single word, or with none left once cleaned."""

runs = st.lists(st.sampled_from(WORDS), min_size=1, max_size=40).map(" ".join)


@st.composite
def edits(draw: st.DrawFn, text: str) -> str:
    """A text as another desk might run it."""
    words = text.split()
    how = draw(st.sampled_from(["same", "case", "wrap", "swap", "cut", "furniture", "quote"]))
    at = draw(st.integers(0, len(words) - 1))
    if how == "case":
        return text.upper()
    if how == "wrap":
        return "\n".join((" ".join(words[:at]), " ".join(words[at:])))
    if how == "swap":
        return " ".join([*words[:at], draw(st.sampled_from(WORDS)), *words[at + 1 :]])
    if how == "cut":
        return " ".join(words[: at + 1])
    if how == "furniture":
        return f"{draw(runs)}\n\n{text}\nRead more: {draw(runs)}\nhttps://example.org/a"
    return f"“{text}” – {draw(runs)}" if how == "quote" else text


@st.composite
def texts(draw: st.DrawFn) -> list[str]:
    """Between none and nine texts, many of them versions of an earlier one."""
    found: list[str] = []
    for _ in range(draw(st.integers(0, 9))):
        kind = draw(st.sampled_from(["new", "long", "edit", "edit", "edit", "odd", "short"]))
        whole = [text for text in found if text.split()]
        if kind == "odd":
            found.append(draw(st.sampled_from(EMPTY)))
        elif kind == "short":
            found.append(draw(st.sampled_from(WORDS)))
        elif kind == "edit" and whole:
            found.append(draw(edits(draw(st.sampled_from(whole)))))
        else:
            found.append(" ".join(draw(runs) for _ in range(4 if kind == "long" else 1)))
    return found


published = st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2020, 3, 1)).flatmap(
    lambda date: st.sampled_from([date, date.replace(tzinfo=timezone.utc)])
)
titles = st.just("") | runs
sources = st.sampled_from(["", "Sund Press", "Velmark Post"])
articles = st.builds(
    Article,
    id=st.just("x"),
    text=runs | st.sampled_from(EMPTY),
    title=titles,
    source=sources,
    published=published,
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Article, Article]:
    """Two articles, often versions of one another."""
    left = draw(articles)
    alike = draw(st.booleans()) and left.text.split()
    text = draw(edits(left.text)) if alike else draw(runs | st.sampled_from(EMPTY))
    return replace(left, id="l"), replace(draw(articles), id="r", text=text)


@st.composite
def corpora(draw: st.DrawFn) -> list[Article]:
    """A small corpus: each article has an address of its own, ids may repeat."""
    return [
        Article(
            id=draw(st.sampled_from("abcd")) if draw(st.booleans()) else f"n{number}",
            text=text,
            address=f"in.jsonl:{number + 1}",
            title=draw(titles),
            source=draw(sources),
            published=draw(published),
        )
        for number, text in enumerate(draw(texts()))
    ]
