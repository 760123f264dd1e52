"""A server's own packs: upload, list, remove, and an example to begin with."""

from io import BytesIO
from typing import Any

import discord
from discord import app_commands

from ...features.wording import clip
from ...knowledge.packs import MAX_PACK_BYTES
from ...quiz.running.library import NoSuchPack, Upload
from .. import sending
from ..feature import FeatureCog, answered
from ..limits import CHOICE_NAME, CHOICES
from .game import PackName, guild_of
from .group import packs
from .view import packs as views


class MayNotManage(app_commands.CheckFailure):
    """Changing a server's packs without the permission to manage it."""


def manager_of(interaction: discord.Interaction[Any]) -> int:
    """Return the server whose packs somebody may change. Raises `MayNotManage`."""
    if not interaction.permissions.manage_guild:
        raise MayNotManage
    return guild_of(interaction)


class Packs(FeatureCog):
    """The commands under `/quiz pack`."""

    @packs.command(name="upload", description="Add a pack of your own to this server")
    @app_commands.describe(file="A TOML file; `/quiz pack example` gives you one to begin with")
    @answered
    async def upload_pack(self, interaction: discord.Interaction[Any], file: discord.Attachment) -> None:
        """Check a pack and keep it for this server alone; one of the same file name is replaced."""
        guild = manager_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await self.services.downloads.fetch(file.url, declared=file.size, limit=MAX_PACK_BYTES)
        upload = Upload(file.filename, data)
        at = interaction.created_at.timestamp()
        pack = await self.services.library.upload(guild, interaction.user.id, upload, at)
        await sending.finish(interaction, views.uploaded_view(pack))

    @packs.command(name="list", description="The packs that this server can play")
    @answered
    async def list_packs(self, interaction: discord.Interaction[Any]) -> None:
        """Show every pack with what it is about."""
        guild = guild_of(interaction)
        library = self.services.library
        await sending.whisper(interaction, views.packs_view(library.packs(guild), library.own(guild)))

    @packs.command(name="remove", description="Remove one of this server's own packs")
    @app_commands.describe(pack="Which one")
    @answered
    async def remove_pack(self, interaction: discord.Interaction[Any], pack: PackName) -> None:
        """Forget a pack; games that are on go on without its questions."""
        guild = manager_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if pack not in self.services.library.own(guild):
            raise NoSuchPack(pack)
        await sending.finish(interaction, views.removed_view(await self.services.library.remove(guild, pack)))

    @remove_pack.autocomplete("pack")
    async def own_packs_for(
        self, interaction: discord.Interaction[Any], current: str
    ) -> list[app_commands.Choice[str]]:
        """Return the server's own packs that fit what is typed, from memory."""
        typed = current.strip().casefold()
        own = self.services.library.own(interaction.guild_id or 0).values()
        found = [one for one in own if typed in one.title.casefold() or typed in one.id]
        return [app_commands.Choice(name=clip(one.title, CHOICE_NAME), value=one.id) for one in found[:CHOICES]]

    @packs.command(name="example", description="A small pack as a file, to begin your own with")
    @answered
    async def example_pack(self, interaction: discord.Interaction[Any]) -> None:
        """Send a file that can be uploaded as it is."""
        guild_of(interaction)
        shown = views.example_view()
        shown.files.append(discord.File(BytesIO(views.EXAMPLE.encode()), filename="club.toml"))
        await sending.whisper(interaction, shown)
