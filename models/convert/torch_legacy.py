"""Read the tensors of a PyTorch file in its old format (before 1.6), without PyTorch and without trusting the file.

The file is five pickles (a magic number, a protocol number, facts about the system that wrote it, the state dictionary,
the keys of the storages) and then, for each key, an int64 count and that many raw little-endian numbers: see
``_legacy_save`` in PyTorch's ``serialization.py``. A pickle can call anything it can name, so we allow only the names
that a state dictionary needs; all others raise.
"""

import io
import math
import pickle
import struct
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..errors import WeightsError

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(frozen=True, slots=True)
class _View:
    """A tensor: where in which storage its numbers are."""

    storage: str
    dtype: np.dtype[Any]
    offset: int
    shape: tuple[int, ...]
    # In numbers, not bytes: tensors may be transposed in their storage.
    strides: tuple[int, ...]


def read_state(data: bytes) -> dict[str, npt.NDArray[Any]]:
    """Return the tensors in ``data`` by name, as read-only arrays.

    Raises :class:`WeightsError` when ``data`` isn't such a file, or names anything but plain tensors.
    """
    try:
        return _read_state(data)
    except Exception as error:  # a damaged pickle can raise almost anything
        raise WeightsError(f"The file of weights can't be read: {error}.") from error


def _read_state(data: bytes) -> dict[str, npt.NDArray[Any]]:
    file = io.BytesIO(data)
    magic, protocol, facts, views, keys = (_Unpickler(file).load() for _ in range(5))
    if (magic, protocol, facts["little_endian"]) != (MAGIC, PROTOCOL, True):
        raise ValueError("it isn't in the old format of PyTorch")
    dtypes = {view.storage: view.dtype for view in views.values()}
    storages: dict[str, npt.NDArray[Any]] = {}
    for key in keys:
        (count,) = struct.unpack("<q", file.read(8))
        storages[key] = np.frombuffer(data, dtypes[key], count, file.tell())
        file.seek(storages[key].nbytes, io.SEEK_CUR)
    return {name: _cut(storages[view.storage], view) for name, view in views.items()}


def _cut(storage: npt.NDArray[Any], view: _View) -> npt.NDArray[Any]:
    last = view.offset + sum((side - 1) * stride for side, stride in zip(view.shape, view.strides, strict=True))
    outside = min(view.offset, *view.shape, *view.strides, 0) < 0 or last >= len(storage)
    # A stride of zero would repeat one number as often as the shape says.
    if outside or math.prod(view.shape) > len(storage):
        raise ValueError("a tensor reaches outside its storage")
    strides = [stride * storage.itemsize for stride in view.strides]
    return np.lib.stride_tricks.as_strided(storage[view.offset :], view.shape, strides, writeable=False)


def _rebuild_tensor(
    storage: tuple[str, np.dtype[Any]],
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    *_gradients_and_hooks: object,
) -> _View:
    return _View(*storage, offset, shape, strides)


# The one written in Python: the one in C allocates memory for any place in its memo that a damaged file names.
class _Unpickler(pickle._Unpickler):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    # Without the one operation that makes room for as many bytes as the file declares, before it reads them.
    dispatch: ClassVar[dict[int, Any]] = {
        code: load
        for code, load in pickle._Unpickler.dispatch.items()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        if code != pickle.BYTEARRAY8[0]
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in DTYPES:
            return name
        raise pickle.UnpicklingError(f"it names {module}.{name}, which no weights need")

    def persistent_load(self, pid: Any) -> tuple[str, np.dtype[Any]]:
        kind, type_name, key, *_ = pid
        if kind != "storage":
            raise pickle.UnpicklingError("it refers to something that isn't a storage")
        return str(key), DTYPES[type_name]
