"""The page is legible to everyone, and nothing that a message holds becomes script or markup."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from axe_playwright_python.base import AXE_SCRIPT
from browser.conftest import OpenPage
from browser.driver import PageDriver
from inferbot.playground.world.interactions import ANSWER_SECONDS
from playwright.async_api import expect
from wire.stage import Stage

GRAVE = {"serious", "critical"}
AXE = """(rules) => axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) })
    .then(({ violations }) => violations.map(({ id, impact, nodes }) =>
        [impact, id, nodes.map((node) => node.html.slice(0, 160))]))"""


async def findings(driver: PageDriver) -> list[str]:
    """What axe-core finds of severity serious or worse, in light and in dark: there only the contrast is another."""
    page = driver.page
    if await page.evaluate("!window.axe"):
        await page.evaluate(AXE_SCRIPT)
    await page.emulate_media(color_scheme="light")
    found: list[Any] = await page.evaluate(AXE, None)
    await page.emulate_media(color_scheme="dark")
    found += await page.evaluate(AXE, ["color-contrast"])
    return [f"{rule}: {nodes}" for impact, rule, nodes in found if impact in GRAVE]


@pytest.mark.parametrize("width", [1180, 390])
async def test_axe_finds_no_serious_accessibility_problem(stage: Stage, open_page: OpenPage, width: int) -> None:
    ada = stage.people.add("Ada")
    now = stage.world.clock()
    stage.people.create_event(stage.you, name="Quiz night", location="#quiz", starts_at=now + 60, ends_at=now + 600)
    driver = await open_page(viewport={"width": width, "height": 800})
    page = driver.page
    assert await findings(driver) == []  # the welcome
    hello = stage.people.say(ada.id, stage.general, "Hello")["id"]
    link = f"https://discord.com/channels/{stage.world.guild_id}/{stage.general}/{hello}"
    stage.people.say(ada.id, stage.general, f"{link} and [a greeting]({link})", reply_to=hello)
    await driver.log.get_by_role("link", name="a greeting").click()
    assert await findings(driver) == []
    for command in ("markdown", "everything", "gallery"):
        await driver.slash(command)
        await driver.message_with(f"/{command}").wait_for()
    stage.world.interactions.answer_seconds = 0.2
    await driver.slash("silent")
    await expect(driver.message_with("did not respond")).to_be_visible()
    stage.world.interactions.answer_seconds = ANSWER_SECONDS
    assert await findings(driver) == []
    await driver.choose_command("measure")
    await driver.form.get_by_role("button", name="+ size").click()
    assert await findings(driver) == []
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await driver.box.fill("/")
    await page.get_by_role("listbox", name="Commands").wait_for()
    assert await findings(driver) == []
    await driver.box.fill("")
    await driver.slash("form")
    await page.get_by_role("dialog", name="A form").wait_for()
    assert await findings(driver) == []
    await page.keyboard.press("Escape")
    for opens in ("Choose a fruit", "Enlarge “a teal picture”", "More for this message"):
        await driver.log.get_by_role("button", name=opens).last.focus()
        await page.keyboard.press("Enter")
        assert await findings(driver) == []
        await page.keyboard.press("Escape")
    for panel in ("Members", "Events"):
        await page.get_by_role("button", name=panel, exact=True).click()
        assert await findings(driver) == []
        await page.get_by_role("button", name=f"Close {panel.lower()}").click()
    stranger = await open_page(viewport={"width": width, "height": 800}, as_id="5", bot=False)
    await stranger.page.get_by_role("dialog", name="This person isn't here").wait_for()
    assert await findings(stranger) == []


async def test_no_hostile_text_becomes_script_or_markup(stage: Stage, open_page: OpenPage) -> None:
    corpus = (Path(__file__).parents[1] / "playground" / "xss.txt").read_text("utf-8").splitlines()
    driver = await open_page()
    await driver.evaluate("void (window.alert = () => { document.title = 'broken' })")
    for text in corpus:
        stage.people.say(stage.you, stage.general, text)
        stage.people.say(stage.you, stage.general, f"||{text}|| [{text}](https://example.com) </{text[:32]}:1>")
    await expect(driver.messages()).to_have_count(len(corpus) * 2)
    strange = """() => [...document.querySelectorAll('#log *')].filter((element) =>
        /^(SCRIPT|IFRAME|IMG|STYLE|FORM|LINK|META|OBJECT|BASE|DETAILS|INPUT)$/.test(element.tagName)
        || [...element.attributes].some((attribute) => attribute.name.startsWith('on'))
        || (element.tagName === 'A' && !/^https?:/.test(element.href))
    ).map((element) => element.outerHTML)"""
    assert await driver.evaluate(strange) == []
    assert "broken" not in await driver.page.title()


async def test_a_page_that_a_link_leads_to_learns_nothing_of_where_it_was(stage: Stage, open_page: OpenPage) -> None:
    """The address of the playground's page has its secret in it."""
    seen: list[dict[str, str]] = []

    async def outside(request: web.Request) -> web.Response:
        seen.append(dict(request.headers))
        return web.Response(text="<script>document.title = String(window.opener)</script>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/outside", outside)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    driver = await open_page()
    stage.people.say(stage.you, stage.general, f"[go](http://127.0.0.1:{runner.addresses[0][1]}/outside)")
    async with driver.page.context.expect_page() as opened:
        await driver.log.get_by_role("link", name="go").click()
    page = await opened.value
    await expect(page).to_have_title("null")
    await page.close()
    await runner.cleanup()
    assert seen
    assert all("Referer" not in headers for headers in seen)


async def test_hostile_names_stay_text(stage: Stage, open_page: OpenPage) -> None:
    name = "<img src=x onerror=alert(1)>"
    person = stage.people.add(name)
    driver = await open_page(name)
    await driver.say(f"I am <@{person.id}>")
    await driver.page.get_by_role("button", name="Members", exact=True).click()
    await expect(driver.latest_message().locator(".name")).to_have_text(name)
    await expect(driver.latest_message().locator(".mention")).to_have_text(f"@{name}")
    await expect(driver.page.locator("img")).to_have_count(0)


@pytest.mark.usefixtures("stage")
async def test_the_whole_page_fits_a_phone(open_page: OpenPage) -> None:
    driver = await open_page(viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    for command in ("long", "everything", "markdown"):
        await driver.slash(command)
    await expect(driver.messages()).to_have_count(3)
    sizes = await driver.evaluate(
        "[document.documentElement.scrollWidth, document.getElementById('scroller').scrollWidth, innerWidth]"
    )
    assert sizes[0] <= sizes[2]
    assert sizes[1] <= sizes[2]
    await driver.page.get_by_role("button", name="Channels").click()
    await driver.open_channel("# quiz")
    await expect(driver.page.get_by_role("navigation", name="Server")).to_be_hidden()
