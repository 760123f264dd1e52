"""How long a person waits for a button: pointer down in a real page → the answer painted.

Bot, playground and Chromium run on this machine. The click is a trusted one; the time runs in the page itself, from its
`pointerdown` to the first task after the frame that paints the answer's text (the animation frame's callbacks run just
before it is painted). The bot edits the button's own message at once. Needs Chromium.
Targets: p50 at most 40 ms, p99 at most 150 ms.
"""

import asyncio
import statistics
from typing import Any

import discord
from discord import ui
from inferbot.playground.server import Playground
from page import OneCommandBot, chromium, online
from playwright.async_api import Page

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


async def counter(interaction: discord.Interaction) -> None:
    """Post a counter."""
    await interaction.response.send_message(view=ui.View(timeout=None).add_item(Counter()))


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
    async with Playground() as playground, online(playground, OneCommandBot(counter)), chromium() as browser:
        page = await browser.new_page()
        await page.goto(playground.page_url)
        owner, general = playground.world.owner.id, playground.world.channel_named("general").id
        await playground.people.slash(owner, general, "counter")
        cuts = statistics.quantiles(await measure(page), n=100)
        print("| click → answer painted | ms | target |\n|---|---|---|")
        for name, value in (("p50", cuts[49]), ("p90", cuts[89]), ("p99", cuts[98])):
            print(f"| {name} | {value:.1f} | {TARGETS_MS.get(name, '')} |")


if __name__ == "__main__":
    asyncio.run(main())
