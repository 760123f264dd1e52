"""Arrays in .npz files behind a SHA-256 of their bytes: written whole or not at all, and read without trust."""

import hashlib
import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]

# How a plain .npz file begins: those that earlier versions wrote have no hash.
PLAIN = b"PK\x03\x04"
HASH_BYTES = 32


def save(path: Path, arrays: Arrays) -> None:
    """Write `arrays` to `path`, whole or not at all. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    try:
        temporary.write_bytes(hashlib.sha256(file.getbuffer()).digest() + file.getbuffer())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path) -> Arrays | None:
    """Return the arrays in `path`, or None if there is no such file or it is damaged. Blocks."""
    try:
        data = path.read_bytes()
        plain = data.startswith(PLAIN)
        if not plain and hashlib.sha256(data[HASH_BYTES:]).digest() != data[:HASH_BYTES]:
            return None
        with np.load(io.BytesIO(data if plain else data[HASH_BYTES:])) as stored:
            arrays = dict(stored)
    except Exception:  # noqa: BLE001 - a damaged file can raise almost anything
        return None
    if plain:
        with suppress(OSError):
            save(path, arrays)
    return arrays
