"""Arrays in .npz files behind a SHA-256 of their bytes: written whole or not at all, and read without trust."""

import hashlib
import io
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

log = logging.getLogger(__name__)

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
        arrays = _unpack(data)
    except FileNotFoundError:
        return None
    except Exception as error:  # noqa: BLE001 - a damaged file can raise almost anything
        log.warning("a cached index is damaged: it's built again", extra={"file": path.name, "reason": str(error)})
        return None
    if data.startswith(PLAIN):
        with suppress(OSError):
            save(path, arrays)
    return arrays


def _unpack(data: bytes) -> Arrays:
    if not data.startswith(PLAIN):
        written, data = data[:HASH_BYTES], data[HASH_BYTES:]
        if hashlib.sha256(data).digest() != written:
            raise ValueError("it isn't what was written")
    with np.load(io.BytesIO(data)) as stored:
        return dict(stored)
