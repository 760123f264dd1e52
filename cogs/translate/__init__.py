"""What is that in another language? `/translate`, the menu "Translate", and every step on the way."""

import asyncio
from collections.abc import Sequence
from math import ceil
from typing import Any

import discord
from discord import app_commands

from ...features.drawing.translate import draw, has_alignment
from ...features.translate import Translated, TranslationSteps
from ...models.tasks.languages import name_of
from ...models.tasks.translation import MAX_CHARACTERS
from ...models.training_log import training_of
from .. import errors, sending
from ..feature import FeatureCog, Menu, answered, extension
from ..limits import CHOICES
from ..progress import progress
from ..ui import Shown, sentence_view
from . import view as views

EXAMPLES = ("Good morning, my friend! Would you like a cup of coffee with milk?", "The train station is over there.")
EXAMPLE_KEY = "e."
ANSWER_KEY = "h."
SHARED = "Shared below."
# In how many edits the decoder's steps appear, and the seconds between two of them.
FRAMES = 4
FRAME_SECONDS = 1.2

Languages = app_commands.Range[str, 1, 40]


class Translate(FeatureCog):
    """Translates, shows each token as it is written, and proves that nothing was learned."""

    demo = "translate"
    promise = "Watch a small model translate, token by token, on this machine."

    def menus(self) -> Sequence[Menu]:
        """Return "Translate", for messages."""
        return (Menu(name="Translate", callback=self.translate_message),)

    @app_commands.command(name="translate", description="See a small model translate, token by token, on this machine")
    @app_commands.rename(target="to", source="from")
    @app_commands.describe(
        text="What to translate, up to 1,000 characters",
        target="The language that you want",
        source="The language that it is in, if I should not guess",
    )
    @answered
    async def translate(
        self,
        interaction: discord.Interaction[Any],
        text: app_commands.Range[str, 1, MAX_CHARACTERS],
        target: Languages | None = None,
        source: Languages | None = None,
    ) -> None:
        """Translate a text, for the asker alone."""
        await sending.defer(interaction)
        await self._answer(interaction, text, source, target)

    @translate.autocomplete("target")
    async def targets_for(self, interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        """Return the languages that a model here writes, from memory."""
        chosen = getattr(interaction.namespace, "from", None)
        pairs = self.services.translate.pairs()
        return _choices([target for source, target in pairs if chosen in (None, source)], current)

    @translate.autocomplete("source")
    async def sources_for(self, interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        """Return the languages that a model here reads, from memory."""
        chosen = getattr(interaction.namespace, "to", None)
        pairs = self.services.translate.pairs()
        return _choices([source for source, target in pairs if chosen in (None, target)], current)

    @answered
    async def translate_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Translate a message, for the asker alone."""
        await sending.defer(interaction)
        await self._answer(interaction, message.content, None, None)

    async def start(self, interaction: discord.Interaction[Any], about: str) -> None:  # noqa: ARG002 - any article
        """Translate an example, for the asker alone."""
        await sending.defer(interaction)
        await self._show(interaction, await self._example(interaction, 0, None), f"{EXAMPLE_KEY}0")

    async def _example(self, interaction: discord.Interaction[Any], number: int, target: str | None) -> Translated:
        interpreter = self.services.translate
        return await interpreter.translate(interaction.user.id, EXAMPLES[number], source="en", target=target)

    async def _answer(
        self, interaction: discord.Interaction[Any], text: str, source: str | None, target: str | None
    ) -> None:
        async def edit(done: int, total: int) -> None:
            await sending.finish(interaction, views.progress_view(done, total))

        async with progress(edit) as note:
            translated = await self.services.translate.translate(
                interaction.user.id, text, source=source, target=target, note=note
            )
        await self._show(interaction, translated, self._remember(translated))

    def _remember(self, translated: Translated) -> str | None:
        if not self.services.settings.remember_minutes:
            return None
        return ANSWER_KEY + self.services.translate.recent.remember(translated, translated.size)

    async def _show(self, interaction: discord.Interaction[Any], translated: Translated, key: str | None) -> None:
        card = translated.translation.card
        targets = self.services.translate.targets(card.source_language)
        others = [one for one in targets if one != card.target_language]
        await sending.finish(interaction, views.answer_view(translated, key, others))

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer a button: `steps` and `into` (`key:what`), `compare`, `report`, `share` (`key`)."""
        name, _, what = key.partition(":")
        if action not in ("steps", "into", "compare", "report", "share"):
            raise errors.OldButton(action)
        await sending.defer(interaction)
        translated = await self._recall(interaction, name)
        match action:
            case "steps":
                await self._steps(interaction, translated, name, what)
            case "into":
                await self._answer(
                    interaction, translated.translation.source, translated.translation.card.source_language, what
                )
            case "compare":
                turns = await self.services.translate.compare(translated)
                await sending.finish(interaction, views.comparison_view(turns, errors.explain))
            case "report":
                await sending.finish(interaction, views.report_view(translated))
            case _:
                shown = views.shared_view(translated, interaction.user.id)
                await sending.finish(interaction, Shown(sentence_view(SHARED)))
                await sending.post(interaction, shown)

    async def _recall(self, interaction: discord.Interaction[Any], key: str) -> Translated:
        if key.startswith(EXAMPLE_KEY):
            number = key.removeprefix(EXAMPLE_KEY)
            if not number.isdecimal() or int(number) >= len(EXAMPLES):
                raise errors.OldButton(key)
            return await self._example(interaction, int(number), None)
        return self.services.translate.recent.recall(key.removeprefix(ANSWER_KEY))

    async def _steps(
        self, interaction: discord.Interaction[Any], translated: Translated, key: str, number: str
    ) -> None:
        """Let the steps of one sentence grow, in a few edits, and end with all there is to see."""
        count = len(translated.translation.sentences)
        if not number.isdecimal() or int(number) >= count:
            raise errors.OldButton(number)
        index = int(number)
        steps = await self.services.translate.steps(translated, index)
        sentence = steps.translation.sentences[0]
        picture = await self.services.engine.run(draw, sentence) if has_alignment(sentence) else None
        await self._grow(interaction, steps)
        following = f"{key}:{index + 1}" if index + 1 < count else None
        training = training_of(steps.translation.card)
        await sending.finish(interaction, views.steps_view(steps, picture, training, following))

    async def _grow(self, interaction: discord.Interaction[Any], steps: TranslationSteps) -> None:
        total = min(len(steps.translation.sentences[0].steps), views.SHOWN_STEPS)
        shown = sorted({ceil(total * frame / FRAMES) for frame in range(1, FRAMES)})
        for count in shown:
            await sending.finish(interaction, views.growing_view(steps, count))
            await asyncio.sleep(FRAME_SECONDS)


def _choices(codes: Sequence[str], current: str) -> list[app_commands.Choice[str]]:
    typed = current.strip().casefold()
    found = [code for code in dict.fromkeys(codes) if typed in f"{code} {name_of(code)}".casefold()]
    return [app_commands.Choice(name=name_of(code), value=code) for code in found[:CHOICES]]


setup, teardown = extension(__name__, Translate)
