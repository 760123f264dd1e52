"""Small made-up Marian models, files of theirs, and what they compute, written out in plain numpy."""

import importlib
import io
import itertools
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from inferbot.models.cards import TranslationCard
from inferbot.models.convert.marian import EMBEDDINGS, FLOAT32, INT8, INTGEMM8, VERSION, Matrix, Weights
from inferbot.models.weights.cache import Cache
from inferbot.models.weights.recipes import recipe_of

Array = npt.NDArray[Any]

VOCABULARY, WIDTH, INNER, HEADS = 24, 16, 32, 2
ENCODER, DECODER = 2, 2


def tiny_weights(seed: int = 0) -> Weights:
    """Return a network of random weights: two layers a side, 24 tokens."""
    chance = np.random.default_rng(seed)
    matrices: dict[str, Matrix] = {}
    vectors: dict[str, Array] = {}

    def linear(name: str, bias: str | None, inputs: int = WIDTH, outputs: int = WIDTH) -> None:
        values = chance.integers(-127, 128, (inputs, outputs)).astype(np.int8)
        matrices[name] = Matrix(values, np.float32(0.005))
        if bias:
            vectors[bias] = chance.normal(0, 0.1, outputs).astype(np.float32)

    def norm(name: str) -> None:
        vectors[f"{name}_ln_scale"] = chance.normal(1, 0.1, WIDTH).astype(np.float32)
        vectors[f"{name}_ln_bias"] = chance.normal(0, 0.1, WIDTH).astype(np.float32)

    def attention(name: str) -> None:
        for one in "qkvo":
            linear(f"{name}_W{one}", f"{name}_b{one}")
        norm(f"{name}_Wo")

    def feed(layer: str) -> None:
        linear(f"{layer}_ffn_W1", f"{layer}_ffn_b1", outputs=INNER)
        linear(f"{layer}_ffn_W2", f"{layer}_ffn_b2", inputs=INNER)
        norm(f"{layer}_ffn_ffn")

    linear(EMBEDDINGS, None, inputs=VOCABULARY)
    vectors["decoder_ff_logit_out_b"] = chance.normal(0, 0.1, VOCABULARY).astype(np.float32)
    for number in range(1, ENCODER + 1):
        attention(f"encoder_l{number}_self")
        feed(f"encoder_l{number}")
    for number in range(1, DECODER + 1):
        layer = f"decoder_l{number}"
        linear(f"{layer}_rnn_W", None)
        linear(f"{layer}_rnn_Wf", f"{layer}_rnn_bf")
        norm(f"{layer}_rnn_ffn")
        attention(f"{layer}_context")
        feed(layer)
    return Weights(matrices, vectors)


def marian_file(weights: Weights) -> bytes:
    """Return the file that Marian would have written, with its settings and one scale of activations in it."""
    tensors: list[tuple[str, int, tuple[int, ...], bytes]] = [("special:model.yml", INT8, (4,), b"a: b")]
    for name, one in weights.matrices.items():
        values = one.values if name == EMBEDDINGS else np.ascontiguousarray(one.values.T)
        data = values.tobytes() + (np.float32(1) / one.scale).astype("<f4").tobytes()
        tensors.append((name, INTGEMM8, one.values.shape, data + bytes(-len(data) % 256)))
    for name, one in weights.vectors.items():
        tensors.append((name, FLOAT32, (1, len(one)), one.astype("<f4").tobytes()))
    tensors.append(("encoder_l1_self_Wq_QuantMultA", FLOAT32, (1, 1), struct.pack("<f", 11.8)))
    return packed(tensors)


def packed(tensors: Sequence[tuple[str, int, tuple[int, ...], bytes]], gap: int = 7) -> bytes:
    """Return a file of tensors, each with its name, type, shape and data."""
    heads = b"".join(
        struct.pack("<QQQQ", len(name) + 1, kind, len(shape), len(data)) for name, kind, shape, data in tensors
    )
    names = b"".join(name.encode() + b"\0" for name, *_ in tensors)
    shapes = b"".join(struct.pack(f"<{len(shape)}i", *shape) for _, _, shape, _ in tensors)
    blobs = b"".join(data for *_, data in tensors)
    return (
        struct.pack("<QQ", VERSION, len(tensors)) + heads + names + shapes + struct.pack("<Q", gap) + bytes(gap) + blobs
    )


