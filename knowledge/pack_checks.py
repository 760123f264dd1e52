"""Extra checks for the bundled packs: sources, balanced answers, no giveaways, no near-duplicates."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import get_args

from .articles import Article
from .pack_form import Difficulty
from .packs import Option, Pack, Question

# How far a share may be from chance, in standard deviations.
DEVIATIONS = 2.0
TWINS = 0.75


def check_packs(packs: Mapping[str, Pack], articles: Mapping[str, Article]) -> list[str]:
    """Return every problem of the bundled packs, one sentence each."""
    questions = [one for pack in packs.values() for one in pack.questions.values()]
    found = [sentence for one in questions for sentence in _sources(one, articles)]
    for pack in packs.values():
        found += _difficulties(pack)
    return [*found, *_balance(questions), *_giveaways(questions), *_twins(questions)]


def _sources(question: Question, articles: Mapping[str, Article]) -> Iterator[str]:
    article = articles.get(question.article or "")
    if article is None:
        yield f"{question.id}: it needs an `article` to read more in."
    elif question.source is None:
        yield f"{question.id}: it needs a `source`: the number of one of the article's sources, or a text."
    elif isinstance(question.source, int) and not 1 <= question.source <= len(article.sources):
        yield f"{question.id}: `source` is {question.source}, but {article.slug} has {len(article.sources)} sources."


def _difficulties(pack: Pack) -> Iterator[str]:
    there = {one.difficulty for one in pack.questions.values()}
    for missing in (one for one in get_args(Difficulty) if one not in there):
        yield f"{pack.id}: no question is {missing}."


def _balance(questions: Iterable[Question]) -> Iterator[str]:
    """Yield the positions that are right too often or too rarely, among questions of one kind and size."""
    answers = Counter((one.kind, len(one.options), one.answer) for one in questions if one.answer is not None)
    groups = {(kind, options) for kind, options, _ in answers}
    for kind, options in sorted(groups):
        counts = [answers[kind, options, position] for position in range(options)]
        for position, count in enumerate(counts):
            if _unlikely(count, sum(counts), 1 / options):
                yield f"Of {sum(counts)} {kind} questions with {options} options, {count} have answer {position + 1}."


def _giveaways(questions: Iterable[Question]) -> Iterator[str]:
    chosen = [one for one in questions if one.kind == "multiple-choice" and one.answer is not None]
    for word, pick in (("longest", max), ("shortest", min)):
        right = sum(pick(one.options, key=_length) is one.options[one.answer or 0] for one in chosen)
        expected = sum(1 / len(one.options) for one in chosen)
        if chosen and _unlikely(right, len(chosen), expected / len(chosen)):
            yield f"The {word} option is right in {right} of {len(chosen)} questions; chance gives {expected:.0f}."


def _length(option: Option) -> int:
    return len(option.text)


def _unlikely(count: int, total: int, chance: float) -> bool:
    """Return whether `count` of `total` is too far from `chance` (binomial distribution)."""
    return abs(count - total * chance) > DEVIATIONS * math.sqrt(total * chance * (1 - chance)) + 0.5


def _twins(questions: Iterable[Question]) -> Iterator[str]:
    texts = [(one.id, frozenset(re.findall(r"\w+", one.text.lower()))) for one in questions]
    for (first, words), (second, others) in combinations(texts, 2):
        if len(words & others) >= TWINS * len(words | others):
            yield f"{first} and {second}: these two questions are nearly the same."
