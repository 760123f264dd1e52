"""What a pack's texts may hold: ordinary text of any language, and nothing that mentions, hides or looks the same."""

import re

import pytest
from inferbot.knowledge.articles import read_shelf
from inferbot.knowledge.packs import Known, Pack, PackError, read_pack
from inferbot.knowledge.texts import same_option

TOKENS = read_shelf().articles["tokens"]
KNOWN = Known({"tokens": TOKENS}, {"cat"}, {"en", "pt"})
HEAD = 'title = "Ours"\nabout = "Our own questions."\n'


def statement(text: str = "It is.", more: str = "") -> str:
    return f"""{HEAD}
[[question]]
id = "ours-001"
kind = "true-false"
difficulty = "easy"
text = "{text}"
answer = true
explanation = "So it is."
{more}
"""


def choice(*options: str) -> str:
    wrong = ", ".join(f'{{ text = "{one}", why = "No." }}' for one in options[1:])
    return f"""{HEAD}
[[question]]
id = "ours-001"
kind = "multiple-choice"
difficulty = "easy"
text = "Which?"
options = [{{ text = "{options[0]}", right = true }}, {wrong}]
explanation = "That one."
"""


def prediction(*options: str, of: str = 'example = "cat"') -> str:
    return f"""{HEAD}
[[question]]
id = "ours-001"
kind = "predict-the-model"
difficulty = "easy"
text = "What will it say?"
{of}
options = [{", ".join(f'"{one}"' for one in options)}]
explanation = "It really runs."
"""


def read(text: str, *, stored: bool = False) -> Pack:
    return read_pack(text.encode(), "ours", KNOWN, stored=stored)


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(PackError) as caught:
        read(text)
    return caught.value.problems


@pytest.mark.parametrize(
    "text",
    [
        "Is <table> a tag?",
        "Is x <t in the loop?",
        "Does a<b:c mean anything?",
        "Is <a href> HTML?",
        "Is </body> a closing tag?",
        "Is <@someone> a mention?",
        "Is <#general> a channel?",
        "Is <: a smiley?",
        "Is <:smile:> an emoji?",
        "Is <t:now> a time?",
        "Is me@here.org an address?".replace("@here", "@home"),
        "Is 👨‍👩‍👧 a family?",
        "Is 🏳️‍🌈 a flag?",
        "Is 👩🏽‍🚀 one token?",
        "Is 🏴󠁧󠁢󠁥󠁮󠁧󠁿 England?",
        "Is ❤️‍🔥 one emoji?",
        "آیا می‌خواهم یک واژه است؟",
        "क्‍ष",
        "האם C++\u200e שפה?",
        "\u200fהאם זה נכון?",
        "هل هذا صحيح؟\u061c",
        "Is 🫨 newer than this Python?",
        "Is 今天 two tokens?",
        "Is naïve one token?",
        "Is ½ a number?",
    ],
)
def test_ordinary_text_is_taken(text: str) -> None:
    assert next(iter(read(statement(text)).questions.values())).text == text


@pytest.mark.parametrize(
    "text",
    [
        "@everyone, is it?",
        "Is it, @HERE?",
        "Ask <@123456789012345678>.",
        "Ask <@!123456789012345678>.",
        "Ask <@&123456789012345678>.",
        "See <#123456789012345678>.",
        "Smile <:pepe:123456789012345678>.",
        "Dance <a:pepe:123456789012345678>.",
        "At <t:1795000000>.",
        "At <t:1795000000:R>.",
        "At <t:-1:F>.",
        "Use </quiz start:123456789012345678>.",
        "Go to <id:customize>.",
    ],
)
def test_what_discord_would_turn_into_something_else_is_not(text: str) -> None:
    assert any("would mention someone or become an emoji" in one for one in problems(statement(text)))


