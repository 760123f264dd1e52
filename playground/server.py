"""The playground's server: a Discord on loopback for one bot, and its page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self, TypeAlias

from .model import JSON
from .people import People
from .state import World

if TYPE_CHECKING:
    from types import TracebackType

    from .snowflakes import Clock

BodyCheck: TypeAlias = Callable[[str, str, JSON], str | None]
"""Told the method, the path below /api/v10 and the body of each request of the bot; says what is wrong with it, or None."""


class Playground:
    """Serves REST, gateway, attachments and page on 127.0.0.1. `async with Playground() as playground:` starts and stops it.

    `failures` collects what a test must not see: unknown routes, bodies that `check` refuses, malformed gateway payloads.
    """

    world: World
    people: People
    failures: list[str]
    token: str
    secret: str  # the page's: every page address starts with /<secret>/

    def __init__(
        self,
        *,
        port: int = 0,
        check: BodyCheck | None = None,
        clock: Clock = time.time,
        bot_name: str = "Inferbot",
        privileged_intents: bool = False,
    ) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """Listens; port 0 takes a free one. OSError when the port is taken."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Closes every connection and stops listening."""
        raise NotImplementedError

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
        raise NotImplementedError

    @property
    def api_url(self) -> str:
        """Where discord.py finds the REST API."""
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Where discord.py finds the gateway."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    @property
    def page_url(self) -> str:
        """What a person opens in the browser."""
        return f"http://127.0.0.1:{self.port}/{self.secret}/"
