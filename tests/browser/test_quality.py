"""The page is legible to everybody, and nothing that a message holds becomes script or markup."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.conftest import OpenPage
from browser.demo_bot import DemoBot
from browser.driver import PageDriver
from playwright.async_api import expect
from wire.conftest import Start

GRAVE = {"serious", "critical"}


async def findings(driver: PageDriver) -> list[str]:
    """What axe-core finds of severity serious or worse, each as its rule and the elements."""
    results: Any = await Axe().run(driver.page)  # pyright: ignore[reportUnknownMemberType] - the package is untyped
    response: dict[str, Any] = results.response
    found = [violation for violation in response["violations"] if violation["impact"] in GRAVE]
    return [f"{violation['id']}: {[node['html'][:160] for node in violation['nodes']]}" for violation in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1180, 390])
async def test_axe_finds_nothing_serious(start: Start, open_page: OpenPage, scheme: str, width: int) -> None:
    stage = await start(DemoBot())
    driver = await open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    stage.people.react(stage.you, stage.people.say(stage.you, stage.general, "Hello")["id"], "👍")
    for command in ("markdown", "everything", "embed"):
        await driver.slash(command)
    await driver.slash("silent")
    await expect(driver.message_with("did not respond")).to_be_visible()
    assert await findings(driver) == []
    await driver.choose_command("measure")
    await driver.form.get_by_role("button", name="+ size").click()
    assert await findings(driver) == []
    await driver.page.keyboard.press("Escape")
    await driver.page.keyboard.press("Escape")
    await driver.box.fill("/")
    await driver.page.get_by_role("listbox", name="Commands").wait_for()
    assert await findings(driver) == []
    await driver.box.fill("")
    await driver.slash("form")
    await driver.page.get_by_role("dialog", name="A form").wait_for()
    assert await findings(driver) == []
    await driver.page.keyboard.press("Escape")
    for panel in ("Members", "Events"):
        await driver.page.get_by_role("button", name=panel, exact=True).click()
        assert await findings(driver) == []
        await driver.page.get_by_role("button", name=f"Close {panel.lower()}").click()


async def test_no_hostile_text_becomes_script_or_markup(start: Start, open_page: OpenPage) -> None:
    stage = await start(DemoBot())
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


async def test_hostile_names_stay_text(start: Start, open_page: OpenPage) -> None:
    stage = await start(DemoBot())
    name = "<img src=x onerror=alert(1)>"
    person = stage.people.add(name)
    driver = await open_page(name)
    await driver.say(f"I am <@{person.id}>")
    await driver.page.get_by_role("button", name="Members", exact=True).click()
    await expect(driver.latest_message().locator(".name")).to_have_text(name)
    await expect(driver.latest_message().locator(".mention")).to_have_text(f"@{name}")
    await expect(driver.page.locator("img")).to_have_count(0)


async def test_the_whole_page_fits_a_phone(start: Start, open_page: OpenPage) -> None:
    await start(DemoBot())
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
