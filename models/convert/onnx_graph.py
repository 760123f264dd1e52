"""Build an ONNX model node by node: the operators that several networks share, and the bookkeeping around them."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from ..errors import WeightsError

FLOAT, INT32, INT64 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64
# Operators of onnxruntime that the ONNX standard lacks.
RUNTIME = "com.microsoft"
LAST = -1


class OnnxGraph:
    """A model under construction. Each method that adds something returns its name, which is that of a node's output.

    Constants go straight into ``model``: a second copy of all weights would double the memory.
    """

    def __init__(self, name: str, *, opset: int = 20, ir_version: int = 9) -> None:
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid(RUNTIME, 1)]
        self.model = onnx.ModelProto(ir_version=ir_version, producer_name="inferbot", opset_import=opsets)
        self.model.graph.name = name
        self._constants = set[str]()
        self._quantized = set[str]()

    def input(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        """Add an input of the model."""
        self.model.graph.input.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        """Declare a node's output to be one of the model's."""
        self.model.graph.output.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def node(
        self, operator: str, inputs: Sequence[str], output: str | Sequence[str], domain: str = "", **attributes: Any
    ) -> str:
        """Add a node; of several outputs the first one is returned."""
        outputs = [output] if isinstance(output, str) else list(output)
        made = helper.make_node(operator, inputs, outputs, name=outputs[0], domain=domain, **attributes)
        self.model.graph.node.append(made)
        return outputs[0]

    def constant(self, name: str, value: Any) -> str:
        """Add an array or a number, unless that name has been added already."""
        if name not in self._constants:
            self._constants.add(name)
            array = np.asarray(value)
            kind = helper.np_dtype_to_tensor_dtype(array.dtype)
            self.model.graph.initializer.add(name=name, dims=array.shape, data_type=kind, raw_data=array.tobytes())
        return name

    def integers(self, name: str, *values: int) -> str:
        """Add a one-dimensional int64 constant, such as a shape."""
        return self.constant(name, np.array(values, np.int64))

    def cast(self, source: str, output: str) -> str:
        """Turn numbers of any type into float32."""
        return self.node("Cast", [source], output, to=FLOAT)

    def layer_norm(self, source: str, scale: str, bias: str, output: str, epsilon: float) -> str:
        """Normalize the last axis."""
        return self.node("LayerNormalization", [source, scale, bias], output, axis=LAST, epsilon=epsilon)

    def int8_product(self, source: str, whole: str, scale: str, name: str) -> str:
        """Multiply by the int8 matrix ``whole``, whose columns have the float32 ``scale``.

        Activations are quantized to uint8 as they come ("dynamic quantization"), once for each source.
        """
        parts = [f"{source}.{part}" for part in ("whole", "scale", "zero")]
        if source not in self._quantized:
            self._quantized.add(source)
            self.node("DynamicQuantizeLinear", [source], parts)
        sums = self.node("MatMulInteger", [parts[0], whole, parts[2]], f"{name}.sums")
        unit = self.node("Mul", [parts[1], scale], f"{name}.unit")
        return self.node("Mul", [self.cast(sums, f"{name}.float"), unit], f"{name}.product")

    def split_heads(self, source: str, heads: int, width: int, order: Sequence[int]) -> str:
        """Cut [N, tokens, heads × width] into heads and transpose [N, tokens, heads, width] to ``order``."""
        cut = self.node("Reshape", [source, self.integers("heads", 0, 0, heads, width)], f"{source}.cut")
        return self.node("Transpose", [cut], f"{source}.heads", perm=list(order))

    def join_heads(self, source: str, width: int) -> str:
        """Put the heads of [N, heads, tokens, width of one] side by side: [N, tokens, width]."""
        turned = self.node("Transpose", [source], f"{source}.turned", perm=[0, 2, 1, 3])
        return self.node("Reshape", [turned, self.integers("joined", 0, 0, width)], f"{source}.joined")

    def attend(self, query: str, keys: str, values: str, name: str, mask: str | None = None) -> tuple[str, str]:
        """Add attention; return the weighted values and the attention weights, [N, heads, tokens, source].

        ``keys`` are transposed, and they or ``query`` divided by the root of their width; ``mask`` is added before the
        softmax.
        """
        alike = self.node("MatMul", [query, keys], f"{name}.alike")
        if mask is not None:
            alike = self.node("Add", [alike, mask], f"{name}.masked")
        weights = self.node("Softmax", [alike], f"{name}.weights", axis=LAST)
        return self.node("MatMul", [weights, values], f"{name}.mixed"), weights


@contextmanager
def checked_weights() -> Generator[None]:
    """Raise `WeightsError` when a tensor that the graph needs is missing or has another shape."""
    try:
        yield
    except KeyError as error:
        raise WeightsError(f"The weights lack {error}.") from error
    except ValueError as error:
        raise WeightsError("The weights have tensors that don't fit together.") from error
