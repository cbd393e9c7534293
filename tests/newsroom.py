"""An invented newsroom: reports, their copies, cuts, pages, round-ups, forms and oddities.

Same count and seed, same articles. Half of them are new; what stands in one script or another, in
a page with navigation around it, or as a form filled in anew is drawn like all else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from dedup import Article

COMMON = [
    "the", "of", "a", "in", "and", "to", "on", "for", "with", "at", "by", "from", "was", "were",
    "has", "had", "that", "this", "after", "would",
]  # fmt: skip
SCRIPTS = {
    "latin": ("bdfgklmnprstv", "aeiou"),
    "accents": ("bčdģķľňřšťž", "áéíóúü"),
    "cyrillic": ("бвгдклмнпрст", "аеиоуы"),
    "greek": ("βγδκλμνπρστ", "αεηιου"),
    "arabic": ("بتثجحخدذرزس", "اوي"),
    "han": ("北京市长江大桥港口风暴关闭起重机周一", "号车站地铁新闻报道记者消息政府工人"),
    "hangul": ("서울시장항구폭풍", "에서의를은는이가"),
    "devanagari": ("कखगचजतदनपबम", "\u093e\u093f\u0941\u0947"),
}
NAVIGATION = (
    "Home News World Politics Business Markets Sport Football Culture Books Film Travel Weather\n"
    "Sign in My account Newsletters Podcasts Most read this week Our editors choose the stories of"
    " the day for you every morning\nContact the newsroom Send us a photograph or a tip in"
    " confidence Corrections Terms of use Privacy notice Cookie settings Help centre Advertise"
)
ODD = (
    "",
    "…",
    "&bogus; AT&T &amp;amp; R&D said &#8217;no&#8217;",
    "S\u0336t\u0336o\u0336r\u0336m" + "\u0301" * 40 + " over the port",
    "😀👍🏽 \u200bzero\u200dwidth \ue000 private \U0001f9ff use",
    "one",
    "the the the the the the the the",
    "Photo: Jo Doe/AP\nRead more: nothing",
    "nul\x00byte and tab\tand\x0bothers",
)
HOW = "same", "case", "wrap", "edit", "edit", "figures", "cut", "page", "within"
OUTLETS = ("", "Sund Press", "Velmark Post", "Osgaard Tidende")
MONDAY = datetime(2024, 3, 4, 6)


def word(chance: Random, script: str) -> str:
    """One invented word."""
    hard, soft = SCRIPTS[script]
    return "".join(chance.choice(hard) + chance.choice(soft) for _ in range(chance.randint(1, 4)))


def sentence(chance: Random, names: list[str], script: str) -> str:
    """One sentence about some people and places."""
    words = [
        chance.choice(COMMON)
        if script == "latin" and chance.random() < 0.45
        else word(chance, script)
        for _ in range(chance.randint(5, 22))
    ]
    words[chance.randrange(len(words))] = chance.choice(names)
    if chance.random() < 0.4:
        words.insert(chance.randrange(len(words)), str(chance.randrange(2000)))
    return " ".join(words).capitalize() + ("。" if script == "han" else ".")


def report(chance: Random) -> str:
    """A report of something, in one script."""
    script = "latin" if chance.random() < 0.6 else chance.choice(sorted(SCRIPTS))
    names = [word(chance, script).capitalize() for _ in range(4)]
    paragraphs = [
        " ".join(sentence(chance, names, script) for _ in range(chance.randint(1, 4)))
        for _ in range(chance.randint(1, 6))
    ]
    return "\n\n".join(paragraphs)


def again(chance: Random, text: str) -> str:
    """A report as another desk runs it."""
    words = text.split(" ")
    how = chance.choice(
        ("same", "case", "wrap", "edit", "edit", "figures", "cut", "page", "within")
    )
    if how == "case":
        return text.upper()
    if how == "wrap":
        return "\n".join(" ".join(words[at : at + 9]) for at in range(0, len(words), 9))
    if how == "edit":
        for _ in range(1 + len(words) // chance.choice((8, 30))):
            words[chance.randrange(len(words))] = word(chance, "latin")
    if how == "figures":
        words = [str(chance.randrange(2000)) if one.isdigit() else one for one in words]
    if how == "cut":
        words = words[: max(1, len(words) * chance.randint(3, 9) // 10)]
    if how == "within":
        return f"{report(chance)}\n\n{text}\n\n{report(chance)}"
    told = " ".join(words)
    return f"{NAVIGATION}\n\n{told}\nhttps://example.org/{len(told)}" if how == "page" else told


def articles(count: int, seed: int = 0) -> list[Article]:
    """So many articles, in no order."""
    chance = Random(seed)
    texts: list[str] = []
    while len(texts) < count:
        kind = chance.random()
        if kind < 0.04:
            texts.append(chance.choice(ODD))
        elif kind < 0.15:
            texts.append(f"{NAVIGATION}\n\n{report(chance)}")
        elif kind < 0.55 or not texts:
            texts.append(report(chance))
        else:
            texts.append(again(chance, chance.choice(texts)))
    return [
        Article(
            id=f"n{number}",
            text=text,
            address=f"wire.jsonl:{number + 1}",
            title=text[: chance.choice((0, 30))].strip(),
            source=chance.choice(OUTLETS),
            published=chance.choice((None, MONDAY + timedelta(hours=chance.randrange(300)))),
        )
        for number, text in enumerate(texts)
    ]
