"""What will the model say? Ask it: the image model on a bundled photo, or a translation model on a sentence."""

import contextlib
import math

from ..knowledge.packs import Question, ToTranslate
from ..models.errors import InferenceError, ModelUnavailable
from ..models.examples import examples
from ..models.registry import Registry
from ..models.trace import Trace
from ..quiz.running.asked import Asked, Prediction
from ..quiz.running.predictor import NoPrediction
from .label import LabelFeature
from .translate import TranslateFeature, Untranslatable

# Too little for a person to call two translations different.
ENDINGS = " .!?\u2026"


class ModelPredictor:
    """Runs the model that a question is about; the quiz's `Predictor`."""

    def __init__(self, labeller: LabelFeature, interpreter: TranslateFeature, registry: Registry) -> None:
        self._labeller = labeller
        self._interpreter = interpreter
        self._registry = registry

    def can(self, question: Question) -> bool:
        """Return whether the question has its answer, or the model that gives it is here."""
        if question.answer is not None:
            return True
        if question.translate is not None:
            return (question.translate.source, question.translate.target) in self._interpreter.pairs()
        try:
            self._registry.classifier()
        except ModelUnavailable:
            return False
        return True

    async def get_ready(self, asked: Asked) -> None:
        """Open the model that a question is about, so that nobody waits for that when the question closes."""
        if asked.answer is None and asked.translate is not None:
            with contextlib.suppress(InferenceError):  # said when it is asked
                await self._interpreter.open(asked.translate.source, asked.translate.target)

    async def predict(self, asked: Asked) -> Prediction:
        """Return what the model says of the question's photo or sentence. Raises `NoPrediction`."""
        try:
            if asked.translate is not None:
                return await self._translate(asked, asked.translate)
            return await self._label(asked)
        except (InferenceError, Untranslatable, KeyError) as error:
            raise NoPrediction from error

    async def _label(self, asked: Asked) -> Prediction:
        answer = await self._labeller.label(0, [examples()[asked.example or ""]])
        result = answer.labelled[0].result
        if result is None:
            raise NoPrediction
        best = result.labels[0]
        return Prediction(best.name, best.score, _stages(result.trace), _position(asked, best.name))

    async def _translate(self, asked: Asked, sentence: ToTranslate) -> Prediction:
        done = await self._interpreter.translate(0, sentence.text, source=sentence.source, target=sentence.target)
        translation = done.translation
        scores = [max(step.chosen.score, 1e-9) for one in translation.sentences for step in one.steps]
        score = math.exp(sum(map(math.log, scores)) / len(scores))
        return Prediction(translation.text, score, _stages(translation.trace), _position(asked, translation.text))


def _position(asked: Asked, said: str) -> int:
    """Return which option the model chose; the last one is "something else"."""
    names = [_heard(one.text) for one in asked.options]
    return names.index(_heard(said)) if _heard(said) in names else len(names) - 1


def _heard(text: str) -> str:
    return text.casefold().strip(ENDINGS)


def _stages(trace: Trace) -> tuple[tuple[str, float], ...]:
    return tuple((one.name, one.milliseconds) for one in trace.stages)
