"""OPUS-MT models as on the hub: an encoder, a decoder with both its branches in one graph, and a tokenizer.

The layout is that of Hugging Face's exporter. The decoder takes ``use_cache_branch``: false for its first step, when it
also computes the keys and values of the encoder's output once; true afterwards, when it reads those and its own from
``past_key_values.*`` and gives the grown ones as ``present.*``. Such exports don't show the attention.
"""

import json
import time
from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from ..errors import WeightsError
from ..runtime import Float32, Session, softmax
from .decoding import DecoderOutput, EncoderOutput

BEST = 3
END, PAD = "</s>", "<pad>"
WORD_START = "▁"
PAST, PRESENT = "past_key_values.", "present."
NO_ATTENTION = np.empty(0, np.float32)


class OpusTokenizer:
    """The tokenizer of both languages; ``prefix`` is the token that chooses the target language, if there is a choice.

    Raises :class:`WeightsError` for bytes that aren't such a tokenizer.
    """

    def __init__(self, data: bytes, prefix: str | None = None) -> None:
        self._tokenizer = _read_tokenizer(data)
        self.end = self._id(END)
        self.pad = self._id(PAD)
        self._prefix = [self._id(prefix)] if prefix else []

    def _id(self, piece: str) -> int:
        found = self._tokenizer.token_to_id(piece)
        if found is None:
            raise WeightsError(f"The tokenizer has no token {piece}.")
        return int(found)

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text, without the end."""
        return [*self._prefix, *self._tokenizer.encode(text, add_special_tokens=False).ids]

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens, without the end."""
        pieces = (self.piece(token) for token in tokens if token not in (self.end, self.pad))
        return "".join(pieces).replace(WORD_START, " ").strip()

    def piece(self, token: int) -> str:
        """Return a token's letters."""
        return str(self._tokenizer.id_to_token(token))


def _read_tokenizer(data: bytes) -> Any:
    try:
        table: dict[str, Any] = json.loads(data)
        normalizer: dict[str, Any] = table.get("normalizer") or {}
        # The exports leave its table out, which this library refuses; NFKC is most of what that table does.
        if normalizer.get("type") == "Precompiled" and not normalizer.get("precompiled_charsmap"):
            table["normalizer"] = {"type": "NFKC"}
        return Tokenizer.from_str(json.dumps(table))
    except Exception as error:  # the library raises bare exceptions
        raise WeightsError("The tokenizer of this model can't be read.") from error


class OpusNetwork:
    """Both halves of the model. Any number of threads may use it at the same time."""

    def __init__(self, encoder: Session, decoder: Session, start: int) -> None:
        """Let the decoder start with the token ``start``, which it may never choose."""
        self._encoder = encoder
        self._decoder = decoder
        self._start = start
        self._outputs = [str(one.name) for one in decoder.get_outputs()]
        self._nothing = {
            str(one.name): np.zeros((1, one.shape[1], 1, one.shape[3]), np.float32)
            for one in decoder.get_inputs()
            if str(one.name).startswith(PAST)
        }

    def encode(self, tokens: Sequence[int]) -> EncoderOutput:
        """Return the encoder's view of a sentence. Raises onnxruntime's exceptions."""
        ids = np.array([tokens], np.int64)
        mask = np.ones_like(ids)
        (hidden,) = self._encoder.run(["last_hidden_state"], {"input_ids": ids, "attention_mask": mask})
        return EncoderOutput(hidden, {"encoder_attention_mask": mask})

    def decode(self, encoded: EncoderOutput) -> Generator[DecoderOutput, int]:
        """Yield one step after another without end, each with the token that was sent. Raises onnxruntime's errors."""
        feed = {**encoded.memory, **self._nothing, "encoder_hidden_states": encoded.hidden}
        token, first = self._start, True
        while True:
            started = time.perf_counter()
            feed |= {"input_ids": np.array([[token]], np.int64), "use_cache_branch": np.array([not first])}
            outputs = dict(zip(self._outputs, self._decoder.run(self._outputs, feed), strict=True))
            scores = self._scores(outputs["logits"][0, -1])
            order: list[int] = np.argsort(-scores)[:BEST].tolist()
            milliseconds = (time.perf_counter() - started) * 1000
            token = yield DecoderOutput(tuple(order), tuple(scores[order].tolist()), NO_ATTENTION, milliseconds)
            # The keys and values of the encoder's output come from the first step only.
            feed |= {
                name: outputs[name.replace(PAST, PRESENT, 1)]
                for name in self._nothing
                if first or ".encoder." not in name
            }
            first = False

    def _scores(self, logits: Float32) -> Float32:
        allowed = logits.copy()
        allowed[self._start] = -np.inf
        return softmax(allowed)
