"""Buttons and lists that outlive a restart: all that they need stands in their versioned custom id."""

import re
from typing import Any, Protocol, Self, runtime_checkable

import discord
from discord.ext import commands

from ..features.wording import clip
from . import errors
from .limits import BUTTON_LABEL, PLACEHOLDER

Button = discord.ui.Button[Any]
Select = discord.ui.Select[Any]


@runtime_checkable
class Pressable(Protocol):
    """A cog that answers the buttons of its feature."""

    button_version: str

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer a press. Raises `OldButton` for an action that it does not know."""
        ...


class FeatureButton(
    discord.ui.DynamicItem[Button],
    template=r"inferbot:(?P<feature>[A-Za-z]+):(?P<version>[0-9]+):(?P<action>[a-z]+):(?P<key>.+)",
):
    """A button of one feature; the cog of that name answers it, whether or not this process sent the message."""

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
        interaction: discord.Interaction[Any],  # noqa: ARG003 - discord.py's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Return the button that `match` describes."""
        label = item.label if isinstance(item, discord.ui.Button) else ""
        feature, version, action, key = match.group("feature", "version", "action", "key")
        return cls(label or "", feature=feature, version=version, action=action, key=key)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the press to the feature's cog; any error ends as a sentence."""
        try:
            cog = _feature_of(interaction.client, self.feature, self.version)
            await cog.pressed(interaction, self.action, self.key)
        except Exception as error:  # noqa: BLE001 - the last resort of every button
            await errors.answer(interaction, error)


class FeatureSelect(
    discord.ui.DynamicItem[Select],
    template=r"inferbot-pick:(?P<feature>[A-Za-z]+):(?P<version>[0-9]+):(?P<action>[a-z]+)",
):
    """A list to pick one thing from; the cog is told of it as of a button whose key is the option's value."""

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
        interaction: discord.Interaction[Any],  # noqa: ARG003 - discord.py's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Return the list that `match` describes, with the options of the message's own."""
        feature, version, action = match.group("feature", "version", "action")
        options = item.options if isinstance(item, discord.ui.Select) else []
        return cls("", options, feature=feature, version=version, action=action)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the choice to the feature's cog; any error ends as a sentence."""
        try:
            cog = _feature_of(interaction.client, self.feature, self.version)
            await cog.pressed(interaction, self.action, self.item.values[0])
        except Exception as error:  # noqa: BLE001 - the last resort of every list
            await errors.answer(interaction, error)


def _feature_of(bot: commands.Bot, feature: str, version: str) -> Pressable:
    cog = bot.get_cog(feature)
    if not isinstance(cog, Pressable) or cog.button_version != version:
        raise errors.OldButton(feature)
    return cog
