"""Translation models of the hub, on a tiny one in the same layout."""

from collections.abc import Callable
from pathlib import Path

import pytest
from inferbot.models import registry as registries
from inferbot.models.errors import ModelUnavailable, WeightsError
from inferbot.models.registry import Registry
from inferbot.models.tasks.opus_mt import OpusTokenizer
from inferbot.models.tasks.translation import Translator
from inferbot.models.weights.cache import Cache
from inferbot.models.weights.hub import HubStore
from support.tiny_opus import IDS, tokenizer, write_hub_model


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Translator]:
    """Return a function that writes a tiny model, with other files than its own where they are given, and opens it."""

    def open_model(**files: bytes) -> Translator:
        card = write_hub_model(tmp_path, **files)
        monkeypatch.setattr(registries, "hub_cards", lambda: {card.id: card})
        registry = Registry(Cache(tmp_path), None, "efficientnet-lite0")
        registry.find_translations()
        assert registry.translations() == (card,)
        return registry.translator("en", "de")

    return open_model


def test_a_text_is_translated_word_by_word_with_the_cache(opened: Callable[..., Translator]) -> None:
    translator = opened()
    done: list[tuple[int, int]] = []
    result = translator.translate("good day friend.", note=lambda now, total: done.append((now, total)))
    assert result.text == "bom dia amigo."
    (sentence,) = result.sentences
    assert [step.chosen.piece for step in sentence.steps] == ["▁Bom", "▁dia", "▁amigo", ".", "</s>"]
    assert all(len(step.candidates) == 3 for step in sentence.steps)
    assert sentence.steps[0].chosen.score > 0.99
    assert sentence.alignment.size == 0
    assert done[-1] == (1, 1)
    assert "float32" in next(stage.output for stage in result.trace.stages if stage.name == "encoder")


def test_the_fingerprint_stays_the_same(opened: Callable[..., Translator]) -> None:
    translator = opened()
    before = translator.fingerprint()
    translator.translate("good day.")
    assert translator.fingerprint() == before


def test_the_padding_token_is_never_written(opened: Callable[..., Translator]) -> None:
    result = opened().translate("unknown words here.")
    pieces = [one.piece for step in result.sentences[0].steps for one in step.candidates if one.score > 0]
    assert "<pad>" not in pieces


def test_a_prefix_chooses_the_target_language() -> None:
    plain, with_prefix = OpusTokenizer(tokenizer()), OpusTokenizer(tokenizer(), ">>por<<")
    assert with_prefix.encode("good day") == [IDS[">>por<<"], *plain.encode("good day")]
    assert plain.decode([IDS["▁bom"], IDS["▁dia"], IDS["."], IDS["</s>"]]) == "bom dia."
    with pytest.raises(WeightsError, match="no token >>xx<<"):
        OpusTokenizer(tokenizer(), ">>xx<<")


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"model": 1}'])
def test_what_is_no_tokenizer_is_refused(data: bytes) -> None:
    with pytest.raises(WeightsError, match="tokenizer"):
        OpusTokenizer(data)


def test_what_the_runtime_cannot_open_is_a_sentence(opened: Callable[..., Translator]) -> None:
    with pytest.raises(ModelUnavailable, match="The runtime can't open it"):
        opened(decoder_model_merged__onnx=b"no model")


def test_the_registry_finds_what_was_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = write_hub_model(tmp_path)
    monkeypatch.setattr(registries, "hub_cards", lambda: {card.id: card})
    registry = Registry(Cache(tmp_path), None, "efficientnet-lite0")
    registry.find_translations()
    assert registry.translations() == (card,)
    assert registry.translator("en", "de").translate("good day.").text == "bom dia."
    assert registry.translator("en", "de") is registry.translator("en", "de")


def test_a_damaged_file_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = write_hub_model(tmp_path)
    monkeypatch.setattr(registries, "hub_cards", lambda: {card.id: card})
    registry = Registry(Cache(tmp_path), None, "efficientnet-lite0")
    registry.find_translations()
    HubStore(tmp_path).file_of(card, card.hub.encoder).write_bytes(b"rot")
    with pytest.raises(ModelUnavailable, match="is damaged"):
        registry.translator("en", "de")
