"""Messages as the page shows them: Discord's objects with rendered HTML beside each text that holds Markdown."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from ..world.model import ChannelType
from .links import place_of
from .markdown import Names, to_html

if TYPE_CHECKING:
    from ..world.model import JSONObject
    from ..world.world import World

_TEXT_DISPLAY = 10


def names_in(world: World) -> Names:
    """Return what mentions are called in this world."""
    return Names(
        guild=world.guild_id,
        users={user.id: user.name for user in world.users.values()},
        channels={channel.id: channel.name for channel in world.channels.values() if channel.type is ChannelType.TEXT},
        roles={role.id: role.name.removeprefix("@") for role in world.roles.values()},
        events={event.id: event.name for event in world.scheduled.everything()},
    )


class LastRendered:
    """Renders each changed message once, however many pages are told of it: the last one is kept."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._message: JSONObject | None = None
        self._shown: JSONObject = {}

    def __call__(self, message: JSONObject) -> JSONObject:
        """Return `with_html` of the very object that an event carries."""
        if message is not self._message:
            self._message, self._shown = message, with_html(message, names_in(self._world))
        return self._shown


def with_html(message: JSONObject, names: Names) -> JSONObject:
    """Return a copy of Discord's message object in which `content_html` and the like stand beside `content`."""
    original: JSONObject | None = message.get("referenced_message")
    return {
        **message,
        **({"referenced_message": with_html(original, names)} if original else {}),
        "content_html": to_html(message["content"], names) if message["content"] else "",
        "components": components_with_html(message["components"], names),
    }


def event_with_html(event: JSONObject, names: Names) -> JSONObject:
    """Return a copy of a scheduled event with `description_html` beside its description."""
    about = event.get("description")
    return {**event, "description_html": to_html(about, names) if about else ""}


def components_with_html(components: list[JSONObject], names: Names) -> list[JSONObject]:
    """Return copies of components, of a message or a modal, with `content_html` in their text displays.

    Link buttons that lead into the server itself get a `place`: ids of a channel and message, or of an event.
    """
    return [_component(component, names) for component in components]


def _component(component: JSONObject, names: Names) -> JSONObject:
    shown = dict(component)
    if component.get("type") == _TEXT_DISPLAY:
        shown["content_html"] = to_html(str(component.get("content") or ""), names)
    if (place := place_of(str(component.get("url")), names.guild)) is not None:
        shown["place"] = asdict(place)
    if isinstance(component.get("components"), list):
        shown["components"] = components_with_html(component["components"], names)
    for name in ("accessory", "component"):
        if isinstance(component.get(name), dict):
            shown[name] = _component(cast("JSONObject", component[name]), names)
    return shown
