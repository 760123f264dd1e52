"""`/complete` as people use it, in a simulated Discord with virtual time and a make-believe model."""

import importlib
from pathlib import Path
from typing import Any

import discord
import pytest
from inferbot.models.errors import ModelUnavailable
from inferbot.settings import Settings
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import alts_of, buttons_of, message_of, text_of

# Every timer here is longer than this: simcord is to leave it to virtual time, not to sit it out.
pytestmark = pytest.mark.simcord(settle_timeout=8)

PROMPT = "Once upon a time"
HOP = 12.0
UNDER = ["Next word?", "Temperature", "Without the cache", "Show the steps", "Another seed", "Share the result"]


class Texts(Stage):
    """Where texts are gone on with; a third person is there as well."""

    def __init__(self, env: Env, fakes: Fakes) -> None:
        super().__init__(env, fakes)
        self.model = fakes.registry.text
        self.eve = self.guild.add_member(env.create_user("eve"))

    async def complete(self, who: Any = None, text: str = PROMPT, **options: Any) -> Any:
        return await (who or self.ann).slash(self.channel, "complete", text=text, **options)

    def slow(self, hops: float = 1.0) -> None:
        """Have each hop take its time: three come before the first token, and one is a token."""
        self.fakes.writing.seconds = hops * HOP

    async def wait(self, hops: float) -> None:
        await self.env.advance_time(hops * HOP)

    async def press(self, who: Any, message: discord.Message, label: str) -> Any:
        return await who.click(message, label=label)


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    """A host who lets people share what the model wrote, which is off by default."""
    return Fakes(tmp_path, Settings(fetch_weights=False, share_generated_text=True))


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> Texts:
    cog = importlib.import_module("inferbot.cogs.complete")
    monkeypatch.setattr(cog, "FIRST_EDIT", 0.8 * HOP)
    monkeypatch.setattr(cog, "EDIT_EVERY", 1.6 * HOP)
    return Texts(simcord_env, fakes)


def said(result: Any) -> str:
    return text_of(message_of(result))


async def test_a_text_is_gone_on_with_for_its_asker_alone(stage: Texts) -> None:
    result = await stage.complete(style="greedy", seed=3, tokens=6)
    assert result.ephemeral
    words = said(result)
    assert "Once upon a time **⟩** then the fox met a hen" in words
    assert "6 tokens" in words
    assert "tokens per second" in words
    assert "first token after" in words
    assert "greedy · seed 3" in words
    assert "often wrong" in words
    assert buttons_of(message_of(result)) == [*UNDER, "Why is it often wrong?"]


async def test_the_message_grows_in_a_few_edits(stage: Texts) -> None:
    stage.slow()
    result = await stage.complete(style="greedy", tokens=12)
    before = len(stage.env.http_requests)
    await stage.wait(1.1)
    assert "Reading the prompt" in said(result)
    assert buttons_of(message_of(result)) == ["Stop"]
    await stage.wait(7)
    assert "⟩** then the fox" in said(result)
    assert "Writing" in said(result)
    await stage.wait(10)
    assert "12 tokens" in said(result)
    edits = [one for one in stage.env.http_requests[before:] if one.method == "PATCH"]
    assert 3 <= len(edits) <= 16


async def test_stop_keeps_what_is_there_and_a_second_press_is_a_sentence(stage: Texts) -> None:
    stage.slow()
    result = await stage.complete(style="greedy", tokens=100)
    await stage.wait(7.5)
    growing = message_of(result)
    await stage.press(stage.ann, growing, "Stop")
    again = await stage.press(stage.ann, growing, "Stop")
    assert "already done" in text_of(again.followups[0].message if again.followups else message_of(again))
    await stage.wait(1.5)
    assert "then it was stopped" in said(result)
    assert "then the fox" in said(result)
    count = stage.model.fed
    await stage.wait(15)
    assert stage.model.fed == count


async def test_one_text_a_person(stage: Texts) -> None:
    stage.slow()
    await stage.complete(tokens=20)
    assert "already writing a text for you" in said(await stage.complete())


async def test_a_message_that_is_deleted_while_it_grows_ends_the_text(stage: Texts) -> None:
    stage.slow()
    await stage.complete(tokens=100)
    await stage.wait(6)
    stage.env.inject_error("PATCH", "/webhooks/*", status=404, code=10008, times=1)
    await stage.wait(5)
    count = stage.model.fed
    await stage.wait(10)
    assert stage.model.fed == count
    stage.slow(0)
    assert "10 tokens" in said(await stage.complete(stage.bob, style="greedy", tokens=10))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("   ", "nothing to continue"),
        ("\x00\x07", "nothing to continue"),
        ("x " * 400, "too long: I read at most 256 tokens"),
    ],
)
async def test_a_prompt_that_will_not_do_is_a_sentence(stage: Texts, text: str, sentence: str) -> None:
    assert sentence in said(await stage.complete(text=text))


