"""What the sentence encoder makes of a text on the way: two of its layers, each averaged over the tokens.

The finished embedding says what a text is about. Who does what in it stands more clearly in earlier layers, and that is
what tells using a model from training it. The model file stays as it is: two outputs are added in memory.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..cards import SentenceCard
from ..runtime import Float32, model_errors, open_session
from .sentence_similarity import FAILED, SentenceEncoder

# The first and the last but one of the six, chosen with a fifth of the examples left out.
LAYERS = ("encoder.layer.0.out", "encoder.layer.4.out")


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """One text's tokens, and the layers' averages one after the other, float32 [layers × dimensions]."""

    tokens: tuple[str, ...]
    numbers: Float32


class LevelReader(SentenceEncoder):
    """A sentence encoder that also tells what its layers made of a text. Any number of threads may use it."""

    def read(self, text: str) -> Levels:
        """Return the levels of one text. Blocks. Raises `ModelUnavailable`."""
        encoding = self._tokenizer.encode(text)
        ids = np.array([encoding.ids], np.int64)
        with model_errors(self.card.id, FAILED):
            layers = self._session.run(LAYERS, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return Levels(tuple(encoding.tokens), np.concatenate([layer[0].mean(0) for layer in layers]))


def open_levels(card: SentenceCard, path: Path) -> LevelReader:
    """Return a reader of the model at `path`. Blocks for some tenths of a second. Raises onnxruntime's exceptions."""
    import onnx.helper

    model: Any = onnx.load_model(path)  # pyright: ignore[reportUnknownMemberType] - its arguments have no types
    for name in LAYERS:
        output = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["N", "tokens", card.dimensions])
        model.graph.output.append(output)
    return LevelReader(card, open_session(model.SerializeToString()))
