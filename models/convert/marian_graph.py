"""Build the ONNX graphs of a translation model from its weights: the encoder, and the decoder for one step at a time.

The network is Marian's small Transformer: post-norm layers (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762) and
a decoder whose memory of earlier steps is one vector per layer, the SSRU (Kim et al. 2019, "From Research to Production
and Back"). Embeddings are shared by both languages and the output.

Encoder: ``tokens`` int64 [1, source] → ``hidden`` float32 [1, source, width], and for each decoder layer n what its
attention needs of it, ``keys.n`` [1, heads, width/heads, source] and ``values.n`` [1, heads, source, width/heads].
Decoder: ``token`` int64 [1, 1], the previous one (-1: none), its ``position`` float32 [1, 1, 1], ``state.n`` [1, 1,
width] (zeros at first), the keys and values → ``best`` int64 [3] and their ``scores`` [3], the softmax over the whole
vocabulary; ``attention`` [source], adding up to one; ``state.n.next``.

In 8 bits the weights are the numbers of the file; activations are quantized as they come. The float32 form has the same
values multiplied out.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import onnx
from google.protobuf.message import DecodeError
from onnx import numpy_helper

from ..errors import WeightsError
from .marian import EMBEDDINGS, Matrix, Weights
from .onnx_graph import FLOAT, INT64, LAST, OnnxGraph, checked_weights

Array = npt.NDArray[Any]

EPSILON = 1e-6
OUTPUT_BIAS = "decoder_ff_logit_out_b"
END, UNKNOWN = 0, 1
BEST = 3
# The bias that keeps a token from ever being chosen.
NEVER = -1e9

Precision = Literal["int8", "fp32"]
Alignment = Literal["first head", "mean of heads"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to build: the number of attention heads, the heads whose attention is an output, and the precision."""

    heads: int
    alignment: Alignment
    precision: Precision


