"""What the page's benchmarks share: a bot online in a playground of its own, and a Chromium to look at it.

Chromium is found in $CHROMIUM, as Playwright's own, or at /usr/bin/chromium.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands
from inferbot.playground.client import point_discord_py_at
from inferbot.playground.server import Playground
from playwright.async_api import Browser, async_playwright


class OneCommandBot(commands.Bot):
    """A bot with one slash command, named after the function that answers it."""

    def __init__(self, callback: Callable[[discord.Interaction], Coroutine[Any, Any, None]]) -> None:
        super().__init__("!", intents=discord.Intents.default())
        command = app_commands.Command[Any, ..., Any](name=callback.__name__, description="…", callback=callback)
        self.tree.add_command(command)

    async def setup_hook(self) -> None:
        """Sync the command."""
        await self.tree.sync()


@asynccontextmanager
async def online(playground: Playground, bot: commands.Bot) -> AsyncGenerator[None]:
    """Keep `bot` connected to `playground`."""
    point_discord_py_at(playground)
    await bot.login(playground.token)
    running = asyncio.create_task(bot.connect())
    await playground.gateway.wait_online()
    try:
        yield
    finally:
        await bot.close()
        await asyncio.gather(running, return_exceptions=True)


def chromium_path(own: str) -> str:
    """Return where a Chromium is, `own` being where Playwright would have put its own."""
    places = (os.environ.get("CHROMIUM", ""), own, "/usr/bin/chromium")
    return next(place for place in places if place and Path(place).exists())


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """Open a Chromium without a window."""
    async with async_playwright() as playwright:
        path = chromium_path(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        async with browser:
            yield browser
