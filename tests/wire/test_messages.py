"""Plain messages between people and the real client, in the server and in direct messages."""

import discord
import pytest
from inferbot.playground.world.model import Upload
from wire.conftest import Start
from wire.sample import PICTURE, Card, SampleBot, picture
from wire.stage import Stage


def channel_of(stage: Stage, name: str = "general") -> discord.TextChannel:
    channel = stage.bot.get_channel(int(stage.world.channel_named(name).id))
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_direct_message_is_read_and_answered(start: Start) -> None:
    stage = await start(SampleBot())
    dm = stage.people.open_dm(stage.you)
    stage.people.say(stage.you, dm.id, "hello", files=[Upload("dot.png", "image/png", PICTURE)])
    answer = await stage.people.until(lambda m: m["author"].get("bot", False))
    assert answer["content"] == "you wrote 'hello' with 1 files"
    assert answer["channel_id"] == dm.id


async def test_without_the_content_intent_only_a_mention_can_be_read(start: Start) -> None:
    stage = await start(SampleBot())
    stage.people.say(stage.you, stage.general, "a secret")
    await stage.people.until(lambda m: m["content"] == "I read ''")
    stage.people.say(stage.you, stage.general, f"<@{stage.world.bot.id}> hi")
    answer = await stage.people.until(lambda m: "hi" in m["content"] and m["author"]["bot"])
    assert answer["content"] == f"I read '<@{stage.world.bot.id}> hi'"
    assert answer["referenced_message"]["author"]["id"] == stage.you
    assert answer["mentions"] == []


async def test_replying_to_the_bot_mentions_it(start: Start) -> None:
    stage = await start(SampleBot())
    pong = await stage.slash("ping")
    stage.people.say(stage.you, stage.general, "why?", reply_to=pong["id"])
    await stage.people.until(lambda m: m["content"] == "I read 'why?'")


async def test_the_bot_posts_edits_fetches_and_deletes(start: Start) -> None:
    stage = await start(SampleBot())
    channel = channel_of(stage)
    sent = await channel.send("one", file=picture(description="a dot"))
    assert (await channel.fetch_message(sent.id)).attachments[0].description == "a dot"
    both = await sent.edit(content="two", attachments=[*sent.attachments, picture("second.png")])
    assert [file.filename for file in both.attachments] == ["dot.png", "second.png"]
    only = await both.edit(attachments=[both.attachments[1]])
    assert [file.filename for file in only.attachments] == ["second.png"]
    assert await only.attachments[0].read() == PICTURE
    await only.delete()
    assert stage.people.messages(stage.you, stage.general) == []
    with pytest.raises(discord.NotFound) as gone:
        await channel.fetch_message(sent.id)
    assert gone.value.code == 10008


async def test_a_message_sent_again_with_its_nonce_appears_once(start: Start) -> None:
    stage = await start(SampleBot())
    channel = channel_of(stage)
    first = await channel.send("one", nonce="quiz-1")
    assert (await channel.send("one", nonce="quiz-1")).id == first.id
    await channel.send("two", nonce="quiz-2")
    await channel.send("three")
    assert [m["content"] for m in stage.people.messages(stage.you, stage.general)] == ["one", "two", "three"]


async def test_a_card_keeps_its_picture_when_only_its_components_are_edited(start: Start) -> None:
    stage = await start(SampleBot())
    sent = await channel_of(stage).send(view=Card(), file=picture())
    edited = await sent.edit(view=Card())
    shown = stage.people.message(stage.you, str(edited.id))
    assert shown["components"][0]["components"][2]["items"][0]["media"]["width"] == 1


async def test_the_bot_writes_to_a_person_and_types(start: Start) -> None:
    stage = await start(SampleBot())
    user = await stage.bot.fetch_user(int(stage.you))
    async with user.typing():
        await user.send("psst")
    dm = stage.people.open_dm(stage.you)
    assert [m["content"] for m in stage.people.messages(stage.you, dm.id)] == ["psst"]
    assert stage.people.channels_for(stage.you)[-1] is dm


async def test_the_bot_asks_about_itself_and_the_server(start: Start) -> None:
    stage = await start(SampleBot())
    about = await stage.bot.application_info()
    assert about.owner.id == int(stage.you)
    guild = await stage.bot.fetch_guild(int(stage.world.guild_id))
    member = await guild.fetch_member(int(stage.you))
    assert (guild.name, member.display_name) == ("Playground", "You")
    assert (await stage.bot.fetch_channel(int(stage.general))) == channel_of(stage)
    assert len(await stage.bot.tree.fetch_commands()) == len(stage.bot.tree.get_commands())
