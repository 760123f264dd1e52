"""The weights as a file: named arrays in numpy's own `.npz`, float32 or 8-bit.

In the 8-bit form a matrix `NAME` is int8 beside one float32 number `NAME.scale`, and its values are their product.
Biases and the norms' scales, a hundredth of the file, stay float32.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Weights = Mapping[str, Array]
SCALE = ".scale"


def quantise(weights: Weights) -> dict[str, Array]:
    """Return the 8-bit form of float32 `weights`: each matrix is spread over -127 … 127 by its largest value."""
    found: dict[str, Array] = {}
    for name, values in weights.items():
        if values.ndim == 1:
            found[name] = values.astype(np.float32)
            continue
        scale = np.float32(max(float(np.abs(values).max()), 1e-12) / 127)
        found[name] = np.rint(values / scale).astype(np.int8)
        found[name + SCALE] = np.array(scale)
    return found


def dequantise(weights: Weights) -> dict[str, Array]:
    """Return `weights` in float32, whichever form they are in."""
    return {
        name: values.astype(np.float32) * weights.get(name + SCALE, np.float32(1))
        for name, values in weights.items()
        if not name.endswith(SCALE)
    }


def write_weights(path: Path, weights: Weights) -> None:
    """Write the file, whole or not at all."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **weights)
    part.replace(path)


def read_weights(path: Path) -> dict[str, Array]:
    """Return the arrays of a file as they were written."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
