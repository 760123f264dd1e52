"""Make an 8-bit model of a float32 one, from the ranges that its activations were seen to take.

Static quantisation in QDQ form (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html):
activations are uint8 with one scale a tensor, weights int8 with one scale an output channel, biases and sums int32.
A QuantizeLinear and a DequantizeLinear stand around each 8-bit operator, and the runtime melts the three into one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import onnx

Array = npt.NDArray[Any]
Ranges = Mapping[str, tuple[float, float]]

# Change this number with the graph, so that caches built by an older recipe are built again.
RECIPE = 1


def find_activations(model: onnx.ModelProto) -> list[str]:
    """Return the names of the tensors whose ranges :func:`quantise` needs.

    They are what goes into and comes out of the convolutions, the additions and the last layer; of a convolution with
    a ReLU6 behind it, what comes out of the ReLU6.
    """
    clipped = {node.input[0] for node in model.graph.node if node.op_type == "Clip"}
    return ["input"] + [
        node.output[0]
        for node in model.graph.node
        if node.op_type in {"Clip", "Add", "Flatten"} or (node.op_type == "Conv" and node.output[0] not in clipped)
    ]


def quantise(data: bytes, ranges: Ranges) -> bytes:
    """Return the 8-bit model of the float32 model in ``data``; ``ranges`` holds (lowest, highest) by activation."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_model_from_string(data)
    floats = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    rewriter = _Rewriter(floats, {name: _activation_scale(*bounds) for name, bounds in ranges.items()})
    rewriter.add_pair("input")
    for node in model.graph.node:
        rewriter.add(node)
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(rewriter.nodes)
    kept = {name for node in rewriter.nodes for name in node.input}
    arrays = {name: array for name, array in (floats | rewriter.arrays).items() if name in kept}
    model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in arrays.items())
    return model.SerializeToString()


def _activation_scale(lowest: float, highest: float) -> tuple[np.float32, np.uint8]:
    """Return the scale and zero point that spread uint8 over a range, which is widened to hold zero."""
    lowest, highest = min(lowest, 0.0), max(highest, 0.0)
    scale = np.float32((highest - lowest) / 255)
    return scale, np.uint8(np.clip(np.rint(-lowest / scale), 0, 255))


def _quantise_weight(weight: Array) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Return ``weight`` as int8 and the scale of each output channel, its first axis."""
    largest = np.abs(weight).reshape(len(weight), -1).max(axis=1)
    scale = (np.where(largest > 0, largest, 1) / 127).astype(np.float32)
    whole = np.rint(weight / scale.reshape(-1, *[1] * (weight.ndim - 1)))
    return whole.astype(np.int8), scale


@dataclass
class _Rewriter:
    """The 8-bit graph so far. ``x.real`` names the float32 tensor that is read back from the 8-bit form of ``x``."""

    floats: dict[str, Array]
    scales: dict[str, tuple[np.float32, np.uint8]]
    nodes: list[onnx.NodeProto] = field(default_factory=list["onnx.NodeProto"])
    arrays: dict[str, Array] = field(default_factory=dict[str, Array])

    def add(self, node: onnx.NodeProto) -> None:
        """Add ``node``, its weights and activations turned into 8-bit ones."""
        if node.op_type == "Gather":
            self._add_gather(node)
            return
        source = node.input[0]
        if node.op_type in {"Conv", "Gemm"}:
            node.input[1], node.input[2] = self._add_weights(source, node.input[1], node.input[2])
        for position, name in enumerate(node.input):
            if name in self.scales:
                node.input[position] = f"{name}.real"
        self.nodes.append(node)
        for name in node.output:
            if name in self.scales:
                self.add_pair(name)

    def add_pair(self, name: str) -> None:
        """Add the step to uint8 and back behind the activation ``name``."""
        scale, zero = self.scales[name]
        self.arrays |= {f"{name}.scale": np.array(scale), f"{name}.zero": np.array(zero)}
        how = [f"{name}.scale", f"{name}.zero"]
        self._node("QuantizeLinear", [name, *how], f"{name}.quantised")
        self._node("DequantizeLinear", [f"{name}.quantised", *how], f"{name}.real")

    def _add_weights(self, source: str, weight: str, bias: str) -> tuple[str, str]:
        whole, scale = _quantise_weight(self.floats[weight])
        # Sums of uint8 times int8 come out in this unit, so the bias has to be in it too.
        unit = scale * self.scales[source][0]
        sums = np.clip(np.rint(self.floats[bias] / unit.astype(np.float64)), -(2**31), 2**31 - 1).astype(np.int32)
        for name, array, scales in ((weight, whole, scale), (bias, sums, unit)):
            zeros = np.zeros(len(scales), array.dtype)
            self.arrays |= {f"{name}.quantised": array, f"{name}.scale": scales, f"{name}.zero": zeros}
            inputs = [f"{name}.quantised", f"{name}.scale", f"{name}.zero"]
            self._node("DequantizeLinear", inputs, f"{name}.real", axis=0)
        return f"{weight}.real", f"{bias}.real"

    def _add_gather(self, node: onnx.NodeProto) -> None:
        # One row has one scale, which says nothing about where its evidence lies: whole numbers will do.
        node.input[0] = f"{node.input[0]}.quantised"
        (output,) = node.output
        node.name = node.output[0] = f"{output}.whole"
        self.nodes.append(node)
        self._node("Cast", [f"{output}.whole"], output, to=1)

    def _node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
