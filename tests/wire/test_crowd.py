"""Two hundred people within a second, over real sockets, before the real bot with real weights."""

import asyncio

import pytest
from inferbot.bot import Inferbot
from inferbot.models.examples import examples
from inferbot.playground.world.model import Upload
from inferbot.settings import Settings
from support.components import texts
from wire.stage import Start

pytestmark = pytest.mark.weights
PATIENCE = 600.0
"""Seconds: how long a busy machine may take over all of it, not how long the bot does."""


@pytest.fixture
def check() -> None:
    """Bodies are checked in the other journeys; here that would only take time."""


async def test_two_hundred_within_a_second_are_all_answered(start: Start) -> None:
    """Each gets its labels or is told when to come back; nothing hangs, and the bot goes on.

    Bot, playground and two hundred people share one loop here, so how long an answer takes says more of the machine
    than of the bot: the people wait longer than Discord would. That is measured in benchmarks/crowd.py instead.
    """
    stage = await start(Inferbot(Settings(fetch_weights=False, discord_token=None)))
    stage.world.interactions.answer_seconds = PATIENCE
    photo = Upload("coffee.jpg", "image/jpeg", examples()["coffee"].read())

    crowd = [stage.people.add(f"Person {i}").id for i in range(200)]

    async def ask(i: int) -> str:
        await asyncio.sleep(i * 0.005)
        asked = await stage.people.slash(crowd[i], stage.general, "label", {"image": photo})
        answer = await stage.people.reply(asked, within=PATIENCE)
        if "in the queue" in texts(answer):
            one = answer["id"]
            answer = await stage.people.until(
                lambda seen: seen["id"] == one and "in the queue" not in texts(seen), within=PATIENCE
            )
        return texts(answer)

    answers = await asyncio.gather(*(ask(i) for i in range(200)))
    labelled = [one for one in answers if "espresso" in one]
    busy = [one for one in answers if "Try again in about" in one]
    assert labelled
    assert len(labelled) + len(busy) == 200, {*answers} - {*labelled} - {*busy}
    assert "espresso" in texts(await stage.slash("label", image=photo))
