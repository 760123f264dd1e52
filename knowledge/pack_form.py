"""The form of a pack's file: which fields a question of each kind has, and what they may contain."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictInt, model_validator

from ..author_errors import LANGUAGE_CODE, SLUG, Form
from .texts import ExplanationText, OptionText, QuestionText, TitleText, WhyText

MAX_QUESTIONS = 200

Difficulty = Literal["easy", "medium", "hard"]
Id = Annotated[str, Field(pattern=SLUG, max_length=60)]


class _QuestionForm(Form):
    id: Id
    difficulty: Difficulty
    text: QuestionText
    explanation: ExplanationText
    article: str | None = None
    source: StrictInt | WhyText | None = None


class InferenceOrTraining(_QuestionForm):
    """A situation that is either inference or training."""

    kind: Literal["inference-or-training"]
    answer: Literal["inference", "training"]


class TrueOrFalse(_QuestionForm):
    """A statement that is true or false."""

    kind: Literal["true-false"]
    answer: StrictBool


class OptionForm(Form):
    """One option: `right = true`, or `why` it is wrong."""

    text: OptionText
    right: StrictBool = False
    why: WhyText | None = None


class MultipleChoice(_QuestionForm):
    """Two to four options, one of them right."""

    kind: Literal["multiple-choice"]
    options: Annotated[tuple[OptionForm, ...], Field(min_length=2, max_length=4)]

    @model_validator(mode="after")
    def _one_is_right(self) -> "MultipleChoice":
        if sum(one.right for one in self.options) != 1:
            raise ValueError("needs exactly one option with right = true")
        if unexplained := next((one.text for one in self.options if not one.right and not one.why), None):
            raise ValueError(f'needs a why for its wrong option "{unexplained}"')
        _all_different([one.text for one in self.options])
        return self


class TranslateForm(Form):
    """A sentence for a translation model, and the languages (ISO 639-1) to translate from and to."""

    model_config = ConfigDict(populate_by_name=True)

    text: QuestionText
    source: Annotated[str, Field(alias="from", pattern=LANGUAGE_CODE)]
    target: Annotated[str, Field(alias="to", pattern=LANGUAGE_CODE)]


class PredictTheModel(_QuestionForm):
    """What will a model say? The image model about an example's photo, or a translation model about a sentence.

    The options are labels or translations; "Something else" is added to them.
    """

    kind: Literal["predict-the-model"]
    example: str | None = None
    translate: TranslateForm | None = None
    options: Annotated[tuple[OptionText, ...], Field(min_length=2, max_length=3)]

    @model_validator(mode="after")
    def _different(self) -> "PredictTheModel":
        if (self.example is None) == (self.translate is None):
            raise ValueError("needs either the `example` to look at or what to `translate`")
        _all_different(self.options)
        return self


QuestionForm = Annotated[
    InferenceOrTraining | TrueOrFalse | MultipleChoice | PredictTheModel, Field(discriminator="kind")
]


class PackForm(Form):
    """A pack: its title, what it is about, and its questions."""

    title: TitleText
    about: WhyText
    question: Annotated[tuple[QuestionForm, ...], Field(min_length=1, max_length=MAX_QUESTIONS)]


def _all_different(options: tuple[str, ...] | list[str]) -> None:
    if len({one.casefold() for one in options}) < len(options):
        raise ValueError("has the same option twice")


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a pack, for editors that support it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **PackForm.model_json_schema()}
