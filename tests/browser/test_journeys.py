"""What a person does on the page, against the real discord.py client."""

from pathlib import Path
from typing import Any

import pytest
from browser.conftest import OpenPage
from browser.demo_bot import DemoBot, picture
from browser.driver import PageDriver
from inferbot.playground.server import Playground
from inferbot.playground.world.interactions import TOKEN_SECONDS
from playwright.async_api import Page, WebSocketRoute, expect
from wire.stage import Stage, Start

WATCH_CONTENT = """void (window.shown = [], new MutationObserver(() => {
    const text = [...document.querySelectorAll("#log .content")].at(-1).textContent;
    if (text !== window.shown.at(-1)) window.shown.push(text);
}).observe(document.getElementById("log"), { childList: true, subtree: true, characterData: true }))"""
BRING_FILE = """([place, way, bytes]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "photo.png", { type: "image/png" }));
    const event = way === "paste"
        ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
        : new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.querySelector(place).dispatchEvent(event);
}"""
PHOTO = picture("olive", 600, 400).getvalue()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(PHOTO)
    return path


async def test_a_written_message_appears_with_its_markdown(demo: PageDriver) -> None:
    await demo.say("Hello **world** <b>no</b>")
    message = demo.latest_message()
    await expect(message.locator("strong")).to_have_text("world")
    await expect(message).to_contain_text("<b>no</b>")
    await expect(demo.box).to_have_value("")


async def test_every_kind_of_option_can_be_filled_in(demo: PageDriver, photo: Path) -> None:
    await demo.slash("measure", image=photo, size="medium", colour="indigo", times=3)
    answer = demo.message_with("photo.png")
    await expect(answer).to_contain_text("600×400, 2360 bytes, medium, indigo, 3")
    await expect(answer).to_contain_text("Only you can see this")
    await expect(answer).to_contain_text("You used /measure")


async def test_a_command_works_by_keyboard_alone(demo: PageDriver) -> None:
    keyboard = demo.page.keyboard
    await demo.box.focus()
    await keyboard.type("/rep")
    await expect(demo.page.get_by_role("option")).to_have_count(1)
    await keyboard.press("Enter")
    await keyboard.type("typed, not clicked")
    await keyboard.press("Enter")
    await expect(demo.message_with("typed, not clicked")).to_be_visible()
    await expect(demo.box).to_be_focused()


async def test_the_picker_finds_commands_by_parts_and_leaves_with_escape(demo: PageDriver) -> None:
    await demo.box.fill("/")
    options = demo.page.get_by_role("listbox", name="Commands").get_by_role("option")
    await expect(options).to_have_count(13)
    await demo.box.fill("/st")
    await expect(options.first).to_contain_text("/quiz start")
    await demo.box.press("ArrowDown")
    await demo.box.press("ArrowUp")
    await expect(demo.box).to_have_attribute("aria-activedescendant", await options.first.get_attribute("id") or "")
    await demo.box.press("Escape")
    await expect(options).to_have_count(0)


async def test_a_missing_required_option_is_named_and_focused(demo: PageDriver) -> None:
    await demo.choose_command("measure")
    await demo.form.get_by_role("button", name="Send").click()
    await expect(demo.form.get_by_role("alert")).to_contain_text("/measure needs “image”: The picture to measure")
    await expect(demo.form.get_by_role("button", name="image: choose a file")).to_be_focused()


async def test_a_refusal_by_the_server_is_shown_in_the_form(demo: PageDriver, photo: Path) -> None:
    await demo.choose_command("measure")
    await demo.fill_option("image", photo)
    await demo.fill_option("times", 9)
    await demo.form.get_by_role("button", name="Send").click()
    await expect(demo.form.get_by_role("alert")).to_contain_text("“times” must be")
    await demo.fill_option("times", 2)
    await demo.form.get_by_role("button", name="Send").click()
    await expect(demo.message_with("photo.png")).to_contain_text("no size, none, 2")


async def test_a_file_that_is_too_large_is_refused_before_it_is_sent(demo: PageDriver, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(10 * 1024 * 1024 + 1))
    await demo.choose_command("measure")
    await demo.fill_option("image", large)
    await expect(demo.form.get_by_role("alert")).to_contain_text("large.bin has 10.5 MB; the limit is 10 MB")


@pytest.mark.parametrize("way", ["paste", "drop"])
async def test_a_file_that_is_pasted_or_dropped_goes_into_the_command(demo: PageDriver, way: str) -> None:
    await demo.choose_command("measure")
    await demo.evaluate(BRING_FILE, ["#main #composer", way, list(PHOTO)])
    await expect(demo.form.locator(".preview")).to_contain_text("photo.png")
    await demo.form.get_by_role("button", name="Send").click()
    await expect(demo.message_with("photo.png")).to_contain_text("2360 bytes")


@pytest.mark.parametrize("way", ["paste", "drop"])
async def test_a_file_that_is_pasted_or_dropped_goes_into_the_message(demo: PageDriver, way: str) -> None:
    await demo.box.fill("Look")
    await demo.evaluate(BRING_FILE, ["#main #composer textarea", way, list(PHOTO)])
    await expect(demo.page.locator("#composer .preview")).to_contain_text("photo.png")
    await demo.box.press("Enter")
    await expect(demo.message_with("Look").get_by_role("img", name="photo.png")).to_be_visible()


@pytest.mark.parametrize("way", ["paste", "drop"])
async def test_a_file_that_is_pasted_or_dropped_goes_into_the_form(demo: PageDriver, way: str) -> None:
    await demo.slash("form")
    dialog = demo.page.get_by_role("dialog", name="A form")
    await dialog.wait_for()
    await demo.evaluate(BRING_FILE, ["dialog .file-field", way, list(PHOTO)])
    await expect(dialog.locator(".preview")).to_contain_text("photo.png")


async def test_a_picture_in_a_message_opens_enlarged(demo: PageDriver, photo: Path) -> None:
    await demo.say("Look", photo)
    image = demo.latest_message().get_by_role("button", name="Enlarge “photo.png”")
    await image.click()
    dialog = demo.page.get_by_role("dialog", name="photo.png")
    await expect(dialog.get_by_role("img", name="photo.png")).to_be_visible()
    await demo.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(image).to_be_focused()


async def test_thinking_then_the_answer_then_its_edit_in_the_same_place(stage: Stage, demo: PageDriver) -> None:
    assert isinstance(stage.bot, DemoBot)
    await demo.slash("slow")
    thinking = demo.message_with("Inferbot is thinking…")
    await expect(thinking).to_be_visible()
    place = await thinking.get_attribute("id")
    stage.bot.may_go_on.release()
    answer = demo.page.locator(f"#{place}")
    await expect(answer).to_contain_text("Thought about it again.")
    await expect(answer).to_contain_text("(edited)")


async def test_a_loading_message_is_marked_failed_when_its_token_expires(stage: Stage, demo: PageDriver) -> None:
    await demo.slash("forgetful")
    await expect(demo.message_with("Inferbot is thinking…")).to_be_visible()
    message_id = str(stage.world.channel_named("general").last_message_id)
    metadata = stage.people.message(stage.you, message_id)["interaction_metadata"]
    stage.world.interactions.get(metadata["id"]).created_at -= TOKEN_SECONDS
    message = demo.message_with("/forgetful")
    await expect(message.get_by_role("alert")).to_have_text("The application did not respond")
    await expect(message).not_to_contain_text("thinking")
    await demo.page.reload()
    await expect(message.get_by_role("alert")).to_have_text("The application did not respond")


async def test_a_message_that_is_edited_twenty_times_shows_each_state_and_moves_nothing(
    stage: Stage, demo: PageDriver
) -> None:
    assert isinstance(stage.bot, DemoBot)
    for number in range(30):
        stage.people.say(stage.you, stage.general, f"before {number}")
    await demo.slash("grow", times=20)
    await demo.message_with("/grow").wait_for()
    await demo.evaluate(WATCH_CONTENT)
    box = await demo.box.bounding_box()
    for count in range(1, 21):
        stage.bot.may_go_on.release()
        await expect(demo.message_with("/grow")).to_contain_text(f"word{count}")
    words = [f"word{number}" for number in range(1, 21)]
    shown = [text.strip() for text in await demo.evaluate("window.shown")]
    assert shown == [" ".join(words[:count]) for count in range(1, 21)]
    assert await demo.box.bounding_box() == box
    await expect(demo.message_with("/grow").get_by_role("button", name="Stop")).to_be_in_viewport()
    # Whoever reads further up is not moved by what grows below.
    await demo.slash("grow", times=20)
    await expect(demo.message_with("…")).to_be_visible()
    await demo.page.locator("#scroller").hover()
    await demo.page.mouse.wheel(0, -600)
    await expect(demo.messages().last).not_to_be_in_viewport()
    reading = demo.message_with("before 20")
    place = await reading.bounding_box()
    for _ in range(20):
        stage.bot.may_go_on.release()
    await expect(demo.messages().last).to_contain_text("word20")
    assert await reading.bounding_box() == place


async def test_gallery_pictures_open_enlarged_with_their_descriptions(demo: PageDriver) -> None:
    await demo.slash("gallery")
    await demo.log.get_by_role("button", name="Enlarge “All olive”").click()
    dialog = demo.page.get_by_role("dialog")
    for key, name, caption in (
        (None, "All olive", "All olive · 2 of 3"),
        ("ArrowRight", "All indigo", "All indigo · 3 of 3"),
        ("ArrowRight", "All teal", "All teal · 1 of 3"),
        ("ArrowLeft", "All indigo", "All indigo · 3 of 3"),
    ):
        if key:
            await demo.page.keyboard.press(key)
        await expect(dialog).to_have_attribute("aria-label", name)
        await expect(dialog.get_by_role("img", name=name)).to_be_visible()
        await expect(dialog.get_by_role("status")).to_have_text(caption)
    await dialog.get_by_role("button", name="Next picture").click()
    await expect(dialog.get_by_role("img", name="All teal")).to_be_visible()
    await demo.page.keyboard.press("Escape")
    await expect(demo.log.get_by_role("button", name="Enlarge “All teal”")).to_be_focused()


async def test_a_command_without_an_answer_says_so(stage: Stage, demo: PageDriver) -> None:
    stage.world.interactions.answer_seconds = 0.5
    await demo.slash("silent")
    message = demo.message_with("/silent")
    await expect(message).to_contain_text("The application did not respond")
    await demo.click_button("Dismiss message", message)
    await expect(message).to_have_count(0)


async def test_a_button_without_an_answer_says_so_and_can_be_pressed_again(stage: Stage, demo: PageDriver) -> None:
    await demo.slash("everything")
    await demo.message_with("A container").wait_for()
    stage.world.interactions.answer_seconds = 0.5
    button = demo.log.get_by_role("button", name="Never answers")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await expect(demo.message_with("A container").get_by_role("alert")).to_have_text("This interaction failed")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_a_button_pressed_twice_at_once_is_sent_once(demo: PageDriver) -> None:
    await demo.slash("everything")
    await demo.log.get_by_role("button", name="Primary").dblclick()
    await expect(demo.message_with("You pressed Primary, 1 so far.")).to_be_visible()
    await demo.click_button("Secondary")
    await expect(demo.message_with("You pressed Secondary, 1 so far.")).to_be_visible()
    await expect(demo.log.get_by_text("You pressed Primary, 2")).to_have_count(0)


async def test_a_message_that_changes_keeps_focus_and_place(demo: PageDriver) -> None:
    await demo.slash("everything")
    counter = demo.log.get_by_role("button", name="Count:")
    await counter.focus()
    before = await counter.bounding_box()
    for count in (1, 2, 3):
        await demo.page.keyboard.press("Enter")
        await expect(counter).to_have_text(f"Count: {count}")
        await expect(counter).not_to_have_attribute("aria-busy", "true")
    await expect(counter).to_be_focused()
    assert await counter.bounding_box() == before


async def test_a_disabled_button_does_nothing(demo: PageDriver) -> None:
    await demo.slash("everything")
    off = demo.log.get_by_role("button", name="Off", exact=True)
    await expect(off).to_be_disabled()
    await off.click(force=True)
    await demo.click_button("Beside")
    await expect(demo.message_with("You pressed Beside")).to_be_visible()
    await expect(demo.log.get_by_text("You pressed Off")).to_have_count(0)


