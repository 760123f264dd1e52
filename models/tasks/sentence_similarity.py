"""Sentence similarity: texts become embeddings, and texts of similar meaning get embeddings that are close together."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Encoding, Tokenizer

from ..cards import SentenceCard
from ..errors import WeightsError
from ..runtime import Fingerprint, Float32, Session, model_errors, open_session, read_metadata

FAILED = "It failed on this text."
# Texts that go through the model together; more gain nothing on a CPU.
BATCH = 8
# The text for the fingerprint; any with many different tokens would do.
PROBE = "The quick brown fox jumps over 13 lazy dogs while a model looks on and learns nothing at all."
# The first and the last but one of the six layers, chosen with a fifth of the examples held back.
LAYERS = ("encoder.layer.0.out", "encoder.layer.4.out")


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """One text's tokens, and its embedding, float32 [dimensions], of length one."""

    tokens: tuple[str, ...]
    vector: Float32


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """One text's tokens, and the means of two layers over them, one after the other: float32 [2 × dimensions].

    The embedding says what a text is about. Who does what in it is clearer in earlier layers, which is what tells using
    a model from training it.
    """

    tokens: tuple[str, ...]
    numbers: Float32


class SentenceEncoder:
    """One open sentence-similarity model. Any number of threads may use it at the same time."""

    def __init__(self, card: SentenceCard, session: Session) -> None:
        """Take the tokenizer from the model's own metadata. Raises `WeightsError` when there is none."""
        self.card = card
        self._session = session
        metadata = read_metadata(session)
        if "tokenizer" not in metadata:
            raise WeightsError(f"The file of {card.id} in the model cache has no tokenizer.")
        self._tokenizer: Any = Tokenizer.from_str(metadata["tokenizer"])
        self._tokenizer.enable_truncation(card.input.max_tokens)
        self._tokenizer.enable_padding(pad_id=0, pad_token=card.input.padding)

    def knows(self, word: str) -> bool:
        """Tell whether `word` (lower case) is a token of its own, as common words are."""
        return self._tokenizer.token_to_id(word) is not None

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return the embedding of each text, float32 [texts, dimensions], each of length one. Blocks.

        Raises `ModelUnavailable` when the model itself fails.
        """
        encodings: list[Any] = self._tokenizer.encode_batch(list(texts)) if texts else []
        lengths: list[int] = [sum(one.attention_mask) for one in encodings]
        # Batch texts of similar length, so that little time goes into padding.
        order = sorted(range(len(texts)), key=lengths.__getitem__)
        vectors = np.empty((len(texts), self.card.dimensions), np.float32)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            (vectors[batch],) = self._run(["embedding"], [encodings[index] for index in batch], lengths[batch[-1]])
        return vectors

    def explain(self, text: str) -> Embedded:
        """Return the tokens of one text beside its embedding. Blocks. Raises `ModelUnavailable`."""
        encoding = self._tokenizer.encode(text)
        (vectors,) = self._run(["embedding"], [encoding], len(encoding.ids))
        return Embedded(tuple(encoding.tokens), vectors[0])

    def levels(self, text: str) -> Levels:
        """Return the tokens of one text beside the means of two layers. Blocks. Raises `ModelUnavailable`.

        The session must have been opened by `open_with_levels`.
        """
        encoding = self._tokenizer.encode(text)
        layers = self._run(LAYERS, [encoding], len(encoding.ids))
        return Levels(tuple(encoding.tokens), np.concatenate([layer[0].mean(0) for layer in layers]))

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the embedding of one fixed text. Takes one run."""
        return Fingerprint.of_outputs([self.explain(PROBE).vector], "one fixed text")

    def _run(self, outputs: Sequence[str], encodings: Sequence[Encoding], longest: int) -> list[Float32]:
        """Run the model on the first `longest` tokens of each."""
        ids = np.array([one.ids[:longest] for one in encodings], np.int64)
        mask = np.array([one.attention_mask[:longest] for one in encodings], np.int64)
        with model_errors(self.card.id, FAILED):
            return self._session.run(outputs, {"input_ids": ids, "attention_mask": mask})


def open_with_levels(path: Path) -> Session:
    """Return a session on a model whose `LAYERS` are outputs too. Raises onnxruntime's exceptions.

    A protobuf file may be continued: what is appended is merged into its messages, here into the list of outputs. So
    neither `onnx` nor a second session is needed. (With their shapes declared, the runtime would fuse other operators
    and round embeddings differently.)
    """
    # Field numbers of ModelProto.graph, GraphProto.output, and ValueInfoProto's name and type: a float tensor.
    outputs = [_field(12, _field(1, name.encode()) + _field(2, _field(1, b"\x08\x01"))) for name in LAYERS]
    with tempfile.TemporaryDirectory() as folder:
        # The runtime needs less memory for a file than for bytes.
        extended = Path(folder) / path.name
        extended.write_bytes(path.read_bytes() + _field(7, b"".join(outputs)))
        return open_session(extended)


def _field(number: int, data: bytes) -> bytes:
    """Return a protobuf field of less than 128 bytes."""
    return bytes([number << 3 | 2, len(data)]) + data
