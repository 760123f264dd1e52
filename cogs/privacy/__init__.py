"""What is kept about people: `/privacy show`, `export` and `delete`, and forgetting servers that the bot has left."""

import json
import logging
from io import BytesIO
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands, tasks
from sqlalchemy.ext.asyncio import AsyncConnection

from ...features import sharing
from ...store import people
from .. import errors, sending
from ..feature import FeatureCog, add_feature, answered
from . import view as views

log = logging.getLogger(__name__)


class Privacy(FeatureCog):
    """Shows, hands over and deletes what is kept about a person."""

    group = app_commands.Group(name="privacy", description="What I keep about you")

    async def cog_load(self) -> None:
        """Begin to forget servers that were left long ago."""
        await super().cog_load()
        self.forget_departed.start()

    async def cog_unload(self) -> None:
        """Stop that."""
        self.forget_departed.cancel()
        await super().cog_unload()

    @group.command(name="show", description="What I keep about you, in words")
    @answered
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show how many rows of what there are."""
        user = interaction.user.id
        await interaction.response.defer(ephemeral=True, thinking=True)
        counts = await self.services.store.read(lambda c: people.counts(c, user))
        await sending.finish(interaction, views.kept_view(counts))

    @group.command(name="export", description="Everything that I keep about you, as a file")
    @answered
    async def export(self, interaction: discord.Interaction[Any]) -> None:
        """Hand over every row, as JSON."""
        user = interaction.user.id
        await interaction.response.defer(ephemeral=True, thinking=True)
        rows = await self.services.store.read(lambda c: people.export(c, user))
        text = json.dumps({"user": user, **rows}, indent=2, ensure_ascii=False)
        shown = views.export_view()
        shown.files.append(discord.File(BytesIO(text.encode()), filename=views.EXPORT))
        await sending.finish(interaction, shown)

    @group.command(name="delete", description="Have me forget everything that I keep about you")
    @answered
    async def delete(self, interaction: discord.Interaction[Any]) -> None:
        """Ask whether it is meant."""
        await sending.whisper(interaction, views.confirm_view())

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Delete for good, once that has been confirmed."""
        if action != "delete":
            raise errors.OldButton(f"{action}:{key}")
        user = interaction.user.id
        await interaction.response.defer()
        gone = await self.services.store.write(lambda c: people.forget(c, user))
        await sending.finish(interaction, views.forgotten_view(gone))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that a server has been left: its data is kept for a while, in case that was a mistake."""
        at = discord.utils.utcnow().timestamp()
        await self.services.store.write(lambda c: people.departed(c, guild.id, at))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Note that a server is back."""
        await self.services.store.write(lambda c: people.returned(c, guild.id))

    @tasks.loop(hours=24)
    async def forget_departed(self) -> None:
        """Delete the data of servers that were left long enough ago, once a day."""
        await self.bot.wait_until_ready()
        now = self.services.quiz.games.clock()
        await self._compare(now)
        for guild in await self.services.store.write(lambda c: people.forget_departed(c, now)):
            self.services.quiz.library.forget(guild)
            log.info("a server that was left has been forgotten")

    async def _compare(self, now: float) -> None:
        """Note which servers we were removed from, or came back to, while nobody was there to be told."""
        here = {guild.id for guild in self.bot.guilds}

        async def work(connection: AsyncConnection) -> None:
            for guild in await people.servers(connection):
                if guild in here:
                    await people.returned(connection, guild)
                else:
                    await people.departed(connection, guild, now)

        await self.services.store.write(work)


async def setup(bot: commands.Bot) -> None:
    """Add this feature alone. Raises `CommandClash` or `SettingsError`, one sentence each."""
    await add_feature(bot, Privacy, __name__)


async def teardown(bot: commands.Bot) -> None:
    """Close the services if no other extension of ours still needs them."""
    await sharing.release(bot, __name__)
