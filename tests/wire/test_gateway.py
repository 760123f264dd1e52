"""The gateway: what a client gets, in which order, and what happens when the connection goes away."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import aiohttp
import discord
import pytest
from discord.ext import commands
from inferbot.playground.api.gateway import ROUND_TRIP_SECONDS, Close, Intent, Op
from inferbot.playground.server import Playground
from wire.conftest import Start
from wire.stage import eventually

Socket: TypeAlias = aiohttp.ClientWebSocketResponse
DEFAULT = int(Intent.GUILDS | Intent.GUILD_MESSAGES | Intent.DIRECT_MESSAGES)


class Listener(commands.Bot):
    """Notes the direct messages and the sessions that it sees."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.default())
        self.heard: list[str] = []
        self.resumed = asyncio.Event()
        self.connected = 0

    async def on_message(self, message: discord.Message, /) -> None:
        self.heard.append(message.content)

    async def on_resumed(self) -> None:
        self.resumed.set()

    async def on_connect(self) -> None:
        self.connected += 1


async def heard(bot: Listener, number: int) -> list[str]:
    await eventually(lambda: len(bot.heard) >= number)
    return bot.heard


async def test_a_dropped_connection_resumes_and_loses_nothing(start: Start) -> None:
    bot = Listener()
    stage = await start(bot)
    dm = stage.people.open_dm(stage.you)
    for number in range(30):
        stage.people.say(stage.you, dm.id, str(number))
        if number in (5, 20):
            stage.playground.gateway.drop()
        await asyncio.sleep(0.01)
    assert await heard(bot, 30) == [str(number) for number in range(30)]
    assert bot.resumed.is_set()
    assert bot.connected == 1


async def test_the_reconnect_opcode_makes_the_client_resume(start: Start) -> None:
    bot = Listener()
    stage = await start(bot)
    stage.playground.gateway.ask_to_reconnect()
    await asyncio.wait_for(bot.resumed.wait(), 10)
    assert bot.connected == 1


async def test_an_invalid_session_makes_the_client_identify_again(start: Start) -> None:
    bot = Listener()
    stage = await start(bot)
    stage.playground.gateway.invalidate()
    await eventually(lambda: bot.connected == 2)
    assert not bot.resumed.is_set()
    dm = stage.people.open_dm(stage.you)
    stage.people.say(stage.you, dm.id, "still there?")
    assert await heard(bot, 1) == ["still there?"]


async def test_heartbeats_are_acknowledged(start: Start) -> None:
    stage = await start(Listener())
    await eventually(lambda: stage.bot.latency < 5)


async def test_an_acknowledgement_takes_as_long_as_over_a_network(
    http: aiohttp.ClientSession, playground: Playground
) -> None:
    socket = await hello(http, playground)
    sent = time.monotonic()
    await socket.send_json({"op": Op.HEARTBEAT, "d": None})
    assert await socket.receive_json() == {"op": Op.HEARTBEAT_ACK}
    assert time.monotonic() - sent > ROUND_TRIP_SECONDS / 2  # loops' clocks are coarser than this one


async def test_a_second_bot_takes_over_and_finds_what_was_said(start: Start) -> None:
    first = await start(Listener())
    general = first.bot.get_channel(int(first.general))
    assert isinstance(general, discord.TextChannel)
    sent = await general.send("before the restart")
    await first.close()
    assert not first.playground.gateway.online
    second = await start(Listener())
    again = second.bot.get_channel(int(second.general))
    assert isinstance(again, discord.TextChannel)
    assert (await again.fetch_message(sent.id)).content == "before the restart"


# A client of our own, for what discord.py never does


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def hello(http: aiohttp.ClientSession, playground: Playground, query: str = "?v=10&encoding=json") -> Socket:
    socket = await http.ws_connect(playground.gateway_url + query)
    first = await socket.receive_json()
    assert first["op"] == Op.HELLO
    assert first["d"]["heartbeat_interval"] > 0
    return socket


def identify(playground: Playground, intents: int = DEFAULT, **more: Any) -> dict[str, Any]:
    return {"op": 2, "d": {"token": playground.token, "intents": intents, "properties": {}, **more}}


async def close_code(socket: Socket) -> int | None:
    message = await socket.receive(timeout=5)
    while message.type is aiohttp.WSMsgType.TEXT:
        message = await socket.receive(timeout=5)
    return socket.close_code


async def test_ready_comes_first_and_the_server_after_it(http: aiohttp.ClientSession, playground: Playground) -> None:
    socket = await hello(http, playground)
    await socket.send_json(identify(playground))
    ready, guild = await socket.receive_json(), await socket.receive_json()
    assert (ready["t"], ready["s"], guild["t"], guild["s"]) == ("READY", 1, "GUILD_CREATE", 2)
    assert ready["d"]["guilds"] == [{"id": playground.world.guild_id, "unavailable": True}]
    assert ready["d"]["resume_gateway_url"] == playground.gateway_url
    # Without the members intent the bot is the only member listed.
    assert [member["user"]["id"] for member in guild["d"]["members"]] == [playground.world.bot.id]
    assert guild["d"]["member_count"] == 2


