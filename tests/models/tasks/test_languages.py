"""Telling languages apart, by the real classifier: it comes with its weights."""

import pytest
from inferbot.models.tasks.languages import detect, name_of, script_of

HAVE = ("en", "pt")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello", "en"),
        ("Thank you very much!", "en"),
        ("I would like a coffee with milk, please.", "en"),
        ("GOOD MORNING EVERYONE", "en"),
        ("Olá", "pt"),
        ("Bom dia", "pt"),
        ("Eu gostaria de um café, por favor.", "pt"),
    ],
)
def test_what_we_have_is_recognised(text: str, language: str) -> None:
    found = detect(text, HAVE)
    assert found.language == language
    assert found.sure


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wo ist der Bahnhof?", "de"),
        ("Ceci n'est pas une pipe", "fr"),
        ("Guten Morgen", "de"),
        ("Hola", "es"),
        ("שלום, מה שלומך?", "he"),
        ("مرحبا", "ar"),
        ("こんにちは", "ja"),
        ("Привет, как дела?", "ru"),
    ],
)
def test_what_we_lack_is_named(text: str, language: str) -> None:
    found = detect(text, HAVE)
    assert found.language == language
    assert found.sure


@pytest.mark.parametrize("text", ["lol", "dog", "gato", "a" * 1000, "Kde je?", "", "12345", "Z̷a̸l̶g̵o̴"])
def test_what_says_little_is_a_guess_among_what_we_have(text: str) -> None:
    found = detect(text, HAVE)
    assert found.language in HAVE
    assert not found.sure


def test_one_language_alone_is_found() -> None:
    assert detect("The cat sat on the mat.", ("en",)).language == "en"


def test_names_and_scripts() -> None:
    assert name_of("pt") == "Portuguese"
    assert name_of("xx") == "xx"
    assert script_of("привет") == "CYRILLIC"
    assert script_of("") == "LATIN"
