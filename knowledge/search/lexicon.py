"""Search by words, which needs no model: words, stems, spelling, and BM25.

BM25 is the ranking function of Robertson and Zaragoza 2009 (https://doi.org/10.1561/1500000019), here bm25s's "lucene"
variant. It scores whole articles; the words that an author put into the title and the aliases count several times.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..articles import Article
from .vectors import Float32

Knows = Callable[[str], bool]

# How many times the words of a field count, against once for the text.
TITLE_TIMES = 4
ALIAS_TIMES = 3
ANSWER_TIMES = 2
# BM25's two parameters: how soon repeating a word stops counting, and how much long articles are penalized.
K1 = 1.2
B = 0.5
# Shorter words are too similar to too many others to be corrected.
SHORTEST_MISSPELLED = 4

_WORD = re.compile(r"[a-z0-9]+(?:[.+][a-z0-9]+)*")
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
"""Stop words: they are in questions about anything."""


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case, chat spellings undone ("WAT is RAAAAG" → what, is, rag)."""
    plain = _STRETCHED.sub(r"\1", text.casefold().replace("'", "").replace("’", ""))
    return [SLANG.get(word, word) for word in _WORD.findall(plain)]


def stem(word: str) -> str:
    """Return `word` without the most common English endings, and with -ise for -ize.

    Snowball's English stemmer answers 9 fewer of the 4,290 example questions (`benchmarks/ask.py`).
    """
    if len(word) <= 3:
        return word
    word = re.sub(r"i[sz](e|es|ed|ing|ation|ations)$", "is", word)
    word = re.sub(r"(?<=[a-z]{3})(ings?|ed|es|e|s|er|ers)$", "", word)
    return re.sub(r"(?<=[a-z]{2})([b-df-hj-np-tv-z])\1$", r"\1", word)


def terms(found: Iterable[str]) -> list[str]:
    """Return what BM25 counts in a text with these words: stems, without stop words."""
    return [stem(word) for word in found if word not in STOP]


class Lexicon:
    """The words of the articles, and a BM25 index of them."""

    def __init__(self, articles: Sequence[Article]) -> None:
        import bm25s

        fields = [_fields(one) for one in articles]
        self._counts = Counter(word for one in fields for found, _ in one for word in found)
        self._stems = {stem(word) for word in self._counts}
        documents = [[term for found, times in one for term in terms(found) * times] for one in fields]
        self._terms = [frozenset(document) for document in documents]
        self._vocabulary = frozenset[str]().union(*self._terms)
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets its own level, and is chatty
        self._bm25: Any = bm25s.BM25(k1=K1, b=B)
        self._bm25.index(documents, show_progress=False)

    def correct(self, found: Sequence[str], knows: Knows = lambda _: False) -> list[str]:
        """Return the words, those that neither the articles nor `knows` know replaced by one that is one edit away.

        The most common such word wins, then the first by the alphabet.
        """
        return [self._corrected(word) if self._is_unknown(word, knows) else word for word in found]

    def _is_unknown(self, word: str, knows: Knows) -> bool:
        if len(word) < SHORTEST_MISSPELLED or not word.isalpha() or not word.isascii():
            return False
        return word not in self._counts and stem(word) not in self._stems and word not in STOP and not knows(word)

    def _corrected(self, word: str) -> str:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(word, self._counts.keys(), scorer=OSA.distance, score_cutoff=1, limit=None)
        return min((one for one, _, _ in near), key=lambda one: (-self._counts[one], one), default=word)

    def scores(self, found: Sequence[str]) -> Float32:
        """Return the BM25 score of each article for these words, float32 [articles], zero and up."""
        known = [term for term in terms(found) if term in self._vocabulary]
        if not known:
            return np.zeros(len(self._terms), np.float32)
        return np.asarray(self._bm25.get_scores(known), np.float32)

    def coverage(self, found: Sequence[str]) -> Float32:
        """Return the share of these words, stop words aside, that each article has: float32 [articles], 0 to 1."""
        wanted = set(terms(found))
        return np.array([len(wanted & own) / max(len(wanted), 1) for own in self._terms], np.float32)


def _fields(article: Article) -> list[tuple[list[str], int]]:
    """Return the words of each field, and how many times they count."""
    fields = [(article.title, TITLE_TIMES), (" ; ".join(article.aliases), ALIAS_TIMES), (article.answer, ANSWER_TIMES)]
    fields += [(text, 1) for text in (*(one.title for one in article.sections), *article.plain_texts)]
    return [(words(text), times) for text, times in fields]
