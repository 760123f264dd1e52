"""Links into the server itself: they lead to their place inside the page, and never out of it."""

import discord
from browser.conftest import OpenPage
from browser.demo_bot import DemoBot
from browser.driver import PageDriver
from inferbot.playground.server import Playground
from inferbot.playground.world.model import JSONObject
from inferbot.playground.world.permissions import Permission
from playwright.async_api import expect
from wire.stage import Stage, Start


def address(stage: Stage, message: JSONObject) -> str:
    return f"https://discord.com/channels/{stage.world.guild_id}/{message['channel_id']}/{message['id']}"


async def test_a_link_leads_to_a_message_far_back_in_another_channel(stage: Stage, demo: PageDriver) -> None:
    quiz = stage.world.channel_named("quiz").id
    target = stage.people.say(stage.you, quiz, "The lobby is open")
    for number in range(160):
        stage.people.say(stage.you, quiz, f"number {number}")
    await demo.say(f"Here: {address(stage, target)}, or [the *running* game]({address(stage, target)})")
    links = demo.latest_message().get_by_role("link")
    await expect(links).to_have_text(["#quiz › message", "the running game"])  # noqa: RUF001 - Discord's own mark
    for press in ("click", "Enter"):
        if press == "click":
            await links.first.click()
        else:
            await links.last.press(press)
        await expect(demo.page.locator("#channel-name")).to_have_text("# quiz")
        found = demo.message_with("The lobby is open")
        await expect(found).to_be_in_viewport()
        await expect(found).to_be_focused()
        await expect(found).to_have_class("message reached")
        await expect(found).to_have_class("message")
        await demo.open_channel("general")
    assert len(demo.page.context.pages) == 1


async def test_a_link_leads_to_a_message_in_the_same_channel_and_what_comes_does_not_move_it(
    stage: Stage, demo: PageDriver
) -> None:
    target = stage.people.say(stage.you, stage.general, "Where it began")
    for number in range(70):
        stage.people.say(stage.you, stage.general, f"number {number}")
    await demo.say(address(stage, target))
    await demo.latest_message().get_by_role("link").click()
    found = demo.message_with("Where it began")
    await expect(found).to_be_in_viewport()
    place = await found.bounding_box()
    stage.people.say(stage.people.add("Ada").id, stage.general, "newer")
    await expect(demo.message_with("newer")).to_be_attached()
    assert await found.bounding_box() == place


async def test_a_reply_leads_to_what_it_answers(stage: Stage, demo: PageDriver) -> None:
    first = stage.people.say(stage.you, stage.general, "What is inference?")
    for number in range(70):
        stage.people.say(stage.you, stage.general, f"number {number}")
    stage.people.say(stage.you, stage.general, "A model being used.", reply_to=first["id"])
    await demo.latest_message().get_by_role("link", name="What is inference?").click()
    await expect(demo.messages().filter(has_text="What is inference?").first).to_be_focused()


async def test_a_link_to_a_deleted_message_or_hidden_channel_is_explained(start: Start, open_page: OpenPage) -> None:
    stage = await start(DemoBot())
    stage.people.add("Ada")
    hidden = {"id": stage.world.guild_id, "type": 0, "allow": "0", "deny": str(int(Permission.VIEW_CHANNEL))}
    secret = stage.world.add_channel("secret", overwrites=[hidden])
    unseen = stage.people.say(stage.you, secret.id, "psst")
    gone = stage.people.say(stage.you, stage.general, "soon gone")
    stage.people.say(stage.you, stage.general, f"[gone]({address(stage, gone)}) [secret]({address(stage, unseen)})")
    message = stage.world.messages.find(gone["id"])
    assert message is not None
    stage.world.messages.delete(message)
    ada = await open_page("Ada")
    said = ada.page.locator("#composer").get_by_role("alert")
    await ada.log.get_by_role("link", name="gone").click()
    await expect(said).to_have_text("That message is not there any more.")
    await ada.log.get_by_role("link", name="secret").click()
    await expect(said).to_have_text("You can't see that channel.")
    await expect(ada.page.locator("#channel-name")).to_have_text("# general")


async def test_a_link_to_an_event_opens_it_in_the_list(demo: PageDriver, stage: Stage, playground: Playground) -> None:
    now = playground.world.clock()
    event = stage.people.create_event(
        stage.you, name="Quiz night", location="#quiz", starts_at=now + 600, ends_at=now + 1200
    )
    link = f"https://discord.com/events/{stage.world.guild_id}/{event['id']}"
    view = discord.ui.View().add_item(discord.ui.Button[discord.ui.View](label="The event", url=link))
    channel = stage.bot.get_channel(int(stage.general))
    assert isinstance(channel, discord.TextChannel)
    await channel.send(f"Planned: {link}", view=view)
    card = demo.page.get_by_role("listitem", name="Quiz night")
    for name in ("Quiz night", "The event"):
        await demo.log.get_by_role("link", name=name).click()
        await expect(card).to_be_focused()
        await demo.page.get_by_role("button", name="Close events").click()
    stage.people.set_event_status(stage.you, event["id"], type(stage.world.scheduled.get(event["id"]).status).CANCELED)
    await demo.log.get_by_role("link", name="Quiz night").click()
    await expect(demo.page.locator("#composer").get_by_role("alert")).to_have_text(
        "That event is over, or was called off."
    )
    assert len(demo.page.context.pages) == 1
