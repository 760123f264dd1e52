"""What a REST route is: a plain function from a call to the JSON of its answer (None: 204 without a body)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..world.errors import ApiError, missing_access

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..world.model import JSON, Channel, Message, Upload
    from ..world.permissions import Permission
    from ..world.world import World


@dataclass(frozen=True)
class Call:
    """One request: the ids in its path, its query, its JSON body and its files by number."""

    world: World
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    uploads: Mapping[int, Upload]
    gateway_url: str

    def channel(self, permission: Permission | None = None) -> Channel:
        """Find the path's channel: 10003 if unknown, 50001 if the bot can't see it, 50013 without `permission`."""
        channel = self.world.channel(self.params["channel"])
        if not self.world.can_view(self.world.bot.id, channel):
            raise missing_access()
        if permission is not None:
            self.world.require(self.world.bot.id, permission, channel)
        return channel

    def message(self, channel: Channel) -> Message:
        """Find the path's message, or refuse with 10008."""
        return self.world.messages.get(channel.id, self.params["message"])

    def in_guild(self) -> None:
        """Refuse with 10004 unless the path names the one server there is."""
        if self.params["guild"] != self.world.guild_id:
            raise ApiError(404, 10004, "Unknown Guild")


Handler: TypeAlias = Callable[[Call], "JSON"]


@dataclass(frozen=True)
class Route:
    """One route below /api/v10; interaction and webhook tokens are in the path, so those need no bot token."""

    method: str
    path: str
    handle: Handler
    needs_token: bool = True


class Routes(list[Route]):
    """The routes of one module, in order."""

    def add(self, method: str, path: str, *, needs_token: bool = True) -> Callable[[Handler], Handler]:
        """Add a function as the answer to a route."""

        def add(handle: Handler) -> Handler:
            self.append(Route(method, path, handle, needs_token))
            return handle

        return add
