"""What a model reads of a text, what stays as it is, and what is undone afterwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.tasks import sentences
from inferbot.models.tasks.segments import LONGEST_SENTENCE, Segment, segment, segment_finely
from inferbot.models.tasks.sentences import Prepared

KEPT = [
    "https://example.com/a?b=1&c=(d)#e",
    "www.example.com",
    "<@123456789012345678>",
    "<@!123>",
    "<@&123>",
    "<#123>",
    "@everyone",
    "@here",
    "<:smile:123>",
    "<a:dance_1:123>",
    "<t:1700000000:R>",
    "</quiz start:123>",
    "someone@example.com",
    "`npm i`",
    "``a ` b``",
    "```py\nprint('Hello there.')\n```",
    "😀",
    "👩‍👩‍👧",
    "🇪🇸",
    "1️⃣",
    ":wave:",
    "#general",
    ":-)",
    "<3",
]


def prepare(text: str, language: str) -> Prepared:
    return sentences.prepare(Segment(text, translatable=True), language, prefers_small=lambda word: word != "NASA")


def spoken(text: str, language: str = "en") -> list[str]:
    return [part.text for part in segment(text, language) if part.translatable]


@given(st.text(max_size=400), st.sampled_from(["en", "es", "pt", "zh", "ru"]))
def test_the_parts_are_the_text(text: str, language: str) -> None:
    assert "".join(part.text for part in segment(text, language)) == text
    assert "".join(part.text for part in segment_finely(text, language)) == text


PIECES = st.sampled_from(
    [*KEPT, "Hello", "there", ".", "?", "!", "...", "\n", " ", "  ", "> ", "- ", "3.50", "Dr.", "ñandú"]
)


@given(st.lists(PIECES, max_size=30))
def test_the_parts_of_chat_are_the_text_and_fit_the_model(pieces: list[str]) -> None:
    text = "".join(pieces)
    parts = segment(text, "en")
    assert "".join(part.text for part in parts) == text
    assert all(len(part.text) <= LONGEST_SENTENCE + 100 for part in parts if part.translatable)
    assert all(any(letter.isalpha() for letter in part.text) for part in parts if part.translatable)
    assert all("\n" not in part.text for part in parts if part.translatable)


@pytest.mark.parametrize("kept", KEPT)
@pytest.mark.parametrize("frame", ["{}", "{} hello there", "Hello there {}", "Hello {} there, friend.", "{}, {} hi"])
def test_what_is_no_language_is_kept(kept: str, frame: str) -> None:
    text = frame.replace("{}", kept)
    shown = ""
    for part in segment(text, "en"):
        prepared = sentences.prepare(part, "en", prefers_small=str.isupper)
        assert kept not in prepared.text or not part.translatable
        shown += prepared.restore(prepared.text) if part.translatable else part.text
    assert shown == text


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hello there! How are you?", ["Hello there!", "How are you?"]),
        ("i am here. where are you", ["i am here.", "where are you"]),
        (
            "Dr. Smith met Mr. Jones at 5 p.m. in the U.S. Senate.",
            ["Dr. Smith met Mr. Jones at 5 p.m. in the U.S. Senate."],
        ),
        ("It costs 3.50 here. J. R. R. Tolkien wrote it.", ["It costs 3.50 here.", "J. R. R. Tolkien wrote it."]),
        ("Well... maybe. Yes…\nNo", ["Well... maybe.", "Yes…", "No"]),
        ('He said "Stop!" Then he left.', ['He said "Stop!"', "Then he left."]),
        ("One line\n\nanother one", ["One line", "another one"]),
        ("> quoted\n- item\n2. second\n# Head", ["quoted", "item", "second", "Head"]),
        ("😀🎉 🎉", []),
        ("", []),
        ("   \n\t ", []),
        ("12345 67", []),
        ("?!", []),
        ("a" * 1000, []),
        ("مرحبا بالعالم", []),
        ("Привет, мир", []),
        ("Hello мир!", ["Hello"]),
        ("[the docs](https://example.com/x) are here", ["the docs", "are here"]),
        ("¿Dónde está? ¡Aquí!", ["¿Dónde está?", "¡Aquí!"]),
    ],
)
def test_sentences_are_found(text: str, sentences: list[str]) -> None:
    assert spoken(text) == sentences


def test_a_model_of_another_script_reads_that_script() -> None:
    assert spoken("Привет, мир", "ru") == ["Привет, мир"]
    assert spoken("你好。你好吗？", "zh") == ["你好。", "你好吗？"]  # noqa: RUF001


def test_a_long_sentence_is_cut_at_commas_or_between_words() -> None:
    commas = ", ".join(["the quick brown fox"] * 30)
    pieces = spoken(commas)
    assert len(pieces) > 1
    assert all(len(piece) <= LONGEST_SENTENCE and piece.endswith(("fox", ",")) for piece in pieces)
    words = " ".join(["word"] * 150)
    assert all(set(piece.split()) == {"word"} for piece in spoken(words))


def test_a_mention_inside_a_sentence_is_read_as_a_name() -> None:
    (sentence,) = spoken("I think <@12> is right, @sam too.")
    prepared = prepare(sentence, "en")
    assert prepared.text == "I think Tom is right, Mary too."
    said = "Creo que Tom tiene razón, Mary también."
    assert prepared.is_kept_in(said)
    assert prepared.restore(said) == "Creo que <@12> tiene razón, @sam también."
    assert not prepared.is_kept_in("Creo que Mary tiene razón.")
    assert not prepared.is_kept_in("Tom, Tom y Mary.")


def test_a_name_that_is_in_the_sentence_stands_for_nobody_else() -> None:
    assert prepare("Tom likes <@12>.", "en").text == "Tom likes Mary."


@pytest.mark.parametrize(
    ("sentence", "read", "said", "shown"),
    [
        ("Hello", "Hello.", "Hola.", "Hola"),
        ("Hello.", "Hello.", "Hola.", "Hola."),
        ("Really?", "Really?", "¿De verdad?", "¿De verdad?"),
        ("hello", "Hello.", "Hola.", "hola"),
        ("how are you?", "How are you?", "¿Cómo estás?", "¿cómo estás?"),
        ("i think i know", "I think I know.", "Creo que lo sé.", "creo que lo sé"),
        ("WHERE AM I?", "Where am I?", "¿Dónde estoy?", "¿DÓNDE ESTOY?"),
        ("NASA", "NASA.", "NASA.", "NASA"),
        ("iPhone", "iPhone.", "El iPhone.", "El iPhone"),
        (
            "It costs 1,250.50 dollars.",
            "It costs 1,250.50 dollars.",
            "Cuesta 1.250,50 dólares.",
            "Cuesta 1,250.50 dólares.",
        ),
        ("At 10:30", "At 10:30.", "A las 10.30.", "A las 10:30"),
        ("h\u0337\u0322\u031be\u0334\u0361\u035dllo", "Hello.", "Hola.", "hola"),
        ("a\x00b\u200bc\u202ed", "Abcd.", "Abcd.", "abcd"),
    ],
)
def test_a_sentence_is_put_into_shape_and_back(sentence: str, read: str, said: str, shown: str) -> None:
    prepared = prepare(sentence, "en")
    assert prepared.text == read
    assert prepared.is_kept_in(said)
    assert prepared.restore(said) == shown


@pytest.mark.parametrize(
    ("sentence", "said"),
    [("I have 3 cats.", "Tengo tres gatos."), ("2 or 3?", "¿2 o 2?"), ("Room 12", "Sala 13.")],
)
def test_a_number_that_got_lost_is_noticed(sentence: str, said: str) -> None:
    assert not prepare(sentence, "en").is_kept_in(said)


def test_the_finer_cut_keeps_numbers_and_mentions() -> None:
    parts = segment_finely("I have 3 cats and <@12> has 10.5 dogs.", "en")
    assert [part.text for part in parts if part.translatable] == ["I have", "cats and", "has", "dogs."]


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_sentence_and_any_answer_are_taken(sentence: str, said: str) -> None:
    prepared = prepare(sentence, "en")
    assert isinstance(prepared.is_kept_in(said), bool)
    assert isinstance(prepared.restore(said), str)


@given(st.text(alphabet="a\u0301\u0337\u0322 .!<@>1`*:/", max_size=1000))
def test_no_mixture_of_signs_takes_long(text: str) -> None:
    assert "".join(part.text for part in segment(text, "en")) == text


@pytest.mark.parametrize(
    "typed",
    [
        "where is the train station",
        "what time is it",
        "how much does this cost",
        "how old are you",
        "what kind of music do you like",
        "what's your name",
        "who are you",
        "can you help me",
        "do you speak english",
        "have you seen my keys",
        "does anyone here know",
        "is there a bank near here",
        "is the shop open",
        "isn't it cold",
        "may i come in",
        "WHERE ARE YOU FROM",
    ],
)
def test_a_question_is_one_without_its_mark(typed: str) -> None:
    prepared = prepare(typed, "en")
    assert prepared.text.endswith("?")
    assert prepared.restore("Sí?").lower() == "sí?"


@pytest.mark.parametrize(
    "typed",
    [
        "what a day it is",
        "how nice that you are here",
        "when the sun is up we go",
        "when I was young I was fast",
        "have a nice day",
        "do your homework",
        "do it now",
        "may the force be with you",
        "the shop is open",
        "whatever you are doing is fine",
    ],
)
def test_what_only_begins_like_a_question_is_none(typed: str) -> None:
    assert prepare(typed, "en").text.endswith(".")


def test_only_english_questions_are_told() -> None:
    assert prepare("is there", "nl").text.endswith(".")
    assert prepare("Is it?!", "en").text == "Is it?!"
