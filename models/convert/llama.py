"""Build the ONNX graph of a small Llama-style language model, with a KV cache, from its GGUF file.

The network is that of Touvron et al. 2023 (https://arxiv.org/abs/2302.13971) with grouped-query attention (Ainslie et
al. 2023, https://arxiv.org/abs/2305.13245) and an output layer that shares the embedding's numbers, as SmolLM2 has it.
Weights are 8-bit, one scale per 32 numbers of a row; `"fp32"` leaves them as they are, to compare with.

Inputs: ``input_ids`` int64 [1, new], the new tokens; ``length`` int32 [1], how many tokens there are then, cached ones
included; ``past.N.key`` and ``past.N.value`` float32 [1, KV heads, room, width of a head] for each layer.
Outputs: ``logits`` float32 [1, 1, vocabulary] for the token after the last, and ``present.N.key`` and ``.value``, which
may use the same memory as the past ones. The tokenizer's JSON and the control tokens' ids are in the metadata.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from ..runtime import Float32
from .gguf_file import Gguf
from .int8 import quantize
from .onnx_graph import FLOAT, INT32, INT64, RUNTIME, OnnxGraph, checked_weights

Precision = Literal["int8", "fp32"]

BLOCK = 32
# Sum in int8 inside the runtime's own kernel: twice as fast as float sums here.
INT8_SUMS = 4
# The type of tokens that aren't text, such as the end of a text.
CONTROL = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a network, by the names that GGUF gives its parts."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    context: int
    vocabulary: int
    epsilon: float
    rope_base: float

    @property
    def head_width(self) -> int:
        """Numbers of one head."""
        return self.width // self.heads

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> "Shape":
        """Read the sizes from a GGUF file's metadata. Raises `WeightsError` when one is missing."""
        with checked_weights():
            return cls(
                layers=int(metadata["llama.block_count"]),
                width=int(metadata["llama.embedding_length"]),
                heads=int(metadata["llama.attention.head_count"]),
                kv_heads=int(metadata["llama.attention.head_count_kv"]),
                context=int(metadata["llama.context_length"]),
                vocabulary=len(metadata["tokenizer.ggml.tokens"]),
                epsilon=float(metadata["llama.attention.layer_norm_rms_epsilon"]),
                rope_base=float(metadata["llama.rope.freq_base"]),
            )


def build(gguf: Gguf, context: int, precision: Precision = "int8") -> onnx.ModelProto:
    """Return the graph for texts of up to `context` tokens. Raises `WeightsError` when something is missing."""
    shape = Shape.of(gguf.metadata)
    with checked_weights():
        graph = _Graph(gguf.tensors, shape, precision)
        _add_layers(graph, _add_embedding(graph, min(context, shape.context)))
        tokenizer, control = read_tokenizer(gguf.metadata)
    helper.set_model_props(graph.model, {"tokenizer": tokenizer, "control": json.dumps(control)})
    return graph.model


class _Graph(OnnxGraph):
    """The language model so far."""

    def __init__(self, weights: Mapping[str, Float32], shape: Shape, precision: Precision) -> None:
        super().__init__("language-model", opset=17)
        self.weights = weights
        self.shape = shape
        self.precision = precision

    def linear(self, source: str, name: str, weight: Float32, output: str) -> str:
        """Multiply by `weight`, float32 [out, in]."""
        if self.precision == "fp32":
            return self.node("MatMul", [source, self.constant(name, weight.T)], output)
        whole, scale = quantize_blocks(weight)
        self.constant(f"{name}.whole", whole)
        self.constant(f"{name}.scale", scale.reshape(-1))
        return self.block_product(source, name, weight.shape, output)

    def block_product(self, source: str, name: str, shape: tuple[int, ...], output: str) -> str:
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


def quantize_blocks(weight: Float32) -> tuple[npt.NDArray[np.uint8], Float32]:
    """Return `weight` [out, in] as uint8 [out, blocks, 32] around 128, and its scales, float32 [out, blocks]."""
    whole, scale = quantize(weight.reshape(len(weight), -1, BLOCK))
    shifted = whole.view(np.uint8)
    shifted += 128  # wraps around, which turns -127 to 127 into 1 to 255
    return shifted, scale


