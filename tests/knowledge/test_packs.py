"""Packs: what a file may be, what its author is told, and the balance of the bundled ones."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.features.quiz import known_to_packs
from inferbot.knowledge.articles import read_shelf
from inferbot.knowledge.pack_checks import check_packs
from inferbot.knowledge.pack_form import MAX_QUESTIONS, schema
from inferbot.knowledge.packs import (
    MAX_PACK_BYTES,
    PACKS,
    Known,
    Pack,
    PackError,
    Question,
    ToTranslate,
    read_pack,
    read_packs,
)

KNOWN = Known({slug: read_shelf().articles[slug] for slug in ("tokens", "latency")}, {"cat"}, {"en", "pt"})

HEAD = 'title = "Ours"\nabout = "Our own questions."\n'
CHOICE = """
[[question]]
id = "ours-001"
kind = "multiple-choice"
difficulty = "easy"
text = "What is a token?"
options = [
  { text = "A coin", why = "Not here." },
  { text = "A piece of text", right = true },
]
explanation = "Models read in pieces."
article = "tokens"
source = 1
"""
TRUE = """
[[question]]
id = "ours-002"
kind = "true-false"
difficulty = "hard"
text = "Latency is waiting time."
answer = true
explanation = "It is."
"""
SORT = """
[[question]]
id = "ours-003"
kind = "inference-or-training"
difficulty = "medium"
text = "A model answers."
answer = "inference"
explanation = "It is used."
"""
PREDICT = """
[[question]]
id = "ours-004"
kind = "predict-the-model"
difficulty = "medium"
text = "What will it say?"
example = "cat"
options = ["tabby cat", "lynx"]
explanation = "It really runs."
"""


def read(text: str, name: str = "ours") -> Pack:
    return read_pack(text.encode(), name, KNOWN)


def problems_of(text: str | bytes) -> tuple[str, ...]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(PackError) as caught:
        read_pack(data, "ours", KNOWN)
    return caught.value.problems


def test_a_pack_with_every_kind_of_question() -> None:
    pack = read(HEAD + CHOICE + TRUE + SORT + PREDICT)
    assert (pack.id, pack.title) == ("ours", "Ours")
    choice, true, sort, predict = pack.questions.values()
    assert (choice.answer, choice.options[0].why, choice.source) == (1, "Not here.", 1)
    assert ([one.text for one in true.options], true.answer) == (["True", "False"], 0)
    assert ([one.text for one in sort.options], sort.answer) == (["Inference", "Training"], 0)
    assert [one.text for one in predict.options] == ["tabby cat", "lynx", "Something else"]
    assert (predict.answer, predict.example) == (None, "cat")


FIVE = "".join(f'  {{ text = "{n}", why = "no" }},\n' for n in range(4))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"\xff\xfe\x00", "the file isn't UTF-8 text: save it as a plain text file."),
        ("title = ", "the file isn't valid TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        (b"x" * (MAX_PACK_BYTES + 1), "at most 65,536 are allowed"),
        (HEAD, "`question` is missing."),
        (HEAD + "question = []", "at least 1 are needed"),
        (HEAD + "question = 5", "`question` must be a list"),
        (HEAD + "question = [5]", "Question 1: it"),
        (CHOICE, "`title` is missing."),
        (HEAD + "colour = 1" + CHOICE, "`colour` isn't a field here: remove it."),
        (HEAD + CHOICE.replace("multiple-choice", "essay"), "ours-001 (line 5): it has an unknown kind; use one of"),
        (HEAD + CHOICE.replace('kind = "multiple-choice"\n', ""), "ours-001 (line 5): it needs a kind:"),
        (HEAD + CHOICE.replace("options = [\n", "options = [\n" + FIVE), "`options` has 6 entries: at most 4"),
        (HEAD + CHOICE.replace(', why = "Not here."', ""), 'it needs a why for its wrong option "A coin".'),
        (HEAD + CHOICE.replace(', why = "Not here."', ", right = true"), "exactly one option with right = true"),
        (HEAD + CHOICE.replace("A coin", "a PIECE of text"), "has the same option twice"),
        (HEAD + CHOICE.replace('explanation = "Models read in pieces."\n', ""), "`explanation` is missing."),
        (HEAD + CHOICE.replace('"Models read in pieces."', '""'), "`explanation` is empty."),
        (HEAD + CHOICE.replace("What is", "What" + "?" * 200), "`text` is too long: at most 200"),
        (HEAD + CHOICE.replace("What is", "@everyone what is"), "would mention someone"),
        (HEAD + CHOICE.replace("A coin", "<@&123>"), "`options.1.text` would mention someone"),
        (HEAD + CHOICE.replace("What is", "What\\u202e is"), "an invisible character"),
        (HEAD + CHOICE.replace("What is", "What\\nis"), "holds a line break"),
        (HEAD + CHOICE.replace('"easy"', '"extreme"'), "`difficulty` must be 'easy', 'medium' or 'hard'."),
        (HEAD + CHOICE.replace('article = "tokens"', 'article = "soup"'), "there is no article 'soup'."),
        (HEAD + CHOICE + CHOICE, "ours-001: this id is used twice"),
        (HEAD + CHOICE.replace("ours-001", "theirs-001"), "the id must start with the pack's name, ours-."),
        (HEAD + CHOICE.replace("ours-001", "OURS 1"), "`id` must be lower-case words with hyphens."),
        (HEAD + TRUE.replace("answer = true", 'answer = "yes"'), "`answer` must be true or false, without quotes."),
        (HEAD + SORT.replace('"inference"\n', '"both"\n'), "`answer` must be 'inference' or 'training'."),
        (
            HEAD + PREDICT.replace('"cat"', '"../../etc/passwd"'),
            "no example '../../etc/passwd'; use one of cat.",
        ),
        (HEAD + TRUE * (MAX_QUESTIONS + 1), f"at most {MAX_QUESTIONS} are allowed"),
    ],
)
def test_what_an_author_is_told(text: str | bytes, sentence: str) -> None:
    found = problems_of(text)
    assert any(sentence in one for one in found), found
    assert all(one.endswith(".") and "pydantic" not in one and len(one) < 400 for one in found)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (HEAD + CHOICE + text).encode()))
def test_nothing_but_a_pack_error_comes_of_a_strange_file(data: bytes) -> None:
    with contextlib.suppress(PackError):
        assert read_pack(data, "ours", KNOWN).questions


def test_a_folder_gives_its_good_packs_and_the_problems_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(HEAD + CHOICE)
    (tmp_path / "bad.toml").write_text("nonsense")
    (tmp_path / "dir.toml").mkdir()
    packs, wrong = read_packs(tmp_path, KNOWN)
    assert list(packs) == ["ours"]
    assert list(wrong) == ["bad.toml", "dir.toml"]


def test_the_schema_for_editors_is_current() -> None:
    written = (PACKS / "pack.schema.json").read_text("utf-8")
    assert written == json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


@pytest.fixture(scope="module")
def bundled() -> dict[str, Pack]:
    packs, wrong = read_packs(PACKS, known_to_packs(read_shelf().articles))
    assert wrong == {}
    return packs


def test_the_bundled_packs_pass_their_checks(bundled: dict[str, Pack]) -> None:
    assert check_packs(bundled, read_shelf().articles) == []
    assert sum(len(pack.questions) for pack in bundled.values()) >= 180
    assert set(bundled) == {
        "is-it-inference",
        "basics",
        "costs",
        "hardware",
        "language-models",
        "images",
        "serving",
        "myths",
    }


def changed(pack: Pack, **fields: object) -> dict[str, Pack]:
    questions: dict[str, Question] = {
        name: replace(one, **fields)  # pyright: ignore[reportArgumentType] - a test's own words
        for name, one in pack.questions.items()
        if one.kind == "multiple-choice"
    }
    return {pack.id: replace(pack, questions=questions)}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"answer": 1}, "have answer 2"),
        ({"difficulty": "easy"}, "no question is hard"),
        ({"text": "Always the same?"}, "nearly the same"),
        ({"source": 99}, "`source` is 99"),
        ({"source": None}, "needs a `source`"),
        ({"article": None}, "needs an `article`"),
    ],
)
def test_the_checks_find_what_they_are_for(bundled: dict[str, Pack], fields: dict[str, object], sentence: str) -> None:
    problems = check_packs(changed(bundled["language-models"], **fields), read_shelf().articles)
    assert any(sentence in one for one in problems), problems


def test_the_longest_option_must_not_give_it_away(bundled: dict[str, Pack]) -> None:
    pack = bundled["basics"]
    questions = {
        name: replace(
            one,
            options=tuple(
                replace(option, text=option.text + "." * (60 * (place == one.answer)))
                for place, option in enumerate(one.options)
            ),
        )
        for name, one in pack.questions.items()
    }
    problems = check_packs({pack.id: replace(pack, questions=questions)}, read_shelf().articles)
    assert any("The longest option is right" in one for one in problems)


def test_a_model_may_be_asked_to_translate() -> None:
    sentence = 'translate = { text = "Hello", from = "en", to = "pt" }'
    text = HEAD + PREDICT.replace('example = "cat"', sentence)
    (one,) = read(text).questions.values()
    assert one.translate == ToTranslate("Hello", "en", "pt")
    assert one.example is None
    assert any("`translate.to` must be" in problem for problem in problems_of(text.replace('"pt"', '"Portuguese"')))
    either = "either the `example` to look at or what to `translate`"
    assert any(either in problem for problem in problems_of(text.replace(sentence, f'example = "cat"\n{sentence}')))
    assert any(either in problem for problem in problems_of(text.replace(sentence, "")))
