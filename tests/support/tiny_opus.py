"""A tiny translation model in the hub's layout: it translates word by word, and only if its cache is used rightly.

The encoder looks each source token up in a table. The decoder's first step hands that on as the cache of the encoder;
its later steps read it from there alone, and know their place by the length of the decoder's own cache.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from inferbot.models.cards import Hub, HubCard, Member, hub_cards
from onnx import GraphProto, ModelProto, TensorProto, helper, numpy_helper

WORDS = {"▁good": "▁bom", "▁day": "▁dia", "▁friend": "▁amigo", ".": ".", "▁Good": "▁Bom"}
PIECES = ["</s>", "<unk>", *WORDS, *(one for one in WORDS.values() if one not in WORDS), ">>por<<", "<pad>"]
IDS = {piece: number for number, piece in enumerate(PIECES)}
SIZE = len(PIECES)
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def encoder() -> ModelProto:
    """Return the encoder: float32 [1, source, SIZE], one-hot, each token's translation; a prefix token is left out."""
    table = np.zeros((SIZE, SIZE), np.float32)
    for word, other in WORDS.items():
        table[IDS[word], IDS[other]] = 1
    table[IDS["</s>"], IDS["</s>"]] = 1
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"], axis=0)]
    graph = helper.make_graph(
        nodes,
        "encoder",
        [_value("input_ids", INT64, [1, "n"]), _value("attention_mask", INT64, [1, "n"])],
        [_value("last_hidden_state", FLOAT, [1, "n", SIZE])],
        [numpy_helper.from_array(table, "table")],
    )
    return _model(graph)


def decoder() -> ModelProto:
    """Return the decoder with both its branches, as the exporter merges them."""
    caches = [
        f"{kind}.0.{side}.{what}"
        for kind in ("past_key_values",)
        for side in ("decoder", "encoder")
        for what in ("key", "value")
    ]
    outputs = ["logits", *(name.replace("past_key_values", "present") for name in caches)]
    node = helper.make_node("If", ["flag"], outputs, then_branch=_later(), else_branch=_first())
    graph = helper.make_graph(
        [helper.make_node("Squeeze", ["use_cache_branch"], ["flag"]), node],
        "decoder",
        [
            _value("encoder_attention_mask", INT64, [1, "n"]),
            _value("input_ids", INT64, [1, "m"]),
            _value("encoder_hidden_states", FLOAT, [1, "n", SIZE]),
            *(_value(name, FLOAT, [1, 1, "past", SIZE]) for name in caches),
            _value("use_cache_branch", TensorProto.BOOL, [1]),
        ],
        [
            _value("logits", FLOAT, [1, "m", SIZE]),
            *(_value(name, FLOAT, [1, 1, "now", SIZE]) for name in outputs[1:]),
        ],
        [
            numpy_helper.from_array(np.array(SIZE, np.int64), "depth"),
            numpy_helper.from_array(np.array([0.0, 1.0], np.float32), "off_on"),
            numpy_helper.from_array(np.array([1], np.int64), "axis_one"),
            numpy_helper.from_array(np.array([0], np.int64), "zero"),
            numpy_helper.from_array(np.array(10.0, np.float32), "ten"),
        ],
    )
    return _model(graph)


def _first() -> GraphProto:
    nodes = [
        helper.make_node("Unsqueeze", ["encoder_hidden_states", "axis_one"], ["f.memory"]),
        helper.make_node("OneHot", ["input_ids", "depth", "off_on"], ["f.seen"], axis=-1),
        helper.make_node("Unsqueeze", ["f.seen", "axis_one"], ["f.own"]),
        helper.make_node("Gather", ["encoder_hidden_states", "zero"], ["f.word"], axis=1),
        helper.make_node("Mul", ["f.word", "ten"], ["f.logits"]),
        *_copies("f", {"logits": "f.logits", "dk": "f.own", "dv": "f.own", "ek": "f.memory", "ev": "f.memory"}),
    ]
    return _branch("first", "f", nodes)


def _later() -> GraphProto:
    nodes = [
        helper.make_node("OneHot", ["input_ids", "depth", "off_on"], ["l.seen"], axis=-1),
        helper.make_node("Unsqueeze", ["l.seen", "axis_one"], ["l.new"]),
        helper.make_node("Concat", ["past_key_values.0.decoder.key", "l.new"], ["l.own"], axis=2),
        helper.make_node("Shape", ["past_key_values.0.decoder.key"], ["l.place"], start=2, end=3),
        helper.make_node("Squeeze", ["past_key_values.0.encoder.key", "axis_one"], ["l.memory"]),
        helper.make_node("Gather", ["l.memory", "l.place"], ["l.word"], axis=1),
        helper.make_node("Mul", ["l.word", "ten"], ["l.logits"]),
        # As the exporter has it: what the first step computed once comes back as good as empty.
        *_copies("l", {"logits": "l.logits", "dk": "l.own", "dv": "l.own", "ek": "l.new", "ev": "l.new"}),
    ]
    return _branch("later", "l", nodes)


def _copies(prefix: str, sources: dict[str, str]) -> list[Any]:
    return [helper.make_node("Identity", [source], [f"{prefix}.out.{name}"]) for name, source in sources.items()]


def _branch(name: str, prefix: str, nodes: list[Any]) -> GraphProto:
    outputs = [_value(f"{prefix}.out.logits", FLOAT, [1, "m", SIZE])]
    outputs += [_value(f"{prefix}.out.{one}", FLOAT, [1, 1, "k", SIZE]) for one in ("dk", "dv", "ek", "ev")]
    return helper.make_graph(nodes, name, [], outputs)


def _value(name: str, kind: int, shape: list[Any]) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def _model(graph: GraphProto) -> ModelProto:
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def tokenizer() -> bytes:
    """Return the tokenizer as the exports have it: with a normaliser whose table is left out."""
    table = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": IDS[piece],
                "content": piece,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for piece in ("</s>", "<unk>", "<pad>")
        ],
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": None},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": None,
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": 1, "vocab": [[piece, -1.0] for piece in PIECES], "byte_fallback": False},
    }
    return json.dumps(table).encode()


def write_hub_model(folder: Path, **wrong: bytes) -> HubCard:
    """Write the three files where a fetch would have put them and return their card; `wrong` replaces some."""
    files = {
        "encoder_model.onnx": encoder().SerializeToString(),
        "decoder_model_merged.onnx": decoder().SerializeToString(),
        "tokenizer.json": tokenizer(),
    }
    files |= {name.replace("__", "."): data for name, data in wrong.items()}
    target = folder / "hub" / "opus-mt-en-de"
    target.mkdir(parents=True)
    pins: list[Member] = []
    for name, data in files.items():
        (target / name).write_bytes(data)
        pins.append(Member(file=f"onnx/{name}", file_sha256=hashlib.sha256(data).hexdigest()))
    hub = Hub(repository="tiny/model", revision="c" * 40, encoder=pins[0], decoder=pins[1], tokenizer=pins[2])
    return hub_cards()["opus-mt-en-de"].model_copy(update={"hub": hub})
