"""Quiz nights: `/quiz schedule`, its confirmation, and the watch over the events."""

import asyncio
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands, tasks

from ...quiz.rules import MAX_QUESTIONS, MAX_SECONDS, MIN_QUESTIONS, MIN_SECONDS
from ...quiz.running.library import EVERYTHING, has_answer
from ...quiz.running.nights import PLANNED
from ...quiz.when import parse_when
from ...quiz.zones import suggest_zones, zone_of
from ...store.records import EventRecord
from .. import errors
from ..feature import deferred, suggested
from ..limits import CHOICES
from ..loops import surviving
from ..permissions import NotYourChannel, require, require_may_write, to_write_in
from ..ui import Interaction, Shown
from .calendar import DiscordCalendar, status_of
from .group import quiz
from .part import Buttons, PackName, Part, guild_of, pack_choices, require_can_play, updating
from .view import night as views

TICK = 15.0
EVENTS = discord.Permissions(create_events=True)


class MayNotPlan(Exception):
    """Planning an event without the permission to create events."""


class NightCommands(Part):
    """The commands and buttons of quiz nights, and the watch over their events."""

    def night_buttons(self) -> Buttons:
        """Return what answers each button."""
        return {"plan": self._plan, "unplan": self._drop}

    @quiz.command(name="schedule", description="Plan a quiz night as an event of this server")
    @app_commands.describe(
        when="For example: tomorrow 19:00, friday 7pm, in 2 hours, 2026-12-24 20:00",
        pack="Question pack (default: all)",
        questions="How many questions (default: 10)",
        seconds="Seconds per question (default: 20)",
        teams="Play in teams",
        channel="Where to play (default: here)",
        repeat="Every week at the same time",
        zone="Your time zone: a city, a country, CET, UTC+2",
    )
    @deferred
    async def schedule(  # noqa: PLR0913, PLR0917 - the options of a command
        self,
        interaction: Interaction,
        when: app_commands.Range[str, 1, 100],
        pack: PackName = EVERYTHING,
        questions: app_commands.Range[int, MIN_QUESTIONS, MAX_QUESTIONS] = 10,
        seconds: app_commands.Range[int, MIN_SECONDS, MAX_SECONDS] = 20,
        teams: Literal[2, 3, 4] | None = None,
        channel: discord.TextChannel | None = None,
        repeat: Literal["weekly"] | None = None,
        zone: app_commands.Range[str, 1, 60] | None = None,
    ) -> Shown:
        """Show what would be planned; nothing happens before it is confirmed."""
        guild = guild_of(interaction)
        _check_plan(interaction, channel)
        # Both read files the first time, and searching a text for a date is slow.
        chosen = await asyncio.to_thread(zone_of, zone or self.services.settings.time_zone)
        start = await asyncio.to_thread(parse_when, when, chosen, interaction.created_at)
        self.quiz.library.choose(guild, pack=pack, fits=has_answer)
        draft = EventRecord(
            id=0,
            guild=guild,
            channel=channel.id if channel else interaction.channel_id or 0,
            host=interaction.user.id,
            choices={"pack": pack, "questions": questions, "seconds": seconds, "teams": teams or 0},
            starts_at=start.timestamp(),
            zone=str(start.tzinfo),
            weekly=repeat == "weekly",
            state=PLANNED,
            game=None,
        )
        key = self.quiz.drafts.remember(draft, 1024)
        return views.draft_view(draft, self.quiz.library.title(guild, pack), key)

    @schedule.autocomplete("zone")
    @suggested
    async def zones_for(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the time zones that match what is typed, from memory."""
        names = await asyncio.to_thread(suggest_zones, current)
        return [app_commands.Choice(name=one, value=one) for one in names[:CHOICES]]

    @schedule.autocomplete("pack")
    @suggested
    async def packs_to_plan(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the packs that match what is typed, from memory."""
        return pack_choices(self.quiz.library, interaction.guild_id, current)

    @quiz.command(name="events", description="The quiz nights planned in this server")
    @deferred
    async def planned(self, interaction: Interaction) -> Shown:
        """List them, soonest first."""
        return views.events_view(await self.quiz.nights.planned(guild_of(interaction)))

    @updating
    async def _plan(self, interaction: Interaction, key: str) -> Shown:
        draft = self._take(interaction, key)
        address = await self.quiz.nights.plan(draft, DiscordCalendar(self.bot, self.quiz.banner))
        return views.planned_view(address, draft.starts_at)

    @updating
    async def _drop(self, interaction: Interaction, key: str) -> Shown:
        self._take(interaction, key)
        return views.dropped_view()

    def _take(self, interaction: Interaction, key: str) -> EventRecord:
        """Return a draft and forget it, so a second press plans nothing twice."""
        draft = self.quiz.drafts.recall(key)
        if draft.host != interaction.user.id:
            raise errors.OldButton(key)
        self.quiz.drafts.forget(key)
        return draft

    @tasks.loop(seconds=TICK)
    @surviving
    async def watch(self) -> None:
        """Resume games that a restart interrupted, then look after every event that is planned or running."""
        await self.quiz.games.resume_all()
        await self.quiz.nights.take_up(DiscordCalendar(self.bot, self.quiz.banner))
        await self.quiz.nights.look_after_all()

    @commands.Cog.listener()
    async def on_scheduled_event_update(self, _: discord.ScheduledEvent, after: discord.ScheduledEvent) -> None:
        """Notice at once what was done to one of our events by hand."""
        await self.quiz.nights.changed(after.id, status_of(after), after.start_time.timestamp())

    @commands.Cog.listener()
    async def on_scheduled_event_delete(self, event: discord.ScheduledEvent) -> None:
        """Notice at once that one of our events was cancelled."""
        await self.quiz.nights.deleted(event.id)


def _check_plan(interaction: Interaction, channel: discord.TextChannel | None) -> None:
    """Raise `MayNotPlan`, `NotYourChannel` or `MissingPermissions` unless a night can be planned there."""
    may = interaction.permissions
    if not (may.create_events or may.manage_events):
        raise MayNotPlan
    require(interaction.app_permissions, EVENTS)
    if channel is None:
        require_may_write(interaction)
        require_can_play(interaction.channel, interaction.app_permissions)
        return
    person = interaction.user
    if isinstance(person, discord.Member) and not channel.permissions_for(person).is_superset(to_write_in(channel)):
        raise NotYourChannel
    require_can_play(channel, channel.permissions_for(channel.guild.me))
