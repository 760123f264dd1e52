"""The gate: keep the direct model's answer where it is sure and knows every word, and go around otherwise.

A small model is often sure of nonsense when a word is new to it, so both are asked.
"""

import gzip
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from ..cards import TranslationCard
from ..errors import WeightsError
from ..runtime import Fingerprint, Float32
from .translation import Clock, Fits, Hop, Reason, Route, TranslatedSentence, Translator

THRESHOLDS, WORDS = "gate.json", "words.txt.gz"
MOST_BYTES = 1024 * 1024
ENGLISH_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Gate:
    """When the direct model's answer is kept.

    The mean logarithm of its scores must be over ``mean`` and the least over ``least``, and every word of the source
    must be among those that it learned from, or be a name that it repeats.
    """

    mean: float
    least: float
    knows: Callable[[str], bool]

    def new_word(self, text: str) -> str | None:
        """Return the first word that the direct model never learned, names aside, or None."""
        return next((word for word in _plain_words(text) if not self.knows(word.lower())), None)

    def verdict(self, sentence: TranslatedSentence) -> Reason:
        """Return what the direct model's answer is worth."""
        scores = sentence.log_scores
        mean, least = float(np.mean(scores)), min(scores)
        lost = [name for name in self._names(sentence.source) if name not in sentence.text]
        if lost:
            return Reason("lost name", mean, lost[0])
        return Reason("sure" if mean > self.mean and least > self.least else "unsure", mean)

    def _names(self, text: str) -> list[str]:
        return [word for word in _capitalized(text) if not self.knows(word.lower())]


def _capitalized(text: str) -> list[str]:
    """Return the words with a capital, all but the first word of the sentence."""
    return [word for word in ENGLISH_WORD.findall(text)[1:] if word[0].isupper()]


def _plain_words(text: str) -> list[str]:
    return [word for i, word in enumerate(ENGLISH_WORD.findall(text)) if not i or not word[0].isupper()]


class GatedTranslator(Translator):
    """A direct model, and a way around for the sentences that are too hard for it."""

    def __init__(self, card: TranslationCard, direct: Translator, around: Translator, gate: Gate) -> None:
        self.card = card
        self._direct = direct
        self._around = around
        self._gate = gate

    @property
    def parts(self) -> tuple[Translator, ...]:
        """Return the models that work together in this one."""
        return (*self._direct.parts, *self._around.parts)

    def prefers_small(self, word: str) -> bool:
        """Tell whether the direct model does, which reads first."""
        return self._direct.prefers_small(word)

    @property
    def routes(self) -> dict[Literal["direct", "pivot"], Translator]:
        """Return both ways, each to be taken alone."""
        return {"direct": self._direct, "pivot": self._around}

    def run(self, text: str, clock: Clock, fits: Fits | None = None) -> tuple[TranslatedSentence, Float32]:
        """Return one prepared sentence translated, by the direct model if it can."""
        new = self._gate.new_word(text)
        if new is not None:
            return self._go_around(text, clock, fits, Reason("new word", None, new))
        started = time.perf_counter()
        sentence, hidden = self._direct.run(text, clock, fits)
        reason = self._gate.verdict(sentence)
        if reason.kind != "sure":
            return self._go_around(text, clock, fits, reason)
        hop = Hop(self._direct.card, sentence, (time.perf_counter() - started) * 1000)
        return replace(sentence, route=Route((hop,), reason)), hidden

    def _go_around(
        self, text: str, clock: Clock, fits: Fits | None, reason: Reason
    ) -> tuple[TranslatedSentence, Float32]:
        sentence, hidden = self._around.run(text, clock, fits)
        hops = sentence.route.hops if sentence.route else ()
        return replace(sentence, route=Route(hops, reason)), hidden

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of all models together."""
        return Fingerprint.of_parts([part.fingerprint() for part in self.parts])


class _Thresholds(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: float
    least: float


def read_gate(folder: Path) -> Gate:
    """Open the files of `training/translate/gate.py`. Raises `WeightsError` when they aren't what they should be."""
    try:
        read = _Thresholds.model_validate_json((folder / THRESHOLDS).read_bytes())
        with gzip.open(folder / WORDS) as file:
            text = file.read(MOST_BYTES).decode("utf-8")
    except (ValidationError, OSError, EOFError, ValueError, zlib.error) as error:
        raise WeightsError("The list of words that the direct model knows is damaged.") from error
    return Gate(read.mean, read.least, frozenset(text.splitlines()).__contains__)
