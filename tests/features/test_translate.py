"""The translate feature's choice of a source language for a caller that only names a target."""

from typing import cast

import pytest
from inferbot.features.translate import TranslateFeature
from inferbot.models.cards import TranslationCard
from inferbot.models.engine import Engine
from inferbot.models.registry import Registry


class Pair:
    def __init__(self, source: str, target: str) -> None:
        self.source_language, self.target_language = source, target


class Pairs:
    def __init__(self, *pairs: str) -> None:
        self._cards = tuple(Pair(*pair.split("-")) for pair in pairs)

    def translations(self) -> tuple[TranslationCard, ...]:
        return cast("tuple[TranslationCard, ...]", self._cards)


@pytest.mark.parametrize(
    ("pairs", "text", "source"),
    [
        (["en-es"], "Guten Morgen", "en"),
        (["pt-es", "en-es"], "Where is the train station, please?", "en"),
        (["en-es", "pt-es"], "Onde fica a estação de trem, por favor?", "pt"),
        (["pt-es", "en-es"], "Guten Morgen", "en"),
        (["pt-es", "fr-es"], "Guten Morgen", "pt"),
    ],
)
async def test_the_source_is_one_that_has_a_model(pairs: list[str], text: str, source: str) -> None:
    engine = Engine(workers=1)
    feature = TranslateFeature(engine, cast("Registry", Pairs(*pairs)))
    assert await feature.detect_source(text, "es") == source
    await engine.close()
