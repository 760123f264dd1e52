"""Question packs: one TOML file each, bundled, in an owner's folder, or uploaded by a server.

`docs/writing-packs.md` is the author's guide. A file is untrusted until its size, its form and every text in it have
been checked; what is wrong is reported in sentences for its author.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, cast, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..author_errors import AuthorError, field, problem
from ..text_files import decode, parse_toml, read_bytes
from .articles import Article
from .pack_form import (
    Difficulty,
    InferenceOrTraining,
    MultipleChoice,
    PackForm,
    PredictTheModel,
    QuestionForm,
    TrueOrFalse,
)
from .texts import same_option

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


@dataclass(frozen=True, slots=True)
class Known:
    """What questions may refer to: articles by slug, photos by slug, and languages as ISO 639-1 codes."""

    articles: Mapping[str, Article]
    examples: Collection[str]
    languages: Collection[str]


def read_pack(data: bytes, name: str, known: Known, *, stored: bool = False) -> Pack:
    """Return the pack in `data` with the id `name`. Raises `PackError` with at most twenty problems.

    One that is `stored` was accepted by an earlier version, so checks that are newer don't take it away.
    """
    try:
        text = decode(data, MAX_PACK_BYTES)
        table = parse_toml(text)
    except AuthorError as error:
        raise PackError(error.problems) from None
    try:
        form = PackForm.model_validate(table)
    except ValidationError as error:
        details = _first_causes(error.errors(include_url=False))
        problems = dict.fromkeys(_sentence(one, table, text) for one in details)
        raise PackError(islice(problems, SHOWN_PROBLEMS)) from None
    problems = list(_between(form, name, known))
    if not stored:
        problems += _newer(form, known)
    if problems:
        raise PackError(problems[:SHOWN_PROBLEMS])
    return Pack(name, form.title, form.about, {one.id: _question(one) for one in form.question})


def _first_causes(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out the lists that pydantic calls too short only because it didn't count their wrong entries."""
    holders = {one["loc"][:length] for one in details for length in range(len(one["loc"]))}
    return [one for one in details if one["type"] != "too_short" or one["loc"] not in holders]


def _between(form: PackForm, name: str, known: Known) -> Iterator[str]:
    seen: set[str] = set()
    for one in form.question:
        if one.id in seen:
            yield f"{one.id}: this id is used twice; every question needs its own."
        seen.add(one.id)
        if not one.id.startswith(f"{name}-"):
            yield f"{one.id}: the id must start with the pack's name, {name}-."
        if one.article is not None and one.article not in known.articles:
            yield f"{one.id}: there is no article {one.article[:60]!r}."
        if isinstance(one, PredictTheModel) and one.example is not None and one.example not in known.examples:
            there = ", ".join(sorted(known.examples))
            yield f"{one.id}: there is no example {one.example[:60]!r}; use one of {there}."


def _newer(form: PackForm, known: Known) -> Iterator[str]:
    for one in form.question:
        options = [option.text for option in _options(one)[0]]
        if twins := next(((a, b) for i, b in enumerate(options) for a in options[:i] if same_option(a, b)), None):
            yield f"{one.id}: players can't tell the options “{twins[0]}” and “{twins[1]}” apart."
        if isinstance(one.source, int):
            yield from _source(one.id, one.source, known.articles.get(one.article or ""))
        if isinstance(one, PredictTheModel) and one.translate is not None:
            pair = (one.translate.source, one.translate.target)
            yield from (f"{one.id}: I know no language {code!r}." for code in pair if code not in known.languages)
            if pair[0] == pair[1]:
                yield f"{one.id}: `from` and `to` are the same language."


def _source(question: str, number: int, article: Article | None) -> Iterator[str]:
    if article is None:
        yield f"{question}: `source` is a number, so `article` must name the article with that source."
    elif not 1 <= number <= len(article.sources):
        yield f"{question}: `source` is {number}, but {article.slug} has sources 1 to {len(article.sources)}."


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


KINDS = get_args(Kind)
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


def read_pack_file(path: Path, known: Known) -> Pack:
    """Return the pack in a file. Raises `AuthorError`. Blocks."""
    return read_pack(read_bytes(path, MAX_PACK_BYTES), path.stem, known)


def read_packs(folder: Path, known: Known) -> tuple[dict[str, Pack], dict[str, AuthorError]]:
    """Return the packs in `folder` by id, and what is wrong with the others by file name. Blocks."""
    packs: dict[str, Pack] = {}
    wrong: dict[str, AuthorError] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            packs[path.stem] = read_pack_file(path, known)
        except AuthorError as error:
            wrong[path.name] = error
    return packs, wrong
