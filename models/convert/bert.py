"""Build the ONNX graph of a BERT sentence encoder, with 8-bit weights, from its safetensors file.

The network is that of Devlin et al. 2018 (https://arxiv.org/abs/1810.04805) with the head of Sentence-BERT (Reimers and
Gurevych 2019, https://arxiv.org/abs/1908.10084): the mean of the last layer over the tokens, scaled to length one.

Weights are int8 with one scale per output channel; activations are quantized as they come ("dynamic quantization",
https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html), which suits transformers.

Inputs: ``input_ids`` and ``attention_mask``, int64 [N, tokens]. Output: ``embedding`` float32 [N, width]. The
tokenizer's own file is stored in the model's metadata under ``tokenizer``, so that a model is one file.
"""

from collections.abc import Mapping

import numpy as np
import onnx
import safetensors
import safetensors.numpy
from onnx import helper

from ..errors import WeightsError
from ..runtime import Float32
from .int8 import quantize
from .onnx_graph import FLOAT, INT64, LAST, OnnxGraph, checked_weights

Weights = Mapping[str, Float32]

LAYERS = 6
HEADS = 12
EPSILON = 1e-12
# What is added to the attention of a padding token.
MASKED = -1e9


def read_safetensors(data: bytes) -> dict[str, Float32]:
    """Return the float32 tensors of a safetensors file by name. Raises `WeightsError` when it isn't a whole one."""
    try:
        tensors = safetensors.numpy.load(data)
    except (safetensors.SafetensorError, KeyError, ValueError, TypeError) as error:
        raise WeightsError("The weights aren't a whole safetensors file.") from error
    return {name.removeprefix("bert."): tensor for name, tensor in tensors.items() if tensor.dtype == np.float32}


class _Graph(OnnxGraph):
    """The encoder so far."""

    def __init__(self, weights: Weights) -> None:
        super().__init__("sentence-encoder")
        self.weights = weights
        self.width = weights["embeddings.word_embeddings.weight"].shape[1]

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def normalize(self, source: str, name: str, output: str) -> str:
        return self.layer_norm(source, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), output, EPSILON)

    def linear(self, source: str, name: str) -> str:
        whole, scale = quantize(self.weights[f"{name}.weight"])
        numbers = self.constant(f"{name}.whole", whole.T)
        product = self.int8_product(source, numbers, self.constant(f"{name}.scale", scale), name)
        return self.node("Add", [product, self.weight(f"{name}.bias")], name)

    def heads(self, source: str, name: str, *order: int) -> str:
        return self.split_heads(self.linear(source, name), HEADS, self.width // HEADS, order)


def build(weights: Weights, tokenizer: bytes) -> onnx.ModelProto:
    """Return the graph of the encoder with ``weights`` (of six layers), and ``tokenizer`` (JSON) in its metadata.

    Raises :class:`WeightsError` when a tensor is missing.
    """
    with checked_weights():
        graph = _Graph(weights)
        for name in ("input_ids", "attention_mask"):
            graph.input(name, INT64, ["N", "tokens"])
        hidden = _add_embeddings(graph)
        _add_mask(graph)
        for number in range(LAYERS):
            hidden = _add_layer(graph, f"encoder.layer.{number}", hidden)
    _add_pooling(graph, hidden)
    helper.set_model_props(graph.model, {"tokenizer": tokenizer.decode("utf-8")})
    return graph.model


def _add_embeddings(graph: _Graph) -> str:
    whole, scale = quantize(graph.weights["embeddings.word_embeddings.weight"])
    found = graph.node("Gather", [graph.constant("words.whole", whole), "input_ids"], "words.found")
    unit = graph.node("Gather", [graph.constant("words.scale", scale[:, None]), "input_ids"], "words.unit")
    words = graph.node("Mul", [graph.cast(found, "words.float"), unit], "words")
    # A text is always one piece, so the first token type's vector can be added to the positions in advance.
    types = graph.weights["embeddings.token_type_embeddings.weight"]
    positions = graph.constant("positions", graph.weights["embeddings.position_embeddings.weight"] + types[0])
    zero, one, two = (graph.integers(name, value) for name, value in (("zero", 0), ("one", 1), ("two", 2)))
    # The positions are sliced: the runtime fails on the same thing done with Range and Gather.
    length = graph.node("Slice", [graph.node("Shape", ["input_ids"], "shape"), one, two, zero], "length")
    places = graph.node("Slice", [positions, zero, length, zero], "places")
    return graph.normalize(graph.node("Add", [words, places], "embedded"), "embeddings.LayerNorm", "hidden")


def _add_mask(graph: _Graph) -> None:
    one, low = graph.constant("one.float", np.float32(1)), graph.constant("masked", np.float32(MASKED))
    padding = graph.node("Sub", [one, graph.cast("attention_mask", "mask")], "padding")
    middle = graph.integers("middle", 1, 2)
    graph.node("Unsqueeze", [graph.node("Mul", [padding, low], "padding.low"), middle], "padding.attention")


def _add_layer(graph: _Graph, layer: str, hidden: str) -> str:
    attention = f"{layer}.attention"
    query = graph.heads(hidden, f"{attention}.self.query", 0, 2, 1, 3)
    keys = graph.heads(hidden, f"{attention}.self.key", 0, 2, 3, 1)
    values = graph.heads(hidden, f"{attention}.self.value", 0, 2, 1, 3)
    shrink = graph.constant("shrink", np.float32((graph.width // HEADS) ** -0.5))
    small = graph.node("Mul", [query, shrink], f"{attention}.query")
    mixed, _ = graph.attend(small, keys, values, attention, "padding.attention")
    output = graph.linear(graph.join_heads(mixed, graph.width), f"{attention}.output.dense")
    total = graph.node("Add", [output, hidden], f"{attention}.sum")
    middle = graph.normalize(total, f"{attention}.output.LayerNorm", f"{attention}.out")
    wide = graph.node("Gelu", [graph.linear(middle, f"{layer}.intermediate.dense")], f"{layer}.wide")
    narrow = graph.linear(wide, f"{layer}.output.dense")
    total = graph.node("Add", [narrow, middle], f"{layer}.sum")
    return graph.normalize(total, f"{layer}.output.LayerNorm", f"{layer}.out")


def _add_pooling(graph: _Graph, hidden: str) -> None:
    tall = graph.node("Unsqueeze", ["mask", graph.integers("last", LAST)], "mask.tall")
    total = graph.node("ReduceSum", [graph.node("Mul", [hidden, tall], "kept"), "one"], "total", keepdims=0)
    count = graph.node("ReduceSum", ["mask", "one"], "count", keepdims=1)
    graph.node("LpNormalization", [graph.node("Div", [total, count], "mean")], "embedding", axis=LAST, p=2)
    graph.output("embedding", FLOAT, ["N", graph.width])
