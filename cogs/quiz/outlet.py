"""Games, shown in Discord."""

import logging
from collections.abc import Mapping
from typing import Any

import discord
from discord.ext import commands

from ...knowledge.articles import Article
from ...quiz.game import Phase
from ...quiz.running.outlet import OutletForbidden, OutletGone, Posted
from ...quiz.running.session import GameSession
from ..sending import NO_MENTIONS
from ..ui import Shown, sentence_view
from .view.game import table_view

log = logging.getLogger(__name__)

# Discord: JSON Error Codes.
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008


class DiscordOutlet:
    """Posts and edits a game's messages through `bot`."""

    def __init__(self, bot: commands.Bot, articles: Mapping[str, Article]) -> None:
        self._bot = bot
        self._articles = articles

    async def post(self, table: GameSession) -> Posted:
        """Send a new message; its time is Discord's own."""
        shown = self._shown(table)
        try:
            message = await self._channel(table).send(view=shown.view, files=shown.files, allowed_mentions=NO_MENTIONS)
        except (discord.HTTPException, OSError) as error:
            raise _translated(error) from error
        return Posted(message.id, message.created_at.timestamp())

    async def update(self, table: GameSession) -> None:
        """Edit the message; the photo of a question stays attached to it as it is."""
        if table.message is None:
            raise OutletForbidden
        try:
            message = self._channel(table).get_partial_message(table.message)
            await message.edit(view=self._shown(table).view, allowed_mentions=NO_MENTIONS)
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise _translated(error) from error
            table.message = (await self.post(table)).id
            if table.game.phase in (Phase.ASKING, Phase.REVEAL):
                table.messages[table.game.round.number] = table.message
        except (discord.HTTPException, OSError) as error:
            raise _translated(error) from error

    async def trouble(self, table: GameSession) -> None:
        """Write to whoever started the game; that may be impossible, too."""
        sentence = (
            f"I had to pause your quiz in <#{table.channel}>: Discord does not let me write there. "
            "Ask a moderator to give me my permissions back, then use `/quiz resume` there."
        )
        try:
            host = self._bot.get_user(table.host) or await self._bot.fetch_user(table.host)
            await host.send(view=sentence_view(sentence), allowed_mentions=NO_MENTIONS)
        except discord.HTTPException as error:
            log.info("a host could not be told of a pause", extra={"reason": str(error)})

    def _channel(self, table: GameSession) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(table.channel, guild_id=table.guild)

    def _shown(self, table: GameSession) -> Shown:
        return table_view(table, self._articles)


def _translated(error: Exception) -> Exception:
    code: Any = getattr(error, "code", 0)
    if code == UNKNOWN_CHANNEL:
        return OutletGone()
    log.warning("a game can't be shown", extra={"reason": str(error)})
    return OutletForbidden()
