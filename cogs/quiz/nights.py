"""Quiz nights from Discord's scheduled events: planned, opened, completed, called off, and found again after a stop."""

import asyncio
import datetime as dt
import logging
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands, tasks

from ...features.recent import Forgotten
from ...quiz.rules import MAX_QUESTIONS, MAX_SECONDS, MIN_QUESTIONS, MIN_SECONDS, Rules
from ...quiz.running.hosting import AlreadyPlaying, Plan
from ...quiz.running.library import EVERYTHING, NoQuestions, NoSuchPack, has_answer
from ...quiz.running.nights import OVER, PLANNED, RUNNING, Act, Draft, Status, decide, length
from ...quiz.running.outlet import OutletForbidden, OutletGone
from ...quiz.running.session import GameSession
from ...quiz.when import next_week, parse_when, zone_names, zone_of
from ...store import events as rows
from ...store.records import EventRecord
from .. import errors, sending
from ..feature import FeatureCog, answered
from ..limits import CHOICES
from .game import NEEDED, Lacking, PackName, guild_of, pack_choices, require
from .group import quiz
from .view import night as views

log = logging.getLogger(__name__)

TICK = 15.0
SHOWN_INTERESTED = 50
EVENTS = discord.Permissions(create_events=True)
TO_WRITE = discord.Permissions(view_channel=True, send_messages=True)
STATUS = {
    discord.EventStatus.scheduled: Status.SCHEDULED,
    discord.EventStatus.active: Status.ACTIVE,
    discord.EventStatus.completed: Status.COMPLETED,
    discord.EventStatus.canceled: Status.GONE,
}


class MayNotPlan(Exception):
    """Planning an event without the permission to create events."""


class NotYourChannel(Exception):
    """Planning a quiz night where one may not write oneself."""


class DraftForgotten(Exception):
    """A plan that is not kept any more."""


