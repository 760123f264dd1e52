"""Inference, training, or neither? `/isit`, answered by a classifier people can train again and watch."""

from discord import app_commands

from ...features.isit import MAX_SITUATION
from .. import errors, sending
from ..feature import FeatureCog, deferred, extension
from ..posting import Post
from ..ui import Interaction, Shown
from . import view as views

# The situation to classify when an article starts this demo, by the article's slug.
SHOWN = {
    "training-vs-inference": "A model is trained on a million photos of cats.",
    "image-generation": "DALL·E draws an astronaut on a horse from a line of text.",
    "model-drift": "Every quarter the model is trained again on fresh data.",
    "fine-tuning": "A company fine-tunes a model on its own data.",
}
SHOWN_OTHERWISE = "I ask a chat assistant what 2 + 2 is, and it answers 4."


class IsIt(FeatureCog):
    """Classifies situations, and shows training and inference of one model side by side."""

    demo = "isit"
    promise = "Describe anything: a tiny model says whether it's inference or training, and is trained in front of you."

    @app_commands.command(name="isit", description="Is it inference, training or neither? Describe a situation")
    @app_commands.describe(situation="What happens, in your own words: “My phone suggests the next word”")
    @deferred
    async def isit(self, _: Interaction, situation: app_commands.Range[str, 1, MAX_SITUATION]) -> Shown:
        """Classify one situation, for the asker alone."""
        return await self._classify(situation)

    async def start(self, interaction: Interaction, about: str) -> Shown:  # noqa: ARG002 - the base's signature
        """Classify a situation that fits the article `about`."""
        return await self._classify(SHOWN.get(about, SHOWN_OTHERWISE))

    async def _classify(self, situation: str) -> Shown:
        answer = await self.services.isit.classify(situation)
        key = self.services.isit.recent.remember(answer, answer.size)
        return views.verdict_view(answer, self.services.isit.log, key)

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer a button: `steps` and `share` of an answer, or `train`."""
        match action:
            case "steps":
                return views.steps_view(self.services.isit.recent.recall(key))
            case "train":
                await sending.defer(interaction)
                feature = self.services.isit
                return views.training_view(await self.waiting(interaction, feature.train_again(), feature.place_of))
            case "share":
                return await self.share(interaction, lambda: self._shared(interaction, key))
            case _:
                raise errors.OldButton(action)

    async def _shared(self, interaction: Interaction, key: str) -> Post:
        answer = self.services.isit.recent.recall(key)
        return Post(views.shared_view(answer, interaction.user.id), (answer.situation,))


setup, teardown = extension(__name__, IsIt)
