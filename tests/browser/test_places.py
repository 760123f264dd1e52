"""What is around the messages: forms, people, events, the welcome."""

import time
from datetime import timedelta
from pathlib import Path

import discord
from browser.conftest import OpenPage
from browser.demo_bot import picture
from browser.driver import PageDriver
from inferbot.playground.server import Playground
from playwright.async_api import expect
from wire.stage import Stage


async def test_a_form_is_filled_in_and_refused_with_a_sentence_first(demo: PageDriver, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(picture().getvalue())
    await demo.slash("form")
    dialog = demo.page.get_by_role("dialog", name="A form")
    await expect(dialog.locator("strong")).to_have_text("what you like")
    await dialog.get_by_label("Your name").fill("A")
    await dialog.get_by_role("button", name="Submit").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("“Your name” must be 2 to")
    await dialog.get_by_label("Your name").fill("Ada")
    await dialog.get_by_label("Your story").fill("Long ago")
    await dialog.get_by_role("button", name="Submit").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Choose 1 from Your mood.")
    await dialog.get_by_role("button", name="Your mood").click()
    await demo.page.get_by_role("option", name="better").click()
    await dialog.locator("input[type=file]").set_input_files(photo)
    await dialog.get_by_role("button", name="Submit").click()
    await expect(dialog).to_have_count(0)
    size = len(picture().getvalue())
    await expect(demo.message_with("name Ada; story Long ago; mood better")).to_contain_text(f"photo.png of {size}")


async def test_a_form_can_be_left(demo: PageDriver) -> None:
    await demo.slash("form")
    await demo.page.get_by_role("dialog", name="A form").wait_for()
    await demo.page.keyboard.press("Escape")
    await expect(demo.page.get_by_role("dialog")).to_have_count(0)


async def test_an_option_can_name_a_person(demo: PageDriver, playground: Playground) -> None:
    playground.people.add("Ada")
    await demo.slash("quiz start", who="Ada")
    message = demo.message_with("A quiz starts for")
    await expect(message.locator(".mention").last).to_have_text("@Ada")


async def test_the_member_list_and_its_menu(demo: PageDriver, playground: Playground) -> None:
    ada = playground.people.add("Ada")
    await demo.page.get_by_role("button", name="Members", exact=True).click()
    panel = demo.page.get_by_role("complementary", name="Members")
    await expect(panel.locator(".name")).to_have_text(["Inferbot", "You", "Ada"])
    await expect(panel.get_by_role("button", name="You")).to_contain_text("you, owner")
    await panel.get_by_role("button", name="Ada").click()
    await demo.page.get_by_role("menuitem", name="Wave").click()
    await expect(demo.message_with("Hello, Ada!")).to_be_visible()
    await panel.get_by_role("button", name="Ada").click(button="right")
    await demo.page.get_by_role("menuitem", name="Make a moderator").click()
    await expect(panel.get_by_role("heading", name="Moderators: 1")).to_be_visible()
    assert playground.world.moderator_role.id in ada.role_ids
    await panel.get_by_role("button", name="Ada").click()
    await demo.page.get_by_role("menuitem", name="Mention").click()
    await expect(demo.box).to_have_value(f"<@{ada.id}> ")


async def test_an_added_person_gets_a_tab_of_their_own(demo: PageDriver) -> None:
    await demo.page.get_by_role("button", name="Viewing as").click()
    await demo.page.get_by_role("menuitem", name="Add a person").click()
    dialog = demo.page.get_by_role("dialog", name="Add a person")
    await dialog.get_by_label("Name").fill("You")
    await dialog.get_by_role("button", name="Add").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Someone here is already called You.")
    await dialog.get_by_label("Name").fill("Bo")
    async with demo.page.context.expect_page() as opened:
        await dialog.get_by_role("button", name="Add").click()
    bo = PageDriver(await opened.value)
    await bo.ready()
    await expect(bo.page.get_by_role("button", name="Viewing as Bo")).to_be_visible()
    await bo.say("I am Bo")
    await expect(demo.message_with("I am Bo").locator(".name")).to_have_text("Bo")


async def test_an_event_from_its_plan_to_its_end(demo: PageDriver, open_page: OpenPage, playground: Playground) -> None:
    playground.people.add("Ada")
    ada = await open_page("Ada")
    for driver in (demo, ada):
        await driver.page.get_by_role("button", name="Events", exact=True).click()
    await demo.page.get_by_role("button", name="Create an event").click()
    dialog = demo.page.get_by_role("dialog", name="Create an event")
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_role("alert")).not_to_be_empty()
    await dialog.get_by_label("Name").fill("Quiz night")
    await dialog.get_by_role("button", name="Create").click()
    card = ada.page.get_by_role("listitem").filter(has_text="Quiz night")
    await expect(card.get_by_role("button")).to_have_text(["Interested: 0"])
    await card.get_by_role("button", name="Interested").click()
    await expect(card.get_by_role("button", name="Interested: 1")).to_have_attribute("aria-pressed", "true")
    mine = demo.page.get_by_role("listitem").filter(has_text="Quiz night")
    await mine.get_by_role("button", name="Start").click()
    await expect(card).to_contain_text("Happening now")
    await mine.get_by_role("button", name="End").click()
    await expect(demo.page.get_by_text("Nothing is planned.")).to_be_visible()


