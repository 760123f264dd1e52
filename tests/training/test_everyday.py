"""Everyday sentences: ours to write, so what a pattern makes of its words has to be right Spanish."""

from pathlib import Path

import pytest
from inferbot.training.translate.data import Group, key_of
from inferbot.training.translate.everyday import everyday, filled, phrases

WORDS = """
[words]
place = "bank = el banco\\nbeach = la playa"
thing = "apple = la manzana\\nhat = el sombrero"
colour = "red = rojo roja"
size = "too big = demasiado grande demasiado grande"
language = "English = inglés\\nFrench = francés"
"""


def sentences(tmp_path: Path, english: str, spanish: str) -> set[tuple[str, str]]:
    path = tmp_path / "patterns.toml"
    path.write_text(f'{WORDS}\n[[pattern]]\nen = "{english}"\nes = "{spanish}"\n', encoding="utf-8")
    return set(filled(20, 7, path))


@pytest.mark.parametrize(
    ("english", "spanish", "expected"),
    [
        ("To the {place}.", "A {place}.", {("To the bank.", "Al banco."), ("To the beach.", "A la playa.")}),
        (
            "Is the {place} open?",
            "¿Está abierto/a {place}?",
            {("Is the bank open?", "¿Está abierto el banco?"), ("Is the beach open?", "¿Está abierta la playa?")},
        ),
        (
            "I have a {colour} {thing}.",
            "Tengo {thing:a} {colour@thing}.",
            {("I have a red apple.", "Tengo una manzana roja."), ("I have a red hat.", "Tengo un sombrero rojo.")},
        ),
        (
            "A {thing} is {size}.",
            "{thing:this} es {size@thing}.",
            {
                ("An apple is too big.", "Esta manzana es demasiado grande."),
                ("A hat is too big.", "Este sombrero es demasiado grande."),
            },
        ),
        (
            "I speak {language} and {language2}.",
            "Hablo {language} y {language2}.",
            {
                ("I speak English and French.", "Hablo inglés y francés."),
                ("I speak French and English.", "Hablo francés y inglés."),
            },
        ),
        ("It is {colour}.", "Es {colour@m}.", {("It is red.", "Es rojo.")}),
    ],
)
def test_words_fill_a_pattern_and_agree(
    tmp_path: Path, english: str, spanish: str, expected: set[tuple[str, str]]
) -> None:
    assert sentences(tmp_path, english, spanish) == expected


def test_the_same_seed_makes_the_same_sentences() -> None:
    assert filled(5, 7) == filled(5, 7) != filled(5, 8)


def test_what_we_wrote_is_whole() -> None:
    pairs = [*phrases(), *filled(3, 7)]
    assert all(english.strip() == english and spanish.strip() == spanish for english, spanish in pairs)
    assert not [text for pair in pairs for text in pair if not text or set("{}/@\t") & set(text)]
    for _, spanish in pairs:
        assert spanish.count("¿") == spanish.count("?")
        assert spanish.count("¡") == spanish.count("!")


def test_what_is_tested_is_not_taught() -> None:
    tested = [Group("Good morning!", ("¡Buenos días!",))]
    taught = {key_of(english) for english, _ in everyday(tested, 7, times=1, each=1)}
    assert "good morning" not in taught
    assert "good evening" in taught


def test_phrases_come_as_often_as_asked() -> None:
    once, thrice = (everyday([], 7, times=times, each=1) for times in (1, 3))
    assert len(thrice) - len(once) == 2 * len(phrases())
