"""How often the right label comes first, or among the first five, on photos of known ImageNet classes.

    python benchmarks/accuracy.py FOLDER [--model ID …]

FOLDER holds photos whose name, or whose folder's name, begins with the WordNet id of their class, such as
``n02099601_golden.jpg`` or ``n02099601/photo.jpg``. Classes of the same name (two of sunglasses, two of tabby cat)
count as one, as they do for people who ask. Everything runs through the very code that answers in a chat.
"""

import argparse
import re
import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import platformdirs
from inferbot.models.cards import image_cards, imagenet_classes
from inferbot.models.errors import ImageRejected
from inferbot.models.registry import Registry
from inferbot.models.tasks.image_classification import ImageClassifier
from inferbot.models.weights.cache import Cache

WORDNET_ID = re.compile(r"n\d{8}")
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo and the name of what it shows."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One photo's result: whether its name came first or among the first five, the best score, and the wording."""

    first: bool
    in_five: bool
    score: float
    unsure: bool


def main() -> None:
    """Print one row for each model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", nargs="+", default=list(image_cards()), choices=list(image_cards()))
    arguments = parser.parse_args()
    photos = list(find_photos(arguments.folder))
    if not photos:
        parser.error(f"{arguments.folder} holds no photos named by WordNet id, such as n02099601_golden.jpg")
    registry = Registry(Cache(platformdirs.user_cache_path("inferbot", appauthor=False)), None, arguments.model[0])
    registry.load()
    print("| model | photos | top-1 | top-5 | mean best score | unsure (right) |\n|---|---|---|---|---|---|")
    for model in arguments.model:
        print(measure(registry.open(model), photos))


def find_photos(folder: Path) -> Iterator[Photo]:
    """Give every file below ``folder`` whose name, or whose folder's name, begins with a class's WordNet id."""
    names = {one.wordnet_id: one.name for one in imagenet_classes()}
    for path in sorted(folder.rglob("*")):
        found = WORDNET_ID.match(path.name) or WORDNET_ID.match(path.parent.name)
        if path.is_file() and found and found[0] in names:
            yield Photo(path, names[found[0]])


def measure(classifier: ImageClassifier, photos: list[Photo]) -> str:
    """Return the row of one model."""
    with ThreadPoolExecutor(WORKERS) as pool:
        answers = pool.map(partial(judge, classifier), photos)
        outcomes = [outcome for outcome in answers if outcome]
    first = statistics.mean(outcome.first for outcome in outcomes)
    in_five = statistics.mean(outcome.in_five for outcome in outcomes)
    score = statistics.mean(outcome.score for outcome in outcomes)
    unsure = [outcome.first for outcome in outcomes if outcome.unsure]
    right = f"{statistics.mean(unsure):.1%}" if unsure else "none"
    share = len(unsure) / len(outcomes)
    name = f"`{classifier.card.id}`"
    return f"| {name} | {len(outcomes)} | {first:.1%} | {in_five:.1%} | {score:.2f} | {share:.1%} ({right}) |"


def judge(classifier: ImageClassifier, photo: Photo) -> Outcome | None:
    """Return how the model did on ``photo``, None when it cannot be read."""
    try:
        result = classifier.classify(photo.path.read_bytes())
    except ImageRejected as error:
        print(f"{photo.path}: {error}")
        return None
    names = [label.name for label in result.labels]
    return Outcome(names[0] == photo.name, photo.name in names, result.labels[0].score, result.unsure)


if __name__ == "__main__":
    main()
