"""Build the ONNX graph of EfficientNet-Lite from its PyTorch weights.

The network is that of https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite: MobileNetV2
blocks without squeeze-and-excitation, ReLU6, TensorFlow's "SAME" padding. Batch norm is folded into the convolutions.

Outputs: ``logits`` float32 [N, 1000]; ``features`` float32 [N, 1280], the averaged last feature map; ``activation``
float32 [N, h, w], the class-activation map of the best class (Zhou et al. 2016, https://arxiv.org/abs/1512.04150): the
last feature map weighted with that class's row of the last layer, which says where the evidence for it lies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    import onnx

    Weights = Mapping[str, npt.NDArray[Any]]
    Float32 = npt.NDArray[np.float32]

# Change this number with the graph, so that caches built by an older recipe are built again.
RECIPE = 1
OPSET = 17
IR_VERSION = 8
# Blocks and the stride of the first block, for each of the seven stages.
STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
# How many times deeper the middle stages of a variant are.
DEPTHS = {"efficientnet-lite0": 1.0, "efficientnet-lite2": 1.2}
BATCH_NORM_EPSILON = 1e-3
CLASSES = 1000
FEATURES = 1280


@dataclass
class _Graph:
    """The nodes and weights so far, and the side of the current feature map in pixels."""

    weights: Weights
    size: int
    nodes: list[onnx.NodeProto] = field(default_factory=list["onnx.NodeProto"])
    initialisers: dict[str, npt.NDArray[Any]] = field(default_factory=dict[str, Any])

    def node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def convolution(self, source: str, name: str, norm: str, stride: int = 1, *, clip: bool = True) -> str:
        """Add a convolution with its batch norm folded in, and the ReLU6 behind it unless ``clip`` is False."""
        kernel, bias = _fold(self.weights, name, norm)
        self.initialisers[f"{name}.weight"] = kernel
        self.initialisers[f"{name}.bias"] = bias
        side = kernel.shape[-1]
        before, after, self.size = _same_padding(self.size, side, stride)
        output = self.node(
            "Conv",
            [source, f"{name}.weight", f"{name}.bias"],
            name,
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[before, before, after, after],
            # Each kernel of a depthwise convolution sees one channel.
            group=kernel.shape[0] if "depthwise" in name else 1,
        )
        return self.node("Clip", [output, "zero", "six"], f"{name}.relu6") if clip else output

    def block(self, source: str, number: int, stride: int) -> str:
        """Add one inverted residual block: expand, depthwise, project, and add the input where the shapes allow it."""
        prefix = f"_blocks.{number}."
        expanded = source
        if f"{prefix}_expand_conv.weight" in self.weights:
            expanded = self.convolution(source, f"{prefix}_expand_conv", f"{prefix}_bn0")
        deep = self.convolution(expanded, f"{prefix}_depthwise_conv", f"{prefix}_bn1", stride)
        return self.convolution(deep, f"{prefix}_project_conv", f"{prefix}_bn2", clip=False)


def build(card_id: str, weights: Weights, size: int) -> onnx.ModelProto:
    """Return the graph of ``card_id`` for pictures of ``size`` pixels a side: float32 [N, 3, size, size]."""
    graph = _Graph(weights, size)
    graph.initialisers |= {"zero": np.array(0, np.float32), "six": np.array(6, np.float32)}
    current = graph.convolution("input", "_conv_stem", "_bn0", 2)
    number = 0
    for stage, (repeats, first_stride) in enumerate(STAGES):
        middle = 0 < stage < len(STAGES) - 1
        for repeat in range(math.ceil(repeats * DEPTHS[card_id]) if middle else repeats):
            projected = graph.block(current, number, first_stride if repeat == 0 else 1)
            current = graph.node("Add", [projected, current], f"_blocks.{number}.sum") if repeat else projected
            number += 1
    current = graph.convolution(current, "_conv_head", "_bn1")
    _add_head(graph, current)
    _add_activation(graph, current)
    return _model(graph, card_id, size)


def _fold(weights: Weights, name: str, norm: str) -> tuple[Float32, Float32]:
    """Return the kernel and bias of a convolution and its batch norm in one; summed in float64, given as float32."""
    variance = weights[f"{norm}.running_var"].astype(np.float64)
    scale = weights[f"{norm}.weight"] / np.sqrt(variance + BATCH_NORM_EPSILON)
    kernel = weights[f"{name}.weight"] * scale[:, None, None, None]
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
    return kernel.astype(np.float32), bias.astype(np.float32)


def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int, int]:
    """Return the padding before and after, and the new size, as TensorFlow's "SAME" gives them."""
    new_size = math.ceil(size / stride)
    total = max((new_size - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2, new_size


def _add_head(graph: _Graph, feature_map: str) -> None:
    graph.initialisers["_fc.weight"] = graph.weights["_fc.weight"]
    graph.initialisers["_fc.bias"] = graph.weights["_fc.bias"]
    graph.node("GlobalAveragePool", [feature_map], "pooled")
    graph.node("Flatten", ["pooled"], "features", axis=1)
    graph.node("Gemm", ["features", "_fc.weight", "_fc.bias"], "logits", transB=1)


def _add_activation(graph: _Graph, feature_map: str) -> None:
    cells = graph.size * graph.size
    graph.initialisers["row_shape"] = np.array([-1, 1, FEATURES])
    graph.initialisers["cells_shape"] = np.array([-1, FEATURES, cells])
    graph.initialisers["map_shape"] = np.array([-1, graph.size, graph.size])
    graph.node("ArgMax", ["logits"], "best", axis=1, keepdims=0)
    graph.node("Gather", ["_fc.weight", "best"], "best_row", axis=0)
    graph.node("Reshape", ["best_row", "row_shape"], "row")
    graph.node("Reshape", [feature_map, "cells_shape"], "cells")
    graph.node("MatMul", ["row", "cells"], "evidence")
    graph.node("Reshape", ["evidence", "map_shape"], "activation")


def _model(graph: _Graph, card_id: str, size: int) -> onnx.ModelProto:
    from onnx import TensorProto, helper, numpy_helper

    def value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    outputs = [
        value("logits", "N", CLASSES),
        value("features", "N", FEATURES),
        value("activation", "N", graph.size, graph.size),
    ]
    initialisers = [numpy_helper.from_array(array, name) for name, array in graph.initialisers.items()]
    built = helper.make_graph(graph.nodes, card_id, [value("input", "N", 3, size, size)], outputs, initialisers)
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(built, opset_imports=opsets, ir_version=IR_VERSION, producer_name="inferbot")
