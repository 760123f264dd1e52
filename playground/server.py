"""The playground's server: a Discord on loopback for one bot, and its page."""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from typing import TYPE_CHECKING, Self

from aiohttp import web

from .api import cdn
from .api.faults import Faults
from .api.gateway import Gateway
from .api.ratelimits import RateLimits
from .api.rest import BodyCheck, Rest
from .web import pages
from .web.context import PageContext
from .world.people import People
from .world.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from aiohttp.typedefs import Handler

    from .web.context import Suggestion
    from .world.snowflakes import Clock

HOST = "127.0.0.1"
_MOST_BODY_BYTES = 16 << 20
_TICK_SECONDS = 0.5


class Playground:
    """Serves REST, gateway, attachments and page on 127.0.0.1; `async with Playground() as playground:` starts it.

    `failures` collects what a test must not see: unknown routes, bodies that `check` refuses, malformed gateway
    payloads. `secret` is the page's: every address of the page starts with /<secret>/. `faults` are for tests: what
    goes wrong between the bot and Discord.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        check: BodyCheck | None = None,
        clock: Clock = time.time,
        bot_name: str = "Inferbot",
        suggestions: Sequence[Suggestion] = (),
        faults: Faults | None = None,
    ) -> None:
        self._port = port
        self.world = World(clock, bot_name=bot_name)
        self.people = People(self.world)
        self.failures: list[str] = []
        self.suggestions = tuple(suggestions)
        self.token = _bot_token(self.world.bot.id)
        self.secret = secrets.token_urlsafe(24)
        self.faults = faults or Faults()
        self.gateway = Gateway(self.world, token=self.token, failures=self.failures, faults=self.faults)
        self._rest = Rest(
            self.world,
            token=self.token,
            limits=RateLimits(clock),
            faults=self.faults,
            failures=self.failures,
            check=check,
        )
        self._runner: web.AppRunner | None = None
        self._time: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; port 0 takes a free one. OSError when the port is taken."""
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, HOST, self._port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._port = runner.addresses[0][1]
        self.world.addresses.base = f"http://{HOST}:{self._port}"
        self._time = asyncio.create_task(self._let_time_pass())
        self.gateway.url = self._rest.gateway_url = self.gateway_url

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._time is not None:
            self._time.cancel()
            self._time = None
        if self._runner is not None:
            await self.gateway.close()
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def port(self) -> int:
        """The port it listens on, once started."""
        return self._port

    @property
    def api_url(self) -> str:
        """Where discord.py finds the REST API."""
        return f"http://{HOST}:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Where discord.py finds the gateway."""
        return f"ws://{HOST}:{self.port}/gateway"

    @property
    def page_url(self) -> str:
        """What a person opens in the browser."""
        return f"http://{HOST}:{self.port}/{self.secret}/"

    async def _let_time_pass(self) -> None:
        while True:
            self.world.scheduled.tick()
            self.world.interactions.tick()
            await asyncio.sleep(_TICK_SECONDS)

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=_MOST_BODY_BYTES, middlewares=[self._only_loopback])
        self._rest.add_routes(app)
        app.router.add_get("/gateway", self.gateway.handle)
        cdn.add_routes(app, self.world, self.faults)
        pages.add_routes(app, self.secret, PageContext(self.world, self.people, self.gateway, self.suggestions))
        return app

    @web.middleware
    async def _only_loopback(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse other names for this address: a page elsewhere must not reach it by rebinding its own name."""
        if request.headers.get("Host") not in (f"{HOST}:{self.port}", f"localhost:{self.port}"):
            return web.Response(status=403, text="The playground answers on this machine only.")
        return await handler(request)


def _bot_token(bot_id: str) -> str:
    """Make a token of Discord's shape: the bot's id, a time and a secret."""
    first = base64.urlsafe_b64encode(bot_id.encode()).decode().rstrip("=")
    return f"{first}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
