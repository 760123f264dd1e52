"""Reading a message as a person does: its texts, its buttons, its pictures."""

from collections.abc import Iterator
from typing import Any

import discord


def parts(message: discord.Message) -> Iterator[Any]:
    """Yield every component of a message, nested ones too."""
    return discord.ui.LayoutView.from_message(message, timeout=None).walk_children()


def text_of(message: discord.Message) -> str:
    """Return all texts of a message, in order."""
    return "\n".join(part.content for part in parts(message) if isinstance(part, discord.ui.TextDisplay))


def buttons_of(message: discord.Message) -> list[str]:
    """Return the labels of a message's buttons, in order."""
    return [part.label or "" for part in parts(message) if isinstance(part, discord.ui.Button)]


def alts_of(message: discord.Message) -> list[str]:
    """Return the alt texts of a message's pictures, in order."""
    galleries: list[Any] = [part for part in parts(message) if isinstance(part, discord.ui.MediaGallery)]
    return [item.description or "" for gallery in galleries for item in gallery.items]


def message_of(result: Any) -> discord.Message:
    """Return the message that answered an interaction."""
    return result.response.message
