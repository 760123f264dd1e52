"""Finding the right article: what is searched (passages), and BM25, the search by words that needs no model.

BM25 is the ranking function of Robertson and Zaragoza 2009 (https://doi.org/10.1561/1500000019), here bm25s's "lucene"
form. It scores whole articles; the words that an author put into the title and the aliases count several times.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from ..articles import Article
from ..rendering import plain_text
from .questions import Example

Float32 = npt.NDArray[np.float32]
Kind = Literal["title", "alias", "answer", "short", "sentence", "question"]
Knows = Callable[[str], bool]

# How many times the words of a field count, against once for the text.
TITLE_TIMES = 4
ALIAS_TIMES = 3
ANSWER_TIMES = 2
# BM25's two numbers: how soon more of the same word stops counting, and how much a long article has to make up for.
K1 = 1.2
B = 0.5
# A question whose words all fail to tell articles apart must not look certain: shares are of at least this score.
LEAST_BEST = 6.0
# Shorter words are too much like too many others to be corrected, shorter sentences say too little to be found.
SHORTEST_MISSPELT = 4
SHORTEST_SENTENCE = 30
LETTERS = "abcdefghijklmnopqrstuvwxyz"

_WORD = re.compile(r"[a-z0-9]+(?:[.+][a-z0-9]+)*")
_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+(?=[A-Z0-9])")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
SLANG: Mapping[str, str] = {
    "wat": "what", "wht": "what", "wot": "what", "whats": "what", "wats": "what", "dose": "does", "doez": "does",
    "y": "why", "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please",
    "bc": "because", "cuz": "because",
    "abt": "about", "thru": "through", "w": "with", "ppl": "people", "diff": "difference", "vs": "versus",
    "hw": "homework",
}  # fmt: skip
"""Chat spellings of common words."""
_STOP = """
a an and are as at be been but by can could did do does for from had has have how i if in into is it its just
me my no not of on or our please should so some something than that the their them then there these they this
those to too up us was we were what when where which who why will with would you your lol ok about because im
ive dont doesnt isnt cant hey hi tell explain mean means meaning get like really actually
"""
STOP = frozenset(_STOP.split())
"""Words that stand in questions about anything."""


class Passage(NamedTuple):
    """A text that can be found by itself: whose it is, what it is, and its plain text.

    `slug` is empty for a question that no article answers.
    """

    slug: str
    kind: Kind
    text: str


def passages(articles: Iterable[Article]) -> list[Passage]:
    """Return every passage of `articles`: title, aliases, one-sentence answer, short answer, and each sentence."""
    return [passage for article in articles for passage in _passages_of(article)]


def asked(examples: Iterable[Example]) -> list[Passage]:
    """Return examples of questions as passages, read as every question is."""
    return [Passage(slug or "", "question", " ".join(words(question)) or question) for question, slug in examples]


def _passages_of(article: Article) -> list[Passage]:
    slug = article.slug
    found = [Passage(slug, "title", article.title), Passage(slug, "answer", article.answer)]
    found += [Passage(slug, "alias", alias) for alias in article.aliases]
    found.append(Passage(slug, "short", f"{article.title}. {plain_text(article.short)}"))
    found += [Passage(slug, "sentence", sentence) for text in _texts(article) for sentence in _sentences(text)]
    return found


def _texts(article: Article) -> list[str]:
    return [plain_text(text) for text in (article.short, *(one.text for one in article.sections))]


def _sentences(text: str) -> list[str]:
    return [one for one in _SENTENCE_END.split(text) if len(one) >= SHORTEST_SENTENCE]


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case, chat spellings undone ("WAT is RAAAAG" → what, is, rag)."""
    plain = _STRETCHED.sub(r"\1", text.casefold().replace("'", "").replace("’", ""))
    return [SLANG.get(word, word) for word in _WORD.findall(plain)]


def stem(word: str) -> str:
    """Return `word` without the commonest English endings, and with -ise for -ize: enough for one small library."""
    if len(word) <= 3:
        return word
    word = re.sub(r"i[sz](e|es|ed|ing|ation|ations)$", "is", word)
    word = re.sub(r"(?<=[a-z]{3})(ings?|ed|es|e|s|er|ers)$", "", word)
    return re.sub(r"(?<=[a-z]{2})([b-df-hj-np-tv-z])\1$", r"\1", word)


def terms(found: Iterable[str]) -> list[str]:
    """Return what BM25 counts in a text of these words: stems, without the words that say nothing of the topic."""
    return [stem(word) for word in found if word not in STOP]


class Lexicon:
    """The words of the articles: which there are, and which articles they point to."""

    def __init__(self, articles: Sequence[Article]) -> None:
        import bm25s

        self._counts = Counter(word for one in articles for text in _fields(one) for word in words(text))
        self._stems = {stem(word) for word in self._counts}
        documents = [_document(one) for one in articles]
        self._terms = [frozenset(document) for document in documents]
        self._vocabulary = frozenset[str]().union(*self._terms)
        self._count = len(articles)
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets its own level, and talks
        self._bm25: Any = bm25s.BM25(k1=K1, b=B)
        self._bm25.index(documents, show_progress=False)

    def correct(self, found: Sequence[str], knows: Knows = lambda _: False) -> list[str]:
        """Return the words with misspelt ones corrected: those of no article that `knows` no better are.

        A correction is one letter away (Norvig 2007, https://norvig.com/spell-correct.html); the commonest wins.
        """
        return [self._corrected(word) if self._is_strange(word, knows) else word for word in found]

    def _is_strange(self, word: str, knows: Knows) -> bool:
        if len(word) < SHORTEST_MISSPELT or not word.isalpha() or not word.isascii():
            return False
        return word not in self._counts and stem(word) not in self._stems and word not in STOP and not knows(word)

    def _corrected(self, word: str) -> str:
        near = [one for one in _one_letter_away(word) if one in self._counts]
        return max(near, key=self._counts.__getitem__, default=word)

    def scores(self, found: Sequence[str]) -> Float32:
        """Return the BM25 score of each article for these words, float32 [articles], zero and up."""
        known = [term for term in terms(found) if term in self._vocabulary]
        if not known:
            return np.zeros(self._count, np.float32)
        return np.asarray(self._bm25.get_scores(known), np.float32)

    def coverage(self, found: Sequence[str], article: int) -> float:
        """Return the share, 0 to 1, of the words that tell something which stand in the article of that position."""
        wanted = set(terms(found))
        return len(wanted & self._terms[article]) / len(wanted) if wanted else 0.0


def shares(scores: Float32) -> Float32:
    """Return BM25 scores as shares of the best one, 0 to 1, so that long questions weigh no more than short ones."""
    return scores / max(float(scores.max(initial=0)), LEAST_BEST)


def _fields(article: Article) -> list[str]:
    return [article.title, *article.aliases, article.answer, *(one.title for one in article.sections), *_texts(article)]


def _document(article: Article) -> list[str]:
    fields = [(article.title, TITLE_TIMES), (" ; ".join(article.aliases), ALIAS_TIMES), (article.answer, ANSWER_TIMES)]
    fields += [(one.title, 1) for one in article.sections] + [(text, 1) for text in _texts(article)]
    return [term for text, times in fields for term in terms(words(text)) * times]


def _one_letter_away(word: str) -> set[str]:
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    without = {left + right[1:] for left, right in cuts if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    other = {left + letter + right[1:] for left, right in cuts if right for letter in LETTERS}
    more = {left + letter + right for left, right in cuts for letter in LETTERS}
    return without | swapped | other | more
