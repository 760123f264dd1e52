"""The faults that tests can plan: each one as the real client, or a plain one, meets it."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
from discord.ext import commands
from inferbot.playground.api.faults import (
    DOWNLOAD,
    RESUME,
    Faults,
    at_random,
    cut,
    late,
    rate_limited,
    refused,
    repeated,
)
from inferbot.playground.server import Playground
from inferbot.playground.world.model import InteractionStatus, Upload
from wire.conftest import Start
from wire.sample import SampleBot
from wire.stage import Stage, eventually

POST = "POST /channels/{channel}/messages"
CALLBACK = "POST /interactions/{interaction}/{token}/callback"


class Listener(commands.Bot):
    """Notes the direct messages that it hears, and how often it connected and resumed."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.default())
        self.heard: list[str] = []
        self.connected = self.resumed = 0

    async def on_message(self, message: discord.Message, /) -> None:
        self.heard.append(message.content)

    async def on_connect(self) -> None:
        self.connected += 1

    async def on_resumed(self) -> None:
        self.resumed += 1


@pytest.fixture
async def http(playground: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {playground.token}"}) as session:
        yield session


async def post(http: aiohttp.ClientSession, playground: Playground) -> tuple[int, Any, Any]:
    """Post a message by a plain client; its status, body and headers."""
    url = f"{playground.api_url}/channels/{playground.world.channel_named('general').id}/messages"
    async with http.post(url, json={"content": "hello"}) as response:
        return response.status, await response.json(), response.headers


def posted(playground: Playground) -> int:
    return len(playground.world.messages.everything())


def channel_of(stage: Stage) -> discord.TextChannel:
    channel = stage.bot.get_channel(int(stage.general))
    assert isinstance(channel, discord.TextChannel)
    return channel


# REST


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10003), (400, 200000), (500, 0), (503, 0)])
async def test_a_refused_call_has_no_effect(
    http: aiohttp.ClientSession, playground: Playground, status: int, code: int
) -> None:
    playground.faults.at(POST, refused(status, code))
    answer, body, _ = await post(http, playground)
    assert (answer, body["code"], posted(playground)) == (status, code, 0)
    assert (await post(http, playground))[0] == 200


async def test_a_call_refused_after_its_effect_was_carried_out(
    http: aiohttp.ClientSession, playground: Playground
) -> None:
    playground.faults.at(POST, refused(502, effect=True))
    assert (await post(http, playground))[0] == 502
    assert posted(playground) == 1


async def test_a_rate_limit_carries_the_headers_of_its_bucket(
    http: aiohttp.ClientSession, playground: Playground
) -> None:
    playground.faults.at(POST, rate_limited(1.5))
    status, body, headers = await post(http, playground)
    assert (status, body["retry_after"], body["global"]) == (429, 1.5, False)
    assert (headers["X-RateLimit-Remaining"], headers["X-RateLimit-Reset-After"]) == ("0", "1.500")
    assert (headers["Retry-After"], headers["X-RateLimit-Scope"]) == ("2", "user")
    assert headers["X-RateLimit-Bucket"] == (await post(http, playground))[2]["X-RateLimit-Bucket"]


async def test_the_client_waits_for_a_rate_limit_and_posts_once(start: Start) -> None:
    stage = await start(SampleBot())
    stage.playground.faults.at(POST, rate_limited(0.1))
    await channel_of(stage).send("hello")
    assert posted(stage.playground) == 1


@pytest.mark.parametrize("effect", [False, True])
async def test_a_cut_call_gets_no_answer(start: Start, *, effect: bool) -> None:
    """discord.py passes the error of aiohttp on as it is: neither an HTTPException nor an OSError."""
    stage = await start(SampleBot())
    stage.playground.faults.at(POST, cut(effect=effect))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await channel_of(stage).send("hello")
    assert posted(stage.playground) == effect


async def test_an_acknowledgement_that_comes_too_late_is_unknown(start: Start) -> None:
    stage = await start(SampleBot())
    stage.world.interactions.answer_seconds = 0.2
    stage.playground.faults.at(CALLBACK, late(0.3))
    interaction = await stage.people.slash(stage.you, stage.general, "ping")
    assert interaction.status is InteractionStatus.FAILED


