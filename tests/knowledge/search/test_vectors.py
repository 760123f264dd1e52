"""The geometry behind recommendations, with any vectors."""

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from inferbot.knowledge.search.vectors import flatten, mean, means, nearest

Float32 = npt.NDArray[np.float32]

NUMBERS = st.floats(-1, 1, width=32)
SEVERAL = arrays(np.float32, (6, 4), elements=NUMBERS)


def unit(vectors: Float32) -> Float32:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


@given(SEVERAL)
def test_an_average_has_length_one_or_nothing_to_point_at(vectors: Float32) -> None:
    length = float(np.linalg.norm(mean(vectors)))
    assert abs(length - 1) < 1e-3 or float(np.linalg.norm(vectors.mean(axis=0))) < 1e-6


@given(SEVERAL, st.sets(st.integers(0, 5)), st.integers(0, 6))
def test_the_nearest_are_in_order_and_leave_out_what_they_should(
    vectors: Float32, leave_out: set[int], count: int
) -> None:
    vectors = unit(vectors)
    found = nearest(vectors, vectors[0], count, leave_out)
    cosines = [cosine for _, cosine in found]
    assert cosines == sorted(cosines, reverse=True)
    assert not {i for i, _ in found} & leave_out
    assert len(found) == min(count, 6 - len(leave_out))


def test_a_film_is_nearest_to_itself() -> None:
    vectors = unit(np.eye(4, dtype=np.float32) + 0.1)
    assert [nearest(vectors, one, 1)[0][0] for one in vectors] == [0, 1, 2, 3]


@given(SEVERAL)
def test_the_flat_map_keeps_at_most_everything(vectors: Float32) -> None:
    places, kept = flatten(vectors)
    assert places.shape == (6, 2)
    assert -1e-6 <= kept <= 1 + 1e-6
    assert np.isfinite(places).all()


def test_a_flat_cloud_is_kept_whole() -> None:
    flat = np.zeros((5, 4), np.float32)
    flat[:, :2] = np.random.default_rng(1).standard_normal((5, 2))
    places, kept = flatten(flat)
    assert kept > 0.999
    there = np.linalg.norm(flat[:, None] - flat[None], axis=2)
    assert np.allclose(np.linalg.norm(places[:, None] - places[None], axis=2), there, atol=1e-5)


def test_rows_are_averaged_by_owner() -> None:
    rows = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
    assert np.allclose(means(rows, [0, 1, 1], 2), [[1, 0], [0, 1]])
