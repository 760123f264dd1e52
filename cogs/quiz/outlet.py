"""Games, shown in Discord."""

import logging
from collections.abc import Mapping

import discord
from discord.ext import commands

from ...knowledge.articles import Article
from ...quiz.running.outlet import (
    MessageGone,
    OutletBlocked,
    OutletDown,
    OutletError,
    OutletForbidden,
    OutletGone,
    Posted,
)
from ...quiz.running.session import GameSession
from ..sending import NO_MENTIONS, UNSENT
from ..ui import sentence_view
from .view.game import session_view

log = logging.getLogger(__name__)

# What Discord's JSON error codes mean for a game. Any other failure may go away by itself: 5xx, 429, no connection.
CAUSES: dict[int, type[OutletError]] = {
    10003: OutletGone,  # Unknown Channel
    10004: OutletGone,  # Unknown Guild
    10008: MessageGone,  # Unknown Message
    30046: MessageGone,  # Maximum number of edits to messages older than 1 hour reached
    50001: OutletForbidden,  # Missing Access
    50013: OutletForbidden,  # Missing Permissions
    50083: MessageGone,  # Thread is archived: a new message reopens it
    160005: OutletForbidden,  # Thread is locked
    200000: OutletBlocked,  # Message was blocked by automatic moderation
    240000: OutletBlocked,  # Message contains link blocked by AutoMod
}
# Why a game was paused, and what to do about it.
WHY_PAUSED = {
    OutletForbidden: "Discord doesn't let me post there. Ask a moderator to give me my permissions back, then use "
    "`/quiz resume` there.",
    OutletBlocked: "the server's AutoMod stopped my message. Use `/quiz skip` there for the next question, or ask a "
    "moderator to let my messages through and use `/quiz resume`.",
}


class DiscordOutlet:
    """Posts and edits a game's messages through `bot`."""

    def __init__(self, bot: commands.Bot, articles: Mapping[str, Article]) -> None:
        self._bot = bot
        self._articles = articles

    async def post(self, session: GameSession, nonce: str) -> Posted:
        """Send a new message; its time is Discord's own. discord.py has Discord enforce the nonce."""
        shown = session_view(session, self._articles)
        channel = self._channel(session.record.guild, session.channel)
        try:
            message = await channel.send(view=shown.view, files=shown.files, allowed_mentions=NO_MENTIONS, nonce=nonce)
        except UNSENT as error:
            cause = self._cause(error, session)
            raise (OutletForbidden if cause is MessageGone else cause)(str(error)) from error
        return Posted(message.id, message.created_at.timestamp())

    async def update(self, session: GameSession) -> None:
        """Edit the message; the photo of a question stays attached."""
        channel = self._channel(session.record.guild, session.channel)
        message = channel.get_partial_message(session.message or 0)
        try:
            await message.edit(view=session_view(session, self._articles).view, allowed_mentions=NO_MENTIONS)
        except UNSENT as error:
            raise self._cause(error, session)(str(error)) from error

    async def tell_paused(self, session: GameSession, refusal: OutletForbidden) -> None:
        """Send a direct message to the person who started the game, if that is possible."""
        sentence = f"I had to pause your quiz in <#{session.channel}>: {WHY_PAUSED[type(refusal)]}"
        try:
            host = self._bot.get_user(session.record.host) or await self._bot.fetch_user(session.record.host)
            await host.send(view=sentence_view(sentence), allowed_mentions=NO_MENTIONS)
        except UNSENT as error:
            log.info("a host could not be told of a pause", extra={"reason": str(error)})

    async def tell_unreadable(self, guild: int, channel: int) -> None:
        """Say in the channel that its game can't be resumed, if that is possible."""
        sentence = "I can't read the quiz that was on here any more, so it ended. `/quiz start` starts a new one."
        try:
            await self._channel(guild, channel).send(view=sentence_view(sentence), allowed_mentions=NO_MENTIONS)
        except UNSENT as error:
            log.info("a channel could not be told that its game ended", extra={"reason": str(error)})

    def _channel(self, guild: int, channel: int) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(channel, guild_id=guild)

    def _cause(self, error: Exception, session: GameSession) -> type[OutletError]:
        code = error.code if isinstance(error, discord.HTTPException) else 0
        cause = CAUSES.get(code, OutletDown)
        removed = self._bot.get_guild(session.record.guild) is None
        return OutletGone if removed and issubclass(cause, OutletForbidden) else cause
