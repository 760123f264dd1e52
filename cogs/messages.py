"""What a message of someone else holds, wherever Discord put it, and whether it's meant for the bot."""

from collections.abc import Iterable, Iterator
from typing import Any

import discord

from ..features.wording import readable

# Everything else is a notice of Discord's own: a pin, a boost, a new thread.
WRITTEN = (discord.MessageType.default, discord.MessageType.reply)
# Shorter replies without a question mark ("lol nice") are talk about an answer, not questions.
SHORT = 40


def is_for(message: discord.Message, bot: discord.ClientUser | None) -> bool:
    """Return whether a person wrote `message` to the bot: in a DM, or mentioning it or the role Discord gave it."""
    if bot is None or message.author.bot or message.webhook_id or message.type not in WRITTEN:
        return False
    return message.guild is None or bot in message.mentions or message.guild.self_role in message.role_mentions


def is_small_talk(message: discord.Message, bot: discord.ClientUser | None) -> bool:
    """Return whether `message` is a short reply to the bot that asks nothing; such a reply mentions it by itself."""
    answered = message.reference.resolved if message.reference else None
    if bot is None or not isinstance(answered, discord.Message) or answered.author.id != bot.id:
        return False
    called = bot.id in message.raw_mentions
    return not called and len(message.content) <= SHORT and "?" not in message.content and not message.attachments


def without_mention(content: str, message: discord.Message, bot: discord.ClientUser | None) -> str:
    """Return a text without the bot's mention and its role's."""
    role = message.guild.self_role if message.guild else None
    for name in (f"@{bot.id}", f"@!{bot.id}") if bot else ():
        content = content.replace(f"<{name}>", " ")
    return (content.replace(role.mention, " ") if role else content).strip()


def text_of(message: discord.Message) -> str:
    """Return the words of a message: its own; else those of what it forwards, its components, embeds or poll."""
    return next((text for text in map(readable, _texts(message)) if text), "")


def _texts(message: discord.Message) -> Iterator[str]:
    for one in (message, *message.message_snapshots):
        yield one.content.strip()
        yield _joined(_displayed(one.components))
        yield _joined(text for embed in one.embeds for text in _embedded(embed))
    if message.poll:
        yield _joined([message.poll.question, *(answer.text for answer in message.poll.answers)])


def _joined(texts: Iterable[str | None]) -> str:
    return "\n".join(text.strip() for text in texts if text and text.strip())


def _displayed(components: Iterable[Any]) -> Iterator[str]:
    """Yield the texts of components, however deep they are."""
    for one in components:
        if isinstance(one, discord.TextDisplay):
            yield one.content
        yield from _displayed(getattr(one, "children", ()))


def _embedded(embed: discord.Embed) -> Iterator[str | None]:
    yield embed.title
    yield embed.description
    for field in embed.fields:
        yield from (field.name, field.value)


def pictures_of(message: discord.Message) -> list[discord.Attachment]:
    """Return the attachments that may be pictures, those of a forwarded message if it has none itself.

    What they really are shows when their bytes are read.
    """
    holders = (message, *message.message_snapshots)
    found = ([one for one in holder.attachments if _may_be_picture(one)] for holder in holders)
    return next((pictures for pictures in found if pictures), list[discord.Attachment]())


def _may_be_picture(attachment: discord.Attachment) -> bool:
    return (attachment.content_type or "image/").startswith("image/")
