"""The reader takes tensors from an old PyTorch file and refuses everything else that a pickle can hold."""

import os
import pickle
import struct
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inferbot.models.convert.torch_legacy import MAGIC, PROTOCOL, read_state
from inferbot.models.errors import WeightsError

FACTS = {"protocol_version": PROTOCOL, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


class Named:
    """Pickles as a global of another module, without importing it."""

    def __init__(self, name: str, *arguments: Any) -> None:
        self.name = name
        self.arguments = arguments


class Storage:
    def __init__(self, kind: str, key: str) -> None:
        self.pid = ("storage", kind, key, "cpu", 0, None)


def write_pickle(value: Any) -> bytes:
    """Return a pickle of `value`, with tensors and globals as PyTorch writes them."""
    return b"\x80\x02" + write(value) + b"."


def write(value: Any) -> bytes:
    if isinstance(value, Named):
        module, name = value.name.rsplit(".", 1)
        call = b"(" + b"".join(map(write, value.arguments)) + b"tR" if value.arguments else b""
        return f"c{module}\n{name}\n".encode() + call
    if isinstance(value, Storage):
        kind, type_name, *rest = value.pid
        parts = [write(kind), write(Named(f"torch.{type_name}")), *map(write, rest)]
        return b"(" + b"".join(parts) + b"tQ"
    if isinstance(value, tuple):
        return b"(" + b"".join(map(write, cast("tuple[Any, ...]", value))) + b"t"
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return b"}(" + b"".join(write(key) + write(item) for key, item in table.items()) + b"u"
    # What is left are plain values, whose pickle is the two first bytes, the value and a full stop.
    return pickle.dumps(value, protocol=2)[2:-1]


def tensor(
    key: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], kind: str = "FloatStorage"
) -> Named:
    rebuild = "torch._utils._rebuild_tensor_v2"
    return Named(rebuild, Storage(kind, key), offset, shape, strides, False, Named("collections.OrderedDict", ()))  # noqa: FBT003


def legacy_file(state: dict[str, Any], storages: dict[str, np.ndarray[Any, Any]]) -> bytes:
    head = b"".join(map(write_pickle, (MAGIC, PROTOCOL, FACTS, state)))
    keys = pickle.dumps(list(storages), protocol=2)
    return head + keys + b"".join(struct.pack("<q", array.size) + array.tobytes() for array in storages.values())


NUMBERS = np.arange(12, dtype="<f4")


def test_tensors_come_back_with_their_shapes_and_strides() -> None:
    state = {
        "plain": tensor("a", 0, (3, 4), (4, 1)),
        "turned": tensor("a", 0, (4, 3), (1, 4)),
        "part": tensor("a", 2, (2,), (1,)),
        "count": tensor("b", 0, (), (), "LongStorage"),
    }
    read = read_state(legacy_file(state, {"a": NUMBERS, "b": np.array([7], "<i8")}))
    assert (read["plain"] == NUMBERS.reshape(3, 4)).all()
    assert (read["turned"] == NUMBERS.reshape(3, 4).T).all()
    assert read["part"].tolist() == [2, 3]
    assert (read["count"].shape, int(read["count"])) == ((), 7)


@pytest.mark.parametrize(
    ("offset", "shape", "strides"), [(1, (12,), (1,)), (0, (3, 4), (5, 1)), (-1, (2,), (1,)), (0, (2,), (-1,))]
)
def test_a_tensor_outside_its_storage_is_refused(offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
    with pytest.raises(WeightsError, match="outside its storage"):
        read_state(legacy_file({"x": tensor("a", offset, shape, strides)}, {"a": NUMBERS}))


def test_a_name_that_no_weights_need_is_refused_and_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(os, "system", called.append)
    with pytest.raises(WeightsError, match=r"names os\.system"):
        read_state(legacy_file({"x": Named("os.system", "echo")}, {}))
    assert called == []


@pytest.mark.parametrize("name", ["builtins.eval", "torch.load", "torch.nn.Module", "inferbot.models.weights.Cache"])
def test_only_the_names_on_the_list_pass(name: str) -> None:
    with pytest.raises(WeightsError, match="which no weights need"):
        read_state(legacy_file({"x": Named(name)}, {}))


def test_another_format_is_refused() -> None:
    other = b"".join(map(write_pickle, (1, PROTOCOL, FACTS, {}))) + pickle.dumps([], protocol=2)
    for data in (b"", b"PK\x03\x04", other, b"hello"):
        with pytest.raises(WeightsError):
            read_state(data)


WHOLE = legacy_file({"x": tensor("a", 0, (3, 4), (4, 1))}, {"a": NUMBERS})


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(WHOLE) - 1), value=st.integers(0, 255), kept=st.integers(0, len(WHOLE)))
def test_a_damaged_file_ends_in_a_plain_error(place: int, value: int, kept: int) -> None:
    data = bytearray(WHOLE)
    data[place] = value
    try:
        read_state(bytes(data[:kept]))
    except WeightsError:
        return
    assert kept == len(WHOLE)