# The gateway


async def test_an_event_is_delivered_twice(start: Start) -> None:
    bot = Listener()
    stage = await start(bot)
    stage.playground.faults.at("event MESSAGE_CREATE", repeated())
    stage.people.say(stage.you, stage.people.open_dm(stage.you).id, "hello")
    await eventually(lambda: bot.heard == ["hello", "hello"])


async def test_a_late_event_comes_after_the_next_one(start: Start) -> None:
    bot = Listener()
    stage = await start(bot)
    stage.playground.faults.at("event MESSAGE_CREATE", late(0.1))
    for word in ("first", "second"):
        stage.people.say(stage.you, stage.people.open_dm(stage.you).id, word)
    await eventually(lambda: bot.heard == ["second", "first"])


async def test_an_event_that_cuts_the_gateway_arrives_once_after_the_resume(start: Start) -> None:
    bot = Listener()
    stage = await start(bot)
    stage.playground.faults.at("event MESSAGE_CREATE", cut())
    stage.playground.faults.at(RESUME, late(0.05))
    stage.people.say(stage.you, stage.people.open_dm(stage.you).id, "hello")
    await eventually(lambda: bot.resumed == 1)
    assert bot.heard == ["hello"]


async def test_a_refused_resume_makes_the_client_identify_again(start: Start) -> None:
    bot = Listener()
    stage = await start(bot)
    stage.playground.faults.at(RESUME, refused(401))
    stage.playground.gateway.drop()
    await eventually(lambda: bot.connected == 2)
    assert not bot.resumed


# Downloads


@pytest.fixture
def address(playground: Playground) -> str:
    """Where a file of ten bytes is."""
    you, general = playground.world.owner.id, playground.world.channel_named("general").id
    said = playground.people.say(you, general, "", files=[Upload("a.txt", "text/plain", b"0123456789")])
    return said["attachments"][0]["url"]


async def test_a_cut_download_ends_in_the_middle(
    http: aiohttp.ClientSession, playground: Playground, address: str
) -> None:
    playground.faults.at(DOWNLOAD, cut())
    async with http.get(address) as response:
        assert await response.content.readexactly(5) == b"01234"
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


async def test_a_late_download_stalls_and_then_arrives(
    http: aiohttp.ClientSession, playground: Playground, address: str
) -> None:
    playground.faults.at(DOWNLOAD, late(0.1))
    async with http.get(address) as response:
        assert await response.read() == b"0123456789"


async def test_a_refused_download(http: aiohttp.ClientSession, playground: Playground, address: str) -> None:
    playground.faults.at(DOWNLOAD, refused(404))
    async with http.get(address) as response:
        assert response.status == 404


# Where and how often


def test_without_a_plan_nothing_goes_wrong() -> None:
    faults = Faults()
    assert faults.take(POST) is None
    assert faults.injected == []


def test_a_fault_is_addressed_by_pattern_and_count() -> None:
    faults = Faults()
    faults.at("PATCH *", cut(), skip=1, times=2)
    places = ["PATCH /a", POST, "PATCH /b", "PATCH /a", "PATCH /a"]
    assert [faults.take(place) is not None for place in places] == [False, False, True, True, False]
    assert [one.place for one in faults.injected] == ["PATCH /b", "PATCH /a"]


def test_a_random_schedule_repeats_under_its_seed() -> None:
    menu = {"POST *": [cut(), late(1)], "event *": [repeated()]}

    def drawn(seed: int, places: list[str]) -> dict[tuple[str, int], object]:
        schedule = at_random(seed, 0.5, menu)
        return {(place, number): schedule(place, number) for place in places for number in range(20)}

    once, again = drawn(1, [POST, "event X"]), drawn(1, ["event X", POST])
    assert once == again != drawn(2, [POST, "event X"])
    assert {fault for fault in once.values() if fault} == {cut(), late(1), repeated()}
    assert set(drawn(1, ["GET /users/@me"]).values()) == {None}
