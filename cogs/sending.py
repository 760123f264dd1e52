"""The ways a `Shown` leaves the bot. None ever pings anyone, whatever the host bot's default is."""

import aiohttp
import discord

from .ui import Interaction, Shown

# "Cannot reply without permission to read message history" (Discord: JSON Error Codes).
CANNOT_REPLY = 160002
# What a request to Discord can end in: a refusal, or no answer. discord.py doesn't wrap the errors of a connection.
UNSENT = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
NO_MENTIONS = discord.AllowedMentions.none()


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
    await interaction.edit_original_response(view=shown.view, attachments=shown.files, allowed_mentions=NO_MENTIONS)


async def whisper(interaction: Interaction, shown: Shown) -> None:
    """Send a new message that only the asker sees, whether or not the interaction has been acknowledged."""
    if interaction.response.is_done():
        await interaction.followup.send(
            view=shown.view, files=shown.files, ephemeral=True, allowed_mentions=NO_MENTIONS
        )
    else:
        await interaction.response.send_message(
            view=shown.view, files=shown.files, ephemeral=True, allowed_mentions=NO_MENTIONS
        )


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
    await interaction.followup.send(view=shown.view, files=shown.files, allowed_mentions=NO_MENTIONS)
