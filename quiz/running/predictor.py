"""What a game needs of models: asking one what it says."""

from typing import Protocol

from ...knowledge.packs import Question
from .asked import Asked, Prediction


class NoPrediction(Exception):
    """The model can't be asked right now."""


class Predictor(Protocol):
    """Runs the model a question is about."""

    def can(self, question: Question) -> bool:
        """Return whether the question has its answer, or the model that gives it is available."""
        ...

    async def get_ready(self, asked: Asked) -> None:
        """Open the model a question is about, so no one waits for it when the question closes."""
        ...

    async def predict(self, asked: Asked) -> Prediction:
        """Return what the model says about the question's photo or sentence. Raises `NoPrediction`."""
        ...
