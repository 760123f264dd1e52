"""A phrase table: which words of one language become which words of another, and which words follow each other.

Both are counts that `training/translate/phrases.py` took, kept in sorted arrays: a phrase of up to four words is one
64-bit number, sixteen bits for each word, so that looking it up is a binary search and the table takes a few megabytes.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import WeightsError

Array = npt.NDArray[Any]

LONGEST_PHRASE = 4
LONGEST_OPTION = 7
# A score is a logarithm, stored as a number of these steps below zero.
STEP = 1 / 16
BITS = np.uint64(16)
START, END = "<s>", "</s>"
# The most numbers of a table, and the bytes that they may take.
MOST, MOST_BYTES = 8_000_000, 64 * 1024 * 1024
# Each array's type. Sorted keys are stored as the differences between neighbors, which compress better.
TYPES = {
    "source_words": "S",
    "target_words": "S",
    "phrases": "u8",
    "option_counts": "u1",
    "option_lengths": "u1",
    "option_words": "u2",
    "option_scores": "u1",
    "option_shares": "u1",
    "unigrams": "u1",
    "bigrams": "u4",
    "bigram_scores": "u1",
    "trigrams": "u8",
    "trigram_scores": "u1",
}


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """The translations of one phrase.

    ``words`` is [options, LONGEST_OPTION], ids padded with 0 behind each option's ``lengths``. ``scores`` are what the
    search adds up, ``shares`` how often the phrase became each of them. ``first`` is the id of the first one.
    """

    first: int
    words: Array
    lengths: Array
    scores: Array
    shares: Array


class PhraseTable:
    """An open table. Any number of threads may use it at the same time."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        """Check the arrays and take them. Raises `WeightsError` when they don't fit together."""
        checked = _checked(arrays)
        self._source, self._target = checked["source_words"], checked["target_words"]
        self._phrases, self._bigrams, self._trigrams = (
            np.cumsum(checked[name], dtype=checked[name].dtype) for name in ("phrases", "bigrams", "trigrams")
        )
        self._options_at = _offsets(checked["option_counts"])
        self._words_at = _offsets(checked["option_lengths"])
        self._lengths = checked["option_lengths"]
        self._option_words = checked["option_words"]
        self._option_scores, self._option_shares = checked["option_scores"], checked["option_shares"]
        self._unigrams = checked["unigrams"]
        self._bigram_scores, self._trigram_scores = checked["bigram_scores"], checked["trigram_scores"]
        _check_sorted(self._phrases, self._bigrams, self._trigrams)
        self.start, self.end = self.target_id(START), self.target_id(END)

    @property
    def size(self) -> int:
        """How many phrases there are."""
        return len(self._phrases)

    def source_id(self, word: str) -> int:
        """Return a source word's id, 0 for one that no phrase has."""
        return _find_word(self._source, word)

    def target_id(self, word: str) -> int:
        """Return a target word's id, 0 for one that was never counted."""
        return _find_word(self._target, word)

    def target_word(self, number: int) -> str:
        """Return the target word of an id."""
        return bytes(self._target[number - 1]).decode("utf-8")

    def options(self, phrase: Sequence[int]) -> Options | None:
        """Return the translations of a phrase, given by its words' ids, or None if there are none."""
        key = np.uint64(sum(word << (16 * place) for place, word in enumerate(reversed(phrase))))
        at = int(np.searchsorted(self._phrases, key))
        if 0 in phrase or at == len(self._phrases) or self._phrases[at] != key:
            return None
        first, last = int(self._options_at[at]), int(self._options_at[at + 1])
        lengths = self._lengths[first:last].astype(np.int64)
        words = np.zeros((last - first, LONGEST_OPTION), np.int64)
        words[np.arange(LONGEST_OPTION) < lengths[:, None]] = self._option_words[
            self._words_at[first] : self._words_at[last]
        ]
        scores, shares = (-STEP * array[first:last] for array in (self._option_scores, self._option_shares))
        return Options(first, words, lengths, scores, np.exp(shares))

    def follows(self, one: Array, two: Array, three: Array) -> Array:
        """Return the logarithm of how likely word ``three`` is after ``one`` and ``two``: ids, arrays of one shape."""
        first, second, third = (array.astype(np.uint64) for array in (one, two, three))
        pair = second << BITS | third
        scores = np.where(third == 0, 255, self._unigrams[np.maximum(three, 1) - 1])
        at, found = _find(self._bigrams, pair.astype(np.uint32))
        scores = np.where(found, self._bigram_scores[at], scores)
        at, found = _find(self._trigrams, first << (BITS * np.uint64(2)) | pair)
        scores = np.where(found, self._trigram_scores[at], scores)
        return -STEP * scores


def read_table(data: bytes) -> PhraseTable:
    """Open a file of `training/translate/packing.py`. Raises `WeightsError` for anything else."""
    try:
        _check_size(data)
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return PhraseTable({name: file[name] for name in file.files})
    except WeightsError:
        raise
    except Exception as error:  # zipfile's, lzma's and numpy's errors share no base class
        raise WeightsError("The phrase table is damaged.") from error


def _check_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(one.file_size for one in archive.infolist()) > MOST_BYTES:
            raise WeightsError("The phrase table is too large.")


def _checked(arrays: dict[str, Array]) -> dict[str, Array]:
    if arrays.keys() != TYPES.keys():
        raise WeightsError("The phrase table has other parts than it should.")
    for name, kind in TYPES.items():
        array = arrays[name]
        fits = array.dtype.kind == "S" if kind == "S" else array.dtype == np.dtype(kind)
        if not fits or array.ndim != 1 or not 0 < len(array) <= MOST:
            raise WeightsError(f"The phrase table's {name} aren't what they should be.")
    lengths = {name: len(array) for name, array in arrays.items()}
    counts, words = arrays["option_counts"], arrays["option_lengths"]
    consistent = (
        max(lengths["source_words"], lengths["target_words"]) < 1 << 16
        and lengths["phrases"] == len(counts)
        and lengths["option_lengths"] == lengths["option_scores"] == lengths["option_shares"] == counts.sum(dtype=int)
        and lengths["option_words"] == words.sum(dtype=int)
        and counts.min() > 0
        and 0 < words.min() <= words.max() <= LONGEST_OPTION
        and 0 < arrays["option_words"].min() <= arrays["option_words"].max() <= lengths["target_words"]
        and lengths["unigrams"] == lengths["target_words"]
        and lengths["bigrams"] == lengths["bigram_scores"]
        and lengths["trigrams"] == lengths["trigram_scores"]
    )
    if not consistent:
        raise WeightsError("The phrase table's parts don't fit together.")
    for name in ("source_words", "target_words"):
        _check_sorted(arrays[name])
    return arrays


def _check_sorted(*arrays: Array) -> None:
    if any(not (array[1:] > array[:-1]).all() for array in arrays):
        raise WeightsError("The phrase table isn't in order.")


def _offsets(counts: Array) -> Array:
    return np.concatenate([np.zeros(1, np.uint32), np.cumsum(counts, dtype=np.uint32)])


def _find_word(words: Array, word: str) -> int:
    wanted = np.bytes_(word.encode("utf-8"))
    at = int(np.searchsorted(words, wanted))
    return at + 1 if at < len(words) and words[at] == wanted else 0


def _find(keys: Array, wanted: Array) -> tuple[Array, Array]:
    """Return where each wanted key is, and whether it is there at all."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return at, keys[at] == wanted