@pytest.mark.parametrize(
    "text", ["@everyone **bold** <@123456789012345678> `code`", "<|im_end|> [a](https://evil.example)", "# Big"]
)
async def test_what_people_write_is_only_text(stage: Texts, text: str) -> None:
    words = said(await stage.complete(text=text))
    assert "@everyone" not in words
    assert "<@123456789012345678>" not in words
    assert "**bold**" not in words
    assert "https://" not in words
    assert "\n# " not in words


async def test_a_model_that_is_not_there_is_a_sentence(stage: Texts) -> None:
    stage.fakes.registry.off.add("smollm2-135m")
    assert "Its weights have not been fetched yet." in said(await stage.complete())


async def test_a_model_that_fails_in_the_middle_is_a_sentence_and_gives_the_seat_back(stage: Texts) -> None:
    stage.slow()
    result = await stage.complete(tokens=50)
    await stage.wait(7.5)
    stage.model.fails = True
    await stage.wait(2.5)
    assert "failed on this text" in said(result)
    stage.model.fails = False
    stage.slow(0)
    assert "⟩" in said(await stage.complete(tokens=3))


async def test_the_model_rests_when_nobody_uses_it_and_is_never_taken_from_a_text(stage: Texts) -> None:
    await stage.complete(tokens=2)
    await stage.env.advance_time(599)
    assert stage.fakes.registry.closed == 0
    await stage.complete(tokens=2)
    await stage.env.advance_time(599)
    assert stage.fakes.registry.closed == 0
    await stage.env.advance_time(2)
    assert stage.fakes.registry.closed == 1
    assert "⟩" in said(await stage.complete(tokens=2))


async def test_another_seed_writes_anew(stage: Texts) -> None:
    result = await stage.complete(seed=3, tokens=4)
    again = await stage.press(stage.ann, message_of(result), "Another seed")
    assert again.ephemeral
    assert "4 tokens" in said(again)


async def test_the_steps_show_shapes_and_the_proof(stage: Texts) -> None:
    result = await stage.complete(tokens=30)
    words = said(await stage.press(stage.ann, message_of(result), "Show the steps"))
    for part in ("1×5 int64", "1×1×49152 float32", "60 tensors of 1×3×", "135 million weights", "Nothing was learned"):
        assert part in words
    stage.model.learns = True
    words = said(await stage.press(stage.ann, message_of(result), "Show the steps"))
    assert "Nothing was learned" not in words
    assert "fingerprints differ" in words


async def test_three_temperatures_side_by_side(stage: Texts) -> None:
    result = await stage.complete(tokens=3)
    words = said(await stage.press(stage.ann, message_of(result), "Temperature"))
    assert [f"### Temperature {t}" in words for t in ("0:", "0.7:", "1.5:")] == [True] * 3
    assert "100%" in words


async def test_without_the_cache_everything_is_read_again(stage: Texts) -> None:
    result = await stage.complete(tokens=3)
    words = said(await stage.press(stage.ann, message_of(result), "Without the cache"))
    assert "30 tokens, with and without the KV cache" in words
    assert "read 34 tokens in all" in words
    assert f"{sum(range(5, 35))} tokens in all" in words


async def test_the_detail_buttons_stand_in_the_line_too(stage: Texts) -> None:
    result = await stage.complete(tokens=3)
    stage.slow()
    await stage.complete(tokens=50)
    assert "already writing a text for you" in said(await stage.press(stage.ann, message_of(result), "Temperature"))


async def test_share_posts_the_text_for_all(stage: Texts) -> None:
    result = await stage.complete(style="greedy", tokens=6)
    shared = await stage.press(stage.ann, message_of(result), "Share the result")
    assert shared.ephemeral
    message = shared.followups[0].message
    assert not shared.followups[0].ephemeral
    assert stage.ann.mention in text_of(message)
    assert "then the fox met a hen" in text_of(message)
    assert "often wrong" in text_of(message)


async def test_what_is_not_for_all_is_not_posted(stage: Texts) -> None:
    result = await stage.complete(text="What the fuck", tokens=3)
    shared = await stage.press(stage.ann, message_of(result), "Share the result")
    assert shared.ephemeral
    assert "a word I don't show in channels" in said(shared)
    assert shared.followups == []


@pytest.fixture
def private(fakes: Fakes) -> None:
    """A host who left the setting alone."""
    fakes.settings = Settings(fetch_weights=False)


@pytest.mark.usefixtures("private")
async def test_what_the_model_wrote_is_not_shared_by_default(stage: Texts) -> None:
    result = await stage.complete(tokens=3)
    assert "Share the result" not in buttons_of(message_of(result))
    asked = await stage.press(stage.ann, message_of(result), "Next word?")
    assert buttons_of(message_of(asked))[-1] == "Finish"


