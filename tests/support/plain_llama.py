"""The same network as in `models/convert/llama.py`, in plain numpy: slow, short, and what the graph is checked against.

It uses the GGUF file's tensors as they are, without a cache, a fused layer or 8-bit sums.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from inferbot.models.convert.llama import Shape

# Products of float32 and numpy's own float64 are kept as they come: this is about being right.
Floats = npt.NDArray[np.floating[Any]]
Weights = Mapping[str, npt.NDArray[np.float32]]


def forward(weights: Weights, shape: Shape, ids: Sequence[int]) -> Floats:
    """Return the logits after each of the tokens `ids`: [tokens, vocabulary]."""
    hidden = weights["token_embd.weight"][list(ids)]
    for number in range(shape.layers):
        layer = f"blk.{number}"
        normal = _normalise(hidden, weights[f"{layer}.attn_norm.weight"], shape.epsilon)
        hidden = hidden + _attend(weights, layer, shape, normal) @ weights[f"{layer}.attn_output.weight"].T
        normal = _normalise(hidden, weights[f"{layer}.ffn_norm.weight"], shape.epsilon)
        gate = normal @ weights[f"{layer}.ffn_gate.weight"].T
        kept = gate / (1 + np.exp(-gate)) * (normal @ weights[f"{layer}.ffn_up.weight"].T)
        hidden = hidden + kept @ weights[f"{layer}.ffn_down.weight"].T
    return _normalise(hidden, weights["output_norm.weight"], shape.epsilon) @ weights["token_embd.weight"].T


def _normalise(x: Floats, scale: Floats, epsilon: float) -> Floats:
    return x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + epsilon) * scale


def _attend(weights: Weights, layer: str, shape: Shape, x: Floats) -> Floats:
    """Return the heads' mixtures of what came before, side by side: [tokens, width]."""
    tokens = len(x)
    query = _turn((x @ weights[f"{layer}.attn_q.weight"].T).reshape(tokens, shape.heads, -1), shape)
    key = _turn((x @ weights[f"{layer}.attn_k.weight"].T).reshape(tokens, shape.kv_heads, -1), shape)
    value = (x @ weights[f"{layer}.attn_v.weight"].T).reshape(tokens, shape.kv_heads, -1)
    later = np.triu(np.full((tokens, tokens), -np.inf, np.float32), 1)
    mixed = np.empty_like(query)
    for head in range(shape.heads):
        shared = head * shape.kv_heads // shape.heads
        alike = query[:, head] @ key[:, shared].T * shape.head_width**-0.5 + later
        powers = np.exp(alike - alike.max(axis=-1, keepdims=True))
        mixed[:, head] = powers / powers.sum(axis=-1, keepdims=True) @ value[:, shared]
    return mixed.reshape(tokens, shape.width)


def _turn(x: Floats, shape: Shape) -> Floats:
    """Turn each pair of neighbouring numbers by its token's place (rotary embedding, in llama.cpp's order)."""
    turns = np.arange(0, shape.head_width, 2) / shape.head_width
    angles = (np.arange(len(x))[:, None] / shape.rope_base**turns)[:, None]
    first, second = x[..., 0::2], x[..., 1::2]
    turned = np.empty_like(x)
    turned[..., 0::2] = first * np.cos(angles) - second * np.sin(angles)
    turned[..., 1::2] = first * np.sin(angles) + second * np.cos(angles)
    return turned
