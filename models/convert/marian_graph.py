"""Build the ONNX graphs of a translation model from its weights: one that reads, and one that writes a token at a time.

The network is Marian's small Transformer: post-norm layers (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762) and
a decoder whose memory of what it wrote is one vector a layer, the SSRU (Kim et al. 2019, "From Research to Production
and Back"). Embeddings are shared by both languages and the output.

Encoder: ``tokens`` int64 [1, source] → ``hidden`` float32 [1, source, width], and for each decoder layer n what its
attention needs of it, ``keys.n`` [1, heads, width/heads, source] and ``values.n`` [1, heads, source, width/heads].
Decoder: ``token`` int64 [1, 1], the one written last (-1: none), its ``position`` float32 [1, 1, 1], ``state.n`` [1, 1,
width] (zeros at first), the keys and values → ``best`` int64 [3] and their ``scores`` [3], the softmax over the whole
vocabulary; ``attention`` [source], adding up to one; ``state.n.next``.

In 8 bits the weights are the very numbers of the file; activations are made uint8 as they come. The float32 form holds
the same values multiplied out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..errors import WeightsError

if TYPE_CHECKING:
    import numpy.typing as npt
    import onnx

    from .marian import Matrix, Weights

    Array = npt.NDArray[Any]

# Change this number with the graphs, so that caches built by an older recipe are built again.
RECIPE = 1
OPSET = 20
IR_VERSION = 9
EPSILON = 1e-6
EMBEDDINGS, OUTPUT_BIAS = "Wemb", "decoder_ff_logit_out_b"
END, UNKNOWN = 0, 1
BEST = 3
# The bias that keeps a token from ever being chosen.
NEVER = -1e9
LAST = -1
_FLOAT, _INT64 = 1, 7  # onnx.TensorProto

Precision = Literal["int8", "fp32"]
Alignment = Literal["first head", "mean of heads"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to build: the number of attention heads, the heads whose attention is shown, and the kind of numbers."""

    heads: int
    alignment: Alignment
    precision: Precision


@dataclass(frozen=True, slots=True, eq=False)
class Graphs:
    """The two halves of a model, as the bytes of ONNX files."""

    encoder: bytes
    decoder: bytes


