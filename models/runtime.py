"""What every task shares: the session that runs an ONNX file, softmax, and the fingerprint of a model's outputs."""

import ctypes
import hashlib
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self, cast

import numpy as np
import numpy.typing as npt
import onnxruntime

from .errors import InferenceError, ModelUnavailable

Float32 = npt.NDArray[np.float32]

# From glibc's malloc.h: the option that sets from which size on a block is mapped on its own.
M_MMAP_THRESHOLD = -3
LARGE_BLOCK = 1 << 20


class Session(Protocol):
    """The part of ``onnxruntime.InferenceSession`` that we use; the original has no complete types."""

    def run(self, output_names: Sequence[str] | None, input_feed: dict[str, Any]) -> list[Any]:
        """Return the named outputs, or all of them."""
        ...

    def get_inputs(self) -> list[Any]:
        """Return the name, type and shape of each input."""
        ...

    def get_outputs(self) -> list[Any]:
        """Return the name, type and shape of each output."""
        ...

    def get_modelmeta(self) -> Any:
        """Return the model's metadata."""
        ...


def open_session(model: Path | bytes) -> Session:
    """Return a session on an ONNX model: single-threaded, so that a machine with two cores can run two side by side.

    A path takes less memory than bytes, which the session would keep. Opening holds the GIL for a while: do it before
    connecting. Raises onnxruntime's exceptions.
    """
    runtime: Any = onnxruntime
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Errors are raised as exceptions; the warnings are for people who build models.
    options.log_severity_level = 3
    # CPUs without VNNI add pairs of 8-bit products in 16 bits, which overflows. An 8-bit EfficientNet-Lite0 then agreed
    # with the float32 one on 67% of 192 crops, and on 89% in this exact, slightly slower mode.
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    give_back_memory()
    return session


def read_metadata(session: Session) -> dict[str, str]:
    """Return the metadata of a model, such as the JSON of its tokenizer."""
    return cast("dict[str, str]", session.get_modelmeta().custom_metadata_map)


@contextmanager
def model_errors(card_id: str, reason: str) -> Generator[None]:
    """Raise ``ModelUnavailable`` with ``reason`` for whatever the runtime raises inside."""
    try:
        yield
    except InferenceError:
        raise
    except Exception as error:  # onnxruntime's exceptions share no base class
        raise ModelUnavailable(card_id, reason) from error


def check_finite(card_id: str, output: Float32) -> None:
    """Raise ``ModelUnavailable`` when a model's output holds NaN or infinity."""
    if not np.isfinite(output).all():
        raise ModelUnavailable(card_id, "It answered with numbers that aren't scores.")


def softmax(logits: Float32) -> Float32:
    """Return ``logits`` as scores that add up to one along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A SHA-256 that stays the same as long as the weights do; ``of`` tells people what was hashed.

    It is the hash of a model's outputs for a fixed input. Hashing the weights would say more, but the runtime doesn't
    show the ones it computes with: of 100 weight tensors of EfficientNet-Lite0 shared with a session, it used 50 and
    had copied the others into a faster layout, without which it is three times slower. Multiplying any one of the 100
    by 1.5 did change these outputs, though.
    """

    sha256: str
    of: str

    @classmethod
    def of_outputs(cls, outputs: Iterable[npt.NDArray[Any]], probe: str) -> Self:
        """Hash ``outputs`` bit for bit; ``probe`` names the fixed input that they are for."""
        digest, numbers = hashlib.sha256(), 0
        for output in outputs:
            digest.update(output.tobytes())
            numbers += output.size
        return cls(digest.hexdigest(), f"the model's {numbers:,} exact outputs for {probe}")

    @classmethod
    def of_parts(cls, parts: Sequence[Self]) -> Self:
        """Return one fingerprint of several models that work together."""
        digest = hashlib.sha256("".join(part.sha256 for part in parts).encode())
        return cls(digest.hexdigest(), f"the fingerprints of {len(parts)} models")


def give_back_memory() -> None:
    """Ask glibc to return freed memory to the system (`malloc_trim`).

    Opening a model frees about twice its size, which the C library would keep. Does nothing on other systems.
    """
    _call_glibc("malloc_trim", 0)


def keep_large_blocks_apart() -> None:
    """Have glibc give each block of a megabyte or more back as soon as it is freed (`mallopt`).

    Otherwise it raises the size from which it does so with every large block, up to 32 MB, and the pictures, weights
    and drawings below that leave holes: 100 MB after every feature was used. Does nothing on other systems.
    """
    _call_glibc("mallopt", M_MMAP_THRESHOLD, LARGE_BLOCK)


def _call_glibc(name: str, *numbers: int) -> None:
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*numbers)
