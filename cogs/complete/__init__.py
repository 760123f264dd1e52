"""Word by word: `/complete` lets a small model continue a text, and shows how it does it."""

import secrets
from dataclasses import replace

import discord
from discord import app_commands

from ...features.complete import SEEDS, TOKENS, Completion, CompletionRequest, RunningCompletion
from ...features.next_word import GrowingText, TooLate
from ...models.tasks.sampling import StyleName
from ...models.tasks.text_generation import MAX_TOKENS
from .. import errors, sending
from ..feature import FeatureCog, deferred, extension, find_demo
from ..posting import Post
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
        return await self._write(interaction, CompletionRequest(interaction.user.id, text, style, chosen, tokens))

    async def start(self, interaction: Interaction, about: str) -> Shown | None:
        """Show what the article `about` is about, on a text of ours."""
        request = CompletionRequest(interaction.user.id, BEGINNING, seed=secrets.randbelow(SEEDS))
        match about:
            case "kv-cache" | "prefill-and-decode" | "speculative-decoding":
                return await self._cache_comparison(request)
            case "sampling-and-temperature":
                return await self._samples(request)
            case "tokens":
                return await self._begin_sentence(request.owner, BEGINNING, shared=False)
            case _:
                return await self._write(interaction, request)

    async def _write(self, interaction: Interaction, request: CompletionRequest) -> Shown | None:
        running = self.services.complete.start(request)
        try:
            return await self._watch(interaction, running)
        except BaseException as error:
            running.stop()
            # The asker deleted the message while the text grew, and wants no message about that either.
            if isinstance(error, discord.NotFound):
                return None
            raise

    async def _watch(self, interaction: Interaction, running: RunningCompletion) -> Shown:
        """Show the text now and then as it grows, and return it as a whole."""
        shown = None
        wait = FIRST_EDIT
        while not await running.done(within=wait):
            wait = EDIT_EVERY
            state = (running.text, running.place)
            if state != shown and not running.stopped:
                shown = state
                await sending.finish(interaction, views.growing_view(running.request.prompt, *state, running.key))
        completion = await running.result()
        return self._show(completion) if completion else views.left_view()

    def _show(self, completion: Completion) -> Shown:
        key = None
        if self.services.settings.remember_minutes:
            key = self.services.complete.recent.remember(completion, completion.size)
        articles = find_demo(self.bot, "ask") is not None
        return views.written_view(completion, key, articles=articles, share=self._may_share)

    @property
    def _may_share(self) -> bool:
        """Whether the host lets the bot post what the model wrote."""
        return self.services.settings.share_generated_text

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer a button: `share` and `play` post to the channel, `take` and `finish` change their own message."""
        match action:
            case "stop":
                return await self._stop(interaction, key)
            case "next" | "heat" | "uncached" | "steps" | "again":
                await sending.defer(interaction)
                return await self._detail(interaction, action, self.services.complete.recent.recall(key).request)
            case "share" | "play" if not self._may_share:
                raise errors.SharingOff
            case "share":
                return await self.share(interaction, lambda: self._shared(interaction, key))
            case "play":
                return await self.share(interaction, lambda: self._played(interaction, key), said=PLAYED)
            case "take":
                await sending.defer_update(interaction)
                return await self._take(interaction, key)
            case "finish":
                await sending.defer_update(interaction)
                return await self._finish(interaction, key)
            case _:
                raise errors.OldButton(action)

    async def _shared(self, interaction: Interaction, key: str) -> Post:
        completion = self.services.complete.recent.recall(key)
        return Post(views.shared_view(completion, interaction.user.id), (f"{completion.prompt}{completion.text}",))

    async def _played(self, interaction: Interaction, key: str) -> Post:
        text = self.services.complete.next_words.recent.recall(key).text
        return Post(await self._begin_sentence(interaction.user.id, text, shared=True), (text,))

    async def _stop(self, interaction: Interaction, key: str) -> None:
        running = self.services.complete.find(key)
        if running is not None and interaction.user.id != running.request.owner:
            raise errors.WriterOnly
        if running is None or not running.stop():
            raise errors.AlreadyDone
        await sending.defer_update(interaction)

    async def _detail(self, interaction: Interaction, action: str, request: CompletionRequest) -> Shown | None:
        owner = interaction.user.id
        match action:
            case "next":
                return await self._begin_sentence(owner, request.prompt, shared=False)
            case "heat":
                return await self._samples(request)
            case "uncached":
                return await self._cache_comparison(request)
            case "steps":
                return views.steps_view(await self.services.complete.steps(owner, request))
            case _:
                return await self._write(interaction, replace(request, owner=owner, seed=secrets.randbelow(SEEDS)))

    async def _samples(self, request: CompletionRequest) -> Shown:
        samples = await self.services.complete.sample_temperatures(request.owner, request)
        return views.heated_view(samples, request.prompt, request.seed)

    async def _cache_comparison(self, request: CompletionRequest) -> Shown:
        return views.uncached_view(await self.services.complete.compare_cache(request.owner, request))

    async def _begin_sentence(self, owner: int, start: str, *, shared: bool) -> Shown:
        words = self.services.complete.next_words
        sentence = await words.begin(owner, start, shared=shared)
        return self._sentence(sentence, words.recent.remember(sentence, sentence.size))

    def _sentence(self, sentence: GrowingText, key: str) -> Shown:
        return next_word.sentence_view(sentence, key, share=self._may_share)

    async def _take(self, interaction: Interaction, key: str) -> None:
        parts = key.split(".")
        if len(parts) != KEY_PARTS or not (parts[1].isdecimal() and parts[2].isdecimal()):
            raise errors.OldButton(key)
        name, turn, index = parts[0], int(parts[1]), int(parts[2])
        words = self.services.complete.next_words
        sentence = words.recent.recall(name)
        async with sentence.lock:
            try:
                await words.take(sentence, turn, index, interaction.user.id)
            except TooLate:
                # An edit may have been lost: then this message is still at an earlier turn, and each press too late.
                await sending.finish(interaction, self._sentence(sentence, name))
                raise
            await sending.finish(interaction, self._sentence(sentence, name))

    async def _finish(self, interaction: Interaction, key: str) -> None:
        sentence = self.services.complete.next_words.recent.recall(key)
        if interaction.user.id != sentence.owner:
            raise errors.WriterOnly
        async with sentence.lock:
            self.services.complete.next_words.finish(sentence)
            await sending.finish(interaction, self._sentence(sentence, key))


setup, teardown = extension(__name__, Complete)
