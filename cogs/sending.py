"""The few ways in which a `Shown` leaves the bot. None ever pings anybody, whatever the host bot's own default is."""

from typing import Any

import discord

from .ui import Shown

# "Cannot reply without permission to read message history" (Discord: JSON Error Codes).
CANNOT_REPLY = 160002
NO_MENTIONS = discord.AllowedMentions.none()


async def finish(interaction: discord.Interaction[Any], shown: Shown) -> None:
    """Put `shown` in the place of the "thinking…" of a deferred interaction."""
    await interaction.edit_original_response(view=shown.view, attachments=shown.files, allowed_mentions=NO_MENTIONS)


async def whisper(interaction: discord.Interaction[Any], shown: Shown) -> None:
    """Answer an interaction, acknowledged or not, with a message that only its asker sees."""
    if interaction.response.is_done():
        await interaction.followup.send(
            view=shown.view, files=shown.files, ephemeral=True, allowed_mentions=NO_MENTIONS
        )
    else:
        await interaction.response.send_message(
            view=shown.view, files=shown.files, ephemeral=True, allowed_mentions=NO_MENTIONS
        )


async def reply(message: discord.Message, shown: Shown) -> None:
    """Reply to a message; where it is gone or may not be replied to, answer in its channel."""
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


async def post(interaction: discord.Interaction[Any], shown: Shown) -> None:
    """Post to the whole channel, after the interaction has been answered to its asker."""
    await interaction.followup.send(view=shown.view, files=shown.files, allowed_mentions=NO_MENTIONS)
