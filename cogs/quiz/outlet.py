"""Games, shown in Discord."""

import logging
from collections.abc import Mapping
from typing import Any

import discord
from discord.ext import commands

from ...knowledge.articles import Article
from ...quiz.running.outlet import MessageGone, OutletForbidden, OutletGone, Posted
from ...quiz.running.session import GameSession
from ..sending import NO_MENTIONS
from ..ui import sentence_view
from .view.game import session_view

log = logging.getLogger(__name__)

# Discord: JSON Error Codes.
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008


class DiscordOutlet:
    """Posts and edits a game's messages through `bot`."""

    def __init__(self, bot: commands.Bot, articles: Mapping[str, Article]) -> None:
        self._bot = bot
        self._articles = articles

    async def post(self, session: GameSession) -> Posted:
        """Send a new message; its time is Discord's own."""
        shown = session_view(session, self._articles)
        try:
            message = await self._channel(session).send(
                view=shown.view, files=shown.files, allowed_mentions=NO_MENTIONS
            )
        except (discord.HTTPException, OSError) as error:
            raise _translated(error) from error
        return Posted(message.id, message.created_at.timestamp())

    async def update(self, session: GameSession) -> None:
        """Edit the message; the photo of a question stays attached."""
        message = self._channel(session).get_partial_message(session.message or 0)
        try:
            await message.edit(view=session_view(session, self._articles).view, allowed_mentions=NO_MENTIONS)
        except (discord.HTTPException, OSError) as error:
            raise _translated(error) from error

    async def tell_paused(self, session: GameSession) -> None:
        """Send a direct message to the person who started the game, if that is possible."""
        sentence = (
            f"I had to pause your quiz in <#{session.channel}>: Discord doesn't let me post there. "
            "Ask a moderator to give me my permissions back, then use `/quiz resume` there."
        )
        try:
            host = self._bot.get_user(session.record.host) or await self._bot.fetch_user(session.record.host)
            await host.send(view=sentence_view(sentence), allowed_mentions=NO_MENTIONS)
        except (discord.HTTPException, OSError) as error:
            log.info("a host could not be told of a pause", extra={"reason": str(error)})

    def _channel(self, session: GameSession) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(session.channel, guild_id=session.record.guild)


def _translated(error: Exception) -> Exception:
    code: Any = getattr(error, "code", 0)
    if code == UNKNOWN_CHANNEL:
        return OutletGone()
    if code == UNKNOWN_MESSAGE:
        return MessageGone()
    log.warning("a game can't be shown", extra={"reason": str(error)})
    return OutletForbidden()
