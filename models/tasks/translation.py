"""Translation: a text becomes sentences, sentences become tokens, and the model decodes the other language's tokens."""

import importlib
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import numpy as np

from ..cards import TranslationCard
from ..clean_text import plain_letters
from ..errors import TextTooLong, UnfitWords, WeightsError
from ..runtime import Fingerprint, Float32, model_errors
from ..trace import Stage, Tensor, Trace
from .chat_words import spell_out
from .decoding import DecoderOutput, EncoderOutput, Network, greedy_search
from .segments import Segment, segment, segment_finely
from .sentences import prepare

# Called with the sentences done so far and the sentences in all.
Note = Callable[[int, int], None]
# Tells whether a text is fit to be shown.
Fits = Callable[[str], bool]

MAX_CHARACTERS = 1000
# The least score whose logarithm is taken.
SMALLEST = 1e-9
# How often a sentence is searched again for words that are fit to show.
OTHER_TRIES = 3
PROBE = "The quick brown fox jumps over the lazy dog."


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the source sentence: its id in the vocabulary, and its letters (``▁`` begins a word)."""

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
    """One decoder step: the chosen token, the best three (best first), and the time that it took."""

    chosen: Candidate
    candidates: tuple[Candidate, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True, eq=False)
class TranslatedSentence:
    """One run of the model, from ``source`` to ``text``.

    ``tokens`` are those of the source, and ``steps`` made those of the translation; both end with the end of the
    sentence, ``</s>`` (a sentence that grew too long is cut off without one). ``alignment`` is float32 [steps, tokens],
    each row adding up to one: each step's attention to each token of the source. It has no columns for a model that
    doesn't show its attention. ``route`` says how the sentence went where there was more than one way.
    """

    source: str
    text: str
    tokens: tuple[Token, ...]
    steps: tuple[DecoderStep, ...]
    alignment: Float32
    route: "Route | None" = None

    @property
    def log_scores(self) -> list[float]:
        """Return the logarithms of the chosen tokens' scores."""
        return [math.log(max(step.chosen.score, SMALLEST)) for step in self.steps]


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """One model's part of a translation that took several, and the time it took."""

    card: TranslationCard
    sentence: TranslatedSentence
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a sentence went the way it did.

    The direct model was ``sure`` or ``unsure`` (``score`` is the mean logarithm of its tokens' scores), or a ``word``
    is one that it never learned, or a name that it lost.
    """

    kind: Literal["sure", "unsure", "new word", "lost name"]
    score: float | None
    word: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """The way a sentence went: the models it went through in order, and why this way where there was a choice."""

    hops: tuple[Hop, ...]
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Translation:
    """A whole text, translated.

    ``sentences`` are the parts that went through the model, in order: none for a text without words. What is between
    them, such as line breaks, links, mentions, emoji and code, is the same in ``text`` as in ``source``.
    """

    source: str
    text: str
    sentences: tuple[TranslatedSentence, ...]
    trace: Trace
    card: TranslationCard


class Tokenizer(Protocol):
    """Turns a text into tokens and back; ``end`` is the token that ends a sentence."""

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
        """Open the bytes of a model. Raises `WeightsError` when they aren't one."""
        # Heavy, needed only to translate, and silent about its types.
        library: Any = importlib.import_module("sentencepiece")
        try:
            self._model = library.SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise WeightsError("The tokenizer isn't a sentencepiece model.") from error
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


def show_everything(_: str) -> bool:
    """Return that a text is fit to be shown, whatever it is."""
    return True


class Translator(ABC):
    """Translates texts sentence by sentence; how one sentence is translated is up to each kind of model.

    Any number of threads may use it at the same time.
    """

    card: TranslationCard
    fits: Fits = staticmethod(show_everything)
    """Whether a text is fit to be shown."""

    @property
    def parts(self) -> "tuple[Translator, ...]":
        """Return the models that work together in this one."""
        return (self,)

    def translate(self, text: str, *, note: Note | None = None) -> Translation:
        """Return ``text`` translated, sentence by sentence. Blocks: call it on a worker thread.

        ``note`` is called there, before the first sentence and after each. Raises :class:`~.errors.TextTooLong`,
        :class:`~.errors.UnfitWords`, or :class:`~.errors.ModelUnavailable` when the model itself fails.
        """
        if len(text) > MAX_CHARACTERS:
            raise TextTooLong(MAX_CHARACTERS)
        clock = Clock()
        with clock.stage("split"):
            segments = segment(plain_letters(text), self.card.source_language)
        total, done = sum(one.translatable for one in segments), 0
        if note:
            note(0, total)
        results: list[str | TranslatedSentence] = []
        for one in segments:
            results += self._translate_segment(one, clock)
            done += one.translatable
            if note and one.translatable:
                note(done, total)
        sentences = tuple(one for one in results if isinstance(one, TranslatedSentence))
        translated = "".join(one if isinstance(one, str) else one.text for one in results)
        return Translation(text, translated, sentences, clock.trace(text, translated, sentences), self.card)

    def _translate_segment(
        self, one: Segment, clock: "Clock", *, finely: bool = False
    ) -> Iterator[str | TranslatedSentence]:
        """Yield a segment as it is or translated; where a number or a mention got lost, what lies between them."""
        if not one.translatable:
            yield one.text
            return
        language = self.card.source_language
        spelled = replace(one, text=spell_out(one.text, language))
        for firmly in (False, True):
            prepared = prepare(spelled, language, prefers_small=self.prefers_small, firmly=firmly)
            sentence, hidden = self._run_fit(prepared.text, clock)
            if finely or prepared.is_kept_in(sentence.text):
                clock.hidden.append(hidden)
                yield replace(sentence, source=one.text, text=prepared.restore(sentence.text))
                return
        for smaller in segment_finely(one.text, language):
            yield from self._translate_segment(smaller, clock, finely=True)

    def _run_fit(self, text: str, clock: "Clock") -> tuple[TranslatedSentence, Float32]:
        """Run a sentence, and once more with other words where the first ones aren't fit to show and its own are."""
        sentence, hidden = self.run(text, clock)
        if self.fits(sentence.text) or not self.fits(text):
            return sentence, hidden
        sentence, hidden = self.run(text, clock, self.fits)
        if not self.fits(sentence.text):
            raise UnfitWords
        return sentence, hidden

    @abstractmethod
    def run(self, text: str, clock: "Clock", fits: Fits | None = None) -> tuple[TranslatedSentence, Float32]:
        """Return one prepared sentence translated, and the encoder's output for it.

        With ``fits``, a token that makes the text unfit gives way to the next likely one.
        """

    @abstractmethod
    def prefers_small(self, word: str) -> bool:
        """Tell whether the model knows a word of capitals better in small letters: "HELLO", but not "NASA"."""

    @abstractmethod
    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of what the model computes for one fixed sentence."""


class NeuralTranslator(Translator):
    """One open network with its tokenizer."""

    def __init__(self, card: TranslationCard, tokenizer: Tokenizer, network: Network) -> None:
        self.card = card
        self._tokenizer = tokenizer
        self._network = network

    def prefers_small(self, word: str) -> bool:
        """Tell whether the tokenizer has fewer tokens for a word in small letters, or even one."""
        one, small, large = (len(self._tokenizer.encode(text)) for text in ("a", word.lower(), word))
        return small in {one, *range(large)}

    def run(self, text: str, clock: "Clock", fits: Fits | None = None) -> tuple[TranslatedSentence, Float32]:
        """Return one prepared sentence translated, and the encoder's output for it."""
        end = self._tokenizer.end
        with clock.stage("tokens"):
            ids = [*self._tokenizer.encode(text), end]
        with model_errors(self.card.id, "It failed on this text."):
            with clock.stage("encoder"):
                encoded = self._network.encode(ids)
            with clock.stage("decoder"):
                outputs = greedy_search(self._network, encoded, ids, end)
                if fits:
                    outputs = self._search_again(encoded, ids, outputs, fits)
        clock.read += len(ids)
        clock.written += len(outputs)
        with clock.stage("text"):
            translated = self._text(outputs)
            tokens = tuple(Token(one, self._tokenizer.piece(one)) for one in ids)
            steps = tuple(self._step(output) for output in outputs)
            alignment = np.stack([output.attention for output in outputs])
        return TranslatedSentence(text, translated, tokens, steps, alignment), encoded.hidden

    def _text(self, outputs: Sequence[DecoderOutput]) -> str:
        return self._tokenizer.decode([one.best[0] for one in outputs if one.best[0] != self._tokenizer.end])

    def _search_again(
        self, encoded: EncoderOutput, ids: list[int], outputs: list[DecoderOutput], fits: Fits
    ) -> list[DecoderOutput]:
        """Return the steps of a translation whose words fit: a word that doesn't is never begun, a few times over."""
        refused: set[int] = set()
        for _ in range(OTHER_TRIES):
            if fits(self._text(outputs)):
                break
            last = next(at for at in range(len(outputs)) if not fits(self._text(outputs[: at + 1])))
            pieces = [self._tokenizer.piece(one.best[0]) for one in outputs[: last + 1]]
            refused.add(outputs[max(at for at, piece in enumerate(pieces) if piece[0] == "▁" or not at)].best[0])
            outputs = greedy_search(
                self._network, encoded, ids, self._tokenizer.end, lambda tokens: tokens[-1] in refused
            )
        return outputs

    def _step(self, output: DecoderOutput) -> DecoderStep:
        pairs = zip(output.best, output.scores, strict=True)
        candidates = tuple(Candidate(one, self._tokenizer.piece(one), score) for one, score in pairs)
        return DecoderStep(candidates[0], candidates, output.milliseconds)

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of what the encoder and the decoder compute for one fixed sentence of nine words."""
        ids = [*self._tokenizer.encode(PROBE), self._tokenizer.end]
        encoded = self._network.encode(ids)
        steps = greedy_search(self._network, encoded, ids, self._tokenizer.end)
        outputs = [array for step in steps for array in (np.array(step.scores), step.attention)]
        return Fingerprint.of_outputs([encoded.hidden, *outputs], "one fixed sentence")


@dataclass(slots=True)
class Clock:
    """Adds up the time that a text's sentences take in each stage."""

    stages: dict[str, float] = field(default_factory=dict[str, float])
    # The encoder's outputs, whose shapes are shown.
    hidden: list[Float32] = field(default_factory=list[Float32])
    # The tokens that networks read and wrote.
    read: int = 0
    written: int = 0

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Add the time that the body takes to a stage."""
        started = time.perf_counter()
        yield
        self.stages[name] = self.stages.get(name, 0) + (time.perf_counter() - started) * 1000

    def trace(self, source: str, translated: str, sentences: Sequence[TranslatedSentence]) -> Trace:
        """Return the stages so far."""
        read, made = _counted(self.read, "token"), _counted(self.written, "token")
        count = _counted(len(sentences), "sentence")
        more = f" and {len(self.hidden) - 1} more" if len(self.hidden) > 1 else ""
        shapes = f"{Tensor.of(self.hidden[0])}{more}" if self.hidden else "nothing"
        told = {
            "split": (_counted(len(source), "character"), count),
            "tokens": (count, read),
            "encoder": (read, shapes),
            "decoder": (shapes, f"{made}, one per step"),
            "text": (made, _counted(len(translated), "character")),
            "phrases": (count, "the phrases that read best together"),
        }
        return Trace([Stage(name, milliseconds, *told[name]) for name, milliseconds in self.stages.items()])


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
