"""Phrase translation: cut a sentence into phrases, take each from a table, and choose what reads best together.

It works between languages as near as Portuguese and Spanish, where words keep their order. The search goes from left
to right and keeps the best few beginnings of each length (a beam); a beginning's score adds up how often its phrases
became their translations and how likely each word is after the two before it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .phrase_table import LONGEST_OPTION, LONGEST_PHRASE, Options, PhraseTable
from .phrase_words import Word, words
from .phrase_writing import spell, write_out
from .spanish_marks import with_opening_marks

Array = npt.NDArray[Any]

BEAM = 12
# What a word that no phrase has costs; it is kept or spelled as the other language would.
UNKNOWN = -1.0
# How many translations of a phrase are told.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """What the search adds to a translation's score.

    ``joined`` for each further word of the source that a phrase takes, ``follows`` times the language model, and
    ``word`` for each word written, without which short answers win. ``pronoun`` for each of `PRONOUNS`.
    """

    joined: float
    follows: float
    word: float
    pronoun: float = 0.0


WEIGHTS = {("pt", "es"): Weights(0.15, 0.25, 0.4, -1.5), ("es", "pt"): Weights(0.15, 0.2, 0.4)}
"""The weights of each direction, chosen on validation sentences by `training/translate/tuning.py`."""


PRONOUNS = {"es": ("yo", "usted", "ustedes", "nosotros")}
"""Subjects that a language mostly leaves out, since its verbs tell them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A translation of a phrase: an id in the table, its text, and how often the phrase became it, from 0 to 1."""

    id: int
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A phrase of the translation: the words ``first`` to ``last`` of the source, and what they became.

    ``choices`` are the likeliest translations, best first; ``chosen`` is the one that reads best here, and ``written``
    how it is written there, with its space before it. ``known`` says whether the table has the phrase.
    """

    first: int
    last: int
    written: str
    chosen: Choice
    choices: tuple[Choice, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Phrased:
    """A translated sentence: its text, its source's words, and the phrases in order."""

    text: str
    source: tuple[Word, ...]
    pieces: tuple[Piece, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class _Span:
    """Words of the source with their translations; ``text`` is that of a word which no phrase has."""

    first: int
    last: int
    options: Options
    text: str | None = None


@dataclass(slots=True)
class _Beginnings:
    """The beginnings that end at one place: the last two words' ids, the score, and how each came about."""

    one: Array
    two: Array
    scores: Array
    # The place and number of the beginning before, and the span and the option added to it.
    before: Array
    option: Array
    span: list[_Span] = field(default_factory=list[_Span])


class PhraseTranslator:
    """Translates sentences with a table. Any number of threads may use it at the same time."""

    def __init__(self, table: PhraseTable, source: str, target: str, weights: Weights) -> None:
        self.table = table
        self._pair = (source, target)
        self._weights = weights
        pronouns = (table.target_id(word) for word in PRONOUNS.get(target, ()))
        self._pronouns = np.array([one for one in pronouns if one], np.int64)

    def translate(self, text: str) -> Phrased:
        """Return a sentence translated; every word of it is in one of the pieces."""
        started = time.perf_counter()
        source = words(text)
        found = [(span, self._choice(span, option)) for span, option in self._search(source)] if source else []
        written = write_out(text, source, [(span.first, span.last, choice.text) for span, choice in found])
        if self._pair[1] == "es":
            written = with_opening_marks(written)
        pieces = tuple(
            Piece(span.first, span.last, own, choice, self._choices(span, choice), span.text is None)
            for (span, choice), own in zip(found, written, strict=True)
        )
        return Phrased("".join(written), tuple(source), pieces, (time.perf_counter() - started) * 1000)

    def _search(self, source: Sequence[Word]) -> list[tuple[_Span, int]]:
        """Return the spans of the best translation, each with the number of its option."""
        ids = [self.table.source_id(word.key) for word in source]
        waiting: list[list[_Beginnings]] = [[] for _ in range(len(source) + 1)]
        start = np.array([self.table.start])
        nothing = np.zeros((1, 2), np.int64)
        kept = [_Beginnings(start, start, np.zeros(1), nothing, nothing)]
        for first in range(len(source)):
            for span in self._spans(source, ids, first):
                waiting[span.last + 1].append(self._extend(kept[first], span))
            kept.append(_best(waiting[first + 1]))
        return self._trace(kept)

    def _spans(self, source: Sequence[Word], ids: Sequence[int], first: int) -> list[_Span]:
        found: list[_Span] = []
        for last in range(first, min(len(source), first + LONGEST_PHRASE)):
            options = self.table.options(ids[first : last + 1])
            if options is not None:
                found.append(_Span(first, last, options))
            elif last == first:
                found.append(self._unknown(source, first))
        return found

    def _unknown(self, source: Sequence[Word], at: int) -> _Span:
        """Return a word that no phrase has: names, numbers and signs as they are, others spelled anew."""
        word = source[at]
        is_name = at > 0 and word.text[:1].isupper()
        text = word.key if is_name or not word.text.isalpha() else spell(word.key, *self._pair)
        padded = np.zeros((1, LONGEST_OPTION), np.int64)
        padded[0, 0] = self.table.target_id(text)
        return _Span(at, at, Options(-1, padded, np.ones(1, np.int64), np.full(1, UNKNOWN), np.zeros(1)), text)

    def _extend(self, kept: _Beginnings, span: _Span) -> _Beginnings:
        """Return each kept beginning with each of a span's translations behind it."""
        options, weights = span.options, self._weights
        count, many, longest = len(kept.scores), len(options.scores), int(options.lengths.max())
        history = np.stack([kept.one, kept.two], axis=-1)[:, None]
        written = options.words[None, :, :longest]
        shape = (count, many)
        # [beginnings, options, words]: the two words before, then the option's own.
        line = np.concatenate(
            [np.broadcast_to(history, (*shape, 2)), np.broadcast_to(written, (*shape, longest))], axis=-1
        )
        follows = self.table.follows(line[..., :-2], line[..., 1:-1], line[..., 2:])
        follows = (follows * (np.arange(longest) < options.lengths[:, None])).sum(axis=-1)
        own = options.scores + weights.word * options.lengths + weights.joined * (span.last - span.first)
        own = own + weights.pronoun * np.isin(written[0], self._pronouns).sum(axis=-1)
        scores = kept.scores[:, None] + own + weights.follows * follows
        ends = np.broadcast_to(options.lengths[None, :, None], (*shape, 1))
        one, two = (np.take_along_axis(line, ends + place, axis=-1).ravel() for place in (0, 1))
        numbers = np.indices(shape).reshape(2, -1)
        before = np.stack([np.full(numbers.shape[1], span.first), numbers[0]], axis=-1)
        option = np.stack([np.zeros(numbers.shape[1], np.int64), numbers[1]], axis=-1)
        return _Beginnings(one, two, scores.ravel(), before, option, [span])

    def _trace(self, kept: Sequence[_Beginnings]) -> list[tuple[_Span, int]]:
        last = kept[-1]
        ends = self.table.follows(last.one, last.two, np.full(len(last.one), self.table.end))
        number = int(np.argmax(last.scores + self._weights.follows * ends))
        place, found = len(kept) - 1, list[tuple[_Span, int]]()
        while place:
            which, option = (int(one) for one in kept[place].option[number])
            found.append((kept[place].span[which], option))
            place, number = (int(one) for one in kept[place].before[number])
        return found[::-1]

    def _choice(self, span: _Span, option: int) -> Choice:
        if span.text is not None:
            return Choice(-1, span.text, 0.0)
        options = span.options
        return Choice(options.first + option, self._text(options, option), float(options.shares[option]))

    def _choices(self, span: _Span, chosen: Choice) -> tuple[Choice, ...]:
        if span.text is not None:
            return (chosen,)
        return tuple(
            self._choice(span, one) for one in np.argsort(-span.options.shares, kind="stable")[:SHOWN].tolist()
        )

    def _text(self, options: Options, number: int) -> str:
        ids = options.words[number, : int(options.lengths[number])].tolist()
        return " ".join(self.table.target_word(one) for one in ids)


def _best(groups: Sequence[_Beginnings]) -> _Beginnings:
    """Return the best beginnings of some that end at one place: one for each two last words, `BEAM` in all."""
    one, two, scores, before, option = (
        np.concatenate([getattr(group, name) for group in groups])
        for name in ("one", "two", "scores", "before", "option")
    )
    option[:, 0] = np.repeat(np.arange(len(groups)), [len(group.scores) for group in groups])
    order = np.argsort(-scores, kind="stable")
    _, first = np.unique((one << 16 | two)[order], return_index=True)
    best = order[np.sort(first)[:BEAM]]
    return _Beginnings(
        one[best], two[best], scores[best], before[best], option[best], [group.span[0] for group in groups]
    )