async def test_pictures_of_events_are_shown(stage: Stage, demo: PageDriver) -> None:
    photo = picture().getvalue()
    now = discord.utils.utcnow()
    await stage.bot.guilds[0].create_scheduled_event(
        name="Quiz night",
        start_time=now + timedelta(minutes=5),
        end_time=now + timedelta(minutes=35),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="#quiz",
        image=photo,
    )
    await demo.page.get_by_role("button", name="Events", exact=True).click()
    cover = demo.page.get_by_role("complementary", name="Events").locator("img")
    assert await cover.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 320


async def test_the_welcome_offers_what_the_bot_has(demo: PageDriver) -> None:
    welcome = demo.page.get_by_role("region", name="Welcome")
    await expect(welcome).to_contain_text("This is a simulation of Discord with the real Inferbot.")
    await expect(welcome.get_by_role("button")).to_have_text(["Say hello", "Measure a photo"])
    await welcome.get_by_role("button", name="Say hello").click()
    await expect(demo.message_with("hello")).to_contain_text("You used /repeat")
    await welcome.get_by_role("button", name="Measure a photo").click()
    await expect(demo.form.get_by_role("button", name="image: choose a file")).to_be_focused()
    await expect(demo.form.locator("#field-size")).to_have_value("medium")


async def test_the_owner_can_start_over(demo: PageDriver) -> None:
    await demo.say("An old start")
    await demo.page.get_by_role("button", name="More", exact=True).click()
    await demo.page.get_by_role("menuitem", name="Start over").click()
    await demo.page.get_by_role("button", name="Start over").click()
    await expect(demo.messages()).to_have_count(0)
    await demo.say("A new start")
    await expect(demo.messages()).to_have_count(1)


async def test_a_tab_whose_person_left_asks_who_to_continue_as(
    demo: PageDriver, open_page: OpenPage, playground: Playground
) -> None:
    playground.people.add("Ada")
    ada = await open_page("Ada")
    playground.people.reset(playground.world.owner.id)
    dialog = ada.page.get_by_role("dialog", name="Ada isn't here anymore")
    await expect(dialog.get_by_role("link")).to_have_text(["YYou"])
    playground.people.add("Bo")
    await expect(dialog.get_by_role("link")).to_have_text(["YYou", "BBo"])
    await ada.page.keyboard.press("Escape")
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("link", name="Bo").click()
    await ada.ready()
    await expect(ada.page.get_by_role("button", name="Viewing as Bo")).to_be_visible()
    await ada.say("from here too")
    await expect(demo.message_with("from here too").locator(".name")).to_have_text("Bo")


