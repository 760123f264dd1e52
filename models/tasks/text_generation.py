"""Text generation: a prompt becomes tokens, and the model scores the next token again and again."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from ..cards import GenerationCard
from ..clean_text import clean_text
from ..errors import NoPrompt, PromptTooLong, WeightsError
from ..runtime import Fingerprint, Float32, check_finite, model_errors, read_metadata
from . import sampling
from .sampling import Style

# Longer prompts would take more than a second before the first token.
MAX_PROMPT = 256
MAX_TOKENS = 120
# The length, in characters, of a prompt that is refused without counting its tokens.
MAX_CHARACTERS = 4000
# What a token that is half of a character decodes to on its own.
BROKEN = "\ufffd"
PROBE = "Once upon a time"


@dataclass(frozen=True, slots=True)
class Step:
    """One generated token: its text, its score among the `choices` that could be drawn, and its times.

    `read` is how many tokens the model read for it.
    """

    token: int
    text: str
    score: float
    choices: int
    read: int
    model_ms: float
    choose_ms: float

    @property
    def milliseconds(self) -> float:
        """How long the token took in all."""
        return self.model_ms + self.choose_ms


class TextGenerator:
    """One open text-generation model. Any number of threads may use it at the same time, each with its own context."""

    def __init__(self, card: GenerationCard, session: Any) -> None:
        """Take the tokenizer from the model's own metadata. Raises `WeightsError` when there is none."""
        self.card = card
        self.session = session
        described = read_metadata(session)
        if not {"tokenizer", "control"} <= described.keys():
            raise WeightsError(f"The file of {card.id} in the model cache has no tokenizer.")
        self._tokenizer: Any = Tokenizer.from_str(described["tokenizer"])
        self.control: frozenset[int] = frozenset(json.loads(described["control"]))
        past = [one for one in session.get_inputs() if one.name.startswith("past.")]
        self.cache_names: tuple[str, ...] = tuple(one.name for one in past)
        self.cache_heads, self.cache_width = (int(past[0].shape[axis]) for axis in (1, 3))

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a prompt: the one that begins every text, and those of the cleaned `text`.

        What is typed is always text, never one of the model's control tokens. Raises `NoPrompt` when nothing is left,
        `PromptTooLong` for more than `MAX_PROMPT` tokens.
        """
        text = clean_text(text).strip("\n ")
        if not text:
            raise NoPrompt
        if len(text) > MAX_CHARACTERS:
            raise PromptTooLong(None, MAX_PROMPT)
        return self.encode_exactly(text)

    def encode_exactly(self, text: str) -> list[int]:
        """Do the same with `text` as it is, including the spaces around it."""
        ids: list[int] = [self.card.begin, *self._tokenizer.encode(text, add_special_tokens=False).ids]
        if len(ids) > MAX_PROMPT:
            raise PromptTooLong(len(ids), MAX_PROMPT)
        return ids

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the cleaned text of `tokens`, without a last character that isn't whole yet."""
        shown = [token for token in tokens if token not in self.control]
        return clean_text(self._tokenizer.decode(shown, skip_special_tokens=False)).rstrip(BROKEN)

    def pieces(self, tokens: Sequence[int]) -> list[str]:
        """Return each token's own text; a control token's is its name."""
        return [
            str(self._tokenizer.id_to_token(token)) if token in self.control else self.decode([token])
            for token in tokens
        ]

    def open_context(self, room: int) -> "Context":
        """Return a KV cache for one text of up to `room` tokens."""
        return Context(self, room)

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the outputs for one fixed text. Takes one run."""
        context = self.open_context(MAX_PROMPT)
        logits = context.feed(self.encode_exactly(PROBE))
        return Fingerprint.of_outputs([logits], "one fixed text")


class Context:
    """The KV cache: the model's keys and values for the tokens of one text so far, for up to `room` tokens."""

    def __init__(self, generator: TextGenerator, room: int) -> None:
        runtime: Any = onnxruntime
        self._generator = generator
        self._binding: Any = generator.session.io_binding()
        self.length = 0
        self.shape = (1, generator.cache_heads, room, generator.cache_width)
        self.bytes = 4 * int(np.prod(self.shape)) * len(generator.cache_names)
        for name in generator.cache_names:
            memory = runtime.OrtValue.ortvalue_from_shape_and_type(self.shape, np.float32, "cpu")
            # The same memory for input and output: the runtime adds to it and copies nothing.
            self._binding.bind_ortvalue_input(name, memory)
            self._binding.bind_ortvalue_output(name.replace("past.", "present."), memory)
        self._binding.bind_output("logits", "cpu")

    def feed(self, tokens: Sequence[int]) -> Float32:
        """Read `tokens` after the earlier ones; return the logits of the next one, float32 [vocabulary].

        Blocks. Raises `ModelUnavailable` when the model fails.
        """
        card_id = self._generator.card.id
        ids = np.array([tokens], np.int64)
        length = np.array([self.length + len(tokens)], np.int32)
        with model_errors(card_id, "It failed on this text."):
            self._binding.bind_cpu_input("input_ids", ids)
            self._binding.bind_cpu_input("length", length)
            self._generator.session.run_with_iobinding(self._binding)
            # A copy, since the runtime reuses the memory for the next token.
            logits = cast("Float32", self._binding.get_outputs()[-1].numpy()).reshape(-1).copy()
        check_finite(card_id, logits)
        self.length += len(tokens)
        return logits

    def forget(self) -> None:
        """Start a new text in the same memory."""
        self.length = 0


@dataclass(slots=True, eq=False)
class Generation:
    """Generates one text, a token per `step`; the same prompt, style and seed give the same text.

    Without `cached`, the model reads the whole text again for each token. `limit` is the most tokens it generates.
    """

    generator: TextGenerator
    prompt: list[int]
    style: Style
    seed: int
    limit: int
    cached: bool = True
    steps: list[Step] = field(default_factory=list[Step])
    ended: bool = False
    context: Context = field(init=False)
    _random: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.context = self.generator.open_context(len(self.prompt) + self.limit)
        self._random = np.random.default_rng(self.seed)

    @property
    def tokens(self) -> list[int]:
        """The tokens so far."""
        return [step.token for step in self.steps]

    @property
    def text(self) -> str:
        """The text so far."""
        return self.generator.decode(self.tokens)

    @property
    def done(self) -> bool:
        """Whether the text is finished."""
        return self.ended or len(self.steps) >= self.limit

    def step(self) -> Step | None:
        """Generate one token; None when the text is finished. Blocks for about 20 ms, longer for the first token."""
        if self.done:
            return None
        unread = self._unread()
        started = time.perf_counter()
        logits = self.context.feed(unread)
        scored = time.perf_counter()
        found = sampling.candidates(logits, self.style, [*self.prompt, *self.tokens])
        chosen = sampling.draw(found, float(self._random.random()))
        chosen_at = time.perf_counter()
        if chosen.token in self.generator.control:
            self.ended = True
            return None
        (text,) = self.generator.pieces([chosen.token])
        times = (scored - started) * 1000, (chosen_at - scored) * 1000
        step = Step(chosen.token, text, chosen.score, len(found), len(unread), *times)
        self.steps.append(step)
        return step

    def _unread(self) -> list[int]:
        if self.cached and self.steps:
            return [self.steps[-1].token]
        self.context.forget()
        return [*self.prompt, *self.tokens]
