"""The quiz in the page, as two people in two tabs play it with the real bot: a game, and a whole quiz night."""

import os
from pathlib import Path

import pytest
from browser.conftest import OpenPage
from browser.driver import PageDriver
from inferbot.bot import Inferbot
from inferbot.playground.server import Playground
from inferbot.playground.world.events import Status
from inferbot.settings import Settings
from playwright.async_api import Locator, expect
from wire.stage import Start


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the screenshots go, to be looked at when someone names a place for them."""
    return Path(os.environ.get("INFERBOT_SCREENSHOTS", tmp_path))


async def test_two_people_play_a_game(start: Start, open_page: OpenPage, playground: Playground, folder: Path) -> None:
    await start(Inferbot(Settings(fetch_weights=False, discord_token=None)))
    playground.people.add("Robin")
    you = await open_page(viewport={"width": 900, "height": 980})
    other = await open_page("Robin", viewport={"width": 390, "height": 844})

    await you.slash("quiz start", pack="myths", questions="2", seconds="5")
    lobby = public(you, "Quiz: Myths")
    await expect(lobby).to_contain_text("No one has joined yet.")
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

    final = public(you, "Final results")
    await expect(final).to_be_visible(timeout=20_000)
    await expect(final).to_contain_text("of 2 right")
    await you.click_button("What did I miss?", within=final)
    await expect(you.latest_message()).to_contain_text("missed")
    await you.page.screenshot(path=folder / "quiz-final.png")


async def test_a_quiz_night_from_its_plan_to_its_winners(
    start: Start, open_page: OpenPage, playground: Playground, folder: Path
) -> None:
    await start(Inferbot(Settings(fetch_weights=False, discord_token=None)))
    playground.people.add("Mo", moderator=True)
    playground.people.add("Robin")
    mo = await open_page("Mo", viewport={"width": 1180, "height": 980})
    robin = await open_page("Robin", viewport={"width": 390, "height": 844})

    await mo.slash("quiz schedule", when="in 2 hours", pack="myths", questions="1", seconds="5")
    draft = mo.message_with("Plan this quiz night?")
    await expect(draft).to_contain_text("in 2 hours")
    await mo.click_button("Create the event", within=draft)
    await mo.message_with("The event is planned").get_by_role("link", name="Quiz night: Myths").click()
    card = mo.page.get_by_role("listitem", name="Quiz night: Myths")
    await expect(card).to_be_focused()
    await expect(card).to_contain_text("Come to #general, press Join")

    await robin.page.get_by_role("button", name="Events", exact=True).click()
    event = robin.page.get_by_role("listitem", name="Quiz night: Myths")
    await expect(event.get_by_role("button", name="Start")).to_have_count(0)
    await event.get_by_role("button", name="Interested: 0").click()
    await robin.page.screenshot(path=folder / "night-event-phone.png")
    await expect(card.get_by_role("button", name="Interested: 1")).to_be_visible()
    await event.get_by_role("link", name="#general").click()
    await expect(event).to_be_hidden()

    await mo.page.screenshot(path=folder / "night-planned.png")
    await card.get_by_role("button", name="Start").click()
    await expect(card).to_contain_text("Happening now")
    lobby = public(mo, "Interested in the event")
    await expect(lobby.locator(".mention", has_text="@Robin")).to_be_visible()
    for driver in (mo, robin):
        await join(driver, lobby_text="Quiz: Myths")
    await expect(lobby).to_contain_text("2 players:")
    await mo.page.screenshot(path=folder / "night-lobby.png")
    await mo.click_button("Start now", within=lobby)

    for driver in (mo, robin):
        await public(driver, "Question 1 of 1").get_by_role("button").first.click()
    await expect(public(mo, "Question 1 of 1")).to_contain_text("(right)", timeout=15_000)
    await mo.slash("quiz skip")
    await expect(public(robin, "Final results")).to_contain_text("of 1 right")

    await expect(mo.page.get_by_text("Nothing is planned.")).to_be_visible()
    (night,) = playground.world.scheduled.everything()
    assert night.status is Status.COMPLETED
    assert "2 players took part" in (night.description or "")


def public(driver: PageDriver, text: str) -> Locator:
    """Return the newest message with this text that everyone sees; private ones quote those they answer."""
    return driver.log.locator("article:not(.ephemeral)").filter(has_text=text).last


async def join(driver: PageDriver, lobby_text: str) -> None:
    await public(driver, lobby_text).get_by_role("button", name="Join").click()
    await expect(driver.message_with("You're in.")).to_be_visible()
