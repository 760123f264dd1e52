"""The translate feature's choice of languages, where people leave some out."""

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from inferbot.features.translate import TranslateFeature, TranslationSteps
from inferbot.models.cards import TranslationCard
from inferbot.models.engine import Engine
from inferbot.models.registry import Registry
from inferbot.models.runtime import Fingerprint
from inferbot.models.tasks.translation import Hop, Route, TranslatedSentence, Translation
from inferbot.models.trace import Trace


class Pair:
    def __init__(self, source: str, target: str) -> None:
        self.source_language, self.target_language = source, target


class Pairs:
    def __init__(self, *pairs: str) -> None:
        self._cards = tuple(Pair(*pair.split("-")) for pair in pairs)

    def translations(self) -> tuple[TranslationCard, ...]:
        return cast("tuple[TranslationCard, ...]", self._cards)

    def translator(self, source: str, target: str) -> "Copier":
        return Copier(Pair(source, target))


class Copier:
    """A model that says what it is told."""

    def __init__(self, card: Any) -> None:
        self._card = card

    def translate(self, text: str, **_: Any) -> Translation:
        sentence = TranslatedSentence(text, text, (), (), np.zeros((0, 0), np.float32))
        return Translation(text, text, (sentence,), Trace(), self._card)


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


def test_only_a_sentence_of_one_model_has_a_sole_card() -> None:
    ours, first, second = (cast("Any", Pair(*pair.split("-"))) for pair in ("en-es", "en-pt", "pt-es"))
    fingerprint = Fingerprint("0" * 64, "one fixed sentence")
    plain = TranslatedSentence("a", "b", (), (), np.zeros((0, 0), np.float32))

    def sole(route: Route | None) -> Any:
        translation = Translation("a", "b", (replace(plain, route=route),), Trace(), ours)
        return TranslationSteps(translation, fingerprint, fingerprint).sole_card

    assert sole(None) is ours
    assert sole(Route((Hop(ours, plain, 1.0),))) is ours
    assert sole(Route((Hop(first, plain, 1.0), Hop(second, plain, 1.0)))) is None


@pytest.mark.parametrize(
    ("reader", "asked", "target"),
    [
        ("pt-BR", None, "pt"),
        ("es-419", None, "es"),
        ("de", None, "es"),
        ("en-US", None, "es"),
        (None, None, "es"),
        ("pt-BR", "espanol", "es"),
        ("es-ES", "Português", "pt"),
    ],
)
async def test_a_reader_gets_their_own_language(reader: str | None, asked: str | None, target: str) -> None:
    engine = Engine(workers=1)
    feature = TranslateFeature(engine, cast("Registry", Pairs("en-es", "en-pt")))
    translated = await feature.translate(1, "Where is it?", source="English", target=asked, reader=reader)
    assert translated.translation.card.target_language == target
    await engine.close()
