"""Buttons and select menus that outlive a restart: all they need is in their versioned custom id."""

import re
from typing import Any, Protocol, Self, runtime_checkable

import discord
from discord.ext import commands

from ..features.wording import clip
from . import errors, sending
from .deliveries import is_repeat
from .limits import BUTTON_LABEL, PLACEHOLDER
from .ui import Interaction, Shown

Button = discord.ui.Button[Any]
Select = discord.ui.Select[Any]
# Half of a character: JSON lets it through, and neither a database nor a log takes it. No id of ours has one.
SURROGATE = re.compile("[\ud800-\udfff]")


@runtime_checkable
class Pressable(Protocol):
    """A cog that answers the buttons of its feature."""

    button_version: str

    async def press(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer a press; what's returned is sent to the presser alone. Raises `OldButton` for an unknown action."""
        ...


class FeatureButton(
    discord.ui.DynamicItem[Button],
    template=r"inferbot:(?P<feature>[A-Za-z]+):(?P<version>[0-9]+):(?P<action>[a-z]+):(?P<key>.+)",
):
    """A button of one feature; the cog of that name answers it, even if an earlier process sent the message."""

    def __init__(
        self,
        label: str,
        *,
        feature: str,
        version: str,
        action: str,
        key: str,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        custom_id = f"inferbot:{feature}:{version}:{action}:{key}"
        super().__init__(discord.ui.Button(label=clip(label, BUTTON_LABEL), custom_id=custom_id, style=style))
        self.feature, self.version, self.action, self.key = feature, version, action, key

    @classmethod
    async def from_custom_id(
        cls,
        interaction: Interaction,  # noqa: ARG003 - discord.py's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Return the button that `match` describes."""
        label = item.label if isinstance(item, discord.ui.Button) else ""
        feature, version, action, key = match.group("feature", "version", "action", "key")
        return cls(label or "", feature=feature, version=version, action=action, key=key)

    async def callback(self, interaction: Interaction) -> None:
        """Hand the press to the feature's cog."""
        await _press(interaction, self.feature, self.version, self.action, self.key)


class FeatureSelect(
    discord.ui.DynamicItem[Select],
    template=r"inferbot-pick:(?P<feature>[A-Za-z]+):(?P<version>[0-9]+):(?P<action>[a-z]+)",
):
    """A select menu; the cog gets the choice like a button whose key is the option's value."""

    def __init__(
        self, placeholder: str, options: list[discord.SelectOption], *, feature: str, version: str, action: str
    ) -> None:
        custom_id = f"inferbot-pick:{feature}:{version}:{action}"
        super().__init__(
            discord.ui.Select(placeholder=clip(placeholder, PLACEHOLDER), options=options, custom_id=custom_id)
        )
        self.feature, self.version, self.action = feature, version, action

    @classmethod
    async def from_custom_id(
        cls,
        interaction: Interaction,  # noqa: ARG003 - discord.py's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Return the select menu that `match` describes, with the message's own options."""
        feature, version, action = match.group("feature", "version", "action")
        options = item.options if isinstance(item, discord.ui.Select) else []
        return cls("", options, feature=feature, version=version, action=action)

    async def callback(self, interaction: Interaction) -> None:
        """Hand the choice to the feature's cog."""
        await _press(interaction, self.feature, self.version, self.action, self.item.values[0])


async def _press(interaction: Interaction, feature: str, version: str, action: str, key: str) -> None:
    if is_repeat(interaction):
        return
    async with errors.answering(interaction):
        if SURROGATE.search(key):
            raise errors.OldButton(feature)
        cog = _feature_of(interaction.client, feature, version)
        if shown := await cog.press(interaction, action, key):
            await sending.answer(interaction, shown)


def _feature_of(bot: commands.Bot, feature: str, version: str) -> Pressable:
    cog = bot.get_cog(feature)
    if not isinstance(cog, Pressable) or cog.button_version != version:
        raise errors.OldButton(feature)
    return cog


class Buttons(Protocol):
    """Makes the buttons of one feature."""

    def __call__(
        self, label: str, action: str, key: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> FeatureButton:
        """Return a button that says `label` and asks the cog for `action` with `key`."""
        ...


def buttons_of(feature: str) -> Buttons:
    """Return the function that makes the buttons of `feature`, a cog's class name."""

    def button(
        label: str, action: str, key: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> FeatureButton:
        return FeatureButton(label, feature=feature, version="1", action=action, key=key, style=style)

    return button
