"""The sentence pairs: read, put in order, split so that no test sentence was ever trained on, not even nearly.

Data: sentence pairs of www.manythings.org/anki and tatoeba.org, CC-BY 2.0.
"""

import gzip
import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

VALIDATION, TEST = 1000, 2000
# Test sentences that share so much of their words with a training sentence are left out of the test.
NEAR = 0.75
QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " "})  # noqa: RUF001 - what we replace
CONTRACTIONS = (
    (r"\bcan't\b", "can not"),
    (r"\bwon't\b", "will not"),
    (r"n't\b", " not"),
    (r"'re\b", " are"),
    (r"'m\b", " am"),
    (r"'ll\b", " will"),
    (r"'ve\b", " have"),
    (r"'d\b", " would"),
    (r"\b(he|she|it|that|what|where|who|there|how|here)'s\b", r"\1 is"),
)
# The people that half of these sentences are about: who it is does not make another sentence of it.
NAMES = frozenset({
    "tom", "mary", "john", "alice", "bob", "jim", "jane", "ken", "bill", "nancy", "mike", "paul", "emily", "linda",
    "kate", "peter", "susan", "jack",
})  # fmt: skip

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """An English sentence and every Spanish translation of it."""

    english: str
    spanish: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Splits:
    """`train` are pairs; `validation` and `test` are groups whose like is not in `train`."""

    train: list[Pair]
    validation: list[Group]
    test: list[Group]


def read_pairs(path: Path) -> list[Pair]:
    """Return the pairs of a gzipped file with one English, tab, Spanish a line, tidied."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = (line.rstrip("\n").split("\t") for line in file)
        return [(tidy(row[0]), tidy(row[1])) for row in rows]


def tidy(text: str) -> str:
    """Return `text` in Unicode's composed form, with plain quotes and single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).translate(QUOTES).split())


def key_of(english: str) -> str:
    """Return what sentences that differ in case, punctuation, contractions or a first name have in common."""
    text = english.lower()
    for pattern, full in CONTRACTIONS:
        text = re.sub(pattern, full, text)
    words = re.findall(r"[a-z0-9]+", text)
    return " ".join("name" if word in NAMES else word for word in words)


def split(pairs: Iterable[Pair], seed: int, *, validation: int = VALIDATION, test: int = TEST) -> Splits:
    """Return the splits for `seed`, up to `validation` and `test` groups; the rest, and the copies, are for training.

    Sentences with the same key stay on one side. Groups too near to a training sentence are left out altogether.
    """
    by_key: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for english, spanish in pairs:
        found = by_key[key_of(english)][english]
        if spanish not in found:
            found.append(spanish)
    keys = sorted(by_key)
    random.Random(seed).shuffle(keys)  # noqa: S311 - an order, not a secret
    # A third more than wanted are set apart, since the near ones are dropped.
    apart = keys[: (validation + test) * 4 // 3]
    train_keys = keys[len(apart) :]
    nearness = Nearness(train_keys)
    kept = [key for key in apart if not nearness.has_like(key)][: validation + test]
    # What is neither tested nor like what is tested goes back to training.
    nearness = Nearness(kept)
    train_keys += [key for key in apart if not nearness.has_like(key)]
    train = [(english, one) for key in train_keys for english, found in by_key[key].items() for one in found]
    groups = [_group(by_key[key]) for key in kept]
    return Splits(train, groups[:validation], groups[validation:])


def _group(sentences: dict[str, list[str]]) -> Group:
    english = next(iter(sentences))
    return Group(english, tuple(sentences[english]))


class Nearness:
    """Says whether one of `keys` shares at least three quarters of its different words with another key."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._words = [_words(key) for key in keys]
        self._counts = Counter(word for words in self._words for word in words)
        self._holding: dict[str, list[int]] = defaultdict(list)
        for i, words in enumerate(self._words):
            for word in words:
                self._holding[word].append(i)

    def has_like(self, key: str) -> bool:
        """Return whether any of the keys is near `key`."""
        words = _words(key)
        return any(len(words & other) / len(words | other) >= NEAR for other in self._candidates(words))

    def _candidates(self, words: frozenset[str]) -> Iterator[frozenset[str]]:
        # A near sentence lacks at most a quarter of these words, so it holds one of the rarest few.
        few = len(words) - int(NEAR * len(words)) + 1
        for word in sorted(words, key=lambda one: self._counts[one])[:few]:
            yield from (self._words[i] for i in self._holding[word])


def _words(key: str) -> frozenset[str]:
    return frozenset(key.replace("cannot", "can not").split())
