"""Interactions: how they start, how the bot may answer, and until when (Interactions: Receiving and Responding)."""

from __future__ import annotations

import secrets
from enum import IntEnum
from typing import TYPE_CHECKING, cast

from . import limits
from .components import as_list, with_ids
from .errors import ApiError, Problems, already_acknowledged, invalid, unknown_interaction, unknown_message
from .messages import Messages, Origin
from .model import (
    ChannelType,
    Event,
    EventKind,
    Interaction,
    InteractionStatus,
    InteractionType,
    Message,
    MessageFlag,
    MessageType,
)
from .objects import channel_object, integration_owners, member_object, message_object, user_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .core import Core
    from .model import Channel, JSONObject, Upload

ANSWER_SECONDS = 3.0
"""The first answer must come within three seconds, or the interaction's token is invalidated."""
TOKEN_SECONDS = 15 * 60.0
"""The token is good for follow-ups and edits for fifteen minutes."""

NO_ANSWER = {
    InteractionType.COMMAND: "The application did not respond",
    InteractionType.COMPONENT: "This interaction failed",
    InteractionType.MODAL_SUBMIT: "Something went wrong. Try again.",
    InteractionType.AUTOCOMPLETE: "Loading options failed",
}
"""What Discord's client says when no answer came."""
GIVEN_UP = NO_ANSWER[InteractionType.COMMAND]
"""What it says in place of "thinking…" once the token has expired and nothing can fill the answer in any more."""


