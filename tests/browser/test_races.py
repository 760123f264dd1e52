"""Answers of the server that arrive late: what has been begun since stays, and nothing is sent twice or lost."""

import json

import pytest
from browser.conftest import OpenPage
from browser.driver import PageDriver
from inferbot.playground.world.errors import PersonError
from inferbot.playground.world.model import Interaction
from playwright.async_api import Page, WebSocketRoute, expect
from wire.stage import Stage


class Line:
    """The page's socket, with some of its requests held back: `with_held` names what they ask for."""

    def __init__(self) -> None:
        self.held: set[str] = set()
        self.waiting: list[tuple[WebSocketRoute, str]] = []
        self.sockets: list[WebSocketRoute] = []

    async def watch(self, page: Page) -> None:
        """Route the sockets of a page through here; for `open_page(before=...)`."""
        await page.route_web_socket("**/socket*", self._through)

    def _through(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self.sockets.append(socket)

        def pass_on(message: str | bytes) -> None:
            text = str(message)
            if json.loads(text)["do"] in self.held:
                self.waiting.append((server, text))
            else:
                server.send(text)

        socket.on_message(pass_on)

    def release(self) -> None:
        """Pass on what was held back, and hold nothing any more."""
        self.held.clear()
        for server, text in self.waiting:
            server.send(text)
        self.waiting.clear()


@pytest.fixture
def line() -> Line:
    return Line()


async def opened(open_page: OpenPage, line: Line, *held: str) -> PageDriver:
    """Open a page whose requests of these kinds wait."""
    driver = await open_page(before=line.watch)
    line.held.update(held)
    return driver


def refuse_commands(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> Interaction:
        raise PersonError("Not now.")

    monkeypatch.setattr(stage.people, "slash", refuse)


@pytest.mark.usefixtures("stage")
async def test_a_command_on_its_way_leaves_the_line_for_what_comes_next(open_page: OpenPage, line: Line) -> None:
    page = await opened(open_page, line, "slash")
    await page.slash("repeat", text="first")
    await expect(page.form).to_have_count(0)
    await page.box.fill("half a mess")
    line.release()
    await expect(page.message_with("first")).to_be_visible()
    await expect(page.box).to_have_value("half a mess")


async def test_a_refused_command_comes_back_as_it_was(
    stage: Stage, open_page: OpenPage, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_commands(stage, monkeypatch)
    page = await opened(open_page, line, "slash")
    await page.slash("repeat", text="first")
    await expect(page.form).to_have_count(0)
    line.release()
    await expect(page.form.locator("#field-text")).to_have_value("first")
    await expect(page.form.get_by_role("alert")).to_have_text("Not now.")


async def test_a_refused_command_leaves_the_one_begun_since_alone(
    stage: Stage, open_page: OpenPage, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_commands(stage, monkeypatch)
    page = await opened(open_page, line, "slash")
    await page.slash("repeat", text="first")
    await page.choose_command("measure")
    line.release()
    alert = page.page.locator("#composer > .failure")
    await expect(alert).to_have_text("/repeat wasn't sent. Not now.")
    await expect(page.form).to_have_attribute("aria-label", "/measure")


async def test_a_refused_command_waits_in_the_channel_it_was_for(
    stage: Stage, open_page: OpenPage, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_commands(stage, monkeypatch)
    page = await opened(open_page, line, "slash")
    await page.slash("repeat", text="first")
    await page.open_channel("# quiz")
    line.release()
    alert = page.page.locator("#composer > .failure")
    await expect(alert).to_have_text("/repeat in another channel wasn't sent. Not now.")
    await expect(page.form).to_have_count(0)
    await page.open_channel("# general")
    await expect(page.form.locator("#field-text")).to_have_value("first")


async def test_a_double_click_creates_one_event(stage: Stage, open_page: OpenPage, line: Line) -> None:
    page = await opened(open_page, line, "create_event")
    await page.page.get_by_role("button", name="Events", exact=True).click()
    await page.page.get_by_role("button", name="Create an event").click()
    dialog = page.page.get_by_role("dialog", name="Create an event")
    await dialog.get_by_label("Name").fill("Quiz night")
    await dialog.get_by_role("button", name="Create").dblclick()
    assert len(line.waiting) == 1
    line.release()
    await expect(dialog).to_have_count(0)
    assert len(stage.people.scheduled_events(stage.you)) == 1


async def test_a_double_click_starts_an_event_once(stage: Stage, open_page: OpenPage, line: Line) -> None:
    now = stage.world.clock()
    stage.people.create_event(stage.you, name="Quiz night", location="#quiz", starts_at=now + 60, ends_at=now + 600)
    page = await opened(open_page, line, "set_event_status")
    await page.page.get_by_role("button", name="Events", exact=True).click()
    await page.page.get_by_role("button", name="Start", exact=True).dblclick()
    assert len(line.waiting) == 1
    line.release()
    await expect(page.page.get_by_text("Happening now")).to_be_visible()


@pytest.mark.usefixtures("stage")
async def test_a_form_on_its_way_cannot_be_changed(open_page: OpenPage, line: Line) -> None:
    page = await opened(open_page, line, "submit")
    await page.slash("form")
    dialog = page.page.get_by_role("dialog", name="A form")
    name = dialog.locator("#modal-name")
    await dialog.get_by_role("button", name="Your mood").click()
    await dialog.get_by_role("option", name="good", exact=True).click()
    await name.fill("Ada")
    await name.press("Enter")
    await page.page.keyboard.type("lost")
    await expect(name).to_have_value("Ada")
    assert len(line.waiting) == 1
    line.release()
    await expect(page.message_with("name Ada;")).to_be_visible()


async def test_a_command_on_its_way_and_its_failure_are_shown_in_its_channel(stage: Stage, demo: PageDriver) -> None:
    stage.world.interactions.answer_seconds = 60
    await demo.slash("silent")
    await demo.open_channel("# quiz")
    await demo.open_channel("# general")
    thinking = demo.message_with("Inferbot is thinking…")
    await expect(thinking).to_be_visible()
    await demo.open_channel("# quiz")
    (waiting,) = stage.world.interactions_by_id.values()
    stage.world.interactions.fail(waiting)
    await demo.say("a message in the quiz")
    await expect(demo.messages()).to_have_count(1)
    await demo.open_channel("# general")
    await expect(demo.message_with("The application did not respond")).to_be_visible()


async def test_a_press_on_its_way_stays_one_while_another_channel_is_open(stage: Stage, demo: PageDriver) -> None:
    stage.world.interactions.answer_seconds = 60
    await demo.slash("everything")
    await demo.click_button("Never answers")
    busy = demo.log.get_by_role("button", name="Never answers")
    await expect(busy).to_have_attribute("aria-busy", "true")
    await demo.open_channel("# quiz")
    await demo.open_channel("# general")
    await expect(busy).to_have_attribute("aria-busy", "true")
    pressed = list(stage.world.interactions_by_id.values())[-1]
    await demo.open_channel("# quiz")
    stage.world.interactions.fail(pressed)
    await demo.open_channel("# general")
    await expect(demo.message_with("This interaction failed")).to_be_visible()


@pytest.mark.usefixtures("stage")
async def test_someone_who_went_elsewhere_is_not_taken_to_direct_messages(open_page: OpenPage, line: Line) -> None:
    page = await opened(open_page, line, "open_dm")
    await page.page.get_by_label("Server").get_by_role("button", name="Inferbot").click()
    await page.open_channel("# quiz")
    line.release()
    await page.say("still in the quiz")
    await expect(page.message_with("still in the quiz")).to_be_visible()
    await expect(page.page.locator("#channel-name")).to_have_text("# quiz")


async def test_what_is_said_during_a_reconnect_hides_no_gap(stage: Stage, open_page: OpenPage, line: Line) -> None:
    page = await opened(open_page, line, "messages")
    stage.people.say(stage.you, stage.general, "before")
    await expect(page.message_with("before")).to_be_visible()
    for number in range(60):
        await line.sockets[-1].close() if number == 0 else None
        stage.people.say(stage.you, stage.general, f"while away {number}")
    await expect(page.page.locator("body.disconnected")).to_have_count(0)
    stage.people.say(stage.you, stage.general, "back again")
    await expect(page.message_with("back again")).to_be_attached()
    line.release()
    await expect(page.message_with("while away 11")).to_be_attached()
    await page.page.locator("#scroller").evaluate("(scroller) => (scroller.scrollTop = 0)")
    await expect(page.message_with("while away 10")).to_be_attached()
