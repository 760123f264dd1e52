"""A server's own packs: upload, list, remove, and an example to start from."""

from io import BytesIO

import discord
from discord import app_commands

from ...knowledge.packs import MAX_PACK_BYTES
from ...quiz.running.library import Upload
from ..feature import answered, deferred, suggested
from ..ui import Interaction, Shown
from .group import packs
from .part import PackName, Part, choices, guild_of
from .view import packs as views


class MayNotManage(app_commands.CheckFailure):
    """Changing a server's packs without the permission to manage it."""


def _manager_of(interaction: Interaction) -> int:
    """Return the server whose packs a person may change. Raises `MayNotManage`."""
    if not interaction.permissions.manage_guild:
        raise MayNotManage
    return guild_of(interaction)


class PackCommands(Part):
    """The commands under `/quiz pack`."""

    @packs.command(name="upload", description="Add your own pack to this server")
    @app_commands.describe(file="A TOML file; `/quiz pack example` gives you one to start from")
    @deferred
    async def upload_pack(self, interaction: Interaction, file: discord.Attachment) -> Shown:
        """Check a pack and add it for this server alone; a pack with the same file name is replaced."""
        guild = _manager_of(interaction)
        data = await self.services.downloads.fetch(file.url, declared=file.size, limit=MAX_PACK_BYTES)
        upload = Upload(file.filename, data)
        pack = await self.quiz.library.upload(guild, interaction.user.id, upload, interaction.created_at.timestamp())
        return views.uploaded_view(pack)

    @packs.command(name="list", description="The packs this server can play")
    @answered
    async def list_packs(self, interaction: Interaction) -> Shown:
        """Show every pack with what it is about."""
        guild = guild_of(interaction)
        library = self.quiz.library
        return views.packs_view(library.packs(guild), library.own(guild))

    @packs.command(name="remove", description="Remove one of this server's own packs")
    @app_commands.describe(pack="Which one")
    @deferred
    async def remove_pack(self, interaction: Interaction, pack: PackName) -> Shown:
        """Delete a pack; games that are on continue without its questions."""
        guild = _manager_of(interaction)
        return views.removed_view(await self.quiz.library.remove(guild, pack))

    @remove_pack.autocomplete("pack")
    @suggested
    async def own_packs_for(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the server's own packs that match what is typed, from memory."""
        own = self.quiz.library.own(interaction.guild_id or 0)
        return choices({one.id: one.title for one in own.values()}, current)

    @packs.command(name="example", description="A small pack as a file, to start your own from")
    @answered
    async def example_pack(self, interaction: Interaction) -> Shown:
        """Send a file that can be uploaded as it is."""
        guild_of(interaction)
        shown = views.example_view()
        shown.files.append(discord.File(BytesIO(views.EXAMPLE.encode()), filename="club.toml"))
        return shown
