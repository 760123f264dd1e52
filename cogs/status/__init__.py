"""How the bot is doing: `/status`, for people who may manage the server."""

import asyncio

from discord import app_commands

from ..feature import FeatureCog, deferred, extension
from ..ui import Interaction, Shown
from . import view as views


class Status(FeatureCog):
    """Shows the version, the connection, the queues, the models and the memory."""

    @app_commands.command(name="status", description="How I'm doing: version, connection, queue, models, memory")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @deferred
    async def status(self, _: Interaction) -> Shown:
        """Show how the bot is doing, for the asker alone."""
        return views.status_view(await asyncio.to_thread(self.services.health.status))


setup, teardown = extension(__name__, Status)
