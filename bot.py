"""The front door: settings, then services, then the bot; on Discord with a token, else in the playground."""

import argparse
import asyncio
import contextlib
import hashlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any, cast

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands
from inferbot import cli
from inferbot.cli.preparing import open_registry
from inferbot.cogs import errors
from inferbot.features import app, sharing
from inferbot.features.missing_weights import FETCH
from inferbot.logs import configure_logs
from inferbot.playground.client import point_discord_py_at
from inferbot.playground.pages import Suggestion
from inferbot.playground.server import Playground
from inferbot.settings import Settings, SettingsError, load_settings, unknown_variables

log = logging.getLogger("inferbot")

# There is no voice here, so nobody needs to hear that its libraries are missing.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

EXTENSION = "inferbot.cogs"
# What a shell expects of a program that was stopped by SIGINT, and by SIGTERM.
INTERRUPTED, TERMINATED = 130, 143
HOW_TO_JOIN = (
    "To put it on Discord: docs/discord-setup.md says how to get a token; write it into .env as DISCORD_TOKEN."
)
INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, guild_scheduled_events=True)
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    read_message_history=True,
    create_events=True,
)

# Three, so that a newcomer need not choose among many: `/demo` offers all the others.
SUGGESTIONS = (
    Suggestion("See every live demo", "demo"),
    Suggestion("Ask: what is inference?", "ask", {"question": "What is inference?"}),
    Suggestion("Play a quiz", "quiz start", {"questions": "5"}),
)


class Tree(app_commands.CommandTree["Inferbot"]):
    """The last resort for errors of commands: still a sentence, never a dump."""

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Answer an error that no cog has answered."""
        await errors.answer(interaction, error)


class Inferbot(commands.Bot):
    """A bot with our extension and nothing else; it asks for no privileged intent and pings nobody."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=Tree,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            # We keep no members, so there is no need to wait long for the last server before we are ready.
            guild_ready_timeout=0.2,
        )
        self.settings = settings
        self.ready = asyncio.Event()
        sharing.open_with(self, lambda: app.open_services(settings))

    async def setup_hook(self) -> None:
        """Load the extension, and tell Discord of our commands when they have changed since the last time."""
        await self.load_extension(EXTENSION)
        await self.sync_if_changed()

    async def sync_if_changed(self, *, force: bool = False) -> bool:
        """Send the commands to Discord if they are not the ones sent last. Returns whether they were sent."""
        record = self.settings.cache_dir / f"commands-{self.application_id}.sha256"
        digest = self._commands_digest()
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
        """Note that we are there; Discord may say so several times."""
        self.ready.set()


def _read_text(path: Path) -> str | None:
    with contextlib.suppress(OSError):
        return path.read_text()
    return None


def _write_text(path: Path, text: str) -> None:
    """Write `text` to `path`; where that is impossible the commands are simply sent again next time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def invite(application_id: int | None) -> str:
    """Return the address under which a server's owner adds the bot, with just the permissions that it needs."""
    return discord.utils.oauth_url(
        application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )


async def run(settings: Settings) -> int:
    """Run the bot until it is stopped, on Discord or in the playground. Returns the exit status."""
    _stop_on_sigterm()
    if settings.discord_token:
        return await _run_on_discord(settings, settings.discord_token.get_secret_value())
    return await _run_in_playground(settings)


def _stop_on_sigterm() -> None:
    task = asyncio.current_task()
    if task is not None:
        with contextlib.suppress(NotImplementedError):  # Windows has no such signal
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _run_on_discord(settings: Settings, token: str) -> int:
    async with Inferbot(settings) as bot, _started(bot, token) as running:
        count = len(bot.guilds)
        print(f"Inferbot is on Discord as {bot.user}, in {count} server{'' if count == 1 else 's'}.")
        print(f"Add it to a server: {invite(bot.application_id)}", flush=True)
        await running
    return 0


def _why(error: Exception) -> str:
    """Return, in one sentence, what keeps us from Discord."""
    if isinstance(error, discord.LoginFailure):
        return "Discord refused the token. Copy it again from the developer portal into DISCORD_TOKEN."
    if isinstance(error, discord.HTTPException):
        return f"Discord answered with an error ({error.status}). Try again in a few minutes."
    return "Discord can't be reached. Check the network and start again."


