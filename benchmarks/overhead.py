"""How much longer a whole answer takes than the model alone: end-to-end p50 over bare ``session.run`` p50.

    python benchmarks/overhead.py [--model ID] [--rounds N]

The photos are a bundled example, enlarged to 1, 4 and 12 megapixels and saved as JPEG. The two are timed in turn, so
that whatever else the machine does slows both.
"""

import argparse
import io
import math
import statistics
import time
from collections.abc import Callable

import numpy as np
import platformdirs
from inferbot.models.cards import image_cards, imagenet_classes
from inferbot.models.examples import examples
from inferbot.models.runtime import open_session
from inferbot.models.tasks.image_classification import ImageClassifier, tensor_shape
from inferbot.models.weights.cache import Cache
from PIL import Image

# The most that each size in megapixels may take, as a multiple of the bare model.
TARGETS = {1: 1.6, 4: 2.0, 12: 3.0}
QUALITY = 90


def main() -> None:
    """Print one row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="efficientnet-lite0")
    parser.add_argument("--rounds", type=int, default=100)
    arguments = parser.parse_args()
    card = image_cards()[arguments.model]
    path = Cache(platformdirs.user_cache_path("inferbot", appauthor=False)).path_of(card)
    session = open_session(path)
    classifier = ImageClassifier(card, session, [one.name for one in imagenet_classes()])
    tensor = np.zeros(tensor_shape(card), np.float32)
    print("| photo | whole answer, p50 | model alone, p50 | ratio | at most |\n|---|---|---|---|---|")
    for megapixels, target in TARGETS.items():
        photo = enlarge(megapixels)
        whole, bare = time_in_turn(
            [lambda photo=photo: classifier.classify(photo), lambda: session.run(None, {"input": tensor})],
            arguments.rounds,
        )
        size = f"{megapixels} MP JPEG, {len(photo) / 1e6:.1f} MB"
        print(f"| {size} | {whole:.1f} ms | {bare:.1f} ms | {whole / bare:.2f} | {target} |")


def enlarge(megapixels: int) -> bytes:
    """Return a JPEG of a bundled photo with so many million pixels."""
    with Image.open(io.BytesIO(examples()["coffee"].read())) as photo:
        factor = math.sqrt(megapixels * 1e6 / (photo.width * photo.height))
        large = photo.resize((round(photo.width * factor), round(photo.height * factor)), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    large.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def time_in_turn(functions: list[Callable[[], object]], rounds: int) -> list[float]:
    """Return the median time of each function in milliseconds, called in turn ``rounds`` times."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, noted in zip(functions, times, strict=True):
            start = time.perf_counter()
            function()
            noted.append((time.perf_counter() - start) * 1000)
    return [statistics.median(noted) for noted in times]


if __name__ == "__main__":
    main()
