"""Arrays in .npz files: written whole or not at all, and read without trust."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def save(path: Path, **arrays: Array) -> None:
    """Write `arrays` to `path`, whole or not at all. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    try:
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path, *names: str) -> list[Array] | None:
    """Return the arrays with these names, or None if no readable file holds them all. Blocks."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return [stored[name] for name in names]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