async def test_only_what_a_person_may_do_is_offered(stage: Stage, open_page: OpenPage) -> None:
    stage.people.add("Ada")
    ada = await open_page("Ada")
    await expect(ada.page.get_by_role("button", name="Members", exact=True)).to_be_visible()
    await expect(ada.page.get_by_role("button", name="More", exact=True)).to_be_hidden()


async def test_a_relative_timestamp_counts(stage: Stage, open_page: OpenPage) -> None:
    driver = await open_page()
    stage.people.say(stage.you, stage.general, f"<t:{int(time.time()) + 3605}:R> and <t:0:D>")
    shown = driver.latest_message().locator("time[data-format]")
    await expect(shown.last).to_have_text("1 January 1970")
    await expect(shown.first).to_have_text("in 1 hour")


async def test_a_long_history_loads_as_one_scrolls_and_stays_in_order(stage: Stage, open_page: OpenPage) -> None:
    for number in range(5000):
        stage.people.say(stage.you, stage.general, f"number {number}")
    driver = await open_page()
    await expect(driver.messages()).to_have_count(50)
    await expect(driver.latest_message()).to_contain_text("number 4999")
    for count in (100, 150, 200):
        await driver.evaluate("document.getElementById('scroller').scrollTop = 0")
        await expect(driver.messages()).to_have_count(count)
    texts = await driver.messages().locator(".content").all_text_contents()
    assert [text.strip() for text in texts] == [f"number {number}" for number in range(4800, 5000)]


async def test_a_page_that_stays_open_keeps_what_is_near(stage: Stage, open_page: OpenPage) -> None:
    driver = await open_page()
    await driver.evaluate(
        """void (window.most = 0, new MutationObserver(() => {
            window.most = Math.max(window.most, document.querySelectorAll("#log article").length);
        }).observe(document.getElementById("log"), { childList: true, subtree: true }))"""
    )
    for number in range(450):
        stage.people.say(stage.you, stage.general, f"number {number}")
    await expect(driver.latest_message()).to_contain_text("number 449")
    assert await driver.evaluate("window.most") <= 401
    before = await driver.messages().count()
    await driver.evaluate("document.getElementById('scroller').scrollTop = 0")
    await expect(driver.messages()).to_have_count(before + 50)


FROM_BOTTOM = """(() => {
    const { scrollHeight, scrollTop, clientHeight } = document.getElementById("scroller");
    return Math.round(scrollHeight - scrollTop - clientHeight);
})()"""


async def test_a_channel_opens_at_its_end_and_stays_there_until_one_scrolls_up(
    demo: PageDriver, open_page: OpenPage, playground: Playground
) -> None:
    for command in ("markdown", "everything", "gallery", "long", "markdown", "everything", "gallery"):
        await demo.slash(command)
    await expect(demo.messages()).to_have_count(7)
    general = playground.world.channel_named("general").id
    ada = playground.people.add("Ada").id
    fresh = await open_page(viewport={"width": 390, "height": 700})
    await expect(fresh.latest_message()).to_be_in_viewport()
    await expect(fresh.latest_message().locator("img").last).to_be_in_viewport()
    playground.people.say(ada, general, "the newest")
    await expect(fresh.message_with("the newest")).to_be_in_viewport()
    assert await fresh.evaluate(FROM_BOTTOM) <= 1
    await fresh.page.locator("#scroller").hover()
    await fresh.page.mouse.wheel(0, -900)
    await expect(fresh.message_with("the newest")).not_to_be_in_viewport()
    playground.people.say(ada, general, "newer still")
    await expect(fresh.message_with("newer still")).to_be_attached()
    assert await fresh.evaluate(FROM_BOTTOM) > 300
