"""Inference, training, or neither? `/isit`, answered by a classifier that can be trained in front of people."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from ...features import sharing
from ...features.drawing.isit import draw
from ...features.isit import MAX_SITUATION, IsItAnswer
from ...features.recent import Forgotten
from .. import errors, sending
from ..feature import FeatureCog, add_feature, answered
from ..ui import Shown, sentence_view
from . import view as views

# What is judged when an article starts this demo, by the article's slug.
SHOWN = {
    "training-vs-inference": "A model is trained on a million photos of cats.",
    "image-generation": "DALL·E draws an astronaut on a horse from a line of text.",
    "model-drift": "Every quarter the model is trained again on fresh data.",
    "fine-tuning": "A company fine-tunes a model on its own data.",
}
SHOWN_OTHERWISE = "I ask a chat assistant what 2 + 2 is, and it answers 4."
SHARED = "Shared below."


class IsIt(FeatureCog):
    """Judges situations, and shows training and inference of one model side by side."""

    demo = "isit"
    promise = (
        "Describe anything; a tiny model says whether it is inference or training, and is trained before your eyes."
    )

    @app_commands.command(name="isit", description="Is it inference, training or neither? Describe a situation")
    @app_commands.describe(situation="What happens, in your own words: “My phone suggests the next word”")
    @answered
    async def isit(
        self, interaction: discord.Interaction[Any], situation: app_commands.Range[str, 1, MAX_SITUATION]
    ) -> None:
        """Judge one situation, for the asker alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._judge(interaction, situation)

    async def start(self, interaction: discord.Interaction[Any], about: str) -> None:
        """Judge a situation that belongs to the article `about`, for the asker alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._judge(interaction, SHOWN.get(about, SHOWN_OTHERWISE))

    async def _judge(self, interaction: discord.Interaction[Any], situation: str) -> None:
        judgement = await self.services.isit.judge(situation)
        key = self.services.judged.remember(judgement, judgement.size)
        await sending.finish(interaction, views.verdict_view(judgement, self.services.isit.log, key))

    async def pressed(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer a button: `steps` and `share` of a judgement, or `train`."""
        match action:
            case "steps":
                await sending.whisper(interaction, views.steps_view(self._recall(key)))
            case "train":
                await interaction.response.defer(ephemeral=True, thinking=True)
                lesson = await self.services.isit.train_again()
                png = await self.services.engine.run(draw, lesson.losses)
                await sending.finish(interaction, views.lesson_view(lesson, png))
            case "share":
                judgement = self._recall(key)
                await interaction.response.defer(ephemeral=True, thinking=True)
                await sending.finish(interaction, Shown(sentence_view(SHARED)))
                await sending.post(interaction, views.shared_view(judgement, interaction.user.id))
            case _:
                raise errors.OldButton(action)

    def _recall(self, key: str) -> IsItAnswer:
        try:
            return self.services.judged.recall(key)
        except Forgotten:
            raise errors.SituationForgotten from None


async def setup(bot: commands.Bot) -> None:
    """Add this feature alone. Raises `CommandClash` or `SettingsError`, one sentence each."""
    await add_feature(bot, IsIt, __name__)


async def teardown(bot: commands.Bot) -> None:
    """Close the services if no other extension of ours still needs them."""
    await sharing.release(bot, __name__)
