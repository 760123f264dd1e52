"""Who works for whom, and what people are told who ask for too much, in a simulated Discord."""

from typing import Any

import pytest
from inferbot.features import fair_use
from inferbot.models.errors import TooManyRequests
from inferbot.models.owner import Owner, current_owner
from simcord.env import Env
from support.fakes import Fakes
from support.stage import Stage
from support.views import message_of, text_of

TOO_MUCH = "You have asked me for a lot in a short time. Try again in about "


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes) -> Stage:
    return Stage(simcord_env, fakes)


def spend(stage: Stage, who: Any, seconds: float = fair_use.PERSON_SECONDS + 5) -> None:
    stage.fakes.services.fair_use.spent(Owner(who.id, stage.guild.id), seconds)


def click_around(stage: Stage, who: Any) -> None:
    interactions = stage.fakes.services.fair_use._interactions  # pyright: ignore[reportPrivateUsage]
    interactions.take(who.id, 100 * fair_use.INTERACTIONS)


async def ask(stage: Stage, who: Any) -> Any:
    return await who.slash(stage.channel, "ask", question="what is the kv cache")


async def test_commands_buttons_menus_and_messages_work_for_the_person_and_the_server(stage: Stage) -> None:
    owners = stage.fakes.engine.owners
    ann, bob = Owner(stage.ann.id, stage.guild.id), Owner(stage.bob.id, stage.guild.id)

    labeled = await stage.ann.slash(stage.channel, "label", example="coffee")
    assert {*owners} == {ann}
    owners.clear()
    await stage.ann.click(message_of(labeled), label="Show the steps")
    assert {*owners} == {ann}
    owners.clear()
    await stage.ann.autocomplete(stage.channel, "recommend", "film", "Matr")
    assert {*owners} == {ann}
    owners.clear()
    message = await stage.ann.send(stage.channel, f"{stage.mention} what is the kv cache?")
    assert {*owners} == {ann}
    owners.clear()
    await stage.bob.context_menu(stage.channel, "Translate", message)
    assert {*owners} == {bob}
    owners.clear()
    await stage.ann.send_dm("what is the kv cache?")
    assert {*owners} == {Owner(stage.ann.id)}
    assert current_owner() is None


async def test_whoever_used_up_their_time_is_told_when_to_come_back_and_others_are_not(stage: Stage) -> None:
    spend(stage, stage.ann)
    assert TOO_MUCH in text_of(message_of(await ask(stage, stage.ann)))
    assert "KV cache" in text_of(message_of(await ask(stage, stage.bob)))
    await stage.ann.send(stage.channel, f"{stage.mention} what is the kv cache?")
    assert TOO_MUCH in text_of(stage.last)


async def test_a_button_counts_too(stage: Stage) -> None:
    labeled = await stage.ann.slash(stage.channel, "label", example="coffee")
    spend(stage, stage.ann)
    pressed = await stage.ann.click(message_of(labeled), label="Show the steps")
    assert TOO_MUCH in text_of(message_of(pressed))


def typed_into(form: Any) -> dict[str, str]:
    return {label["component"]["custom_id"]: label["component"]["value"] for label in form.modal["components"]}


async def test_a_form_counts_too(stage: Stage) -> None:
    priced = await stage.ann.slash(stage.channel, "cost", workload="pictures")
    form = await stage.ann.click(message_of(priced), label="Change the numbers")
    stage.fakes.engine.owners.clear()
    await stage.ann.submit_modal(form, typed_into(form))
    assert {*stage.fakes.engine.owners} == {Owner(stage.ann.id, stage.guild.id)}
    form = await stage.ann.click(message_of(priced), label="Change the numbers")
    spend(stage, stage.ann)
    assert TOO_MUCH in text_of(message_of(await stage.ann.submit_modal(form, typed_into(form))))


async def test_autocomplete_over_the_limit_is_empty_quietly(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    assert await stage.ann.autocomplete(stage.channel, "ask", "question", "")
    spend(stage, stage.ann)
    assert await stage.ann.autocomplete(stage.channel, "ask", "question", ""), "it comes from memory"
    click_around(stage, stage.ann)
    assert await stage.ann.autocomplete(stage.channel, "ask", "question", "") == []
    assert await stage.bob.autocomplete(stage.channel, "ask", "question", "")
    stage.fakes.engine.full = True
    assert await stage.bob.autocomplete(stage.channel, "recommend", "film", "Matr") == []
    assert not [one for one in caplog.records if one.levelname in {"WARNING", "ERROR"}]


async def test_what_is_stored_about_people_and_their_games_ask_for_no_time(stage: Stage) -> None:
    spend(stage, stage.ann)
    assert TOO_MUCH not in text_of(message_of(await stage.ann.slash(stage.channel, "privacy show")))
    assert TOO_MUCH not in text_of(message_of(await stage.ann.slash(stage.channel, "quiz me")))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TooManyRequests(12.4, 8), "You have 8 requests waiting. Try again in about 12 s."),
        (TooManyRequests(0.2, 1), "You have 1 request waiting. Try again in about 1 s."),
        (TooManyRequests(3, 30, of_server=True), "This server has 30 requests waiting. Try again in about 3 s."),
    ],
)
async def test_a_share_that_is_used_up_has_its_sentence(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    async def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(stage.fakes.engine, "run", refuse)
    assert said in text_of(message_of(await ask(stage, stage.ann)))