class PlainNetwork:
    """The same network in plain numpy and float64: slow, short, and written from the papers, not from the graphs."""

    def __init__(self, weights: Weights) -> None:
        self._w = {name: one.values.astype(np.float64) * one.scale for name, one in weights.matrices.items()}
        self._w |= {name: one.astype(np.float64) for name, one in weights.vectors.items()}

    def encode(self, tokens: Sequence[int]) -> Array:
        """Return the encoder's output, [source, width]."""
        x = self._embed(tokens) + np.stack([self._position(i) for i in range(len(tokens))])
        for number in range(1, ENCODER + 1):
            x = self._attend(f"encoder_l{number}_self", x, x)[0]
            x = self._feed(f"encoder_l{number}", x)
        return x

    def decode(self, tokens: Sequence[int], steps: int) -> list[tuple[Array, Array]]:
        """Return, for each step, the softmax over the vocabulary and the last layer's attention [heads, source]."""
        memory = self.encode(tokens)
        states = [np.zeros(WIDTH) for _ in range(DECODER)]
        found: list[tuple[Array, Array]] = []
        before = np.zeros((1, WIDTH))
        for step in range(steps):
            x = before + self._position(step)
            shares = np.zeros(0)
            for number in range(1, DECODER + 1):
                layer = f"decoder_l{number}"
                forget = 1 / (1 + np.exp(-(x @ self._w[f"{layer}_rnn_Wf"] + self._w[f"{layer}_rnn_bf"])))
                states[number - 1] = forget * states[number - 1] + (1 - forget) * (x @ self._w[f"{layer}_rnn_W"])
                x = self._norm(f"{layer}_rnn_ffn", x + np.maximum(states[number - 1], 0))
                x, shares = self._attend(f"{layer}_context", x, memory)
                x = self._feed(layer, x)
            logits = (x @ self._w[EMBEDDINGS].T + self._w["decoder_ff_logit_out_b"])[0]
            logits[1] = -np.inf
            scores = _softmax(logits)
            found.append((scores, shares[:, 0]))
            before = self._embed([int(scores.argmax())])
        return found

    def _embed(self, tokens: Sequence[int]) -> Array:
        return self._w[EMBEDDINGS][list(tokens)] * np.sqrt(WIDTH)

    def _position(self, at: int) -> Array:
        half = WIDTH // 2
        angles = at / 10000 ** (np.arange(half) / (half - 1))
        return np.concatenate([np.sin(angles), np.cos(angles)])

    def _norm(self, name: str, x: Array) -> Array:
        mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) / np.sqrt(variance + 1e-6) * self._w[f"{name}_ln_scale"] + self._w[f"{name}_ln_bias"]

    def _linear(self, name: str, one: str, x: Array) -> Array:
        return x @ self._w[f"{name}_W{one}"] + self._w[f"{name}_b{one}"]

    def _attend(self, name: str, x: Array, memory: Array) -> tuple[Array, Array]:
        def heads(y: Array) -> Array:
            return y.reshape(len(y), HEADS, -1).transpose(1, 0, 2)

        query, key, value = (heads(self._linear(name, one, y)) for one, y in (("q", x), ("k", memory), ("v", memory)))
        shares = _softmax(query @ key.transpose(0, 2, 1) / np.sqrt(WIDTH // HEADS))
        joined = (shares @ value).transpose(1, 0, 2).reshape(len(x), WIDTH)
        return self._norm(f"{name}_Wo", x + self._linear(name, "o", joined)), shares

    def _feed(self, layer: str, x: Array) -> Array:
        wide = np.maximum(x @ self._w[f"{layer}_ffn_W1"] + self._w[f"{layer}_ffn_b1"], 0)
        return self._norm(f"{layer}_ffn_ffn", x + wide @ self._w[f"{layer}_ffn_W2"] + self._w[f"{layer}_ffn_b2"])


def _softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def tiny_tokenizer(size: int = VOCABULARY) -> bytes:
    """Return a sentencepiece model of `size` pieces, trained on the spot."""
    sentencepiece: Any = importlib.import_module("sentencepiece")
    file = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter("".join(word) for word in itertools.permutations("abcdefgh", 4)),
        model_writer=file,
        vocab_size=size,
        eos_id=0,
        unk_id=1,
        bos_id=-1,
        pad_id=-1,
        minloglevel=2,
    )
    return file.getvalue()


def store_tiny_translator(cache: Cache, card: TranslationCard) -> None:
    """Put a tiny model where the one of `card` belongs."""
    recipe, tiny = recipe_of(card), card.model_copy(update={"heads": HEADS})
    cache.path_of(card).parent.mkdir(parents=True, exist_ok=True)
    for part, data in zip(recipe.parts, recipe.build(tiny, marian_file(tiny_weights()), tiny_tokenizer()), strict=True):
        cache._store(card, part, data)  # pyright: ignore[reportPrivateUsage]


def write_trained(folder: Path, seed: int = 0) -> None:
    """Write a tiny model's files as our own training exports them."""
    weights = tiny_weights(seed)
    arrays: dict[str, Array] = {name: one.values for name, one in weights.matrices.items()}
    arrays |= {f"{name}.scale": np.array(one.scale) for name, one in weights.matrices.items()}
    with (folder / "weights.int8.npz").open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays, **weights.vectors)
    (folder / "tokenizer.model").write_bytes(tiny_tokenizer())
