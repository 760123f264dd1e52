"""What will the model say? Ask it, on one of the bundled photos."""

from ...models.errors import InferenceError, ModelUnavailable
from ...models.examples import examples
from ...models.registry import Registry
from ..labelling import Labeller
from .asked import Asked, Prediction


class NoPrediction(Exception):  # noqa: N818 - a plain word for what happened
    """The model could not be asked just now."""


class Predictor:
    """Runs the image model for a question."""

    def __init__(self, labeller: Labeller, registry: Registry) -> None:
        self._labeller = labeller
        self._registry = registry

    @property
    def ready(self) -> bool:
        """Whether the model is there."""
        try:
            self._registry.classifier()
        except ModelUnavailable:
            return False
        return True

    async def predict(self, asked: Asked) -> Prediction:
        """Return what the model says of the question's photo. Raises `NoPrediction`."""
        try:
            answer = await self._labeller.label(0, [examples()[asked.example or ""]])
        except (InferenceError, KeyError) as error:
            raise NoPrediction from error
        result = answer.labelled[0].result
        if result is None:
            raise NoPrediction
        best = result.labels[0]
        names = [one.text.casefold() for one in asked.options]
        position = names.index(best.name.casefold()) if best.name.casefold() in names else len(names) - 1
        stages = tuple((one.name, one.milliseconds) for one in result.trace.stages)
        return Prediction(best.name, best.score, stages, position)
