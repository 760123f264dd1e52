"""What is in this picture? `/label`, "Label this image", and pictures sent to the bot."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import app_commands
from discord.ext import commands

from ...features.label import Attached, LabelAnswer, Picture
from ...features.wording import clip
from ...models.examples import Example, examples
from ...models.tasks.image_classification import Classification
from .. import errors, messages, sending
from ..feature import FeatureCog, Menu, deferred, extension, owner_of_message, suggested
from ..limits import CHOICE_NAME, CHOICES
from ..posting import Post
from ..ui import Interaction, Shown
from . import view as views

EXAMPLE_KEY = "e."
ANSWER_KEY = "h."
SHARED = "Shared below: the labels, not the picture."
COMPARED = ("efficientnet-lite0", "efficientnet-lite0-int8", "efficientnet-lite2")

EXAMPLE_CHOICES = [app_commands.Choice(name=one.title, value=one.slug) for one in examples().values()][:CHOICES]


@dataclass(frozen=True, slots=True)
class Pressed:
    """The picture of an answer that a button is about."""

    owner: int
    picture: Picture
    result: Classification


class Label(FeatureCog):
    """Labels pictures, shows how, and proves that nothing was learned."""

    demo = "label"
    promise = "Show a photo: a model names what's in it, and shows where it looked."

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
    @deferred
    async def label(
        self,
        interaction: Interaction,
        image: discord.Attachment | None = None,
        example: str | None = None,
        model: str | None = None,
    ) -> Shown:
        """Label one picture, for the asker alone."""
        if image is not None:
            sources: list[Attached | Example] = [_attached(image)]
        elif example in examples():
            sources = [examples()[example]]
        else:
            raise errors.NoPicture
        return await self._classify(interaction, sources, model)

    @label.autocomplete("model")
    @suggested
    async def models_for(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the models that are ready or could be, the host's own included."""
        cards = self.services.registry.cards.values()
        found = [card for card in cards if current.lower() in f"{card.id} {card.title}".lower()]
        return [app_commands.Choice(name=clip(card.title, CHOICE_NAME), value=card.id) for card in found[:CHOICES]]

    async def start(self, interaction: Interaction, about: str) -> Shown:  # noqa: ARG002 - any article
        """Label an example."""
        return await self._answer(interaction.user.id, [next(iter(examples().values()))])

    @deferred
    async def label_message(self, interaction: Interaction, message: discord.Message) -> Shown:
        """Label the pictures of a message, for the asker alone."""
        return await self._classify(interaction, _pictures_of(message))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Reply to pictures sent in a DM, or in a message that mentions the bot; words are for another feature."""
        if not messages.is_for(message, self.bot.user):
            return
        words = messages.without_mention(messages.text_of(message), message, self.bot.user)
        if not messages.pictures_of(message) and (words or not message.attachments):
            return
        try:
            with self.serving(owner_of_message(message)):
                await self._answer_message(message, private=message.guild is None)
        except Exception as error:  # noqa: BLE001 - the last resort of every message
            await errors.reply(message, error)

    async def _classify(
        self, interaction: Interaction, sources: Sequence[Attached | Example], model: str | None = None
    ) -> Shown:
        work = self._answer(interaction.user.id, sources, model)
        return await self.waiting(interaction, work, self.services.label.place_of)

    async def _answer_message(self, message: discord.Message, *, private: bool) -> None:
        sources = _pictures_of(message)
        async with message.channel.typing():
            shown = await self._answer(message.author.id, sources, private=private)
        await sending.reply(message, shown)

    async def _answer(
        self, owner: int, sources: Sequence[Attached | Example], model: str | None = None, *, private: bool = True
    ) -> Shown:
        answer = await self.services.label.label(owner, sources, model, heat_maps=private)
        problems = [errors.explain(one.error) if one.error else "" for one in answer.labeled]
        return views.answer_view(answer, problems, self._key(answer), private=private)

    def _key(self, answer: LabelAnswer) -> str | None:
        """Return what a button needs to find the answer again: an example's lasts forever, an upload's a while.

        None if uploads aren't remembered at all.
        """
        first = answer.labeled[0]
        if first.picture and first.picture.example and first.result:
            return f"{EXAMPLE_KEY}{first.picture.example.slug}.{first.result.card.id}"
        if not self.services.settings.remember_minutes:
            return None
        return ANSWER_KEY + self.services.label.recent.remember(answer, answer.size)

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer a button under an answer: `steps`, `where`, `compare` (each `key:index`) or `share` (`key`)."""
        match action:
            case "steps" | "where" | "compare":
                await sending.defer(interaction)
                name, _, index = key.rpartition(":")
                return await self._detail(interaction, action, _pick(await self._recall(interaction, name), index))
            case "share":
                return await self.share(interaction, lambda: self._shared(interaction, key), said=SHARED)
            case _:
                raise errors.OldButton(action)

    async def _shared(self, interaction: Interaction, key: str) -> Post:
        answer = await self._recall(interaction, key)
        labels = [label.name for one in answer.labeled if one.result for label in one.result.labels[: views.MANY_TOP]]
        return Post(views.shared_view(answer, interaction.user.id), tuple(labels))

    async def _recall(self, interaction: Interaction, key: str) -> LabelAnswer:
        if not key.startswith(EXAMPLE_KEY):
            return self.services.label.recent.recall(key.removeprefix(ANSWER_KEY))
        slug, _, model = key.removeprefix(EXAMPLE_KEY).partition(".")
        if slug not in examples():
            raise errors.OldButton(slug)
        return await self.services.label.label(interaction.user.id, [examples()[slug]], model)

    async def _detail(self, interaction: Interaction, action: str, one: Pressed) -> Shown:
        model = one.result.card.id
        if action == "steps":
            return views.steps_view(await self.services.label.steps(one.picture, model))
        if action == "compare":
            chosen = [*COMPARED, *([model] if model not in COMPARED else [])]
            feature = self.services.label
            compared = await self.waiting(interaction, feature.compare(one.picture, chosen), feature.place_of)
            problems = {one.card.title: errors.explain(one.error) for one in compared if one.error}
            return views.comparison_view(compared, problems)
        if interaction.user.id != one.owner:
            raise errors.AskerOnly
        return views.where_view(one.result, await self.services.label.heat_map(one.result))


def _pick(answer: LabelAnswer, index: str) -> Pressed:
    """Return the picture at `index`. Raises `OldButton` for an index this version wouldn't have offered."""
    one = answer.labeled[int(index)] if index.isdecimal() and int(index) < len(answer.labeled) else None
    if one is None or one.picture is None or one.result is None:
        raise errors.OldButton(index)
    return Pressed(answer.owner, one.picture, one.result)


def _attached(attachment: discord.Attachment) -> Attached:
    return Attached(attachment.filename, attachment.url, attachment.size)


def _pictures_of(message: discord.Message) -> list[Attached | Example]:
    """Return the pictures of a message. Raises `NoPictureThere` if it has none."""
    found = messages.pictures_of(message)
    if not found:
        raise errors.NoPictureThere
    return [_attached(one) for one in found]


setup, teardown = extension(__name__, Label)
