"""Build the ONNX graph of a small Llama-style language model, with a KV cache, from its GGUF file.

The network is that of Touvron et al. 2023 (https://arxiv.org/abs/2302.13971) with grouped-query attention (Ainslie et
al. 2023, https://arxiv.org/abs/2305.13245) and an output layer that shares the embedding's numbers, as SmolLM2 has it.
Weights are 8-bit, one scale for each 32 of a row; `"fp32"` leaves them as they are, to compare with.

Inputs: ``input_ids`` int64 [1, new], the tokens that are new; ``length`` int32 [1], how many tokens there are then, the
cached ones included; ``past.N.key`` and ``past.N.value`` float32 [1, KV heads, room, width of a head] for each layer.
Outputs: ``logits`` float32 [1, 1, vocabulary] for the token after the last, and ``present.N.key`` and ``.value``, which
may be the very memory of the past ones. The tokenizer's JSON and the control tokens' ids travel in the metadata.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..errors import WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    import onnx

    from .gguf_file import Gguf

    Float32 = npt.NDArray[np.float32]

Precision = Literal["int8", "fp32"]

# Change this number with the graph, so that caches built by an older recipe are built again.
RECIPE = 1
OPSET = 17
IR_VERSION = 9
BLOCK = 32
# How many rows are made 8-bit at a time, so that little memory is needed.
ROWS = 1024
# int8 sums inside the runtime's own kernel: twice as fast as float sums here.
INT8_SUMS = 4
RUNTIME = "com.microsoft"
# The tokens' kind that stands for things outside of text, such as its end.
CONTROL = 3
# onnx.TensorProto's numbers.
_FLOAT, _INT32, _INT64 = 1, 6, 7
_TYPES = {"float32": _FLOAT, "uint8": 2, "int32": _INT32, "int64": _INT64}


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a network is, by the names that GGUF gives to its parts."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    context: int
    epsilon: float
    rope_base: float

    @property
    def head_width(self) -> int:
        """Numbers of one head."""
        return self.width // self.heads

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Shape:
        """Read it from a GGUF file's metadata. Raises `WeightsError` when something is missing."""
        try:
            return cls(
                layers=int(metadata["llama.block_count"]),
                width=int(metadata["llama.embedding_length"]),
                heads=int(metadata["llama.attention.head_count"]),
                kv_heads=int(metadata["llama.attention.head_count_kv"]),
                context=int(metadata["llama.context_length"]),
                epsilon=float(metadata["llama.attention.layer_norm_rms_epsilon"]),
                rope_base=float(metadata["llama.rope.freq_base"]),
            )
        except KeyError as error:
            raise WeightsError(f"The weights do not say their {error}.") from error


def build(gguf: Gguf, context: int, precision: Precision = "int8") -> onnx.ModelProto:
    """Return the graph for texts of up to `context` tokens. Raises `WeightsError` when something is missing."""
    from onnx import ModelProto, helper

    shape = Shape.of(gguf.metadata)
    # The parts go straight into the model: each list that is copied into another holds all weights once more.
    model = ModelProto(ir_version=IR_VERSION, graph={"name": "language-model"})
    model.opset_import.extend([helper.make_opsetid("", OPSET), helper.make_opsetid(RUNTIME, 1)])
    graph = _Graph(gguf.tensors, precision, model.graph)
    try:
        _add_layers(graph, shape, _add_embedding(graph, shape, min(context, shape.context)))
        tokenizer, control = read_tokenizer(gguf.metadata)
    except KeyError as error:
        raise WeightsError(f"The weights lack {error}.") from error
    helper.set_model_props(model, {"tokenizer": tokenizer, "control": json.dumps(control)})
    return model


