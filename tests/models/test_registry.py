"""Which models can be asked, and what is said of those that cannot."""

import random
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from inferbot.models import registry as registries
from inferbot.models.cards import ImageCard, TranslationCard, image_cards, known_cards, translation_cards
from inferbot.models.errors import ModelUnavailable, WeightsError
from inferbot.models.opening import DAMAGED
from inferbot.models.registry import NOT_FETCHED, REPAIRING, Registry
from inferbot.models.weights import recipes
from inferbot.models.weights.cache import Cache
from inferbot.models.weights.recipes import ENCODER, TRANSLATION, WHOLE
from support.tiny_marian import HEADS, store_tiny_translator, tiny_tokenizer, write_trained
from support.tiny_models import brightest_channel, write_own_model

DEFAULT = "efficientnet-lite0"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def ignore(*_: object) -> None:
    """Show no progress."""


def store_tiny_model(cache: Cache, card: ImageCard) -> None:
    """Put a tiny model with a thousand outputs where the weights of `card` belong."""
    cache.path_of(card).parent.mkdir(parents=True, exist_ok=True)
    model = brightest_channel(size=card.input.size, classes=1000)
    cache._store(card, WHOLE, model.SerializeToString())  # pyright: ignore[reportPrivateUsage]


def test_without_weights_all_cards_are_known_and_none_can_run(cache: Cache) -> None:
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    assert list(registry.cards) == ["efficientnet-lite0", "efficientnet-lite0-int8", "efficientnet-lite2"]
    assert [card.id for card in registry.missing()] == list(known_cards())
    assert registry.problems == []
    with pytest.raises(ModelUnavailable) as error:
        registry.classifier()
    assert (error.value.card_id, error.value.reason) == (DEFAULT, NOT_FETCHED)


def test_a_model_can_be_asked_once_it_is_ready_and_loaded(cache: Cache) -> None:
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    store_tiny_model(cache, image_cards()[DEFAULT])
    registry.load()
    assert registry.classifier().card.id == DEFAULT
    assert registry.classifier(DEFAULT) is registry.classifier()
    assert DEFAULT not in [card.id for card in registry.missing()]
    opened = registry.classifier()
    registry.load()
    assert registry.classifier() is opened


def test_a_damaged_model_is_a_problem_and_is_missing(cache: Cache) -> None:
    card = image_cards()[DEFAULT]
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
    assert [problem.split(" ")[0] for problem in registry.problems] == ["bad.toml:", f"{DEFAULT}.toml:"]
    assert "good" not in [card.id for card in registry.missing()]
    registry.load()
    assert len(registry.problems) == 2


def test_each_bad_card_is_one_sentence(cache: Cache, tmp_path: Path) -> None:
    bad = {
        "bomb": b"a" + b".a" * 30_000 + b" = 1",
        "bytes": b"\xff\xfe\x00",
        "deep": b"a = " + b"[" * 30_000,
        "empty": b"",
        "large": b"#" * 70_000,
        "number": b"[input]\nsize = " + b"9" * 4400,
    }
    for name, data in bad.items():
        write_own_model(tmp_path, name).write_bytes(data)
    with_mark = write_own_model(tmp_path, "good")
    with_mark.write_bytes(b"\xef\xbb\xbf" + with_mark.read_bytes())
    registry = Registry(cache, tmp_path, "good")
    registry.load()
    assert "good" in registry.cards
    assert [one.split(" ")[0].rstrip(":") for one in registry.problems] == [f"{name}.toml" for name in bad]


def test_a_missing_folder_and_an_unknown_default_are_problems(cache: Cache, tmp_path: Path) -> None:
    registry = Registry(cache, tmp_path / "nowhere", "resnet")
    registry.load()
    assert "does not exist" in registry.problems[0]
    assert "There is no model resnet to use by default" in registry.problems[1]


def test_the_eight_bit_card_is_missing_until_it_is_made(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    def same(_card: ImageCard, data: bytes) -> tuple[bytes]:
        return (data,)

    monkeypatch.setitem(recipes.RECIPES, "int8", replace(recipes.RECIPES["int8"], build=same))
    registry = Registry(cache, None, DEFAULT)
    small = image_cards()["efficientnet-lite0-int8"]
    store_tiny_model(cache, image_cards()[DEFAULT])
    cache.prepare(small, ignore)
    registry.load()
    assert [card.id for card in registry.missing()] == list(known_cards())[2:]
    assert registry.open(small.id).card == small


def test_only_the_default_model_takes_memory_until_another_is_asked_for(cache: Cache) -> None:
    for card in image_cards().values():
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


def test_a_translator_is_opened_when_it_is_first_asked_for(cache: Cache) -> None:
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    assert registry.translations() == ()
    card = translation_cards()["bergamot-en-pt"]
    with pytest.raises(ModelUnavailable) as error:
        registry.translator("en", "pt")
    assert (error.value.card_id, error.value.reason) == (card.id, NOT_FETCHED)
    store_tiny_translator(cache, card)
    registry.load()
    assert registry.translations() == (card,)
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(registry.translator, ["en"] * 4, ["pt"] * 4))
    assert all(one is opened[0] for one in opened)
    assert opened[0].card == card
    assert len(opened[0].translate("abc dab").sentences[0].steps) > 0


