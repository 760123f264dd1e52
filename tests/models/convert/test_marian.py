"""Marian's files: what is in them comes out, and nothing that is not a whole one passes or crashes the reader."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inferbot.models.convert.marian import FLOAT32, INTGEMM8, Weights, read_marian, read_npz
from inferbot.models.errors import WeightsError
from support.tiny_marian import marian_file, packed, tiny_weights

WHOLE = marian_file(tiny_weights())


def same(one: Weights, other: Weights) -> bool:
    return (
        set(one.matrices) == set(other.matrices)
        and set(one.vectors) == set(other.vectors)
        and all((one.matrices[name].values == two.values).all() for name, two in other.matrices.items())
        and all(one.matrices[name].scale == pytest.approx(two.scale) for name, two in other.matrices.items())
        and all((one.vectors[name] == two).all() for name, two in other.vectors.items())
    )


def test_what_was_written_is_read() -> None:
    assert same(read_marian(WHOLE), tiny_weights())


@pytest.mark.parametrize("end", [0, 1, 15, 16, 40, 1000, len(WHOLE) // 2, len(WHOLE) - 1])
def test_a_file_that_ends_too_early(end: int) -> None:
    with pytest.raises(WeightsError):
        read_marian(WHOLE[:end])


def test_a_file_that_goes_on() -> None:
    with pytest.raises(WeightsError, match="after its end"):
        read_marian(WHOLE + b"\0")


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(WeightsError):
        read_marian(data)


@given(st.integers(0, 6000), st.binary(min_size=1, max_size=8))
@settings(max_examples=400)
def test_a_damaged_head_is_refused_or_read_but_never_crashes(at: int, damage: bytes) -> None:
    data = WHOLE[:at] + damage + WHOLE[at + len(damage) :]
    try:
        weights = read_marian(data)
    except WeightsError:
        return
    assert all(np.isfinite(one.scale) and one.scale > 0 for one in weights.matrices.values())


NUMBERS = st.one_of(st.integers(0, 64), st.sampled_from([FLOAT32, INTGEMM8, 2**31, 2**32, 2**62, 2**64 - 1]))


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), max_size=4), st.binary(max_size=200))
def test_lengths_that_lie_are_refused(heads: list[tuple[int, int, int, int]], rest: bytes) -> None:
    data = struct.pack("<QQ", 1, len(heads)) + b"".join(struct.pack("<QQQQ", *head) for head in heads) + rest
    try:
        read_marian(data)
    except WeightsError:
        return
    assert len(rest) >= 8


@pytest.mark.parametrize(
    ("name", "kind", "shape", "data", "said"),
    [
        ("W", FLOAT32, (2, 2), bytes(12), "shorter"),
        ("W", FLOAT32, (-2, -2), bytes(16), "impossible shape"),
        ("W", FLOAT32, (2**31 - 1, 2**31 - 1, 2**31 - 1), bytes(16), "impossible shape"),
        ("W", FLOAT32, (0, 4), bytes(16), "impossible shape"),
        ("W", FLOAT32, (1, 1), struct.pack("<f", float("nan")), "aren't finite"),
        ("W", INTGEMM8, (4,), bytes(64), "isn't an 8-bit matrix"),
        ("W", INTGEMM8, (2, 2), bytes(7), "isn't an 8-bit matrix"),
        ("W", INTGEMM8, (2, 2), bytes(4) + struct.pack("<f", 0), "isn't a positive number"),
        ("W", INTGEMM8, (2, 2), bytes(4) + struct.pack("<f", -3), "isn't a positive number"),
        ("W", INTGEMM8, (2, 2), bytes(4) + struct.pack("<f", float("nan")), "aren't finite"),
        ("W", 0x0999, (2, 2), bytes(16), "unknown type"),
        ("W" * 300, FLOAT32, (1,), bytes(4), "too large"),
        ("ü", FLOAT32, (1,), bytes(4), "isn't ASCII"),
    ],
)
def test_a_bad_tensor_says_what_is_wrong(name: str, kind: int, shape: tuple[int, ...], data: bytes, said: str) -> None:
    encoded = packed([(name, kind, shape, data)])
    if not name.isascii():  # its length in bytes is another than in letters
        encoded = packed([("xx", kind, shape, data)]).replace(b"xx", name.encode())
    with pytest.raises(WeightsError, match=said):
        read_marian(encoded)


def npz(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=True, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def test_a_file_of_our_own_training_is_read() -> None:
    matrix = np.array([[1, -2], [3, 127]], np.int8)
    weights = read_npz(npz(**{"W": matrix, "W.scale": np.array(0.5, np.float32), "b": np.ones(2, np.float32)}))
    assert (weights.matrices["W"].values == matrix).all()
    assert weights.matrices["W"].scale == 0.5
    assert weights.vectors["b"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "arrays",
    [
        {"W": np.ones((2, 2), np.int8)},
        {"W": np.ones((2, 2), np.int8), "W.scale": np.zeros((), np.float32)},
        {"W": np.ones((2, 2), np.int8), "W.scale": np.ones(3, np.float32)},
        {"W": np.ones((2, 2), np.float32)},
        {"b": np.ones(2, np.float64)},
        {"b": np.array([np.inf], np.float32)},
        {"b": np.array([object()])},
    ],
)
def test_a_bad_file_of_our_own_training_is_refused(arrays: dict[str, object]) -> None:
    with pytest.raises(WeightsError):
        read_npz(npz(**arrays))


@given(st.binary(max_size=200), st.integers(0, 400))
def test_a_damaged_file_of_our_own_training_is_refused(damage: bytes, at: int) -> None:
    whole = npz(**{"W": np.ones((2, 2), np.int8), "W.scale": np.array(0.5, np.float32)})
    for data in (damage, whole[:at]):
        try:
            read_npz(data)
        except WeightsError:
            continue
        assert data == whole
