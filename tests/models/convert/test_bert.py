"""The weights of a sentence encoder: tensors come back, and what is no safetensors file is refused."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.convert import bert
from inferbot.models.errors import WeightsError


def safetensors(**entries: tuple[str, list[int], bytes]) -> bytes:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, (kind, shape, numbers) in entries.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(numbers)]}
        data += numbers
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def test_tensors_come_back_by_name_and_shape() -> None:
    weight = np.arange(6, dtype="<f4").reshape(2, 3)
    data = safetensors(a=("F32", [2, 3], weight.tobytes()), ids=("I64", [1], bytes(8)))
    found = bert.read_safetensors(data)
    assert list(found) == ["a"]
    assert np.array_equal(found["a"], weight)


@given(st.binary(max_size=64))
def test_what_is_no_safetensors_file_is_refused(data: bytes) -> None:
    try:
        found = bert.read_safetensors(data)
    except WeightsError:
        return
    assert found == {}


def test_a_cut_off_file_is_refused() -> None:
    whole = safetensors(a=("F32", [4], bytes(16)))
    for length in range(len(whole)):
        with pytest.raises(WeightsError):
            bert.read_safetensors(whole[:length])


def test_a_missing_tensor_is_named() -> None:
    with pytest.raises(WeightsError, match=r"embeddings\.word_embeddings"):
        bert.build({}, b"{}")
