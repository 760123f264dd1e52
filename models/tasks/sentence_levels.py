"""What the sentence encoder makes of a text on the way: two of its layers, each averaged over the tokens.

The finished embedding says what a text is about. Who does what in it stands more clearly in earlier layers, and that is
what tells using a model from training it. The model file stays as it is: two outputs are added in memory.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..cards import SentenceCard
from ..errors import ModelUnavailable
from .image_classification import open_session
from .sentence_similarity import SentenceEncoder

Float32 = npt.NDArray[np.float32]

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
        try:
            layers = self._session.run(list(LAYERS), {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        except Exception as error:  # onnxruntime's exceptions share no base
            raise ModelUnavailable(self.card.id, "It failed on this text.") from error
        return Levels(tuple(encoding.tokens), np.concatenate([layer[0].mean(0) for layer in layers]))


def open_levels(card: SentenceCard, path: Path) -> LevelReader:
    """Return a reader of the model at `path`. Blocks for some tenths of a second. Raises onnxruntime's exceptions."""
    import onnx.helper

    model: Any = onnx.load_model(path)  # pyright: ignore[reportUnknownMemberType] - its arguments have no types
    for name in LAYERS:
        output = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["N", "tokens", card.dimensions])
        model.graph.output.append(output)
    return LevelReader(card, open_session(model.SerializeToString()))
