"""The stage that the cogs' tests play on: a simulated server with two people and the bot."""

from typing import Any

import discord
from simcord.env import Env

from .fakes import Fakes


class Stage:
    """A server with two people and the bot, whose models and downloads are make-believe."""

    def __init__(self, env: Env, fakes: Fakes) -> None:
        self.env = env
        self.fakes = fakes
        cdn: Any = env.backend.cdn
        fakes.downloads.look_up = cdn.get
        self.guild = env.create_guild()
        self.channel = self.guild.create_text_channel("general")
        self.ann = self.guild.add_member(env.create_user("ann"))
        self.bob = self.guild.add_member(env.create_user("bob"))

    @property
    def mention(self) -> str:
        """What mentions the bot."""
        bot = self.env.bot.user
        assert bot is not None
        return bot.mention

    @property
    def last(self) -> discord.Message:
        """The newest message in the channel that everybody sees."""
        message = self.channel.last_message
        assert message is not None
        return message
