"""A good own model answers; everything that can be wrong with one is said in one sentence."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.weights import own
from inferbot.models.weights.own import OwnModelError, find_cards, open_own_model
from onnx import TensorProto, helper
from PIL import Image
from support.tiny_models import CARD, brightest_channel, write_own_model


def png(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(file, "PNG")
    return file.getvalue()


def card(**changes: object) -> str:
    return CARD.format(**({"output": "logits", "size": 16, "layout": "NCHW"} | changes))


def failure(path: Path) -> str:
    with pytest.raises(OwnModelError) as error:
        open_own_model(path)
    sentence = str(error.value)
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("output", ["logits", "scores"])
@pytest.mark.parametrize("batch", [1, "N"])
def test_a_good_model_answers(tmp_path: Path, layout: str, output: str, batch: int | str) -> None:
    model = brightest_channel(layout=layout, output=output, batch=batch)
    classifier = open_own_model(write_own_model(tmp_path, model=model, card=card(layout=layout, output=output)))
    result = classifier.classify(png("lime"))
    assert result.labels[0].name == "green"
    assert result.labels[0].score > 0.99
    assert sum(label.score for label in result.labels) == pytest.approx(1)
    assert result.activation is None
    assert (classifier.card.id, classifier.card.parameters, classifier.card.precision) == ("colours", 9, "fp32")


def test_bgr_swaps_red_and_blue(tmp_path: Path) -> None:
    classifier = open_own_model(write_own_model(tmp_path, card=card() + 'order = "BGR"\n'))
    assert classifier.classify(png("red")).labels[0].name == "blue"


def test_the_numbers_that_teachable_machine_writes_are_taken_off(tmp_path: Path) -> None:
    labels = "\ufeff0 red\r\n1 dark green\r\n2 blue\r\n"
    classifier = open_own_model(write_own_model(tmp_path, labels=labels))
    assert classifier.classify(png("lime")).labels[0].name == "dark green"


def test_labels_that_begin_with_other_numbers_are_kept(tmp_path: Path) -> None:
    classifier = open_own_model(write_own_model(tmp_path, labels="10 euros\n20 euros\n50 euros\n"))
    assert classifier.classify(png("red")).labels[0].name == "10 euros"


def test_labels_of_one_name_are_one_answer(tmp_path: Path) -> None:
    classifier = open_own_model(write_own_model(tmp_path, labels="warm\ncold\ncold\n"))
    result = classifier.classify(png("blue"))
    assert [label.name for label in result.labels] == ["cold", "warm"]
    assert result.labels[0].index == 2
    assert sum(label.score for label in result.labels) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = ", "colours.toml: the file isn't valid TOML"),
        ("", "colours.toml: `title` is missing."),
        (card().replace("title", "titel"), "colours.toml: `title` is missing."),
        (card() + "colour = 1\n", "colours.toml: `input.colour` isn't a field here: remove it."),
        (card(output="guesses"), "colours.toml: `output` must be 'logits' or 'scores'."),
        (card(size=0), "colours.toml: `input.size` must be at least 16."),
        (card().replace("127.5, 127.5, 127.5]", "0.2, 0.2, 0.2]"), "multiply both by 255"),
        (
            card().replace('"labels.txt"', '"../labels.txt"'),
            "colours.toml: `labels` must be a file's name, without a folder.",
        ),
        (card().replace('"labels.txt"', '"no.txt"'), "no.txt is missing"),
        (card(size=32), "takes 1×3×16×16, but its card makes 1×3×32×32: set size and layout"),
        (card(layout="NHWC"), "takes 1×3×16×16, but its card makes 1×16×16×3: set size and layout"),
        (card(output="scores"), 'write output = "logits"'),
    ],
)
def test_a_bad_card(tmp_path: Path, text: str, says: str) -> None:
    assert says in failure(write_own_model(tmp_path, card=text))


def test_a_card_that_is_no_text(tmp_path: Path) -> None:
    path = write_own_model(tmp_path)
    path.write_bytes(b"\xff\xfe\x00")
    assert failure(path) == "colours.toml: the file isn't UTF-8 text: save it as a plain text file."


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: (card() + text).encode("utf-8", "replace")))
def test_any_bytes_are_a_card_or_are_refused_in_a_sentence(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "colours.toml"
        path.write_bytes(data)
        said = "colours.toml: "
        try:
            own._read_card(path)  # pyright: ignore[reportPrivateUsage] - the rest of a model isn't needed for this
        except OwnModelError as error:
            said = str(error)
    assert said.startswith("colours.toml: ")
    assert "\n" not in said


def test_a_name_that_is_no_id(tmp_path: Path) -> None:
    assert "rename it" in failure(write_own_model(tmp_path, "My Model!"))


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ("red\ngreen\n", "gives 1×3 numbers, but its file of labels has 2"),
        ("red\n", "at least two different labels"),
        ("", "at least two different labels"),
        ("a" * 101 + "\nb\nc\n", "a label is longer than 100 letters"),
        (b"\xff\xfer\x00", "labels.txt: the file isn't UTF-8 text"),
    ],
)
def test_bad_labels(tmp_path: Path, labels: str | bytes, says: str) -> None:
    assert says in failure(write_own_model(tmp_path, labels=labels))


def test_a_missing_model(tmp_path: Path) -> None:
    path = write_own_model(tmp_path)
    path.with_suffix(".onnx").unlink()
    assert "colours.onnx is missing" in failure(path)


@pytest.mark.parametrize("data", [b"", b"hello", b"\x08\x08", bytes(range(256)) * 4])
def test_a_file_that_is_no_model(tmp_path: Path, data: bytes) -> None:
    assert failure(write_own_model(tmp_path, model=data)).startswith("colours.onnx ")


def test_a_model_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "MAX_MODEL_BYTES", 100)
    assert "larger than" in failure(write_own_model(tmp_path))


def test_weights_in_another_file_are_refused_before_anything_is_opened(tmp_path: Path) -> None:
    model = brightest_channel()
    matrix = model.graph.initializer[0]
    matrix.ClearField("raw_data")
    matrix.data_location = TensorProto.EXTERNAL
    matrix.external_data.add(key="location", value="/etc/passwd")
    assert "keeps weights in another file" in failure(write_own_model(tmp_path, model=model))


def test_weights_in_another_file_inside_an_inner_graph_are_refused(tmp_path: Path) -> None:
    model = brightest_channel()
    tensor = TensorProto(name="hidden", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    inner = helper.make_graph([helper.make_node("Constant", [], ["c"], value=tensor)], "inner", [], [])
    model.graph.node.append(helper.make_node("If", ["c"], ["d"], then_branch=inner, else_branch=inner))
    assert "keeps weights in another file" in failure(write_own_model(tmp_path, model=model))


def test_an_operator_that_the_runtime_lacks(tmp_path: Path) -> None:
    model = brightest_channel()
    model.graph.node[0].domain = "my.company"
    model.opset_import.append(helper.make_opsetid("my.company", 1))
    assert "can't be opened by the runtime" in failure(write_own_model(tmp_path, model=model))


def test_a_model_of_two_inputs(tmp_path: Path) -> None:
    model = brightest_channel()
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))
    assert "takes 2 inputs" in failure(write_own_model(tmp_path, model=model))


def test_a_model_that_takes_bytes(tmp_path: Path) -> None:
    model = brightest_channel()
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8
    model.graph.node[0].input[0] = "floats"
    model.graph.node.insert(0, helper.make_node("Cast", ["picture"], ["floats"], to=TensorProto.FLOAT))
    assert "it must take float32" in failure(write_own_model(tmp_path, model=model))


def test_a_model_whose_numbers_are_not_finite(tmp_path: Path) -> None:
    model = brightest_channel()
    model.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(np.full((3, 3), np.nan, np.float32), "matrix"))
    assert "aren't finite" in failure(write_own_model(tmp_path, model=model))


def test_cards_are_found_by_name(tmp_path: Path) -> None:
    write_own_model(tmp_path, "b")
    write_own_model(tmp_path, "a")
    assert [path.name for path in find_cards(tmp_path)] == ["a.toml", "b.toml"]
    with pytest.raises(OwnModelError, match="does not exist"):
        find_cards(tmp_path / "nowhere")


def test_the_card_in_the_guide_is_a_good_one(tmp_path: Path) -> None:
    guide = (Path(own.__file__).parents[2] / "docs" / "own-models.md").read_text("utf-8")
    text = guide.split("```toml\n")[1].split("```")[0]
    model = brightest_channel(224, "NHWC", output="scores")
    path = write_own_model(tmp_path, "my-mugs", model=model, card=text)
    (tmp_path / "my-mugs.txt").write_text("0 Mug\n1 Bottle\n2 Nothing\n")
    assert open_own_model(path).card.title == "Mugs and bottles"
