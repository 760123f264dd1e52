"""The texts that a question is compared with: every part of every article, and example questions."""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from ..articles import Article
from .lexicon import words
from .questions import Example

Kind = Literal["title", "alias", "answer", "short", "sentence", "question"]

# Shorter sentences say too little to be found by.
SHORTEST_SENTENCE = 30
_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+(?=[A-Z0-9])")


class Passage(NamedTuple):
    """A text that can be found: the slug of its article, what it is there, and its plain text.

    `slug` is empty for a question that no article answers.
    """

    slug: str
    kind: Kind
    text: str


def passages(articles: Iterable[Article]) -> list[Passage]:
    """Return every passage of `articles`: title, one-sentence answer, aliases, short answer, and each sentence."""
    return [passage for article in articles for passage in _passages_of(article)]


def example_passages(examples: Iterable[Example]) -> list[Passage]:
    """Return example questions as passages, normalized as every question is."""
    return [Passage(slug or "", "question", " ".join(words(question)) or question) for question, slug in examples]


def _passages_of(article: Article) -> list[Passage]:
    slug = article.slug
    return [
        Passage(slug, "title", article.title),
        Passage(slug, "answer", article.answer),
        *(Passage(slug, "alias", alias) for alias in article.aliases),
        Passage(slug, "short", f"{article.title}. {article.plain_texts[0]}"),
        *(Passage(slug, "sentence", sentence) for text in article.plain_texts for sentence in _sentences(text)),
    ]


def _sentences(text: str) -> list[str]:
    return [one for one in _SENTENCE_END.split(text) if len(one) >= SHORTEST_SENTENCE]
