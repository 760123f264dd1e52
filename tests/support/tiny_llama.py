"""A tiny Llama-style network of random numbers, and files in the GGUF format, for tests."""

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from inferbot.models.cards import GenerationCard, generation_card
from inferbot.models.convert.gguf_file import Gguf, Tensors
from tokenizers import pre_tokenizers

LAYERS, WIDTH, HEADS, KV_HEADS, WIDE = 2, 64, 4, 2, 96
CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
ALPHABET: list[str] = sorted(pre_tokenizers.ByteLevel.alphabet())
MERGES = ("h e", "l l", "he ll", "hell o", "Ġ w")
WORDS = (*CONTROL, *ALPHABET, *(pair.replace(" ", "") for pair in MERGES))


def metadata() -> dict[str, Any]:
    """Return what the file of the tiny network says of it."""
    return {
        "llama.block_count": LAYERS,
        "llama.embedding_length": WIDTH,
        "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": KV_HEADS,
        "llama.context_length": 512,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.freq_base": 10_000.0,
        "tokenizer.ggml.tokens": list(WORDS),
        "tokenizer.ggml.merges": list(MERGES),
        "tokenizer.ggml.token_type": [3] * len(CONTROL) + [1] * (len(WORDS) - len(CONTROL)),
    }


def tensors(seed: int = 0) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """Return its weights by GGUF's names."""
    random = np.random.default_rng(seed)

    def made(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        return (random.standard_normal(shape) * 0.3).astype(np.float32)

    found = {"token_embd.weight": made(len(WORDS), WIDTH), "output_norm.weight": 1 + made(WIDTH)}
    shared = WIDTH // HEADS * KV_HEADS
    shapes = {
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (shared, WIDTH),
        "attn_v": (shared, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "ffn_gate": (WIDE, WIDTH),
        "ffn_up": (WIDE, WIDTH),
        "ffn_down": (WIDTH, WIDE),
    }
    for number in range(LAYERS):
        found |= {f"blk.{number}.{name}.weight": made(*shape) for name, shape in shapes.items()}
        found |= {f"blk.{number}.{name}_norm.weight": 1 + made(WIDTH) for name in ("attn", "ffn")}
    return found


def tiny_gguf(**without: str) -> Gguf:
    """Return the tiny network as a file would give it, without the tensors and metadata named."""
    kept = {name: tensor for name, tensor in tensors().items() if name not in without.values()}
    known = {key: value for key, value in metadata().items() if key not in without.values()}
    return Gguf(known, Tensors({name: lambda tensor=tensor: tensor for name, tensor in kept.items()}))


def tiny_card() -> GenerationCard:
    """Return a card that fits the tiny network."""
    changes = {"vocabulary": len(WORDS), "layers": LAYERS, "context": 512}
    return generation_card().model_copy(update=changes)


def _text(words: str) -> bytes:
    data = words.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Any) -> bytes:
    """Return a metadata value with its type: text, a whole number, a float, or a list of one of these."""
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, list):
        items = [_value(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
        return (
            struct.pack("<I", 9) + items[0][:4] + struct.pack("<Q", len(items)) + b"".join(item[4:] for item in items)
        )
    return struct.pack("<Ii", 5, value)


def gguf_bytes(known: Mapping[str, Any], entries: Mapping[str, tuple[int, tuple[int, ...], bytes]]) -> bytes:
    """Return a GGUF file; each entry is a tensor's kind, its shape as numpy counts, and its stored numbers."""
    data = b"GGUF" + struct.pack("<IQQ", 3, len(entries), len(known))
    data += b"".join(_text(key) + _value(value) for key, value in known.items())
    body = b""
    for name, (kind, shape, stored) in entries.items():
        data += _text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *reversed(shape))
        data += struct.pack("<IQ", kind, len(body))
        body += stored + bytes(-len(stored) % 32)
    return data + bytes(-len(data) % 32) + body
