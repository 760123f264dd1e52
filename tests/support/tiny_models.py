"""Tiny ONNX classifiers for tests: the score of a class is how bright one colour channel is."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CARD = """
title = "Red, green or blue"
labels = "labels.txt"
output = "{output}"

[input]
size = {size}
layout = "{layout}"
mean = [127.5, 127.5, 127.5]
std = [127.5, 127.5, 127.5]
"""


def brightest_channel(
    size: int = 16, layout: str = "NCHW", *, output: str = "logits", classes: int = 3, batch: int | str = 1
) -> onnx.ModelProto:
    """Return a model that averages each channel and weighs class i with channel i."""
    shape = [batch, 3, size, size] if layout == "NCHW" else [batch, size, size, 3]
    matrix = np.eye(3, classes, dtype=np.float32) * 10
    axes = [2, 3] if layout == "NCHW" else [1, 2]
    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["means"], axes=axes, keepdims=0),
        helper.make_node("MatMul", ["means", "matrix"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["scores"], axis=1),
    ]
    graph = helper.make_graph(
        nodes if output == "scores" else nodes[:2],
        "tiny",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [batch, classes])],
        [numpy_helper.from_array(matrix, "matrix")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def write_own_model(
    folder: Path,
    name: str = "colours",
    *,
    model: onnx.ModelProto | bytes | None = None,
    card: str | None = None,
    labels: str | bytes = "red\ngreen\nblue\n",
) -> Path:
    """Write an own model into `folder`, good unless something else is given, and return its card's path."""
    made = brightest_channel() if model is None else model
    (folder / f"{name}.onnx").write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
    (folder / "labels.txt").write_bytes(labels if isinstance(labels, bytes) else labels.encode())
    path = folder / f"{name}.toml"
    path.write_text(CARD.format(output="logits", size=16, layout="NCHW") if card is None else card, "utf-8")
    return path
