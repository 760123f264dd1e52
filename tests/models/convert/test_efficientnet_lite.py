"""The graph is built as the network is described, and its 8-bit form stays close; on random weights."""

from typing import Any

import numpy as np
import onnx
import pytest
from inferbot.models.convert import efficientnet_lite, int8
from inferbot.models.runtime import open_session
from inferbot.training.calibrate import find_activations

Weights = dict[str, np.ndarray[Any, Any]]
# Widths after each stage of the published network, before the head of 1,280.
WIDTHS = (16, 24, 40, 80, 112, 192, 320)
KERNELS = (3, 3, 5, 3, 5, 5, 3)


def random_weights(depth: float) -> Weights:
    """Return weights with the shapes of the published network, small enough for numbers to stay tame."""
    random = np.random.default_rng(7)
    weights: Weights = {}

    def convolution(name: str, norm: str, out: int, into: int, kernel: int) -> None:
        spread = np.sqrt(2 / (into * kernel * kernel))
        weights[f"{name}.weight"] = random.normal(0, spread, (out, into, kernel, kernel)).astype(np.float32)
        weights[f"{norm}.weight"] = random.uniform(0.9, 1.1, out).astype(np.float32)
        weights[f"{norm}.bias"] = random.normal(0, 0.1, out).astype(np.float32)
        weights[f"{norm}.running_mean"] = random.normal(0, 0.1, out).astype(np.float32)
        weights[f"{norm}.running_var"] = random.uniform(0.8, 1.2, out).astype(np.float32)

    convolution("_conv_stem", "_bn0", 32, 3, 3)
    number, width = 0, 32
    for stage, (repeats, _) in enumerate(efficientnet_lite.STAGES):
        middle = 0 < stage < len(efficientnet_lite.STAGES) - 1
        for _ in range(int(np.ceil(repeats * depth)) if middle else repeats):
            prefix, deep = f"_blocks.{number}.", width
            if stage:
                deep = width * 6
                convolution(f"{prefix}_expand_conv", f"{prefix}_bn0", deep, width, 1)
            convolution(f"{prefix}_depthwise_conv", f"{prefix}_bn1", deep, 1, KERNELS[stage])
            convolution(f"{prefix}_project_conv", f"{prefix}_bn2", WIDTHS[stage], deep, 1)
            number, width = number + 1, WIDTHS[stage]
    convolution("_conv_head", "_bn1", 1280, 320, 1)
    weights["_fc.weight"] = random.normal(0, 0.05, (1000, 1280)).astype(np.float32)
    weights["_fc.bias"] = random.normal(0, 0.1, 1000).astype(np.float32)
    return weights


@pytest.fixture(scope="module")
def weights() -> Weights:
    return random_weights(1.0)


@pytest.fixture(scope="module")
def model(weights: Weights) -> onnx.ModelProto:
    return efficientnet_lite.build("efficientnet-lite0", weights, 224)


def picture(seed: int = 1, side: int = 224) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(seed).uniform(-1, 1, (1, 3, side, side)).astype(np.float32)


def test_the_graph_is_valid_and_its_outputs_have_the_documented_shapes(model: onnx.ModelProto) -> None:
    onnx.checker.check_model(model, full_check=True)  # pyright: ignore[reportUnknownMemberType]
    session = open_session(model.SerializeToString())
    assert [output.name for output in session.get_outputs()] == ["logits", "features", "activation"]
    assert [output.shape for output in session.run(None, {"input": picture()})] == [(1, 1000), (1, 1280), (1, 7, 7)]


def test_the_larger_variant_has_more_blocks_and_a_finer_map() -> None:
    model = efficientnet_lite.build("efficientnet-lite2", random_weights(1.2), 260)
    blocks = {node.name.split(".")[1] for node in model.graph.node if node.name.startswith("_blocks.")}
    assert len(blocks) == 21
    shapes = [
        output.shape for output in open_session(model.SerializeToString()).run(None, {"input": picture(side=260)})
    ]
    assert shapes == [(1, 1000), (1, 1280), (1, 9, 9)]


