"""What a person can do in the playground: the page's and the tests' only way to act."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from .commands import CommandType
from .components import find_custom_id
from .errors import ApiError, PersonError
from .forms import click_data, modal_data
from .invocation import autocomplete_data, may_use, menu_data, slash_data
from .messages import Origin
from .model import ChannelType, EventKind, Interaction, InteractionStatus, InteractionType, MessageFlag, MessageType
from .objects import message_object
from .permissions import Permission
from .resolved import Resolved
from .snowflakes import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from .commands import Found
    from .events import Status
    from .forms import Fields
    from .model import JSON, Channel, Event, JSONObject, Message, Upload, User
    from .world import World

_EVENTS_WITH_MESSAGE = frozenset({EventKind.MESSAGE, EventKind.MESSAGE_EDIT})


class People:
    """Acts as Discord's client would for a person.

    People, channels and messages are named by id. Each method raises `PersonError`, one plain sentence, for what
    Discord's client would not let that person do. Messages are Discord's message objects.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: dict[str, asyncio.Event] = {}
        world.subscribe(self._on_event)

    # Who and where

    def persons(self) -> list[User]:
        """List everyone but the bot, in the order they joined; the first one owns the server."""
        return [user for user in self._world.users.values() if not user.bot]

    def add(self, name: str, *, moderator: bool = False) -> User:
        """Let a new person join the server; a moderator holds the Moderator role."""
        name = name.strip()
        if not 1 <= len(name) <= 32:
            raise PersonError("A name has 1 to 32 characters.")
        if any(user.name == name for user in self._world.users.values()):
            raise PersonError(f"Someone here is already called {name}.")
        return self._world.add_person(name, moderator=moderator)

    def channels_for(self, person: str) -> list[Channel]:
        """List the channels this person may see, in order, then their DM with the bot if it is open."""
        self._person(person)
        seen = [channel for channel in self._world.channels.values() if self._world.can_view(person, channel)]
        return sorted(seen, key=lambda channel: (channel.type is ChannelType.DM, channel.position))

    def open_dm(self, person: str) -> Channel:
        """Give the person's direct messages with the bot; they are opened when there are none."""
        self._person(person)
        return self._world.dm(person)

    def messages(self, person: str, channel: str, *, before: str | None = None, limit: int = 50) -> list[JSONObject]:
        """List the newest `limit` messages (before that id) that this person sees there, oldest first."""
        here = self._channel(person, channel)
        found = self._world.messages.history(here, person, before=before, limit=limit)
        return [message_object(self._world, message) for message in found]

    def find(self, person: str, channel: str, message_id: str | None = None) -> None:
        """Make sure that a channel, and a message in it, are there for this person to see."""
        here = self._channel(person, channel)
        if message_id and self._message(person, message_id).channel_id != here.id:
            raise PersonError("That message is not there any more.")

    def message(self, person: str, message_id: str) -> JSONObject:
        """Show one message as this person sees it."""
        return message_object(self._world, self._message(person, message_id))

    # Interactions

    def commands(self, person: str, channel: str | None = None) -> list[JSONObject]:
        """List the synced commands this person may use there (by default in the server's first channel).

        They are Discord's command objects: slash commands (type 1), user menus (2) and message menus (3).
        """
        here = self._channel(person, channel) if channel else self._world.channel_named("general")
        return [c for c in self._world.commands.everything() if may_use(self._world, person, here, c)]

    def usable_commands(self, person: str) -> tuple[list[JSONObject], dict[str, list[str]]]:
        """List the commands this person may use somewhere, and by channel id the ids of those for there."""
        by_channel = {here.id: self.commands(person, here.id) for here in self.channels_for(person)}
        somewhere = {command["id"]: command for commands in by_channel.values() for command in commands}
        return list(somewhere.values()), {here: [c["id"] for c in by_channel[here]] for here in by_channel}

    async def slash(
        self, person: str, channel: str, name: str, options: Mapping[str, JSON | Upload] | None = None
    ) -> Interaction:
        """Use a slash command by its full name ("quiz start"); returns when it is answered or has failed.

        Option values: str, int, float, bool; the id of a user, role or channel; an `Upload` for an attachment.
        """
        here = self._channel(person, channel)
        found = self._slash(person, here, name)
        data = slash_data(found, options or {}, Resolved(self._world, person, here))
        label = "/" + " ".join((found.command["name"], *found.path))
        return await self._ask(InteractionType.COMMAND, person, here, data, label=label)

    async def autocomplete(
        self, person: str, channel: str, name: str, options: Mapping[str, JSON | Upload], focused: str
    ) -> list[JSONObject]:
        """Ask the bot for choices `{"name", "value"}` for the option being typed; none if it doesn't answer in time."""
        here = self._channel(person, channel)
        found = self._slash(person, here, name)
        data = autocomplete_data(found, options, focused, Resolved(self._world, person, here))
        asked = await self._ask(InteractionType.AUTOCOMPLETE, person, here, data, label=f"/{name}")
        self._world.interactions.forget(asked)
        return asked.choices or []

    async def context_menu(self, person: str, channel: str, name: str, target_id: str) -> Interaction:
        """Use a message or user context menu on that message or user; returns as `slash` does."""
        here = self._channel(person, channel)
        target: Message | str = target_id
        kind = CommandType.USER
        if target_id not in self._world.users:
            target, kind = self._message(person, target_id), CommandType.MESSAGE
        command = self._world.commands.menu(name, kind)
        if command is None or not may_use(self._world, person, here, command):
            raise PersonError(f"You can't use “{name}” here.")
        data = menu_data(command, target, Resolved(self._world, person, here))
        return await self._ask(InteractionType.COMMAND, person, here, data, label=name)

    async def click(
        self, person: str, message_id: str, custom_id: str, values: Sequence[str] | None = None
    ) -> Interaction:
        """Press a button, or pick `values` in a select."""
        message = self._message(person, message_id)
        here = self._world.channels[message.channel_id]
        component = find_custom_id(message.components, custom_id)
        if component is None:
            raise PersonError("That button is not there any more.")
        if message.author_id != self._world.bot.id:
            raise PersonError("Only the bot's own buttons can be pressed.")
        data = click_data(component, values)
        return await self._ask(InteractionType.COMPONENT, person, here, data, label=custom_id, source=message)

    async def submit(self, person: str, interaction_id: str, fields: Fields) -> Interaction:
        """Send the modal that the interaction opened: by custom id a text, picked values or uploads."""
        try:
            trigger = self._world.interactions.get(interaction_id)
        except KeyError:
            raise PersonError("This form is not open any more.") from None
        if trigger.modal is None or trigger.person_id != person:
            raise PersonError("This form is not open any more.")
        here = self._world.channels[trigger.channel_id]
        data = modal_data(trigger.modal, fields, Resolved(self._world, person, here))
        source = self._world.messages.find(trigger.source_message_id or "")
        label = str(trigger.modal["custom_id"])
        kind = InteractionType.MODAL_SUBMIT
        return await self._ask(kind, person, here, data, label=label, source=source, trigger=trigger)

    # Messages

    def say(
        self, person: str, channel: str, content: str, *, files: Sequence[Upload] = (), reply_to: str | None = None
    ) -> JSONObject:
        """Post a message and return it; the channel may be the person's DM with the bot."""
        here = self._channel(person, channel)
        if not self._world.may(person, Permission.SEND_MESSAGES, here):
            raise PersonError("You can't write in this channel.")
        reference, kind = None, MessageType.DEFAULT
        if reply_to is not None:
            replied = self._message(person, reply_to)
            kind = MessageType.REPLY
            reference = {"type": 0, "channel_id": here.id, "message_id": replied.id}
        with _told_plainly():
            message = self._world.messages.post(
                here, {"content": content}, dict(enumerate(files)), Origin(person, kind, reference=reference)
            )
        return message_object(self._world, message)

    def dismiss(self, person: str, message_id: str) -> None:
        """Put an ephemeral message away: its reader doesn't see it any more."""
        message = self._message(person, message_id)
        if message.reader_id != person:
            raise PersonError("Only a message that is shown to you alone can be dismissed.")
        self._world.messages.dismiss(message)

    def set_moderator(self, person: str, other: str, *, moderator: bool) -> None:
        """Give another person the Moderator role or take it away; for those who may manage roles (the owner)."""
        self._person(person)
        user, role = self._person(other), self._world.moderator_role.id
        if not self._world.may(person, Permission.MANAGE_ROLES):
            raise PersonError("Only the owner of the server decides who is a moderator.")
        others = [role_id for role_id in user.role_ids if role_id != role]
        self._world.set_roles(user, [*others, role] if moderator else others)

    def scheduled_events(self, person: str) -> list[JSONObject]:
        """List the coming and current events: Discord's objects, and whether this person is "interested" (bool)."""
        self._person(person)
        events = self._world.scheduled.listing()
        return [{**self._world.scheduled.show(event), "interested": person in event.user_ids} for event in events]

    def create_event(
        self, person: str, *, name: str, location: str, starts_at: float, ends_at: float, description: str | None = None
    ) -> JSONObject:
        """Schedule an event (times in seconds since 1970) and return it; for those who may create events."""
        self._person(person)
        body: JSONObject = {
            "name": name,
            "description": description,
            "entity_type": 3,
            "entity_metadata": {"location": location},
            "scheduled_start_time": iso(starts_at),
            "scheduled_end_time": iso(ends_at),
        }
        with _told_plainly():
            return self._world.scheduled.show(self._world.scheduled.create(person, body))

    def set_event_status(self, person: str, event_id: str, status: Status) -> JSONObject:
        """Start (ACTIVE), end (COMPLETED) or cancel (CANCELED) an event; one's own, or any with the permission."""
        self._person(person)
        with _told_plainly():
            return self._world.scheduled.show(self._world.scheduled.edit(event_id, person, {"status": int(status)}))

    def set_interest(self, person: str, event_id: str, *, interested: bool) -> None:
        """Say that one is interested in an event, or not any more."""
        self._person(person)
        with _told_plainly():
            self._world.scheduled.set_interest(event_id, person, interested=interested)

    def reset(self, person: str) -> None:
        """Start over (see World.reset); only the owner may."""
        if self._person(person) is not self._world.owner:
            raise PersonError("Only the owner of the server can reset it.")
        self._world.reset()

    # Waiting for the bot

    async def reply(self, interaction: Interaction, *, within: float = 15.0) -> JSONObject:
        """Wait for the answer's message, until it no longer says "thinking…"; TimeoutError after `within` seconds."""

        def done() -> JSONObject | None:
            message = self._world.messages.find(interaction.message_id or "")
            if message is None or message.flags & MessageFlag.LOADING:
                return None
            return message_object(self._world, message)

        return await self._first(
            done(), lambda event: done() if event.data["id"] == interaction.message_id else None, within
        )

    async def until(self, seen: Callable[[JSONObject], bool], *, within: float = 15.0) -> JSONObject:
        """Wait for the first message, old, new or edited, for which `seen` is true; TimeoutError after `within` s."""
        shown = (message_object(self._world, message) for message in self._world.messages.everything())
        at_once = next((message for message in shown if seen(message)), None)
        return await self._first(at_once, lambda event: event.data if seen(event.data) else None, within)

    async def _first(
        self, at_once: JSONObject | None, look: Callable[[Event], JSONObject | None], within: float
    ) -> JSONObject:
        """Give what is there already, or else what `look` first finds in an event about a message."""
        if at_once is not None:
            return at_once
        found: asyncio.Future[JSONObject] = asyncio.get_running_loop().create_future()

        def listen(event: Event) -> None:
            if event.kind in _EVENTS_WITH_MESSAGE and not found.done() and (message := look(event)) is not None:
                found.set_result(message)

        unsubscribe = self._world.subscribe(listen)
        try:
            return await asyncio.wait_for(found, within)
        finally:
            unsubscribe()

    async def _ask(
        self,
        kind: InteractionType,
        person: str,
        channel: Channel,
        data: JSONObject,
        *,
        label: str,
        source: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Interaction:
        """Start an interaction and wait for the bot's first answer, as long as `Interactions.answer_seconds` says."""
        interaction = self._world.interactions.start(
            kind, person, channel, data, label=label, source=source, trigger=trigger
        )
        answered = self._waiting[interaction.id] = asyncio.Event()
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(answered.wait(), self._world.interactions.answer_seconds)
            self._world.interactions.fail(interaction)
        finally:
            del self._waiting[interaction.id]
        return interaction

    def _on_event(self, event: Event) -> None:
        if event.kind is EventKind.INTERACTION and event.data["status"] != InteractionStatus.WAITING:
            waiting = self._waiting.get(event.data["id"])
            if waiting is not None:
                waiting.set()

    # Finding what a person may touch

    def _person(self, person: str) -> User:
        user = self._world.users.get(person)
        if user is None or user.bot:
            raise PersonError("No one here has that id.")
        return user

    def _channel(self, person: str, channel_id: str) -> Channel:
        self._person(person)
        channel = self._world.channels.get(channel_id)
        if channel is None or not self._world.can_view(person, channel):
            raise PersonError("You can't see that channel.")
        return channel

    def _message(self, person: str, message_id: str) -> Message:
        self._person(person)
        message = self._world.messages.find(message_id)
        if message is None or not self._world.messages.seen_by(person, message):
            raise PersonError("That message is not there any more.")
        return message

    def _slash(self, person: str, channel: Channel, name: str) -> Found:
        found = self._world.commands.slash(name)
        if found is None:
            raise PersonError(f"There is no command /{name.removeprefix('/')}.")
        if not may_use(self._world, person, channel, found.command):
            raise PersonError(f"You can't use /{name.removeprefix('/')} here.")
        return found


@contextlib.contextmanager
def _told_plainly() -> Generator[None]:
    """Turn a refusal of the API into the sentence that a person would be told."""
    try:
        yield
    except ApiError as error:
        raise PersonError(_SENTENCES.get(error.code) or _about_the_field(error)) from error


def _about_the_field(error: ApiError) -> str:
    for path, _, message in error.wrong_fields():
        name = path[-1].replace("_", " ") if path else "form"
        return f"Check the {name}: {message[0].lower()}{message[1:].rstrip('.')}."
    return f"That can't be done: {error.message}."


_SENTENCES = {
    10070: "That event is not there any more.",
    30038: "There are already 100 events.",
    40005: "That file is too large. Send a file of at most 10 MB.",
    50006: "Write something or add a file first.",
    50013: "You don't have the permission to do that.",
    180000: "That event is over.",
}
