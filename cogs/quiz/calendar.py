"""Quiz nights as Discord's scheduled events."""

import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

import discord
from discord.ext import commands

from ...quiz.running.nights import CalendarDown, Status, length
from ...quiz.running.session import GameSession
from ...store.records import EventRecord
from ..errors import sentence_for
from ..sending import NO_MENTIONS, UNSENT
from .view import night as views

log = logging.getLogger(__name__)

SHOWN_INTERESTED = 50
STATUSES = {
    discord.EventStatus.scheduled: Status.SCHEDULED,
    discord.EventStatus.active: Status.ACTIVE,
    discord.EventStatus.completed: Status.COMPLETED,
}


def status_of(event: discord.ScheduledEvent) -> Status:
    """Return the status of an event in the quiz's words."""
    return STATUSES.get(event.status, Status.GONE)


@contextmanager
def _discord() -> Generator[None]:
    """Turn what Discord refuses into `CalendarDown`."""
    try:
        yield
    except UNSENT as error:
        raise CalendarDown from error


class DiscordCalendar:
    """Makes and changes events through `bot`; `banner` draws the picture of one, if it can."""

    def __init__(self, bot: commands.Bot, banner: Callable[[str], Awaitable[bytes | None]]) -> None:
        self._bot = bot
        self._banner = banner

    def reachable(self, guild: int) -> bool:
        """Return whether a server is connected now."""
        found = self._bot.get_guild(guild)
        return found is not None and not found.unavailable

    def is_scheduled(self, night: EventRecord) -> bool:
        """Return whether the gateway's events say that the event is still scheduled."""
        guild = self._bot.get_guild(night.guild)
        known = guild.get_scheduled_event(night.id) if guild else None
        return known is not None and status_of(known) is Status.SCHEDULED

    async def status(self, night: EventRecord) -> Status:
        """Return the event's status, asked of Discord."""
        event = await self._event(night)
        return status_of(event) if event else Status.GONE

    async def _event(self, night: EventRecord) -> discord.ScheduledEvent | None:
        guild = self._bot.get_guild(night.guild)
        with _discord():
            try:
                return await guild.fetch_scheduled_event(night.id) if guild else None
            except discord.NotFound:
                return None

    async def create(self, night: EventRecord, title: str) -> tuple[int, str]:
        """Create the event and return its id and address."""
        guild = self._bot.get_guild(night.guild)
        if guild is None:
            raise CalendarDown
        start = dt.datetime.fromtimestamp(night.starts_at, dt.UTC)
        channel = guild.get_channel(night.channel)
        banner = await self._banner(title)
        with _discord():
            event = await guild.create_scheduled_event(
                name=views.event_name(title),
                start_time=start,
                end_time=start + dt.timedelta(seconds=length(night.choices)),
                entity_type=discord.EntityType.external,
                privacy_level=discord.PrivacyLevel.guild_only,
                location=f"#{channel.name}" if channel else "Discord",
                description=views.event_description(night),
                image=banner or discord.utils.MISSING,
            )
        return event.id, event.url

    async def change(self, night: EventRecord, status: Status, winners: GameSession | None = None) -> bool:
        """Start, complete or cancel the event, if it isn't yet, and show the winners; return False if it's deleted."""
        event = await self._event(night)
        if event is None:
            return False
        with _discord():
            if winners is not None:
                await event.edit(description=views.event_result(winners))
            match status, status_of(event):
                case Status.ACTIVE, Status.SCHEDULED:
                    await event.start()
                case Status.COMPLETED, Status.ACTIVE:
                    await event.end()
                case Status.GONE, Status.SCHEDULED:
                    await event.cancel()
                case _:
                    pass
        return True

    async def interested(self, night: EventRecord) -> tuple[int, ...]:
        """Return the first people who are interested."""
        event = await self._event(night)
        if event is None:
            return ()
        with _discord():
            return tuple([user.id async for user in event.users(limit=SHOWN_INTERESTED)])

    async def apologize(self, night: EventRecord) -> None:
        """Say in the channel that the night was missed."""
        channel = self._bot.get_partial_messageable(night.channel, guild_id=night.guild)
        with _discord():
            await channel.send(view=views.missed_view().view, allowed_mentions=NO_MENTIONS)

    async def tell_host(self, night: EventRecord, error: Exception) -> None:
        """Send a direct message to the person who planned it, if that is possible."""
        sentence = f"The quiz night in <#{night.channel}> could not start. {sentence_for(error) or ''}"
        try:
            host = self._bot.get_user(night.host) or await self._bot.fetch_user(night.host)
            await host.send(sentence)
        except UNSENT as failure:
            log.info("a host could not be told of an event", extra={"reason": str(failure)})
