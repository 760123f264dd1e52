"""One `Services` per bot, opened with its first extension and closed with its last.

This is outside `cogs/` on purpose: discord.py drops an extension's modules when it is unloaded, and the reference
count must outlive that. The bot is only a key here, so any Bot class will do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ..settings import load_settings
from .app import Services, open_services


@dataclass(frozen=True, slots=True)
class _Holding:
    services: Services
    holders: set[str]


Opener = Callable[[], Awaitable[Services]]

_held: WeakKeyDictionary[object, _Holding] = WeakKeyDictionary()
_locks: WeakKeyDictionary[object, asyncio.Lock] = WeakKeyDictionary()
_openers: WeakKeyDictionary[object, Opener] = WeakKeyDictionary()


def open_with(bot: object, opener: Opener) -> None:
    """Have the extensions of `bot` open their services this way, instead of from the environment and `.env`."""
    _openers[bot] = opener


async def acquire(bot: object, holder: str) -> Services:
    """Return the services of `bot`, opened if `holder` (an extension's name) is the first to ask.

    Raises `SettingsError` when a setting is wrong.
    """
    async with _locks.setdefault(bot, asyncio.Lock()):
        holding = _held.get(bot)
        if holding is None:
            opener = _openers.get(bot, _from_environment)
            holding = _held[bot] = _Holding(await opener(), set())
        holding.holders.add(holder)
        return holding.services


async def release(bot: object, holder: str) -> None:
    """Let go of the services of `bot`; the last holder closes them. Asking twice, or without holding, is fine."""
    async with _locks.setdefault(bot, asyncio.Lock()):
        holding = _held.get(bot)
        if holding is None:
            return
        holding.holders.discard(holder)
        if not holding.holders:
            del _held[bot]
            await holding.services.close()


async def _from_environment() -> Services:
    return await open_services(load_settings())
