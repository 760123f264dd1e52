"""A question as it was asked: its options in the order they were shown, kept for the rest of the game."""

from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from ...knowledge.packs import Question
from ..chance import shuffled

IN_THEIR_ORDER = ("inference-or-training", "true-false")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model said: its label and score (0 to 1), the milliseconds per stage, and which option that is.

    For a translation, the score is the geometric mean of its tokens' scores.
    """

    label: str
    score: float
    stages: tuple[tuple[str, float], ...]
    position: int


@dataclass(frozen=True, slots=True)
class Asked(Question):
    """A question with its options in the order shown; `answer` is a position, `prediction` what the model said."""

    prediction: Prediction | None = None

    def to_json(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        return asdict(self)

    @staticmethod
    def from_json(table: dict[str, Any]) -> "Asked":
        """Return what `to_json` wrote."""
        return _reader().validate_python(table)


@cache
def _reader() -> TypeAdapter[Asked]:
    return TypeAdapter(Asked)


def ask(question: Question, seed: str) -> Asked:
    """Return `question` with its options shuffled; those with a natural order keep it."""
    count = len(question.options)
    order = list(range(count))
    if question.kind not in IN_THEIR_ORDER:
        order = shuffled(count, f"{seed}:{question.id}", last_stays=question.answer is None)
    shown: dict[str, Any] = {one.name: getattr(question, one.name) for one in fields(question)}
    shown["options"] = tuple(question.options[i] for i in order)
    shown["answer"] = None if question.answer is None else order.index(question.answer)
    return Asked(**shown)


def predicted(asked: Asked, prediction: Prediction) -> Asked:
    """Return the question with the model's answer."""
    return replace(asked, prediction=prediction, answer=prediction.position)
