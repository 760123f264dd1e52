"""A quiz as people play it, in a simulated Discord with virtual time."""

import asyncio
from typing import Any, cast

import discord
import pytest
from discord.ext import commands
from simcord.env import Env
from support.fakes import Fakes
from support.views import buttons_of, message_of, text_of

GRACE = 2.5
# Our shortest timer waits for two seconds: simcord is to leave it to virtual time, not to sit it out.
pytestmark = pytest.mark.simcord(settle_timeout=1.5)


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> "Stage":
    return Stage(simcord_env, fakes)


class Stage:
    """A server with three people, of whom mod may manage messages, and the bot."""

    def __init__(self, env: Env, fakes: Fakes) -> None:
        self.env = env
        self.fakes = fakes
        fakes.now = lambda: env.now().timestamp()
        self.guild = env.create_guild()
        self.channel = self.guild.create_text_channel("general")
        self.ann = self.guild.add_member(env.create_user("ann"))
        steering = discord.Permissions(manage_events=True, create_events=True, manage_messages=True, manage_guild=True)
        self.mod = self.guild.add_member(
            env.create_user("mod"), roles=[self.guild.create_role("mods", permissions=steering)]
        )
        self.bob = self.guild.add_member(env.create_user("bob"))

    async def start(self, **options: Any) -> discord.Message:
        """Open a lobby as ann and return its message."""
        chosen = {"pack": "basics", "questions": 3, "seconds": 20} | options
        result = await self.ann.slash(self.channel, "quiz start", **chosen)
        assert "The lobby is open" in text_of(message_of(result)), text_of(message_of(result))
        return self.last

    async def command(self, who: Any, name: str) -> str:
        return text_of(message_of(await who.slash(self.channel, f"quiz {name}")))

    async def press(self, who: Any, message: discord.Message, label: str) -> str:
        result = await who.click(message, label=label)
        return text_of(message_of(result)) if result.response.message else ""

    async def stop(self) -> None:
        """Take the bot's features away, as a stop of the program does."""
        await cast("commands.Bot", self.env.bot).unload_extension("inferbot.cogs")

    async def begin_again(self) -> None:
        """Bring the features back, as a new start of the program does, with what is in the store."""
        await cast("commands.Bot", self.env.bot).load_extension("inferbot.cogs")
        await self.env.advance_time(0.1)
        await asyncio.gather(*self.fakes.services.host.runner.steps)
        await self.env.advance_time(0.1)

    @property
    def last(self) -> discord.Message:
        message = self.channel.last_message
        assert message is not None
        return message

    @property
    def table(self) -> Any:
        return self.fakes.services.host.in_channel(self.channel.id)

    def option(self, *, right: bool) -> str:
        """Return the label of a button that is right, or of one that is not."""
        asked = self.table.question
        labels = buttons_of(self.last)
        wrong = next(i for i in range(len(labels)) if i != asked.answer)
        return labels[asked.answer if right else wrong]

    async def vote(self, who: Any, *, right: bool) -> str:
        return await self.press(who, self.last, self.option(right=right))


async def test_a_whole_game(stage: Stage) -> None:
    lobby = await stage.start()
    assert "Nobody has joined yet." in text_of(lobby)
    assert await stage.press(stage.ann, lobby, "Join") == "You are in. Good luck!"
    await stage.press(stage.bob, lobby, "Join")
    await stage.env.advance_time(2.1)
    assert "**2 players:**" in text_of(stage.last)
    await stage.press(stage.ann, lobby, "Start now")
    for number in (1, 2, 3):
        question = stage.last
        assert f"Question {number} of 3" in text_of(question)
        assert "Locked in" in await stage.vote(stage.ann, right=True)
        await stage.env.advance_time(10)
        assert "1 of 2 players voted" in text_of(stage.last)
        await stage.vote(stage.bob, right=number == 2)
        await stage.env.advance_time(GRACE)
        revealed = text_of(stage.last)
        assert stage.last.id == question.id
        assert "(right)" in revealed
        assert "**1.** " + stage.ann.mention in revealed
        await stage.env.advance_time(12.5)
    final = text_of(stage.last)
    assert f"{stage.ann.mention} wins with **" in final
    assert "3 of 3 right, best streak 3" in final
    assert "1 of 3 right" in final
    assert stage.table is None
    missed = await stage.press(stage.bob, stage.last, "What did I miss?")
    assert missed.count("You: ") == 2
    assert "You missed nothing" in await stage.press(stage.ann, stage.last, "What did I miss?")
