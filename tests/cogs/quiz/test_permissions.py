"""Who may have the bot post a quiz where: both the bot and the person need to be able to write there."""

from typing import Any

import discord
import pytest
from support.quiz_stage import SETTLE, Stage
from support.views import message_of, text_of

pytestmark = pytest.mark.simcord(settle_timeout=SETTLE)

NOT_YOURS = "You can't write in that channel"


async def said(who: Any, channel: Any, command: str, **options: Any) -> str:
    return text_of(message_of(await who.slash(channel, command, **options)))


def everyone(stage: Stage) -> discord.Role:
    return stage.env.bot.guilds[0].default_role


async def thread_in(stage: Stage, **allowed: bool) -> Any:
    """Return a thread of a channel where everyone has these permissions."""
    parent = stage.guild.create_text_channel(
        "help", overwrites={everyone(stage): discord.PermissionOverwrite(**allowed)}
    )
    channel = stage.env.bot.get_channel(parent.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="a thread", type=discord.ChannelType.public_thread)
    (thread,) = parent.threads
    return thread


async def test_in_a_thread_the_permission_for_threads_counts(stage: Stage) -> None:
    thread = await thread_in(stage, send_messages=False, send_messages_in_threads=True)
    assert "The lobby is open" in await said(stage.bob, thread, "quiz start")


async def test_in_a_thread_send_messages_is_not_enough(stage: Stage) -> None:
    thread = await thread_in(stage, send_messages=True, send_messages_in_threads=False)
    assert NOT_YOURS in await said(stage.bob, thread, "quiz start")


async def test_the_bots_missing_permission_in_a_thread_is_named(stage: Stage) -> None:
    bot = stage.env.bot.user
    assert bot is not None
    parent = stage.guild.create_text_channel(
        "quiet", overwrites={bot: discord.PermissionOverwrite(send_messages_in_threads=False)}
    )
    channel = stage.env.bot.get_channel(parent.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="a thread", type=discord.ChannelType.public_thread)
    assert "Send Messages In Threads" in await said(stage.bob, parent.threads[0], "quiz start")


@pytest.fixture
def read_only(stage: Stage) -> Any:
    """Return a channel where only the bot and mod can write."""
    bot = stage.env.bot.user
    assert bot is not None
    may = discord.PermissionOverwrite(send_messages=True)
    overwrites: dict[Any, discord.PermissionOverwrite] = {
        everyone(stage): discord.PermissionOverwrite(send_messages=False),
        bot: may,
        stage.mod: may,
    }
    return stage.guild.create_text_channel("news", overwrites=overwrites)


async def test_no_one_starts_a_quiz_where_they_cant_write(stage: Stage, read_only: Any) -> None:
    assert NOT_YOURS in await said(stage.bob, read_only, "quiz start")
    assert read_only.last_message is None
    assert "The lobby is open" in await said(stage.mod, read_only, "quiz start", questions=1)


async def test_no_one_plays_again_where_they_cant_write(stage: Stage, read_only: Any) -> None:
    await said(stage.mod, read_only, "quiz start", questions=1)
    await stage.press(stage.mod, read_only.last_message, "Join")
    await stage.press(stage.mod, read_only.last_message, "Start now")
    await said(stage.mod, read_only, "quiz stop")
    assert NOT_YOURS in await stage.press(stage.bob, read_only.last_message, "Play again")
    assert "The lobby is open" in await stage.press(stage.mod, read_only.last_message, "Play again")


async def test_no_one_plans_a_quiz_night_where_they_cant_write(stage: Stage, read_only: Any) -> None:
    planner = stage.guild.add_member(
        stage.env.create_user("planner"),
        roles=[stage.guild.create_role("planners", permissions=discord.Permissions(create_events=True))],
    )
    assert NOT_YOURS in await said(planner, read_only, "quiz schedule", when="in 3 minutes")
    assert "Plan this quiz night?" in await said(planner, stage.channel, "quiz schedule", when="in 3 minutes")
