"""A question in the page, from its answer to where that came from, with the real articles and the real model."""

import os
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser.conftest import OpenPage
from browser.driver import PageDriver
from inferbot.bot import Inferbot
from inferbot.settings import Settings
from playwright.async_api import expect
from wire.conftest import Start

pytestmark = pytest.mark.weights


@pytest_asyncio.fixture(loop_scope="session")
async def driver(start: Start, open_page: OpenPage, tmp_path: Path) -> PageDriver:
    """The page before a bot whose search by meaning is open."""
    bot = Inferbot(Settings(fetch_weights=False, discord_token=None, data_dir=tmp_path / "data"))
    await start(bot)
    cog: Any = bot.get_cog("Ask")
    assert cog.services.ask.index.load(), "run `python bot.py models fetch` first, as `make test` does"
    return await open_page(viewport={"width": 900, "height": 980})


async def ask(driver: PageDriver, question: str) -> None:
    """Send `/ask` with words of one's own, which are in no list of suggestions."""
    await driver.choose_command("ask")
    await driver.form.locator('.option-field[data-option="question"]').get_by_role("combobox").fill(question)
    await driver.form.get_by_role("button", name="Send").click()


async def test_a_question_leads_to_an_answer_and_on_from_there(driver: PageDriver, tmp_path: Path) -> None:
    await ask(driver, "why is the frist word always so slow to apear??")
    how = driver.page.get_by_role("button", name="How was this found?")
    answer = driver.messages().filter(has=how)  # what follows quotes it, but has no such button
    await expect(answer).to_contain_text("Latency")
    await expect(answer).to_contain_text("Only you can see this")
    folder = Path(os.environ.get("INFERBOT_SCREENSHOTS", tmp_path))
    await driver.page.screenshot(path=folder / "ask.png")

    await driver.click_button("Tell me more", within=answer)
    await expect(driver.message_with("What the waiting is made of")).to_be_visible()

    await driver.click_button("In one sentence", within=answer)
    await expect(driver.latest_message()).to_contain_text("Latency is the time one person waits")

    await driver.click_button("How was this found?", within=answer)
    found = driver.message_with("Search is inference too")
    await expect(found).to_contain_text("first word always so slow to appear")
    await expect(found).to_contain_text("384 numbers")
    await expect(found).to_contain_text("cosine")

    await driver.click_button("Share the answer", within=answer)
    shared = driver.message_with("looked this up")
    await expect(shared).to_contain_text("Latency")
    await expect(shared).not_to_contain_text("Only you can see this")


async def test_a_related_topic_is_opened_from_the_list(driver: PageDriver) -> None:
    await ask(driver, "KV cache")
    answer = driver.message_with("KV cache")
    await expect(answer.get_by_role("button", name="Related topics")).to_be_visible()
    await driver.pick("Related topics", "Prefill and decode")
    await expect(driver.latest_message()).to_contain_text("Prefill and decode")


@pytest.mark.parametrize("question", ["how do I train my dog to sit", "when does the next train to Leeds leave"])
async def test_a_question_without_an_article_is_answered_with_related_topics(driver: PageDriver, question: str) -> None:
    await ask(driver, question)
    answer = driver.message_with("I don't have an article on that")
    await expect(answer.get_by_role("button", name="All topics")).to_be_visible()
    await driver.click_button("How was this found?", within=answer)
    await expect(driver.message_with("so I didn't guess")).to_be_visible()
