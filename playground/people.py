"""What a person can do in the playground: the page's and the tests' only way to act."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from .model import JSON, Channel, Interaction, JSONObject, Upload, User

if TYPE_CHECKING:
    from .state import World


class People:
    """Acts as Discord's client would for a person.

    People, channels and messages are named by id. Each method raises `PersonError`, one plain sentence, for what
    Discord's client would not let that person do. Messages are Discord's message objects.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def persons(self) -> list[User]:
        """Everybody but the bot, in the order they joined; the first one owns the server."""
        raise NotImplementedError

    def add(self, name: str, *, moderator: bool = False) -> User:
        """A new person in the server; a moderator holds the Moderator role."""
        raise NotImplementedError

    def channels_for(self, person: str) -> list[Channel]:
        """The channels this person may see, in order, then their DM with the bot if it is open."""
        raise NotImplementedError

    def open_dm(self, person: str) -> Channel:
        """The person's direct messages with the bot; opened when there are none."""
        raise NotImplementedError

    def messages(self, person: str, channel: str, *, before: str | None = None, limit: int = 50) -> list[JSONObject]:
        """The newest `limit` messages (before that id) that this person sees there, oldest first."""
        raise NotImplementedError

    def message(self, person: str, message_id: str) -> JSONObject:
        """One message as this person sees it."""
        raise NotImplementedError

    def commands(self, person: str) -> list[JSONObject]:
        """The synced commands this person may use, as Discord's objects: slash (1), user (2) and message (3) menus."""
        raise NotImplementedError

    async def slash(
        self, person: str, channel: str, name: str, options: Mapping[str, JSON | Upload] | None = None
    ) -> Interaction:
        """Uses a slash command by its full name ("quiz start"); returns when it is answered or has failed.

        Option values: str, int, float, bool; the id of a user, role or channel; an `Upload` for an attachment.
        """
        raise NotImplementedError

    async def autocomplete(
        self, person: str, channel: str, name: str, options: Mapping[str, JSON | Upload], focused: str
    ) -> list[JSONObject]:
        """The bot's choices `{"name", "value"}` for the option being typed; none if it doesn't answer in time."""
        raise NotImplementedError

    async def context_menu(self, person: str, channel: str, name: str, target_id: str) -> Interaction:
        """Uses a message or user context menu on that message or user; returns as `slash` does."""
        raise NotImplementedError

    async def click(
        self, person: str, message_id: str, custom_id: str, values: Sequence[str] | None = None
    ) -> Interaction:
        """Presses a button, or picks `values` in a select (ids for user, role, mentionable and channel selects)."""
        raise NotImplementedError

    async def submit(
        self, person: str, interaction_id: str, fields: Mapping[str, str | Sequence[str] | Sequence[Upload]]
    ) -> Interaction:
        """Sends the modal that the interaction opened: text, picked values or uploads by custom id."""
        raise NotImplementedError

    def say(
        self,
        person: str,
        channel: str,
        content: str,
        *,
        files: Sequence[Upload] = (),
        reply_to: str | None = None,
    ) -> JSONObject:
        """Posts a message and returns it; channel may be the person's DM with the bot."""
        raise NotImplementedError

    def dismiss(self, person: str, message_id: str) -> None:
        """Puts an ephemeral message away: its reader doesn't see it any more."""
        raise NotImplementedError

    async def reply(self, interaction: Interaction, *, timeout: float = 15.0) -> JSONObject:
        """The answer's message, as soon as it no longer says "thinking…"; TimeoutError when that takes longer."""
        raise NotImplementedError

    async def until(self, seen: Callable[[JSONObject], bool], *, timeout: float = 15.0) -> JSONObject:
        """The first message, old or new or edited, for which `seen` is true; TimeoutError when there is none in time."""
        raise NotImplementedError
