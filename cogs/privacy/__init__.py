"""What is stored about people: `/privacy show`, `export` and `delete`, and the data of servers the bot has left."""

import json
import logging
from io import BytesIO

import discord
from discord import app_commands
from discord.ext import commands, tasks

from .. import errors, sending
from ..feature import FeatureCog, answered, deferred, extension
from ..loops import surviving
from ..ui import Interaction, Shown
from . import view as views

log = logging.getLogger(__name__)


class Privacy(FeatureCog):
    """Shows, exports and deletes what is stored about a person."""

    works = False

    group = app_commands.Group(name="privacy", description="What I store about you")

    async def cog_load(self) -> None:
        """Start the daily deletion of data of servers left long ago."""
        await super().cog_load()
        self.forget_departed.start()

    async def cog_unload(self) -> None:
        """Stop it."""
        self.forget_departed.cancel()
        await super().cog_unload()

    @group.command(name="show", description="What I store about you, in words")
    @deferred
    async def show(self, interaction: Interaction) -> Shown:
        """Show how many rows of each kind there are."""
        return views.stored_view(await self.services.privacy.counts(interaction.user.id))

    @group.command(name="export", description="Everything I store about you, as a file")
    @deferred
    async def export(self, interaction: Interaction) -> Shown:
        """Send every row, as JSON."""
        user = interaction.user.id
        rows = await self.services.privacy.export(user)
        text = json.dumps({"user": user, **rows}, indent=2, ensure_ascii=False)
        shown = views.export_view()
        shown.files.append(discord.File(BytesIO(text.encode()), filename=views.EXPORT))
        return shown

    @group.command(name="delete", description="Delete everything I store about you")
    @answered
    async def delete(self, _: Interaction) -> Shown:
        """Ask for confirmation."""
        return views.confirm_view()

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Delete for good, once confirmed; the confirmation's own message says so."""
        if action != "delete":
            raise errors.OldButton(f"{action}:{key}")
        await sending.defer_update(interaction)
        gone = await self.services.privacy.delete(interaction.user.id)
        await sending.finish(interaction, views.deleted_view(gone))
        return None

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that the bot was removed from a server."""
        await self.services.privacy.left(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Note that the bot is (back) in a server."""
        await self.services.privacy.joined(guild.id)

    @tasks.loop(hours=24)
    @surviving
    async def forget_departed(self) -> None:
        """Delete the data of servers left long enough ago, once a day."""
        await self.bot.wait_until_ready()
        for _ in await self.services.privacy.forget_left({guild.id for guild in self.bot.guilds}):
            log.info("the data of a server that was left has been deleted")


setup, teardown = extension(__name__, Privacy)
