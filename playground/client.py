"""Points discord.py at a playground; the one file here that knows discord.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from .server import Playground


def point_discord_py_at(playground: Playground) -> Callable[[], None]:
    """Send all of this process's discord.py clients to the playground; the returned function undoes it."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE

    def use(rest: str, gateway: yarl.URL, assets: str) -> None:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = rest, gateway
        discord.Asset.BASE = assets  # pyright: ignore[reportAttributeAccessIssue] - typed as its one usual value

    use(playground.api_url, yarl.URL(playground.gateway_url), f"http://127.0.0.1:{playground.port}")
    return lambda: use(*before)
