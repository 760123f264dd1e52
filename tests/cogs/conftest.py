"""Our extension on somebody's plain bot, in a simulated Discord with virtual time."""

import sys
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


FIRST_COPY: dict[str, ModuleType] = {}


def pytest_collection_finish() -> None:
    """Note the modules that the tests hold on to."""
    FIRST_COPY.update({name: module for name, module in sys.modules.items() if name.startswith("inferbot.cogs")})


@pytest.fixture(autouse=True)
def one_copy() -> None:
    """Put our modules back: a bot that closes unloads its extensions, and discord.py drops an extension's modules."""
    for name in [name for name in sys.modules if name.startswith("inferbot.cogs")]:
        del sys.modules[name]
    sys.modules.update(FIRST_COPY)


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    return Fakes(tmp_path)


@pytest.fixture
def simcord_bot(fakes: Fakes) -> HostBot:
    bot = HostBot()
    sharing.open_with(bot, fakes.open)
    return bot
