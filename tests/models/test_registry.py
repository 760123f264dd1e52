"""Which models can be asked, and what is said of those that cannot."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from inferbot.models import weights
from inferbot.models.cards import ModelCard, bundled_cards
from inferbot.models.errors import ModelUnavailable
from inferbot.models.marian_files import obtainable
from inferbot.models.registry import NOT_FETCHED, Registry
from inferbot.models.weights import Cache
from support.tiny_models import brightest_channel, write_own_model

DEFAULT = "efficientnet-lite0"
# The translation models that can be had: one of our own only where its weights have been exported.
FETCHED = [card.id for card in obtainable()]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def ignore(*_: object) -> None:
    """Show no progress."""


def store_tiny_model(cache: Cache, card: ModelCard) -> None:
    """Put a tiny model with a thousand outputs where the weights of `card` belong."""
    cache.path_of(card).parent.mkdir(parents=True, exist_ok=True)
    model = brightest_channel(size=card.input.size, classes=1000)
    cache._store(card, model.SerializeToString())  # pyright: ignore[reportPrivateUsage]


def test_without_weights_all_cards_are_known_and_none_can_run(cache: Cache) -> None:
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    assert list(registry.cards) == ["efficientnet-lite0", "efficientnet-lite0-int8", "efficientnet-lite2"]
    assert [card.id for card in registry.missing()] == [*registry.cards, "minilm-l6", "smollm2-135m", *FETCHED]
    assert registry.problems == []
    with pytest.raises(ModelUnavailable) as error:
        registry.classifier()
    assert (error.value.card_id, error.value.reason) == (DEFAULT, NOT_FETCHED)


def test_a_model_can_be_asked_once_it_is_ready_and_loaded(cache: Cache) -> None:
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    store_tiny_model(cache, bundled_cards()[DEFAULT])
    registry.load()
    assert registry.classifier().card.id == DEFAULT
    assert registry.classifier(DEFAULT) is registry.classifier()
    assert DEFAULT not in [card.id for card in registry.missing()]
    opened = registry.classifier()
    registry.load()
    assert registry.classifier() is opened


def test_a_damaged_model_is_a_problem_and_is_missing(cache: Cache) -> None:
    card = bundled_cards()[DEFAULT]
    store_tiny_model(cache, card)
    path = cache.path_of(card)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    assert "damaged" in registry.problems[0]
    assert card in registry.missing()
    with pytest.raises(ModelUnavailable, match="damaged"):
        registry.classifier()


def test_a_model_that_is_not_known(cache: Cache) -> None:
    with pytest.raises(ModelUnavailable, match="no such model"):
        Registry(cache, None, DEFAULT).classifier("nothing")


def test_own_models_are_offered_and_bad_ones_left_out(cache: Cache, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    write_own_model(folder, "good")
    (folder / "bad.toml").write_text("title =")
    shutil.copy(folder / "good.toml", folder / f"{DEFAULT}.toml")
    registry = Registry(cache, folder, "good")
    registry.load()
    assert "good" in registry.cards
    assert registry.classifier().card.title == "Red, green or blue"
    assert [problem.split(" ")[0] for problem in registry.problems] == ["bad.toml", f"{DEFAULT}.toml:"]
    assert "good" not in [card.id for card in registry.missing()]
    registry.load()
    assert len(registry.problems) == 2


def test_a_missing_folder_and_an_unknown_default_are_problems(cache: Cache, tmp_path: Path) -> None:
    registry = Registry(cache, tmp_path / "nowhere", "resnet")
    registry.load()
    assert "does not exist" in registry.problems[0]
    assert "The default model resnet is not known" in registry.problems[1]


def test_the_eight_bit_card_is_missing_until_it_is_made(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    def same(data: bytes, _ranges: object) -> bytes:
        return data

    monkeypatch.setattr(weights.int8, "quantise", same)
    registry = Registry(cache, None, DEFAULT)
    small = bundled_cards()["efficientnet-lite0-int8"]
    store_tiny_model(cache, bundled_cards()[DEFAULT])
    cache.prepare(small, ignore)
    registry.load()
    assert [card.id for card in registry.missing()] == ["efficientnet-lite2", "minilm-l6", "smollm2-135m", *FETCHED]
    assert registry.open(small.id).card == small


def test_only_the_default_model_takes_memory_until_another_is_asked_for(cache: Cache) -> None:
    for card in bundled_cards().values():
        store_tiny_model(cache, card)
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    assert registry.classifier().card.id == DEFAULT
    with pytest.raises(ModelUnavailable):
        registry.classifier("efficientnet-lite2")
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(registry.open, ["efficientnet-lite2"] * 4))
    assert all(one is registry.classifier("efficientnet-lite2") for one in opened)
    with pytest.raises(ModelUnavailable, match="no such model"):
        registry.open("nothing")
