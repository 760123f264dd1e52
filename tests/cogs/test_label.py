"""`/label` and its siblings as people use them, in a simulated Discord."""

import importlib
from collections.abc import Callable
from typing import Any

import discord
import pytest
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import alts_of, buttons_of, text_of

PHOTO = ("dog.jpg", b"a photo")
BROKEN = ("dog.jpg", b"broken")
MINUTES = 60.0


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> "Photos":
    return Photos(simcord_env, fakes)


class Photos(Stage):
    """Where photos are labelled."""

    async def label(self, **options: Any) -> Any:
        return await self.ann.slash(self.channel, "label", **options)


async def test_an_upload_is_labelled_for_its_asker_alone(stage: Photos) -> None:
    result = await stage.label(image=PHOTO)
    assert result.ephemeral
    message = message_of(result)
    assert "## golden retriever" in text_of(message)
    assert "**74%** golden retriever" in text_of(message)
    assert "isn't the chance of being right" in text_of(message)
    assert buttons_of(message) == ["Show the steps", "Compare models", "Share the result"]
    assert len(alts_of(message)) == 1


async def test_an_example_needs_no_upload_and_names_its_credit(stage: Photos) -> None:
    result = await stage.label(example="coffee")
    assert "golden retriever" in said(result)
    assert "Photo: " in said(result)


async def test_neither_picture_nor_example_says_how(stage: Photos) -> None:
    result = await stage.label()
    assert "Attach one with `image`" in said(result)


async def test_not_sure_is_said_in_words(stage: Photos) -> None:
    stage.fakes.registry.classifiers["efficientnet-lite0"].unsure = True
    result = await stage.label(image=PHOTO)
    assert "## Not sure: maybe golden retriever" in said(result)
    assert "none of my labels fits" in said(result)


async def test_the_model_can_be_chosen(stage: Photos) -> None:
    offered = await stage.ann.autocomplete(stage.channel, "label", "model", "lite2")
    assert [choice["value"] for choice in offered] == ["efficientnet-lite2"]
    result = await stage.label(image=PHOTO, model="efficientnet-lite2")
    assert "EfficientNet-Lite2" in said(result)


async def test_a_model_that_does_not_exist_is_a_sentence(stage: Photos) -> None:
    result = await stage.label(image=PHOTO, model="@everyone `" + "x" * 300)
    words = said(result)
    assert "isn't available" in words
    assert "@everyone" not in words


def message_of(result: Any) -> discord.Message:
    return result.response.message


def said(result: Any) -> str:
    return text_of(message_of(result))


def _as_it_is(_: Stage) -> None:
    """Prepare nothing."""


def _message_of(body: Any) -> Any:
    return body.get("data", body)


def _busy(stage: Photos) -> None:
    stage.fakes.engine.full = True


def _gone(stage: Photos) -> None:
    stage.fakes.downloads.look_up = lambda _: None


def _off(stage: Photos) -> None:
    stage.fakes.registry.off.add("efficientnet-lite0")


def _surprise(stage: Photos) -> None:
    def explode(_: bytes) -> None:
        raise RuntimeError("/secret/path")

    stage.fakes.registry.classifiers["efficientnet-lite0"].classify = explode  # type: ignore[method-assign,assignment]


@pytest.mark.parametrize(
    ("prepare", "image", "sentence"),
    [
        (_busy, PHOTO, "Try again in about 3 s"),
        (_gone, PHOTO, "no longer exists"),
        (_off, PHOTO, "Its weights have not been fetched yet."),
        (_surprise, PHOTO, "Something broke on my end"),
        (_as_it_is, BROKEN, "damaged or cut off"),
    ],
)
async def test_what_goes_wrong_is_one_private_sentence(
    stage: Photos, prepare: Callable[[Stage], None], image: tuple[str, bytes], sentence: str
) -> None:
    prepare(stage)
    result = await stage.label(image=image)
    assert result.ephemeral
    words = said(result)
    assert sentence in words
    assert "/secret/path" not in words
    assert "\n" not in words


async def test_the_steps_show_every_stage_and_the_proof(stage: Photos) -> None:
    answer = await stage.label(image=PHOTO)
    steps = await stage.ann.click(message_of(answer), label="Show the steps")
    assert steps.ephemeral
    words = said(steps)
    for stage_name in ("download", "decode", "resize", "tensor", "model", "softmax", "labels"):
        assert stage_name in words
    assert "1×3×224×224 float32" in words
    assert "4.6 million weights" in words
    assert "385 million multiply-adds" in words
    assert "Nothing was learned" in words


async def test_weights_that_change_are_not_called_unchanged(stage: Photos) -> None:
    stage.fakes.registry.classifiers["efficientnet-lite0"].learns = True
    answer = await stage.label(image=PHOTO)
    steps = await stage.ann.click(message_of(answer), label="Show the steps")
    words = said(steps)
    assert "Nothing was learned" not in words
    assert "fingerprints differ" in words


async def test_three_models_side_by_side(stage: Photos) -> None:
    stage.fakes.registry.off.add("efficientnet-lite2")
    answer = await stage.label(image=PHOTO)
    compared = await stage.ann.click(message_of(answer), label="Compare models")
    words = said(compared)
    assert words.count("golden retriever") >= 2
    assert "isn't available" in words
    assert "18.5 MB" in words


