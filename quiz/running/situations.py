"""Practice questions made of the labeled situations that the `/isit` classifier is trained on."""

from functools import cache

from ...knowledge.packs import INFERENCE_OR_TRAINING, Option, Question
from ...knowledge.situations import read_situations

SITUATIONS = "situations"
TITLE = "Situations: inference or training?"
LEFT_OUT = ("slang", "fragments")
ARTICLE = "training-vs-inference"


@cache
def situation_questions() -> tuple[Question, ...]:
    """Return a question for each whole situation that is inference or training. Blocks: reads files the first time."""
    names = [name.casefold() for name in INFERENCE_OR_TRAINING]
    options = tuple(Option(name) for name in INFERENCE_OR_TRAINING)
    return tuple(
        Question(
            id=f"{SITUATIONS}-{number:04}",
            kind="inference-or-training",
            difficulty="medium",
            text=one.text,
            options=options,
            answer=names.index(one.verdict),
            explanation=one.reason,
            article=ARTICLE,
            source=None,
            example=None,
        )
        for number, one in enumerate(read_situations(), 1)
        if one.verdict in names and one.kind not in LEFT_OUT
    )
