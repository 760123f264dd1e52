"""What counts as a message to the bot, and where its words and pictures are found."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from inferbot.cogs import messages
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import message_of, text_of

HELLO = "Good morning everyone, the coffee is ready."
PHOTO = ("dog.jpg", b"a photo")


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> Stage:
    return Stage(simcord_env, fakes)


class Held:
    """As much of a message as is looked at for its words."""

    def __init__(self, content: str = "", **more: Any) -> None:
        self.content = content
        self.components: list[Any] = more.get("components", [])
        self.embeds: list[discord.Embed] = more.get("embeds", [])
        self.message_snapshots: list[Any] = more.get("message_snapshots", [])
        self.poll: discord.Poll | None = more.get("poll")


def words(held: Any) -> str:
    return messages.text_of(held)


def test_words_are_the_message_s_own_else_those_it_shows() -> None:
    display: Any = object.__new__(discord.TextDisplay)
    display.content = "## A card"
    container: Any = object.__new__(discord.components.Container)
    container.children = [display]
    embed = discord.Embed(title="News", description="of today").add_field(name="Where", value="here")
    poll = discord.Poll("Tea or coffee?", duration=discord.utils.utcnow() - discord.utils.utcnow())
    poll.add_answer(text="Tea")
    assert words(Held(" own ", embeds=[embed])) == "own"
    assert words(Held(message_snapshots=[Held(HELLO)])) == HELLO
    assert words(Held(message_snapshots=[Held(embeds=[embed])])) == "News\nof today\nWhere\nhere"
    assert words(Held(components=[container])) == "## A card"
    assert words(Held(poll=poll)) == "Tea or coffee?\nTea"
    assert words(Held()) == ""


async def test_the_menus_read_a_forwarded_message(stage: Stage) -> None:
    other = stage.guild.create_text_channel("other")
    said = await stage.bob.forward(await stage.bob.send(other, HELLO), stage.channel)
    translated = await stage.ann.context_menu(stage.channel, "Translate", said)
    assert HELLO.upper() in text_of(message_of(translated))
    explained = await stage.ann.context_menu(stage.channel, "Explain this", said)
    assert "no text in that message" not in text_of(message_of(explained))
    shown = await stage.bob.forward(await stage.bob.send(other, "", attachments=[PHOTO]), stage.channel)
    labeled = await stage.ann.context_menu(stage.channel, "Label this image", shown)
    assert "## golden retriever" in text_of(message_of(labeled))


async def test_the_menus_read_our_own_cards(stage: Stage) -> None:
    await stage.ann.send(stage.channel, f"{stage.mention} what is the kv cache?")
    explained = await stage.ann.context_menu(stage.channel, "Explain this", stage.last)
    assert "KV cache" in text_of(message_of(explained))


async def test_a_file_that_is_no_picture_leaves_the_question_to_ask(stage: Stage) -> None:
    notes = ("notes.txt", b"notes")
    await stage.ann.send(stage.channel, f"{stage.mention} what is the kv cache?", attachments=[notes])
    assert "## KV cache" in text_of(stage.last)
    await stage.ann.send(stage.channel, stage.mention, attachments=[notes])
    assert "no picture in that message" in text_of(stage.last)


async def test_a_notice_of_discord_s_own_is_no_question(stage: Stage) -> None:
    direct = await stage.ann.send_dm("what is the kv cache?")
    before = len(stage.env.backend.messages[direct.channel.id])
    notice: Any = discord.MessageType.pins_add.value
    stage.env.backend.create_message(direct.channel.id, stage.ann.id, "what is the kv cache?", message_type=notice)
    await stage.env.advance_time(1)
    assert len(stage.env.backend.messages[direct.channel.id]) == before + 1


async def test_small_talk_under_an_answer_stays_unanswered(stage: Stage) -> None:
    await stage.ann.send(stage.channel, f"{stage.mention} what is the kv cache?")
    answer = stage.last
    for talk in ("lol nice", "thanks!", "👍"):
        sent = await stage.bob.send(stage.channel, talk, reply_to=answer)
        assert stage.last.id == sent.id
    for question, found in (("why is it large?", "## "), ("image recognition", "## Image recognition")):
        await stage.bob.send(stage.channel, question, reply_to=answer)
        assert found in text_of(stage.last)


def test_the_role_that_discord_gave_the_bot_calls_it_too() -> None:
    bot: Any = SimpleNamespace(id=1)
    role = SimpleNamespace(mention="<@&7>")
    guild = SimpleNamespace(self_role=role)
    called: Any = SimpleNamespace(
        type=discord.MessageType.default,
        author=SimpleNamespace(bot=False),
        webhook_id=None,
        mentions=[],
        role_mentions=[role],
        guild=guild,
    )
    assert messages.is_for(called, bot)
    assert messages.without_mention("<@&7> what is <@!1> inference?", called, bot) == "what is   inference?"
    called.role_mentions = []
    assert not messages.is_for(called, bot)
    guild.self_role = None
    assert not messages.is_for(called, bot)
