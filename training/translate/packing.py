"""Writes counted phrases as the small sorted arrays that `models/tasks/phrase_table.py` reads."""

import io
import math
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ...models.tasks.phrase_table import LONGEST_OPTION, STEP
from .phrases import START, Counted

# How much the search believes in how often the phrase became this, and in how often this came from the phrase.
FORWARD, BACKWARD = 1.0, 0.0
# What a shorter history costs (stupid back-off), and what a word counts that was never seen.
BACK_OFF, NEVER = 0.4, 0.1
# Pairs and triples that were seen less often are left out.
PAIRS_SEEN, TRIPLES_SEEN = 2, 3
MOST_WORDS = (1 << 16) - 1


def pack(counted: Counted, *, forward: float = FORWARD, backward: float = BACKWARD) -> dict[str, Any]:
    """Return the arrays of a table."""
    options = {
        phrase: kept
        for phrase, found in sorted(counted.options.items())
        if (kept := [one for one in found if len(one.words) <= LONGEST_OPTION])
    }
    source = _numbers(word for phrase in options for word in phrase)
    target = _numbers(counted.unigrams)
    keyed = sorted((_key(source[word] for word in phrase), phrase) for phrase in options)
    flat = [one for _, phrase in keyed for one in options[phrase]]
    return {
        "source_words": np.array([word.encode() for word in source], "S"),
        "target_words": np.array([word.encode() for word in target], "S"),
        "phrases": _differences([key for key, _ in keyed], "u8"),
        "option_counts": np.array([len(options[phrase]) for _, phrase in keyed], "u1"),
        "option_lengths": np.array([len(one.words) for one in flat], "u1"),
        "option_words": np.array([target[word] for one in flat for word in one.words], "u2"),
        "option_scores": _steps(forward * one.forward + backward * one.backward for one in flat),
        "option_shares": _steps(one.forward for one in flat),
        **_language_model(counted, target),
    }


def write(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write a table's file; LZMA makes it a quarter smaller than numpy's own compression, and numpy reads it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, array in arrays.items():
            file = io.BytesIO()
            np.lib.format.write_array(file, array, allow_pickle=False)
            # A fixed time, so that equal tables are equal files.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), file.getvalue(), zipfile.ZIP_LZMA)


def _numbers(words: Iterable[str]) -> dict[str, int]:
    """Return each word's id, in the order of their bytes."""
    known = sorted(set(words), key=str.encode)
    if len(known) > MOST_WORDS:
        raise ValueError(f"{len(known)} words don't fit into sixteen bits: read fewer rows")
    return {word: i for i, word in enumerate(known, 1)}


def _key(ids: Iterable[int]) -> int:
    key = 0
    for one in ids:
        key = key << 16 | one
    return key


def _differences(keys: list[int], kind: str) -> Any:
    return np.array([keys[0], *(after - before for before, after in pairwise(keys))], kind)


def _steps(logarithms: Iterable[float]) -> Any:
    return np.array([min(255, max(0, round(-one / STEP))) for one in logarithms], "u1")


def _language_model(counted: Counted, target: Mapping[str, int]) -> dict[str, Any]:
    one, two, three = counted.unigrams, counted.bigrams, counted.trigrams
    total = sum(one.values())
    pairs = sorted((_key(target[word] for word in pair), pair) for pair, seen in two.items() if seen >= PAIRS_SEEN)
    triples = sorted(
        (_key(target[word] for word in triple), triple) for triple, seen in three.items() if seen >= TRIPLES_SEEN
    )
    return {
        "unigrams": _steps(math.log(BACK_OFF**2 * (one[word] + NEVER) / total) for word in target),
        "bigrams": _differences([key for key, _ in pairs], "u4"),
        "bigram_scores": _steps(math.log(BACK_OFF * two[pair] / one[pair[0]]) for _, pair in pairs),
        "trigrams": _differences([key for key, _ in triples], "u8"),
        "trigram_scores": _steps(math.log(three[triple] / _before(triple, two, one)) for _, triple in triples),
    }


def _before(triple: tuple[str, str, str], two: Counter[tuple[str, str]], one: Counter[str]) -> int:
    """Return how often the first two words of a triple occurred; two starts before each sentence, counted once."""
    first, second, _ = triple
    return one[START] if first == second == START else two[first, second]
