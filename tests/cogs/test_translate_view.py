"""Every view of a translation with the longest texts stays inside Discord's limits."""

from dataclasses import replace

import numpy as np
import pytest
from inferbot.cogs import errors
from inferbot.cogs.limits import problems
from inferbot.cogs.translate import view as views
from inferbot.features.translate import ComparedBuild, Translated, TranslationSteps
from inferbot.models.cards import TranslationCard, translation_cards
from inferbot.models.errors import ModelUnavailable
from inferbot.models.runtime import Fingerprint
from inferbot.models.tasks.languages import Detected
from inferbot.models.tasks.translation import Candidate, DecoderStep, Token, TranslatedSentence, Translation
from inferbot.models.trace import Stage, Trace
from inferbot.models.training_log import Training

LONG = "*_`@everyone " * 100
KEY = "h.abcdefghijk"
SAME = Fingerprint("f" * 64, LONG)
TRAINING = Training(hours=1234.5, pairs=10**9, machine="m" * 200, parameters=10**12)


def longest_card() -> TranslationCard:
    card = next(iter(translation_cards().values()))
    return card.model_copy(
        update={"id": "i" * 40, "title": "_" * 60, "credit": "*" * 300, "parameters": 10**12, "file_bytes": 10**10}
    )


def longest() -> Translation:
    piece = "*`_~" * 20
    candidates = tuple(Candidate(10**6 + i, piece, 0.123456) for i in range(3))
    steps = tuple(DecoderStep(candidates[0], candidates, 12_345.678) for _ in range(200))
    sentence = TranslatedSentence(
        LONG, LONG, (Token(10**6, piece),) * 200, steps, np.full((200, 200), 0.005, np.float32)
    )
    stages = [Stage(name, 12_345.678, LONG, LONG) for name in ("split", "tokens", "encoder", "decoder", "text")]
    return Translation(LONG, LONG, (sentence,) * 30, Trace(stages), longest_card())


def longest_steps(*, learned: bool = False) -> TranslationSteps:
    return TranslationSteps(longest(), SAME, Fingerprint("0" * 64, LONG) if learned else SAME)


@pytest.mark.parametrize("sure", [True, False])
@pytest.mark.parametrize("key", [KEY, None])
def test_an_answer(key: str | None, *, sure: bool) -> None:
    translated = Translated(2**63, longest(), Detected("en", 0.3, sure=sure))
    shown = views.answer_view(translated, key, ["pt", "es", "de", "fr", "it"])
    assert problems(shown.view) == []


@pytest.mark.parametrize("text", ["a\n\n\n" * 250, "a*\n" * 333, "||a||\n" * 166, "a[<_" * 250, "a\n||b\nc||" * 100])
def test_texts_that_grow_most(text: str) -> None:
    translated = Translated(2**63, replace(longest(), source=text, text=text.upper() * 2), None)
    assert problems(views.answer_view(translated, KEY, ["pt"], left_out=12_345).view) == []
    assert problems(views.shared_view(translated, 2**63).view) == []


def test_what_is_shared_and_how_far_it_is() -> None:
    assert problems(views.shared_view(Translated(1, longest(), None), 2**63).view) == []
    assert views.progress(10**6, 10**6) == "Translating, sentence by sentence: 1000000 of 1000000."


@pytest.mark.parametrize("shown", [1, 10, 200])
def test_the_steps_as_they_grow(shown: int) -> None:
    assert problems(views.growing_view(longest_steps(), shown).view) == []


@pytest.mark.parametrize("learned", [True, False])
def test_the_steps(*, learned: bool) -> None:
    shown = views.steps_view(replace(longest_steps(learned=learned), alignment=b"png"), TRAINING, f"{KEY}:29")
    assert problems(shown.view) == []
    assert [file.filename for file in shown.files] == ["alignment.png"]


def test_the_comparison() -> None:
    builds = [ComparedBuild("int8", longest()), ComparedBuild("fp32", None, ModelUnavailable("i" * 40, "r" * 300))]
    for pair in (builds, [builds[0], builds[0]], [builds[1], builds[1]]):
        assert (
            problems(views.comparison_view(pair, [errors.explain(one.error) if one.error else "" for one in pair]).view)
            == []
        )


def test_the_report() -> None:
    assert problems(views.report_view(Translated(1, longest(), None)).view) == []
