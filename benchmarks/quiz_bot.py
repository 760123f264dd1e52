"""The bot of `quiz.py`, in a process of its own: connected to the playground of another one, and watched.

Prints "ready", and then every quarter of a second the longest time in milliseconds for which its event loop stood
still. It is started by `quiz.py`, which may kill it at any moment.

    python benchmarks/quiz_bot.py PORT TOKEN
"""

import asyncio
import sys
from dataclasses import dataclass
from typing import Any, cast

from inferbot.bot import Inferbot
from inferbot.logs import configure_logs
from inferbot.playground.client import point_discord_py_at
from inferbot.settings import load_settings
from stall import probe

REPORT = 0.25


@dataclass
class Elsewhere:
    """Where the other process's playground listens."""

    port: int

    @property
    def api_url(self) -> str:
        """The address of its REST API."""
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """The address of its gateway."""
        return f"ws://127.0.0.1:{self.port}/gateway"


async def report(bot: Inferbot) -> None:
    """Say when the bot is ready, and how its loop does from then on."""
    await bot.ready.wait()
    print("ready", flush=True)
    stalls: list[float] = []
    probing = asyncio.create_task(probe(stalls))
    while not probing.done():
        await asyncio.sleep(REPORT)
        longest = max(stalls, default=0.0)
        stalls.clear()
        print(f"{longest:.1f}", flush=True)


async def main(port: int, token: str) -> None:
    """Run until killed."""
    settings = load_settings()
    configure_logs(settings)
    point_discord_py_at(cast("Any", Elsewhere(port)))
    async with Inferbot(settings) as bot:
        reporting = asyncio.create_task(report(bot))
        await bot.start(token)
        await reporting


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
