"""Is this inference? A softmax regression of our own, on two layers of the sentence encoder and on a text's words.

A text becomes numbers in two ways. The means of two of the encoder's layers over its tokens are scaled and projected
onto the directions in which the examples differ most (principal components). Next to them are the words and bigrams
that occur more than once in the examples. The regression is numpy alone, small enough to be trained again in front of
people.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..runtime import Float32, softmax

Integers = npt.NDArray[np.int64]

VERDICTS = ("inference", "training", "neither")
NEITHER = VERDICTS.index("neither")

# The weight of an example made from a template, where one that was written has 1.
FRAMED = 0.25
# Added to the bias of "neither" after the training: calling a washing machine training is worse than doubt. Chosen on
# situations that were once held back.
DOUBT = 0.75
# Training: the number of full-batch steps, the momentum, the learning rate, and the weight decay.
STEPS = 150
MOMENTUM = 0.9
STEP = 10.0
DECAY = 0.4
# The lowest score at which a verdict is given.
SURE = 0.42
SHORTEST_STEM = 3
ENDINGS = ("ing", "ed", "es", "s", "e")

WRAPPED = re.compile(
    r"^\W*(?:so |ok |hey )?(?:is|was|does|would|could) (?:this|that|it|the following)(?: be| count as| an example of)?"
    r" (?:inference|training)(?:,? or (?:inference|training))?(?: when| if)?\s*[:,?-]?\s+"
    r"|[\s,.;:(-]*\b(?:is|was) (?:this|that|it) (?:inference|training)(?:,? or (?:inference|training))?\W*$"
    r"|[\s,.;:(-]*\b(?:inference or training|training or inference)\s*\?\W*$",
    re.IGNORECASE,
)


def unwrap(text: str) -> str:
    """Return the situation without the question around it ("Is this inference: …?") and without repeated spaces."""
    text = " ".join(text.split())
    return WRAPPED.sub("", text).strip() or text


def words_of(text: str) -> list[str]:
    """Return the stems of a text's words and their bigrams, once each, in alphabetical order."""
    stems = [_stem(word) for word in re.findall(r"[a-z']+|[0-9]+", text.lower())]
    return sorted({*stems, *(f"{a} {b}" for a, b in itertools.pairwise(stems))})


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """How a text becomes numbers: `middle` and `scale` [levels], `directions` [levels, kept]."""

    middle: Float32
    scale: Float32
    directions: Float32
    vocabulary: tuple[str, ...]

    def project(self, levels: Float32) -> Float32:
        """Return the encoder's levels, [texts, levels], along the kept directions, [texts, kept]."""
        return ((levels - self.middle) / self.scale @ self.directions).astype(np.float32)

    def read(self, levels: Float32, texts: Sequence[str]) -> "Numbers":
        """Return the numbers of each text; `levels` is float32 [texts, levels]."""
        return self.beside(self.project(levels), texts)

    def beside(self, directions: Float32, texts: Sequence[str]) -> "Numbers":
        """Return the numbers of texts that are projected already, [texts, kept]."""
        places = {word: i for i, word in enumerate(self.vocabulary)}
        found = [[places[word] for word in words_of(text) if word in places] for text in texts]
        counts = np.array([len(row) for row in found], np.int64)
        return Numbers(
            directions=directions,
            words=np.array([place for row in found for place in row], np.int64),
            owners=np.repeat(np.arange(len(found)), counts),
            shares=np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32),
            size=max(1, len(places)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Texts as numbers: along the directions, float32 [texts, kept], and the few words of `size` that each has.

    The words are a sparse matrix, row after row: which word (`words`), of which text (`owners`), with which value
    (`shares`), so that each text's row of words has the length one.
    """

    directions: Float32
    words: Integers
    owners: Integers
    shares: Float32
    size: int

    @property
    def width(self) -> int:
        """How many numbers a text has."""
        return self.directions.shape[1] + self.size

    def of(self, texts: Integers) -> "Numbers":
        """Return the rows of some texts, by index."""
        places = np.full(len(self.directions), -1)
        places[texts] = np.arange(len(texts))
        owners = places[self.owners]
        kept = owners >= 0
        return Numbers(self.directions[texts], self.words[kept], owners[kept], self.shares[kept], self.size)

    def times(self, slopes: Float32) -> Float32:
        """Return these numbers multiplied by `slopes` [width, verdicts]: float32 [texts, verdicts]."""
        kept, texts = self.directions.shape[1], len(self.directions)
        said = self.shares[:, None] * slopes[kept:][self.words]
        counted = np.stack([np.bincount(self.owners, column, texts) for column in said.T], axis=1)
        return (self.directions @ slopes[:kept] + counted).astype(np.float32)

    def gather(self, wrong: Float32) -> Float32:
        """Return the transpose of these numbers multiplied by `wrong` [texts, verdicts]: float32 [width, verdicts]."""
        said = self.shares[:, None] * wrong[self.owners]
        counted = np.stack([np.bincount(self.words, column, self.size) for column in said.T], axis=1)
        return np.vstack([self.directions.T @ wrong, counted]).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The learned weights: `slopes` float32 [numbers of a text, verdicts] and `biases` float32 [verdicts]."""

    slopes: Float32
    biases: Float32

    @property
    def count(self) -> int:
        """How many weights there are."""
        return self.slopes.size + self.biases.size

    def scores(self, numbers: Numbers) -> Float32:
        """Return the score of each verdict for each text, float32 [texts, verdicts]; the rows add up to one."""
        return softmax(numbers.times(self.slopes) + self.biases)


Note = Callable[[int, float], None]


class Training:
    """Gradient descent from zero to the weights that fit `labels` [texts] best, a step at a time.

    `counts` [texts] is the weight of each example; the verdicts are balanced on top of that. `losses` has the loss
    before each step that was made.
    """

    def __init__(self, numbers: Numbers, labels: Integers, counts: Float32) -> None:
        self.losses: list[float] = []
        per_verdict = np.bincount(labels, weights=counts, minlength=len(VERDICTS))
        self._numbers = numbers
        self._share = (counts / per_verdict[labels] / len(VERDICTS)).astype(np.float32)[:, None]
        self._wanted = np.eye(len(VERDICTS), dtype=np.float32)[labels]
        self._slopes = np.zeros((numbers.width, len(VERDICTS)), np.float32)
        self._biases = np.zeros(len(VERDICTS), np.float32)
        self._moving: Float32 = self._slopes.copy()
        self._moving_bias: Float32 = self._biases.copy()

    @property
    def examples(self) -> int:
        """The number of examples."""
        return len(self._wanted)

    @property
    def done(self) -> bool:
        """Whether every step has been made."""
        return len(self.losses) >= STEPS

    def step(self) -> None:
        """Make one step. Blocks for some milliseconds."""
        scores = softmax(self._numbers.times(self._slopes) + self._biases)
        wrong = (scores - self._wanted) * self._share
        self._moving *= MOMENTUM
        self._moving -= STEP * (self._numbers.gather(wrong) + DECAY / len(self._wanted) * self._slopes)
        self._moving_bias *= MOMENTUM
        self._moving_bias -= STEP * wrong.sum(0)
        self.losses.append(float(-(self._share * self._wanted * np.log(scores + 1e-9)).sum()))
        self._slopes += self._moving
        self._biases += self._moving_bias

    @property
    def weights(self) -> Weights:
        """The weights so far, with what is added for doubt."""
        biases = self._biases.copy()
        biases[NEITHER] += DOUBT
        return Weights(self._slopes, biases)


def train(numbers: Numbers, labels: Integers, counts: Float32, note: Note = lambda _step, _loss: None) -> Weights:
    """Return the weights at the end of a `Training`. Blocks for a moment; `note` is called after each step."""
    training = Training(numbers, labels, counts)
    while not training.done:
        training.step()
        note(len(training.losses) - 1, training.losses[-1])
    return training.weights


def decide(scores: Float32) -> tuple[int, float]:
    """Return the index of the verdict for one text's scores, and its score."""
    best = int(scores.argmax())
    if scores[best] < SURE:
        best = NEITHER
    return best, float(scores[best])


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """Everything that is stored: the space, the weights, and the projected examples [examples, kept]."""

    space: Space
    weights: Weights
    examples: Float32


def load(path: Path) -> Trained:
    """Return what the training has stored. Raises `OSError`, `ValueError` or `KeyError` for any other file."""
    with np.load(path, allow_pickle=False) as stored:
        names = ("middle", "scale", "directions", "slopes", "biases", "examples")
        read = {name: stored[name].astype(np.float32) for name in names}
        vocabulary = tuple(str(word) for word in stored["vocabulary"])
    space = Space(read["middle"], read["scale"], read["directions"], vocabulary)
    return Trained(space, Weights(read["slopes"], read["biases"]), read["examples"])
