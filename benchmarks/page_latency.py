"""How long a person waits for a button: pointer down in a real page → the answer painted.

Bot, playground and Chromium run on this machine. The click is a trusted one; the time runs in the page itself, from its
`pointerdown` to the first task after the frame that paints the answer's text (the animation frame's callbacks run just
before it is painted). The bot edits the button's own message at once. Needs Playwright, and Chromium in $CHROMIUM, as
Playwright's own or at /usr/bin/chromium. Targets: p50 at most 40 ms, p99 at most 150 ms.
"""

import asyncio
import os
import statistics
from pathlib import Path
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands
from inferbot.playground.client import point_discord_py_at
from inferbot.playground.server import Playground
from playwright.async_api import Page, async_playwright

WARM_UP, RUNS = 20, 300
TARGETS_MS = {"p50": 40.0, "p99": 150.0}
_WATCH = """(label) => {
    window.painted = new Promise((resolve) => {
        let began;
        addEventListener("pointerdown", (event) => { began = event.timeStamp; }, { once: true, capture: true });
        const observer = new MutationObserver(() => {
            if (![...document.querySelectorAll("#log button")].some((one) => one.textContent === label)) return;
            observer.disconnect();
            requestAnimationFrame(() => {
                const { port1, port2 } = new MessageChannel();
                port1.onmessage = () => resolve(performance.now() - began);
                port2.postMessage(null);
            });
        });
        observer.observe(document.getElementById("log"), { childList: true, subtree: true, characterData: true });
    });
}"""


class Counter(ui.Button[Any]):
    """Counts on itself how often it was pressed."""

    def __init__(self) -> None:
        super().__init__(label="Count: 0", custom_id="count")
        self.count = 0

    async def callback(self, interaction: discord.Interaction) -> None:
        """Edit the message that the button is on."""
        self.count += 1
        self.label = f"Count: {self.count}"
        await interaction.response.edit_message(view=self.view)


class CounterBot(commands.Bot):
    """Posts a counter with /counter."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.default())

    async def setup_hook(self) -> None:
        """Sync the one command."""

        @app_commands.command(name="counter", description="Post a counter")
        async def counter(interaction: discord.Interaction) -> None:
            await interaction.response.send_message(view=ui.View(timeout=None).add_item(Counter()))

        self.tree.add_command(counter)  # pyright: ignore[reportUnknownArgumentType]
        await self.tree.sync()


def chromium(own: str) -> str:
    """Find a Chromium, `own` being where Playwright would have put its."""
    places = (os.environ.get("CHROMIUM", ""), own, "/usr/bin/chromium")
    return next(place for place in places if place and Path(place).exists())


async def measure(page: Page) -> list[float]:
    """Press the counter again and again; milliseconds from each press to its count on the screen."""
    times: list[float] = []
    for count in range(1, WARM_UP + RUNS + 1):
        await page.evaluate(_WATCH, f"Count: {count}")
        await page.get_by_role("button", name=f"Count: {count - 1}", exact=True).click()
        times.append(float(await page.evaluate("window.painted")))
        await page.locator('#log button[aria-busy="true"]').wait_for(state="detached")
    return times[WARM_UP:]


async def main() -> None:
    """Print the table."""
    async with Playground() as playground, async_playwright() as playwright:
        point_discord_py_at(playground)
        bot = CounterBot()
        await bot.login(playground.token)
        running = asyncio.create_task(bot.connect())
        await playground.gateway.wait_online()
        path = chromium(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page()
        await page.goto(playground.page_url)
        owner, general = playground.world.owner.id, playground.world.channel_named("general").id
        await playground.people.slash(owner, general, "counter")
        cuts = statistics.quantiles(await measure(page), n=100)
        print("| click → answer painted | ms | target |\n|---|---|---|")
        for name, value in (("p50", cuts[49]), ("p90", cuts[89]), ("p99", cuts[98])):
            print(f"| {name} | {value:.1f} | {TARGETS_MS.get(name, '')} |")
        await browser.close()
        await bot.close()
        await asyncio.gather(running, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main())
