"""Build the ONNX graph of EfficientNet-Lite from its PyTorch weights.

The network is that of https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite: MobileNetV2
blocks without squeeze-and-excitation, ReLU6, TensorFlow's "SAME" padding. Batch norm is folded into the convolutions.

Outputs: ``logits`` float32 [N, 1000]; ``features`` float32 [N, 1280], the averaged last feature map; ``activation``
float32 [N, h, w], the class-activation map of the best class (Zhou et al. 2016, https://arxiv.org/abs/1512.04150): the
last feature map weighted with that class's row of the last layer, which shows where the evidence for it is.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from ..runtime import Float32
from .onnx_graph import FLOAT, OnnxGraph

Weights = Mapping[str, npt.NDArray[Any]]

# Blocks and the stride of the first block, for each of the seven stages.
STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
# The factor by which the middle stages of a variant are deeper.
DEPTHS = {"efficientnet-lite0": 1.0, "efficientnet-lite2": 1.2}
BATCH_NORM_EPSILON = 1e-3
CLASSES = 1000
FEATURES = 1280


class _Graph(OnnxGraph):
    """The network so far, with the side of the current feature map in pixels."""

    def __init__(self, name: str, weights: Weights, size: int) -> None:
        super().__init__(name, opset=17, ir_version=8)
        self.weights = weights
        self.size = size

    def convolution(self, source: str, name: str, norm: str, stride: int = 1, *, clip: bool = True) -> str:
        """Add a convolution with its batch norm folded in, followed by a ReLU6 if ``clip``."""
        kernel, bias = _fold(self.weights, name, norm)
        side = kernel.shape[-1]
        before, after, self.size = same_padding(self.size, side, stride)
        output = self.node(
            "Conv",
            [source, self.constant(f"{name}.weight", kernel), self.constant(f"{name}.bias", bias)],
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
    graph = _Graph(card_id, weights, size)
    graph.input("input", FLOAT, ["N", 3, size, size])
    graph.constant("zero", np.float32(0))
    graph.constant("six", np.float32(6))
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
    return graph.model


def _fold(weights: Weights, name: str, norm: str) -> tuple[Float32, Float32]:
    """Return the kernel and bias of a convolution with its batch norm, computed in float64, as float32."""
    variance = weights[f"{norm}.running_var"].astype(np.float64)
    scale = weights[f"{norm}.weight"] / np.sqrt(variance + BATCH_NORM_EPSILON)
    kernel = weights[f"{name}.weight"] * scale[:, None, None, None]
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
    return kernel.astype(np.float32), bias.astype(np.float32)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int, int]:
    """Return the padding before and after, and the new size, as TensorFlow's "SAME" gives them."""
    new_size = math.ceil(size / stride)
    total = max((new_size - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2, new_size


def _add_head(graph: _Graph, feature_map: str) -> None:
    matrix = graph.constant("_fc.weight", graph.weights["_fc.weight"])
    bias = graph.constant("_fc.bias", graph.weights["_fc.bias"])
    graph.node("GlobalAveragePool", [feature_map], "pooled")
    graph.node("Flatten", ["pooled"], "features", axis=1)
    graph.node("Gemm", ["features", matrix, bias], "logits", transB=1)
    graph.output("logits", FLOAT, ["N", CLASSES])
    graph.output("features", FLOAT, ["N", FEATURES])


def _add_activation(graph: _Graph, feature_map: str) -> None:
    side = graph.size
    graph.node("ArgMax", ["logits"], "best", axis=1, keepdims=0)
    graph.node("Gather", ["_fc.weight", "best"], "best_row", axis=0)
    graph.node("Reshape", ["best_row", graph.integers("row_shape", -1, 1, FEATURES)], "row")
    graph.node("Reshape", [feature_map, graph.integers("cells_shape", -1, FEATURES, side * side)], "cells")
    graph.node("MatMul", ["row", "cells"], "evidence")
    graph.node("Reshape", ["evidence", graph.integers("map_shape", -1, side, side)], "activation")
    graph.output("activation", FLOAT, ["N", side, side])
