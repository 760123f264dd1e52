"""The whole way, as a person goes it: a sentence typed in the page, translated by the real bot, and its steps read."""

import pytest
from browser.conftest import OpenPage
from inferbot.bot import Inferbot
from inferbot.models.registry import Registry
from inferbot.models.weights.cache import Cache
from inferbot.settings import Settings
from playwright.async_api import expect
from wire.stage import Start

pytestmark = pytest.mark.weights


@pytest.fixture
def bot() -> Inferbot:
    used = Settings(fetch_weights=False, discord_token=None, deadline=120)
    missing = Registry(Cache(used.cache_dir), None, used.default_model).missing()
    assert not [card.id for card in missing if card.id.startswith("bergamot")], "run `python bot.py models fetch` first"
    return Inferbot(used)


async def test_a_sentence_is_translated_in_the_page_token_by_token(
    bot: Inferbot, start: Start, open_page: OpenPage
) -> None:
    await start(bot)
    driver = await open_page(viewport={"width": 900, "height": 1250})
    await driver.slash("translate", text="Where is the train station?", to="Portuguese")
    report = driver.page.get_by_role("button", name="Report a bad translation")
    answer = driver.messages().filter(has=report)  # what follows quotes it, but has no such button
    await expect(answer).to_contain_text("estação", timeout=90_000)
    await expect(answer).to_contain_text("Only you can see this")
    await driver.click_button("Show the steps", within=answer)
    steps = driver.message_with("token by token")
    await expect(steps).to_contain_text("Nothing was learned", timeout=90_000)
    await expect(steps).to_contain_text("1×7×256 float32")
    alt = await steps.get_by_role("img").last.get_attribute("alt")
    assert alt
    assert "Heat map" in alt
    await driver.click_button("Share the translation", within=answer)
    await expect(driver.message_with("had this translated")).to_contain_text("estação")
