"""Translation: a text becomes sentences, sentences become tokens, and the model writes the other language's tokens."""

import importlib
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ..cards import TranslationCard
from ..errors import InferenceError, ModelUnavailable, TextTooLong, WeightsError
from ..runtime import Fingerprint, Float32
from ..trace import Stage, Tensor, Trace
from .decoding import Network, Written, decode
from .passages import Part, cut, cut_finely, prepare

# Called with the sentences done so far and the sentences in all.
Note = Callable[[int, int], None]

MAX_CHARACTERS = 1000
PROBE = "The quick brown fox jumps over the lazy dog."


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
    looked at each token of the source. It has no columns where a model does not show it.
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


class Tokenizer(Protocol):
    """Turns a text into tokens and back; ``end`` is the token that closes a sentence."""

    end: int

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text, without the end."""
        ...

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens, without the end."""
        ...

    def piece(self, token: int) -> str:
        """Return a token's letters."""
        ...


class SentencePieces:
    """A sentencepiece model of ``size`` tokens, for both languages."""

    def __init__(self, model: bytes) -> None:
        """Open the bytes of a model. Raises `WeightsError` when they are none."""
        # Heavy, needed only to translate, and silent about its types.
        library: Any = importlib.import_module("sentencepiece")
        try:
            self._model = library.SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise WeightsError("The tokenizer is no sentencepiece model.") from error
        self.end = int(self._model.eos_id())
        self.size = int(self._model.get_piece_size())

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text, without the end."""
        return self._model.encode(text)

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens, without the end."""
        return self._model.decode(list(tokens))

    def piece(self, token: int) -> str:
        """Return a token's letters."""
        return self._model.id_to_piece(token)


@dataclass(slots=True)
class _Clock:
    """Adds up what the sentences of a text take at each stage."""

    stages: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        started = time.perf_counter()
        yield
        self.stages[name] = self.stages.get(name, 0) + (time.perf_counter() - started) * 1000


class Translator:
    """One open translation model. Any number of threads may use it at the same time."""

    def __init__(self, card: TranslationCard, tokenizer: Tokenizer, network: Network) -> None:
        self.card = card
        self._tokenizer = tokenizer
        self._network = network

    def translate(self, text: str, *, note: Note | None = None) -> Translation:
        """Return ``text`` translated, sentence by sentence. Blocks: call it on a worker thread.

        ``note`` is called there, before the first sentence and after each. Raises :class:`~.errors.TextTooLong`, or
        :class:`~.errors.ModelUnavailable` when the model itself fails.
        """
        if len(text) > MAX_CHARACTERS:
            raise TextTooLong(MAX_CHARACTERS)
        clock = _Clock()
        with clock.stage("split"):
            parts = cut(text, self.card.source_language)
        total, done = sum(part.spoken for part in parts), 0
        if note:
            note(0, total)
        texts: list[str] = []
        sentences: list[Sentence] = []
        hidden: list[Float32] = []
        for part in parts:
            said, new = self._say(part, clock, hidden)
            texts.append(said)
            sentences += new
            done += part.spoken
            if note and part.spoken:
                note(done, total)
        translated = "".join(texts)
        trace = Trace(list(_stages(clock, text, translated, sentences, hidden)))
        return Translation(text, translated, tuple(sentences), trace, self.card)

    def _say(self, part: Part, clock: _Clock, hidden: list[Float32]) -> tuple[str, list[Sentence]]:
        """Return a part's translation; when a number or a mention got lost, that of what lies between them."""
        if not part.spoken:
            return part.text, []
        prepared = prepare(part.text, self.card.source_language)
        sentence, view = self._run(prepared.text, clock)
        text = prepared.restore(sentence.text)
        if text is not None:
            hidden.append(view)
            return text, [self._as(sentence, part.text, text)]
        texts: list[str] = []
        sentences: list[Sentence] = []
        for smaller in cut_finely(part.text, self.card.source_language):
            said = smaller.text
            if smaller.spoken:
                prepared = prepare(smaller.text, self.card.source_language)
                sentence, view = self._run(prepared.text, clock)
                restored = prepared.restore(sentence.text)
                said = sentence.text if restored is None else restored
                hidden.append(view)
                sentences.append(self._as(sentence, smaller.text, said))
            texts.append(said)
        return "".join(texts), sentences

    def _as(self, sentence: Sentence, source: str, text: str) -> Sentence:
        return Sentence(source, text, sentence.tokens, sentence.steps, sentence.alignment)

    def _run(self, text: str, clock: _Clock) -> tuple[Sentence, Float32]:
        with clock.stage("tokens"):
            ids = [*self._tokenizer.encode(text), self._tokenizer.end]
        try:
            with clock.stage("encoder"):
                read = self._network.read(ids)
            with clock.stage("decoder"):
                written = decode(self._network, read, ids, self._tokenizer.end)
        except InferenceError:
            raise
        except Exception as error:  # onnxruntime's exceptions share no base
            raise ModelUnavailable(self.card.id, "It failed on this text.") from error
        with clock.stage("text"):
            chosen = [step.best[0] for step in written]
            translated = self._tokenizer.decode(chosen[:-1] if chosen[-1] == self._tokenizer.end else chosen)
            tokens = tuple(Token(one, self._tokenizer.piece(one)) for one in ids)
            steps = tuple(self._step(step) for step in written)
            alignment = np.stack([step.attention for step in written])
        return Sentence(text, translated, tokens, steps, alignment), read.hidden

    def _step(self, step: Written) -> DecoderStep:
        candidates = tuple(
            Candidate(one, self._tokenizer.piece(one), score) for one, score in zip(step.best, step.scores, strict=True)
        )
        return DecoderStep(candidates[0], candidates, step.milliseconds)

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of what the encoder and the decoder compute for one fixed sentence of nine words."""
        ids = [*self._tokenizer.encode(PROBE), self._tokenizer.end]
        read = self._network.read(ids)
        steps = decode(self._network, read, ids, self._tokenizer.end)
        outputs = [array for step in steps for array in (np.array(step.scores), step.attention)]
        return Fingerprint.of_outputs([read.hidden, *outputs], "one fixed sentence")


def _stages(
    clock: _Clock, source: str, translated: str, sentences: list[Sentence], hidden: list[Float32]
) -> Iterator[Stage]:
    read = sum(len(one.tokens) for one in sentences)
    wrote = sum(len(one.steps) for one in sentences)
    count = _counted(len(sentences), "sentence")
    told = {
        "split": (_counted(len(source), "character"), count),
        "tokens": (count, _counted(read, "token")),
        "encoder": (_counted(read, "token"), _shapes(hidden)),
        "decoder": (_shapes(hidden), f"{_counted(wrote, 'token')}, one a step"),
        "text": (_counted(wrote, "token"), _counted(len(translated), "character")),
    }
    for name, milliseconds in clock.stages.items():
        yield Stage(name, milliseconds, *told[name])


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _shapes(hidden: list[Float32]) -> str:
    """Return the shape of the first sentence's tensor, and how many others there are."""
    if not hidden:
        return "nothing"
    more = f" and {len(hidden) - 1} more" if len(hidden) > 1 else ""
    return f"{Tensor.of(hidden[0])}{more}"
