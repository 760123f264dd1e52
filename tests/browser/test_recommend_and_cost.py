"""Films and costs in the page, with the real models: what a newcomer does, from the list to the last button."""

import asyncio
import os
from pathlib import Path

import pytest
import pytest_asyncio
from browser.conftest import OpenPage
from browser.driver import PageDriver
from inferbot.bot import Inferbot
from inferbot.cli.preparing import open_registry
from inferbot.features.recommend import open_recommend
from inferbot.models.engine import Engine
from inferbot.settings import Settings
from playwright.async_api import Locator, expect
from wire.conftest import Start

pytestmark = pytest.mark.weights

# The first chart opens matplotlib, and an index of films may still have to be made.
PATIENT = 60_000


@pytest_asyncio.fixture(loop_scope="session")
async def page(start: Start, open_page: OpenPage) -> PageDriver:
    used = Settings(fetch_weights=False, discord_token=None)
    registry = open_registry(used)
    registry.load_encoder()
    engine = Engine(workers=1)
    assert await asyncio.to_thread(open_recommend(used.cache_dir, registry, engine).index.refresh), (
        "fetch the models first"
    )
    await engine.close()
    await start(Inferbot(used))
    return await open_page(viewport={"width": 900, "height": 1400})


async def keep(driver: PageDriver, answer: Locator, name: str, tmp_path: Path) -> None:
    """Keep a picture of an answer: the README's own when $INFERBOT_SCREENSHOTS says where."""
    await expect(answer.get_by_role("img").last).to_be_visible()
    folder = Path(os.environ.get("INFERBOT_SCREENSHOTS", tmp_path))
    await driver.page.screenshot(path=folder / f"{name}.png")


async def test_films_are_chosen_from_the_list_and_lead_to_others(page: PageDriver, tmp_path: Path) -> None:
    await page.slash("recommend", film="The Matrix (1999)", second_film="Alien (1979)")
    answer = page.message_with("You might like")
    await expect(answer).to_contain_text("Similar by description", timeout=PATIENT)
    await expect(answer).to_contain_text("Only you can see this")
    await keep(page, answer, "recommend", tmp_path)
    await page.click_button("Show the steps", within=answer)
    await expect(page.message_with("Nothing was learned")).to_contain_text("4×384 float32", timeout=PATIENT)


async def test_costs_are_changed_in_a_form_and_nonsense_is_one_sentence(page: PageDriver, tmp_path: Path) -> None:
    await page.slash("cost")
    answer = page.message_with("What it costs")
    await expect(answer).to_contain_text("This machine, just now", timeout=PATIENT)
    await keep(page, answer, "cost", tmp_path)
    await page.click_button("Change the numbers", within=answer)
    form = page.page.get_by_role("dialog")
    await form.get_by_label("Watts your machine draws").fill("NaN")
    await form.get_by_role("button", name="Submit").click()
    await expect(page.latest_message()).to_contain_text("The power in watts must be a number above 0", timeout=PATIENT)
