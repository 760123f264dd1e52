"""The ways a `Shown` leaves the bot. None ever pings anyone, whatever the host bot's default is."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import discord

from .ui import Interaction, Shown

# "Cannot reply without permission to read message history" (Discord: JSON Error Codes).
CANNOT_REPLY = 160002
# What a request to Discord can end in: a refusal, or no answer. discord.py doesn't wrap the errors of a connection.
UNSENT = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
NO_MENTIONS = discord.AllowedMentions.none()


# Before a request whose connection was lost is sent again. discord.py itself does so for errors of Discord's servers.
RETRY_SECONDS = 1.0
LOST = (aiohttp.ClientError, OSError)


async def _send(shown: Shown, request: Callable[[], Awaitable[object]], *, harmless: bool = True) -> None:
    """Send a request, and once more if its connection is lost.

    Discord may have carried out the first one nevertheless: if twice isn't `harmless`, that's only for one which was
    never connected.
    """
    try:
        await request()
    except LOST as error:
        if not (harmless or isinstance(error, aiohttp.ClientConnectorError)):
            raise
        await asyncio.sleep(RETRY_SECONDS)
        for file in shown.files:
            file.reset()
        await request()


async def defer(interaction: Interaction) -> None:
    """Show "thinking…" to the asker alone, unless the interaction has been answered or deferred already."""
    if not interaction.response.is_done():
        await interaction.response.defer(ephemeral=True, thinking=True)


async def answer(interaction: Interaction, shown: Shown) -> None:
    """Answer with `shown`, to the asker alone: in place of a "thinking…" if there is one, else as a message."""
    if interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        await finish(interaction, shown)
    else:
        await whisper(interaction, shown)


async def finish(interaction: Interaction, shown: Shown) -> None:
    """Replace the "thinking…" of a deferred interaction, or the message of a deferred button, with `shown`."""
    edit = interaction.edit_original_response
    await _send(shown, lambda: edit(view=shown.view, attachments=shown.files, allowed_mentions=NO_MENTIONS))


async def whisper(interaction: Interaction, shown: Shown) -> None:
    """Send a new message that only the asker sees, whether or not the interaction has been acknowledged."""
    done = interaction.response.is_done()
    send: Callable[..., Awaitable[object]] = interaction.followup.send if done else interaction.response.send_message
    await _send(shown, lambda: send(view=shown.view, files=shown.files, ephemeral=True, allowed_mentions=NO_MENTIONS))


async def reply(message: discord.Message, shown: Shown) -> None:
    """Reply to a message; if it's gone or can't be replied to, answer in its channel."""
    reference = message.to_reference(fail_if_not_exists=False)
    try:
        await message.channel.send(
            view=shown.view,
            files=shown.files,
            reference=reference,
            mention_author=False,
            allowed_mentions=NO_MENTIONS,
        )
    except discord.HTTPException as error:
        if error.code != CANNOT_REPLY:
            raise
        for file in shown.files:
            file.reset()
        await message.channel.send(view=shown.view, files=shown.files, allowed_mentions=NO_MENTIONS)


async def post(interaction: Interaction, shown: Shown) -> None:
    """Post to the whole channel, after the interaction has been answered to its asker."""
    send = interaction.followup.send
    await _send(shown, lambda: send(view=shown.view, files=shown.files, allowed_mentions=NO_MENTIONS), harmless=False)
