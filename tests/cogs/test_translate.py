"""`/translate` and its siblings as people use them, in a simulated Discord; the translator writes capitals."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inferbot.features.drawing.translate import draw
from inferbot.models import training_log
from inferbot.models.cards import translation_cards
from inferbot.models.tasks.languages import detect
from inferbot.models.training_log import Training
from simcord.env import Env
from support.fakes import Fakes, translation
from support.stage import Stage
from support.views import alts_of, buttons_of, message_of, text_of


@pytest.fixture(scope="module", autouse=True)
def opened() -> None:
    """Open what takes seconds the first time before the simulation watches how long the bot takes."""
    detect("which language is this?", ("en", "pt"))
    draw(translation(next(iter(translation_cards().values())), "one").sentences[0])


BUTTONS = ["Show the steps", "Compare 8 and 32 bits", "Report a bad translation", "Share the translation"]


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> "Translations":
    # Time stands still in the simulation; what waits for it would never be done.
    monkeypatch.setattr(importlib.import_module("inferbot.cogs.translate"), "FRAME_SECONDS", 0)
    return Translations(simcord_env, fakes)


class Translations(Stage):
    """Where texts are translated."""

    async def translate(self, text: str, **options: str) -> Any:
        return await self.ann.slash(self.channel, "translate", text=text, **options)

    async def press(self, answer: Any, label: str) -> Any:
        return await self.ann.click(message_of(answer), label=label)


def said(result: Any) -> str:
    return text_of(message_of(result))


async def test_a_text_is_translated_for_its_asker_alone(stage: Translations) -> None:
    result = await stage.translate("Where is the train station?", to="pt")
    assert result.ephemeral
    assert "## WHERE IS THE TRAIN STATION?" in said(result)
    assert "English → Portuguese" in said(result)
    assert "> Where is the train station?" in said(result)
    assert buttons_of(message_of(result)) == [*BUTTONS, "In Spanish"]


async def test_spanish_is_what_english_becomes_when_nobody_says_more(stage: Translations) -> None:
    assert "English → Spanish" in said(await stage.translate("Hello"))


async def test_languages_may_be_named(stage: Translations) -> None:
    result = await stage.translate("gato", **{"to": "English", "from": "portuguese"})
    assert "Portuguese → English" in said(result)
    assert "so short a text" not in said(result)


async def test_a_guess_is_called_one(stage: Translations) -> None:
    assert "I guessed English" in said(await stage.translate("lol"))


async def test_a_guess_gives_way_to_what_the_target_leaves(stage: Translations) -> None:
    assert "English → Portuguese" in said(await stage.translate("gato", to="pt"))


async def test_the_list_offers_what_is_here(stage: Translations) -> None:
    offered = await stage.ann.autocomplete(stage.channel, "translate", "to", "")
    assert [one["name"] for one in offered] == ["Portuguese", "English", "Spanish"]
    stage.fakes.registry.off.add("en-es")
    offered = await stage.ann.autocomplete(stage.channel, "translate", "to", "sp")
    assert offered == []
    offered = await stage.ann.autocomplete(stage.channel, "translate", "from", "eng")
    assert [one["value"] for one in offered] == ["en"]


async def test_the_menu_translates_a_message(stage: Translations) -> None:
    message = await stage.bob.send(stage.channel, "Good morning everyone, the coffee is ready.")
    result = await stage.ann.context_menu(stage.channel, "Translate", message)
    assert result.ephemeral
    assert "GOOD MORNING EVERYONE, THE COFFEE IS READY." in said(result)


async def test_it_can_be_had_in_another_language(stage: Translations) -> None:
    answer = await stage.translate("The train is late today.", to="pt")
    assert "English → Spanish" in said(await stage.press(answer, "In Spanish"))


def nothing(_: Stage) -> None:
    """Prepare nothing."""


def all_off(stage: Translations) -> None:
    stage.fakes.registry.off |= set(stage.fakes.registry.translators)


def busy(stage: Translations) -> None:
    stage.fakes.engine.full = True


@pytest.mark.parametrize(
    ("prepare", "text", "options", "sentence"),
    [
        (nothing, "   ", {}, "nothing to translate"),
        (nothing, "😀😀 🎉", {}, "nothing to translate"),
        (nothing, "12345", {}, "nothing to translate"),
        (nothing, "שלום, מה שלומך?", {}, "no model for Hebrew"),
        (nothing, "Wo ist der nächste Bahnhof, bitte?", {}, "no model for German"),
        (nothing, "Hello", {"to": "Klingon"}, "no model for klingon"),
        (nothing, "Hello", {"from": "@everyone"}, "no model for"),
        (nothing, "Bom dia", {"to": "es"}, "no model from Portuguese to Spanish"),
        (nothing, "Good morning", {"to": "en"}, "already in English"),
        (all_off, "Hello", {}, "No translation model is here yet"),
        (busy, "Hello", {}, "Try again in about 3 s"),
    ],
)
async def test_what_cannot_be_translated_is_one_private_sentence(
    stage: Translations, prepare: Callable[[Stage], None], text: str, options: dict[str, str], sentence: str
) -> None:
    prepare(stage)
    result = await stage.translate(text, **options)
    assert result.ephemeral
    assert sentence in said(result)
    assert "@everyone" not in said(result)
    assert "\n" not in said(result)


async def test_a_language_we_lack_is_answered_with_those_we_have(stage: Translations) -> None:
    words = said(await stage.translate("Wo ist der nächste Bahnhof, bitte?"))
    for pair in ("English → Portuguese", "Portuguese → English", "English → Spanish"):
        assert pair in words


async def test_of_a_long_message_the_beginning_is_translated_and_that_is_said(stage: Translations) -> None:
    message = await stage.bob.send(stage.channel, "word " * 299 + "word.")
    result = await stage.ann.context_menu(stage.channel, "Translate", message)
    assert "WORD WORD" in said(result)
    assert "This is the beginning. I translate 1,000 characters at a time: 501 are left." in said(result)
    whole = await stage.ann.context_menu(stage.channel, "Translate", await stage.bob.send(stage.channel, "word"))
    assert "This is the beginning" not in said(whole)


async def test_a_long_message_is_never_cut_within_a_spoiler(stage: Translations) -> None:
    message = await stage.bob.send(stage.channel, "word " * 190 + "||the butler " + "did it " * 20 + "||")
    result = await stage.ann.context_menu(stage.channel, "Translate", message)
    assert "BUTLER" not in said(result)
    assert "butler" not in said(result)


async def test_a_message_without_text_is_a_sentence(stage: Translations) -> None:
    message = await stage.bob.send(stage.channel, "", attachments=[("dog.jpg", b"a photo")])
    result = await stage.ann.context_menu(stage.channel, "Translate", message)
    assert "nothing to translate" in said(result)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1000,
        "@everyone look, <@123456789012345678> *is* here",
        "```py\nprint('hello')\n``` this is some code",
        "Hello, ¿cómo estás? Everything is fine with me today.",
        "Z̷a̸l̶g̵o̴ t̷e̸x̶t̵ is hard to read for everybody",
        "Hello שלום, this is how we say hello in two languages.",
        "\u202eHello my friends\x00, how are you\u2066?",
    ],
)
async def test_odd_texts_are_translated_and_ping_nobody(stage: Translations, text: str) -> None:
    result = await stage.translate(text, **{"from": "en", "to": "pt"})
    assert "English → Portuguese" in said(result)
    assert "@everyone" not in said(result)
    for label in ("Show the steps", "Compare 8 and 32 bits", "Report a bad translation", "Share the translation"):
        pressed = await stage.press(result, label)
        assert "went wrong" not in said(pressed)
    sent = [one.json for one in stage.env.http_requests if one.json and "components" in str(one.json)]
    assert all(body.get("data", body)["allowed_mentions"]["parse"] == [] for body in sent)


async def test_the_steps_grow_and_end_with_everything(stage: Translations) -> None:
    answer = await stage.translate("one two three four five six seven", **{"from": "en", "to": "pt"})
    before = len(stage.env.http_requests)
    steps = await stage.press(answer, "Show the steps")
    edits = [str(one.json) for one in stage.env.http_requests[before:] if one.json and "Decoder" in str(one.json)]
    assert [edit.count("90%") for edit in edits[:3]] == [2, 4, 6]
    assert len(edits) <= 4
    words = said(steps)
    assert "`▁one` 10" in words
    assert "1×4×256 float32" in words
    assert words.count("90%") == 8
    assert "▁OTHER 5%, ▁THIRD 1%" in words
    assert "1.5 ms for each token" in words
    assert "Nothing was learned" in words
    assert "Training" not in words
    (alt,) = alts_of(message_of(steps))
    assert "“ONE” at “one”" in alt


async def test_a_model_that_tells_not_where_it_looked_has_no_picture(stage: Translations) -> None:
    stage.fakes.registry.translators["bergamot-en-pt"].looked = False
    steps = await stage.press(await stage.translate("Good morning", to="pt"), "Show the steps")
    assert alts_of(message_of(steps)) == []
    assert "Nothing was learned" in said(steps)


async def test_the_next_sentence_is_one_press_away(stage: Translations) -> None:
    answer = await stage.translate("Good morning.\nThe coffee is ready.", to="pt")
    first = await stage.press(answer, "Show the steps")
    assert "> Good morning." in said(first)
    second = await stage.ann.click(message_of(first), label="The next sentence")
    assert "> The coffee is ready." in said(second)
    assert buttons_of(message_of(second)) == []


async def test_weights_that_change_are_not_called_unchanged(stage: Translations) -> None:
    stage.fakes.registry.translators["bergamot-en-pt"].learns = True
    steps = await stage.press(await stage.translate("Good morning", to="pt"), "Show the steps")
    assert "fingerprints differ" in said(steps)
    assert "Nothing was learned" not in said(steps)


async def test_our_own_model_says_what_its_training_took(stage: Translations, monkeypatch: pytest.MonkeyPatch) -> None:
    took = Training(hours=2.5, pairs=105_000, machine="two cores of an AMD EPYC", parameters=7_600_000)

    def read(_: Path) -> Training:
        return took

    monkeypatch.setattr(training_log, "read_training", read)
    steps = await stage.press(await stage.translate("Good morning", to="es"), "Show the steps")
    words = said(steps)
    assert "took 2.5 hours and 105,000 sentence pairs on two cores of an AMD EPYC" in words
    assert "7.6 million weights" in words
    assert "**Using** it just took 12 ms" in words
    other = await stage.press(await stage.translate("Good morning", to="pt"), "Show the steps")
    assert "sentence pairs" not in said(other)


async def test_two_builds_side_by_side(stage: Translations) -> None:
    answer = await stage.translate("Good morning", to="pt")
    words = said(await stage.press(answer, "Compare 8 and 32 bits"))
    assert "8 bits" in words
    assert "32 bits" in words
    assert "Both say the same" in words
    stage.fakes.registry.off.add("fp32")
    words = said(await stage.press(answer, "Compare 8 and 32 bits"))
    assert "isn't available" in words
    assert "Both say the same" not in words


async def test_a_report_explains_and_stores_nothing(stage: Translations) -> None:
    words = said(await stage.press(await stage.translate("Good morning"), "Report a bad translation"))
    assert "Nothing was sent or stored" in words
    assert "full stop" in words


async def test_share_posts_the_translation(stage: Translations) -> None:
    shared = await stage.press(await stage.translate("Good morning", to="pt"), "Share the translation")
    assert shared.ephemeral
    message = shared.followups[0].message
    assert not shared.followups[0].ephemeral
    assert stage.ann.mention in text_of(message)
    assert "GOOD MORNING" in text_of(message)


async def test_a_translation_is_shared_with_its_spoilers_and_not_with_rude_words(stage: Translations) -> None:
    message = message_of(await stage.ann.slash(stage.channel, "translate", text="It was ||the butler|| again"))
    await stage.ann.click(message, label="Share the translation")
    assert "## IT WAS ||THE BUTLER|| AGAIN" in text_of(stage.last)
    assert "> It was ||the butler|| again" in text_of(stage.last)
    last = stage.last.id
    rude = message_of(await stage.ann.slash(stage.channel, "translate", text="Hello, n1gger"))
    refused = await stage.ann.click(rude, label="Share the translation")
    assert "a word I don't show in channels" in text_of(message_of(refused))
    assert stage.last.id == last


async def test_a_text_that_is_forgotten_is_said_kindly(stage: Translations) -> None:
    answer = await stage.translate("Good morning")
    stage.fakes.services.translate.recent.clear()
    shared = await stage.press(answer, "Share the translation")
    assert "That translation has expired" in said(shared)
    assert shared.followups == []


async def test_where_nothing_is_remembered_there_are_no_dead_buttons(stage: Translations) -> None:
    kept = stage.fakes.services.settings.model_copy(update={"remember_minutes": 0})
    object.__setattr__(stage.fakes.services, "settings", kept)
    answer = message_of(await stage.translate("Good morning"))
    assert "GOOD MORNING" in text_of(answer)
    assert buttons_of(answer) == []
