"""REST routes about the bot's own emoji."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .calls import Call, Routes
from .errors import ApiError

if TYPE_CHECKING:
    from .emojis import Emojis
    from .model import JSON

ROUTES = Routes()
_PATH = "/applications/{application}/emojis"


@ROUTES.add("GET", _PATH)
def list_emojis(call: Call) -> JSON:
    """Emoji: List Application Emojis."""
    emojis = _emojis(call)
    return {"items": [emojis.show(emoji) for emoji in emojis.listing()]}


@ROUTES.add("POST", _PATH)
def create_emoji(call: Call) -> JSON:
    """Emoji: Create Application Emoji."""
    emojis = _emojis(call)
    return emojis.show(emojis.create(call.body))


@ROUTES.add("GET", _PATH + "/{emoji}")
def get_emoji(call: Call) -> JSON:
    """Emoji: Get Application Emoji."""
    emojis = _emojis(call)
    return emojis.show(emojis.get(call.params["emoji"]))


@ROUTES.add("PATCH", _PATH + "/{emoji}")
def edit_emoji(call: Call) -> JSON:
    """Emoji: Modify Application Emoji."""
    emojis = _emojis(call)
    return emojis.show(emojis.rename(call.params["emoji"], call.body))


@ROUTES.add("DELETE", _PATH + "/{emoji}")
def delete_emoji(call: Call) -> JSON:
    """Emoji: Delete Application Emoji."""
    _emojis(call).delete(call.params["emoji"])
    return None


def _emojis(call: Call) -> Emojis:
    if call.params["application"] != call.world.bot.id:
        raise ApiError(404, 10002, "Unknown Application")
    return call.world.emojis
