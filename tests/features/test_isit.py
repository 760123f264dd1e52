"""Judging situations: with a fake encoder for its edges, with the real one for what it says."""

import asyncio
import json
from typing import Any

import pytest
from inferbot.features.isit import HOME, STEPS_PER_HOP, IsItFeature, NoSituation
from inferbot.models.engine import Engine
from inferbot.models.errors import TooManyRequests
from inferbot.models.owner import Owner, working_for
from inferbot.models.registry import Registry
from inferbot.models.tasks import situation_classifier
from inferbot.models.weights.cache import Cache
from inferbot.settings import load_settings
from support.fakes import FakeRegistry, InlineEngine
from support.words import WordEncoder

QUICK_TEST = {
    "Answering 2+2": "inference",
    "I ask it what 2 + 2 is and it answers 4.": "inference",
    "Training on a million cat photos": "training",
    "DALL·E drawing from a text": "inference",
    "Fine-tuning on your data": "training",
    "We buy sixteen graphics cards.": "neither",
}


def judge() -> IsItFeature:
    engine, registry = InlineEngine(), FakeRegistry()
    registry.sentences = WordEncoder()
    return IsItFeature(engine, registry)  # pyright: ignore[reportArgumentType]


async def test_a_judgement_carries_its_scores_examples_and_the_proof() -> None:
    judgement = await judge().classify("  The weights   are adjusted on photos. ")
    assert judgement.situation == "The weights are adjusted on photos."
    assert sum(judgement.scores) == pytest.approx(1, abs=1e-3)
    assert len(judgement.nearest) == 3
    assert judgement.reason
    assert judgement.before == judgement.after
    assert [stage.name for stage in judgement.trace.stages] == ["model", "space", "verdict", "nearest"]


@pytest.mark.parametrize("nothing", ["", "   ", "???", "🎉🎉", "\u200b"])
async def test_what_has_no_words_is_refused(nothing: str) -> None:
    with pytest.raises(NoSituation):
        await judge().classify(nothing)


async def test_training_again_changes_the_weights_and_is_the_training_on_record() -> None:
    one = judge()
    lesson = await one.train_again()
    assert lesson.before != lesson.after
    assert lesson.examples == one.log.examples
    recorded = json.loads((HOME / "log.json").read_text("utf-8"))["loss"]
    assert lesson.losses == pytest.approx(recorded, abs=0.01)


async def test_trainings_take_turns_in_short_hops_and_one_person_has_one() -> None:
    training = InlineEngine()
    registry: Any = FakeRegistry()
    engine: Any = InlineEngine()
    one = IsItFeature(engine, registry, training=training)  # pyright: ignore[reportArgumentType]
    training.seconds = 0.0001
    with working_for(Owner(1)):
        first = asyncio.create_task(one.train_again())
    with working_for(Owner(2)):
        second = asyncio.create_task(one.train_again())
    await asyncio.sleep(0)
    assert (one.place_of(1), one.place_of(2)) == (0, 1)
    with working_for(Owner(1)), pytest.raises(TooManyRequests) as error:
        await one.train_again()
    assert error.value.held == 1
    second.cancel()
    lesson = await first
    assert one.place_of(2) == 0
    assert len(training.owners) == 2 + len(lesson.losses) // STEPS_PER_HOP
    assert {*training.owners} == {Owner(1)}
    assert not engine.owners


def test_the_weights_were_trained_on_the_situations_that_are_there() -> None:
    trained = situation_classifier.load(HOME / "weights.npz")
    log = judge().log
    assert len(judge().situations) == log.written, "run `python -m training.isit`: the situations have changed"
    assert len(trained.examples) == log.examples


@pytest.mark.weights
def test_the_quick_test_with_the_real_encoder() -> None:
    settings = load_settings()
    registry = Registry(Cache(settings.cache_dir), None, settings.default_model)
    registry.load_encoder()
    real = IsItFeature(Engine(workers=1), registry)
    assert {text: real.classify_here(text).verdict for text in QUICK_TEST} == QUICK_TEST
