"""Cached arrays: a file that isn't exactly as it was written is as good as none."""

import random
from pathlib import Path

import numpy as np
import pytest
from inferbot.knowledge.search import npz

ARRAYS = {"steps": np.arange(48, dtype=np.int8).reshape(6, 8), "scales": np.linspace(0, 1, 6, dtype=np.float32)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    npz.save(tmp_path / "index.npz", ARRAYS)
    return tmp_path / "index.npz"


def same(found: npz.Arrays | None) -> bool:
    return found is not None and all((found[name] == array).all() for name, array in ARRAYS.items())


def test_arrays_come_back_and_nothing_else_is_left(path: Path) -> None:
    assert same(npz.load(path))
    assert [one.name for one in path.parent.iterdir()] == ["index.npz"]


def test_every_flipped_bit_is_found(path: Path) -> None:
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        assert npz.load(path) is None


def test_every_cut_is_found(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert npz.load(path) is None


def test_a_file_of_an_earlier_version_is_read_and_gets_its_hash(path: Path) -> None:
    plain = path.read_bytes()[npz.HASH_BYTES :]
    path.write_bytes(plain)
    assert same(npz.load(path))
    assert path.read_bytes()[npz.HASH_BYTES :] == plain
    assert same(npz.load(path))


def test_a_damaged_file_of_an_earlier_version_raises_nothing(path: Path) -> None:
    plain, chance = path.read_bytes()[npz.HASH_BYTES :], random.Random(1)
    for _ in range(500):
        data = bytearray(plain)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        npz.load(path)
