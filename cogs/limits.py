"""Discord's limits, all in this one place, and the tools that keep a view inside them.

Source: Discord's developer documentation (Message Resource, Component Reference, Application Commands). discord.py
enforces few of them, so each view is tested with the longest texts against `problems`.
"""

from typing import Any, cast

import discord

TEXT_PER_MESSAGE = 4000
COMPONENTS_PER_MESSAGE = 40
CONTENT = 2000
BUTTON_LABEL = 80
CUSTOM_ID = 100
BUTTONS_PER_ROW = 5
OPTIONS = 25
OPTION_TEXT = 100
PLACEHOLDER = 150
GALLERY_ITEMS = 10
ALT_TEXT = 1024
CHOICES = 25
CHOICE_NAME = 100
FILES = 10
FILE_BYTES = 10 * 1024 * 1024


def problems(view: discord.ui.LayoutView) -> list[str]:
    """Return one sentence for each limit of Discord's that `view` breaks; none is what a test expects."""
    found = [problem for item in view.walk_children() for problem in _item_problems(item)]
    if (count := len(list(view.walk_children()))) > COMPONENTS_PER_MESSAGE:
        found.append(f"{count} components, {COMPONENTS_PER_MESSAGE} allowed")
    if (length := view.content_length()) > TEXT_PER_MESSAGE:
        found.append(f"{length} characters of text, {TEXT_PER_MESSAGE} allowed")
    return found


def _item_problems(item: discord.ui.Item[Any]) -> list[str]:
    sizes: list[tuple[str, int, int]] = []
    if isinstance(item, discord.ui.DynamicItem):
        return _item_problems(cast("Any", item).item)
    if isinstance(item, discord.ui.Button):
        sizes = [
            ("button label", len(item.label or ""), BUTTON_LABEL),
            ("custom id", len(item.custom_id or ""), CUSTOM_ID),
        ]
    elif isinstance(item, discord.ui.ActionRow):
        sizes = [("buttons in a row", len(item.children), BUTTONS_PER_ROW)]
    elif isinstance(item, discord.ui.MediaGallery):
        sizes = [("gallery items", len(item.items), GALLERY_ITEMS)]
        sizes += [("alt text", len(one.description or ""), ALT_TEXT) for one in item.items]
    elif isinstance(item, discord.ui.Select):
        texts = [text for one in item.options for text in (one.label, one.value, one.description or "")]
        sizes = [("options", len(item.options), OPTIONS), ("placeholder", len(item.placeholder or ""), PLACEHOLDER)]
        sizes += [("option text", len(text), OPTION_TEXT) for text in texts]
    return [f"{what}: {size}, {allowed} allowed" for what, size, allowed in sizes if size > allowed]