@pytest.mark.parametrize(
    "text",
    [
        r"two\nlines",
        r"a tab\there",
        r"a NUL\u0000",
        r"zero\u200bwidth",
        r"right\u202eto left",
        r"an isolate\u2066",
        r"soft\u00adhyphen",
        r"a mark\ufeff inside",
        r"a joiner \u200dafter a space",
        r"two joiners a\u200d\u200d",
        r"\u200e\u200f",
        r"tags \U000E0067\U000E0062",
        r"private \ue000",
        r"a line\u2028separator",
    ],
)
def test_what_no_one_can_see_is_not(text: str) -> None:
    assert any("an invisible character" in one for one in problems(statement(text)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Token", "tOKEN"),
        ("Straße", "STRASSE"),
        ("ﬁne", "fine"),
        ("\uff21", "A"),
        ("é", "e\u0301"),
        ("x²", "x2"),
        ("Ⅳ", "IV"),
        ("A", "A\u200e"),
        ("क्\u200dष", "क्ष"),
        ("a b", "a\u00a0b"),
        ("a  b", "a b"),
    ],
)
def test_options_that_look_the_same_are_refused(one: str, other: str) -> None:
    assert same_option(one, other)
    (said,) = problems(choice(one, other))
    assert "can't tell the options" in said or "has the same option twice" in said


@pytest.mark.parametrize(
    ("one", "other"),
    [("A", "B"), ("8", "8.0"), ("C", "C++"), ("1", "+1"), ("é", "e"), ("👨‍👩‍👧", "👨‍👩‍👦"), ("ß", "s")],
)
def test_options_that_differ_are_taken(one: str, other: str) -> None:
    assert not same_option(one, other)
    assert read(choice(one, other)).questions


@pytest.mark.parametrize("option", ["Something else", "something ELSE", "\uff33omething else"])
def test_the_option_that_is_added_counts(option: str) -> None:
    (said,) = problems(prediction("cat", option))
    assert said == f"ours-001: players can't tell the options “{option}” and “Something else” apart."


@pytest.mark.parametrize("number", ["0", "-1", "99", "9" * 100])
def test_a_source_is_one_that_the_article_has(number: str) -> None:
    (said,) = problems(statement(more=f'article = "tokens"\nsource = {number}'))
    assert said == f"ours-001: `source` is {number}, but tokens has sources 1 to {len(TOKENS.sources)}."
    assert read(statement(more='article = "tokens"\nsource = 1')).questions


def test_the_number_of_a_source_needs_its_article() -> None:
    (said,) = problems(statement(more="source = 1"))
    assert said == "ours-001: `source` is a number, so `article` must name the article with that source."
    assert read(statement(more='source = "A book"')).questions


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ('from = "en", to = "xx"', "I know no language 'xx'."),
        ('from = "zz", to = "pt"', "I know no language 'zz'."),
        ('from = "en", to = "en"', "`from` and `to` are the same language."),
        ('from = "english", to = "pt"', "must be two lower-case letters, such as en."),
        ('from = "en"', "`translate.to` is missing."),
    ],
)
def test_languages_are_known_ones(pair: str, said: str) -> None:
    text = prediction("Olá", "Oi", of=f'translate = {{ text = "Hello", {pair} }}')
    assert any(said in one for one in problems(text))


@pytest.mark.parametrize(
    "text",
    [
        choice("\uff21", "A"),
        prediction("cat", "Something else"),
        statement(more='article = "tokens"\nsource = 99'),
        statement(more="source = 1"),
        prediction("Olá", "Oi", of='translate = { text = "Hello", from = "en", to = "xx" }'),
    ],
)
def test_a_stored_pack_of_an_earlier_version_keeps_working(text: str) -> None:
    assert problems(text)
    assert read(text, stored=True).questions


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (choice("One", "Two").replace('"One"', "12"), ["`options.1.text` must be a text in quotes."]),
        (choice("1", "2").replace('"1"', "1").replace('"2"', "2"), ["`options.1.text` must", "`options.2.text` must"]),
        (prediction("a", "b").replace('"a"', "1"), ["`options.1` must be a text in quotes."]),
        (choice("One", "Two").replace("right = true", 'right = "true"'), ["`options.1.right` must be true or false"]),
        (HEAD + "question = [1]", ["Question 1: it has the wrong form."]),
        (HEAD + "question = [{}, {}]", ["Question 1: it needs a kind", "Question 2: it needs a kind"]),
        (choice("One"), ["`options` has 1 entries: at least 2 are needed."]),
    ],
)
def test_a_wrong_entry_is_named_and_not_also_counted_as_missing(text: str, said: list[str]) -> None:
    found = problems(re.sub(r", \]", "]", text))
    assert len(found) == len(said)
    assert all(part in one for part, one in zip(said, found, strict=True))


def test_a_byte_order_mark_and_windows_lines_are_taken() -> None:
    data = b"\xef\xbb\xbf" + statement().replace("\n", "\r\n").encode()
    assert read_pack(data, "ours", KNOWN).title == "Ours"
