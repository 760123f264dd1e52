"""What the tests of the pure rules share."""

from typing import Any

from inferbot.playground.world.errors import ApiError
from inferbot.playground.world.messages import Origin
from inferbot.playground.world.model import Channel, Event, EventKind, Interaction, InteractionType, Message
from inferbot.playground.world.world import World


class ManualClock:
    """Tells the time it is set to, in seconds since 1970."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Told(list[Event]):
    """The events that a listener was told."""

    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self]


def general(world: World) -> Channel:
    return world.channel_named("general")


def post(world: World, channel: Channel | None = None, author: str | None = None, **body: Any) -> Message:
    """Post as the bot (or `author`) in #general (or `channel`)."""
    return world.messages.post(channel or general(world), body, {}, Origin(author or world.bot.id))


def use(world: World, kind: InteractionType = InteractionType.COMMAND, **more: Any) -> Interaction:
    """Let the owner use something in #general."""
    data: dict[str, Any] = {"name": "ping", "type": 1}
    return world.interactions.start(kind, world.owner.id, general(world), data, label="/ping", **more)


def answer(world: World, interaction: Interaction, kind: int, **data: Any) -> dict[str, Any]:
    body = {"type": kind, "data": data}
    return world.interactions.answer(interaction.id, interaction.token, body, {})


def wrong_fields(error: ApiError) -> set[str]:
    """The wrong fields of a 50035, dotted, each with its code: "content: BASE_TYPE_MAX_LENGTH"."""
    return {f"{'.'.join(path)}: {code}" for path, code, _ in error.wrong_fields()}