class CallbackType(IntEnum):
    """Interactions: Interaction Callback Type."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


# Which answers fit which interaction; 6 and 7 need a message that the component (or the modal's component) was on.
_FITS = {
    InteractionType.COMMAND: {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE, CallbackType.MODAL},
    InteractionType.COMPONENT: set(CallbackType) - {CallbackType.CHOICES},
    InteractionType.AUTOCOMPLETE: {CallbackType.CHOICES},
    InteractionType.MODAL_SUBMIT: set(CallbackType) - {CallbackType.CHOICES, CallbackType.MODAL},
}


class Interactions:
    """Every interaction of the world, by id and by token.

    `answer_seconds` is how long the bot's first answer may take: Discord's three seconds, unless a test sets it.
    """

    def __init__(self, world: Core, messages: Messages) -> None:
        self._world = world
        self.answer_seconds = ANSWER_SECONDS
        self._messages = messages
        self._by_id = world.interactions_by_id
        self._by_token: dict[str, Interaction] = {}
        self._thinking: set[str] = set()  # ids of messages

    def get(self, interaction_id: str) -> Interaction:
        """Find an interaction; KeyError when there is none."""
        return self._by_id[interaction_id]

    def clear(self) -> None:
        """Forget every interaction; their tokens are good for nothing any more."""
        self._by_id.clear()
        self._by_token.clear()
        self._thinking.clear()

    # A person starts one

    def start(
        self,
        kind: InteractionType,
        person_id: str,
        channel: Channel,
        data: JSONObject,
        *,
        label: str,
        source: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Interaction:
        """Make an interaction and send it to the bot."""
        interaction = Interaction(
            id=self._world.new_id(),
            token=secrets.token_urlsafe(64),
            type=kind,
            person_id=person_id,
            channel_id=channel.id,
            created_at=self._world.clock(),
            data=data,
            label=label,
            source_message_id=None if source is None else source.id,
            trigger_id=None if trigger is None else trigger.id,
        )
        self._by_id[interaction.id] = self._by_token[interaction.token] = interaction
        self._tell(interaction)
        to_bot = frozenset({self._world.bot.id})
        payload = self._payload(interaction, channel, source)
        self._world.emit(Event(EventKind.INTERACTION_CREATE, payload, channel.id, to_bot))
        return interaction

    def fail(self, interaction: Interaction) -> None:
        """Give an interaction up that has no answer after three seconds; nothing happens to an answered one."""
        if interaction.status is InteractionStatus.WAITING:
            interaction.status = InteractionStatus.FAILED
            interaction.error = NO_ANSWER[interaction.type]
            self._tell(interaction)

    def tick(self) -> None:
        """Let time pass: a "thinking…" whose token has expired is given up, and those who see it are told."""
        for message_id in tuple(self._thinking):
            message = self._messages.find(message_id)
            if message is not None and message.flags & MessageFlag.LOADING and self.given_up(message) is None:
                continue
            self._thinking.discard(message_id)
            if message is not None and self.given_up(message):
                channel = self._world.channels[message.channel_id]
                about = {"message_id": message.id, "channel_id": channel.id}
                audience = self._world.audience(channel, message.reader_id)
                self._world.emit(Event(EventKind.GIVEN_UP, about, channel.id, audience))

    def given_up(self, message: Message) -> str | None:
        """Return what Discord's client says in place of a "thinking…" that nothing can fill in any more, else None."""
        interaction = self._by_id.get(message.interaction_id or "")
        if interaction is None or not message.flags & MessageFlag.LOADING:
            return None
        return GIVEN_UP if self._expired(interaction) else None

    def _expired(self, interaction: Interaction) -> bool:
        return self._world.clock() - interaction.created_at > TOKEN_SECONDS

    def forget(self, interaction: Interaction) -> None:
        """Drop an interaction no one can return to: an autocomplete, of which there is one per key pressed."""
        self._by_id.pop(interaction.id, None)
        self._by_token.pop(interaction.token, None)

    def _payload(self, interaction: Interaction, channel: Channel, source: Message | None) -> JSONObject:
        world, person = self._world, self._world.users[interaction.person_id]
        in_server = channel.type is ChannelType.TEXT
        shown_channel = channel_object(world, channel)
        shown_channel["permissions"] = str(world.permissions(person.id, channel))
        payload: JSONObject = {
            "id": interaction.id,
            "application_id": world.bot.id,
            "type": int(interaction.type),
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": channel.id,
            "channel": shown_channel,
            "app_permissions": str(world.permissions(world.bot.id, channel)),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": integration_owners(world, channel),
            "context": 0 if in_server else 1,
            "attachment_size_limit": 10 * 1024 * 1024,
        }
        if in_server:
            member = {**member_object(person), "permissions": str(world.permissions(person.id, channel))}
            guild: JSONObject = {"id": world.guild_id, "locale": "en-US", "features": []}
            payload |= {"guild_id": world.guild_id, "guild": guild, "guild_locale": "en-US", "member": member}
        else:
            payload["user"] = user_object(person)
        if source is not None:
            payload["message"] = message_object(world, source)
        return payload

    # The bot answers

    def answer(self, interaction_id: str, token: str, body: JSONObject, uploads: Mapping[int, Upload]) -> JSONObject:
        """Take the bot's first answer; returns Discord's Interaction Callback Response.

        Raises ApiError 10062 for an unknown interaction or after three seconds, 40060 for a second answer, 50035 for an
        answer that doesn't fit or is beyond the limits.
        """
        interaction = self._by_id.get(interaction_id)
        if interaction is None or interaction.token != token:
            raise unknown_interaction()
        if interaction.callback_type is not None:
            raise already_acknowledged()
        if self._world.clock() - interaction.created_at > self.answer_seconds:
            self.fail(interaction)
            raise unknown_interaction()
        kind = self._fitting(interaction, body.get("type"))
        data = cast("JSONObject | None", body.get("data")) or {}
        if not isinstance(data, dict):  # pyright: ignore[reportUnnecessaryIsInstance] - the bot may send anything
            raise invalid(("data",), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        message = self._carry_out(interaction, kind, data, uploads)
        interaction.callback_type = kind
        interaction.status = InteractionStatus.ANSWERED
        self._tell(interaction)
        if interaction.modal is not None:
            self._tell(interaction, EventKind.MODAL)
        return self._callback_response(interaction, kind, message)

    def _fitting(self, interaction: Interaction, asked: object) -> CallbackType:
        fits = _FITS[interaction.type]
        if interaction.source_message_id is None:
            fits = fits - {CallbackType.UPDATE, CallbackType.DEFERRED_UPDATE}
        if asked not in fits:
            names = ", ".join(str(int(kind)) for kind in sorted(fits))
            raise invalid(("type",), "BASE_TYPE_CHOICES", f"Value must be one of {{{names}}}.")
        return CallbackType(int(str(asked)))

    def _carry_out(
        self, interaction: Interaction, kind: CallbackType, data: JSONObject, uploads: Mapping[int, Upload]
    ) -> Message | None:
        match kind:
            case CallbackType.MESSAGE | CallbackType.DEFERRED_MESSAGE:
                loading = MessageFlag.LOADING if kind is CallbackType.DEFERRED_MESSAGE else 0
                message = self._respond(interaction, data, uploads, path=("data",), extra_flags=loading)
                interaction.message_id = message.id
                if loading:
                    self._thinking.add(message.id)
                return message
            case CallbackType.UPDATE | CallbackType.DEFERRED_UPDATE:
                source = self._messages.find(interaction.source_message_id or "")
                if source is None:
                    raise unknown_message()
                interaction.message_id = source.id
                if kind is CallbackType.UPDATE:
                    self._messages.edit(source, data, uploads, path=("data",))
                return source
            case CallbackType.CHOICES:
                problems = Problems()
                limits.check_choices(data, problems, ("data",))
                problems.raise_if_any()
                interaction.choices = as_list(data["choices"])
            case CallbackType.MODAL:
                problems = Problems()
                limits.check_modal(data, problems, ("data",))
                problems.raise_if_any()
                interaction.modal = {**data, "components": with_ids(data["components"])}
        return None

    def _respond(
        self,
        interaction: Interaction,
        body: JSONObject,
        uploads: Mapping[int, Upload],
        *,
        path: limits.Path = (),
        extra_flags: int = 0,
        reply_to: str | None = None,
    ) -> Message:
        """Post a message as the answer or a follow-up: only the person reads it when EPHEMERAL is asked for."""
        channel = self._world.channels[interaction.channel_id]
        ephemeral = int(body.get("flags") or 0) & MessageFlag.EPHEMERAL
        replied = reply_to or interaction.source_message_id
        kind = MessageType.CHAT_INPUT_COMMAND
        if replied is not None:
            kind = MessageType.REPLY
        elif interaction.data.get("type", 1) != 1:
            kind = MessageType.CONTEXT_MENU_COMMAND
        return self._messages.post(
            channel,
            body,
            uploads,
            Origin(
                self._world.bot.id,
                kind,
                reader_id=interaction.person_id if ephemeral else None,
                interaction_id=interaction.id,
                reference=None if replied is None else {"type": 0, "channel_id": channel.id, "message_id": replied},
                extra_flags=extra_flags,
            ),
            path=path,
        )

    def _callback_response(self, interaction: Interaction, kind: CallbackType, message: Message | None) -> JSONObject:
        about: JSONObject = {"id": interaction.id, "type": int(interaction.type)}
        if message is None:
            return {"interaction": about}
        about |= {
            "response_message_id": message.id,
            "response_message_loading": bool(message.flags & MessageFlag.LOADING),
            "response_message_ephemeral": message.reader_id is not None,
        }
        resource = {"type": int(kind), "message": message_object(self._world, message)}
        return {"interaction": about, "resource": resource}

    # The bot goes on with its token

    def by_token(self, application_id: str, token: str) -> Interaction:
        """Find the interaction of a webhook token: 10015 before it is answered, 50027 after fifteen minutes."""
        interaction = self._by_token.get(token)
        if interaction is None or application_id != self._world.bot.id or interaction.callback_type is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        if self._expired(interaction):
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction

    def message(self, interaction: Interaction, message_id: str) -> Message:
        """Find a message that this token may read and change: its answer ("@original") or a follow-up; or 10008."""
        wanted = interaction.message_id if message_id == "@original" else message_id
        message = self._messages.find(wanted or "")
        if message is None or (message.interaction_id != interaction.id and message.id != interaction.message_id):
            raise unknown_message()
        return message

    def follow_up(self, interaction: Interaction, body: JSONObject, uploads: Mapping[int, Upload]) -> Message:
        """Post a follow-up. Directly after a deferred answer it fills that in instead, and keeps its visibility."""
        original = self._messages.find(interaction.message_id or "")
        if original is not None and original.flags & MessageFlag.LOADING:
            self._messages.edit(original, body, uploads)
            return original
        return self._respond(interaction, body, uploads, reply_to=interaction.message_id)

    def _tell(self, interaction: Interaction, kind: EventKind = EventKind.INTERACTION) -> None:
        audience = frozenset({interaction.person_id})
        self._world.emit(Event(kind, interaction.as_json(), interaction.channel_id, audience))
