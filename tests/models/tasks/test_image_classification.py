"""The way from bytes to labels on tiny models whose answers are known."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from inferbot.models.cards import ImageCard, ImageInput
from inferbot.models.errors import BrokenImage, ModelUnavailable
from inferbot.models.examples import examples
from inferbot.models.runtime import open_session, softmax
from inferbot.models.tasks.image_classification import ImageClassifier
from onnx import TensorProto, helper
from PIL import Image
from support.tiny_models import brightest_channel

NAMES = ("red", "green", "blue")


def card(**changes: Any) -> ImageCard:
    fields: dict[str, Any] = {
        "id": "tiny",
        "task": "image-classification",
        "title": "Tiny",
        "summary": "For tests.",
        "licence": "MIT",
        "credit": "Us",
        "input": ImageInput(size=16, mean=(127.5, 127.5, 127.5), std=(127.5, 127.5, 127.5)),
        "output": "logits",
        "parameters": 9,
        "precision": "fp32",
        "file_bytes": 1,
    }
    return ImageCard(**(fields | changes))


def classifier(model: onnx.ModelProto | None = None, names: tuple[str, ...] = NAMES) -> ImageClassifier:
    return ImageClassifier(card(), open_session((model or brightest_channel()).SerializeToString()), names)


def picture(colour: tuple[int, int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (20, 20), colour).save(file, "PNG")
    return file.getvalue()


def with_activation(values: list[float]) -> onnx.ModelProto:
    model = brightest_channel()
    tensor = helper.make_tensor("values", TensorProto.FLOAT, [1, 2, 2], values)
    model.graph.node.append(helper.make_node("Constant", [], ["activation"], value=tensor))
    model.graph.output.append(helper.make_tensor_value_info("activation", TensorProto.FLOAT, [1, 2, 2]))
    return model


def test_every_stage_says_what_went_in_and_came_out() -> None:
    result = classifier().classify(picture((0, 0, 255)))
    told = [(stage.name, stage.input, stage.output) for stage in result.trace.stages]
    size = len(picture((0, 0, 255)))
    assert told == [
        ("decode", f"PNG, {size} bytes", "20×20 pixels"),
        ("resize", "20×20 pixels", "16×16×3 uint8"),
        ("tensor", "16×16×3 uint8", "1×3×16×16 float32"),
        ("model", "1×3×16×16 float32", "1×3 float32"),
        ("softmax", "1×3 float32", "3 float32"),
        ("labels", "3 scores", "the best 3"),
    ]
    assert all(stage.milliseconds >= 0 for stage in result.trace.stages)
    assert (result.square == (0, 0, 255)).all()
    assert [label.name for label in result.labels] == ["blue", "red", "green"]
    assert (result.labels[0].index, result.unsure) == (2, False)


def test_the_scores_are_the_softmax_of_the_logits() -> None:
    result = classifier().classify(picture((255, 128, 0)))
    logits = 10 * (np.array([255, 128, 0]) - 127.5) / 127.5
    expected = np.exp(logits) / np.exp(logits).sum()
    by_index = sorted(result.labels, key=lambda label: label.index)
    assert [label.score for label in by_index] == pytest.approx(expected, rel=1e-5)
    assert result.margin == pytest.approx(expected[0] - expected[1], rel=1e-5)


def test_softmax_of_large_numbers_stays_finite() -> None:
    assert softmax(np.array([1000, 0], np.float32)).tolist() == [1, 0]
    assert softmax(np.array([-1000, -1000], np.float32)).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("colour", "unsure"), [((130, 129, 128), True), ((140, 120, 120), False), ((0, 0, 255), False)]
)
def test_a_low_score_with_a_low_margin_is_called_unsure(colour: tuple[int, int, int], unsure: bool) -> None:  # noqa: FBT001
    result = classifier().classify(picture(colour))
    assert result.unsure is unsure


def test_labels_of_the_same_name_add_their_scores_under_the_better_index() -> None:
    result = classifier(names=("sunglasses", "cat", "sunglasses")).classify(picture((128, 128, 130)))
    assert [(label.index, label.name) for label in result.labels] == [(2, "sunglasses"), (1, "cat")]
    assert result.labels[0].score == pytest.approx(2 / 3, abs=0.05)
    assert sum(label.score for label in result.labels) == pytest.approx(1)


def test_at_most_five_labels() -> None:
    names = tuple("abcdefgh")
    result = classifier(brightest_channel(classes=8), names).classify(picture((255, 0, 0)))
    assert len(result.labels) == 5
    assert result.labels[0].name == "a"


def test_the_activation_is_its_positive_part_up_to_one() -> None:
    result = classifier(with_activation([-1, 0, 2, 4])).classify(picture((255, 0, 0)))
    assert result.activation is not None
    assert result.activation.tolist() == [[0, 0], [0.5, 1]]
    assert result.activation.dtype == np.float32


@pytest.mark.parametrize(
    "values", [[0.0, 0, 0, 0], [-1.0, -1, -1, -1], [float("nan"), 1, 1, 1], [float("inf"), 1, 1, 1]]
)
def test_an_activation_that_says_nothing_is_none(values: list[float]) -> None:
    assert classifier(with_activation(values)).classify(picture((255, 0, 0))).activation is None


def test_a_model_without_activation_has_none() -> None:
    assert classifier().classify(picture((255, 0, 0))).activation is None


def test_a_broken_picture_is_rejected() -> None:
    with pytest.raises(BrokenImage):
        classifier().classify(picture((255, 0, 0))[:40])


def test_numbers_that_are_no_scores_are_not_shown() -> None:
    model = brightest_channel()
    model.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(np.full((3, 3), np.inf, np.float32), "matrix"))
    with pytest.raises(ModelUnavailable, match="aren't scores"):
        classifier(model).classify(picture((255, 0, 0)))


def test_a_model_that_fails_on_a_picture_is_a_plain_error() -> None:
    other_size = brightest_channel(size=8)
    with pytest.raises(ModelUnavailable, match="failed on this picture"):
        classifier(other_size).classify(picture((255, 0, 0)))


def test_the_fingerprint_stays_while_pictures_are_labelled_and_differs_for_other_weights() -> None:
    same = classifier()
    before = same.fingerprint()
    for example in examples().values():
        same.classify(example.read())
    assert same.fingerprint() == before
    assert len(before.sha256) == 64
    changed = brightest_channel()
    weights = onnx.numpy_helper.to_array(changed.graph.initializer[0]).copy()
    weights[0, 0] = np.nextafter(weights[0, 0], np.float32(100))
    changed.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(weights, "matrix"))
    assert classifier(changed).fingerprint().sha256 != before.sha256


def test_many_threads_share_one_model() -> None:
    shared = classifier()
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255)] * 20
    with ThreadPoolExecutor(4) as pool:
        found = [result.labels[0].index for result in pool.map(shared.classify, map(picture, colours))]
    assert found == [0, 1, 2] * 20


def test_a_session_opened_from_a_path_does_not_hold_the_file(tmp_path: Path) -> None:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(brightest_channel().SerializeToString())
    opened = ImageClassifier(card(), open_session(path), NAMES)
    path.unlink()
    assert opened.classify(picture((255, 0, 0))).labels[0].name == "red"
