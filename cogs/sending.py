"""The few ways in which a `Shown` leaves the bot. None ever pings anybody, whatever the host bot's own default is."""

from typing import Any

import discord

from .views.plain import Shown

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
    """Reply to a message."""
    await message.reply(view=shown.view, files=shown.files, mention_author=False, allowed_mentions=NO_MENTIONS)
