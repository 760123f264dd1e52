"""The bot itself: a discord.py client with our extension and nothing else."""

import asyncio
import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands
from inferbot.cogs import errors
from inferbot.features import app, sharing
from inferbot.settings import Settings

# There is no voice here, so no one needs a warning about missing voice libraries.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

EXTENSION = "inferbot.cogs"
INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, guild_scheduled_events=True)
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
    create_events=True,
)


class Tree(app_commands.CommandTree["Inferbot"]):
    """The last resort for errors of commands: still a sentence, never a dump."""

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Answer an error that no cog has answered."""
        await errors.answer(interaction, error)


class Inferbot(commands.Bot):
    """A bot with our extension and nothing else; it asks for no privileged intent and pings no one."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=Tree,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            # We cache no members, so being ready need not wait long for the last server.
            guild_ready_timeout=0.2,
        )
        self.settings = settings
        self.ready = asyncio.Event()
        sharing.open_with(self, lambda: app.open_services(settings))

    async def setup_hook(self) -> None:
        """Load the extension, and sync our commands with Discord if they have changed since the last sync."""
        await self.load_extension(EXTENSION)
        await self.sync_if_changed()

    async def sync_if_changed(self, *, force: bool = False) -> bool:
        """Sync the commands with Discord if they aren't the ones sent last. Return whether they were sent."""
        record = self.settings.cache_dir / "commands.sha256"
        digest = f"{self.application_id} {self._commands_digest()}"
        if not force and await asyncio.to_thread(_read_text, record) == digest:
            return False
        await self.tree.sync()
        await asyncio.to_thread(_write_text, record, digest)
        return True

    def _commands_digest(self) -> str:
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the cogs' listeners: there are no prefix commands."""

    async def on_ready(self) -> None:
        """Note that we're ready; Discord may say so several times."""
        self.ready.set()


def _read_text(path: Path) -> str | None:
    with contextlib.suppress(OSError):
        return path.read_text()
    return None


def _write_text(path: Path, text: str) -> None:
    """Write `text` to `path`; where that's impossible, the commands are sent again next time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def invite(application_id: int | None) -> str:
    """Return the invite link for server owners, with only the permissions the bot needs."""
    return discord.utils.oauth_url(
        application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )
