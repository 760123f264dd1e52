"""What is half written stays in its channel, and the channels themselves on a phone."""

import asyncio
from pathlib import Path

import pytest
from browser.conftest import OpenPage
from browser.demo_bot import picture
from browser.driver import PageDriver
from inferbot.playground.server import Playground
from inferbot.playground.world.errors import PersonError
from playwright.async_api import Route, expect
from wire.stage import Stage

PHONE = {"width": 390, "height": 780}


async def test_a_half_typed_command_waits_in_its_channel(demo: PageDriver, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(picture().getvalue())
    await demo.choose_command("measure")
    await demo.fill_option("image", photo)
    await demo.fill_option("size", "medium")
    await demo.open_channel("quiz")
    await expect(demo.form).to_have_count(0)
    await expect(demo.box).to_be_focused()
    await demo.choose_command("repeat")
    await demo.fill_option("text", "in another channel")
    await demo.open_channel("general")
    await expect(demo.form.locator(".preview")).to_contain_text("photo.png")
    await demo.form.get_by_role("button", name="Send").click()
    await expect(demo.message_with("photo.png")).to_contain_text("medium, none, 1")
    await expect(demo.form).to_have_count(0)
    await demo.open_channel("quiz")
    await expect(demo.form.locator("#field-text")).to_have_value("in another channel")
    await demo.open_channel("general")
    await expect(demo.form).to_have_count(0)


async def test_a_half_typed_command_survives_a_reload(demo: PageDriver, playground: Playground) -> None:
    playground.people.add("Ada")
    await demo.choose_command("quiz start")
    await demo.fill_option("who", "Ada")
    await demo.open_channel("quiz")
    await demo.choose_command("measure")
    await demo.fill_option("times", "3 or")
    await demo.page.reload()
    await demo.ready()
    await expect(demo.form.locator("#field-times")).to_have_value("3 or")
    await demo.open_channel("general")
    await expect(demo.form.locator("#field-who")).to_have_value("Ada")
    await demo.form.get_by_role("button", name="Send").click()
    await expect(demo.message_with("A quiz starts for @Ada")).to_be_visible()
    await demo.page.reload()
    await demo.ready()
    await expect(demo.form).to_have_count(0)


async def test_files_wait_in_their_channel_too(demo: PageDriver, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(picture().getvalue())
    await demo.page.get_by_label("Choose files to send").set_input_files(photo)
    await demo.box.fill("Look")
    await demo.open_channel("quiz")
    await expect(demo.page.locator("#composer .preview")).to_have_count(0)
    await demo.open_channel("general")
    await demo.box.press("Enter")
    await expect(demo.message_with("Look").get_by_role("img", name="photo.png")).to_be_visible()


async def test_the_channels_on_a_phone_lie_over_the_rest_until_one_leaves_them(
    stage: object,  # noqa: ARG001 - the bot that the page shows
    open_page: OpenPage,
) -> None:
    phone = await open_page(viewport=PHONE)
    page = phone.page
    toggle = page.get_by_role("button", name="Channels", exact=True)
    here = page.get_by_role("button", name="# general")
    await expect(here).to_be_hidden()
    for leave in ("tap", "Escape"):
        await toggle.click()
        await expect(here).to_be_focused()
        await expect(page.locator("#main[inert]")).to_have_count(1)
        if leave == "tap":
            await page.mouse.click(370, 400)
        else:
            await page.keyboard.press(leave)
        await expect(here).to_be_hidden()
        await expect(toggle).to_be_focused()
    await toggle.click()
    await page.get_by_role("button", name="# quiz").click()
    await expect(here).to_be_hidden()
    await expect(phone.box).to_be_focused()
    members = page.get_by_role("button", name="Members", exact=True)
    panel = page.get_by_role("complementary", name="Members")
    await members.click()
    await expect(panel).to_be_visible()
    await page.mouse.click(20, 400)
    await expect(panel).to_be_hidden()
    await expect(members).to_be_focused()
    await toggle.click()
    await page.set_viewport_size({"width": 1000, "height": 780})
    await expect(page.locator("#main[inert]")).to_have_count(0)
    await phone.say("wide again")
    await expect(phone.message_with("wide again")).to_be_visible()


async def test_what_is_typed_before_the_answer_arrives_is_kept(demo: PageDriver) -> None:
    """The next message begins when one is sent, not when the server has answered."""
    answer = asyncio.Event()

    async def held(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    await demo.page.route("**/upload*", held)
    await demo.page.get_by_label("Choose files to send").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"notes"}
    )
    await demo.box.fill("first")
    await demo.box.press("Enter")
    await expect(demo.box).to_have_value("")
    await demo.box.fill("sec")
    answer.set()
    await expect(demo.message_with("first")).to_be_visible()
    await expect(demo.box).to_have_value("sec")
    await demo.box.press_sequentially("ond")
    await demo.box.press("Enter")
    await expect(demo.message_with("second")).to_be_visible()


async def test_an_unsent_message_is_put_back_before_what_was_typed_since(
    stage: Stage, demo: PageDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = asyncio.Event()

    async def held(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    def refuse(*_: object, **__: object) -> None:
        raise PersonError("Not now.")

    await demo.page.route("**/upload*", held)
    monkeypatch.setattr(stage.people, "say", refuse)
    await demo.page.get_by_label("Choose files to send").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"notes"}
    )
    await demo.box.fill("first")
    await demo.box.press("Enter")
    await expect(demo.box).to_have_value("")
    await demo.box.fill("second")
    answer.set()
    await expect(demo.box).to_have_value("first\nsecond")
    await expect(demo.page.locator(".previews")).to_contain_text("notes.txt")
    await expect(demo.page.get_by_role("alert").filter(has_text="Not now.")).to_be_visible()
