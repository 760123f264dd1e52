"""What is in this picture? `/label`, "Label this image", and pictures sent to the bot."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from ...features import sharing
from ...features.drawing.label import draw
from ...features.label import Answer, Attached, Picture
from ...features.wording import clip
from ...models.examples import Example, examples
from ...models.tasks.image_classification import Classification
from .. import errors, sending
from ..feature import FeatureCog, Menu, add_feature, answered
from ..limits import CHOICE_NAME, CHOICES
from ..ui import Shown, sentence_view
from . import view as views

EXAMPLE_KEY = "e."
ANSWER_KEY = "h."
SHARED = "Shared below: the labels, not the picture."
COMPARED = ("efficientnet-lite0", "efficientnet-lite0-int8", "efficientnet-lite2")

EXAMPLE_CHOICES = [app_commands.Choice(name=one.title, value=one.slug) for one in examples().values()][:CHOICES]


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture of an answer that a button is about."""

    owner: int
    picture: Picture
    result: Classification


class Label(FeatureCog):
    """Labels pictures, shows how, and proves that nothing was learned."""

    demo = "label"
    promise = "Show a photo; a model names what is on it, and shows where it looked."

    def menus(self) -> Sequence[Menu]:
        """Return "Label this image", for messages."""
        return (Menu(name="Label this image", callback=self.label_message),)

    @app_commands.command(name="label", description="See what a model finds in a picture, and how it got there")
    @app_commands.describe(
        image="The picture to look at (JPEG, PNG, WebP or GIF)",
        example="No picture at hand? Take one of these",
        model="The model that looks at it",
    )
    @app_commands.choices(example=EXAMPLE_CHOICES)
    @answered
    async def label(
        self,
        interaction: discord.Interaction[Any],
        image: discord.Attachment | None = None,
        example: str | None = None,
        model: str | None = None,
    ) -> None:
        """Label one picture, for the asker alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if image is not None:
            sources: list[Attached | Example] = [_attached(image)]
        elif example in examples():
            sources = [examples()[example]]
        else:
            raise errors.NoPicture
        await self._answer_interaction(interaction, sources, model)

    @label.autocomplete("model")
    async def models_for(self, _: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        """Return the models that are ready or could be, those of the host's own included."""
        cards = self.services.registry.cards.values()
        found = [card for card in cards if current.lower() in f"{card.id} {card.title}".lower()]
        return [app_commands.Choice(name=clip(card.title, CHOICE_NAME), value=card.id) for card in found[:CHOICES]]

    async def start(self, interaction: discord.Interaction[Any], about: str) -> None:  # noqa: ARG002 - any article
        """Label an example, for the asker alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._answer_interaction(interaction, [next(iter(examples().values()))], None)

    @answered
    async def label_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Label the pictures of a message, for the asker alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        sources = _pictures_of(message)
        if not sources:
            raise errors.NoPictureThere
        await self._answer_interaction(interaction, sources, None)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Reply to pictures sent in a DM, or in a message that mentions the bot."""
        direct = message.guild is None
        mentioned = self.bot.user is not None and self.bot.user in message.mentions
        if message.author.bot or message.webhook_id or not message.attachments or not (direct or mentioned):
            return
        try:
            await self._answer_message(message, private=direct)
        except Exception as error:  # noqa: BLE001 - the last resort of every message
            await errors.reply(message, error)

    async def _answer_message(self, message: discord.Message, *, private: bool) -> None:
        sources = _pictures_of(message)
        if not sources:
            raise errors.NoPictureThere
        async with message.channel.typing():
            answer = await self.services.label.label(message.author.id, sources)
            shown = await self._show(answer, private=private)
        await sending.reply(message, shown)

    async def _answer_interaction(
        self, interaction: discord.Interaction[Any], sources: Sequence[Attached | Example], model: str | None
    ) -> None:
        answer = await self.services.label.label(interaction.user.id, sources, model)
        shown = await self._show(answer, private=True)
        await sending.finish(interaction, shown)

    async def _show(self, answer: Answer, *, private: bool) -> Shown:
        looked = await self._looked(answer) if private else {}
        return views.answer_view(answer, self._key(answer), looked, errors.explain, private=private)

    def _key(self, answer: Answer) -> str | None:
        """Return what a button needs to find the answer again: an example's lasts for ever, an upload's a while.

        None when uploads are not remembered at all.
        """
        first = answer.labelled[0]
        if first.picture and first.picture.example and first.result:
            return f"{EXAMPLE_KEY}{first.picture.example.slug}.{first.result.card.id}"
        if not self.services.settings.remember_minutes:
            return None
        return ANSWER_KEY + self.services.answers.remember(answer, answer.size)

    async def _looked(self, answer: Answer) -> dict[int, bytes]:
        with_map = {
            i: one.result for i, one in enumerate(answer.labelled) if one.result and one.result.activation is not None
        }
        drawn = await asyncio.gather(*(self.services.engine.run(draw, result) for result in with_map.values()))
        return dict(zip(with_map, drawn, strict=True))

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer a button under an answer: `steps`, `where`, `compare` (each `key:index`) or `share` (`key`)."""
        match action:
            case "steps" | "where" | "compare":
                await interaction.response.defer(ephemeral=True, thinking=True)
                name, _, index = key.rpartition(":")
                one = _pick(await self._recall(interaction, name), index)
                shown = await self._detail(interaction, action, one)
                await sending.finish(interaction, shown)
            case "share":
                await interaction.response.defer(ephemeral=True, thinking=True)
                shown = views.shared_view(await self._recall(interaction, key), interaction.user.id)
                await sending.finish(interaction, Shown(sentence_view(SHARED)))
                await sending.post(interaction, shown)
            case _:
                raise errors.OldButton(action)

    async def _recall(self, interaction: discord.Interaction[Any], key: str) -> Answer:
        if not key.startswith(EXAMPLE_KEY):
            return self.services.answers.recall(key.removeprefix(ANSWER_KEY))
        slug, _, model = key.removeprefix(EXAMPLE_KEY).partition(".")
        if slug not in examples():
            raise errors.OldButton(slug)
        return await self.services.label.label(interaction.user.id, [examples()[slug]], model)

    async def _detail(self, interaction: discord.Interaction[Any], action: str, one: Seen) -> Shown:
        model = one.result.card.id
        if action == "steps":
            return views.steps_view(await self.services.label.steps(one.picture, model))
        if action == "compare":
            chosen = [*COMPARED, *([model] if model not in COMPARED else [])]
            return views.comparison_view(await self.services.label.compare(one.picture, chosen), errors.explain)
        if interaction.user.id != one.owner:
            raise errors.AskerOnly
        return views.where_view(one.result, await self.services.engine.run(draw, one.result))


def _pick(answer: Answer, index: str) -> Seen:
    """Return the picture at `index`. Raises `OldButton` for one that this version would not have offered."""
    one = answer.labelled[int(index)] if index.isdecimal() and int(index) < len(answer.labelled) else None
    if one is None or one.picture is None or one.result is None:
        raise errors.OldButton(index)
    return Seen(answer.owner, one.picture, one.result)


def _attached(attachment: discord.Attachment) -> Attached:
    return Attached(attachment.filename, attachment.url, attachment.size)


def _pictures_of(message: discord.Message) -> list[Attached | Example]:
    """Return the attachments that may be pictures; what they really are is seen when their bytes are read."""
    return [_attached(one) for one in message.attachments if (one.content_type or "image/").startswith("image/")]


async def setup(bot: commands.Bot) -> None:
    """Add this feature alone. Raises `CommandClash` or `SettingsError`, one sentence each."""
    await add_feature(bot, Label, __name__)


async def teardown(bot: commands.Bot) -> None:
    """Close the services if no other extension of ours still needs them."""
    await sharing.release(bot, __name__)
