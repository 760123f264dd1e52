"""Our extension on somebody's plain bot, in a simulated Discord with virtual time."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import discord
import pytest
from discord.ext import commands
from inferbot.features import sharing
from inferbot.features.decency import is_decent
from support.fakes import Fakes


class HostBot(commands.Bot):
    """A bot that knows nothing of ours but the one line that loads it."""

    extension = "inferbot.cogs"

    def __init__(self) -> None:
        super().__init__(command_prefix="!", intents=discord.Intents.default())

    async def setup_hook(self) -> None:
        await self.load_extension(self.extension)
        await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        """Bring the extension back when asked to: in an event's handler all of it runs in the simulation's own time."""
        if message.content.endswith("come back"):
            await self.load_extension(self.extension)


@pytest.fixture(scope="session", autouse=True)
def word_lists() -> None:
    """Open the word lists, which takes a second, before the simulation watches how long the bot takes."""
    is_decent("hello")


def our_cogs() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.startswith("inferbot.cogs")}


@pytest.fixture(autouse=True)
def one_copy() -> Iterator[None]:
    """Put our modules back: discord.py drops an unloaded extension's, while the tests hold on to the first copy."""
    before = our_cogs()
    yield
    for name in our_cogs().keys() - before.keys():
        del sys.modules[name]
    sys.modules.update(before)


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    return Fakes(tmp_path)


@pytest.fixture
def simcord_bot(fakes: Fakes) -> HostBot:
    bot = HostBot()
    sharing.open_with(bot, fakes.open)
    return bot