async def test_a_select_takes_one_value_or_several(demo: PageDriver) -> None:
    await demo.slash("everything")
    await demo.pick("Choose a fruit", "Banana")
    await expect(demo.message_with("You chose banana.")).to_be_visible()
    await expect(demo.log.locator(".select").first).to_have_text("Banana")
    await demo.pick("Choose toppings", "Nuts", "Cream")
    await expect(demo.message_with("Toppings: Nuts, Cream.")).to_be_visible()


async def test_a_select_works_by_keyboard(demo: PageDriver) -> None:
    await demo.slash("everything")
    await demo.log.get_by_role("button", name="Choose a fruit").press("Enter")
    await demo.page.keyboard.type("che")
    await demo.page.keyboard.press("Enter")
    await expect(demo.message_with("You chose cherry.")).to_be_visible()
    await expect(demo.log.locator(".select").first).to_be_focused()


async def test_the_message_menu_opens_by_pointer_button_and_keyboard(demo: PageDriver) -> None:
    await demo.say("Hello")
    message = demo.message_with("Hello")
    await demo.choose_from_menu(message, "Count the letters")
    await expect(demo.message_with("5 letters.")).to_have_count(1)
    await message.hover()
    await message.get_by_role("button", name="More for this message").click()
    await demo.page.get_by_role("menuitem", name="Count the letters").click()
    await expect(demo.log.get_by_text("5 letters.")).to_have_count(2)
    await message.focus()
    await demo.page.keyboard.press("Enter")
    await demo.page.keyboard.press("c")
    await demo.page.keyboard.press("c")
    await demo.page.keyboard.press("Enter")
    await expect(demo.log.get_by_text("5 letters.")).to_have_count(3)


async def test_the_message_menu_opens_by_a_long_press(stage: Stage, open_page: OpenPage) -> None:
    stage.people.say(stage.you, stage.general, "Hello")
    phone = await open_page(viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    box = await phone.message_with("Hello").locator(".content").bounding_box()
    assert box is not None
    touch: Any = await phone.page.context.new_cdp_session(phone.page)
    place = {"x": box["x"] + 10, "y": box["y"] + 10}
    await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [place]})
    entry = phone.page.get_by_role("menuitem", name="Count the letters")
    await expect(entry).to_be_visible()
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await entry.tap()
    await expect(phone.message_with("5 letters.")).to_be_visible()


async def test_a_reply_shows_what_it_answers(demo: PageDriver) -> None:
    await demo.say("What **is** inference? ||a secret|| <t:0:D>")
    await demo.choose_from_menu(demo.message_with("What is inference?"), "Reply")
    await demo.say("A model being used.")
    origin = demo.latest_message().locator(".origin")
    await expect(origin).to_contain_text("You What is inference? ▮▮▮ 1 January 1970")


async def test_every_component_of_a_message_is_shown(demo: PageDriver) -> None:
    await demo.slash("everything")
    message = demo.message_with("A container")
    await expect(message.get_by_role("img", name="a teal picture")).to_be_visible()
    await expect(message.get_by_role("link", name="notes.txt")).to_be_visible()
    await expect(message.get_by_role("link", name="Link")).to_have_attribute("href", "https://example.com")
    await expect(message.get_by_role("separator")).to_have_count(2)
    covered = message.get_by_role("button", name="Spoiler: press to show the picture")
    await covered.click()
    await expect(message.get_by_role("button", name="Enlarge “a crimson picture”")).to_be_visible()
    accent = await message.locator(".container").evaluate("(box) => getComputedStyle(box).borderLeftColor")
    assert accent == "rgb(43, 125, 107)"


async def test_direct_messages_are_answered_and_offer_their_commands(demo: PageDriver) -> None:
    await demo.open_channel("Inferbot")
    await demo.box.fill("/re")
    await expect(demo.page.get_by_role("option", name="/repeat")).to_be_visible()
    await demo.box.fill("/here")
    await expect(demo.page.get_by_role("option")).to_have_text(["No command fits."])
    await demo.say("psst")
    await expect(demo.message_with("You wrote 'psst' with 0 files.")).to_be_visible()


