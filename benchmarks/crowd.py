"""A full house: 200 people vote at once while 20 of them look on in a real browser.

Does each page learn of everything, in order, and show it, and what does it cost? A bot posts a poll; everyone presses
a button and gets a private answer, and the public count is edited now and then. Bot, playground and people share this
process, so its memory is an upper bound for the first two; the browser has processes of its own. Needs Chromium.
Targets: no missed update, at most 300 MB.
"""

import asyncio
import random
import resource
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import discord
from inferbot.playground.server import Playground
from inferbot.playground.world.model import Event, EventKind, InteractionStatus
from page import OneCommandBot, chromium, online
from playwright.async_api import Browser
from playwright.async_api import Page as Tab

PEOPLE, PAGES, ROUNDS = 200, 20, 3
TARGET_MB = 300
_COUNT_SECONDS = 0.2
_QUIET_SECONDS = 30.0
_WATCHED = {EventKind.MESSAGE: "message", EventKind.MESSAGE_EDIT: "message_edit"}
_NOTE_WHAT_COMES = """(() => {
    window.got = [];
    window.WebSocket = class extends WebSocket {
        constructor(...address) {
            super(...address);
            this.addEventListener("message", ({ data }) => {
                const { event, data: message } = JSON.parse(data);
                if (event !== "message" && event !== "message_edit") return;
                window.got.push([event, message.id, message.content, Date.now()]);
            });
        }
    };
})()"""
_SHOWN = """() => [...document.querySelectorAll("#log article")].map((one) =>
    [one.dataset.id, one.querySelector(".content")?.textContent.trim()])"""


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


async def poll(interaction: discord.Interaction) -> None:
    """Post a poll and keep its count."""
    view = Poll()
    await interaction.response.send_message("0 votes", view=view)
    message = await interaction.original_response()
    shown = 0
    while shown < PEOPLE:
        await asyncio.sleep(_COUNT_SECONDS)
        if len(view.votes) > shown:
            shown = len(view.votes)
            await message.edit(content=f"{shown} votes")


@dataclass
class Page:
    """One person's page: what the world told that person, as (kind, id, content), and when; and the tab itself."""

    person: str
    tab: Tab
    told: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    told_at: list[float] = field(default_factory=list[float])

    def on_event(self, event: Event) -> None:
        """Note what the page should learn."""
        if event.kind in _WATCHED and event.seen_by(self.person):
            self.told_at.append(time.time() * 1000)
            self.told.append((_WATCHED[event.kind], event.data["id"], event.data["content"]))

    async def missed(self) -> bool:
        """Tell whether something did not come, came in another order, or is not shown as it last was."""
        got = [tuple(entry[:3]) for entry in await self.tab.evaluate("window.got")]
        shown: dict[str, str] = dict(await self.tab.evaluate(_SHOWN))
        last = {message_id: content for _, message_id, content in self.told}
        return got != self.told or any(shown.get(message_id) != content for message_id, content in last.items())

    async def delays(self) -> list[float]:
        """Return the milliseconds from each change to its arrival in the page."""
        got: list[list[Any]] = await self.tab.evaluate("window.got")
        return [entry[3] - told for entry, told in zip(got, self.told_at, strict=False)]


async def open_page(browser: Browser, playground: Playground, person: str) -> Page:
    """Open a person's page and wait until it shows the channel."""
    tab = await browser.new_page()
    tab.set_default_timeout(_QUIET_SECONDS * 2000)
    await tab.add_init_script(_NOTE_WHAT_COMES)
    await tab.goto(f"{playground.page_url}?as={person}")
    await tab.locator('#log[aria-busy="false"]').wait_for(state="attached")
    page = Page(person, tab)
    playground.world.subscribe(page.on_event)
    return page


async def vote(playground: Playground, persons: list[str]) -> int:
    """Run one round; returns how many clicks had no answer."""
    people, general = playground.people, playground.world.channel_named("general").id
    posted = await people.slash(playground.world.owner.id, general, "poll")

    async def press(person: str) -> bool:
        await asyncio.sleep(random.uniform(0, 2))
        click = await people.click(person, str(posted.message_id), random.choice("ABCD"))
        return click.status is InteractionStatus.ANSWERED

    answered = await asyncio.gather(*map(press, persons))
    counted = (posted.message_id, f"{PEOPLE} votes")
    await people.until(lambda message: (message["id"], message["content"]) == counted, within=_QUIET_SECONDS)
    return answered.count(False)


async def caught_up(page: Page) -> None:
    """Wait until as much has come as should have."""
    async with asyncio.timeout(_QUIET_SECONDS):
        while await page.tab.evaluate("window.got.length") < len(page.told):  # noqa: ASYNC110 - it announces nothing
            await asyncio.sleep(0.2)


def megabytes() -> float:
    """Return the most memory that this process has held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


async def main() -> None:
    """Print the table."""
    async with Playground() as playground, online(playground, OneCommandBot(poll)), chromium() as browser:
        owner = playground.world.owner.id
        persons = [owner, *(playground.people.add(f"Person {number}").id for number in range(1, PEOPLE))]
        pages = [await open_page(browser, playground, person) for person in persons[:PAGES]]
        began = time.perf_counter()
        failed = sum([await vote(playground, persons) for _ in range(ROUNDS)])
        seconds = time.perf_counter() - began
        for page in pages:
            await caught_up(page)
        missed = sum([await page.missed() for page in pages])
        delays = statistics.quantiles([delay for page in pages for delay in await page.delays()], n=100)
        print("| figure | value | target |\n|---|---|---|")
        print(f"| people × rounds, pages in Chromium | {PEOPLE} × {ROUNDS}, {PAGES} | |")
        print(f"| clicks without an answer | {failed} | 0 |")
        print(f"| updates pushed to pages | {sum(len(page.told) for page in pages)} | |")
        print(f"| pages that missed, reordered or do not show one | {missed} | 0 |")
        print(f"| change → page, p50 / p99 ms | {delays[49]:.0f} / {delays[98]:.0f} | |")
        print(f"| seconds in all | {seconds:.1f} | |")
        print(f"| memory of bot, playground and people, MB | {megabytes():.0f} | {TARGET_MB} |")


if __name__ == "__main__":
    asyncio.run(main())
