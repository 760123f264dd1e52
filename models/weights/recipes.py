"""One recipe per family of models: how the files that its weights come in become the files that the runtime opens.

The converters import ``onnx``, which is heavy, so each is imported when it runs.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from .. import cards
from ..cards import TRAINED, Card, GenerationCard, ImageCard, Member, TranslationCard, known_cards
from ..errors import HashMismatch, WeightsError

if TYPE_CHECKING:
    from ..convert.marian import Weights

# The end of the file name of a model that is one file, and of the three files of a translation model.
WHOLE = "onnx"
ENCODER, DECODER, TOKENIZER = TRANSLATION = ("encoder.onnx", "decoder.onnx", "tokenizer.model")
# The files of a model of our own.
TRAINED_WEIGHTS, TRAINED_TOKENIZER = "weights.int8.npz", "tokenizer.model"
# The lowest and highest value that each activation of the 8-bit image model took on the calibration photos.
RANGES = files(cards.__name__) / "efficientnet-lite0-int8.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the files of a family of models are made.

    ``title`` has the recipe's version: change it with the graph, so that files made by an older recipe are made again.
    ``build`` takes a card and the files that its weights come in, and returns one file for each of ``parts``.
    """

    title: str
    parts: tuple[str, ...]
    build: Callable[..., tuple[bytes, ...]]


def recipe_of(card: Card) -> Recipe:
    """Return how a card's files are made. Raises :class:`WeightsError` for people's own models."""
    if card.recipe is None:
        raise WeightsError(f"{card.id} isn't a model that Inferbot can fetch.")
    return RECIPES[card.recipe]


def recipe_id(card: Card) -> str:
    """Return what a card's files are made from and how, as their records in the cache have it."""
    return f"{recipe_of(card).title} {_origin_of(card)}"


def _origin_of(card: Card) -> str:
    if card.source is not None:
        return card.source.file_sha256
    if card.derived_from is not None:
        return f"({recipe_id(known_cards()[card.derived_from])})"
    folder = TRAINED / card.id
    return _hash_trained(folder, (folder / TRAINED_WEIGHTS).stat().st_mtime_ns)


def read_trained(card: Card) -> list[bytes]:
    """Return the files of a model of our own: weights and tokenizer."""
    return [(TRAINED / card.id / name).read_bytes() for name in (TRAINED_WEIGHTS, TRAINED_TOKENIZER)]


def read_member(card_id: str, member: Member) -> bytes:
    """Return a checked file of a model of our own that needs no conversion. Raises :class:`WeightsError`."""
    path = TRAINED / card_id / member.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"The file {member.file} of {card_id} can't be read.") from error
    if hashlib.sha256(data).hexdigest() != member.file_sha256:
        raise HashMismatch(f"The file {member.file} of {card_id} isn't the one that its card names.")
    return data


@lru_cache(maxsize=8)
def _hash_trained(folder: Path, _changed: int) -> str:
    digest = hashlib.sha256()
    for name in (TRAINED_WEIGHTS, TRAINED_TOKENIZER):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def _efficientnet(card: ImageCard, weights: bytes) -> tuple[bytes]:
    from ..convert import efficientnet_lite, torch_legacy

    model = efficientnet_lite.build(card.id, torch_legacy.read_state(weights), card.input.size)
    return (model.SerializeToString(),)


def _quantized(_card: ImageCard, model: bytes) -> tuple[bytes]:
    from ..convert import int8

    ranges = json.loads(RANGES.read_bytes())["ranges"]
    return (int8.quantize_model(model, {name: (lowest, highest) for name, (lowest, highest) in ranges.items()}),)


def _bert(_card: Card, weights: bytes, tokenizer: bytes) -> tuple[bytes]:
    from ..convert import bert

    return (bert.build(bert.read_safetensors(weights), tokenizer).SerializeToString(),)


def _llama(card: GenerationCard, weights: bytes) -> tuple[bytes]:
    from ..convert import gguf_file, llama

    return (llama.build(gguf_file.read_gguf(weights), card.context).SerializeToString(),)


def _marian(card: TranslationCard, weights: bytes, tokenizer: bytes) -> tuple[bytes, ...]:
    from ..convert.marian import read_marian

    return _translation(card, read_marian(weights), tokenizer)


def _trained(card: TranslationCard, weights: bytes, tokenizer: bytes) -> tuple[bytes, ...]:
    from ..convert.marian import read_npz

    return _translation(card, read_npz(weights), tokenizer)


def _float32(card: TranslationCard, encoder: bytes, decoder: bytes, tokenizer: bytes) -> tuple[bytes, ...]:
    from ..convert.marian_graph import read_back

    return _translation(card, read_back(encoder, decoder), tokenizer)


def _translation(card: TranslationCard, weights: "Weights", tokenizer: bytes) -> tuple[bytes, ...]:
    from ..convert import marian_graph
    from ..tasks.translation import SentencePieces

    if SentencePieces(tokenizer).size != weights.tokens:
        raise WeightsError("The tokenizer and the weights aren't of the same model.")
    precision = "int8" if card.precision == "int8" else "fp32"
    return *marian_graph.build(weights, marian_graph.Plan(card.heads, card.alignment, precision)), tokenizer


RECIPES = {
    "efficientnet-lite": Recipe("efficientnet-lite 1 from", (WHOLE,), _efficientnet),
    "int8": Recipe(f"int8 1 with {hashlib.sha256(RANGES.read_bytes()).hexdigest()} from", (WHOLE,), _quantized),
    "bert": Recipe("bert 1 from", (WHOLE,), _bert),
    "llama": Recipe("llama 1 from", (WHOLE,), _llama),
    "marian": Recipe("marian 1 from", TRANSLATION, _marian),
    "trained": Recipe("marian 1 from", TRANSLATION, _trained),
    "float32": Recipe("float32 of", TRANSLATION, _float32),
}
