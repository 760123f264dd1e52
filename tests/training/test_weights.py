"""8-bit weights are near the float32 ones, and a file gives back what was written."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from inferbot.training.translate.weights import SCALE, dequantise, quantise, read_weights, write_weights

MATRICES = hnp.arrays(np.float32, (4, 3), elements=st.floats(-8, 8, width=32))


@given(MATRICES)
def test_no_value_is_off_by_more_than_half_a_step(matrix: npt.NDArray[np.float32]) -> None:
    small = quantise({"W": matrix})
    assert small["W"].dtype == np.int8
    step = float(small["W" + SCALE])
    assert np.abs(dequantise(small)["W"] - matrix).max() <= step * 0.5001 + 1e-7


def test_biases_stay_as_they_are() -> None:
    bias = np.array([0.1, -2.5], np.float32)
    assert list(quantise({"b": bias})) == ["b"]
    np.testing.assert_array_equal(dequantise(quantise({"b": bias}))["b"], bias)


def test_float32_weights_pass_through_unchanged() -> None:
    weights = {"W": np.ones((2, 2), np.float32), "b": np.zeros(2, np.float32)}
    back = dequantise(weights)
    assert set(back) == {"W", "b"}
    np.testing.assert_array_equal(back["W"], weights["W"])


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    small = quantise({"W": np.array([[0.5, -1.0]], np.float32), "b": np.ones(2, np.float32)})
    write_weights(tmp_path / "weights.npz", small)
    back = read_weights(tmp_path / "weights.npz")
    assert {name: (values.dtype, values.tolist()) for name, values in back.items()} == {
        name: (values.dtype, values.tolist()) for name, values in small.items()
    }
    assert [path.name for path in tmp_path.iterdir()] == ["weights.npz"]


def test_a_file_with_pickled_objects_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "bad.npz", W=np.array([object()]), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        read_weights(tmp_path / "bad.npz")
