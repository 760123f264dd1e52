"""A real browser before a playground. `open_page` opens pages as anyone; `demo` is the page before the demo bot.

`stage` is the demo bot itself, on a playground that all tests of it share and that starts over for each.
A test with a bot of its own takes `start` (see tests/wire) and `open_page`:

    async def test_label(start, open_page):
        await start(MyBot())
        driver = await open_page()
        await driver.slash("label", image=photo)

One browser serves all the tests, so they share one event loop too.
Chromium is taken from $CHROMIUM, else Playwright's own, else /usr/bin/chromium; the tests skip where there is none.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from browser.demo_bot import SUGGESTIONS, DemoBot
from browser.driver import PageDriver
from inferbot.playground.server import Playground
from inferbot.playground.world.interactions import ANSWER_SECONDS
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright, expect
from wire.conftest import check, playground_options
from wire.stage import Stage, Start, connect, pointed_at, starting

__all__ = ["check", "playground_options"]

OpenPage: TypeAlias = Callable[..., Awaitable[PageDriver]]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


LOOK: dict[str, Any] = {"locale": "en-GB", "reduced_motion": "reduce"}
HERE = Path(__file__).parent
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this folder in the browser's event loop."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def chromium(own: str) -> str:
    """Find a Chromium, `own` being where Playwright would have put its; skips the test when there is none."""
    for path in (os.environ.get("CHROMIUM", ""), own, "/usr/bin/chromium"):
        if path and Path(path).exists():
            return path
    pytest.skip("No Chromium: install it, set CHROMIUM to its path, or run `playwright install chromium`.")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = chromium(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def first_page(browser: Browser) -> Page:
    """The tab in which the first person looks at each playground in turn, since a new one takes its time."""
    return await (await browser.new_context(**LOOK)).new_page()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing(check: Any) -> AsyncIterator[Stage]:
    """A playground on which the demo bot stays connected; see `stage`."""
    async with pointed_at(Playground(check=check, suggestions=SUGGESTIONS)) as playground:
        stage = await connect(playground, DemoBot())
        yield stage
        await stage.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(standing: Stage) -> AsyncIterator[Stage]:
    """The demo bot on its playground, where everything has started over."""
    standing.people.reset(standing.you)
    standing.world.interactions.answer_seconds = ANSWER_SECONDS
    yield standing
    assert standing.playground.failures == []


@pytest_asyncio.fixture(loop_scope="session")
async def playground(
    request: pytest.FixtureRequest, standing: Stage, check: Any, playground_options: dict[str, Any]
) -> AsyncIterator[Playground]:
    """The demo bot's playground where a test takes `demo` or `stage`, else one of the test's own."""
    if "stage" in request.fixturenames:
        yield standing.playground
        return
    async with pointed_at(Playground(check=check, **playground_options)) as playground:
        yield playground


@pytest_asyncio.fixture(loop_scope="session")
async def start(playground: Playground) -> AsyncIterator[Start]:
    """Connects a bot to the playground; all bots are closed at the end of the test."""
    async with starting(playground) as start:
        yield start


class Tabs:
    """The pages that one test opens, and what is wrong with any of them."""

    def __init__(self, browser: Browser, first: Page, playground: Playground) -> None:
        self._browser = browser
        self._first = first
        self._first_is_free = True
        self._playground = playground
        self._contexts: list[BrowserContext] = []
        self._listeners: dict[str, Callable[[Any], None]] = {
            "request": self._only_here,
            "console": self._no_error,
            "pageerror": lambda error: self.complaints.append(str(error)),
        }
        self.complaints: list[str] = []

    async def open(
        self,
        person: str | None = None,
        *,
        as_id: str = "",
        bot: bool = True,
        before: Callable[[Page], Awaitable[None]] | None = None,
        **options: Any,
    ) -> PageDriver:
        """Open the page, as the server's owner, as `person` (a name) or by an id that may be no one's.

        `before` is done with the page before it is loaded; `bot` tells that one is connected, or soon will be;
        `options` are Playwright's for a browser context.
        """
        own = not self._first_is_free or before is not None or options
        page = await self._new(options) if own else self._first
        self._first_is_free = self._first_is_free and bool(own)
        page.set_default_timeout(PATIENCE_MS)
        for event, listener in self._listeners.items():
            page.on(event, listener)  # pyright: ignore[reportCallIssue, reportArgumentType] - typed name by name
        if before:
            await before(page)
        ids = {user.name: user.id for user in self._playground.people.persons()}
        looks_as = ids[person] if person else as_id
        await page.goto(self._playground.page_url + (f"?as={looks_as}" if looks_as else ""))
        driver = PageDriver(page)
        if bot:
            await driver.ready()
        return driver

    async def close(self) -> None:
        """Close all but the first page, which forgets what it showed."""
        for context in self._contexts:
            await context.close()
        if self._first_is_free:
            return
        for page in self._first.context.pages:
            if page is not self._first:
                await page.close()
        # The page keeps what is half written as it is left: this comes after that.
        await self._first.evaluate("addEventListener('pagehide', () => sessionStorage.clear())")
        await self._first.goto("about:blank")
        for event, listener in self._listeners.items():
            self._first.remove_listener(event, listener)

    async def _new(self, options: dict[str, Any]) -> Page:
        context = await self._browser.new_context(**{**LOOK, **options})
        self._contexts.append(context)
        return await context.new_page()

    def _only_here(self, request: Request) -> None:
        if urlsplit(request.url).port != self._playground.port and not request.url.startswith(("blob:", "about:")):
            self.complaints.append(f"asked for {request.url}")

    def _no_error(self, message: ConsoleMessage) -> None:
        # A playground that is gone is part of what some tests are about; the page says so itself.
        unreached = any(words in message.text for words in ("WebSocket connection", "net::ERR_CONNECTION_REFUSED"))
        gone = unreached or message.location["url"] == self._playground.page_url
        if message.type == "error" and not gone:
            self.complaints.append(message.text)


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, first_page: Page, playground: Playground) -> AsyncIterator[OpenPage]:
    """Opens pages, see `Tabs.open`.

    The test fails when a page reports an error, breaks its own security policy, or asks for anything from elsewhere.
    """
    tabs = Tabs(browser, first_page, playground)
    yield tabs.open
    await tabs.close()
    assert tabs.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def demo(stage: Stage, open_page: OpenPage) -> PageDriver:  # noqa: ARG001 - the bot that the page shows
    """The page as its first person sees it, with the demo bot connected."""
    return await open_page()
