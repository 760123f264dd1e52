"""`/isit`, `/demo` and `/help` as people use them, in a simulated Discord."""

from typing import Any

import pytest
from inferbot.cogs.guide import view as guide
from inferbot.cogs.guide.view import Entry
from inferbot.cogs.isit import view as views
from inferbot.cogs.limits import problems
from inferbot.features.isit import IsItAnswer, IsItFeature, Near, TrainingLog, TrainingRun
from inferbot.knowledge.situations import Situation
from inferbot.models.trace import Stage, Trace
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage as Server
from support.views import alts_of, buttons_of, message_of, text_of
from support.words import WordEncoder

LONG = "*_`@everyone " * 40


class Situations(Server):
    """Where situations are judged."""

    async def isit(self, situation: str) -> Any:
        return await self.ann.slash(self.channel, "isit", situation=situation)


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> Situations:
    fakes.registry.sentences = WordEncoder()
    return Situations(simcord_env, fakes)


async def test_a_verdict_is_private_and_shows_training_beside_inference(stage: Situations) -> None:
    result = await stage.isit("A network is trained on @everyone's photos")
    assert result.ephemeral
    said = text_of(message_of(result))
    assert "## Training" in said
    assert "nearest labeled examples" in said
    assert "changed none of its" in said
    assert "@everyone" not in said
    assert buttons_of(message_of(result)) == ["Train it again", "Show the steps", "Share"]


async def test_training_it_again_shows_the_curve_and_that_the_weights_changed(
    stage: Situations, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The training and the drawing have tests of their own; here a busy machine must not keep the simulation waiting.
    async def lesson_at_once(_: IsItFeature) -> TrainingRun:
        return TrainingRun(2473, 0.7, (1.1, 0.6, 0.2), "a" * 64, "b" * 64, 12_000, b"a picture")

    monkeypatch.setattr(IsItFeature, "train_again", lesson_at_once)
    message = message_of(await stage.isit("A network is trained on photos"))
    lesson = await stage.ann.click(message, label="Train it again")
    assert lesson.ephemeral
    said = text_of(message_of(lesson))
    assert "The weights changed" in said
    assert "the loss fell from 1.10 to 0.20" in said
    assert "falling line" in alts_of(message_of(lesson))[0]


async def test_the_steps_prove_that_an_answer_changes_nothing(stage: Situations) -> None:
    message = message_of(await stage.isit("A network is trained on photos"))
    steps = await stage.ann.click(message, label="Show the steps")
    assert "Nothing was learned" in text_of(message_of(steps))


async def test_sharing_posts_the_verdict_for_all_and_pings_nobody(stage: Situations) -> None:
    message = message_of(await stage.isit("A network is trained on photos"))
    await stage.ann.click(message, label="Share")
    shared = stage.channel.last_message
    assert shared is not None
    assert "asked: is this inference?" in text_of(shared)
    sent = [one.json for one in stage.env.http_requests if one.json and "is this inference?" in str(one.json)]
    assert [body["allowed_mentions"]["parse"] for body in sent] == [[]]


async def test_sharing_keeps_what_was_hidden_and_refuses_rude_words(stage: Situations) -> None:
    hidden = message_of(await stage.isit("A network is trained on ||photos of **cats**||"))
    await stage.ann.click(hidden, label="Share")
    assert r"trained on ||photos of \*\*cats\*\*||" in text_of(stage.last)
    last = stage.last.id
    rude = message_of(await stage.isit("A network is trained on wh0res"))
    refused = await stage.ann.click(rude, label="Share")
    assert "a word I don't show in channels" in text_of(message_of(refused))
    assert stage.last.id == last


async def test_failures_are_sentences(stage: Situations) -> None:
    assert "no words in that" in text_of(message_of(await stage.isit("?!")))
    message = message_of(await stage.isit("A network is trained"))
    stage.fakes.services.isit.recent.clear()
    forgotten = await stage.ann.click(message, label="Share")
    assert "That situation has expired" in text_of(message_of(forgotten))
    stage.fakes.registry.off.add("minilm-l6")
    assert "isn't available" in text_of(message_of(await stage.isit("A network is trained")))


async def test_demo_lists_what_is_loaded_and_starts_it(stage: Situations) -> None:
    result = await stage.ann.slash(stage.channel, "demo")
    assert result.ephemeral
    message = message_of(result)
    said = text_of(message)
    for name in ("ask", "label", "isit", "quiz"):
        assert f"**/{name}**" in said
    assert problems(guide.demos_view(list(demo_entries(stage))).view) == []
    shown = await stage.ann.click(message, custom_id="inferbot:Guide:1:start:isit")
    assert shown.ephemeral
    assert "labeled examples" in text_of(message_of(shown))


def demo_entries(stage: Situations) -> list[Entry]:
    bot: Any = stage.env.bot
    cog: Any = bot.get_cog("Guide")
    return list(cog._demos())


async def test_a_demo_without_a_promise_has_its_commands_description(stage: Situations) -> None:
    for entry in demo_entries(stage):
        assert len(entry.promise) > 20, entry
        assert entry.promise.endswith("."), entry


async def test_help_finds_every_command_and_fits(stage: Situations) -> None:
    result = await stage.ann.slash(stage.channel, "help")
    said = text_of(message_of(result))
    assert result.ephemeral
    assert len(said) <= 4000
    bot: Any = stage.env.bot
    commands = [one for one in bot.tree.walk_commands() if type(one).__name__ == "Command"]
    for command in commands:
        assert f"`/{command.qualified_name}`" in said
    assert said.index("`/quiz start`") < said.index("`/quiz pack upload`")
    for menu in ("Explain this", "Label this image"):
        assert menu in said
    assert "…" not in said
    demos = await stage.ann.click(message_of(result), label="Show me a demo")
    assert "See inference happen" in text_of(message_of(demos))


async def test_practice_can_draw_from_the_situations(stage: Situations) -> None:
    choices = await stage.ann.autocomplete(stage.channel, "quiz practice", "pack", "situ")
    assert [one["value"] for one in choices] == ["situations"]
    result = await stage.ann.slash(stage.channel, "quiz practice", pack="situations")
    assert buttons_of(message_of(result)) == ["Inference", "Training"]


def judgement() -> IsItAnswer:
    near = Near(Situation(LONG, "inference", "kind", "r" * 160), 0.5)
    trace = Trace([Stage("model", 12_345.6, "9 tokens", "768 float32")] * 4)
    return IsItAnswer(LONG, "neither", 0.4, (0.3, 0.3, 0.4), (near,) * 3, "r" * 160, (LONG,) * 9, trace, "a", "b", 9)


def test_the_longest_views_fit() -> None:
    log = TrainingLog(9_999, 9_999, 99.9)
    for shown in (
        views.verdict_view(judgement(), log, "k" * 11),
        views.steps_view(judgement()),
        views.shared_view(judgement(), 2**63),
        views.training_view(TrainingRun(9_999, 9.9, (1.1,) * 300, "a" * 64, "b" * 64, 10**6, b"")),
        guide.demos_view([Entry("n" * 32, LONG)] * 30),
        guide.help_view([Entry("n" * 32, LONG)] * 90, ["m" * 32] * 10),
    ):
        assert problems(shown.view) == []