class Clock:
    """A clock that stands still until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_idle_models_are_closed_and_opened_again(cache: Cache) -> None:
    for card in image_cards().values():
        store_tiny_model(cache, card)
    store_tiny_translator(cache, translation_cards()["bergamot-en-pt"])
    clock = Clock()
    registry = Registry(cache, None, DEFAULT, clock=clock)
    registry.load()
    first, translator = registry.open("efficientnet-lite2"), registry.translator("en", "pt")
    clock.now = 50
    assert registry.classifier("efficientnet-lite2") is first
    clock.now = 100
    assert registry.close_idle(60) == ["bergamot-en-pt"]
    assert registry.close_idle(60) == []
    assert registry.translator("en", "pt") is not translator
    clock.now = 1000
    assert sorted(registry.close_idle(60)) == ["bergamot-en-pt", "efficientnet-lite2"]
    assert registry.classifier().card.id == DEFAULT
    with pytest.raises(ModelUnavailable):
        registry.classifier("efficientnet-lite2")
    assert registry.open("efficientnet-lite2") is not first


def test_the_model_used_longest_ago_makes_room_for_another(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    there, back = (translation_cards()[name] for name in ("bergamot-en-pt", "bergamot-pt-en"))
    large = image_cards()["efficientnet-lite2"]
    store_tiny_model(cache, large)
    for card in (there, back):
        store_tiny_translator(cache, card)
    monkeypatch.setattr(registries, "OPEN_BYTES", there.file_bytes + back.file_bytes + large.file_bytes - 1)
    clock = Clock()
    registry = Registry(cache, None, DEFAULT, clock=clock)
    registry.load()
    first = registry.translator("en", "pt")
    clock.now = 1
    image = registry.open(large.id)
    clock.now = 2
    registry.translator("pt", "en")
    assert registry.classifier(large.id) is image
    assert registry.translator("en", "pt") is not first


def test_a_float32_form_is_open_only_while_it_is_used(cache: Cache) -> None:
    store_tiny_translator(cache, translation_cards()["bergamot-en-pt"])
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    gone = weakref.ref(registry.translator("en", "pt", "fp32"))
    assert gone() is None


@pytest.mark.parametrize("part", TRANSLATION)
def test_what_is_damaged_asks_for_repair_and_says_so(cache: Cache, part: str) -> None:
    card = translation_cards()["bergamot-en-pt"]
    store_tiny_translator(cache, card)
    cache.path_of(card, part).write_bytes(b"x" * cache.path_of(card, part).stat().st_size)
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    asked: list[None] = []
    registry.repair = lambda: asked.append(None)
    for precision, times in (("int8", 1), ("fp32", 2)):
        cache_again(cache, card, part)
        with pytest.raises(ModelUnavailable) as error:
            registry.translator("en", "pt", precision)  # pyright: ignore[reportArgumentType]
        assert error.value.reason == REPAIRING
        assert len(asked) == times
    assert card in registry.missing()


def cache_again(cache: Cache, card: TranslationCard, damaged: str) -> None:
    """Store a tiny translator with one damaged part."""
    store_tiny_translator(cache, card)
    path = cache.path_of(card, damaged)
    path.write_bytes(b"x" * path.stat().st_size)


def test_a_damaged_model_that_was_never_open_asks_for_repair(cache: Cache) -> None:
    for card in image_cards().values():
        store_tiny_model(cache, card)
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    path = cache.path_of(image_cards()["efficientnet-lite2"])
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    asked: list[None] = []
    registry.repair = lambda: asked.append(None)
    with pytest.raises(ModelUnavailable) as error:
        registry.open("efficientnet-lite2")
    assert (error.value.reason, len(asked)) == (REPAIRING, 1)
    assert [card.id for card in registry.missing() if isinstance(card, ImageCard)] == ["efficientnet-lite2"]


def test_two_hundred_flips_and_cuts_are_all_found(cache: Cache) -> None:
    chance = random.Random(5)
    card, pair = image_cards()[DEFAULT], translation_cards()["bergamot-en-pt"]
    store_tiny_model(cache, card)
    store_tiny_translator(cache, pair)
    whole = {
        path: path.read_bytes() for path in (cache.path / "models").iterdir() if path.suffix in {".onnx", ".model"}
    }
    reasons: list[str] = []
    for _ in range(200):
        path = chance.choice(list(whole))
        data = bytearray(whole[path])
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        else:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        registry = Registry(cache, None, DEFAULT)
        registry.load()
        for open_it in (registry.open, lambda one=registry: one.translator("en", "pt")):
            try:
                open_it()
            except ModelUnavailable as error:
                reasons.append(error.reason)
        store_tiny_model(cache, card)
        store_tiny_translator(cache, pair)
    assert len(reasons) == 200
    assert set(reasons) == {DAMAGED, NOT_FETCHED}


def test_a_damaged_record_is_never_taken_for_another_model(cache: Cache) -> None:
    chance = random.Random(6)
    card = image_cards()[DEFAULT]
    store_tiny_model(cache, card)
    record = cache.path_of(card).with_suffix(".json")
    whole = record.read_bytes()
    for _ in range(200):
        at = chance.randrange(len(whole))
        record.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
        # A flipped letter of a name or a space may leave a record that says the same: then the file is the right one.
        assert (
            not cache.is_intact(card)
            or cache.read(card) == brightest_channel(size=card.input.size, classes=1000).SerializeToString()
        )


def test_the_float32_form_is_made_when_it_is_asked_for(cache: Cache) -> None:
    card = translation_cards()["bergamot-en-pt"].model_copy(update={"heads": HEADS})
    store_tiny_translator(cache, card)
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    assert not list(cache.path.glob("models/*-fp32.*"))
    full = registry.translator("en", "pt", "fp32")
    assert (full.card.precision, full.card.derived_from) == ("fp32", card.id)
    assert full is registry.translator("en", "pt", "fp32")
    sizes = [cache.path_of(one, ENCODER).stat().st_size for one in (full.card, card)]
    assert sizes[0] > sizes[1]
    assert registry.translations() == (translation_cards()[card.id],)


@pytest.mark.parametrize("part", TRANSLATION)
def test_a_damaged_translator_is_missing_until_it_is_made_again(cache: Cache, part: str) -> None:
    card = translation_cards()["bergamot-en-pt"]
    store_tiny_translator(cache, card)
    path = cache.path_of(card, part)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    assert card not in registry.missing()
    with pytest.raises(ModelUnavailable, match="damaged"):
        registry.translator("en", "pt")
    assert card in registry.missing()


def test_languages_without_a_model_are_named_beside_those_that_have_one(cache: Cache) -> None:
    store_tiny_translator(cache, translation_cards()["bergamot-en-pt"])
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    with pytest.raises(ModelUnavailable) as error:
        registry.translator("en", "fi")
    assert error.value.reason == "There is no model for English to Finnish here; there are English to Portuguese."


def test_our_own_model_is_made_again_when_its_weights_change(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipes, "TRAINED", tmp_path)
    card = translation_cards()["en-es"].model_copy(update={"heads": HEADS, "via": ()})
    monkeypatch.setattr(registries, "translation_cards", lambda: {card.id: card})
    with pytest.raises(WeightsError, match="No such file"):
        cache.prepare(card, ignore)
    (tmp_path / card.id).mkdir()
    write_trained(tmp_path / card.id)
    cache.prepare(card, ignore)
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    assert len(registry.translator("en", "es").translate("abc").sentences) == 1
    write_trained(tmp_path / card.id, seed=1)
    assert not cache.is_ready(card)


def test_a_tokenizer_of_another_model_is_refused(cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "TRAINED", tmp_path)
    (tmp_path / "en-es").mkdir()
    write_trained(tmp_path / "en-es")
    (tmp_path / "en-es" / "tokenizer.model").write_bytes(tiny_tokenizer(20))
    with pytest.raises(WeightsError, match="aren't of the same model"):
        cache.prepare(translation_cards()["en-es"], ignore)


def test_without_bergamot_english_to_spanish_is_direct_and_there_is_no_way_back(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = translation_cards()["en-es"]
    monkeypatch.setattr(recipes, "TRAINED", tmp_path)
    (tmp_path / card.id).mkdir()
    write_trained(tmp_path / card.id)
    cache.prepare(card, ignore)
    registry = Registry(cache, None, DEFAULT)
    registry.load()
    assert registry.translations() == (card,)
    (sentence,) = registry.translator("en", "es").translate("abc dab").sentences
    assert sentence.route is None
    with pytest.raises(ModelUnavailable) as error:
        registry.translator("es", "en")
    assert (error.value.card_id, error.value.reason) == ("es-en", NOT_FETCHED)
