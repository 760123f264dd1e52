"""Word by word: `/complete` lets a small model continue a text, and shows how it does it."""

import secrets
from dataclasses import replace

import discord
from discord import app_commands

from ...features.complete import SEEDS, TOKENS, Order, Writing, Written
from ...models.tasks.sampling import StyleName
from ...models.tasks.text_generation import MAX_TOKENS
from .. import errors, sending
from ..feature import FeatureCog, deferred, extension, find_demo
from ..ui import Interaction, Shown
from . import next_word
from . import view as views

# Seconds until the first edit of a growing text, and between later ones: Discord limits edits.
FIRST_EDIT, EDIT_EVERY = 0.8, 1.6
LONGEST_PROMPT = 1000
# The key of a "Next word?" button: the sentence, the turn, and the option.
KEY_PARTS = 3
BEGINNING = "Once upon a time, a small robot"
PLAYED = "Continued below, for everyone."


class Complete(FeatureCog):
    """Continues texts, token by token, where people can watch, choose and compare."""

    demo = "complete"
    promise = "Watch a small language model continue a text, token by token."

    @app_commands.command(name="complete", description="Let a small model continue your text, token by token")
    @app_commands.describe(
        text="How the text starts",
        style="How each token is chosen: always the likeliest, likely ones at random, or unlikely ones too",
        seed="The same seed draws the same tokens again",
        tokens="The most tokens to write (default 60)",
    )
    @deferred
    async def complete(
        self,
        interaction: Interaction,
        text: app_commands.Range[str, 1, LONGEST_PROMPT],
        style: StyleName = "balanced",
        seed: app_commands.Range[int, 0, SEEDS] | None = None,
        tokens: app_commands.Range[int, 1, MAX_TOKENS] = TOKENS,
    ) -> Shown | None:
        """Continue one text, for the asker alone."""
        chosen = secrets.randbelow(SEEDS) if seed is None else seed
        return await self._write(interaction, Order(interaction.user.id, text, style, chosen, tokens))

    async def start(self, interaction: Interaction, about: str) -> Shown | None:
        """Show what the article `about` is about, on a text of ours."""
        order = Order(interaction.user.id, BEGINNING, seed=secrets.randbelow(SEEDS))
        match about:
            case "kv-cache" | "prefill-and-decode" | "speculative-decoding":
                return await self._uncached(order)
            case "sampling-and-temperature":
                return await self._heated(order)
            case "tokens":
                return await self._begin_sentence(order.owner, BEGINNING, shared=False)
            case _:
                return await self._write(interaction, order)

    async def _write(self, interaction: Interaction, order: Order) -> Shown | None:
        writing = self.services.complete.begin(order)
        try:
            return await self._watch(interaction, writing)
        except BaseException as error:
            writing.stop()
            # The asker deleted the message while the text grew, and wants no message about that either.
            if isinstance(error, discord.NotFound):
                return None
            raise

    async def _watch(self, interaction: Interaction, writing: Writing) -> Shown:
        """Show the text now and then as it grows, and return it as a whole."""
        shown = None
        wait = FIRST_EDIT
        while not await writing.done(within=wait):
            wait = EDIT_EVERY
            state = (writing.text, writing.place)
            if state != shown and not writing.stopped:
                shown = state
                await sending.finish(interaction, views.growing_view(writing.order.prompt, *state, writing.key))
        written = await writing.result()
        return self._show(written) if written else views.left_view()

    def _show(self, written: Written) -> Shown:
        key = None
        if self.services.settings.remember_minutes:
            key = self.services.complete.recent.remember(written, written.size)
        return views.written_view(written, key, articles=find_demo(self.bot, "ask") is not None)

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer a button: `share` and `play` post to the channel, `take` and `finish` change their own message."""
        match action:
            case "stop":
                return await self._stop(interaction, key)
            case "next" | "heat" | "uncached" | "steps" | "again":
                await sending.defer(interaction)
                return await self._detail(interaction, action, self.services.complete.recent.recall(key).order)
            case "share":
                return await self.share(interaction, lambda: self._shared(interaction, key))
            case "play":
                return await self.share(interaction, lambda: self._played(interaction, key), said=PLAYED)
            case "take":
                await interaction.response.defer()
                return await self._take(interaction, key)
            case "finish":
                await interaction.response.defer()
                return await self._finish(interaction, key)
            case _:
                raise errors.OldButton(action)

    async def _shared(self, interaction: Interaction, key: str) -> Shown:
        written = self.services.complete.recent.recall(key)
        await self.services.next_words.check(f"{written.prompt}{written.text}")
        return views.shared_view(written, interaction.user.id)

    async def _played(self, interaction: Interaction, key: str) -> Shown:
        text = self.services.next_words.recent.recall(key).text
        return await self._begin_sentence(interaction.user.id, text, shared=True)

    async def _stop(self, interaction: Interaction, key: str) -> None:
        writing = self.services.complete.find(key)
        if writing is not None and interaction.user.id != writing.order.owner:
            raise errors.WriterOnly
        if writing is None or not writing.stop():
            raise errors.AlreadyDone
        await interaction.response.defer()

    async def _detail(self, interaction: Interaction, action: str, order: Order) -> Shown | None:
        owner = interaction.user.id
        match action:
            case "next":
                return await self._begin_sentence(owner, order.prompt, shared=False)
            case "heat":
                return await self._heated(order)
            case "uncached":
                return await self._uncached(order)
            case "steps":
                return views.steps_view(await self.services.complete.steps(owner, order))
            case _:
                return await self._write(interaction, replace(order, owner=owner, seed=secrets.randbelow(SEEDS)))

    async def _heated(self, order: Order) -> Shown:
        heated = await self.services.complete.heat(order.owner, order)
        return views.heated_view(heated, order.prompt, order.seed)

    async def _uncached(self, order: Order) -> Shown:
        return views.uncached_view(await self.services.complete.uncache(order.owner, order))

    async def _begin_sentence(self, owner: int, start: str, *, shared: bool) -> Shown:
        sentence = await self.services.next_words.begin(owner, start, shared=shared)
        return next_word.sentence_view(sentence, self.services.next_words.recent.remember(sentence, sentence.size))

    async def _take(self, interaction: Interaction, key: str) -> None:
        parts = key.split(".")
        if len(parts) != KEY_PARTS or not (parts[1].isdecimal() and parts[2].isdecimal()):
            raise errors.OldButton(key)
        name, turn, index = parts[0], int(parts[1]), int(parts[2])
        sentence = self.services.next_words.recent.recall(name)
        await self.services.next_words.take(sentence, turn, index, interaction.user.id)
        await sending.finish(interaction, next_word.sentence_view(sentence, name))

    async def _finish(self, interaction: Interaction, key: str) -> None:
        sentence = self.services.next_words.recent.recall(key)
        if interaction.user.id != sentence.owner:
            raise errors.WriterOnly
        self.services.next_words.finish(sentence)
        await sending.finish(interaction, next_word.sentence_view(sentence, key))


setup, teardown = extension(__name__, Complete)
