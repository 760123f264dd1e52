"""How long fifty older messages take to appear, up to five thousand in the page.

A page scrolls up in a channel of 5,000 messages until all of them are there; each step is timed in the page, from the
scroll to the first task after the frame that shows the older messages. Needs Chromium.
Target: the last steps take no longer than the first ones.
"""

import asyncio
import statistics

from inferbot.playground.server import Playground
from page import chromium

MESSAGES, AT_ONCE, COMPARED = 5000, 50, 20
_LOAD_OLDER = """() => new Promise((resolve) => {
    const log = document.getElementById("log");
    const began = performance.now();
    const observer = new MutationObserver(() => {
        if (log.getAttribute("aria-busy") !== "false") return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
    });
    observer.observe(log, { attributes: true, attributeFilter: ["aria-busy"] });
    document.getElementById("scroller").scrollTop = 0;
})"""


async def main() -> None:
    """Print the table."""
    async with Playground() as playground, chromium() as browser:
        owner, general = playground.world.owner.id, playground.world.channel_named("general").id
        for number in range(MESSAGES):
            playground.people.say(owner, general, f"Message {number} with **bold** words")
        page = await browser.new_page()
        await page.goto(playground.page_url)
        await page.locator("#log article").nth(AT_ONCE - 1).wait_for()
        times = [float(await page.evaluate(_LOAD_OLDER)) for _ in range(MESSAGES // AT_ONCE - 1)]
        first, last = times[:COMPARED], times[-COMPARED:]
        print("| fifty older messages | p50 ms | most ms |\n|---|---|---|")
        print(f"| up to {AT_ONCE * COMPARED} in the page | {statistics.median(first):.0f} | {max(first):.0f} |")
        print(f"| up to {MESSAGES} in the page | {statistics.median(last):.0f} | {max(last):.0f} |")


if __name__ == "__main__":
    asyncio.run(main())
