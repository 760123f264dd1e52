"""Readers of other programs' files: any bytes give a result or the reader's own error, and memory for what is there.

Lengths that a file declares are checked before anything is made of that size.
"""

import struct
import tempfile
import tracemalloc
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inferbot.models.convert.gguf_file import read_gguf
from inferbot.models.convert.marian import read_marian, read_npz
from inferbot.models.convert.torch_legacy import read_state
from inferbot.models.errors import WeightsError
from inferbot.models.weights.own import OwnModelError, open_own_model
from support.tiny_llama import gguf_bytes
from support.tiny_marian import marian_file, tiny_weights, write_trained

# What reading may take besides a multiple of the file's own size, in bytes.
ROOM = 8_000_000


def read_all_gguf(data: bytes) -> None:
    for array in read_gguf(data).tensors.values():
        array.copy()  # touches every byte, and is no calculation that NaN could disturb


def torch_file(shape: bytes = b"K\x03K\x04\x86", strides: bytes = b"K\x04K\x01\x86", more: bytes = b"") -> bytes:
    """Return a file with one tensor of twelve numbers; `shape`, `strides` and `more` are parts of its pickles."""
    magic, protocol = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", b"\x80\x02M\xe9\x03."
    facts = b"\x80\x02}X\x0d\0\0\0little_endian\x88s."
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0aX\x03\0\0\0cpuK\x0cNtQ"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\0" + shape + strides + b"\x89)tR"
    state = b"\x80\x02" + more + b"}X\x01\0\0\0w" + tensor + b"s."
    numbers = np.arange(12, dtype="<f4").tobytes()
    return magic + protocol + facts + state + b"\x80\x02]X\x01\0\0\0aa." + struct.pack("<q", 12) + numbers


def npz_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_trained(Path(folder))
        return (Path(folder) / "weights.int8.npz").read_bytes()


READERS: dict[str, Callable[[bytes], object]] = {
    "gguf": read_all_gguf,
    "marian": read_marian,
    "npz": read_npz,
    "torch": read_state,
}


@cache
def whole() -> dict[str, bytes]:
    """Return a small file for each reader."""
    numbers = np.arange(64, dtype="<f4").tobytes()
    known = {"name": "tiny", "layers": 2, "words": ["a", "b"], "kinds": [1, 3]}
    return {
        "gguf": gguf_bytes(known, {"floats": (0, (2, 32), numbers), "halves": (1, (4,), bytes(8))}),
        "marian": marian_file(tiny_weights()),
        "npz": npz_file(),
        "torch": torch_file(),
    }


def read_within_bounds(name: str, data: bytes) -> None:
    """Read `data`; fail for another error than the reader's own, and for memory that the file doesn't account for."""
    tracemalloc.start()
    try:
        READERS[name](data)
    except WeightsError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < ROOM + 20 * len(data)


@pytest.mark.parametrize("name", READERS)
def test_whole_files_are_read(name: str) -> None:
    READERS[name](whole()[name])


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes(name: str, data: bytes) -> None:
    read_within_bounds(name, data)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 1 << 20), put=st.binary(min_size=1, max_size=8), early=st.booleans())
def test_changed_files(name: str, place: int, put: bytes, *, early: bool) -> None:
    data = whole()[name]
    # Half of the changes hit the first bytes, where lengths and counts are.
    at = place % min(len(data), 300 if early else len(data))
    read_within_bounds(name, data[:at] + put + data[at + len(put) :])


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(part=st.floats(0, 1))
def test_cut_files(name: str, part: float) -> None:
    read_within_bounds(name, whole()[name][: int(len(whole()[name]) * part)])


def test_a_pickle_that_declares_a_gigabyte_takes_none() -> None:
    declared = b"\x96" + struct.pack("<Q", 1 << 30)
    with pytest.raises(WeightsError):
        read_state(torch_file(more=declared))
    read_within_bounds("torch", torch_file(more=declared))


def test_a_tensor_that_repeats_one_number_endlessly_is_refused() -> None:
    with pytest.raises(WeightsError, match="outside its storage"):
        read_state(torch_file(shape=b"J\0\0\0\x40K\x04\x86", strides=b"K\0K\0\x86"))


def test_an_array_that_declares_more_than_is_there_is_refused() -> None:
    header = whole()["gguf"][:24]
    for kind, count in ((4, 1 << 40), (8, 1 << 40), (12, 1 << 60)):
        array = struct.pack("<Q", 1) + b"k" + struct.pack("<IIQ", 9, kind, count)
        read_within_bounds("gguf", header + array)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    card=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.sampled_from([b"[" * 3000, b"a = " + b"9" * 5000, b"a." * 2000 + b"a = 1", b"\xef\xbb\xbftitle = 1", b""]),
    )
)
def test_any_bytes_as_a_model_card(card: bytes, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(card)
    with pytest.raises(OwnModelError) as error:
        open_own_model(path)
    assert len(str(error.value)) < 1000
