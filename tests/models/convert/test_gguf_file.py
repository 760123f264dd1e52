"""Files in the GGUF format: what is read comes back, and what is no such file is refused."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.convert.gguf_file import read_gguf
from inferbot.models.errors import WeightsError
from support.tiny_llama import gguf_bytes

KNOWN = {"name": "tiny", "layers": 2, "base": 0.5, "words": ["a", "ü"], "kinds": [1, 3]}
NUMBERS = np.arange(64, dtype="<f4").reshape(2, 32) / 64


def whole() -> bytes:
    half = np.float16(0.5).tobytes()
    nibbles = bytes(range(16))
    return gguf_bytes(
        KNOWN,
        {
            "floats": (0, (2, 32), NUMBERS.tobytes()),
            "halves": (1, (4,), np.array([1, 2, 3, 4], "<f2").tobytes()),
            "four": (3, (1, 32), half + np.float16(-1).tobytes() + nibbles),
            "eight": (8, (1, 32), half + np.arange(-16, 16, dtype=np.int8).tobytes()),
            "strange": (14, (1, 32), bytes(32)),
        },
    )


def test_metadata_comes_back() -> None:
    assert read_gguf(whole()).metadata == KNOWN


def test_tensors_come_back_by_name_and_shape() -> None:
    tensors = read_gguf(whole()).tensors
    assert list(tensors) == ["floats", "halves", "four", "eight", "strange"]
    assert len(tensors) == 5
    assert np.array_equal(tensors["floats"], NUMBERS)
    assert tensors["halves"].tolist() == [1, 2, 3, 4]
    # The bytes 0 to 15 have these low halves, and nothing in their high ones.
    assert tensors["four"][0].tolist() == [n / 2 - 1 for n in range(16)] + [-1] * 16
    assert tensors["eight"][0].tolist() == [n / 2 for n in range(-16, 16)]


def test_a_kind_that_is_not_read_is_named() -> None:
    with pytest.raises(WeightsError, match="strange has a type"):
        read_gguf(whole()).tensors["strange"]


@given(st.binary(max_size=64), st.booleans())
def test_what_is_no_gguf_file_is_refused(data: bytes, begins: bool) -> None:  # noqa: FBT001 - hypothesis fills it in
    with pytest.raises(WeightsError):
        read_gguf((b"GGUF\x03\x00\x00\x00" if begins else b"") + data + b"\xff")


def test_a_head_that_is_cut_off_is_refused() -> None:
    data = whole()
    for length in range(0, data.index(b"strange"), 3):
        with pytest.raises(WeightsError):
            read_gguf(data[:length])


def test_a_body_that_is_cut_off_is_refused() -> None:
    with pytest.raises(WeightsError):
        read_gguf(whole()[:-64]).tensors["eight"]


@pytest.mark.parametrize("kind", [0, 8, 9])
def test_an_array_longer_than_its_file_is_refused_at_once(kind: int) -> None:
    announced = struct.pack("<IQ", kind, 1 << 60)
    data = b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"a" + struct.pack("<I", 9) + announced
    with pytest.raises(WeightsError):
        read_gguf(data)
