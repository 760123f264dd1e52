"""A text generator that goes on with a fixed tale, a word a token; nothing of a real model is in it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from inferbot.models.cards import generation_card
from inferbot.models.clean_text import clean_text
from inferbot.models.errors import ModelUnavailable, NoPrompt, PromptTooLong
from inferbot.models.runtime import Fingerprint
from inferbot.models.tasks.text_generation import MAX_PROMPT

END = "<|im_end|>"
TALE = ("and", "then", "the", "fox", "met", "a", "hen", "who", "told", "it", "long", "tales", "of", "her", "sea")
WORDS: tuple[str, ...] = ("<|endoftext|>", END, *(f" {word}" for word in dict.fromkeys(TALE)), "ing", " fuck", "\ufffd")

FIRST_PROMPT = 1000
VOCABULARY = 4000


class FakeContext:
    """Scores the tale's next word best, and others by their place in the vocabulary."""

    def __init__(self, generator: "FakeGenerator", room: int) -> None:
        self.generator = generator
        self.length = 0
        self.shape = (1, 3, room, 64)
        self.bytes = 46_080 * room

    def feed(self, tokens: Sequence[int]) -> Any:
        if self.generator.fails:
            raise ModelUnavailable(self.generator.card.id, "It failed on this text.")
        self.generator.fed += 1
        self.length += len(tokens)
        logits = np.full(VOCABULARY, -20, np.float32)
        logits[: len(WORDS)] = np.linspace(3, 0, len(WORDS))
        logits[:2] = -5
        logits[WORDS.index(" fuck")] = 4
        logits[WORDS.index(f" {TALE[self.generator.fed % len(TALE)]}")] = 8
        if self.generator.ends_after is not None and self.generator.fed > self.generator.ends_after:
            logits[1] = 20
        return logits

    def forget(self) -> None:
        self.length = 0


class FakeGenerator:
    """Tokens of a prompt are its words, numbered from 1,000 on."""

    def __init__(self) -> None:
        self.card = generation_card()
        self.control = frozenset({0, 1})
        self.words: list[str] = []
        self.fed = 0
        self.fails = False
        self.learns = False
        self.ends_after: int | None = None

    def encode(self, text: str) -> list[int]:
        words = clean_text(text).split()
        if not words:
            raise NoPrompt
        if len(words) > MAX_PROMPT:
            raise PromptTooLong(len(words), MAX_PROMPT)
        self.words += words
        return [0, *range(FIRST_PROMPT + len(self.words) - len(words), FIRST_PROMPT + len(self.words))]

    def decode(self, tokens: Sequence[int]) -> str:
        words = [
            f" {self.words[one - FIRST_PROMPT]}" if one >= FIRST_PROMPT else WORDS[one] for one in tokens if one > 1
        ]
        return "".join(words).rstrip("\ufffd").lstrip(" ") if tokens and tokens[0] == 0 else "".join(words)

    def pieces(self, tokens: Sequence[int]) -> list[str]:
        return [WORDS[one].rstrip("\ufffd") if one < len(WORDS) else "" for one in tokens]

    def open_context(self, room: int) -> FakeContext:
        return FakeContext(self, room)

    def fingerprint(self) -> Fingerprint:
        self.fed += 1
        return Fingerprint(f"{self.fed if self.learns else 7:064x}", "its exact outputs for one fixed text")
