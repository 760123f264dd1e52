"""A full house: 200 people vote at once while 20 pages look on.

Does each page learn of everything, in order, and what does it cost? A bot posts a poll; everybody presses a button and
gets a private answer, and the public count is edited now and then. Bot, playground, people and the pages' sockets
share this process, so the memory is an upper bound for the first two.
Targets: no missed update, at most 300 MB.
"""

import asyncio
import json
import random
import resource
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands
from inferbot.playground.client import point_discord_py_at
from inferbot.playground.model import Event, EventKind, InteractionStatus
from inferbot.playground.server import Playground

PEOPLE, PAGES, ROUNDS = 200, 20, 3
TARGET_MB = 300
_COUNT_SECONDS = 0.2
_QUIET_SECONDS = 30.0
_WATCHED = {EventKind.MESSAGE: "message", EventKind.MESSAGE_EDIT: "message_edit"}


class Poll(discord.ui.View):
    """Four buttons; the count is shown by an edit five times a second at most."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.votes: dict[int, str] = {}
        for letter in "ABCD":
            button = discord.ui.Button[Any](label=letter, custom_id=letter)
            button.callback = self._vote
            self.add_item(button)

    async def _vote(self, interaction: discord.Interaction) -> None:
        letter = str((interaction.data or {}).get("custom_id"))
        self.votes[interaction.user.id] = letter
        await interaction.response.send_message(f"Locked in: {letter}", ephemeral=True)


class PollBot(commands.Bot):
    """Posts a poll with /poll and keeps its count."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.default())

    async def setup_hook(self) -> None:
        """Sync the one command."""

        @app_commands.command(name="poll", description="Post a poll")
        async def poll(interaction: discord.Interaction) -> None:
            view = Poll()
            await interaction.response.send_message("0 votes", view=view)
            message = await interaction.original_response()
            shown = 0
            while shown < PEOPLE:
                await asyncio.sleep(_COUNT_SECONDS)
                if len(view.votes) > shown:
                    shown = len(view.votes)
                    await message.edit(content=f"{shown} votes")

        self.tree.add_command(poll)  # pyright: ignore[reportUnknownArgumentType]
        await self.tree.sync()


@dataclass
class Page:
    """One page's socket: what the world told its person, and what reached the page, each as (kind, id, content)."""

    person: str
    told: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    told_at: dict[int, float] = field(default_factory=dict[int, float])
    got: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    delays: list[float] = field(default_factory=list[float])

    def on_event(self, event: Event) -> None:
        """Note what the page should learn."""
        if event.kind in _WATCHED and event.seen_by(self.person):
            self.told_at[len(self.told)] = time.perf_counter()
            self.told.append((_WATCHED[event.kind], event.data["id"], event.data["content"]))

    async def read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Note what the page learns, until the socket closes."""
        async for message in socket:
            packet = json.loads(message.data)
            if packet.get("event") in _WATCHED.values():
                self.delays.append((time.perf_counter() - self.told_at[len(self.got)]) * 1000)
                self.got.append((packet["event"], packet["data"]["id"], packet["data"]["content"]))


async def vote(playground: Playground, persons: list[str]) -> int:
    """Run one round; returns how many clicks had no answer."""
    people, general = playground.people, playground.world.channel_named("general").id
    poll = await people.slash(playground.world.owner.id, general, "poll")

    async def press(person: str) -> bool:
        await asyncio.sleep(random.uniform(0, 2))  # noqa: S311 - spreads the clicks, hides nothing
        click = await people.click(person, str(poll.message_id), random.choice("ABCD"))  # noqa: S311
        return click.status is InteractionStatus.ANSWERED

    answered = await asyncio.gather(*map(press, persons))
    counted = (poll.message_id, f"{PEOPLE} votes")
    await people.until(lambda message: (message["id"], message["content"]) == counted, within=_QUIET_SECONDS)
    return answered.count(False)


async def main() -> None:
    """Print the table."""
    async with Playground() as playground, aiohttp.ClientSession() as session:
        point_discord_py_at(playground)
        bot = PollBot()
        await bot.login(playground.token)
        running = asyncio.create_task(bot.connect())
        await playground.gateway.wait_online()
        owner = playground.world.owner.id
        persons = [owner, *(playground.people.add(f"Person {number}").id for number in range(1, PEOPLE))]
        pages = [Page(person) for person in persons[:PAGES]]
        readers: list[asyncio.Task[None]] = []
        for page in pages:
            url = playground.page_url.replace("http://", "ws://") + f"socket?as={page.person}"
            socket = await session.ws_connect(url, max_msg_size=0)
            await socket.receive()  # the first state
            playground.world.subscribe(page.on_event)
            readers.append(asyncio.create_task(page.read(socket)))
        began = time.perf_counter()
        failed = sum([await vote(playground, persons) for _ in range(ROUNDS)])
        seconds = time.perf_counter() - began
        async with asyncio.timeout(_QUIET_SECONDS):
            while any(len(page.got) < len(page.told) for page in pages):  # noqa: ASYNC110 - pages announce nothing
                await asyncio.sleep(0.05)
        missed = sum(page.got != page.told for page in pages)
        delays = statistics.quantiles([delay for page in pages for delay in page.delays], n=100)
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        megabytes = kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024)
        print("| figure | value | target |\n|---|---|---|")
        print(f"| people × rounds, pages | {PEOPLE} × {ROUNDS}, {PAGES} | |")
        print(f"| clicks without an answer | {failed} | 0 |")
        print(f"| updates pushed to pages | {sum(len(page.got) for page in pages)} | |")
        print(f"| pages that missed or reordered one | {missed} | 0 |")
        print(f"| change → page's socket, p50 / p99 ms | {delays[49]:.1f} / {delays[98]:.1f} | |")
        print(f"| seconds in all | {seconds:.1f} | |")
        print(f"| memory MB | {megabytes:.0f} | {TARGET_MB} |")
        for reader in readers:
            reader.cancel()
        await bot.close()
        await asyncio.gather(running, *readers, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main())
