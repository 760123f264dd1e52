"""Record the ranges that a model's activations take on a few photos, for its 8-bit form.

    python -m inferbot.training.calibrate FLOAT32_CARD_ID INT8_CARD_ID PHOTO…

What it writes (figures, no weights) is committed. The committed ranges come from the photos of
scikit-image 0.26.0 (``skimage/data``) and scikit-learn 1.9.1 (``sklearn/datasets/images``), unzipped from their wheels.
"""

import argparse
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import platformdirs
from onnx import TensorProto, helper

from ..models import cards
from ..models.cards import ImageInput, image_cards
from ..models.convert.int8 import Ranges
from ..models.runtime import Float32, open_session
from ..models.tasks import pictures
from ..models.weights.cache import Cache

CROPS = 24
SEED = 0
# A crop's side, as a share of the photo's shorter side.
SMALLEST_CROP = 0.4
SIGNIFICANT_DIGITS = 8


def main() -> None:
    """Measure the ranges and write ``cards/<INT8_CARD_ID>.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", help="the float32 card")
    parser.add_argument("target", help="the 8-bit card")
    parser.add_argument("photos", nargs="+", type=Path)
    arguments = parser.parse_args()
    card = image_cards()[arguments.source]
    onnx_file = Cache(platformdirs.user_cache_path("inferbot", appauthor=False)).read(card)
    photos: list[Path] = sorted(arguments.photos, key=lambda path: path.name)
    table = {
        "how": f"{CROPS} random crops of each photo, every second one mirrored; lowest and highest value seen",
        "seed": SEED,
        "photos": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in photos},
        "ranges": {
            name: [float(f"{bound:.{SIGNIFICANT_DIGITS}g}") for bound in bounds]
            for name, bounds in measure(onnx_file, card.input, photos).items()
        },
    }
    target = Path(cards.__file__).with_name(f"{arguments.target}.json")
    target.write_text(_one_range_per_line(json.dumps(table, indent=1)) + "\n", "utf-8")


def _one_range_per_line(text: str) -> str:
    return re.sub(r"\[\s+([^\s,]+),\s+([^\s\]]+)\s+\]", r"[\1, \2]", text)


def measure(onnx_file: bytes, card: ImageInput, photos: list[Path]) -> Ranges:
    """Return the (lowest, highest) value that each activation takes on crops of ``photos``."""
    model = onnx.load_model_from_string(onnx_file)
    names = find_activations(model)
    known = {output.name for output in model.graph.output}
    inner = [name for name in names if name != "input"]
    shown = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in inner if name not in known]
    model.graph.output.extend(shown)
    session = open_session(model.SerializeToString())
    ranges = dict.fromkeys(inner, (0.0, 0.0))
    for tensor in _crops(card, photos):
        for name, values in zip(inner, session.run(inner, {"input": tensor}), strict=True):
            lowest, highest = ranges[name]
            ranges[name] = (min(lowest, float(values.min())), max(highest, float(values.max())))
    # The range of pixels is known; that of the layers is measured.
    black, white = ((np.array([0, 255]) - card.mean[0]) / card.std[0]).tolist()
    return {"input": (black, white)} | ranges


def find_activations(model: onnx.ModelProto) -> list[str]:
    """Return the names of the tensors whose ranges the 8-bit form needs.

    They are the inputs and outputs of the convolutions, the additions and the last layer; where a ReLU6 follows a
    convolution, the ReLU6's output.
    """
    clipped = {node.input[0] for node in model.graph.node if node.op_type == "Clip"}
    return ["input"] + [
        node.output[0]
        for node in model.graph.node
        if node.op_type in {"Clip", "Add", "Flatten"} or (node.op_type == "Conv" and node.output[0] not in clipped)
    ]


def _crops(card: ImageInput, photos: list[Path]) -> Iterator[Float32]:
    random = np.random.default_rng(SEED)
    for path in photos:
        image = pictures.decode(path.read_bytes(), card.size * 2).image.convert("RGB")
        for number in range(CROPS):
            side = min(image.size) * random.uniform(SMALLEST_CROP, 1)
            left, top = random.uniform(0, image.width - side), random.uniform(0, image.height - side)
            box = (left, top, left + side, top + side)
            square: Any = np.asarray(image.resize((card.size, card.size), box=box))
            yield pictures.to_tensor(square[:, ::-1] if number % 2 else square, card)


if __name__ == "__main__":
    main()