async def test_share_posts_labels_but_no_upload(stage: Photos) -> None:
    answer = await stage.label(image=PHOTO)
    shared = await stage.ann.click(message_of(answer), label="Share the result")
    assert shared.ephemeral
    assert "Shared below" in said(shared)
    message = shared.followups[0].message
    assert not shared.followups[0].ephemeral
    assert stage.ann.mention in text_of(message)
    assert "golden retriever" in text_of(message)
    assert message.attachments == []
    sent = [one.json for one in stage.env.http_requests if one.json and "components" in str(one.json)]
    assert all(body["allowed_mentions"]["parse"] == [] for body in map(_message_of, sent))


async def test_what_can_not_be_shared_is_said_to_its_asker_alone(stage: Photos) -> None:
    answer = await stage.label(image=PHOTO)
    stage.fakes.services.label.recent.clear()
    shared = await stage.ann.click(message_of(answer), label="Share the result")
    assert shared.ephemeral
    assert "That picture has expired" in said(shared)
    assert shared.followups == []


async def test_where_nothing_is_remembered_there_are_no_dead_buttons(stage: Photos) -> None:
    kept = stage.fakes.services.settings.model_copy(update={"remember_minutes": 0})
    object.__setattr__(stage.fakes.services, "settings", kept)
    answer = message_of(await stage.label(image=PHOTO))
    assert "golden retriever" in text_of(answer)
    assert buttons_of(answer) == []


async def test_after_its_time_a_picture_is_forgotten_and_that_is_said(stage: Photos) -> None:
    answer = await stage.label(image=PHOTO)
    stage.fakes.services.label.recent.clear()
    steps = await stage.ann.click(message_of(answer), label="Show the steps")
    assert "That picture has expired" in said(steps)


async def test_an_examples_buttons_outlive_a_restart(stage: Photos) -> None:
    answer = await stage.label(example="coffee")
    stage.fakes.services.label.recent.clear()
    steps = await stage.ann.click(message_of(answer), label="Show the steps")
    assert "Nothing was learned" in said(steps)


async def test_the_menu_labels_all_pictures_of_a_message_up_to_four(stage: Photos) -> None:
    message = await stage.bob.send(stage.channel, "my dogs", attachments=[PHOTO] * 6)
    result = await stage.ann.context_menu(stage.channel, "Label this image", message)
    assert result.ephemeral
    words = said(result)
    assert words.count("## golden retriever") == 4
    assert "the first 4 of 6 pictures" in words
    assert len(alts_of(message_of(result))) == 4


async def test_one_bad_picture_among_several_does_not_spoil_the_others(stage: Photos) -> None:
    message = await stage.bob.send(stage.channel, "", attachments=[PHOTO, BROKEN])
    result = await stage.ann.context_menu(stage.channel, "Label this image", message)
    words = said(result)
    assert "golden retriever" in words
    assert "damaged or cut off" in words


async def test_the_menu_on_a_message_without_pictures(stage: Photos) -> None:
    message = await stage.bob.send(stage.channel, "no picture")
    result = await stage.ann.context_menu(stage.channel, "Label this image", message)
    assert "There's no picture in that message" in said(result)


async def test_a_mention_with_a_picture_gets_a_public_reply_without_the_picture(stage: Photos) -> None:
    await stage.ann.send(stage.channel, f"{stage.mention} what is this?", attachments=[PHOTO])
    reply = stage.last
    assert "golden retriever" in text_of(reply)
    assert reply.attachments == []
    assert buttons_of(reply) == ["Where it looked", "Show the steps", "Compare models"]


async def test_where_it_looked_is_for_the_sender_alone(stage: Photos) -> None:
    await stage.ann.send(stage.channel, stage.mention, attachments=[PHOTO])
    reply = stage.last
    others = await stage.bob.click(reply, label="Where it looked")
    assert "Only the person who sent the picture" in said(others)
    own = await stage.ann.click(reply, label="Where it looked")
    assert own.ephemeral
    assert len(alts_of(message_of(own))) == 1


async def test_pictures_that_are_not_for_the_bot_are_left_alone(stage: Photos) -> None:
    sent = await stage.ann.send(stage.channel, "look at my dog", attachments=[PHOTO])
    assert stage.last.id == sent.id


async def test_a_broken_picture_in_a_mention_is_a_sentence(stage: Photos) -> None:
    await stage.ann.send(stage.channel, stage.mention, attachments=[BROKEN])
    assert "damaged or cut off" in text_of(stage.last)


async def test_a_mention_with_a_file_that_is_no_picture_is_a_sentence(stage: Photos) -> None:
    await stage.ann.send(stage.channel, stage.mention, attachments=[("notes.pdf", b"%PDF")])
    assert "There's no picture in that message" in text_of(stage.last)


async def test_where_replies_are_not_allowed_the_answer_stands_alone(stage: Photos) -> None:
    stage.env.inject_error("POST", "/channels/*/messages", status=400, code=160002, times=1)
    await stage.ann.send(stage.channel, stage.mention, attachments=[PHOTO])
    assert "golden retriever" in text_of(stage.last)
    assert stage.last.reference is None


async def test_an_old_button_gets_a_kind_answer(stage: Photos) -> None:
    """The bot's own message, as an older version of it would have sent it."""
    views, buttons = (importlib.import_module(f"inferbot.cogs.{name}") for name in ("ui", "buttons"))
    old = buttons.FeatureButton("Old", feature="Label", version="0", action="steps", key="h.x:0")
    unknown = buttons.FeatureButton("Unknown", feature="Gone", version="1", action="steps", key="h.x:0")
    channel = stage.env.bot.get_channel(stage.channel.id)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send(view=views.layout(views.ActionRow(old, unknown)))
    for label in ("Old", "Unknown"):
        result = await stage.ann.click(message, label=label)
        assert "older version of me" in said(result)
