"""A plugin for any bot: loads beside the host's own commands and handlers, and goes without a trace."""

import asyncio
import gc
import threading
import weakref
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands
from inferbot.cogs import FEATURES
from inferbot.features import app, sharing
from inferbot.models.engine import Engine
from inferbot.settings import Settings
from simcord.env import Env
from support.fakes import Fakes

OURS = {
    "demo",
    "help",
    "isit",
    "ask",
    "topics",
    "Explain this",
    "label",
    "Label this image",
    "translate",
    "Translate",
    "complete",
    "quiz",
    "recommend",
    "cost",
    "privacy",
    "status",
}


class ForeignTree(app_commands.CommandTree[commands.Bot]):
    """A host's own last resort."""

    def __init__(self, client: commands.Bot) -> None:
        super().__init__(client)
        self.seen: list[Exception] = []

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        self.seen.append(error)
        await interaction.response.send_message("the host's own words", ephemeral=True)


class ForeignBot(commands.Bot):
    """A bot with its own commands, listeners and error handlers."""

    def __init__(self, *names: str) -> None:
        super().__init__(command_prefix="?", intents=discord.Intents.all(), tree_cls=ForeignTree)
        self.heard: list[str] = []
        for name in names:
            self.tree.add_command(app_commands.Command(name=name, description="The host's own", callback=fails))

        @self.command()
        async def hello(ctx: commands.Context[ForeignBot]) -> None:  # pyright: ignore[reportUnusedFunction]
            await ctx.send("hello from the host")

    async def on_message(self, message: discord.Message, /) -> None:
        self.heard.append(message.content)
        await self.process_commands(message)

    async def setup_hook(self) -> None:
        await self.load_extension("inferbot.cogs")
        await self.tree.sync()


async def fails(_: discord.Interaction[Any]) -> None:
    """Fail, so that the host's own handler is asked."""
    raise ValueError


def host(fakes: Fakes, *names: str) -> ForeignBot:
    bot = ForeignBot(*names)
    sharing.open_with(bot, fakes.open)
    return bot


@pytest.fixture
def simcord_bot(fakes: Fakes) -> ForeignBot:
    return host(fakes, "mine")


@pytest.fixture
def env(simcord_env: Env) -> Any:
    return simcord_env


@pytest.mark.simcord(check_errors=False)
async def test_the_hosts_own_commands_listeners_and_handlers_go_on(env: Any) -> None:
    guild = env.create_guild()
    channel = guild.create_text_channel("general")
    ann = guild.add_member(env.create_user("ann"))
    await ann.send(channel, "?hello")
    assert channel.last_message.content == "hello from the host"
    assert "?hello" in env.bot.heard
    failed = await ann.slash(channel, "mine")
    assert failed.response.content == "the host's own words"
    labelled = await ann.slash(channel, "label")
    assert labelled.ephemeral
    assert len(env.bot.tree.seen) == 1, "the host's handler was asked about our command"


def command_names(bot: commands.Bot) -> set[str]:
    return {command.name for command in bot.tree.get_commands()}


async def test_unloading_takes_everything_back_and_closes_the_services(env: Any, fakes: Fakes) -> None:
    assert command_names(env.bot) == {"mine"} | OURS
    await env.bot.unload_extension("inferbot.cogs")
    assert command_names(env.bot) == {"mine"}
    assert fakes.engine.closed
    view_store: Any = env.bot._connection._view_store
    assert view_store._dynamic_items == {}


async def test_reloading_leaves_one_of_everything(env: Any) -> None:
    for _ in range(3):
        await env.bot.reload_extension("inferbot.cogs")
    assert command_names(env.bot) == {"mine"} | OURS
    assert list(env.bot.cogs) == [feature.__name__ for feature in FEATURES]
    view_store: Any = env.bot._connection._view_store
    assert len(view_store._dynamic_items) == 2


async def test_one_feature_alone_and_the_services_close_with_the_last(fakes: Fakes) -> None:
    bot = ForeignBot()
    sharing.open_with(bot, fakes.open)
    async with bot:
        await bot.load_extension("inferbot.cogs.label")
        shared = await sharing.acquire(bot, "somebody else")
        await bot.unload_extension("inferbot.cogs.label")
        assert not fakes.engine.closed
        assert shared is fakes.services
        await sharing.release(bot, "somebody else")
        assert fakes.engine.closed


async def test_a_clash_of_names_is_a_sentence_and_leaves_nothing(fakes: Fakes) -> None:
    bot = host(fakes, "label")
    async with bot:
        with pytest.raises(commands.ExtensionFailed) as caught:
            await bot.load_extension("inferbot.cogs")
        assert "already has a command named 'label'" in str(caught.value.__cause__)
        assert command_names(bot) == {"label"}
        assert not bot.cogs
        assert fakes.engine.closed


async def test_no_room_for_another_menu_is_a_sentence(fakes: Fakes) -> None:
    async def menu(_: discord.Interaction[Any], __: discord.Message) -> None:
        """Do nothing."""

    bot = host(fakes)
    for i in range(5):
        bot.tree.add_command(app_commands.ContextMenu(name=f"menu {i}", callback=menu))
    async with bot:
        with pytest.raises(commands.ExtensionFailed) as caught:
            await bot.load_extension("inferbot.cogs")
        assert "already has 5 commands of the kind message" in str(caught.value.__cause__)
        assert len(command_names(bot)) == 5
        assert fakes.engine.closed


async def test_a_feature_that_is_there_already_stays_one(fakes: Fakes) -> None:
    bot = host(fakes)
    async with bot:
        await bot.load_extension("inferbot.cogs")
        await bot.load_extension("inferbot.cogs.label")
        assert command_names(bot) == OURS
        await bot.unload_extension("inferbot.cogs.label")
        assert not fakes.engine.closed
        await bot.unload_extension("inferbot.cogs")
        assert command_names(bot) == set()
        assert fakes.engine.closed


def own_threads() -> int:
    """Return how many threads there are, but for those that asyncio keeps for the next piece of blocking work."""
    return sum(not thread.name.startswith("asyncio_") for thread in threading.enumerate())


async def test_real_services_end_their_threads_and_are_collected(tmp_path: Any) -> None:
    """With real services: no thread, task or services object is left after several loads."""
    bot = ForeignBot()
    settings = Settings(cache_dir=tmp_path, fetch_weights=False)
    opened: list[weakref.ref[Engine]] = []

    async def opener() -> app.Services:
        made = await app.open_services(settings)
        opened.append(weakref.ref(made.engine))
        return made

    sharing.open_with(bot, opener)
    threads = own_threads()
    async with bot:
        for _ in range(3):
            await bot.load_extension("inferbot.cogs")
            await bot.unload_extension("inferbot.cogs")
        assert own_threads() == threads
        gc.collect()
        assert [reference() for reference in opened] == [None] * 3
        assert len(asyncio.all_tasks()) == 1
