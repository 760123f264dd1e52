"""Question packs: one TOML file each, bundled, in an owner's folder, or uploaded by a server.

`docs/writing-packs.md` is the author's guide. A file is untrusted until its size, its form and every text in it have
been checked; what is wrong is reported in sentences for its author.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .author_errors import AuthorError, field, parse_toml, problem
from .pack_form import (
    Difficulty,
    InferenceOrTraining,
    MultipleChoice,
    PackForm,
    PredictTheModel,
    QuestionForm,
    TrueOrFalse,
)

PACKS = Path(__file__).parent / "packs"
MAX_PACK_BYTES = 64 * 1024
SHOWN_PROBLEMS = 20

Kind = Literal["inference-or-training", "multiple-choice", "true-false", "predict-the-model"]

INFERENCE_OR_TRAINING = ("Inference", "Training")
TRUE_OR_FALSE = ("True", "False")
SOMETHING_ELSE = "Something else"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose; `why` says what is wrong with it, if there is something to say."""

    text: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class ToTranslate:
    """A sentence for a model to translate, and the languages as ISO 639-1 codes."""

    text: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question. `answer` is the index of the right option; None when a model gives the answer.

    `article` is a slug; `source` is the number of one of that article's sources, from 1, or a text.
    """

    id: str
    kind: Kind
    difficulty: Difficulty
    text: str
    options: tuple[Option, ...]
    answer: int | None
    explanation: str
    article: str | None
    source: int | str | None
    example: str | None
    translate: ToTranslate | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack of questions by id. Its own id is its file's name."""

    id: str
    title: str
    about: str
    questions: Mapping[str, Question]


class PackError(AuthorError):
    """A pack can't be used; `problems` say why, one sentence each."""


def read_pack(data: bytes, name: str, *, articles: Collection[str], examples: Collection[str]) -> Pack:
    """Return the pack in `data` with the id `name`. Raises `PackError` with at most twenty problems.

    `articles` are the slugs and `examples` the photos its questions may name.
    """
    text = _decode(data)
    table = _parse(text)
    try:
        form = PackForm.model_validate(table)
    except ValidationError as error:
        details = error.errors(include_url=False)
        if len(details) > 1:  # if all questions are wrong, pydantic also calls the list too short
            details = [one for one in details if (one["type"], one["loc"]) != ("too_short", ("question",))]
        problems = [_sentence(one, table, text) for one in details]
        raise PackError(tuple(dict.fromkeys(problems))[:SHOWN_PROBLEMS]) from None
    problems = [*_between(form, name, articles, examples)]
    if problems:
        raise PackError(tuple(problems)[:SHOWN_PROBLEMS])
    return Pack(name, form.title, form.about, {one.id: _question(one) for one in form.question})


def _decode(data: bytes) -> str:
    if len(data) > MAX_PACK_BYTES:
        raise PackError((f"The file has {len(data):,} bytes; at most {MAX_PACK_BYTES:,} are allowed.",))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PackError(("The file isn't UTF-8 text: save it as a plain text file.",)) from None


def _parse(text: str) -> dict[str, Any]:
    try:
        return parse_toml(text)
    except AuthorError as error:
        raise PackError(error.problems) from None


def _between(form: PackForm, name: str, articles: Collection[str], examples: Collection[str]) -> Iterator[str]:
    seen: set[str] = set()
    for one in form.question:
        if one.id in seen:
            yield f"{one.id}: this id is used twice; every question needs its own."
        seen.add(one.id)
        if not one.id.startswith(f"{name}-"):
            yield f"{one.id}: the id must start with the pack's name, {name}-."
        if one.article is not None and one.article not in articles:
            yield f"{one.id}: there is no article {one.article[:60]!r}."
        if isinstance(one, PredictTheModel) and one.example is not None and one.example not in examples:
            yield f"{one.id}: there is no example {one.example[:60]!r}; use one of {', '.join(sorted(examples))}."


def _question(form: QuestionForm) -> Question:
    options, answer = _options(form)
    example = form.example if isinstance(form, PredictTheModel) else None
    translate = form.translate if isinstance(form, PredictTheModel) else None
    return Question(
        id=form.id,
        kind=form.kind,
        difficulty=form.difficulty,
        text=form.text,
        options=options,
        answer=answer,
        explanation=form.explanation,
        article=form.article,
        source=form.source,
        example=example,
        translate=ToTranslate(translate.text, translate.source, translate.target) if translate else None,
    )


def _options(form: QuestionForm) -> tuple[tuple[Option, ...], int | None]:
    match form:
        case InferenceOrTraining():
            return tuple(map(Option, INFERENCE_OR_TRAINING)), 0 if form.answer == "inference" else 1
        case TrueOrFalse():
            return tuple(map(Option, TRUE_OR_FALSE)), 0 if form.answer else 1
        case PredictTheModel():
            return tuple(map(Option, (*form.options, SOMETHING_ELSE))), None
        case MultipleChoice():
            options = tuple(Option(one.text, one.why) for one in form.options)
            return options, [one.right for one in form.options].index(True)


KINDS = ("inference-or-training", "true-false", "multiple-choice", "predict-the-model")
_PROBLEMS = {
    "union_tag_not_found": "needs a kind: " + ", ".join(KINDS),
    "union_tag_invalid": "has an unknown kind; use one of " + ", ".join(KINDS),
    "model_type": 'must be written as {{ text = "…" }}',
}


def _sentence(detail: ErrorDetails, table: Mapping[str, Any], text: str) -> str:
    """Return what pydantic found, in an author's words, with the question and its line."""
    # Skip the parts that name a kind of question or a type that pydantic tried: no author wrote them.
    place = [part for part in detail["loc"] if part not in KINDS and "[" not in str(part)]
    inside = place[2:] if place[0] == "question" and len(place) > 1 else place
    return f"{_where(place, table, text)}{field(inside)} {problem(detail, **_PROBLEMS)}."


def _where(place: list[Any], table: Mapping[str, Any], text: str) -> str:
    questions = table.get("question")
    if len(place) < 2 or place[0] != "question" or not isinstance(questions, list):
        return ""
    entry = cast("list[Any]", questions)[place[1]]
    known = cast("dict[str, Any]", entry).get("id") if isinstance(entry, dict) else None
    if not isinstance(known, str):
        return f"Question {place[1] + 1}: "
    line = text[: text.find(f'"{known}"')].count("\n") + 1
    return f"{known[:60]} (line {line}): "


def read_packs(
    folder: Path, *, articles: Collection[str], examples: Collection[str]
) -> tuple[dict[str, Pack], tuple[str, ...]]:
    """Return the packs in `folder` by id, and a sentence for each problem of the others. Blocks."""
    packs: dict[str, Pack] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            packs[path.stem] = read_pack(path.read_bytes(), path.stem, articles=articles, examples=examples)
        except OSError as error:
            problems.append(f"{path.name}: the file can't be read ({error.strerror}).")
        except PackError as error:
            problems += [f"{path.name}: {problem}" for problem in error.problems]
    return packs, tuple(problems)
