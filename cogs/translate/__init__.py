"""What is that in another language? `/translate`, the menu "Translate", and every step on the way."""

import asyncio
from collections.abc import Sequence
from math import ceil

import discord
from discord import app_commands

from ...features.translate import Translated, TranslationSteps
from ...models.tasks.language_names import is_named, name_of
from ...models.tasks.translation import MAX_CHARACTERS
from ...models.training_log import training_of
from .. import errors, messages, sending
from ..feature import FeatureCog, Menu, deferred, extension, suggested
from ..limits import CHOICES
from ..posting import Post
from ..ui import Interaction, Shown
from . import view as views

EXAMPLES = ("Good morning, my friend! Would you like a cup of coffee with milk?", "The train station is over there.")
EXAMPLE_KEY = "e."
ANSWER_KEY = "h."
# The number of edits in which the decoder's steps appear, and the seconds between them.
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
        target="Target language",
        source="Source language (leave empty to detect it)",
    )
    @deferred
    async def translate(
        self,
        interaction: Interaction,
        text: app_commands.Range[str, 1, MAX_CHARACTERS],
        target: Languages | None = None,
        source: Languages | None = None,
    ) -> Shown:
        """Translate a text, for the asker alone."""
        return await self._answer(interaction, text, source, target)

    @translate.autocomplete("target")
    @suggested
    async def targets_for(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the languages the models can write, from memory."""
        chosen = getattr(interaction.namespace, "from", None)
        pairs = self.services.translate.pairs()
        return _choices([target for source, target in pairs if chosen in (None, source)], current)

    @translate.autocomplete("source")
    @suggested
    async def sources_for(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the languages the models can read, from memory."""
        chosen = getattr(interaction.namespace, "to", None)
        pairs = self.services.translate.pairs()
        return _choices([source for source, target in pairs if chosen in (None, target)], current)

    @deferred
    async def translate_message(self, interaction: Interaction, message: discord.Message) -> Shown:
        """Translate a message, or as much of it as fits, for the asker alone."""
        text = messages.text_of(message)
        return await self._answer(interaction, _shortened(text), None, None, of=len(text))

    async def start(self, interaction: Interaction, about: str) -> Shown:  # noqa: ARG002 - any article
        """Translate an example."""
        return self._show(await self._example(interaction, 0, None), f"{EXAMPLE_KEY}0")

    async def _example(self, interaction: Interaction, number: int, target: str | None) -> Translated:
        feature = self.services.translate
        return await feature.translate(interaction.user.id, EXAMPLES[number], source="en", target=target)

    async def _answer(
        self, interaction: Interaction, text: str, source: str | None, target: str | None, *, of: int = 0
    ) -> Shown:
        """Translate `text`, the beginning of one of `of` characters."""
        latest = ""

        def note(done: int, total: int) -> None:
            nonlocal latest
            latest = views.progress(done, total)

        feature = self.services.translate
        reader = interaction.locale.value
        work = feature.translate(interaction.user.id, text, source=source, target=target, reader=reader, note=note)
        translated = await self.waiting(interaction, work, feature.place_of, lambda: latest)
        return self._show(translated, self._remember(translated), left_out=max(0, of - len(text)))

    def _remember(self, translated: Translated) -> str | None:
        if not self.services.settings.remember_minutes:
            return None
        return ANSWER_KEY + self.services.translate.recent.remember(translated, translated.size)

    def _show(self, translated: Translated, key: str | None, *, left_out: int = 0) -> Shown:
        card = translated.translation.card
        targets = self.services.translate.targets(card.source_language)
        others = [one for one in targets if one != card.target_language]
        return views.answer_view(translated, key, others, left_out=left_out)

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer a button: `steps` and `into` (`key:what`), `compare`, `report`, `share` (`key`)."""
        name, _, what = key.partition(":")
        match action:
            case "steps":
                return await self._steps(interaction, await self._recall(interaction, name), name, what)
            case "into":
                translation = (await self._recall(interaction, name)).translation
                return await self._answer(interaction, translation.source, translation.card.source_language, what)
            case "compare":
                feature = self.services.translate
                work = feature.compare(await self._recall(interaction, name))
                builds = await self.waiting(interaction, work, feature.place_of)
                return views.comparison_view(builds, [errors.explain(one.error) if one.error else "" for one in builds])
            case "report":
                return views.report_view(await self._recall(interaction, name))
            case "share":
                return await self.share(interaction, lambda: self._shared(interaction, name))
            case _:
                raise errors.OldButton(action)

    async def _shared(self, interaction: Interaction, key: str) -> Post:
        translated = await self._recall(interaction, key)
        wrote = (translated.translation.source, translated.translation.text)
        return Post(views.shared_view(translated, interaction.user.id), wrote)

    async def _recall(self, interaction: Interaction, key: str) -> Translated:
        await sending.defer(interaction)
        if key.startswith(EXAMPLE_KEY):
            number = key.removeprefix(EXAMPLE_KEY)
            if not number.isdecimal() or int(number) >= len(EXAMPLES):
                raise errors.OldButton(key)
            return await self._example(interaction, int(number), None)
        return self.services.translate.recent.recall(key.removeprefix(ANSWER_KEY))

    async def _steps(self, interaction: Interaction, translated: Translated, key: str, number: str) -> Shown:
        """Let the steps of one sentence grow, in a few edits, and return all there is to see."""
        count = len(translated.translation.sentences)
        if not number.isdecimal() or int(number) >= count:
            raise errors.OldButton(number)
        index = int(number)
        steps = await self.services.translate.steps(translated, index)
        await self._grow(interaction, steps)
        following = f"{key}:{index + 1}" if index + 1 < count else None
        training = training_of(steps.sole_card) if steps.sole_card else None
        return views.steps_view(steps, training, following)

    async def _grow(self, interaction: Interaction, steps: TranslationSteps) -> None:
        total = min(len(steps.translation.sentences[0].steps), views.SHOWN_STEPS)
        shown = sorted({ceil(total * frame / FRAMES) for frame in range(1, FRAMES)})
        for count in shown:
            await sending.finish(interaction, views.growing_view(steps, count))
            await asyncio.sleep(FRAME_SECONDS)


def _shortened(text: str) -> str:
    """Return the beginning of a text that is short enough: whole words, and no half of a spoiler."""
    if len(text) <= MAX_CHARACTERS:
        return text
    kept = text[: MAX_CHARACTERS + 1].rsplit(maxsplit=1)[0][:MAX_CHARACTERS]
    return kept.rpartition("||")[0] if kept.count("||") % 2 else kept


def _choices(codes: Sequence[str], current: str) -> list[app_commands.Choice[str]]:
    found = [code for code in dict.fromkeys(codes) if is_named(code, current)]
    return [app_commands.Choice(name=name_of(code), value=code) for code in found[:CHOICES]]


setup, teardown = extension(__name__, Translate)
