"""Phrase tables between Portuguese and Spanish, counted from sentence pairs: which words became which words, how often.

The recipe: align the words (`alignment.py`), take every phrase of up to four words whose translation is one span, keep
those that were seen often enough, and count how words of the target follow each other. `packing.py` writes it.
"""

import gzip
import logging
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ...models.tasks.phrase_words import KEPT, keys
from .alignment import Aligner, Corpus
from .data import Splits, key_of, read_pairs

log = logging.getLogger(__name__)

# Rows of these sources are left out: their license (MPL-2.0) asks more of us than a credit.
DROPPED = frozenset({"mozilla.org"})
LONGEST_ROW = 40
LONGEST_PHRASE, WIDEST = 4, 6
# A word longer than this that became nothing may not be inside a phrase: it would vanish without a trace.
SMALL_WORD = 3
MOST_OPTIONS, LEAST_SHARE = 8, 0.02
SEEN = {1: 1, 2: 2, 3: 3, 4: 3}
START, END = "<s>", "</s>"

Phrase = tuple[str, ...]
Counts = dict[Phrase, Counter[Phrase]]
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Option:
    """A translation of a phrase, with the logarithms of how often it was the phrase's, and the phrase its."""

    words: Phrase
    forward: float
    backward: float


@dataclass(frozen=True)
class Counted:
    """Everything counted for one direction."""

    options: dict[Phrase, list[Option]]
    unigrams: Counter[str]
    bigrams: Counter[tuple[str, str]]
    trigrams: Counter[tuple[str, str, str]]


def read_rows(path: Path, held_out: Iterable[str], seed: int = 1) -> list[Row]:
    """Return the Portuguese and Spanish of a file's rows, shuffled, without those whose Spanish is `held_out`.

    A row is Portuguese, Spanish, kind and source, parted by tabs.
    """
    closed = {letters(text) for text in held_out}
    rows: list[Row] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            portuguese, spanish, _, source = line.rstrip("\n").split("\t")
            short = len(portuguese.split()) <= LONGEST_ROW
            if short and source not in DROPPED and letters(spanish) not in closed:
                rows.append((portuguese, spanish))
    random.Random(seed).shuffle(rows)  # noqa: S311 - an order, not a secret
    return rows


def letters(text: str) -> str:
    """Return only a text's letters and digits, to compare sentences by."""
    return re.sub(r"[\W_]", "", text.lower())


def held_out_spanish(pairs: Path, splits: Splits) -> list[str]:
    """Return every Spanish translation of the sentences that validation and test hold."""
    closed = {key_of(group.english) for group in (*splits.validation, *splits.test)}
    return [spanish for english, spanish in read_pairs(pairs) if key_of(english) in closed]


def count(rows: Sequence[Row]) -> Counted:
    """Return what `rows` (source, target) say."""
    sources = [keys(source) for source, _ in rows]
    targets = [keys(target) for _, target in rows]
    corpus = Corpus.of(sources, targets)
    table: Counts = defaultdict(Counter)
    for source, target, links in zip(sources, targets, Aligner(corpus).links(), strict=True):
        for phrase, option, weight in extract(source, target, links):
            table[phrase][option] += weight  # pyright: ignore[reportArgumentType] (halves are counted too)
    log.info("%d phrases before pruning", len(table))
    options = choose(table)
    unigrams, bigrams, trigrams = count_target(targets)
    return Counted(options, unigrams, bigrams, trigrams)


def extract(
    source: Sequence[str], target: Sequence[str], links: Sequence[int]
) -> Iterator[tuple[Phrase, Phrase, float]]:
    """Yield the phrases of one sentence with their translations, and how much each counts.

    An unaligned word in front, such as "¿", may be part of the translation: with it, it counts half.
    """
    came: list[list[int]] = [[] for _ in source]
    for place, link in enumerate(links):
        if link >= 0:
            came[link].append(place)
    for first in range(len(source)):
        places: list[int] = []
        for last in range(first, min(len(source), first + LONGEST_PHRASE)):
            places += came[last]
            if not came[last] and len(source[last]) > SMALL_WORD:
                break  # no longer phrase from here may hold this word either
            if not places:
                continue
            low, high = min(places), max(places)
            if high - low >= WIDEST or any(link >= 0 and not first <= link <= last for link in links[low : high + 1]):
                continue
            phrase = tuple(source[first : last + 1])
            if not keeps(phrase, target[low : high + 1]):
                continue
            yield phrase, tuple(target[low : high + 1]), 1.0
            if low and links[low - 1] < 0 and target[low - 1] not in KEPT:
                yield phrase, tuple(target[low - 1 : high + 1]), 0.5


def keeps(phrase: Sequence[str], option: Sequence[str]) -> bool:
    """Tell whether the numbers and the names that stand for mentions are the same on both sides."""
    return sorted(KEPT.intersection(phrase)) == sorted(KEPT.intersection(option)) and all(
        list(phrase).count(word) == list(option).count(word) for word in KEPT
    )


def choose(table: Counts) -> dict[Phrase, list[Option]]:
    """Return the phrases that were seen often enough, each with its likeliest translations."""
    backward: Counter[Phrase] = Counter()
    for options in table.values():
        backward.update(options)
    found: dict[Phrase, list[Option]] = {}
    for phrase, options in table.items():
        total = sum(options.values())
        if total >= SEEN[len(phrase)]:
            found[phrase] = [
                Option(option, math.log(seen / (total + 0.5)), math.log(seen / (backward[option] + 0.5)))
                for option, seen in options.most_common(MOST_OPTIONS)
                if seen / total > LEAST_SHARE
            ]
    return found


def count_target(
    sentences: Iterable[Sequence[str]],
) -> tuple[Counter[str], Counter[tuple[str, str]], Counter[tuple[str, str, str]]]:
    """Return how often each word, pair and triple of words occurs."""
    one: Counter[str] = Counter()
    two: Counter[tuple[str, str]] = Counter()
    three: Counter[tuple[str, str, str]] = Counter()
    for sentence in sentences:
        words = [START, START, *sentence, END]
        one.update(words[1:])
        two.update(pairwise(words[1:]))
        three.update(zip(words, words[1:], words[2:], strict=False))
    return one, two, three
