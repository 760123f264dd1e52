"""Texts no keyboard makes: every door lets them in as text that every library takes, and answers them."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.features.ask import AskFeature
from inferbot.features.complete import CompleteFeature
from inferbot.features.isit import IsItFeature
from inferbot.features.recommend import RecommendFeature
from inferbot.features.translate import TranslateFeature
from inferbot.features.wording import readable
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import message_of, text_of
from support.words import WordEncoder

STRANGE = {
    "a lone high surrogate": "\ud800",
    "a lone low surrogate": "what is \udfff inference",
    "surrogates in the wrong order": "\udc00\ud800",
    "half an emoji": "hello \ud83d",
    "a NUL": "\x00",
    "a NUL inside": "what is\x00 a token",
    "an escape sequence": "\x1b[31mred",
    "a lone carriage return": "\r",
    "a C1 control": "what\x85is\x9ba token",
    "an unassigned code point": "what is \u0378\u0379",
    "an unassigned plane": "\U000e0fff what is inference",
    "a noncharacter": "\uffff\ufdd0 latency",
    "the last code point": "\U0010ffff",
    "private use": "\ue000 what is it",
    "zero width": "\u200b\u200d\ufeff",
    "right to left": "\u202ewhat is inference",
    "line separators": "what is\u2028 a\u2029 token",
    "ninety accents": "a" + "\u0301" * 90,
    "tags": "\U0001f3f4\U000e0067",
    "interlinear annotation": "\ufff9\ufffa\ufffb",
}


@given(st.text(alphabet=st.characters()))
def test_what_is_readable_is_text_and_stays_so(text: str) -> None:
    found = readable(text)
    found.encode("utf-8")
    assert readable(found) == found
    assert not any(unicodedata.category(one) == "Cc" and one not in "\t\n" for one in found)


def test_ordinary_text_is_left_as_it_is() -> None:
    for text in ("", "naïve\n\tcafé", "日本語", "👨‍👩‍👧", "\u202eabc", "a\u0301"):
        assert readable(text) == text
    assert readable("a\ud800b\x00c\r\n") == "a\ufffdbc\n"


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> Stage:
    fakes.registry.sentences = WordEncoder()
    return Stage(simcord_env, fakes)


def texts_given_to(monkeypatch: pytest.MonkeyPatch, feature: type, method: str) -> list[str]:
    """Return a list that gets every text that a feature's method is called with."""
    seen: list[str] = []
    original: Callable[..., Any] = getattr(feature, method)

    def noting(*args: Any, **kwargs: Any) -> Any:
        seen.extend(str(getattr(value, "prompt", value)) for value in [*args[1:], *kwargs.values()])
        return original(*args, **kwargs)

    monkeypatch.setattr(feature, method, noting)
    return seen


DOORS = {
    "ask": ({"question": ...}, AskFeature, "ask"),
    "isit": ({"situation": ...}, IsItFeature, "classify"),
    "translate": ({"text": ..., "to": "Portuguese", "from": "English"}, TranslateFeature, "translate"),
    "complete": ({"text": ...}, CompleteFeature, "start"),
    "recommend": ({"film": ...}, RecommendFeature, "match"),
}


@pytest.mark.parametrize("command", DOORS)
async def test_a_command_answers(stage: Stage, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    options, feature, method = DOORS[command]
    for name, text in STRANGE.items():
        seen = texts_given_to(monkeypatch, feature, method)
        # Another person each time: what one person may do is limited.
        person = stage.guild.add_member(stage.env.create_user(name))
        given_options = {option: text if value is ... else value for option, value in options.items()}
        said = text_of(message_of(await person.slash(stage.channel, command, **given_options)))
        assert said, name
        assert "Something broke" not in said, name
        assert seen, name
        (said + "".join(seen)).encode("utf-8")


async def test_a_message_is_answered(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in STRANGE.items():
        asked = texts_given_to(monkeypatch, AskFeature, "ask")
        translated = texts_given_to(monkeypatch, TranslateFeature, "translate")
        person = stage.guild.add_member(stage.env.create_user(name))
        message = await person.send(stage.channel, f"{stage.mention} {text}")
        said = text_of(stage.last)
        for menu in ("Explain this", "Translate"):
            said += text_of(message_of(await person.context_menu(stage.channel, menu, message)))
        assert "Something broke" not in said, name
        assert translated, name
        (said + "".join([*asked, *translated])).encode("utf-8")


async def test_suggestions_are_text(stage: Stage) -> None:
    doors = {
        "ask": "question",
        "recommend": "film",
        "translate": "to",
        "quiz schedule": "zone",
        "quiz start": "pack",
    }
    for command, option in doors.items():
        for text in ("\ud800", "\x00", "germ\udfff", "\U0010ffff"):
            found = await stage.ann.autocomplete(stage.channel, command, option, text)
            "".join(str(one) for one in found).encode("utf-8")
