"""What a game needs of models: asking one what it says."""

from typing import Protocol

from ...knowledge.packs import Question
from .asked import Asked, Prediction


class NoPrediction(Exception):
    """The model could not be asked just now."""


class Predictor(Protocol):
    """Runs the model that a question is about."""

    def can(self, question: Question) -> bool:
        """Return whether the question has its answer, or the model that gives it is here."""
        ...

    async def get_ready(self, asked: Asked) -> None:
        """Open the model that a question is about, so that no one waits for it when the question closes."""
        ...

    async def predict(self, asked: Asked) -> Prediction:
        """Return what the model says of the question's photo or sentence. Raises `NoPrediction`."""
        ...