def _interleave(weight: Float32, heads: int) -> Float32:
    """Return the rows of a query or key layer in the order of the runtime's rotary embedding.

    GGUF stores the two numbers that are rotated together side by side; the runtime wants all first ones, then all
    second ones.
    """
    rows, columns = weight.shape
    pairs = weight.reshape(heads, rows // heads // 2, 2, columns)
    return pairs.swapaxes(1, 2).reshape(rows, columns)


def _add_embedding(graph: _Graph, context: int) -> str:
    """Look up the new tokens' rows; the same numbers serve `_add_logits`."""
    shape, weight = graph.shape, graph.weights["token_embd.weight"]
    graph.input("input_ids", INT64, [1, "new"])
    length = graph.input("length", INT32, [1])
    angles = np.arange(context)[:, None] / shape.rope_base ** (np.arange(0, shape.head_width, 2) / shape.head_width)
    graph.constant("cosine", np.cos(angles).astype(np.float32))
    graph.constant("sine", np.sin(angles).astype(np.float32))
    graph.node("Sub", [length, graph.constant("one", np.array([1], np.int32))], "place")
    graph.node("Squeeze", [length], "total")
    graph.output("logits", FLOAT, [1, 1, shape.vocabulary])
    if graph.precision == "fp32":
        graph.constant("words.turned", weight.T)
        return graph.node("Gather", [graph.constant("words", weight), "input_ids"], "words.found")
    whole, scale = quantize_blocks(weight)
    graph.constant("words.scale", scale.reshape(-1))
    found = graph.node("Gather", [graph.constant("words.whole", whole), "input_ids"], "words.rows")
    middle = graph.constant("words.middle", np.float32(128))
    signed = graph.node("Sub", [graph.cast(found, "words.float"), middle], "words.signed")
    unit = graph.node("Gather", [graph.constant("words.units", scale[..., None]), "input_ids"], "words.unit")
    real = graph.node("Mul", [signed, unit], "words.real")
    return graph.node("Reshape", [real, graph.integers("words.shape", 0, 0, shape.width)], "words.found")


def _add_layers(graph: _Graph, hidden: str) -> None:
    epsilon = graph.shape.epsilon
    first = graph.constant("norm.0", graph.weights["blk.0.attn_norm.weight"])
    normal = graph.node(
        "SimplifiedLayerNormalization", [hidden, first], "normal.0", axis=-1, epsilon=epsilon, stash_type=1
    )
    for number in range(graph.shape.layers):
        attended = _add_attention(graph, number, normal)
        normal, hidden = _add_norm(graph, f"middle.{number}", hidden, attended, f"blk.{number}.ffn_norm.weight")
        wide = _add_feed_forward(graph, number, normal)
        last = number + 1 == graph.shape.layers
        norm = "output_norm.weight" if last else f"blk.{number + 1}.attn_norm.weight"
        normal, hidden = _add_norm(graph, f"layer.{number}", hidden, wide, norm, last=last)
    _add_logits(graph, graph.node("Gather", [normal, graph.integers("final", -1)], "last", axis=1))


def _add_attention(graph: _Graph, number: int, source: str) -> str:
    shape, layer = graph.shape, f"blk.{number}"
    together = np.concatenate(
        [
            _interleave(graph.weights[f"{layer}.attn_q.weight"], shape.heads),
            _interleave(graph.weights[f"{layer}.attn_k.weight"], shape.kv_heads),
            graph.weights[f"{layer}.attn_v.weight"],
        ]
    )
    mixed = graph.linear(source, f"{layer}.qkv", together, f"{layer}.together")
    sizes = [1, shape.kv_heads, "room", shape.head_width]
    past = [graph.input(f"past.{number}.{part}", FLOAT, sizes) for part in ("key", "value")]
    present = [graph.output(f"present.{number}.{part}", FLOAT, sizes) for part in ("key", "value")]
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


def _add_norm(graph: _Graph, name: str, hidden: str, more: str, weight: str, *, last: bool = False) -> tuple[str, str]:
    """Add `more` to `hidden` and normalize the sum; return the names of the normalized one and of the sum."""
    scale = graph.constant(f"{name}.norm", graph.weights[weight])
    outputs = [f"{name}.normal"] if last else [f"{name}.normal", "", "", f"{name}.sum"]
    inputs = [hidden, more, scale]
    graph.node("SkipSimplifiedLayerNormalization", inputs, outputs, RUNTIME, epsilon=graph.shape.epsilon)
    return f"{name}.normal", f"{name}.sum"


def _add_feed_forward(graph: _Graph, number: int, source: str) -> str:
    layer = f"blk.{number}"
    gate = graph.linear(source, f"{layer}.g", graph.weights[f"{layer}.ffn_gate.weight"], f"{layer}.gate")
    up = graph.linear(source, f"{layer}.u", graph.weights[f"{layer}.ffn_up.weight"], f"{layer}.up")
    soft = graph.node("Mul", [gate, graph.node("Sigmoid", [gate], f"{layer}.sigmoid")], f"{layer}.silu")
    kept = graph.node("Mul", [soft, up], f"{layer}.kept")
    return graph.linear(kept, f"{layer}.d", graph.weights[f"{layer}.ffn_down.weight"], f"{layer}.down")


def _add_logits(graph: _Graph, source: str) -> None:
    if graph.precision == "fp32":
        graph.node("MatMul", [source, "words.turned"], "logits")
    else:
        graph.block_product(source, "words", (graph.shape.vocabulary, graph.shape.width), "logits")


def read_tokenizer(metadata: Mapping[str, Any]) -> tuple[str, list[int]]:
    """Return the tokenizer of a GGUF file as JSON, and the ids of its control tokens.

    Control tokens are ids only: no text that a person types, such as ``<|im_end|>``, is ever read as one.
    """
    words: list[str] = metadata["tokenizer.ggml.tokens"]
    merges = [tuple(pair.split(" ")) for pair in metadata["tokenizer.ggml.merges"]]
    types: list[int] = metadata["tokenizer.ggml.token_type"]
    model: Any = models.BPE(vocab={word: number for number, word in enumerate(words)}, merges=merges)
    tokenizer: Any = Tokenizer(model)
    digits: Any = pre_tokenizers.Digits(individual_digits=True)
    level: Any = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, level])
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer.to_str(), [number for number, kind in enumerate(types) if kind == CONTROL]
