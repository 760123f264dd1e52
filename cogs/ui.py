"""A message of ours is a `Shown`: a view and the files it refers to. The plainest is one sentence."""

from dataclasses import dataclass, field
from typing import Any

import discord

from ..features.wording import clip
from .limits import TEXT_PER_MESSAGE

# discord.py's types are generic in the client and the view; ours don't care, and this says so once.
Interaction = discord.Interaction[Any]
Item = discord.ui.Item[Any]
TextDisplay = discord.ui.TextDisplay[Any]
Container = discord.ui.Container[Any]
ActionRow = discord.ui.ActionRow[Any]
Section = discord.ui.Section[Any]
MediaGallery = discord.ui.MediaGallery[Any]
Separator = discord.ui.Separator[Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A view, and the files it shows as `attachment://…`."""

    view: discord.ui.LayoutView
    files: list[discord.File] = field(default_factory=list[discord.File])


def layout(*items: Item) -> discord.ui.LayoutView:
    """Return a view of `items` that never times out: its buttons are dynamic items with ids of their own."""
    view = discord.ui.LayoutView(timeout=None)
    for item in items:
        view.add_item(item)
    return view


def sentence_view(sentence: str) -> discord.ui.LayoutView:
    """Return a view that says one sentence."""
    return layout(TextDisplay(clip(sentence, TEXT_PER_MESSAGE)))


def sentence(text: str) -> Shown:
    """Return a message of one sentence."""
    return Shown(sentence_view(text))
