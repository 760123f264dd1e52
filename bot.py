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
from inferbot.cogs import errors
from inferbot.features import app, sharing
from inferbot.settings import Settings, SettingsError, load_settings, unknown_variables

log = logging.getLogger("inferbot")

# There is no voice here, so no one needs a warning about missing voice libraries.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

EXTENSION = "inferbot.cogs"
# The exit status a shell expects after SIGINT, and after SIGTERM.
INTERRUPTED, TERMINATED = 130, 143
# Packages of the extras, so that a plugin's host who runs `inferbot` is told what to install.
EXTRAS = {
    "rich": "cli",
    "structlog": "cli",
    "markdown_it": "playground",
    "pygments": "playground",
    "yarl": "playground",
}
FETCH = [sys.executable, "-m", "inferbot.bot", "models", "fetch"]
"""The command that fetches every missing model with progress bars, in this Python."""
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

# Three, so that a newcomer isn't lost in a list: `/demo` offers the rest. A label, a command and its options.
SUGGESTIONS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("See every live demo", "demo", {}),
    ("Ask: what is inference?", "ask", {"question": "What is inference?"}),
    ("Play a quiz", "quiz start", {"questions": "5"}),
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


async def run(settings: Settings) -> int:
    """Run the bot until it's stopped, on Discord or in the playground. Return the exit status."""
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
    """Return one sentence that says why we can't reach Discord."""
    if isinstance(error, discord.LoginFailure):
        return "Discord refused the token. Copy it again from the developer portal into DISCORD_TOKEN."
    if isinstance(error, discord.HTTPException):
        return f"Discord answered with an error ({error.status}). Try again in a few minutes."
    return "Discord can't be reached. Check the network and start again."


async def _run_in_playground(settings: Settings) -> int:
    from inferbot.playground.client import point_discord_py_at
    from inferbot.playground.server import Playground
    from inferbot.playground.web.context import Suggestion

    suggestions = tuple(Suggestion(*one) for one in SUGGESTIONS)
    async with Playground(port=free_port(settings.playground_port), suggestions=suggestions) as playground:
        point_discord_py_at(playground)
        async with Inferbot(settings) as bot, _started(bot, playground.token) as running:
            print(f"No DISCORD_TOKEN, so this is the playground. Open {playground.page_url}")
            print(HOW_TO_JOIN, flush=True)
            await running
    return 0


@contextlib.asynccontextmanager
async def _started(bot: Inferbot, token: str) -> AsyncGenerator[asyncio.Task[None]]:
    """Start `bot` and wait until it's ready. Raise what makes the start fail."""
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
    """Return `wanted`, or 0 (any free port) if something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted


async def sync(settings: Settings, *, force: bool) -> int:
    """Sync our commands with Discord without going online. Return the exit status."""
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
    """Fetch missing weights before the bot starts; if that fails, say so and start without them.

    A child process does it, so that the memory conversion needs is given back.
    """
    from inferbot.cli.preparing import open_registry

    if not settings.fetch_weights or not open_registry(settings).missing():
        return settings
    print("Fetching the models' weights, once.", file=sys.stderr)
    environment = os.environ | {"INFERBOT_CACHE_DIR": str(settings.cache_dir)}
    if subprocess.run(FETCH, check=False, env=environment).returncode == 0:  # noqa: S603 - our own command
        return settings
    print("Starting without them. Features that need a missing model will say so.", file=sys.stderr)
    return settings.model_copy(update={"fetch_weights": False})


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line."""
    from inferbot import cli

    program = "python bot.py" if Path(sys.argv[0]).name == "bot.py" else "inferbot"
    parser = argparse.ArgumentParser(prog=program, description="Run Inferbot, or one of its tools.")
    commands_ = parser.add_subparsers(dest="command", title="commands (none: run the bot)")
    sync_ = commands_.add_parser("sync", help="sync the commands with Discord if they have changed")
    sync_.add_argument("--force", action="store_true", help="even if they haven't")
    sync_.set_defaults(run=_sync)
    cli.add_commands(commands_)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says. Return the exit status."""
    try:
        return _main(argv)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        print(f"This needs more packages: pip install 'inferbot[{extra}]'.", file=sys.stderr)
        return 2


def _main(argv: Sequence[str] | None) -> int:
    chosen = arguments(argv)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    from inferbot.logs import configure_logs

    configure_logs(settings)
    # File names need not be valid Unicode: escape what can't be printed.
    cast("Any", sys.stdout).reconfigure(errors="backslashreplace")
    # Exit through SystemExit, so that a child process doesn't outlive us.
    signal.signal(signal.SIGTERM, _terminate)
    for sentence in unknown_variables():
        log.warning(sentence)
    return guarded(chosen, settings)


def _terminate(_signal: int, _frame: object) -> None:
    sys.exit(TERMINATED)


def guarded(chosen: argparse.Namespace, settings: Settings) -> int:
    """Run it, and turn what stops it from outside into one sentence and the exit status a shell expects."""
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
    except BrokenPipeError:  # the reader of our output is gone, as with `| head`
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
