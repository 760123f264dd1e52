"""A question as it was asked: its options in the order in which they were shown, kept so for the rest of the game."""

from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from ...knowledge.packs import Option, Question, ToTranslate
from ..drawing import shuffled

IN_THEIR_ORDER = ("inference-or-training", "true-false")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model really said: its label and score (0 to 1), the stages' milliseconds, and which option that is.

    Of a translation, the score is the (geometric) mean of its tokens' scores.
    """

    label: str
    score: float
    stages: tuple[tuple[str, float], ...]
    position: int


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a message of this question needs. `answer` is a position; `prediction` is what the model said."""

    id: str
    kind: str
    difficulty: str
    text: str
    options: tuple[Option, ...]
    answer: int | None
    explanation: str
    article: str | None
    source: int | str | None
    example: str | None
    prediction: Prediction | None = None
    translate: ToTranslate | None = None

    def to_json(self) -> dict[str, Any]:
        """Return this as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, table: dict[str, Any]) -> "Asked":
        """Return what `to_json` gave."""
        return _reader().validate_python(table)


@cache
def _reader() -> TypeAdapter[Asked]:
    return TypeAdapter(Asked)


def ask(question: Question, seed: str) -> Asked:
    """Return `question` with its options shuffled; those with a natural order keep it."""
    count = len(question.options)
    predict = question.answer is None
    order = list(range(count))
    if question.kind not in IN_THEIR_ORDER:
        order = shuffled(count, f"{seed}:{question.id}", last_stays=predict)
    return Asked(
        id=question.id,
        kind=question.kind,
        difficulty=question.difficulty,
        text=question.text,
        options=tuple(question.options[i] for i in order),
        answer=None if question.answer is None else order.index(question.answer),
        explanation=question.explanation,
        article=question.article,
        source=question.source,
        example=question.example,
        translate=question.translate,
    )


def predicted(asked: Asked, prediction: Prediction) -> Asked:
    """Return the question with its answer given by the model."""
    return replace(asked, prediction=prediction, answer=prediction.position)
