"""The whole way, as a person goes it: a photo chosen in the page, labelled by the real bot, and its steps read.

`make screenshots` has this journey write the README's picture.
"""

import os
from pathlib import Path

import pytest
from browser.conftest import OpenPage
from inferbot.bot import Inferbot
from inferbot.models.examples import examples
from inferbot.models.registry import Registry
from inferbot.models.weights.cache import Cache
from inferbot.settings import Settings
from playwright.async_api import expect
from wire.stage import Start

pytestmark = pytest.mark.weights


@pytest.fixture
def bot() -> Inferbot:
    used = Settings(fetch_weights=False, discord_token=None)
    missing = Registry(Cache(used.cache_dir), None, used.default_model).missing()
    assert not missing, "run `python bot.py models fetch` first, as `make test` does"
    return Inferbot(used)


async def test_a_photo_from_this_computer_is_labelled_in_the_page(
    bot: Inferbot, start: Start, open_page: OpenPage, tmp_path: Path
) -> None:
    await start(bot)
    driver = await open_page(viewport={"width": 900, "height": 980})
    await driver.slash("label", image=examples()["cat"].path)
    answer = driver.message_with("tabby cat")
    await expect(answer).to_contain_text("EfficientNet-Lite0")
    await expect(answer).to_contain_text("Only you can see this")
    picture = answer.get_by_role("img").last
    await expect(picture).to_be_visible()
    assert len(await picture.get_attribute("alt") or "") > 20
    await expect(answer.get_by_role("button", name="Share the result")).to_be_in_viewport()
    folder = Path(os.environ.get("INFERBOT_SCREENSHOTS", tmp_path))
    await driver.page.screenshot(path=folder / "label.png")

    await driver.click_button("Show the steps", within=answer)
    steps = driver.message_with("From picture to label")
    await expect(steps).to_contain_text("1×3×224×224 float32")
    await expect(steps).to_contain_text("Nothing was learned")


async def test_a_page_of_text_is_refused_in_a_sentence(
    bot: Inferbot, start: Start, open_page: OpenPage, tmp_path: Path
) -> None:
    await start(bot)
    driver = await open_page()
    (tmp_path / "notes.txt").write_text("no picture at all")
    await driver.slash("label", image=tmp_path / "notes.txt")
    await expect(driver.latest_message()).to_contain_text("can't open that as a picture")


async def test_an_example_is_chosen_from_the_list(bot: Inferbot, start: Start, open_page: OpenPage) -> None:
    await start(bot)
    driver = await open_page()
    await driver.slash("label", example="A cup of coffee")
    await expect(driver.latest_message()).to_contain_text("espresso")
    await driver.click_button("Compare models")
    await expect(driver.message_with("3 models")).to_contain_text("All agree")
