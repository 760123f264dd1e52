"""Sentence similarity: texts become embeddings, and texts that mean much the same lie close together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tokenizers import Encoding, Tokenizer

from ..cards import SentenceCard
from ..errors import WeightsError
from ..runtime import Fingerprint, Float32, Session, model_errors, read_metadata

FAILED = "It failed on this text."
# Texts that go through the model together; more gain nothing on a processor.
BATCH = 8
# What is run to see whether the weights are still the same; any text with many different tokens would do.
PROBE = "The quick brown fox jumps over 13 lazy dogs while a model looks on and learns nothing at all."


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """One text's way through the model: its tokens, and its embedding, float32 [dimensions], of length one."""

    tokens: tuple[str, ...]
    vector: Float32


class SentenceEncoder:
    """One open sentence-similarity model. Any number of threads may use it at the same time."""

    def __init__(self, card: SentenceCard, session: Session) -> None:
        """Take the tokenizer from the model's own metadata. Raises `WeightsError` when there is none."""
        self.card = card
        self._session = session
        described = read_metadata(session)
        if "tokenizer" not in described:
            raise WeightsError(f"The file of {card.id} in the model cache has no tokenizer.")
        self._tokenizer: Any = Tokenizer.from_str(described["tokenizer"])
        self._tokenizer.enable_truncation(card.input.max_tokens)
        self._tokenizer.enable_padding(pad_id=0, pad_token=card.input.padding)

    def knows(self, word: str) -> bool:
        """Say whether `word` (lower case) is a token of its own, as common words are."""
        return self._tokenizer.token_to_id(word) is not None

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return the embedding of each text, float32 [texts, dimensions], each of length one. Blocks.

        Raises `ModelUnavailable` when the model itself fails.
        """
        encodings: list[Any] = self._tokenizer.encode_batch(list(texts)) if texts else []
        lengths: list[int] = [sum(one.attention_mask) for one in encodings]
        # Those of like length go together, so that little is worked out for the filling of the shorter ones.
        order = sorted(range(len(texts)), key=lengths.__getitem__)
        vectors = np.empty((len(texts), self.card.dimensions), np.float32)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            vectors[batch] = self._run([encodings[index] for index in batch], lengths[batch[-1]])
        return vectors

    def explain(self, text: str) -> Embedded:
        """Return the tokens of one text beside its embedding. Blocks. Raises `ModelUnavailable`."""
        encoding = self._tokenizer.encode(text)
        return Embedded(tuple(encoding.tokens), self._run([encoding], len(encoding.ids))[0])

    def fingerprint(self) -> Fingerprint:
        """Return a SHA-256 of the exact outputs for one fixed text, bit for bit: changed weights change it. One run."""
        return Fingerprint.of_outputs([self.explain(PROBE).vector], "one fixed text")

    def _run(self, encodings: Sequence[Encoding], longest: int) -> Float32:
        """Run the model on the first `longest` tokens of each."""
        ids = np.array([one.ids[:longest] for one in encodings], np.int64)
        mask = np.array([one.attention_mask[:longest] for one in encodings], np.int64)
        with model_errors(self.card.id, FAILED):
            (vectors,) = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})
        return vectors
