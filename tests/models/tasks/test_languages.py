"""Telling languages apart, by the real classifier: it comes with its weights."""

import pytest
from inferbot.models.tasks.language_names import NAMES, code_of, name_of
from inferbot.models.tasks.languages import detect, script_of

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


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("pt-BR", "pt"), ("pt_br", "pt"), ("Português", "pt"), ("portugues", "pt"), ("Brazilian Portuguese", "pt"),
        ("português (Brasil)", "pt"), ("POR", "pt"), ("español", "es"), ("Espanol", "es"), ("castellano", "es"),
        ("es-419", "es"), ("Latin American Spanish", "es"), ("spa", "es"), ("en-US", "en"), ("English", "en"),
        (" ENGLISH ", "en"), ("Deutsch", "de"), ("ger", "de"), ("Français", "fr"), ("fra", "fr"), ("zh-CN", "zh"),
        ("中文", "zh"), ("日本語", "ja"), ("Русский", "ru"), ("nb", "no"), ("Türkçe", "tr"), ("sv-SE", "sv"),
        ("Klingon", "klingon"), ("xx", "xx"), ("", ""),
    ],
)  # fmt: skip
def test_a_language_is_known_by_all_its_names(typed: str, code: str) -> None:
    assert code_of(typed) == code


def test_every_language_is_meant_by_its_own_code_and_name() -> None:
    assert all(code_of(code) == code and code_of(name) == code for code, name in NAMES.items())
