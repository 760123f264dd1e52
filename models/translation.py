"""Translation: a text becomes sentences, sentences become tokens, and the model writes the other language's tokens."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .cards import TranslationCard
from .trace import Trace

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the source sentence: its number in the vocabulary, and its letters (``▁`` begins a word)."""

    id: int
    piece: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token that could come next, and its score from 0 to 1: the softmax over the whole vocabulary."""

    id: int
    piece: str
    score: float


@dataclass(frozen=True, slots=True)
class DecoderStep:
    """One token written: what was chosen, the best three (best first), and the time that the step took."""

    chosen: Candidate
    candidates: tuple[Candidate, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """One run of the model.

    ``source`` is what was to be translated and ``text`` what came of it. ``tokens`` are those of the source, and
    ``steps`` those written, both with the sign for the end, ``</s>``, that closes them (a sentence that grew too long
    is cut off without one). ``alignment`` is float32 [steps, tokens], each row adding up to one: how much each step
    looked at each token of the source.
    """

    source: str
    text: str
    tokens: tuple[Token, ...]
    steps: tuple[DecoderStep, ...]
    alignment: Float32


@dataclass(frozen=True, slots=True, eq=False)
class Translation:
    """A whole text, translated.

    ``sentences`` are the parts that went through the model, in order: none for a text without words. What stands
    between them in ``text``, such as line breaks, links, mentions, emoji and code, is as it was in ``source``.
    """

    source: str
    text: str
    sentences: tuple[Sentence, ...]
    trace: Trace
    card: TranslationCard
