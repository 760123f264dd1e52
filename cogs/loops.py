"""Background loops of cogs: one turn that fails doesn't end them."""

import logging
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, TypeAlias, TypeVar
from weakref import WeakSet

T = TypeVar("T")

log = logging.getLogger(__name__)


Turn: TypeAlias = Callable[[T], Coroutine[Any, Any, None]]


def surviving(turn: Turn[T]) -> Turn[T]:
    """Wrap one turn of a loop: what it raises is logged, once until a turn works again, and the loop goes on.

    discord.py's own loops end for good at most errors.
    """
    failing: WeakSet[object] = WeakSet()

    @wraps(turn)
    async def wrapper(cog: T) -> None:
        try:
            await turn(cog)
        except Exception:
            level = logging.DEBUG if cog in failing else logging.ERROR
            log.log(level, "a background loop failed", extra={"loop": turn.__name__}, exc_info=True)
            failing.add(cog)
        else:
            failing.discard(cog)

    return wrapper
