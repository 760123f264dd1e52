"""The front door: settings, then services, then the bot; on Discord with a token, else in the playground."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import AsyncGenerator, Generator, Sequence
from pathlib import Path
from typing import Any, cast

import aiohttp
import discord
from discord.ext import commands
from inferbot.client import Inferbot, invite
from inferbot.settings import Settings, SettingsError, load_settings, unknown_variables

log = logging.getLogger("inferbot")

# The exit status a shell expects after SIGINT, and after SIGTERM.
INTERRUPTED, TERMINATED = 130, 143
# How long, in seconds, closing may take after the first signal. What is acknowledged is in the store by then.
CLOSE_SECONDS = 9.0
# Packages of the extras, so that a plugin's host who runs `inferbot` is told what to install.
EXTRAS = {
    "rich": "cli",
    "structlog": "cli",
    "markdown_it": "playground",
    "pygments": "playground",
    "yarl": "playground",
}
HOW_TO_JOIN = (
    "To put it on Discord: docs/discord-setup.md says how to get a token; write it into .env as DISCORD_TOKEN."
)

# Three, so that a newcomer isn't lost in a list: `/demo` offers the rest. A label, a command and its options.
SUGGESTIONS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("See every live demo", "demo", {}),
    ("Ask: what is inference?", "ask", {"question": "What is inference?"}),
    ("Play a quiz", "quiz start", {"questions": "5"}),
)


async def run(settings: Settings) -> int:
    """Run the bot until it's stopped, on Discord or in the playground. Return the exit status."""
    with _stopping_on_signals():
        if settings.discord_token:
            return await _run_on_discord(settings, settings.discord_token.get_secret_value())
        return await _run_in_playground(settings)


@contextlib.contextmanager
def _stopping_on_signals() -> Generator[None]:
    """Cancel this task at the first signal; leave at once at the second, or when closing takes too long."""
    loop, task, received = asyncio.get_running_loop(), asyncio.current_task(), list[int]()

    def stop(number: int, _frame: object) -> None:
        received.append(number)
        if task is None or len(received) > 1:
            os._exit(128 + number)
        late = threading.Timer(CLOSE_SECONDS, _leave_late, [128 + number])
        late.daemon = True
        late.start()
        loop.call_soon_threadsafe(task.cancel)

    # A shell has its background jobs ignore Ctrl+C: that stays so.
    heard = [one for one in (signal.SIGTERM, signal.SIGINT) if signal.getsignal(one) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        # After a signal the process ends, and a second one must still find us.
        for number, handler in () if received else before.items():
            signal.signal(number, handler)


def _leave_late(status: int) -> None:
    log.warning("closing took too long, so I left", extra={"seconds": CLOSE_SECONDS})
    os._exit(status)


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
    with tempfile.TemporaryDirectory() as empty:
        # The bot may be running: its data and its port are left to it.
        own = {"fetch_weights": False, "metrics_port": None, "data_dir": Path(empty)}
        async with Inferbot(settings.model_copy(update=own)) as bot:
            await bot.login(settings.discord_token.get_secret_value())
            if force:
                await bot.sync_if_changed(force=True)
    print("Discord has the current commands.")
    return 0


def _sync(settings: Settings, chosen: argparse.Namespace) -> int:
    return asyncio.run(sync(settings, force=chosen.force))


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
    from inferbot.logs import configure_logs

    chosen = arguments(argv)
    try:
        settings = load_settings()
        configure_logs(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
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
    from inferbot.cli.preparing import fetch_first

    return asyncio.run(run(fetch_first(settings)))


if __name__ == "__main__":
    sys.exit(main())
