"""Build the ONNX graph of a BERT sentence encoder, with 8-bit weights, from its safetensors file.

The network is that of Devlin et al. 2018 (https://arxiv.org/abs/1810.04805) with the head of Sentence-BERT (Reimers and
Gurevych 2019, https://arxiv.org/abs/1908.10084): the mean of the last layer over the tokens, scaled to length one.

Weights are int8 with one scale an output channel; activations are made uint8 as they come ("dynamic quantisation",
https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html), which suits transformers.

Inputs: ``input_ids`` and ``attention_mask``, int64 [N, tokens]. Output: ``embedding`` float32 [N, width]. The
tokenizer's own file travels in the model's metadata under ``tokenizer``, so that a model is one file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    import onnx

    Float32 = npt.NDArray[np.float32]
    Weights = Mapping[str, Float32]

# Change this number with the graph, so that caches built by an older recipe are built again.
RECIPE = 1
OPSET = 20
IR_VERSION = 9
LAYERS = 6
HEADS = 12
EPSILON = 1e-12
# What is added to the attention of a token that is only padding.
MASKED = -1e9
HEADER_BYTES = 8
LAST = -1


def read_safetensors(data: bytes) -> dict[str, Float32]:
    """Return the float32 tensors of a safetensors file by name, as views; tensors of other types are left out.

    The format (https://huggingface.co/docs/safetensors): the header's length as a little-endian u64, the header as
    JSON, the numbers. Raises :class:`WeightsError` for anything else.
    """
    try:
        end = HEADER_BYTES + int.from_bytes(data[:HEADER_BYTES], "little")
        header: dict[str, Any] = json.loads(data[HEADER_BYTES:end])
        return {
            name.removeprefix("bert."): np.frombuffer(
                data[end + entry["data_offsets"][0] : end + entry["data_offsets"][1]], "<f4"
            ).reshape(entry["shape"])
            for name, entry in header.items()
            if name != "__metadata__" and entry["dtype"] == "F32"
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError("The weights are no whole safetensors file.") from error


@dataclass
class _Graph:
    """The nodes and weights so far."""

    weights: Weights
    nodes: list[onnx.NodeProto] = field(default_factory=list["onnx.NodeProto"])
    initialisers: dict[str, npt.NDArray[Any]] = field(default_factory=dict[str, Any])
    quantised: set[str] = field(default_factory=set[str])

    def node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, value: Any) -> str:
        self.initialisers[name] = np.asarray(value)
        return name

    def integers(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, np.int64))

    def normalise(self, source: str, weights: str, output: str) -> str:
        """Add a layer normalisation."""
        scale = self.constant(f"{weights}.weight", self.weights[f"{weights}.weight"])
        bias = self.constant(f"{weights}.bias", self.weights[f"{weights}.bias"])
        return self.node("LayerNormalization", [source, scale, bias], output, axis=LAST, epsilon=EPSILON)

    def linear(self, source: str, weights: str) -> str:
        """Add a linear layer: 8-bit numbers multiplied, the sums scaled back to float32, the bias added."""
        parts = [f"{source}.{part}" for part in ("whole", "scale", "zero")]
        if source not in self.quantised:
            self.quantised.add(source)
            self.nodes.append(_node("DynamicQuantizeLinear", [source], parts))
        whole, scale = _quantise(self.weights[f"{weights}.weight"], axis=1)
        zero = self.constant(f"{weights}.zero", np.zeros((), np.int8))
        numbers = self.constant(f"{weights}.whole", np.ascontiguousarray(whole.T))
        sums = self.node("MatMulInteger", [parts[0], numbers, parts[2], zero], f"{weights}.sums")
        unit = self.node("Mul", [parts[1], self.constant(f"{weights}.scale", scale[:, 0])], f"{weights}.unit")
        product = self.node(
            "Mul", [self.node("Cast", [sums], f"{weights}.float", to=_FLOAT), unit], f"{weights}.product"
        )
        bias = self.constant(f"{weights}.bias", self.weights[f"{weights}.bias"])
        return self.node("Add", [product, bias], weights)

    def heads(self, source: str, weights: str, order: list[int]) -> str:
        """Add a linear layer whose output is cut into heads: [N, heads, tokens, width of one], or as ``order`` says."""
        cut = self.node("Reshape", [self.linear(source, weights), "heads_shape"], f"{weights}.cut")
        return self.node("Transpose", [cut], f"{weights}.heads", perm=order)


_FLOAT = 1  # onnx.TensorProto.FLOAT


def build(weights: Weights, tokenizer: bytes) -> onnx.ModelProto:
    """Return the graph of the encoder with ``weights`` (of six layers), and ``tokenizer`` (JSON) in its metadata.

    Raises :class:`WeightsError` when a tensor is missing.
    """
    graph = _Graph(weights)
    try:
        hidden = _add_embeddings(graph)
        for number in range(LAYERS):
            hidden = _add_layer(graph, f"encoder.layer.{number}", hidden)
    except KeyError as error:
        raise WeightsError(f"The weights lack the tensor {error}.") from error
    _add_pooling(graph, hidden)
    return _model(graph, tokenizer)


def _quantise(weight: Float32, axis: int) -> tuple[npt.NDArray[np.int8], Float32]:
    """Return ``weight`` as int8 and its scales, the axis kept: one for each index of the other axis."""
    largest = np.abs(weight).max(axis=axis, keepdims=True)
    scale = (np.where(largest > 0, largest, 1) / 127).astype(np.float32)
    return np.rint(weight / scale).astype(np.int8), scale


def _add_embeddings(graph: _Graph) -> str:
    words, scales = _quantise(graph.weights["embeddings.word_embeddings.weight"], axis=1)
    graph.constant("words.whole", words)
    graph.constant("words.scale", scales)
    # Every text is of one piece, so that the first type's vector can be added to the positions once and for all.
    kinds = graph.weights["embeddings.token_type_embeddings.weight"]
    graph.constant("positions", graph.weights["embeddings.position_embeddings.weight"] + kinds[0])
    for name, value in (("zero", 0), ("one", 1), ("two", 2), ("last", LAST)):
        graph.integers(name, value)
    graph.node("Gather", ["words.whole", "input_ids"], "words.found")
    graph.node("Gather", ["words.scale", "input_ids"], "words.unit")
    graph.node("Mul", [graph.node("Cast", ["words.found"], "words.float", to=_FLOAT), "words.unit"], "words")
    # The positions are sliced: the runtime fails on the same thing said with Range and Gather.
    graph.node("Slice", [graph.node("Shape", ["input_ids"], "shape"), "one", "two", "zero"], "length")
    graph.node("Add", ["words", graph.node("Slice", ["positions", "zero", "length", "zero"], "places")], "embedded")
    _add_mask(graph)
    width = words.shape[1]
    graph.integers("heads_shape", 0, 0, HEADS, width // HEADS)
    graph.integers("joined_shape", 0, 0, width)
    graph.constant("shrink", np.float32((width // HEADS) ** -0.5))
    return graph.normalise("embedded", "embeddings.LayerNorm", "hidden")


def _add_mask(graph: _Graph) -> None:
    graph.constant("one.float", np.float32(1))
    graph.constant("masked", np.float32(MASKED))
    graph.integers("middle", 1, 2)
    graph.node("Cast", ["attention_mask"], "mask", to=_FLOAT)
    graph.node("Mul", [graph.node("Sub", ["one.float", "mask"], "padding"), "masked"], "padding.low")
    graph.node("Unsqueeze", ["padding.low", "middle"], "padding.attention")


def _add_layer(graph: _Graph, layer: str, hidden: str) -> str:
    attention = f"{layer}.attention"
    query = graph.heads(hidden, f"{attention}.self.query", [0, 2, 1, 3])
    key = graph.heads(hidden, f"{attention}.self.key", [0, 2, 3, 1])
    value = graph.heads(hidden, f"{attention}.self.value", [0, 2, 1, 3])
    small = graph.node("Mul", [query, "shrink"], f"{attention}.query")
    alike = graph.node("MatMul", [small, key], f"{attention}.alike")
    seen = graph.node("Add", [alike, "padding.attention"], f"{attention}.seen")
    shares = graph.node("Softmax", [seen], f"{attention}.shares", axis=LAST)
    mixed = graph.node("MatMul", [shares, value], f"{attention}.mixed")
    together = graph.node("Transpose", [mixed], f"{attention}.together", perm=[0, 2, 1, 3])
    joined = graph.node("Reshape", [together, "joined_shape"], f"{attention}.joined")
    output = graph.linear(joined, f"{attention}.output.dense")
    attended = graph.node("Add", [output, hidden], f"{attention}.sum")
    middle = graph.normalise(attended, f"{attention}.output.LayerNorm", f"{attention}.out")
    wide = graph.node("Gelu", [graph.linear(middle, f"{layer}.intermediate.dense")], f"{layer}.wide")
    narrow = graph.linear(wide, f"{layer}.output.dense")
    total = graph.node("Add", [narrow, middle], f"{layer}.sum")
    return graph.normalise(total, f"{layer}.output.LayerNorm", f"{layer}.out")


def _add_pooling(graph: _Graph, hidden: str) -> None:
    graph.node("Unsqueeze", ["mask", "last"], "mask.tall")
    kept = graph.node("Mul", [hidden, "mask.tall"], "kept")
    total = graph.node("ReduceSum", [kept, "one"], "total", keepdims=0)
    count = graph.node("ReduceSum", ["mask", "one"], "count", keepdims=1)
    mean = graph.node("Div", [total, count], "mean")
    graph.node("LpNormalization", [mean], "embedding", axis=LAST, p=2)


def _model(graph: _Graph, tokenizer: bytes) -> onnx.ModelProto:
    from onnx import TensorProto, helper, numpy_helper

    width = graph.initialisers["words.whole"].shape[1]
    body = helper.make_graph(
        graph.nodes,
        "sentence-encoder",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["N", "tokens"])
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", width])],
        [numpy_helper.from_array(array, name) for name, array in graph.initialisers.items()],
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    helper.set_model_props(model, {"tokenizer": tokenizer.decode("utf-8")})
    return model


def _node(operator: str, inputs: list[str], outputs: list[str]) -> onnx.NodeProto:
    from onnx import helper

    return helper.make_node(operator, inputs, outputs, name=outputs[0])