def test_the_activation_is_the_evidence_that_the_best_logit_sums(model: onnx.ModelProto, weights: Weights) -> None:
    logits, features, activation = open_session(model.SerializeToString()).run(None, {"input": picture()})
    assert logits[0] == pytest.approx(features[0] @ weights["_fc.weight"].T + weights["_fc.bias"], rel=1e-3, abs=1e-3)
    best = int(logits[0].argmax())
    # A logit is the mean of its evidence over the map, plus its bias.
    assert activation.mean() + weights["_fc.bias"][best] == pytest.approx(logits[0, best], rel=1e-3)


def test_batch_norm_is_folded_into_the_first_convolution(model: onnx.ModelProto, weights: Weights) -> None:
    arrays = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    patch = np.random.default_rng(3).normal(size=(3, 3, 3))
    sums = (weights["_conv_stem.weight"] * patch).sum(axis=(1, 2, 3))
    spread = np.sqrt(weights["_bn0.running_var"].astype(np.float64) + 1e-3)
    normal = (sums - weights["_bn0.running_mean"]) / spread * weights["_bn0.weight"] + weights["_bn0.bias"]
    folded = (arrays["_conv_stem.weight"] * patch).sum(axis=(1, 2, 3)) + arrays["_conv_stem.bias"]
    assert folded == pytest.approx(normal, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding"),
    [
        (224, 3, 2, (0, 1, 112)),
        (112, 3, 1, (1, 1, 112)),
        (56, 5, 2, (1, 2, 28)),
        (65, 3, 2, (1, 1, 33)),
        (7, 1, 1, (0, 0, 7)),
    ],
)
def test_padding_is_that_of_tensorflow(size: int, kernel: int, stride: int, padding: tuple[int, int, int]) -> None:
    assert efficientnet_lite.same_padding(size, kernel, stride) == padding


def ranges_of(model: onnx.ModelProto) -> int8.Ranges:
    """Return the ranges that activations take on a few pictures, as training/calibrate.py measures them."""
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    names = find_activations(model)
    known = {"input", *(output.name for output in model.graph.output)}
    shown.graph.output.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names if name not in known
    )
    session = open_session(shown.SerializeToString())
    ranges = {"input": (-1.0, 1.0)}
    for seed in range(4):
        for name, values in zip(names[1:], session.run(names[1:], {"input": picture(seed)}), strict=True):
            low, high = ranges.get(name, (0.0, 0.0))
            ranges[name] = (min(low, float(values.min())), max(high, float(values.max())))
    return ranges


def test_the_eight_bit_model_is_a_quarter_of_the_size_and_agrees(model: onnx.ModelProto) -> None:
    whole = model.SerializeToString()
    small = int8.quantize_model(whole, ranges_of(model))
    assert len(small) < len(whole) * 0.3
    full = open_session(whole).run(["logits", "activation"], {"input": picture(9)})
    eight = open_session(small).run(["logits", "activation"], {"input": picture(9)})
    assert np.corrcoef(full[0][0], eight[0][0])[0, 1] > 0.97
    assert eight[1].shape == (1, 7, 7)


def test_a_range_is_widened_to_hold_zero_exactly() -> None:
    scale, zero = int8.activation_scale(-1.0, 3.0)
    assert (zero, scale) == (64, pytest.approx(4 / 255))
    assert int8.activation_scale(1.0, 6.0)[1] == 0
    assert int8.activation_scale(-127 / 128, 1.0) == (1 / 128, 127)


def test_weights_get_one_scale_a_channel_and_zeros_stay_zero() -> None:
    weight = np.array([[[[-2.0, 1.0]]], [[[0.0, 0.0]]], [[[0.001, 0.0005]]]], np.float32)
    whole, scale = int8.quantize(weight.reshape(3, 2))
    assert whole.reshape(3, 2).tolist() == [[-127, 64], [0, 0], [127, 64]]
    assert scale * 127 == pytest.approx([2, 1, 0.001])
