"""The bundled models with their real weights, on the bundled photos: what they said when this was written."""

import pytest
from inferbot.features.drawing import label as heat_map
from inferbot.models.cards import image_cards
from inferbot.models.examples import examples
from inferbot.models.registry import Registry
from inferbot.models.tasks.image_classification import Classification
from inferbot.models.weights.cache import Cache
from inferbot.settings import Settings

pytestmark = pytest.mark.weights

LITE0, INT8, LITE2 = "efficientnet-lite0", "efficientnet-lite0-int8", "efficientnet-lite2"
# The best label and its score. Other processors round otherwise, so that scores may differ a little.
EXPECTED = {
    ("cat", LITE0): ("tabby cat", 0.56),
    ("coffee", LITE0): ("espresso", 0.95),
    ("photographer", LITE0): ("tripod", 0.94),
    ("pavilion", LITE0): ("palace", 0.31),
    ("rocket", LITE0): ("missile", 0.29),
    ("cat", INT8): ("tabby cat", 0.57),
    ("coffee", INT8): ("espresso", 0.95),
    ("photographer", INT8): ("tripod", 0.94),
    ("cat", LITE2): ("Egyptian Mau", 0.54),
    ("coffee", LITE2): ("espresso", 0.89),
    ("photographer", LITE2): ("tripod", 0.61),
    ("pavilion", LITE2): ("palace", 0.36),
}
TOLERANCE = {LITE0: 0.02, INT8: 0.06, LITE2: 0.02}


def ignore(*_: object) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def registry() -> Registry:
    cache = Cache(Settings().cache_dir)
    for card in image_cards().values():
        cache.prepare(card, ignore)
    registry = Registry(cache, None, LITE0)
    registry.load()
    assert (registry.problems, registry.missing()) == ([], [])
    return registry


def ask(registry: Registry, slug: str, model: str) -> Classification:
    return registry.open(model).classify(examples()[slug].read())


@pytest.mark.parametrize(("slug", "model"), EXPECTED)
def test_the_best_label_is_the_recorded_one(registry: Registry, slug: str, model: str) -> None:
    name, score = EXPECTED[slug, model]
    best = ask(registry, slug, model).labels[0]
    assert best.name == name
    assert best.score == pytest.approx(score, abs=TOLERANCE[model])


@pytest.mark.parametrize("slug", ["astronaut", "rocket"])
def test_a_photo_of_something_unknown_is_called_unsure(registry: Registry, slug: str) -> None:
    assert ask(registry, slug, LITE0).unsure


@pytest.mark.parametrize("slug", list(examples()))
def test_eight_bits_agree_with_thirty_two(registry: Registry, slug: str) -> None:
    full, small = (ask(registry, slug, model) for model in (LITE0, INT8))
    assert small.labels[0].name == full.labels[0].name
    assert {label.name for label in full.labels[:2]} <= {label.name for label in small.labels}


def test_the_card_says_the_size_of_the_file(registry: Registry) -> None:
    cache = Cache(Settings().cache_dir)
    for card in image_cards().values():
        assert cache.path_of(card).stat().st_size == pytest.approx(card.file_bytes, rel=0.001)
        assert registry.open(card.id).card == card


def test_the_evidence_for_the_tripod_lies_where_the_tripod_stands(registry: Registry) -> None:
    assert "mostly at the bottom (" in heat_map.describe(ask(registry, "photographer", LITE0))


def test_nothing_is_learned_from_being_asked(registry: Registry) -> None:
    classifier = registry.open(LITE0)
    before = classifier.fingerprint()
    first = ask(registry, "cat", LITE0)
    again = ask(registry, "cat", LITE0)
    assert first.labels == again.labels
    assert classifier.fingerprint() == before
