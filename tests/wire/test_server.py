"""The HTTP side: who may ask, what every answer carries, and what the CDN gives out."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from inferbot.playground.server import Playground
from inferbot.playground.world.model import Upload
from wire.sample import PICTURE


@pytest.fixture
async def http(playground: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {playground.token}"}) as session:
        yield session


async def test_answers_are_json_with_rate_limit_headers(http: aiohttp.ClientSession, playground: Playground) -> None:
    async with http.get(playground.api_url + "/users/@me") as response:
        assert response.headers["Content-Type"] == "application/json"
        assert int(response.headers["X-RateLimit-Remaining"]) == int(response.headers["X-RateLimit-Limit"]) - 1
        assert float(response.headers["X-RateLimit-Reset"]) > time.time() - 5
        assert 0 < float(response.headers["X-RateLimit-Reset-After"]) <= 1
        assert response.headers["X-RateLimit-Bucket"]


class TestNoTimePasses:
    @pytest.fixture
    def playground_options(self) -> dict[str, Any]:
        now = time.time()
        return {"clock": lambda: now}

    async def test_one_request_too_many_gets_429_with_retry_after(
        self, http: aiohttp.ClientSession, playground: Playground
    ) -> None:
        async def ask() -> tuple[int, Any]:
            async with http.get(playground.api_url + "/gateway") as response:
                return response.status, await response.json()

        answers = [await ask() for _ in range(51)]
        assert {status for status, _ in answers[:50]} == {200}
        status, body = answers[50]
        assert (status, body["retry_after"], body["global"]) == (429, 1.0, False)


@pytest.mark.parametrize("token", ["Bot wrong", "", "wrong"])
async def test_a_wrong_token_is_401(playground: Playground, token: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(playground.api_url + "/users/@me", headers={"Authorization": token}) as response,
    ):
        assert (response.status, await response.json()) == (401, {"message": "401: Unauthorized", "code": 0})


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "evil.example:80"])
@pytest.mark.parametrize("path", ["/api/v10/users/@me", "/gateway", "/attachments/1/2/x.png"])
async def test_only_this_machines_own_names_are_answered(
    http: aiohttp.ClientSession, playground: Playground, host: str, path: str
) -> None:
    async with http.get(f"http://127.0.0.1:{playground.port}{path}", headers={"Host": host}) as response:
        assert response.status == 403


async def test_an_invalid_json_body_is_50109(http: aiohttp.ClientSession, playground: Playground) -> None:
    channel = playground.world.channel_named("general").id
    headers = {"Content-Type": "application/json"}
    url = f"{playground.api_url}/channels/{channel}/messages"
    async with http.post(url, data=b"{", headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (400, 50109)


@pytest.mark.parametrize("body", [[], "text", {"content": 5}, {"components": "x"}, {"flags": "x"}])
async def test_a_body_of_the_wrong_shape_is_refused_and_nothing_breaks(
    http: aiohttp.ClientSession, playground: Playground, body: Any
) -> None:
    channel = playground.world.channel_named("general").id
    url = f"{playground.api_url}/channels/{channel}/messages"
    async with http.post(url, data=json.dumps(body), headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400
    assert not [failure for failure in playground.failures if "in the playground" in failure]
    playground.failures.clear()  # what Discord's description says of these bodies


async def test_an_attachment_is_served_until_its_address_expires(playground: Playground) -> None:
    you, general = playground.world.owner.id, playground.world.channel_named("general").id
    files = [Upload("dot.png", "image/png", PICTURE), Upload("page.html", "text/html", b"<script>alert(1)</script>")]
    said = playground.people.say(you, general, "", files=files)
    picture, page = (attachment["url"] for attachment in said["attachments"])
    async with aiohttp.ClientSession() as session:
        async with session.get(picture) as response:
            assert (response.status, response.content_type, await response.read()) == (200, "image/png", PICTURE)
        async with session.get(page) as response:
            assert response.content_type == "application/octet-stream"
            assert response.headers["Content-Disposition"].startswith("attachment")
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        for wrong in (picture.split("?")[0], picture.replace("ex=", "ex=f"), picture.replace("dot.png", "dot.jpg")):
            async with session.get(wrong) as response:
                assert response.status == 404


class TestExpired:
    @pytest.fixture
    def playground_options(self) -> dict[str, Any]:
        self.ahead = 0.0
        return {"clock": lambda: time.time() + self.ahead}

    async def test_an_expired_address_gives_404_and_a_fresh_one_works(self, playground: Playground) -> None:
        you, general = playground.world.owner.id, playground.world.channel_named("general").id
        said = playground.people.say(you, general, "", files=[Upload("dot.png", "image/png", PICTURE)])
        self.ahead = 25 * 60 * 60
        fresh = playground.people.message(you, said["id"])
        async with aiohttp.ClientSession() as session:
            async with session.get(said["attachments"][0]["url"]) as response:
                assert response.status == 404
            async with session.get(fresh["attachments"][0]["url"]) as response:
                assert response.status == 200


async def test_a_taken_port_is_an_oserror(playground: Playground) -> None:
    with pytest.raises(OSError, match="address already in use"):
        await Playground(port=playground.port).start()
