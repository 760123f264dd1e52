"""The sentence encoder: the format it is read from, and the real model's own examples."""

import json
from typing import cast

import numpy as np
import pytest
from inferbot.models.cards import sentence_card
from inferbot.models.errors import ModelUnavailable
from inferbot.models.registry import Registry
from inferbot.models.runtime import Session
from inferbot.models.tasks.sentence_similarity import SentenceEncoder
from inferbot.models.weights.cache import Cache
from inferbot.settings import Settings


def ignore(*_: object) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    """Return the real model, fetched if it is not there."""
    settings = Settings(fetch_weights=False)
    cache = Cache(settings.cache_dir)
    cache.prepare(sentence_card(), ignore)
    registry = Registry(cache, None, settings.default_model)
    registry.load()
    return registry.encoder()


@pytest.mark.weights
def test_likeness_is_what_the_float_model_says(encoder: SentenceEncoder) -> None:
    """The cosines of the float32 model are printed in its authors' own example (www.sbert.net, "Quickstart")."""
    vectors = encoder.embed(["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."])
    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert vectors[0] @ vectors[1] == pytest.approx(0.6660, abs=0.06)
    assert vectors[0] @ vectors[2] == pytest.approx(0.1046, abs=0.06)
    assert vectors[1] @ vectors[2] == pytest.approx(0.1411, abs=0.06)


@pytest.mark.weights
def test_long_and_odd_texts_are_embedded_too(encoder: SentenceEncoder) -> None:
    vectors = encoder.embed(["", "word " * 5000, "\x00\ud7ff🦊", "short"])
    assert np.isfinite(vectors).all()
    assert encoder.embed([]).shape == (0, 384)


@pytest.mark.weights
def test_the_tokens_are_shown_and_common_words_known(encoder: SentenceEncoder) -> None:
    assert encoder.explain("KV cache").tokens == ("[CLS]", "kv", "cache", "[SEP]")
    assert encoder.knows("dog")
    assert not encoder.knows("infrence")


def test_a_model_that_fails_says_so() -> None:
    class Broken:
        def get_modelmeta(self) -> object:
            class Meta:
                custom_metadata_map = {"tokenizer": _TOKENIZER}  # noqa: RUF012 - read only

            return Meta()

        def run(self, *_: object) -> None:
            raise RuntimeError

    with pytest.raises(ModelUnavailable, match="failed on this text"):
        SentenceEncoder(sentence_card(), cast("Session", Broken())).embed(["a"])


_TOKENIZER = json.dumps(
    {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "a": 1}, "unk_token": "[UNK]"},
    }
)