async def test_a_share_button_from_before_the_setting_was_turned_off_is_a_sentence(stage: Texts) -> None:
    result = await stage.complete(tokens=3)
    asked = await stage.press(stage.ann, message_of(result), "Next word?")
    vars(stage.fakes.services.settings)["share_generated_text"] = False
    for message, label in ((message_of(result), "Share the result"), (message_of(asked), "Play it in the channel")):
        refused = await stage.press(stage.ann, message, label)
        assert "Sharing what the model wrote is turned off here." in said(refused)
        assert refused.followups == []


async def test_a_message_that_fell_behind_shows_the_sentence_again_on_the_next_press(stage: Texts) -> None:
    message = await play(stage)
    first = buttons_of(message)[0]
    stage.env.inject_error("PATCH", "/webhooks/*", status=403, code=50001, times=1)
    await stage.press(stage.bob, message, first)
    assert buttons_of(stage.last)[0] == first
    late = await stage.press(stage.eve, stage.last, first)
    assert "Someone beat you to it" in text_of(late.followups[0].message)
    assert f"Once upon a time {first.split(' ')[0]}" in text_of(stage.last)


async def test_a_forgotten_text_is_a_sentence(stage: Texts) -> None:
    result = await stage.complete(tokens=3)
    stage.fakes.services.complete.recent.clear()
    for label in UNDER:
        assert "That completion has expired" in said(await stage.press(stage.ann, message_of(result), label))


async def test_the_next_word_is_shown_as_bars_and_chosen_by_button(stage: Texts) -> None:
    result = await stage.complete(tokens=3)
    asked = await stage.press(stage.ann, message_of(result), "Next word?")
    message = message_of(asked)
    assert asked.ephemeral
    (alt,) = alts_of(message)
    labels = buttons_of(message)
    assert labels[-2:] == ["Finish", "Play it in the channel"]
    assert len(labels) == 12
    assert "fuck" not in " ".join(labels)
    assert all(label.rsplit(" ", 2)[0] in alt for label in labels[:10])
    await stage.press(stage.ann, message, labels[0])
    assert f"Once upon a time {labels[0].split(' ')[0]}" in said(asked)
    await stage.press(stage.ann, message_of(asked), "Finish")
    assert "Done: 1 token chosen" in said(asked)
    assert buttons_of(message_of(asked)) == []


async def play(stage: Texts) -> discord.Message:
    """Begin a sentence in the channel as ann and return its message."""
    result = await stage.complete(tokens=3)
    asked = await stage.press(stage.ann, message_of(result), "Next word?")
    played = await stage.press(stage.ann, message_of(asked), "Play it in the channel")
    assert "for everyone" in said(played)
    assert not played.followups[0].ephemeral
    return played.followups[0].message


async def test_the_channel_writes_a_sentence_with_the_model(stage: Texts) -> None:
    message = await play(stage)
    assert "The channel writes with a model" in text_of(message)
    first = buttons_of(message)[0]
    await stage.press(stage.bob, message, first)
    stage_message = stage.last
    assert f"Once upon a time {first.split(' ')[0]}" in text_of(stage_message)
    await stage.press(stage.eve, stage.last, buttons_of(stage.last)[1])
    refused = await stage.press(stage.bob, stage.last, "Finish")
    assert "Only the person who started" in text_of(refused.followups[0].message)
    await stage.press(stage.ann, stage.last, "Finish")
    assert "by 2 people" in text_of(stage.last)


async def test_a_rude_beginning_is_not_played(stage: Texts) -> None:
    result = await stage.complete(text="What the fuck", tokens=3)
    asked = await stage.press(stage.ann, message_of(result), "Next word?")
    played = await stage.press(stage.ann, message_of(asked), "Play it in the channel")
    assert "a word I don't show in channels" in said(played)
    assert played.followups == []


async def test_the_end_can_be_chosen_and_a_sentence_is_not_endless(stage: Texts) -> None:
    stage.model.ends_after = 0
    result = await stage.ann.slash(stage.channel, "complete", text=PROMPT)
    assert "then it ended by itself" in said(result)
    asked = await stage.press(stage.ann, message_of(result), "Next word?")
    (end,) = [label for label in buttons_of(message_of(asked)) if label.startswith("(end)")]
    await stage.press(stage.ann, message_of(asked), end)
    assert "Done: 0 tokens chosen" in said(asked)


def test_the_fake_fails_as_the_model_does(fakes: Fakes) -> None:
    fakes.registry.text.fails = True
    with pytest.raises(ModelUnavailable):
        fakes.registry.text.open_context(1).feed([1])
