"""Quantize weights to 8 bits, and a whole float32 model from the measured ranges of its activations.

The latter is static quantization in QDQ form
(https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html): activations are uint8 with one scale
per tensor, weights int8 with one scale per output channel, biases and sums int32. A QuantizeLinear and a
DequantizeLinear surround each 8-bit operator, and the runtime fuses the three.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from ..runtime import Float32
from .onnx_graph import OnnxGraph

Ranges = Mapping[str, tuple[float, float]]

# How many rows are quantized at a time, so that little memory is needed.
ROWS = 1024


def quantize(weight: Float32) -> tuple[npt.NDArray[np.int8], Float32]:
    """Return ``weight`` as int8, and the float32 scale of each row (its last axis)."""
    whole, scale = np.empty(weight.shape, np.int8), np.empty(weight.shape[:-1], np.float32)
    for start in range(0, len(weight), ROWS):
        rows = weight[start : start + ROWS]
        largest = np.abs(rows).max(axis=-1)
        unit = (np.where(largest > 0, largest, 1) / 127).astype(np.float32)
        whole[start : start + ROWS] = np.rint(rows / unit[..., None])
        scale[start : start + ROWS] = unit
    return whole, scale


def quantize_model(data: bytes, ranges: Ranges) -> bytes:
    """Return the 8-bit form of the float32 model in ``data``; ``ranges`` has (lowest, highest) by activation."""
    model = onnx.load_model_from_string(data)
    rewriter = _Rewriter(model, {name: activation_scale(*bounds) for name, bounds in ranges.items()})
    rewriter.add_pair("input")
    for node in model.graph.node:
        rewriter.add(node)
    return rewriter.graph.model.SerializeToString()


def activation_scale(lowest: float, highest: float) -> tuple[np.float32, np.uint8]:
    """Return the scale and zero point that spread uint8 over a range, widened to include zero."""
    lowest, highest = min(lowest, 0.0), max(highest, 0.0)
    scale = np.float32((highest - lowest) / 255)
    return scale, np.uint8(np.clip(np.rint(-lowest / scale), 0, 255))


class _Rewriter:
    """Writes the 8-bit graph. ``x.real`` is the float32 tensor that is read back from the 8-bit form of ``x``."""

    def __init__(self, model: onnx.ModelProto, scales: Mapping[str, tuple[np.float32, np.uint8]]) -> None:
        self.graph = OnnxGraph(model.graph.name, opset=model.opset_import[0].version, ir_version=model.ir_version)
        self.graph.model.graph.input.extend(model.graph.input)
        self.graph.model.graph.output.extend(model.graph.output)
        self._scales = scales
        self._floats: dict[str, npt.NDArray[Any]] = {
            tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer
        }

    def add(self, node: onnx.NodeProto) -> None:
        """Add ``node`` with its weights and activations in 8 bits."""
        if node.op_type == "Gather":
            self._add_gather(node)
            return
        if node.op_type in {"Conv", "Gemm"}:
            self._quantize_weights(*node.input)
            node.input[1:] = [f"{name}.real" for name in node.input[1:]]
        for position, name in enumerate(node.input):
            if name in self._scales:
                node.input[position] = f"{name}.real"
            elif name in self._floats:
                self.graph.constant(name, self._floats[name])
        self.graph.model.graph.node.append(node)
        for name in node.output:
            if name in self._scales:
                self.add_pair(name)

    def add_pair(self, name: str) -> None:
        """Quantize the activation ``name``, and read it back."""
        scale, zero = self._scales[name]
        how = [self.graph.constant(f"{name}.scale", scale), self.graph.constant(f"{name}.zero", zero)]
        quantized = self.graph.node("QuantizeLinear", [name, *how], f"{name}.quantized")
        self.graph.node("DequantizeLinear", [quantized, *how], f"{name}.real")

    def _quantize_weights(self, source: str, weight: str, bias: str) -> None:
        real = self._floats[weight]
        whole, scale = quantize(real.reshape(len(real), -1))
        # Sums of uint8 times int8 come out in this unit, so the bias has to be in it too.
        unit = scale * self._scales[source][0]
        sums = np.clip(np.rint(self._floats[bias] / unit.astype(np.float64)), -(2**31), 2**31 - 1).astype(np.int32)
        for name, array, scales in ((weight, whole.reshape(real.shape), scale), (bias, sums, unit)):
            parts = {"quantized": array, "scale": scales, "zero": np.zeros(len(scales), array.dtype)}
            inputs = [self.graph.constant(f"{name}.{part}", value) for part, value in parts.items()]
            self.graph.node("DequantizeLinear", inputs, f"{name}.real", axis=0)

    def _add_gather(self, node: onnx.NodeProto) -> None:
        # A row has one scale, which doesn't move its evidence around, so its integers are enough.
        (output,) = node.output
        rows = self.graph.node("Gather", [f"{node.input[0]}.quantized", node.input[1]], f"{output}.whole", axis=0)
        self.graph.cast(rows, output)