class _Graph:
    """The graph `body`, and what adds to it."""

    def __init__(self, weights: Mapping[str, Float32], precision: Precision, body: onnx.GraphProto) -> None:
        self.weights = weights
        self.precision = precision
        self.body = body
        # The vocabulary's size and the width of a word, once it is there.
        self.words: tuple[int, ...] = ()

    def node(
        self,
        operator: str,
        inputs: Sequence[str],
        output: str | Sequence[str],
        domain: str = "",
        **attributes: Any,
    ) -> str:
        from onnx import helper

        outputs = [output] if isinstance(output, str) else list(output)
        made = helper.make_node(operator, inputs, outputs, name=outputs[0], domain=domain, **attributes)
        self.body.node.append(made)
        return outputs[0]

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        tensor = self.body.initializer.add(name=name, dims=value.shape, data_type=_TYPES[value.dtype.name])
        tensor.raw_data = value.tobytes()
        return name

    def input(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        from onnx import helper

        self.body.input.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, shape: Sequence[int | str]) -> str:
        from onnx import helper

        self.body.output.append(helper.make_tensor_value_info(name, _FLOAT, shape))
        return name

    def linear(self, source: str, name: str, weight: Float32, output: str) -> str:
        """Multiply by `weight`, float32 [out, in]."""
        if self.precision == "fp32":
            return self.node("MatMul", [source, self.constant(name, weight.T)], output)
        whole, scale = quantise(weight)
        self.constant(f"{name}.whole", whole)
        self.constant(f"{name}.scale", scale.reshape(-1))
        return self._matmul(source, name, weight.shape, output)

    def _matmul(self, source: str, name: str, shape: tuple[int, ...], output: str) -> str:
        return self.node(
            "MatMulNBits",
            [source, f"{name}.whole", f"{name}.scale"],
            output,
            RUNTIME,
            K=shape[1],
            N=shape[0],
            bits=8,
            block_size=BLOCK,
            accuracy_level=INT8_SUMS,
        )

    def look_up(self, source: str, weight: Float32) -> str:
        """Look the tokens' rows of `weight` up; the same numbers serve `add_logits`."""
        self.words = weight.shape
        if self.precision == "fp32":
            self.constant("words", weight)
            self.constant("words.turned", weight.T)
            return self.node("Gather", ["words", source], "words.found")
        whole, scale = quantise(weight)
        self.constant("words.whole", whole)
        self.constant("words.scale", scale.reshape(-1))
        self.constant("words.units", scale[..., None])
        found = self.node("Gather", ["words.whole", source], "words.rows")
        middle = self.constant("words.middle", np.array(128, np.float32))
        signed = self.node("Sub", [self.node("Cast", [found], "words.float", to=_FLOAT), middle], "words.signed")
        unit = self.node("Gather", ["words.units", source], "words.unit")
        real = self.node("Mul", [signed, unit], "words.real")
        self.constant("words.shape", np.array([0, 0, weight.shape[1]], np.int64))
        return self.node("Reshape", [real, "words.shape"], "words.found")

    def add_logits(self, source: str) -> None:
        """Score every word of the vocabulary."""
        if self.precision == "fp32":
            self.node("MatMul", [source, "words.turned"], "logits")
        else:
            self._matmul(source, "words", self.words, "logits")


def quantise(weight: Float32) -> tuple[npt.NDArray[np.uint8], Float32]:
    """Return `weight` [out, in] as uint8 [out, blocks, 32] around 128, and its scales, float32 [out, blocks]."""
    blocks = weight.reshape(len(weight), -1, BLOCK)
    whole = np.empty(blocks.shape, np.uint8)
    scale = np.empty(blocks.shape[:2], np.float32)
    for start in range(0, len(blocks), ROWS):
        rows = blocks[start : start + ROWS]
        largest = np.maximum(rows.max(axis=-1), -rows.min(axis=-1))
        unit = np.where(largest > 0, largest, 1) / np.float32(127)
        whole[start : start + ROWS] = np.rint(rows / unit[..., None]) + 128
        scale[start : start + ROWS] = unit
    return whole, scale


