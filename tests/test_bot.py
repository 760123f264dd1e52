"""The front door: what it does with and without a token, and how it goes when something is in its way."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from inferbot import bot as front_door
from inferbot import client
from inferbot.bot import arguments, free_port
from inferbot.cli import preparing
from inferbot.client import PERMISSIONS, Inferbot, invite
from inferbot.settings import Settings
from inferbot.store.store import open_store
from pydantic import SecretStr

ROOT = Path(__file__).parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path, fetch_weights=False, discord_token=SecretStr("a.b.c"))


def test_asks_for_no_privileged_intent_and_pings_nobody(settings: Settings) -> None:
    bot = Inferbot(settings)
    assert not any((bot.intents.message_content, bot.intents.members, bot.intents.presences))
    assert bot.allowed_mentions is not None
    assert bot.allowed_mentions.to_dict() == {"parse": []}


def test_the_invite_asks_for_just_what_the_guide_says() -> None:
    guide = (ROOT / "docs" / "discord-setup.md").read_text(encoding="utf-8")
    assert f"permissions={PERMISSIONS.value}" in guide
    assert f"permissions={PERMISSIONS.value}" in invite(1)
    assert "scope=bot+applications.commands" in invite(1)


def test_a_taken_port_is_left_to_its_owner() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) == 0
    assert free_port(port) == port


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {"command": None}),
        ("models", {"command": "models", "action": "list"}),
        ("models verify", {"command": "models", "action": "verify"}),
        ("sync --force", {"command": "sync", "force": True}),
        ("label a.jpg b.jpg --json", {"command": "label", "files": ["a.jpg", "b.jpg"], "json": True, "model": None}),
    ],
)
def test_the_command_line(line: str, expected: dict[str, Any]) -> None:
    chosen = vars(arguments(line.split()))
    assert {name: chosen[name] for name in expected} == expected


def test_a_failed_fetch_does_not_stop_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preparing, "FETCH", [sys.executable, "-c", "raise SystemExit('no network')"])
    after = preparing.fetch_first(settings.model_copy(update={"fetch_weights": True}))
    assert not after.fetch_weights
    assert "Starting without them" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (discord.LoginFailure("no"), "Discord refused the token"),
        (aiohttp.ClientConnectionError("no"), "Discord can't be reached"),
    ],
)
def test_what_keeps_it_from_discord_is_a_sentence(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    words: str,
) -> None:
    async def login(_: Inferbot, __: str) -> None:
        raise error

    monkeypatch.setattr(Inferbot, "login", login)
    assert front_door.guarded(arguments([]), settings) == 1
    assert front_door.guarded(arguments(["sync"]), settings) == 1
    said = capsys.readouterr().err
    assert said.count(words) == 2
    assert "a.b.c" not in said


def test_a_port_for_metrics_that_is_taken_is_a_sentence(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        used = settings.model_copy(update={"metrics_port": port, "discord_token": None, "playground_port": 0})
        threads = threading.active_count()
        assert front_door.guarded(arguments([]), used) == 2
    assert f"INFERBOT_METRICS_PORT is {port}" in capsys.readouterr().err
    assert threading.active_count() == threads


async def test_sync_without_a_token_says_how_to_get_one(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert await front_door.sync(settings.model_copy(update={"discord_token": None}), force=False) == 1
    assert "docs/discord-setup.md" in capsys.readouterr().err


async def test_the_commands_can_be_sent_while_the_bot_runs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bool] = []

    async def login(bot: Inferbot, _: str) -> None:
        await bot.setup_hook()

    async def sync_if_changed(_: Inferbot, *, force: bool = False) -> bool:
        sent.append(force)
        return True

    monkeypatch.setattr(Inferbot, "login", login)
    monkeypatch.setattr(Inferbot, "sync_if_changed", sync_if_changed)
    running = await open_store(settings.data_dir)
    assert await front_door.sync(settings, force=True) == 0
    assert sent == [False, True]
    await running.close()


async def test_the_tree_answers_what_no_cog_did(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    answered: list[Exception] = []

    async def answer(_: object, error: Exception) -> None:
        answered.append(error)

    monkeypatch.setattr(client.errors, "answer", answer)
    error = app_commands.AppCommandError("unexpected")
    interaction: Any = object()
    await Inferbot(settings).tree.on_error(interaction, error)
    assert answered == [error]


@contextlib.asynccontextmanager
async def started(*command: str, **variables: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Start a Python of its own, which is gone afterwards whatever happens."""
    environment = os.environ | {
        "DISCORD_TOKEN": "",
        "INFERBOT_PLAYGROUND_PORT": "0",
        "INFERBOT_FETCH_WEIGHTS": "false",
        **variables,
    }
    # A shell has its background jobs ignore Ctrl+C, and what they start as well: not the bot that is tested here.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    signal.signal(signal.SIGINT, before)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


no_signals = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to be sent on Windows")


@no_signals
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_without_a_token_the_playground_opens_and_closes_quietly(tmp_path: Path, how: signal.Signals) -> None:
    async with started("bot.py", INFERBOT_CACHE_DIR=str(tmp_path)) as process:
        assert process.stdout is not None
        first = (await process.stdout.readline()).decode()
        url = first.split()[-1]
        async with aiohttp.ClientSession() as http, http.get(url) as page:
            assert page.status == 200
            assert "simulation" in await page.text()
        process.send_signal(how)
        out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert b"docs/discord-setup.md" in out
    assert b"Traceback" not in err


# A bot whose two workers are busy for an hour, as with two trainings that never end. `{close}` is for how long, in
# seconds, it may take to close.
BUSY = """
import asyncio, time
from inferbot import bot
from inferbot.features import sharing
bot.CLOSE_SECONDS = {close}
client = bot.Inferbot

class Busy(client):
    async def on_ready(self):
        services = await sharing.acquire(self, "inferbot.cogs")
        self.jobs = [asyncio.create_task(services.engine.run(time.sleep, 3600)) for _ in range(2)]
        await super().on_ready()

    async def close(self):
        print("closing", flush=True)
        await super().close()

bot.Inferbot = Busy
raise SystemExit(bot.main([]))
"""


@no_signals
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_stops_at_once_whatever_runs(tmp_path: Path, how: signal.Signals) -> None:
    async with started("-c", BUSY.format(close=3600), INFERBOT_CACHE_DIR=str(tmp_path)) as process:
        assert process.stdout is not None
        await process.stdout.readline()
        process.send_signal(how)
        while b"closing" not in await process.stdout.readline():
            assert not process.stdout.at_eof()
        process.send_signal(how)
        await asyncio.wait_for(process.wait(), 20)
    assert process.returncode == 128 + how


@no_signals
async def test_work_that_never_ends_does_not_keep_it_from_stopping(tmp_path: Path) -> None:
    """Trainings hold a thread for seconds: closing gives them up, and has a deadline of its own besides."""
    async with started("-c", BUSY.format(close=0.5), INFERBOT_CACHE_DIR=str(tmp_path)) as process:
        assert process.stdout is not None
        await process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 128 + signal.SIGTERM
    assert b"closing took too long" in err
