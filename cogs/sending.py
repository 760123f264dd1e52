"""The ways a `Shown` leaves the bot. None ever pings anyone, whatever the host bot's default is.

What Discord didn't take is sent again, if that can't make it appear twice. discord.py itself does so for some answers
(500, 502, 504) and not for others, and doesn't wrap the errors of a connection.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

from .ui import Interaction, Shown

T = TypeVar("T")

# Discord's JSON error codes: no reply without permission to read message history; and answered already.
CANNOT_REPLY, ALREADY_ACKNOWLEDGED = 160002, 40060
SERVICE_UNAVAILABLE = 503
# What a request to Discord can end in: a refusal, or no answer.
UNSENT = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
# What may go away by itself.
DOWN = (discord.DiscordServerError, aiohttp.ClientError, OSError)
# How long to wait before each retry, in seconds. A first answer must come within three.
PAUSES = (0.25, 1.0)
# What an interaction was first answered with, in its `extras`, where discord.py never got to know of it.
TAKEN = "inferbot_taken"
NO_MENTIONS = discord.AllowedMentions.none()


async def defer(interaction: Interaction) -> None:
    """Show "thinking…" to the asker alone, unless the interaction has been answered or deferred already."""
    if _answered_with(interaction) is None:
        kind = discord.InteractionResponseType.deferred_channel_message
        await _first(interaction, kind, lambda: interaction.response.defer(ephemeral=True, thinking=True))


async def defer_update(interaction: Interaction) -> None:
    """Acknowledge a press whose own message will change, or nothing at all."""
    kind = discord.InteractionResponseType.deferred_message_update
    await _first(interaction, kind, interaction.response.defer)


async def ask(interaction: Interaction, form: discord.ui.Modal) -> None:
    """Answer a press with a form."""
    kind = discord.InteractionResponseType.modal
    await _first(interaction, kind, lambda: interaction.response.send_modal(form))


async def answer(interaction: Interaction, shown: Shown) -> None:
    """Answer with `shown`, to the asker alone: in place of a "thinking…" if there is one, else as a message."""
    if _answered_with(interaction) is discord.InteractionResponseType.deferred_channel_message:
        await finish(interaction, shown)
    else:
        await whisper(interaction, shown)


async def finish(interaction: Interaction, shown: Shown) -> None:
    """Replace the "thinking…" of a deferred interaction, or the message of a deferred button, with `shown`."""

    async def edit() -> None:
        await interaction.edit_original_response(
            view=_alone(shown), attachments=shown.files, allowed_mentions=NO_MENTIONS
        )

    await _insist(edit, shown)


async def whisper(interaction: Interaction, shown: Shown) -> None:
    """Send a new message that only the asker sees, whether or not the interaction has been acknowledged."""
    if _answered_with(interaction) is not None:
        await _follow_up(interaction, shown, private=True)
        return

    async def send() -> None:
        await interaction.response.send_message(
            view=_alone(shown), files=shown.files, ephemeral=True, allowed_mentions=NO_MENTIONS
        )

    await _first(interaction, discord.InteractionResponseType.channel_message, send, shown)


async def reply(message: discord.Message, shown: Shown) -> None:
    """Reply to a message, once; if it's gone or can't be replied to, answer in its channel."""
    reference: discord.MessageReference | None = message.to_reference(fail_if_not_exists=False)

    async def send() -> None:
        # Discord takes a nonce once: neither a retry nor a message that's delivered twice makes a second reply.
        await message.channel.send(
            view=_alone(shown),
            files=shown.files,
            reference=reference,  # type: ignore[arg-type] - None is fine
            mention_author=False,
            allowed_mentions=NO_MENTIONS,
            nonce=message.id,
        )

    try:
        await _insist(send, shown)
    except discord.HTTPException as error:
        if error.code != CANNOT_REPLY:
            raise
        _rewind(shown)
        reference = None
        await _insist(send, shown)


async def post(interaction: Interaction, shown: Shown) -> None:
    """Post to the whole channel, after the interaction has been answered to its asker."""
    await _follow_up(interaction, shown, private=False)


async def _follow_up(interaction: Interaction, shown: Shown, *, private: bool) -> None:
    async def send() -> None:
        await interaction.followup.send(
            view=_alone(shown), files=shown.files, ephemeral=private, allowed_mentions=NO_MENTIONS
        )

    # A follow-up has no nonce. Without an answer we can't know whether it was taken.
    await _insist(send, shown, may_be_taken=False)


def _answered_with(interaction: Interaction) -> discord.InteractionResponseType | None:
    """Return how an interaction was answered first, or None."""
    return interaction.response.type or interaction.extras.get(TAKEN)


async def _first(
    interaction: Interaction,
    kind: discord.InteractionResponseType,
    send: Callable[[], Awaitable[object]],
    shown: Shown | None = None,
) -> None:
    """Answer an interaction for the first time. What Discord has taken already, at an earlier try, is done."""
    try:
        await _insist(send, shown)
    except discord.HTTPException as error:
        if error.code != ALREADY_ACKNOWLEDGED:
            raise
        interaction.extras[TAKEN] = kind


async def _insist(
    send: Callable[[], Awaitable[object]], shown: Shown | None = None, *, may_be_taken: bool = True
) -> None:
    """Send, and send again while Discord is down; not what `may_be_taken` twice, if it may have been taken."""
    for pause in PAUSES:
        try:
            await send()
        except DOWN as error:
            refused = isinstance(error, discord.DiscordServerError) and error.status == SERVICE_UNAVAILABLE
            if not refused and not may_be_taken:
                raise
        else:
            return
        await asyncio.sleep(pause)
        _rewind(shown)
    await send()


def _rewind(shown: Shown | None) -> None:
    for file in shown.files if shown else ():
        file.reset()


def _alone(shown: Shown) -> discord.ui.LayoutView:
    """Return the view, stopped: its buttons carry all they need, so discord.py need not keep it and time it out."""
    shown.view.stop()
    return shown.view
