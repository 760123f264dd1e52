"""What people type (phones' quotes, capitals, amounts, Markdown), what the model reads of it, and what is shown."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.clean_text import plain_letters
from inferbot.models.tasks.segments import Segment, segment, segment_finely
from inferbot.models.tasks.sentences import Prepared, prepare


def prepared(text: str, language: str = "en", *, firmly: bool = False) -> Prepared:
    return prepare(Segment(text, translatable=True), language, prefers_small=is_no_acronym, firmly=firmly)


def is_no_acronym(word: str) -> bool:
    return word not in {"NASA", "USB", "FBI", "PDF"}


def read(text: str, language: str = "en") -> list[str]:
    """Return what the model reads of a text."""
    parts = segment(text, language)
    return [prepare(part, language, prefers_small=is_no_acronym).text for part in parts if part.translatable]


def echoed(text: str, language: str = "en", *, firmly: bool = False) -> str:
    """Return a text whose model gives back what it reads."""
    shown = ""
    for part in segment(text, language):
        one = prepare(part, language, prefers_small=is_no_acronym, firmly=firmly)
        shown += one.restore(one.text) if part.translatable else part.text
    return shown


TYPED = [("'", "’‘‛ʼ"), ('"', "“”„‟")]  # noqa: RUF001


@pytest.mark.parametrize(
    "plain",
    [
        "I'm hungry.",
        "what's your name",
        "don't stop",
        '"Never give up," my mother told me.',
        'She said "yes".',
        "So...",
    ],
)
def test_a_phone_s_marks_are_read_as_a_keyboard_s(plain: str) -> None:
    for straight, curly in TYPED:
        for mark in curly:
            assert read(plain.replace(straight, mark).replace("...", "…")) == read(plain)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("It's off — today only", "It's off - today only."),
        ("Open 7–9", "Open 7–9."),
        ("I miss you...", "I miss you."),
        ("I miss you…", "I miss you."),
        ("where are you...", "Where are you?"),
        ("Thanks!!!", "Thanks!"),
        ("What???", "What?"),
        ("Is it?!", "Is it?!"),
    ],
)
def test_marks_become_plain_and_few(typed: str, expected: str) -> None:
    assert read(typed) == [expected]


@pytest.mark.parametrize(
    ("typed", "said", "shown"),
    [
        ("I miss you...", "Te echo de menos.", "Te echo de menos..."),
        ("I miss you…", "Te echo de menos.", "Te echo de menos…"),
        ("Thanks!!!", "¡Gracias!", "¡Gracias!!!"),
        ("What???", "¿Qué?", "¿Qué???"),
        ("Thanks!!!", "Gracias.", "Gracias!!!"),
        ("A 4K TV", "Una tele de 4 (em inglês).", "Una tele de 4K"),
        ("A TV (in English)", "Una tele (em inglês)", "Una tele (em inglês)"),
    ],
)
def test_a_translation_ends_as_its_source_does(typed: str, said: str, shown: str) -> None:
    assert prepared(typed).restore(said) == shown


@pytest.mark.parametrize(
    ("typed", "expected", "shouted"),
    [
        ("HI", "Hi.", True),
        ("NO!", "No!", True),
        ("DID YOU KNOW?", "Did you know?", True),
        ("NASA", "NASA.", False),
        ("NASA IS GREAT", "NASA is great.", True),
        ("WELCOME to the BEST server EVER", "Welcome to the best server ever.", False),
        ("Read the PDF file", "Read the PDF file.", False),
        ("The US is big", "The US is big.", False),
        ("I DO NOT KNOW IT", "I do not know it.", True),
        ("This is VERY BAD", "This is very bad.", False),
    ],
)
def test_capitals_are_read_in_small_letters(typed: str, expected: str, *, shouted: bool) -> None:
    one = prepared(typed)
    assert one.text == expected
    assert one.shouted is shouted
    assert one.restore("Sí.").isupper() is shouted


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Our bot 🤖 is the best", ["Our bot.", "Is the best."]),
        ("This 😂 is a joke", ["This.", "Is a joke."]),
        ("`foo` is a function", ["Tom is a function."]),
        ("<#12> is the place", ["Tom is the place."]),
        ("<@12> is the best", ["Tom is the best."]),
        ("<@12> are you there", ["Are you there?"]),
        ("<@12> can you help me", ["Can you help me?"]),
        ("Go to https://example.com and sign in", ["Go to Tom and sign in."]),
        ("Ask <@1>, <@2> or <@3>", ["Ask Tom, Mary or."]),
    ],
)
def test_a_statement_stays_one_around_what_is_kept(typed: str, expected: list[str]) -> None:
    assert read(typed) == expected


def test_a_part_of_a_sentence_keeps_no_mark_that_the_model_added() -> None:
    *_, last = (part for part in segment("This 😂 is a joke", "en") if part.translatable)
    assert prepare(last, "en", prefers_small=is_no_acronym).restore("¿Es una broma?") == "es una broma"


@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        ("No. That is wrong.", ["No.", "That is wrong."]),
        ("See No. 5 there.", ["See No. 5 there."]),
        ("This is plan B. It will work.", ["This is plan B.", "It will work."]),
        ("J. R. R. Tolkien wrote it.", ["J. R. R. Tolkien wrote it."]),
        ("I live in the U.S. It is big.", ["I live in the U.S.", "It is big."]),
        ("I live in the U.S. Virgin Islands.", ["I live in the U.S. Virgin Islands."]),
        ("Come at 5 p.m. We eat then.", ["Come at 5 p.m.", "We eat then."]),
        ("Come at 5 p.m. on Monday.", ["Come at 5 p.m. on Monday."]),
        ("Dr. Smith is in. Mr. Jones is out.", ["Dr. Smith is in.", "Mr. Jones is out."]),
        ("Main St. The shop is there.", ["Main St.", "The shop is there."]),
        ("**Hi there!** How are you?", ["Hi there!", "How are you?"]),
    ],
)
def test_a_sentence_ends_where_it_ends(typed: str, sentences: list[str]) -> None:
    assert [part.text for part in segment(typed, "en") if part.translatable] == sentences


def test_chinese_is_cut_into_sentences_however_long() -> None:
    text = "今天天气很好，我们决定一起去公园散步。然后在湖边的咖啡馆喝咖啡聊天，度过一个愉快的下午。"  # noqa: RUF001
    parts = [part.text for part in segment(text, "zh") if part.translatable]
    assert len(parts) == 2
    assert "".join(parts) == text


AMOUNTS = [
    "£50", "$204.72", "€214.72", "R$ 50,00", "50€", "50 €", "-12°C", "21 °C", "5km", "25min", "500ml", "10k", "4K",
    "3D", "6 pm", "6pm", "6:30 p.m.", "19h30", "7-9pm", "50%", "12.5 %", "+3", "-7", "\u22127", "±2", "1,250.50",
    "12/24/2026", "2026-12-31", "+1 555-123-4567", "10:30", "16 GB", "100Mbps", "80 km/h", "12", "7", "1.000.000",
    "3 USD", "US$3", "v2.0-rc1", "BE0768880101", "COVID-19", "RTX4090", "mp3", "A4", "192.168.0.1",
]  # fmt: skip


@pytest.mark.parametrize("firmly", [False, True])
@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_comes_back_as_it_was(amount: str, *, firmly: bool) -> None:
    for frame in ("It is {} today", "{} is the price.", "I need {}, please", "Is it {}?", "It's 8 or {} now"):
        text = frame.format(amount)
        for part in segment(text, "en"):
            one = prepare(part, "en", prefers_small=is_no_acronym, firmly=firmly)
            assert not part.translatable or one.is_kept_in(one.text)
        assert echoed(text, firmly=firmly) == text


@pytest.mark.parametrize("amount", [one for one in AMOUNTS if not re.fullmatch(r"\w", one)])
def test_an_amount_that_got_lost_is_noticed(amount: str) -> None:
    assert not prepared(f"I paid {amount} here.").is_kept_in("Lo pagué aquí.")
    assert not prepared(f"I paid {amount} here.", firmly=True).is_kept_in("Lo pagué aquí.")


def test_a_number_that_came_from_nowhere_is_noticed() -> None:
    assert not prepared("I ran 5km in 25min.").is_kept_in("Corrí 5 en 25 y 54.")
    assert prepared("We eat at noon.").is_kept_in("Comemos a las 12.")


@pytest.mark.parametrize(
    ("typed", "expected", "said", "shown"),
    [
        ("It costs £50.", "It costs 50 dollars.", "Cuesta 50 dólares.", "Cuesta £50."),
        ("It costs £50.", "It costs 50 dollars.", "Cuesta 50.", "Cuesta £50."),
        ("I paid $3.75 here", "I paid 37 dollars here.", "Pagué 37 dólares aquí.", "Pagué $3.75 aquí"),
        ("I paid 45 dollars", "I paid 45 dollars.", "Pagué 45 dólares.", "Pagué 45 dólares"),
    ],
)
def test_money_is_read_with_a_noun(typed: str, expected: str, said: str, shown: str) -> None:
    one = prepared(typed)
    assert one.text == expected
    assert one.is_kept_in(said)
    assert one.restore(said) == shown


@pytest.mark.parametrize("number", ["1st", "2nd", "1990s", "90s"])
def test_a_number_that_is_a_word_is_translated(number: str) -> None:
    assert read(f"It was the {number}") == [f"It was the {number}."]


def test_five_hundred_sentences_keep_their_numbers() -> None:
    chance = random.Random(7)
    words = ["the", "cat", "paid", "about", "and", "then", "ran", "for", "over", "from", "with", "my", "bag"]
    for _ in range(500):
        pieces = [chance.choice(AMOUNTS) if chance.random() < 0.3 else chance.choice(words) for _ in range(12)]
        text = " ".join(["We", *pieces]) + "."
        assert echoed(text) == text
        parts = segment_finely(text, "en")
        digits = [part.text for part in parts if part.translatable and re.search(r"\d", part.text)]
        assert not digits


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("**Important:** please read the *rules*.", ["Important: please read the rules."]),
        ("~~Old price~~ New price", ["Old price New price."]),
        ("__Really__ *good* ***stuff***", ["Really good stuff."]),
        ("**Hello there**", ["Hello there."]),
        ("_never_ again", ["Never again."]),
        ("||The butler did it|| in the end.", ["The butler did it.", "In the end."]),
        ("2 * 3 * 4 is a lot", ["2 * 3 * 4 is a lot."]),
    ],
)
def test_markdown_is_not_read(typed: str, expected: list[str]) -> None:
    assert read(typed) == expected


@pytest.mark.parametrize(
    "typed",
    ["**Hello there**", "*hi*", "||The butler did it|| in the end.", "- **bold item**", "# A title", "> quoted"],
)
def test_markdown_around_a_sentence_comes_back(typed: str) -> None:
    assert echoed(typed) == typed


@pytest.mark.parametrize(
    "kept",
    [
        "<b>", "</b>", "<br/>", "{name}", "{{count}}", "${path}", "%s", "%(count)d", "example.com",
        "docs.example.org/page", "steam://run/440", "C:\\Users\\me", "/etc/hosts", "~/notes.txt", "config.json",
        "my_variable", "bot.py", "||", "<id:customize>", "https://example.com/a_b",
    ],
)  # fmt: skip
def test_what_a_program_reads_is_left_alone(kept: str) -> None:
    for frame in ("Open {} first", "{} goes first", "Put {}, then go", "Look at {}"):
        text = frame.format(kept)
        assert all(kept not in one for one in read(text))
        assert echoed(text) == text


@pytest.mark.parametrize(
    ("typed", "sentences"),
    [
        ("**Congratulations**<:tada:123456789012345678>", ["Congratulations"]),
        ("Good morning<:wave:123456789012345678>everyone", ["Good morning", "everyone"]),
        ("Thanks<@123456789012345678>!", ["Thanks<@123456789012345678>!"]),
        ("Look:https://example.com/" + "a" * 60, ["Look:"]),
    ],
)
def test_words_that_touch_what_is_kept_are_translated(typed: str, sentences: list[str]) -> None:
    assert [part.text for part in segment(typed, "en") if part.translatable] == sentences


def test_decorative_letters_are_letters() -> None:
    assert plain_letters("𝗛𝗲𝗹𝗹𝗼 𝔀𝓸𝓻𝓵𝓭 Ｈｉ Ⓐⓑ") == "Hello world Hi Ab"  # noqa: RUF001
    assert plain_letters("ꜱᴜʙꜱᴄʀɪʙᴇ") == "subscribe"
    assert plain_letters("naïve façade, ﬁne ½ 🅰️ ™ ①") == "naïve façade, ﬁne ½ 🅰️ ™ ①"


PARTS = st.builds(Segment, st.text(max_size=200), st.just(value=True), st.booleans(), st.booleans())


@given(PARTS, st.text(max_size=200), st.booleans())
def test_any_sentence_and_any_answer_are_taken(part: Segment, said: str, firmly: object) -> None:
    one = prepare(part, "en", prefers_small=is_no_acronym, firmly=bool(firmly))
    assert isinstance(one.is_kept_in(said), bool)
    assert isinstance(one.restore(said), str)


MIXED = st.sampled_from(
    [*AMOUNTS, "hello", "WELCOME", "<@1>", "`x`", "**", "*", "||", "...", "!", "?", ",", "I’m", "😀"]
)


@given(st.lists(MIXED, min_size=1, max_size=14))
def test_mixed_sentences_lose_no_number(pieces: list[str]) -> None:
    text = " ".join(pieces)
    shown = echoed(text)
    for amount in AMOUNTS:
        assert shown.count(amount) >= text.count(amount)
