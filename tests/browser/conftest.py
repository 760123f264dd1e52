"""A real browser before a playground. `open_page` opens pages as anybody; `demo` is the page before the demo bot.

A test with a bot of its own takes `start` (see tests/wire) and `open_page`:

    async def test_label(start, open_page):
        await start(MyBot())
        driver = await open_page()
        await driver.slash("label", image=photo)

Chromium is taken from $CHROMIUM, else Playwright's own, else /usr/bin/chromium; the tests skip where there is none.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
from browser.demo_bot import DemoBot
from browser.driver import PageDriver
from inferbot.playground.server import Playground
from playwright.async_api import Browser, ConsoleMessage, Page, Route, async_playwright
from wire.conftest import Start, check, playground, playground_options, start

__all__ = ["check", "playground", "playground_options", "start"]

OpenPage: TypeAlias = Callable[..., Awaitable[PageDriver]]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium(own: str) -> str:
    """Find a Chromium, `own` being where Playwright would have put its; skips the test when there is none."""
    for path in (os.environ.get("CHROMIUM", ""), own, "/usr/bin/chromium"):
        if path and Path(path).exists():
            return path
    pytest.skip("No Chromium: install it, set CHROMIUM to its path, or run `playwright install chromium`.")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = chromium(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def open_page(browser: Browser, playground: Playground) -> AsyncIterator[OpenPage]:
    """Opens the page, as the server's owner or as `person` (a name); `options` are Playwright's for a browser context.

    `before` is done with the page before it is loaded; `bot` tells that one is connected, or soon will be.

    The test fails when a page reports an error, breaks its own security policy, or asks for anything from elsewhere.
    """
    complaints: list[str] = []

    async def only_here(route: Route) -> None:
        if urlsplit(route.request.url).port != playground.port and not route.request.url.startswith("blob:"):
            complaints.append(f"asked for {route.request.url}")
        await route.continue_()

    def listen(message: ConsoleMessage) -> None:
        # A playground that is gone is part of what some tests are about; the page says so itself.
        unreached = any(words in message.text for words in ("WebSocket connection", "net::ERR_CONNECTION_REFUSED"))
        gone = unreached or message.location["url"] == playground.page_url
        if message.type == "error" and not gone:
            complaints.append(message.text)

    async def open_page(
        person: str | None = None,
        *,
        bot: bool = True,
        before: Callable[[Page], Awaitable[None]] | None = None,
        **options: Any,
    ) -> PageDriver:
        context = await browser.new_context(locale="en-GB", reduced_motion="reduce", **options)
        context.set_default_timeout(10_000)
        await context.route("**/*", only_here)
        page = await context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        ids = {user.name: user.id for user in playground.people.persons()}
        if before:
            await before(page)
        await page.goto(playground.page_url + (f"?as={ids[person]}" if person else ""))
        driver = PageDriver(page)
        if bot:
            await driver.ready()
        return driver

    yield open_page
    assert complaints == []


@pytest.fixture
async def demo(start: Start, open_page: OpenPage) -> PageDriver:
    """The page as its first person sees it, with the demo bot connected."""
    await start(DemoBot())
    return await open_page()
