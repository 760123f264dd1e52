"""What the command line can ask for, in terms that need no PyTorch to read."""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch

from ..config import Config, Shape
from ..data import Group, Splits
from ..scores import Scores, score
from ..tokenizer import open_tokenizer
from ..weights import Weights, quantise, read_weights, write_weights
from .model import Translator
from .run import Run
from .speaking import tensors_of, translate

FLOAT, INT8, TOKENIZER, SHAPE = "weights.float32.npz", "weights.int8.npz", "tokenizer.model", "shape.json"


def train(folder: Path, splits: Splits, config: Config, until: float, machine: str, weights: Path | None) -> None:
    """Begin the run in `folder`, or go on with it, until its hours are over or it is `until` (Unix seconds).

    A run that begins takes its weights, and the tokenizer beside them, from the file `weights`, if one is given.
    """
    if weights and not (folder / TOKENIZER).exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TOKENIZER).write_bytes((weights.parent / TOKENIZER).read_bytes())
    run = Run(folder, splits, Shape(), config)
    if weights:
        run.start_from(tensors_of(read_weights(weights)))
    run.train(until, machine)


def export(folder: Path, into: Path) -> dict[str, float]:
    """Write the averaged weights of the run in `folder`: float32 beside it, 8-bit and the tokenizer to `into`.

    Return how far each matrix is from its 8-bit form, as a share of its own size (root mean square).
    """
    state = torch.load(folder / "state.pt", weights_only=True)
    weights = {name: one.numpy() for name, one in state["averaged"].items()}
    small = quantise(weights)
    into.mkdir(parents=True, exist_ok=True)
    write_weights(folder / FLOAT, weights)
    write_weights(into / INT8, small)
    (into / TOKENIZER).write_bytes((folder / TOKENIZER).read_bytes())
    (into / SHAPE).write_text(json.dumps(dataclasses.asdict(Shape()), indent=2) + "\n", encoding="utf-8")
    return dict(_errors(weights, small))


def _errors(weights: Weights, small: Weights) -> Iterator[tuple[str, float]]:
    back = tensors_of(small)
    for name, values in weights.items():
        if values.ndim > 1:
            one = torch.from_numpy(values)
            yield name, float((one - back[name]).square().mean().sqrt() / one.square().mean().sqrt())


class Speaker:
    """Translates with weights from a file, in float32; the tokenizer and the shape lie in `home`."""

    def __init__(self, home: Path, weights: Path) -> None:
        # On a machine that others use too, threads that wait for each other are several times slower than one.
        torch.set_num_threads(1)
        shape = Shape(**json.loads((home / SHAPE).read_text(encoding="utf-8")))
        self._words = open_tokenizer(home / TOKENIZER)
        self._model = Translator(shape)
        self._model.load_state_dict({f"p.{name}": one for name, one in tensors_of(read_weights(weights)).items()})

    def say(self, texts: Iterable[str]) -> list[str]:
        """Return the translation of each text."""
        return translate(self._model, self._words, list(texts))


def evaluate(speaker: Speaker, groups: list[Group]) -> tuple[Scores, list[str]]:
    """Return the scores on `groups`, and what was said."""
    said = speaker.say(one.english for one in groups)
    return score(said, groups), said