class _Graph(OnnxGraph):
    """One of the two graphs so far."""

    def __init__(self, name: str, weights: Weights, plan: Plan) -> None:
        super().__init__(name)
        self.weights = weights
        self.plan = plan
        self.width: int = weights.matrices[EMBEDDINGS].values.shape[1]

    def vector(self, name: str) -> str:
        return self.constant(name, self.weights.vectors[name])

    def normalize(self, source: str, name: str) -> str:
        scale, bias = self.vector(f"{name}_ln_scale"), self.vector(f"{name}_ln_bias")
        return self.layer_norm(source, scale, bias, f"{name}.normal", EPSILON)

    def linear(self, source: str, *names: str, biases: tuple[str | None, ...]) -> str:
        """Add linear layers with the same input as one, with their outputs side by side."""
        matrices = [self.weights.matrices[name] for name in names]
        name, widths = "+".join(names), [matrix.values.shape[1] for matrix in matrices]
        whole = np.concatenate([matrix.values for matrix in matrices], axis=1)
        scale = np.repeat([matrix.scale for matrix in matrices], widths)
        if self.plan.precision == "fp32":
            product = self.node("MatMul", [source, self.constant(name, whole * scale)], f"{name}.product")
        else:
            stored = self.constant(f"{name}.whole", whole), self.constant(f"{name}.scale", scale)
            product = self.int8_product(source, *stored, name)
        parts = [
            np.zeros(width, np.float32) if bias is None else self.weights.vectors[bias]
            for width, bias in zip(widths, biases, strict=True)
        ]
        bias = self.constant("+".join(bias or "" for bias in biases), np.concatenate(parts))
        return self.node("Add", [product, bias], f"{name}.biased")

    def embed(self, tokens: str) -> str:
        """Look up the embeddings of ``tokens``, without their positions."""
        matrix, unit = self.weights.matrices[EMBEDDINGS], np.float32(math.sqrt(self.width))
        if self.plan.precision == "fp32":
            table = self.constant(EMBEDDINGS, matrix.values * matrix.scale)
            found = self.node("Gather", [table, tokens], "embeddings.found")
        else:
            self.constant(f"{EMBEDDINGS}.scale", matrix.scale)
            unit *= matrix.scale
            whole = self.constant(f"{EMBEDDINGS}.whole", matrix.values)
            found = self.cast(self.node("Gather", [whole, tokens], "embeddings.whole"), "embeddings.found")
        return self.node("Mul", [found, self.constant("embeddings.unit", unit)], "embeddings")

    def place(self, embedded: str, positions: str) -> str:
        """Add the encoding of ``positions``, [n, 1], to embeddings: sines first, then cosines."""
        half = self.width // 2
        speeds = np.exp(np.arange(half) * -(math.log(10000) / (half - 1))).astype(np.float32)
        angles = self.node("Mul", [positions, self.constant("speeds", speeds)], "angles")
        waves = [self.node("Sin", [angles], "sines"), self.node("Cos", [angles], "cosines")]
        return self.node("Add", [embedded, self.node("Concat", waves, "waves", axis=LAST)], "placed")

    def feed(self, source: str, layer: str) -> str:
        """Add the feed-forward block at the end of each layer, and its norm."""
        wide = self.linear(source, f"{layer}_ffn_W1", biases=(f"{layer}_ffn_b1",))
        narrow = self.linear(self.node("Relu", [wide], f"{layer}.wide"), f"{layer}_ffn_W2", biases=(f"{layer}_ffn_b2",))
        return self.normalize(self.node("Add", [source, narrow], f"{layer}.sum"), f"{layer}_ffn_ffn")

    def cut(self, name: str, source: str, widths: list[int]) -> list[str]:
        """Cut the last axis of ``source`` into pieces of ``widths``."""
        pieces = [f"{name}.{number}" for number in range(len(widths))]
        self.node("Split", [source, self.integers(f"{name}.widths", *widths)], pieces, axis=LAST)
        return pieces

    def heads(self, source: str) -> str:
        return self.split_heads(source, self.plan.heads, self.width // self.plan.heads, [0, 2, 1, 3])

    def keys(self, source: str, output: str) -> str:
        """Cut keys into heads, transpose them, and divide them by the root of their width, as attention wants."""
        narrow = self.width // self.plan.heads
        root = self.constant("shrink", np.float32(narrow**-0.5))
        return self.node("Mul", [self.split_heads(source, self.plan.heads, narrow, [0, 2, 3, 1]), root], output)

    def add_attended(self, mixed: str, before: str, name: str) -> str:
        """Join the heads, with the linear layer and the norm that follow."""
        output = self.linear(self.join_heads(mixed, self.width), f"{name}_Wo", biases=(f"{name}_bo",))
        return self.normalize(self.node("Add", [before, output], f"{name}.sum"), f"{name}_Wo")

    def declare_memory(self, declare: Callable[[str, int, Sequence[int | str]], str]) -> None:
        """Declare the keys and values of the source as inputs or outputs."""
        heads, narrow = self.plan.heads, self.width // self.plan.heads
        for number in range(1, _depth(self.weights, "decoder") + 1):
            declare(f"keys.{number}", FLOAT, [1, heads, narrow, "source"])
            declare(f"values.{number}", FLOAT, [1, heads, "source", narrow])


def build(weights: Weights, plan: Plan) -> tuple[bytes, bytes]:
    """Return the encoder and the decoder. Raises :class:`WeightsError` when a tensor is missing or of another shape."""
    with checked_weights():
        return _encoder(weights, plan), _decoder(weights, plan)


def _depth(weights: Weights, side: str) -> int:
    layers = 0
    while f"{side}_l{layers + 1}_ffn_W1" in weights.matrices:
        layers += 1
    return layers


def _encoder(weights: Weights, plan: Plan) -> bytes:
    graph = _Graph("encoder", weights, plan)
    tokens = graph.input("tokens", INT64, [1, "source"])
    length = graph.node("Squeeze", [graph.node("Shape", [tokens], "length", start=1)], "length.flat")
    begin, step = graph.constant("begin", np.int64(0)), graph.constant("step", np.int64(1))
    count = graph.cast(graph.node("Range", [begin, length, step], "count"), "count.float")
    positions = graph.node("Unsqueeze", [count, graph.integers("one", 1)], "positions")
    hidden = graph.place(graph.embed(tokens), positions)
    for number in range(1, _depth(weights, "encoder") + 1):
        hidden = _encoder_layer(graph, f"encoder_l{number}", hidden)
    graph.node("Identity", [hidden], "hidden")
    graph.output("hidden", FLOAT, [1, "source", graph.width])
    _add_memory(graph)
    return graph.model.SerializeToString()


def _encoder_layer(graph: _Graph, layer: str, hidden: str) -> str:
    name = f"{layer}_self"
    joint = graph.linear(hidden, *(f"{name}_W{one}" for one in "qkv"), biases=tuple(f"{name}_b{one}" for one in "qkv"))
    query, key, value = graph.cut(name, joint, [graph.width] * 3)
    keys = graph.keys(key, f"{key}.small")
    mixed, _ = graph.attend(graph.heads(query), keys, graph.heads(value), name)
    return graph.feed(graph.add_attended(mixed, hidden, name), layer)


def _add_memory(graph: _Graph) -> None:
    """Add what the decoder's attention needs of the source, computed once per sentence."""
    depth = _depth(graph.weights, "decoder")
    names = [f"decoder_l{number}_context" for number in range(1, depth + 1)]
    joint = graph.linear(
        "hidden",
        *(f"{name}_W{one}" for name in names for one in "kv"),
        biases=tuple(f"{name}_b{one}" for name in names for one in "kv"),
    )
    pieces = graph.cut("memory", joint, [graph.width] * 2 * depth)
    for number in range(1, depth + 1):
        key, value = pieces[2 * number - 2 : 2 * number]
        graph.keys(key, f"keys.{number}")
        graph.node("Identity", [graph.heads(value)], f"values.{number}")
    graph.declare_memory(graph.output)


def _decoder(weights: Weights, plan: Plan) -> bytes:
    graph = _Graph("decoder", weights, plan)
    token = graph.input("token", INT64, [1, 1])
    position = graph.input("position", FLOAT, [1, 1, 1])
    # The first decoder step has no token before it, so its embedding is zero.
    zero = graph.integers("nothing", 0)
    there = graph.cast(graph.node("GreaterOrEqual", [token, zero], "there"), "there.float")
    embedded = graph.embed(graph.node("Max", [token, zero], "token.there"))
    x = graph.place(graph.node("Mul", [embedded, there], "before"), position)
    shares = ""
    for number in range(1, _depth(weights, "decoder") + 1):
        x, shares = _decoder_layer(graph, number, x)
    graph.declare_memory(graph.input)
    _add_choice(graph, x)
    _add_attention(graph, shares)
    return graph.model.SerializeToString()


def _decoder_layer(graph: _Graph, number: int, x: str) -> tuple[str, str]:
    layer = f"decoder_l{number}"
    before = graph.input(f"state.{number}", FLOAT, [1, 1, graph.width])
    joint = graph.linear(x, f"{layer}_rnn_Wf", f"{layer}_rnn_W", biases=(f"{layer}_rnn_bf", None))
    gate, new = graph.cut(f"{layer}_rnn", joint, [graph.width] * 2)
    forget = graph.node("Sigmoid", [gate], f"{layer}.forget")
    # c = f·c + (1 - f)·x, written as x + f·(c - x).
    change = graph.node("Mul", [forget, graph.node("Sub", [before, new], f"{layer}.off")], f"{layer}.change")
    state = graph.node("Add", [new, change], f"state.{number}.next")
    graph.output(state, FLOAT, [1, 1, graph.width])
    total = graph.node("Add", [x, graph.node("Relu", [state], f"{layer}.cell")], f"{layer}_rnn.sum")
    x = graph.normalize(total, f"{layer}_rnn_ffn")
    name = f"{layer}_context"
    query = graph.heads(graph.linear(x, f"{name}_Wq", biases=(f"{name}_bq",)))
    mixed, shares = graph.attend(query, f"keys.{number}", f"values.{number}", name)
    return graph.feed(graph.add_attended(mixed, x, name), layer), shares


def _add_attention(graph: _Graph, shares: str) -> None:
    if graph.plan.alignment == "first head":
        seen = graph.node("Gather", [shares, graph.constant("first", np.int64(0))], "attention.head", axis=1)
    else:
        seen = graph.node("ReduceMean", [shares, graph.integers("over heads", 1)], "attention.mean", keepdims=0)
    graph.node("Reshape", [seen, graph.integers("flat", -1)], "attention")
    graph.output("attention", FLOAT, ["source"])


def _add_choice(graph: _Graph, x: str) -> None:
    """Add the logits of the whole vocabulary, and the best three with their scores from the softmax."""
    bias = graph.weights.vectors[OUTPUT_BIAS].copy()
    bias[UNKNOWN] = NEVER
    int8 = graph.plan.precision == "int8"
    # Transposed when the model is opened, so that the file holds the table once.
    turned = graph.node("Transpose", [f"{EMBEDDINGS}.whole" if int8 else EMBEDDINGS], "output", perm=[1, 0])
    if int8:
        product = graph.int8_product(x, turned, f"{EMBEDDINGS}.scale", "logits")
    else:
        product = graph.node("MatMul", [x, turned], "logits.product")
    logits = graph.node("Add", [product, graph.constant(OUTPUT_BIAS, bias)], "logits")
    flat = graph.node("Reshape", [logits, graph.integers("flat", -1)], "logits.flat")
    graph.node("TopK", [flat, graph.integers("three", BEST)], ["highest", "best"], axis=LAST)
    total = graph.node("ReduceLogSumExp", [flat], "logits.total", keepdims=1)
    graph.node("Exp", [graph.node("Sub", ["highest", total], "best.share")], "scores")
    graph.output("best", INT64, [BEST])
    graph.output("scores", FLOAT, [BEST])


def read_back(encoder: bytes, decoder: bytes) -> Weights:
    """Return the weights that two 8-bit graphs were built from. Raises :class:`WeightsError` for other graphs."""
    matrices: dict[str, Matrix] = {}
    vectors: dict[str, Array] = {}
    for data in (encoder, decoder):
        try:
            graph = onnx.load_model_from_string(data).graph
        except DecodeError as error:
            raise WeightsError("The file isn't an ONNX model.") from error
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
    # One scale for all columns, or one for each.
    scales = np.broadcast_to(tensors[f"{name}.scale"], array.shape[1])
    pieces = zip(names, np.split(array, len(names), axis=1), np.split(scales, len(names)), strict=True)
    return {one: Matrix(piece, np.float32(scale[0])) for one, piece, scale in pieces}