def _halves(weight: Float32, heads: int) -> Float32:
    """Return the rows of a query or key layer in the order of the runtime's rotary embedding.

    GGUF has the two numbers that are turned together side by side; the runtime wants all first ones, then all second.
    """
    rows, columns = weight.shape
    pairs = weight.reshape(heads, rows // heads // 2, 2, columns)
    return pairs.swapaxes(1, 2).reshape(rows, columns)


def _add_embedding(graph: _Graph, shape: Shape, context: int) -> str:
    graph.input("input_ids", _INT64, [1, "new"])
    graph.input("length", _INT32, [1])
    hidden = graph.look_up("input_ids", graph.weights["token_embd.weight"])
    graph.output("logits", [1, 1, graph.words[0]])
    turns = np.arange(0, shape.head_width, 2) / shape.head_width
    angles = np.arange(context)[:, None] / shape.rope_base**turns
    graph.constant("cosine", np.cos(angles).astype(np.float32))
    graph.constant("sine", np.sin(angles).astype(np.float32))
    graph.node("Sub", ["length", graph.constant("one", np.array([1], np.int32))], "place")
    graph.node("Squeeze", ["length"], "total")
    return hidden


def _add_layers(graph: _Graph, shape: Shape, hidden: str) -> None:
    first = graph.constant("norm.0", graph.weights["blk.0.attn_norm.weight"])
    normal = graph.node(
        "SimplifiedLayerNormalization", [hidden, first], "normal.0", axis=-1, epsilon=shape.epsilon, stash_type=1
    )
    for number in range(shape.layers):
        attended = _add_attention(graph, shape, number, normal)
        normal, hidden = _add_norm(graph, shape, f"middle.{number}", hidden, attended, f"blk.{number}.ffn_norm.weight")
        wide = _add_feed_forward(graph, number, normal)
        last = number + 1 == shape.layers
        norm = "output_norm.weight" if last else f"blk.{number + 1}.attn_norm.weight"
        normal, hidden = _add_norm(graph, shape, f"layer.{number}", hidden, wide, norm, last=last)
    graph.constant("final", np.array([-1], np.int64))
    graph.add_logits(graph.node("Gather", [normal, "final"], "last", axis=1))


def _add_attention(graph: _Graph, shape: Shape, number: int, source: str) -> str:
    layer = f"blk.{number}"
    together = np.concatenate(
        [
            _halves(graph.weights[f"{layer}.attn_q.weight"], shape.heads),
            _halves(graph.weights[f"{layer}.attn_k.weight"], shape.kv_heads),
            graph.weights[f"{layer}.attn_v.weight"],
        ]
    )
    mixed = graph.linear(source, f"{layer}.qkv", together, f"{layer}.together")
    sizes = [1, shape.kv_heads, "room", shape.head_width]
    past = [graph.input(f"past.{number}.{part}", _FLOAT, sizes) for part in ("key", "value")]
    present = [graph.output(f"present.{number}.{part}", sizes) for part in ("key", "value")]
    attended = graph.node(
        "GroupQueryAttention",
        [mixed, "", "", *past, "place", "total", "cosine", "sine"],
        [f"{layer}.attended", *present],
        RUNTIME,
        num_heads=shape.heads,
        kv_num_heads=shape.kv_heads,
        do_rotary=1,
        rotary_interleaved=0,
        scale=shape.head_width**-0.5,
    )
    return graph.linear(attended, f"{layer}.out", graph.weights[f"{layer}.attn_output.weight"], f"{layer}.attention")


def _add_norm(
    graph: _Graph, shape: Shape, name: str, hidden: str, more: str, weight: str, *, last: bool = False
) -> tuple[str, str]:
    """Add `more` to `hidden` and normalise the sum; return the names of the normal one and of the sum."""
    scale = graph.constant(f"{name}.norm", graph.weights[weight])
    outputs = [f"{name}.normal"] if last else [f"{name}.normal", "", "", f"{name}.sum"]
    graph.node("SkipSimplifiedLayerNormalization", [hidden, more, scale], outputs, RUNTIME, epsilon=shape.epsilon)
    return f"{name}.normal", f"{name}.sum"


def _add_feed_forward(graph: _Graph, number: int, source: str) -> str:
    layer = f"blk.{number}"
    gate = graph.linear(source, f"{layer}.g", graph.weights[f"{layer}.ffn_gate.weight"], f"{layer}.gate")
    up = graph.linear(source, f"{layer}.u", graph.weights[f"{layer}.ffn_up.weight"], f"{layer}.up")
    soft = graph.node("Mul", [gate, graph.node("Sigmoid", [gate], f"{layer}.sigmoid")], f"{layer}.silu")
    kept = graph.node("Mul", [soft, up], f"{layer}.kept")
    return graph.linear(kept, f"{layer}.d", graph.weights[f"{layer}.ffn_down.weight"], f"{layer}.down")


def read_tokenizer(metadata: Mapping[str, Any]) -> tuple[str, list[int]]:
    """Return the tokenizer of a GGUF file as JSON, and the ids of its control tokens.

    Control tokens are ids only: no text, such as ``<|im_end|>`` typed by somebody, is ever read as one.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    words: list[str] = metadata["tokenizer.ggml.tokens"]
    merges = [tuple(pair.split(" ")) for pair in metadata["tokenizer.ggml.merges"]]
    kinds: list[int] = metadata["tokenizer.ggml.token_type"]
    model: Any = models.BPE(vocab={word: number for number, word in enumerate(words)}, merges=merges)
    tokenizer: Any = Tokenizer(model)
    digits: Any = pre_tokenizers.Digits(individual_digits=True)
    level: Any = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, level])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer.to_str(), [number for number, kind in enumerate(kinds) if kind == CONTROL]
