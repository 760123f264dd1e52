"""What the model says about a sentence, matched with the options as people would."""

from pathlib import Path

import pytest
from inferbot.features.quiz import known_to_packs
from inferbot.knowledge.packs import Question, ToTranslate, read_pack
from inferbot.models.errors import ModelUnavailable
from inferbot.quiz.running.asked import Asked, ask
from inferbot.quiz.running.predictor import NoPrediction
from support.fakes import Fakes

PACK = """
title = "Ours"
about = "Sentences."

[[question]]
id = "ours-1"
kind = "predict-the-model"
difficulty = "easy"
text = "What comes out?"
translate = { text = "Good morning!", from = "en", to = "pt" }
options = ["good morning", "Bom dia!"]
explanation = "The fake translator writes capitals."
"""


@pytest.fixture
async def fakes(tmp_path: Path) -> Fakes:
    made = Fakes(tmp_path)
    await made.open()
    return made


def question(text: str = PACK) -> Question:
    return read_pack(text.encode(), "ours", known_to_packs({})).questions["ours-1"]


async def test_the_model_translates_and_its_answer_is_the_right_option(fakes: Fakes) -> None:
    predictor = fakes.services.quiz.predictor
    assert predictor.can(question())
    said = await predictor.predict(ask(question(), "seed"))
    assert said.label == "GOOD MORNING!"
    assert said.score == pytest.approx(0.9)
    asked = ask(question(), "seed")
    assert asked.options[said.position].text == "good morning"
    assert [name for name, _ in said.stages] == ["split", "tokens", "encoder", "decoder"]
    await fakes.services.close()


async def test_the_model_can_be_opened_before_it_is_asked(fakes: Fakes) -> None:
    predictor = fakes.services.quiz.predictor
    await predictor.get_ready(ask(question(), "seed"))
    assert fakes.registry.asked_for == ["bergamot-en-pt"]
    fakes.registry.off.add("bergamot-en-pt")
    await predictor.get_ready(ask(question(), "seed"))  # the prediction will say so
    await fakes.services.close()


async def test_another_answer_is_something_else(fakes: Fakes) -> None:
    asked = ask(question(PACK.replace('"good morning"', '"Boa tarde"')), "seed")
    said = await fakes.services.quiz.predictor.predict(asked)
    assert asked.options[said.position].text == "Something else"
    await fakes.services.close()


async def test_without_its_model_a_question_is_left_out(fakes: Fakes) -> None:
    predictor = fakes.services.quiz.predictor
    fakes.registry.off.add("bergamot-en-pt")
    assert not predictor.can(question())
    with pytest.raises(NoPrediction):
        await predictor.predict(ask(question(), "seed"))
    fakes.registry.off.add("efficientnet-lite0")
    chosen = fakes.services.quiz.library.choose(None, fits=predictor.can)
    assert chosen
    with pytest.raises(ModelUnavailable):
        fakes.services.registry.classifier()
    assert all(one.answer is not None or one.translate for one in chosen)
    assert not any(one.translate and one.translate.target == "pt" for one in chosen)
    await fakes.services.close()


def test_a_question_survives_being_kept() -> None:
    asked = ask(question(), "seed")
    assert asked.translate == ToTranslate("Good morning!", "en", "pt")
    assert Asked.from_json(asked.to_json()) == asked
    old = {name: value for name, value in asked.to_json().items() if name != "translate"}
    assert Asked.from_json(old).translate is None


async def test_what_a_channel_must_not_see_is_no_prediction(fakes: Fakes) -> None:
    rude = question(PACK.replace("Good morning!", "Good morning, whores!"))
    with pytest.raises(NoPrediction):
        await fakes.services.quiz.predictor.predict(ask(rude, "seed"))
    await fakes.services.close()