@dataclass
class _Graph:
    """The nodes and constants so far."""

    weights: Weights
    plan: Plan
    nodes: list[onnx.NodeProto] = field(default_factory=list["onnx.NodeProto"])
    constants: dict[str, Array] = field(default_factory=dict[str, Any])
    quantised: set[str] = field(default_factory=set[str])

    @property
    def width(self) -> int:
        return self.weights.matrices[EMBEDDINGS].values.shape[1]

    def node(self, operator: str, inputs: list[str], output: str | list[str], **attributes: Any) -> str:
        from onnx import helper

        outputs = [output] if isinstance(output, str) else output
        self.nodes.append(helper.make_node(operator, inputs, outputs, name=outputs[0], **attributes))
        return outputs[0]

    def constant(self, name: str, value: Any) -> str:
        self.constants[name] = np.asarray(value)
        return name

    def vector(self, name: str) -> str:
        return self.constant(name, self.weights.vectors[name])

    def normalise(self, source: str, name: str) -> str:
        """Add a layer normalisation."""
        inputs = [source, self.vector(f"{name}_ln_scale"), self.vector(f"{name}_ln_bias")]
        return self.node("LayerNormalization", inputs, f"{name}.normal", axis=LAST, epsilon=EPSILON)

    def linear(self, source: str, *names: str, biases: tuple[str | None, ...]) -> str:
        """Add linear layers with the same input as one: their outputs come side by side."""
        matrices = [self.weights.matrices[name] for name in names]
        name = "+".join(names)
        product = self._product_of(source, name, matrices)
        parts = [
            np.zeros(one.values.shape[1], np.float32) if bias is None else self.weights.vectors[bias]
            for one, bias in zip(matrices, biases, strict=True)
        ]
        bias = self.constant("+".join(bias or "" for bias in biases), np.concatenate(parts))
        return self.node("Add", [product, bias], f"{name}.biased")

    def _product_of(self, source: str, name: str, matrices: list[Matrix]) -> str:
        if self.plan.precision == "fp32":
            real = np.concatenate([_real(one) for one in matrices], axis=1)
            return self.node("MatMul", [source, self.constant(name, real)], f"{name}.out")
        whole = self.constant(f"{name}.whole", np.concatenate([one.values for one in matrices], axis=1))
        scale = np.concatenate([np.full(one.values.shape[1], one.scale, np.float32) for one in matrices])
        return self.product(source, name, whole, self.constant(f"{name}.scale", scale))

    def product(self, source: str, name: str, whole: str, scale: str) -> str:
        """Add a product of 8-bit numbers, scaled back to float32."""
        parts = [f"{source}.{part}" for part in ("whole", "scale", "zero")]
        if source not in self.quantised:
            self.quantised.add(source)
            self.node("DynamicQuantizeLinear", [source], parts)
        sums = self.node("MatMulInteger", [parts[0], whole, parts[2]], f"{name}.sums")
        unit = self.node("Mul", [parts[1], scale], f"{name}.unit")
        return self.node("Mul", [self.node("Cast", [sums], f"{name}.float", to=_FLOAT), unit], f"{name}.out")

    def embed(self, tokens: str) -> str:
        """Add the embeddings of ``tokens``, without their positions."""
        matrix = self.weights.matrices[EMBEDDINGS]
        root = math.sqrt(self.width)
        if self.plan.precision == "fp32":
            found = self.node("Gather", [self.constant(EMBEDDINGS, _real(matrix)), tokens], "embeddings.found")
            return self.node("Mul", [found, self.constant("root", np.float32(root))], "embeddings")
        found = self.node("Gather", [self.constant(f"{EMBEDDINGS}.whole", matrix.values), tokens], "embeddings.found")
        self.constant(f"{EMBEDDINGS}.scale", matrix.scale)
        unit = self.constant("embeddings.unit", np.float32(matrix.scale * root))
        return self.node("Mul", [self.node("Cast", [found], "embeddings.float", to=_FLOAT), unit], "embeddings")

    def place(self, embedded: str, positions: str) -> str:
        """Add the signal of ``positions``, [n, 1], to embeddings: sines first, cosines behind them."""
        half = self.width // 2
        speeds = np.exp(np.arange(half) * -(math.log(10000) / (half - 1))).astype(np.float32)
        angles = self.node("Mul", [positions, self.constant("speeds", speeds)], "angles")
        waves = [self.node("Sin", [angles], "sines"), self.node("Cos", [angles], "cosines")]
        return self.node("Add", [embedded, self.node("Concat", waves, "waves", axis=LAST)], "placed")

    def feed(self, source: str, layer: str) -> str:
        """Add the two linear layers that each layer ends with, and their norm."""
        wide = self.linear(source, f"{layer}_ffn_W1", biases=(f"{layer}_ffn_b1",))
        narrow = self.linear(self.node("Relu", [wide], f"{layer}.wide"), f"{layer}_ffn_W2", biases=(f"{layer}_ffn_b2",))
        return self.normalise(self.node("Add", [source, narrow], f"{layer}.sum"), f"{layer}_ffn_ffn")

    def cut(self, name: str, source: str, widths: list[int]) -> list[str]:
        """Cut the last side of ``source`` into pieces of ``widths``."""
        pieces = [f"{name}.{number}" for number in range(len(widths))]
        self.node("Split", [source, self.constant(f"{name}.widths", np.array(widths, np.int64))], pieces, axis=LAST)
        return pieces

    def heads(self, source: str, order: list[int]) -> str:
        """Cut a [1, n, width] tensor into heads: [1, n, heads, width/heads], its sides then put into ``order``."""
        shape = self.constant("heads", np.array([0, 0, self.plan.heads, self.width // self.plan.heads], np.int64))
        cut = self.node("Reshape", [source, shape], f"{source}.cut")
        return self.node("Transpose", [cut], f"{source}.heads", perm=order)

    def shrunk(self, source: str) -> str:
        """Divide keys by the root of their width, as attention wants it."""
        root = self.constant("shrink", np.float32((self.width // self.plan.heads) ** -0.5))
        return self.node("Mul", [source, root], f"{source}.small")


def build(weights: Weights, plan: Plan) -> Graphs:
    """Return the two graphs. Raises :class:`WeightsError` when a tensor is missing or of another shape."""
    try:
        return Graphs(_encoder(weights, plan), _decoder(weights, plan))
    except KeyError as error:
        raise WeightsError(f"The weights lack the tensor {error}.") from error
    except ValueError as error:
        raise WeightsError("The weights have tensors that do not fit together.") from error


def _depth(weights: Weights, side: str) -> int:
    layers = 0
    while f"{side}_l{layers + 1}_ffn_W1" in weights.matrices:
        layers += 1
    return layers


def _real(matrix: Matrix) -> Array:
    return matrix.values.astype(np.float32) * matrix.scale


def _encoder(weights: Weights, plan: Plan) -> bytes:
    graph = _Graph(weights, plan)
    length = graph.node("Shape", ["tokens"], "length", start=1)
    one = graph.constant("one", np.array([1], np.int64))
    flat = graph.node("Squeeze", [length], "length.flat")
    count = graph.node(
        "Range", [graph.constant("begin", np.int64(0)), flat, graph.constant("step", np.int64(1))], "count"
    )
    tall = graph.node("Unsqueeze", [graph.node("Cast", [count], "count.float", to=_FLOAT), one], "positions")
    hidden = graph.place(graph.embed("tokens"), tall)
    depth = _depth(weights, "encoder")
    for number in range(1, depth + 1):
        hidden = _encoder_layer(graph, f"encoder_l{number}", hidden)
    graph.node("Identity", [hidden], "hidden")
    outputs = {"hidden": (_FLOAT, [1, "source", graph.width])} | _add_memory(graph)
    return _model(graph, "encoder", {"tokens": (_INT64, [1, "source"])}, outputs)


def _encoder_layer(graph: _Graph, layer: str, hidden: str) -> str:
    name = f"{layer}_self"
    joint = graph.linear(hidden, *(f"{name}_W{one}" for one in "qkv"), biases=tuple(f"{name}_b{one}" for one in "qkv"))
    query, key, value = graph.cut(name, joint, [graph.width] * 3)
    keys = graph.shrunk(graph.heads(key, [0, 2, 3, 1]))
    mixed, _ = _attend(graph, name, graph.heads(query, [0, 2, 1, 3]), keys, graph.heads(value, [0, 2, 1, 3]))
    together = graph.node("Transpose", [mixed], f"{name}.together", perm=[0, 2, 1, 3])
    return graph.feed(_joined(graph, name, together, hidden), layer)


def _attend(graph: _Graph, name: str, query: str, keys: str, values: str) -> tuple[str, str]:
    """Add attention; return what was gathered, and the shares, [1, heads, n, source]."""
    shares = graph.node("Softmax", [graph.node("MatMul", [query, keys], f"{name}.alike")], f"{name}.shares", axis=LAST)
    return graph.node("MatMul", [shares, values], f"{name}.mixed"), shares


def _joined(graph: _Graph, name: str, gathered: str, before: str) -> str:
    """Join the heads again, with the layer after them and the norm."""
    shape = graph.constant("joined", np.array([1, -1, graph.width], np.int64))
    joined = graph.node("Reshape", [gathered, shape], f"{name}.joined")
    output = graph.linear(joined, f"{name}_Wo", biases=(f"{name}_bo",))
    return graph.normalise(graph.node("Add", [before, output], f"{name}.sum"), f"{name}_Wo")


Sides = dict[str, tuple[int, list[Any]]]


def _add_memory(graph: _Graph) -> Sides:
    """Add what the decoder's attention needs of the source, computed once a sentence; return it with its shapes."""
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
        graph.node("Identity", [graph.shrunk(graph.heads(key, [0, 2, 3, 1]))], f"keys.{number}")
        graph.node("Identity", [graph.heads(value, [0, 2, 1, 3])], f"values.{number}")
    return _memory_sides(graph)


def _memory_sides(graph: _Graph) -> Sides:
    heads, narrow = graph.plan.heads, graph.width // graph.plan.heads
    sides: Sides = {}
    for number in range(1, _depth(graph.weights, "decoder") + 1):
        sides[f"keys.{number}"] = (_FLOAT, [1, heads, narrow, "source"])
        sides[f"values.{number}"] = (_FLOAT, [1, heads, "source", narrow])
    return sides


def _decoder(weights: Weights, plan: Plan) -> bytes:
    graph = _Graph(weights, plan)
    zero = graph.constant("nothing", np.array([[0]], np.int64))
    there = graph.node("Cast", [graph.node("GreaterOrEqual", ["token", zero], "there")], "there.float", to=_FLOAT)
    # Before the first token there is none, whose embedding is zero.
    embedded = graph.node("Mul", [graph.embed(graph.node("Max", ["token", zero], "token.there")), there], "before")
    x = graph.place(embedded, "position")
    depth = _depth(weights, "decoder")
    shares = ""
    for number in range(1, depth + 1):
        x, shares = _decoder_layer(graph, number, x)
    _add_attention(graph, shares)
    _add_choice(graph, x)
    state = {f"state.{number}": (_FLOAT, [1, 1, graph.width]) for number in range(1, depth + 1)}
    inputs: Sides = {"token": (_INT64, [1, 1]), "position": (_FLOAT, [1, 1, 1]), **state, **_memory_sides(graph)}
    outputs: Sides = {"best": (_INT64, [BEST]), "scores": (_FLOAT, [BEST]), "attention": (_FLOAT, ["source"])}
    return _model(graph, "decoder", inputs, outputs | {f"{name}.next": sides for name, sides in state.items()})


def _decoder_layer(graph: _Graph, number: int, x: str) -> tuple[str, str]:
    layer = f"decoder_l{number}"
    joint = graph.linear(x, f"{layer}_rnn_Wf", f"{layer}_rnn_W", biases=(f"{layer}_rnn_bf", None))
    gate, new = graph.cut(f"{layer}_rnn", joint, [graph.width] * 2)
    forget = graph.node("Sigmoid", [gate], f"{layer}.forget")
    # c = f·c + (1 - f)·x, written as x + f·(c - x).
    change = graph.node("Mul", [forget, graph.node("Sub", [f"state.{number}", new], f"{layer}.off")], f"{layer}.change")
    state = graph.node("Add", [new, change], f"state.{number}.next")
    total = graph.node("Add", [x, graph.node("Relu", [state], f"{layer}.cell")], f"{layer}_rnn.sum")
    x = graph.normalise(total, f"{layer}_rnn_ffn")
    name = f"{layer}_context"
    query = graph.heads(graph.linear(x, f"{name}_Wq", biases=(f"{name}_bq",)), [0, 2, 1, 3])
    mixed, shares = _attend(graph, name, query, f"keys.{number}", f"values.{number}")
    return graph.feed(_joined(graph, name, mixed, x), layer), shares


def _add_attention(graph: _Graph, shares: str) -> None:
    flat = graph.constant("flat", np.array([-1], np.int64))
    if graph.plan.alignment == "first head":
        seen = graph.node("Gather", [shares, graph.constant("first", np.int64(0))], "attention.head", axis=1)
    else:
        axes = graph.constant("over heads", np.array([1], np.int64))
        seen = graph.node("ReduceMean", [shares, axes], "attention.mean", keepdims=0)
    graph.node("Reshape", [seen, flat], "attention")


def _add_choice(graph: _Graph, x: str) -> None:
    """Add the logits of the whole vocabulary, their best three and those three's share of the softmax."""
    matrix = graph.weights.matrices[EMBEDDINGS]
    bias = graph.weights.vectors[OUTPUT_BIAS].copy()
    bias[UNKNOWN] = NEVER
    graph.constant(OUTPUT_BIAS, bias)
    table = f"{EMBEDDINGS}.whole" if graph.plan.precision == "int8" else EMBEDDINGS
    # Turned over when the model is opened: in the file the table stands once.
    turned = graph.node("Transpose", [table], "output", perm=[1, 0])
    if graph.plan.precision == "int8":
        product = graph.product(x, "logits", turned, graph.constant(f"{EMBEDDINGS}.scale", matrix.scale))
    else:
        product = graph.node("MatMul", [x, turned], "logits.out")
    logits = graph.node("Add", [product, OUTPUT_BIAS], "logits")
    flat = graph.node("Reshape", [logits, "flat"], "logits.flat")
    best = graph.constant("three", np.array([BEST], np.int64))
    graph.node("TopK", [flat, best], ["highest", "best"], axis=LAST)
    total = graph.node("ReduceLogSumExp", [flat], "logits.total", keepdims=1)
    graph.node("Exp", [graph.node("Sub", ["highest", total], "best.share")], "scores")


def _model(graph: _Graph, name: str, inputs: Sides, outputs: Sides) -> bytes:
    from onnx import helper, numpy_helper

    body = helper.make_graph(
        graph.nodes,
        name,
        [helper.make_tensor_value_info(one, *sides) for one, sides in inputs.items()],
        [helper.make_tensor_value_info(one, *sides) for one, sides in outputs.items()],
        [numpy_helper.from_array(np.ascontiguousarray(array), one) for one, array in graph.constants.items()],
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return model.SerializeToString()
