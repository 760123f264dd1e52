"""Scheduled events and members, with the real client."""

import datetime as dt
from typing import Any

import discord
import pytest
from discord.ext import commands
from inferbot.playground.server import Playground
from inferbot.playground.world.events import Status
from inferbot.playground.world.permissions import EVERYONE
from wire.conftest import Start
from wire.sample import PICTURE
from wire.stage import Stage, eventually


class Witness(commands.Bot):
    """Notes what it is told about events and members."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__("!", intents=intents)
        self.seen: list[tuple[str, Any]] = []

    async def on_scheduled_event_create(self, event: discord.ScheduledEvent) -> None:
        self.seen.append(("create", event.name))

    async def on_scheduled_event_update(self, _: discord.ScheduledEvent, event: discord.ScheduledEvent) -> None:
        self.seen.append(("update", event.status.name))

    async def on_scheduled_event_delete(self, event: discord.ScheduledEvent) -> None:
        self.seen.append(("delete", event.name))

    async def on_scheduled_event_user_add(self, _: discord.ScheduledEvent, user: discord.User) -> None:
        self.seen.append(("interested", user.display_name))

    async def on_member_join(self, member: discord.Member) -> None:
        self.seen.append(("join", member.display_name))

    async def on_member_update(self, _: discord.Member, after: discord.Member) -> None:
        self.seen.append(("roles", [role.name for role in after.roles]))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        self.seen.append(("cleared", len(payload.message_ids)))


async def seen(stage: Stage, *wanted: tuple[str, Any]) -> None:
    bot = stage.bot
    assert isinstance(bot, Witness)
    await eventually(lambda: all(entry in bot.seen for entry in wanted), 10)


async def plan(stage: Stage) -> discord.ScheduledEvent:
    now = discord.utils.utcnow()
    return await stage.bot.guilds[0].create_scheduled_event(
        name="Quiz night",
        description="Bring a friend",
        start_time=now + dt.timedelta(hours=1),
        end_time=now + dt.timedelta(hours=2),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="#quiz",
    )


async def test_an_event_from_plan_to_end(start: Start) -> None:
    stage = await start(Witness(discord.Intents.default()))
    event = await plan(stage)
    await seen(stage, ("create", "Quiz night"))
    assert [e["name"] for e in stage.people.scheduled_events(stage.you)] == ["Quiz night"]
    event = await event.edit(name="Quiz evening")
    started = await event.start()
    assert started.status is discord.EventStatus.active
    await started.end()
    await seen(stage, ("update", "active"), ("update", "completed"))
    assert await stage.bot.guilds[0].fetch_scheduled_events() == []


async def test_a_person_starts_and_cancels_events_and_the_bot_learns_of_it(start: Start) -> None:
    stage = await start(Witness(discord.Intents.default()))
    first, second = await plan(stage), await plan(stage)
    stage.people.set_event_status(stage.you, str(first.id), Status.ACTIVE)
    stage.people.set_event_status(stage.you, str(second.id), Status.CANCELED)
    await seen(stage, ("update", "active"), ("update", "canceled"))
    await second.delete()
    await seen(stage, ("delete", "Quiz night"))


async def test_who_is_interested_can_be_fetched(start: Start) -> None:
    stage = await start(Witness(discord.Intents.default()))
    event = await plan(stage)
    ada = stage.people.add("Ada")
    for person in (stage.you, ada.id):
        stage.people.set_interest(person, str(event.id), interested=True)
    assert [user.display_name async for user in event.users()] == ["You", "Ada"]
    fetched = await stage.bot.guilds[0].fetch_scheduled_event(event.id, with_counts=True)
    assert fetched.user_count == 2


async def test_the_bot_gets_50013_without_create_events(start: Start) -> None:
    stage = await start(Witness(discord.Intents.default()))
    stage.world.bot_role.permissions = EVERYONE
    with pytest.raises(discord.Forbidden) as refused:
        await plan(stage)
    assert refused.value.code == 50013


async def test_a_restarted_bot_finds_the_events_that_are_open(start: Start) -> None:
    first = await start(Witness(discord.Intents.default()))
    event = await plan(first)
    await first.close()
    first.people.set_event_status(first.you, str(event.id), Status.ACTIVE)
    second = await start(Witness(discord.Intents.default()))
    (found,) = second.bot.guilds[0].scheduled_events
    assert (found.id, found.status) == (event.id, discord.EventStatus.active)


async def test_a_reset_reaches_the_bot_as_a_bulk_delete(start: Start) -> None:
    stage = await start(Witness(discord.Intents.default()))
    for number in range(3):
        stage.people.say(stage.you, stage.general, str(number))
    stage.people.reset(stage.you)
    await seen(stage, ("cleared", 3))


async def test_an_event_starts_at_its_time_while_the_playground_runs(playground: Playground) -> None:
    world, now = playground.world, playground.world.clock()
    event = playground.people.create_event(
        world.owner.id, name="Soon", location="here", starts_at=now + 0.2, ends_at=now + 60
    )
    await eventually(lambda: world.scheduled.get(event["id"]).status is Status.ACTIVE, 10)


async def test_the_cdn_serves_an_uploaded_event_cover(start: Start) -> None:
    stage = await start(Witness(discord.Intents.default()))
    guild = stage.bot.guilds[0]
    now = discord.utils.utcnow()
    event = await guild.create_scheduled_event(
        name="Quiz",
        start_time=now + dt.timedelta(minutes=1),
        end_time=now + dt.timedelta(minutes=2),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="#quiz",
        image=PICTURE,
    )
    assert event.cover_image is not None
    assert await event.cover_image.read() == PICTURE
