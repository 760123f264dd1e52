"""The stage the quiz's tests play on: a simulated server with three people and the bot."""

from typing import Any, cast

import discord
import pytest
from discord.ext import commands
from inferbot.quiz.running import games, steps
from inferbot.quiz.running.games import NoGame
from simcord.env import Env

from . import stage
from .fakes import Fakes
from .views import buttons_of, message_of, text_of

# Real seconds that simcord may wait for the bot to settle. Timers shorter than that would be sat out, so the shortest
# of the game's are made longer here: a slow machine must not fail a test.
SETTLE = 6.0
SHORTEST = 8.0
# Virtual seconds after which a message's counts are up to date, and a question everyone answered is closed.
GRACE = SHORTEST + 0.5


class Stage(stage.Stage):
    """A server with three people, of whom mod may manage messages, and the bot."""

    def __init__(self, env: Env, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(env, fakes)
        monkeypatch.setattr(games, "REFRESH", SHORTEST)
        monkeypatch.setattr(games, "ALL_VOTED", SHORTEST)
        monkeypatch.setattr(steps, "BREATH", SHORTEST)
        monkeypatch.setattr(steps, "FIRST_RETRY", SHORTEST)
        fakes.now = lambda: env.now().timestamp()
        steering = discord.Permissions(manage_events=True, create_events=True, manage_messages=True, manage_guild=True)
        self.mod = self.guild.add_member(
            env.create_user("mod"), roles=[self.guild.create_role("mods", permissions=steering)]
        )

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

    async def days(self, count: float, *, forgetting: bool = False) -> None:
        """Let days pass, without the thousands of looks after events, or the daily one after old data."""
        bot: Any = self.env.bot
        bot.get_cog("Quiz").watch.cancel()
        if not forgetting:
            bot.get_cog("Privacy").forget_departed.cancel()
        await self.env.advance_time(count * 86400.0)

    async def stop(self) -> None:
        """Unload the bot's features, as a stop does."""
        await cast("commands.Bot", self.env.bot).unload_extension("inferbot.cogs")

    async def begin_again(self) -> None:
        """Load the features again, as a restart does, with what is in the store."""
        bot = self.env.bot.user
        assert bot is not None
        await self.ann.send(self.guild.create_text_channel("elsewhere"), f"{bot.mention} come back")

    @property
    def session(self) -> Any:
        """The game that is on in the channel, or None."""
        try:
            return self.fakes.services.quiz.games.in_channel(self.channel.id)
        except NoGame:
            return None

    def option(self, *, right: bool) -> str:
        """Return the label of a right button, or of a wrong one."""
        asked = self.session.question
        labels = buttons_of(self.last)
        wrong = next(i for i in range(len(labels)) if i != asked.answer)
        return labels[asked.answer if right else wrong]

    async def vote(self, who: Any, *, right: bool) -> str:
        return await self.press(who, self.last, self.option(right=right))