async def _run_in_playground(settings: Settings) -> int:
    async with Playground(port=free_port(settings.playground_port), suggestions=SUGGESTIONS) as playground:
        point_discord_py_at(playground)
        async with Inferbot(settings) as bot, _started(bot, playground.token) as running:
            print(f"No DISCORD_TOKEN, so this is the playground. Open {playground.page_url}")
            print(HOW_TO_JOIN, flush=True)
            await running
    return 0


@contextlib.asynccontextmanager
async def _started(bot: Inferbot, token: str) -> AsyncGenerator[asyncio.Task[None]]:
    """Start `bot` and wait until it is ready; what makes the start fail is raised."""
    running = asyncio.create_task(bot.start(token))
    ready = asyncio.create_task(bot.ready.wait())
    try:
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        yield running
    finally:
        ready.cancel()
        await bot.close()
        await asyncio.gather(running, ready, return_exceptions=True)


def free_port(wanted: int) -> int:
    """Return `wanted`, or 0 (any free port) when something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted


async def sync(settings: Settings, *, force: bool) -> int:
    """Tell Discord of our commands without going online. Returns the exit status."""
    if settings.discord_token is None:
        print(f"There is no DISCORD_TOKEN, so there is nothing to sync with. {HOW_TO_JOIN}", file=sys.stderr)
        return 1
    async with Inferbot(settings.model_copy(update={"fetch_weights": False})) as bot:
        await bot.login(settings.discord_token.get_secret_value())
        if force:
            await bot.sync_if_changed(force=True)
    print("Discord has the current commands.")
    return 0


def _sync(settings: Settings, chosen: argparse.Namespace) -> int:
    return asyncio.run(sync(settings, force=chosen.force))


def fetch_first(settings: Settings) -> Settings:
    """Fetch missing weights before the bot starts; where that fails, say so and go on without them.

    A child process does it, so that the memory that conversion needs is given back.
    """
    if not settings.fetch_weights or not open_registry(settings).missing():
        return settings
    print("Fetching the models' weights, once.", file=sys.stderr)
    environment = os.environ | {"INFERBOT_CACHE_DIR": str(settings.cache_dir)}
    if subprocess.run(FETCH, check=False, env=environment).returncode == 0:  # noqa: S603 - our own command
        return settings
    print("Starting without them: what needs them will say so.", file=sys.stderr)
    return settings.model_copy(update={"fetch_weights": False})


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="python bot.py", description="Run Inferbot, or one of its tools.")
    commands_ = parser.add_subparsers(dest="command", title="commands (none: run the bot)")
    sync_ = commands_.add_parser("sync", help="tell Discord of the commands if they have changed")
    sync_.add_argument("--force", action="store_true", help="even if they have not")
    sync_.set_defaults(run=_sync)
    cli.add_commands(commands_)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says. Returns the exit status."""
    chosen = arguments(argv)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    configure_logs(settings)
    # File names need not be text: what can't be written is written out. And a child must not outlive us.
    cast("Any", sys.stdout).reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, _terminate)
    for sentence in unknown_variables():
        log.warning(sentence)
    return guarded(chosen, settings)


def _terminate(_signal: int, _frame: object) -> None:
    sys.exit(TERMINATED)


def guarded(chosen: argparse.Namespace, settings: Settings) -> int:
    """Do it; whatever stops it from outside is one sentence, or nothing, and the exit status that a shell expects."""
    try:
        return _do(chosen, settings)
    except (
        discord.LoginFailure,
        discord.HTTPException,
        discord.GatewayNotFound,
        aiohttp.ClientConnectionError,
    ) as error:
        print(_why(error), file=sys.stderr)
        return 1
    except commands.ExtensionFailed as error:
        if not isinstance(error.original, SettingsError):
            raise
        print(error.original, file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED if chosen.command else 0


def _do(chosen: argparse.Namespace, settings: Settings) -> int:
    if chosen.command:
        return chosen.run(settings, chosen)
    return asyncio.run(run(fetch_first(settings)))


if __name__ == "__main__":
    sys.exit(main())
