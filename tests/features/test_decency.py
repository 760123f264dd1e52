"""What a channel may see: rude words in their usual disguises are found, and ordinary ones pass."""

import asyncio
from typing import Any

import pytest
from inferbot.features import decency
from inferbot.features.decency import NotForAll, is_decent
from inferbot.knowledge.articles import read_shelf
from support.fakes import InlineEngine

RUDE = (
    *("what the fuck", "FUCKING hell", "fucked", "sh1t", "$hit", "b1tch", "bitches", "assh0le", "4ss", "Arschloch"),
    *("niggas", "n1gger", "N1GG3R", "nigg3rs", "n i g g e r", "n-i-g-g-a", "fags", "f4ggot", "kikes", "trannies"),
    *("whore", "WHORES", "wh0res", "sluts", "s1ut", "s l u t", "c*u*n*t", "f.u.c.k you", "what the f u c k", "retards"),
    *("puta madre", "putas", "viados", "maricones", "\uff57hore", "It was worth it, niggas!", "Speak, nigga!"),
)
HARMLESS = (
    *(
        "",
        "Scunthorpe is in Lincolnshire",
        "Penistone",
        "Essex, Sussex and Middlesex",
        "class assignment",
        "a bass guitar",
    ),
    *("cockpit", "cocktail", "Hitchcock", "peacock", "shuttlecock", "Dickens", "shiitake", "titmouse", "constitution"),
    *("analysis of a canal", "therapist", "grapes", "assassin", "passage", "Arsenal", "Mississippi", "sextant"),
    *("butterfly", "cumulative", "document", "circumstances", "skyscraper", "bigger", "niggardly", "raccoons"),
    *(
        "El gato negro",
        "o carro preto, a gata negra",
        "Rio Negro",
        "Montenegro",
        "H1N1",
        "COVID19",
        "R2D2",
        "MP3 and 4K",
    ),
    *(
        "1st place",
        "x86",
        "a b c d e f",
        "A. B. C.",
        "U.S.A.",
        "J. R. R. Tolkien",
        "x x x x",
        "hoes and rakes",
        "spices",
    ),
    *("breast cancer", "holes", "salt in the pot", "Phuket", "Cockburn", "who reads this"),
)


@pytest.mark.parametrize("text", RUDE)
def test_rude_words_are_seen(text: str) -> None:
    assert not is_decent(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_pass(text: str) -> None:
    assert is_decent(text)


def test_none_of_our_articles_is_rude() -> None:
    for article in read_shelf().articles.values():
        assert is_decent(
            "\n".join([article.title, article.answer, article.short, *(one.text for one in article.sections)])
        )


def test_every_text_of_a_post_is_checked_in_one_hop() -> None:
    engine: Any = InlineEngine()
    asyncio.run(decency.check(engine, "Good morning", "Bom dia"))
    asyncio.run(decency.check(engine))
    with pytest.raises(NotForAll):
        asyncio.run(decency.check(engine, "Valeu, mano!", "It was worth it, niggas!"))
