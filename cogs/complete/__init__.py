"""Word by word: `/complete` has a small model go on with a text, and shows how it does that."""

import secrets
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from ...features.complete import SEEDS, TOKENS, Order, Writing, Written
from ...features.next_word import GrowingText
from ...models.tasks.sampling import StyleName
from ...models.tasks.text_generation import MAX_TOKENS
from .. import errors, sending
from ..feature import FeatureCog, answered, extension, find_demo
from ..ui import Shown
from ..ui import sentence_view as one_sentence
from . import next_word
from . import view as views

# Discord counts edits: the first comes soon, so that something is seen, and then few.
FIRST_LOOK, LOOK = 0.8, 1.6
LONGEST_PROMPT = 1000
BEGINNING = "Once upon a time, a small robot"
SHARED = "Shared below."
PLAYED = "It goes on below, for everybody."


class Complete(FeatureCog):
    """Goes on with texts, token by token, where people can watch, choose and compare."""

    demo = "complete"
    promise = "Watch a small language model go on with a text, token by token."

    @app_commands.command(name="complete", description="Have a small model go on with your text, token by token")
    @app_commands.describe(
        text="How the text begins",
        style="How a token is chosen: always the likeliest, likely ones by chance, or unlikely ones too",
        seed="The same seed draws the same tokens again",
        tokens="How many tokens at most (60 unless you say)",
    )
    @answered
    async def complete(
        self,
        interaction: discord.Interaction[Any],
        text: app_commands.Range[str, 1, LONGEST_PROMPT],
        style: StyleName = "balanced",
        seed: app_commands.Range[int, 0, SEEDS] | None = None,
        tokens: app_commands.Range[int, 1, MAX_TOKENS] = TOKENS,
    ) -> None:
        """Go on with one text, for the asker alone."""
        await sending.defer(interaction)
        chosen = secrets.randbelow(SEEDS) if seed is None else seed
        await self._write(interaction, Order(interaction.user.id, text, style, chosen, tokens))

    async def start(self, interaction: discord.Interaction[Any], about: str) -> None:
        """Show what the article `about` is about, on a beginning of ours."""
        await sending.defer(interaction)
        order = Order(interaction.user.id, BEGINNING, seed=secrets.randbelow(SEEDS))
        match about:
            case "kv-cache" | "prefill-and-decode" | "speculative-decoding":
                await sending.finish(interaction, await self._uncached(order))
            case "sampling-and-temperature":
                await sending.finish(interaction, await self._heated(order))
            case "tokens":
                await sending.finish(interaction, await self._begin_sentence(order.owner, BEGINNING, shared=False))
            case _:
                await self._write(interaction, order)

    async def _write(self, interaction: discord.Interaction[Any], order: Order) -> None:
        writing = self.services.complete.begin(order)
        try:
            await self._watch(interaction, writing)
        except BaseException as error:
            # Whoever deleted the message while it grew wants no more of it, and no message about that either.
            writing.stop()
            if isinstance(error, discord.NotFound):
                return
            raise

    async def _watch(self, interaction: discord.Interaction[Any], writing: Writing) -> None:
        """Show the text every now and then as it grows, and then as a whole."""
        shown = None
        wait = FIRST_LOOK
        while not await writing.done(within=wait):
            wait = LOOK
            state = (writing.text, writing.place)
            if state != shown and not writing.stopped:
                shown = state
                view = views.growing_view(writing.order.prompt, *state, writing.key)
                await sending.finish(interaction, view)
        written = await writing.result()
        await sending.finish(interaction, self._show(written) if written else views.left_view())

    def _show(self, written: Written) -> Shown:
        key = None
        if self.services.settings.remember_minutes:
            key = self.services.complete.recent.remember(written, written.size)
        return views.written_view(written, key, articles=find_demo(self.bot, "ask") is not None)

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer a button: `share` and `play` post to the channel, `take` and `finish` change their own message."""
        match action:
            case "stop":
                await self._stop(interaction, key)
            case "next" | "heat" | "uncached" | "steps" | "again":
                await sending.defer(interaction)
                await self._detail(interaction, action, self._recall(key).order)
            case "share":
                await sending.defer(interaction)
                written = self._recall(key)
                await self.services.next_words.check(f"{written.prompt}{written.text}")
                await sending.finish(interaction, Shown(one_sentence(SHARED)))
                await sending.post(interaction, views.shared_view(written, interaction.user.id))
            case "play":
                await sending.defer(interaction)
                shown = await self._begin_sentence(interaction.user.id, self._sentence(key).text, shared=True)
                await sending.finish(interaction, Shown(one_sentence(PLAYED)))
                await sending.post(interaction, shown)
            case "take":
                await interaction.response.defer()
                await self._take(interaction, key)
            case "finish":
                await interaction.response.defer()
                await self._finish(interaction, key)
            case _:
                raise errors.OldButton(action)

    async def _stop(self, interaction: discord.Interaction[Any], key: str) -> None:
        writing = self.services.complete.find(key)
        if writing is not None and interaction.user.id != writing.order.owner:
            raise errors.WriterOnly
        if writing is None or not writing.stop():
            raise errors.AlreadyDone
        await interaction.response.defer()

    async def _detail(self, interaction: discord.Interaction[Any], action: str, order: Order) -> None:
        owner = interaction.user.id
        match action:
            case "next":
                shown = await self._begin_sentence(owner, order.prompt, shared=False)
            case "heat":
                shown = await self._heated(order)
            case "uncached":
                shown = await self._uncached(order)
            case "steps":
                shown = views.steps_view(await self.services.complete.steps(owner, order))
            case _:
                await self._write(interaction, replace(order, owner=owner, seed=secrets.randbelow(SEEDS)))
                return
        await sending.finish(interaction, shown)

    async def _heated(self, order: Order) -> Shown:
        heated = await self.services.complete.heat(order.owner, order)
        return views.heated_view(heated, order.prompt, order.seed)

    async def _uncached(self, order: Order) -> Shown:
        return views.uncached_view(await self.services.complete.uncache(order.owner, order))

    async def _begin_sentence(self, owner: int, start: str, *, shared: bool) -> Shown:
        sentence = await self.services.next_words.begin(owner, start, shared=shared)
        key = self.services.next_words.recent.remember(sentence, sentence.size)
        return await self._show_sentence(sentence, key)

    async def _show_sentence(self, sentence: GrowingText, key: str) -> Shown:
        png = await self.services.engine.run(next_word.bars_picture, sentence.options) if sentence.options else None
        return next_word.sentence_view(sentence, key, png)

    async def _take(self, interaction: discord.Interaction[Any], key: str) -> None:
        name, turn, index = [*key.split("."), "", ""][:3]
        if not (turn.isdecimal() and index.isdecimal()):
            raise errors.OldButton(key)
        sentence = self._sentence(name)
        await self.services.next_words.take(sentence, int(turn), int(index), interaction.user.id)
        await sending.finish(interaction, await self._show_sentence(sentence, name))

    async def _finish(self, interaction: discord.Interaction[Any], key: str) -> None:
        sentence = self._sentence(key)
        if interaction.user.id != sentence.owner:
            raise errors.WriterOnly
        self.services.next_words.finish(sentence)
        await sending.finish(interaction, await self._show_sentence(sentence, key))

    def _recall(self, key: str) -> Written:
        return self.services.complete.recent.recall(key)

    def _sentence(self, key: str) -> GrowingText:
        return self.services.next_words.recent.recall(key)


setup, teardown = extension(__name__, Complete)
