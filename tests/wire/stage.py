"""A bot on stage: the real discord.py client connected to a playground over sockets, and shortcuts to act before it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from discord.ext import commands
from inferbot.playground.client import point_discord_py_at
from inferbot.playground.server import Playground
from inferbot.playground.world.model import JSON, JSONObject, Upload
from inferbot.playground.world.people import People
from inferbot.playground.world.world import World
from support.openapi import OpenApiCheck

OPENAPI = Path(__file__).parents[3] / "shared" / "data" / "discord-openapi.json"
CONNECT_SECONDS = 20.0


def body_check() -> OpenApiCheck | None:
    """Make the check of the bot's bodies, where Discord's description lies beside the checkout."""
    return OpenApiCheck(OPENAPI) if OPENAPI.exists() else None


async def eventually(condition: Callable[[], bool], within: float = CONNECT_SECONDS) -> None:
    """Wait until something that announces itself nowhere is true; TimeoutError when it never is."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the client has no event for it
            await asyncio.sleep(0.005)


@dataclass(frozen=True)
class Stage:
    """A connected bot; `you` is the server's owner and `general` its first channel, by id."""

    playground: Playground
    bot: commands.Bot
    running: asyncio.Task[None]

    @property
    def people(self) -> People:
        return self.playground.people

    @property
    def world(self) -> World:
        return self.playground.world

    @property
    def you(self) -> str:
        return self.world.owner.id

    @property
    def general(self) -> str:
        return self.world.channel_named("general").id

    async def slash(self, command: str, /, **options: JSON | Upload) -> JSONObject:
        """Use a slash command as you in #general; the answer's message once it is complete."""
        return await self.people.reply(await self.people.slash(self.you, self.general, command, options))

    async def click(self, message: JSONObject, custom_id: str, *values: str) -> JSONObject:
        """Press a button or pick values as you; the message that the bot answered with or edited."""
        return await self.people.reply(await self.people.click(self.you, message["id"], custom_id, values))

    async def close(self) -> None:
        """Stop the bot and wait until it is gone."""
        await self.bot.close()
        await asyncio.gather(self.running, return_exceptions=True)


async def connect(playground: Playground, bot: commands.Bot) -> Stage:
    """Log a bot in and wait until it knows the server."""
    await bot.login(playground.token)
    stage = Stage(playground, bot, asyncio.create_task(bot.connect()))

    def knows_the_server() -> bool:
        if stage.running.done():
            stage.running.result()
        return any(guild.member_count for guild in bot.guilds)

    await eventually(knows_the_server)
    return stage


Start: TypeAlias = Callable[[commands.Bot], Awaitable[Stage]]


@asynccontextmanager
async def pointed_at(playground: Playground) -> AsyncGenerator[Playground]:
    """Start a playground and point discord.py at it; AssertionError at the end when it recorded a failure."""
    async with playground:
        undo = point_discord_py_at(playground)
        try:
            yield playground
        finally:
            undo()
    assert playground.failures == []


@asynccontextmanager
async def starting(playground: Playground) -> AsyncGenerator[Start]:
    """Give what connects a bot to the playground; all of them are closed at the end."""
    stages: list[Stage] = []

    async def start(bot: commands.Bot) -> Stage:
        stage = await connect(playground, bot)
        stages.append(stage)
        return stage

    yield start
    for stage in stages:
        await stage.close()
