"""How long a slash command takes: person → playground → gateway → discord.py → REST → playground → person.

Server and client share one process and one event loop, as in `python bot.py` without a token. The command answers at
once, so that this is the cost of the stand-in and the client alone. Target: p50 at most 3 ms.
"""

import asyncio
import statistics
import time

import discord
from discord import app_commands
from discord.ext import commands
from inferbot.playground.client import point_discord_py_at
from inferbot.playground.server import Playground
from inferbot.playground.world.people import People

WARM_UP, RUNS = 50, 1000
TARGET_MS = 3.0


class TrivialBot(commands.Bot):
    """Answers /ping, and nothing else."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.default())

    async def setup_hook(self) -> None:
        """Sync the one command."""

        @app_commands.command(name="ping", description="Answers at once")
        async def ping(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("pong")

        self.tree.add_command(ping)  # pyright: ignore[reportUnknownArgumentType]
        await self.tree.sync()


async def measure(people: People, person: str, channel: str, together: int) -> list[float]:
    """Time RUNS round trips in milliseconds, `together` of them at any moment."""
    times: list[float] = []

    async def worker() -> None:
        for _ in range(RUNS // together):
            began = time.perf_counter()
            interaction = await people.slash(person, channel, "ping")
            times.append((time.perf_counter() - began) * 1000)
            assert interaction.message_id

    await asyncio.gather(*(worker() for _ in range(together)))
    return sorted(times)


async def main() -> None:
    """Print the table."""
    async with Playground() as playground:
        point_discord_py_at(playground)
        bot = TrivialBot()
        await bot.login(playground.token)
        running = asyncio.create_task(bot.connect())
        await playground.gateway.wait_online()
        person, channel = playground.world.owner.id, playground.world.channel_named("general").id
        for _ in range(WARM_UP):
            await playground.people.slash(person, channel, "ping")
        print("| at the same time | p50 ms | p90 ms | p99 ms |\n|---|---|---|---|")
        median = 0.0
        for together in (1, 10, 50):
            times = await measure(playground.people, person, channel, together)
            cuts = statistics.quantiles(times, n=100)
            median = median or cuts[49]
            print(f"| {together} | {cuts[49]:.2f} | {cuts[89]:.2f} | {cuts[98]:.2f} |")
        verdict = "met" if median <= TARGET_MS else "MISSED"
        print(f"\np50 of one at a time: {median:.2f} ms, target {TARGET_MS:.0f} ms: {verdict}")
        await bot.close()
        await asyncio.gather(running, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main())