class Events(FeatureCog):
    """The commands and buttons of quiz nights, and the watch over their events."""

    @quiz.command(name="schedule", description="Plan a quiz night as an event of this server")
    @app_commands.describe(
        when="Such as: tomorrow 19:00, friday 7pm, in 2 hours, 2026-12-24 20:00",
        pack="Which questions (all packs, if you leave it out)",
        questions="How many questions",
        seconds="How many seconds for each",
        teams="Play in teams",
        channel="Where it is played (here, if you leave it out)",
        repeat="Every week at the same time",
        zone="The time zone that you mean, such as Europe/Berlin",
    )
    @answered
    async def schedule(  # noqa: PLR0913, PLR0917 - the options of a command
        self,
        interaction: discord.Interaction[Any],
        when: app_commands.Range[str, 1, 100],
        pack: PackName = EVERYTHING,
        questions: app_commands.Range[int, MIN_QUESTIONS, MAX_QUESTIONS] = 10,
        seconds: app_commands.Range[int, MIN_SECONDS, MAX_SECONDS] = 20,
        teams: Literal[2, 3, 4] | None = None,
        channel: discord.TextChannel | None = None,
        repeat: Literal["weekly"] | None = None,
        zone: app_commands.Range[str, 1, 60] | None = None,
    ) -> None:
        """Show what would be planned; nothing happens before it is confirmed."""
        guild = guild_of(interaction)
        self._may_plan(interaction, channel)
        await interaction.response.defer(ephemeral=True, thinking=True)
        # Both read files the first time, and a text is searched for a date: not in the loop.
        chosen = await asyncio.to_thread(zone_of, zone or self.services.settings.time_zone)
        start = await asyncio.to_thread(parse_when, when, chosen, interaction.created_at)
        self.services.library.choose(guild, pack=pack, fits=has_answer)
        draft = Draft(
            owner=interaction.user.id,
            channel=channel.id if channel else interaction.channel_id or 0,
            pack=pack,
            title=self.services.library.title(guild, pack),
            questions=questions,
            seconds=seconds,
            teams=teams or 0,
            weekly=repeat == "weekly",
            starts_at=start.timestamp(),
            zone=chosen.key,
        )
        key = self.services.drafts.remember(draft, 1024)
        await sending.finish(interaction, views.draft_view(draft, key))

    @schedule.autocomplete("zone")
    async def zones_for(self, _: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        """Return the time zones that fit what is typed, from memory."""
        typed = current.strip().replace(" ", "_").casefold()
        names = await asyncio.to_thread(zone_names)
        found = [one for one in names if typed in one.casefold()]
        return [app_commands.Choice(name=one, value=one) for one in found[:CHOICES]]

    @schedule.autocomplete("pack")
    async def packs_to_plan(
        self, interaction: discord.Interaction[Any], current: str
    ) -> list[app_commands.Choice[str]]:
        """Return the packs that fit what is typed, from memory."""
        return pack_choices(self.services.library, interaction.guild_id, current)

    def _may_plan(self, interaction: discord.Interaction[Any], channel: discord.TextChannel | None) -> None:
        may = interaction.permissions
        if not (may.create_events or may.manage_events):
            raise MayNotPlan
        require(interaction, EVENTS)
        if channel is None:
            require(interaction, NEEDED)
            return
        person = interaction.user
        if isinstance(person, discord.Member) and not channel.permissions_for(person).is_superset(TO_WRITE):
            raise NotYourChannel
        lacking = NEEDED & ~channel.permissions_for(channel.guild.me)
        if lacking.value:
            raise Lacking([name.replace("_", " ").title() for name, there in lacking if there])

    @quiz.command(name="events", description="The quiz nights that are planned in this server")
    @answered
    async def planned(self, interaction: discord.Interaction[Any]) -> None:
        """List them, soonest first."""
        guild = guild_of(interaction)
        found = await self.services.store.read(lambda c: rows.unfinished(c, guild))
        titles = [self.services.library.title(guild, one.choices["pack"]) for one in found]
        await sending.whisper(interaction, views.events_view(found, titles))

    async def pressed_about_events(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Create the event that was confirmed, or drop it."""
        try:
            draft = self.services.drafts.recall(key)
        except Forgotten:
            raise DraftForgotten from None
        if draft.owner != interaction.user.id or interaction.guild is None:
            raise errors.OldButton(action)
        self.services.drafts.forget(key)  # a second press plans nothing twice
        await interaction.response.defer()
        if action == "unplan":
            await sending.finish(interaction, views.dropped_view())
            return
        event = await self._create(interaction.guild, draft, interaction.user.id)
        await sending.finish(interaction, views.planned_view(event.url, draft.starts_at))

    async def _create(self, guild: discord.Guild, draft: Draft, host: int) -> discord.ScheduledEvent:
        start = dt.datetime.fromtimestamp(draft.starts_at, dt.UTC)
        channel = guild.get_channel(draft.channel)
        event = await guild.create_scheduled_event(
            name=views.event_name(draft.title),
            start_time=start,
            end_time=start + dt.timedelta(seconds=length(draft)),
            entity_type=discord.EntityType.external,
            privacy_level=discord.PrivacyLevel.guild_only,
            location=f"#{channel.name}" if channel else "Discord",
            description=views.event_description(draft),
            image=await asyncio.to_thread(views.event_picture, draft.title),
        )
        choices = {
            "pack": draft.pack,
            "questions": draft.questions,
            "seconds": draft.seconds,
            "teams": draft.teams,
        }
        record = EventRecord(
            id=event.id,
            guild=guild.id,
            channel=draft.channel,
            host=host,
            choices=choices,
            starts_at=draft.starts_at,
            zone=draft.zone,
            weekly=draft.weekly,
            state=PLANNED,
            game=None,
        )
        await self.services.store.write(lambda c: rows.put(c, record))
        return event

    # The watch

    @tasks.loop(seconds=TICK)
    async def watch(self) -> None:
        """Look after every event that is planned or running; one that fails does not stop the others."""
        for record in await self.services.store.read(rows.unfinished):
            guild = self.bot.get_guild(record.guild)
            if guild is None or guild.unavailable:
                continue
            later = record.state == PLANNED and record.starts_at > self.services.host.runner.clock()
            if later and self._is_known(record):
                continue
            await self._look_after(record)

    def _is_known(self, record: EventRecord) -> bool:
        """Return whether Discord keeps us informed of the event, so that there is no need to ask."""
        guild = self.bot.get_guild(record.guild)
        known = guild.get_scheduled_event(record.id) if guild else None
        return known is not None and known.status is discord.EventStatus.scheduled

    async def _look_after(self, record: EventRecord) -> None:
        try:
            await self._act(record)
        except (discord.HTTPException, OSError):
            log.warning("an event could not be looked after", extra={"event": record.id}, exc_info=True)

    async def _act(self, record: EventRecord) -> None:
        event = await self._event(record)
        status = STATUS.get(event.status, Status.GONE) if event else Status.GONE
        game_on = record.game is not None and record.game in self.services.host.runner.tables
        now = self.services.host.runner.clock()
        match decide(record.state, record.starts_at, status, now, game_on=game_on):
            case Act.START if event:
                await event.start()
                await self._open_lobby(record, event)
            case Act.OPEN if event:
                await self._open_lobby(record, event)
            case Act.MISS if event:
                await self._miss(record, event)
            case Act.CALL_OFF:
                await self._call_off(record)
            case Act.COMPLETE:
                await self._complete(record)
            case _:
                pass

    async def _miss(self, record: EventRecord, event: discord.ScheduledEvent) -> None:
        if not await self._move(record, PLANNED, OVER):
            return
        await self._plan_next(record)
        await event.cancel()
        channel = self.bot.get_partial_messageable(record.channel, guild_id=record.guild)
        await channel.send(view=views.missed_view().view, allowed_mentions=sending.NO_MENTIONS)

    async def _event(self, record: EventRecord) -> discord.ScheduledEvent | None:
        guild = self.bot.get_guild(record.guild)
        if guild is None:
            return None
        try:
            return await guild.fetch_scheduled_event(record.id)
        except discord.NotFound:
            return None

    async def _move(self, record: EventRecord, before: str, after: str, **values: Any) -> bool:
        return await self.services.store.write(lambda c: rows.move(c, record.id, before=before, after=after, **values))

    async def _open_lobby(self, record: EventRecord, event: discord.ScheduledEvent) -> None:
        """Open the lobby, once, whoever noticed first that the event has begun."""
        if not await self._move(record, PLANNED, RUNNING):
            return
        chosen = record.choices
        rules = Rules(questions=chosen["questions"], seconds=chosen["seconds"], teams=chosen["teams"])
        users = tuple([user.id async for user in event.users(limit=SHOWN_INTERESTED)])
        plan = Plan(record.guild, record.channel, record.host, rules, chosen["pack"], event=record.id, interested=users)
        try:
            table = await self.services.host.start(plan)
        except AlreadyPlaying:  # try again when that game is over
            await self._move(record, RUNNING, PLANNED)
            return
        except (OutletForbidden, OutletGone, NoQuestions, NoSuchPack) as error:
            await self._move(record, RUNNING, OVER)
            await self._tell(record, errors.sentence_for(error) or "")
            if not isinstance(error, (OutletGone, NoSuchPack)):  # those would be gone next week as well
                await self._plan_next(record)
            await event.end()
            return
        await self._move(record, RUNNING, RUNNING, game=table.id)

    async def _tell(self, record: EventRecord, sentence: str) -> None:
        try:
            host = self.bot.get_user(record.host) or await self.bot.fetch_user(record.host)
            await host.send(f"The quiz night in <#{record.channel}> could not begin. {sentence}")
        except discord.HTTPException as error:
            log.info("a host could not be told of an event", extra={"reason": str(error)})

    async def _call_off(self, record: EventRecord) -> None:
        was_running = await self._move(record, RUNNING, OVER)
        if not was_running and not await self._move(record, PLANNED, OVER):
            return
        if record.game is not None and record.game in self.services.host.runner.tables:
            await self.services.host.stop(record.channel)

    async def complete_event(self, table: GameSession) -> None:
        """Mark the event of a game that is over as completed, with its winners, and plan the next week's."""
        number = table.event
        if number is None:
            return
        record = await self.services.store.read(lambda c: rows.get(c, number))
        if record is None or not await self._move(record, RUNNING, OVER):
            return
        try:
            event = await self._event(record)
            if event is None:  # whoever removes it wants no other
                return
            await event.edit(description=views.event_result(table))
            if event.status is discord.EventStatus.active:
                await event.end()
        except (discord.HTTPException, OSError):
            log.warning("an event could not be completed", extra={"event": record.id}, exc_info=True)
        await self._plan_next(record)

    async def _complete(self, record: EventRecord) -> None:
        """Complete an event whose game ended just before a stop of the program."""
        table = await self.services.host.runner.keeper.find(record.game or 0)
        if table is not None:
            await self.complete_event(table)

    async def _plan_next(self, record: EventRecord) -> None:
        guild = self.bot.get_guild(record.guild)
        if not record.weekly or guild is None:
            return
        zone = zone_of(record.zone)
        now = dt.datetime.fromtimestamp(self.services.host.runner.clock(), zone)
        start = next_week(dt.datetime.fromtimestamp(record.starts_at, zone), now)
        title = self.services.library.title(record.guild, record.choices["pack"])
        draft = Draft(
            owner=record.host,
            channel=record.channel,
            title=title,
            weekly=True,
            starts_at=start.timestamp(),
            zone=record.zone,
            **record.choices,
        )
        try:
            await self._create(guild, draft, record.host)
        except (discord.HTTPException, OSError):
            log.warning("the next event could not be planned", extra={"event": record.id}, exc_info=True)

    async def take_up_events(self) -> None:
        """Put right what a stop of the program left half done: events that had begun, and whose game is not noted."""
        games = {one.event: one.id for one in self.services.host.runner.tables.values()}
        for record in await self.services.store.read(rows.unfinished):
            if record.state != RUNNING or record.game is not None:
                continue
            if record.id in games:
                await self._move(record, RUNNING, RUNNING, game=games[record.id])
            else:
                await self._move(record, RUNNING, PLANNED)

    @commands.Cog.listener()
    async def on_scheduled_event_update(self, _: discord.ScheduledEvent, after: discord.ScheduledEvent) -> None:
        """Notice at once what was done to an event of ours by hand."""
        record = await self.services.store.read(lambda c: rows.get(c, after.id))
        if record is None or record.state == OVER:
            return
        starts_at = after.start_time.timestamp()
        if record.state == PLANNED and starts_at != record.starts_at:
            await self._move(record, PLANNED, PLANNED, starts_at=starts_at)
        status = STATUS.get(after.status, Status.GONE)
        if status is not Status.SCHEDULED:
            await self._look_after(record)

    @commands.Cog.listener()
    async def on_scheduled_event_delete(self, event: discord.ScheduledEvent) -> None:
        """Notice at once that an event of ours was cancelled."""
        record = await self.services.store.read(lambda c: rows.get(c, event.id))
        if record is not None:
            await self._call_off(record)