async def test_each_person_sees_only_their_own_private_answers(
    demo: PageDriver, open_page: OpenPage, playground: Playground
) -> None:
    playground.people.add("Ada")
    ada = await open_page("Ada")
    await ada.slash("everything")
    await demo.message_with("A container").wait_for()
    await demo.click_button("Primary")
    await expect(demo.message_with("You pressed Primary")).to_be_visible()
    await ada.say("Done")
    await expect(demo.message_with("Done")).to_contain_text("Ada")
    await expect(ada.log.get_by_text("You pressed Primary")).to_have_count(0)


async def test_a_dropped_connection_comes_back_and_nothing_is_lost(start: Start, open_page: OpenPage) -> None:
    stage = await start(DemoBot())
    sockets: list[WebSocketRoute] = []
    cut = False

    async def through(socket: WebSocketRoute) -> None:
        if cut:
            await socket.close()
            return
        socket.connect_to_server()
        sockets.append(socket)

    async def watch(page: Page) -> None:
        await page.route_web_socket("**/socket*", through)

    driver = await open_page(before=watch)
    await driver.say("before")
    await driver.message_with("before").wait_for()
    cut = True
    await sockets[-1].close()
    await expect(driver.page.get_by_text("The connection to the playground dropped. Trying again…")).to_be_visible()
    await driver.say("unsent")
    await expect(driver.page.locator("#composer").get_by_role("alert")).to_contain_text("Not connected")
    await expect(driver.box).to_have_value("unsent")
    for number in range(3):
        stage.people.say(stage.you, stage.general, f"while away {number}")
    stage.people.say(stage.you, stage.world.channel_named("quiz").id, "elsewhere")
    cut = False
    await driver.ready()
    await expect(driver.page.get_by_role("button", name="# quiz (new messages)")).to_be_visible()
    await expect(driver.messages()).to_have_count(4)
    await driver.box.press("Enter")
    await expect(driver.message_with("unsent")).to_be_visible()


async def test_a_reloaded_page_has_lost_nothing(stage: Stage, demo: PageDriver) -> None:
    await demo.slash("measure", image=Path(__file__).parents[2] / "docs" / "label.png")  # a private answer
    await expect(demo.message_with("label.png")).to_contain_text("Only you can see this")
    await demo.open_channel("# quiz")
    await demo.say("in the quiz")
    await demo.box.fill("half a sen")
    await demo.page.goto("about:blank")
    stage.people.say(stage.people.add("Ada").id, stage.general, "meanwhile")
    await demo.page.go_back()
    await demo.ready()
    await expect(demo.page.locator("#channel-name")).to_have_text("# quiz")
    await expect(demo.message_with("in the quiz")).to_be_visible()
    await expect(demo.box).to_have_value("half a sen")
    await demo.page.get_by_role("button", name="# general (new messages)").click()
    await expect(demo.box).to_have_value("")
    await expect(demo.message_with("meanwhile")).to_be_visible()
    await expect(demo.message_with("label.png")).to_contain_text("Only you can see this")
    await expect(demo.page.get_by_role("button", name="# general", exact=True)).to_be_visible()
    await demo.open_channel("# quiz")
    await expect(demo.box).to_have_value("half a sen")


async def test_the_page_shows_whether_the_bot_is_connected(start: Start, open_page: OpenPage) -> None:
    stage = await start(DemoBot())
    driver = await open_page()
    await stage.close()
    status = driver.page.get_by_text("Inferbot is not connected yet.")
    await expect(status).to_be_visible()
    await start(DemoBot())
    await expect(status).to_be_hidden()


async def test_a_page_of_a_playground_that_has_ended_says_so(open_page: OpenPage, playground: Playground) -> None:
    driver = await open_page(bot=False)
    await playground.stop()
    await expect(driver.page.get_by_text("The connection to the playground dropped. Trying again…")).to_be_visible()
    async with Playground(port=playground.port):
        await expect(driver.page.get_by_text("This playground has ended, and its messages with it.")).to_be_visible()
