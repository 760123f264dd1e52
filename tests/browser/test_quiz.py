"""A quiz night in the page, as two people in two tabs play it with the real bot, from the lobby to the review."""

import os
from pathlib import Path

from browser.conftest import OpenPage
from browser.driver import PageDriver
from inferbot.bot import Inferbot
from inferbot.playground.server import Playground
from inferbot.settings import Settings
from playwright.async_api import Locator, expect
from wire.stage import Start


async def test_two_people_play_a_game(
    start: Start, open_page: OpenPage, playground: Playground, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("INFERBOT_SCREENSHOTS", tmp_path))
    await start(Inferbot(Settings(fetch_weights=False, discord_token=None)))
    playground.people.add("Robin")
    you = await open_page(viewport={"width": 900, "height": 980})
    other = await open_page("Robin", viewport={"width": 390, "height": 844})

    await you.slash("quiz start", pack="myths", questions="2", seconds="5")
    lobby = public(you, "Quiz: Myths")
    await expect(lobby).to_contain_text("Nobody has joined yet.")
    await join(you, lobby_text="Quiz: Myths")
    await join(other, lobby_text="Quiz: Myths")
    await expect(lobby).to_contain_text("2 players:")
    await you.page.screenshot(path=folder / "quiz-lobby.png")
    await you.click_button("Start now", within=lobby)

    for number in (1, 2):
        for driver in (you, other):
            question = public(driver, f"Question {number} of 2")
            await question.get_by_role("button").first.click()
        await expect(you.message_with("Locked in").last).to_be_visible()
        await you.page.screenshot(path=folder / f"quiz-question-{number}.png")
        await expect(public(you, f"Question {number} of 2")).to_contain_text("(right)", timeout=15_000)
        await you.page.screenshot(path=folder / f"quiz-reveal-{number}.png")
        await other.page.screenshot(path=folder / f"quiz-phone-{number}.png")
        await you.slash("quiz skip")

    final = public(you, "The end of")
    await expect(final).to_be_visible(timeout=20_000)
    await expect(final).to_contain_text("of 2 right")
    await you.click_button("What did I miss?", within=final)
    await expect(you.latest_message()).to_contain_text("missed")
    await you.page.screenshot(path=folder / "quiz-final.png")


def public(driver: PageDriver, text: str) -> Locator:
    """Return the newest message with this text that everybody sees; private ones quote those they answer."""
    return driver.log.locator("article:not(.ephemeral)").filter(has_text=text).last


async def join(driver: PageDriver, lobby_text: str) -> None:
    await public(driver, lobby_text).get_by_role("button", name="Join").click()
    await expect(driver.message_with("You are in.")).to_be_visible()
