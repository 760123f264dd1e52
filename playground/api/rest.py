"""The REST side over aiohttp: who asks, how often, with what body; the *_routes.py make the answers."""

from __future__ import annotations

import asyncio
import json
import logging
import mimetypes
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from aiohttp import BodyPartReader, web

from ..world.errors import ApiError, UnsupportedError, invalid
from ..world.messages import MAX_FILE_BYTES
from ..world.model import Upload
from . import events, messages, server
from .calls import Call, Route
from .ratelimits import exceeded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..world.model import JSON, JSONObject
    from ..world.world import World
    from .faults import Fault, Faults
    from .ratelimits import RateLimits, Taken

BodyCheck: TypeAlias = "Callable[[str, str, JSON], str | None]"
"""Told the method, the path below /api/v10 and the body of each request of the bot; says what is wrong, or None."""

API = "/api/v10"
_MODULES = (server, messages, events)
ROUTES = [route for module in _MODULES for route in module.ROUTES]
_MAJOR = ("channel", "guild", "webhook", "token")
_MOST_FIELD_BYTES = 1 << 20

_log = logging.getLogger(__name__)


class Rest:
    """Answers the bot's requests; what no test may see goes to `failures`."""

    def __init__(
        self,
        world: World,
        *,
        token: str,
        limits: RateLimits,
        faults: Faults,
        failures: list[str],
        check: BodyCheck | None,
    ) -> None:
        self._world = world
        self._token = token
        self._limits = limits
        self._faults = faults
        self._failures = failures
        self._check = check
        self.gateway_url = ""

    def add_routes(self, app: web.Application) -> None:
        """Serve every known route, and answer the others with a recorded 404."""
        for route in ROUTES:
            app.router.add_route(route.method, API + route.path, self._handler(route))
        app.router.add_route("*", "/api/{rest:.*}", self._unknown)

    def _handler(self, route: Route) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            major = "/".join(request.match_info.get(name, "") for name in _MAJOR)
            place = f"{route.method} {route.path}"
            taken = self._limits.take(place, major)
            fault = self._faults.take(place, request.path)
            try:
                if fault is not None:
                    return await self._go_wrong(fault, route, request, taken)
                return await self._answer(route, request, taken)
            except ApiError as error:
                return _json(error.as_json(), error.status, taken.headers)
            except (web.HTTPException, ConnectionError):
                raise  # of a client that went away, no one needs to know
            except UnsupportedError as error:
                self._failures.append(f"{request.method} {request.path}: {error}")
                return _json({"code": 0, "message": "501: Not Implemented"}, 501, taken.headers)
            except Exception as error:  # noqa: BLE001 - a fault of ours is recorded, and the bot gets an answer
                _log.exception("%s %s went wrong in the playground", request.method, request.path)
                self._failures.append(f"{request.method} {request.path}: {error!r} in the playground")
                # Not 500: clients try that again for half a minute, and a fault of ours stays one.
                return _json({"code": 0, "message": "503: Service Unavailable"}, 503, taken.headers)

        return handle

    async def _go_wrong(self, fault: Fault, route: Route, request: web.Request, taken: Taken) -> web.Response:
        """Answer, or don't, as a fault says."""
        await asyncio.sleep(fault.delay)
        fails = fault.cut or fault.status is not None
        if fault.effect or not fails:
            answer = await self._answer(route, request, taken)
            if not fails:
                return answer
        if fault.cut and request.transport is not None:
            request.transport.close()
        if fault.retry_after is not None:
            return _too_many(exceeded(taken.headers, fault.retry_after))
        return _json({"code": fault.code, "message": "A fault for tests"}, fault.status or 503, taken.headers)

    async def _answer(self, route: Route, request: web.Request, taken: Taken) -> web.Response:
        if taken.retry_after is not None:
            return _too_many(taken)
        if route.needs_token and request.headers.get("Authorization") != f"Bot {self._token}":
            raise ApiError(401, 0, "401: Unauthorized")
        body, uploads = await _read(request)
        if self._check is not None and request.body_exists:
            wrong = self._check(request.method, request.path.removeprefix(API), body)
            if wrong:
                self._failures.append(f"{request.method} {request.path}: {wrong}")
        if route.method in ("POST", "PATCH") and not isinstance(body, dict):
            raise invalid((), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        call = Call(self._world, dict(request.match_info), dict(request.query), body, uploads, self.gateway_url)
        answer = route.handle(call)
        if answer is None:
            return web.Response(status=204, headers=taken.headers)
        return _json(answer, 200, taken.headers)

    async def _unknown(self, request: web.Request) -> web.Response:
        self._failures.append(f"{request.method} {request.path}: the playground does not know this route")
        return _json({"code": 0, "message": "404: Not Found"}, 404, {})


def _too_many(taken: Taken) -> web.Response:
    body = {"message": "You are being rate limited.", "retry_after": taken.retry_after, "global": False}
    return _json(body, 429, taken.headers)


def _json(body: JSON, status: int, headers: dict[str, str]) -> web.Response:
    # discord.py compares the header with exactly this, so that a charset must not be added.
    headers = {**headers, "Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)


async def _read(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    """Read a JSON body, or payload_json and files[n] of a multipart one (Reference: Uploading Files)."""
    if not request.body_exists:
        return {}, {}
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(request)
    return _parse(await request.read()), {}


async def _read_multipart(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    body: JSONObject = {}
    uploads: dict[int, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        name = part.name or ""
        if name == "payload_json":
            body = _parse(await _read_part(part, _MOST_FIELD_BYTES))
        elif name.startswith("files[") and name[6:-1].isdecimal():
            filename = part.filename or "file"
            # Discord goes by the name; discord.py declares every file as application/octet-stream.
            kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
            uploads[int(name[6:-1])] = Upload(filename, kind, await _read_part(part, MAX_FILE_BYTES))
    return body, uploads


async def _read_part(part: BodyPartReader, most: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        data += chunk
        if len(data) > most:
            raise ApiError(413, 40005, "Request entity too large")
    return bytes(data)


def _parse(data: bytes) -> Any:
    try:
        return cast("JSON", json.loads(data)) if data else {}
    except ValueError as error:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from error