async def test_events_without_their_intent_are_not_sent(http: aiohttp.ClientSession, playground: Playground) -> None:
    socket = await hello(http, playground)
    await socket.send_json(identify(playground, int(Intent.GUILDS | Intent.DIRECT_MESSAGES)))
    assert [(await socket.receive_json())["t"] for _ in range(2)] == ["READY", "GUILD_CREATE"]
    you, people = playground.world.owner.id, playground.people
    people.say(you, playground.world.channel_named("general").id, "in the server")
    people.say(you, people.open_dm(you).id, "in private")
    message = await socket.receive_json()
    assert (message["t"], message["d"]["content"]) == ("MESSAGE_CREATE", "in private")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"op": 99, "d": None}, Close.UNKNOWN_OPCODE),
        ({"no": "op"}, Close.DECODE_ERROR),
        ({"op": 2, "d": "text"}, Close.DECODE_ERROR),
        ({"op": 3, "d": {}}, Close.NOT_AUTHENTICATED),
        ({"op": 2, "d": {"token": "wrong", "intents": 0}}, Close.AUTHENTICATION_FAILED),
    ],
)
async def test_malformed_and_unauthenticated_payloads_close_with_their_codes(
    http: aiohttp.ClientSession, playground: Playground, payload: dict[str, Any], code: Close
) -> None:
    socket = await hello(http, playground)
    await socket.send_json(payload)
    assert await close_code(socket) == code
    malformed = code in (Close.UNKNOWN_OPCODE, Close.DECODE_ERROR)
    assert len(playground.failures) == malformed
    playground.failures.clear()


@pytest.mark.parametrize(
    ("intents", "more", "code"),
    [
        (int(Intent.MESSAGE_CONTENT), {}, Close.DISALLOWED_INTENTS),
        (-1, {}, Close.INVALID_INTENTS),
        (DEFAULT, {"shard": [1, 2]}, Close.INVALID_SHARD),
    ],
)
async def test_identify_is_refused_with_the_right_close_code(
    http: aiohttp.ClientSession, playground: Playground, intents: int, more: dict[str, Any], code: Close
) -> None:
    socket = await hello(http, playground)
    await socket.send_json(identify(playground, intents, **more))
    assert await close_code(socket) == code


async def test_identifying_twice_closes_with_4005(http: aiohttp.ClientSession, playground: Playground) -> None:
    socket = await hello(http, playground)
    await socket.send_json(identify(playground))
    await socket.send_json(identify(playground))
    assert await close_code(socket) == Close.ALREADY_AUTHENTICATED


async def test_another_api_version_closes_with_4012(http: aiohttp.ClientSession, playground: Playground) -> None:
    socket = await http.ws_connect(playground.gateway_url + "?v=9")
    assert await close_code(socket) == Close.INVALID_VERSION


async def test_a_client_without_heartbeats_is_closed_with_4009(
    http: aiohttp.ClientSession, playground: Playground
) -> None:
    playground.gateway.heartbeat_seconds = 0.1
    socket = await hello(http, playground)
    assert await close_code(socket) == Close.SESSION_TIMED_OUT


async def resumed(http: aiohttp.ClientSession, playground: Playground, sequence: int, *, beat: int) -> Any:
    """Identify, get three messages, acknowledge `beat` events, go away and resume from `sequence`."""
    socket = await hello(http, playground)
    await socket.send_json(identify(playground))
    session = (await socket.receive_json())["d"]["session_id"]
    for number in range(3):
        playground.people.say(playground.world.owner.id, playground.world.channel_named("general").id, str(number))
    await socket.send_json({"op": 1, "d": beat})
    while (await socket.receive_json())["op"] != Op.HEARTBEAT_ACK:
        pass
    await socket.close()
    again = await hello(http, playground)
    resume = {"token": playground.token, "session_id": session, "seq": sequence}
    await again.send_json({"op": 6, "d": resume})
    return again


async def test_a_resume_replays_what_was_missed_and_then_says_so(
    http: aiohttp.ClientSession, playground: Playground
) -> None:
    socket = await resumed(http, playground, 3, beat=2)
    packets = [await socket.receive_json() for _ in range(3)]
    assert [(p["t"], p["s"]) for p in packets] == [("MESSAGE_CREATE", 4), ("MESSAGE_CREATE", 5), ("RESUMED", 6)]


async def test_events_acknowledged_by_a_heartbeat_are_not_kept(
    http: aiohttp.ClientSession, playground: Playground
) -> None:
    socket = await resumed(http, playground, 2, beat=4)
    assert await socket.receive_json() == {"op": Op.INVALID_SESSION, "d": False}


async def test_a_resume_from_the_future_closes_with_4007(http: aiohttp.ClientSession, playground: Playground) -> None:
    socket = await resumed(http, playground, 99, beat=2)
    assert await close_code(socket) == Close.INVALID_SEQUENCE


async def test_an_unknown_session_is_invalid(http: aiohttp.ClientSession, playground: Playground) -> None:
    socket = await hello(http, playground)
    await socket.send_json({"op": 6, "d": {"token": playground.token, "session_id": "gone", "seq": 3}})
    assert await socket.receive_json() == {"op": Op.INVALID_SESSION, "d": False}
