"""What the playground's world is made of: plain records in Discord's own words, with ids as decimal strings."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag, StrEnum
from typing import Any, TypeAlias

JSONObject: TypeAlias = dict[str, Any]
"""One JSON object of the wire: Discord's field names, ids as strings."""
JSON: TypeAlias = bool | int | float | str | list[Any] | JSONObject | None
"""Any JSON value."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a person or the bot sends."""

    filename: str
    content_type: str
    data: bytes


@dataclass(slots=True)
class User:
    """A person or the bot; `role_ids` are the roles they hold in the server (without @everyone)."""

    id: str
    name: str
    bot: bool = False
    role_ids: list[str] = field(default_factory=list[str])
    joined_at: float = 0.0


@dataclass(slots=True)
class Role:
    """A role of the server; `permissions` is Discord's bit set. @everyone has the server's own id."""

    id: str
    name: str
    permissions: int
    position: int
    colour: int = 0


class ChannelType(IntEnum):
    """The channel types that the playground has (Channel: Channel Types)."""

    TEXT = 0
    DM = 1


@dataclass(slots=True)
class Channel:
    """A text channel of the server, or a direct message between one person and the bot (`recipient_id`)."""

    id: str
    type: ChannelType
    name: str = ""
    topic: str = ""
    position: int = 0
    recipient_id: str | None = None
    overwrites: list[JSONObject] = field(default_factory=list[JSONObject])
    last_message_id: str | None = None


class MessageFlag(IntFlag):
    """The message flags that matter here (Message: Message Flags)."""

    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


class MessageType(IntEnum):
    """The message types that the playground makes (Message: Message Types)."""

    DEFAULT = 0
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    CONTEXT_MENU_COMMAND = 23


@dataclass(slots=True)
class Attachment:
    """A stored file; its address is made, signed and dated when it is shown (see addresses.py).

    `sent_name` is the name as it was sent, `upload.filename` the one that Discord makes of it. `size` stays when the
    content had to make room for newer files (see files.py).
    """

    id: str
    channel_id: str
    upload: Upload
    sent_name: str
    size: int
    description: str | None = None
    ephemeral: bool = False
    width: int | None = None
    height: int | None = None


@dataclass(slots=True)
class Message:
    """A message as it is stored; `reader_id` is the one person who sees an ephemeral one (None: the whole channel)."""

    id: str
    channel_id: str
    author_id: str
    type: MessageType = MessageType.DEFAULT
    content: str = ""
    flags: int = 0  # of MessageFlag
    components: list[JSONObject] = field(default_factory=list[JSONObject])
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    mentions: list[str] = field(default_factory=list[str])
    mention_everyone: bool = False
    reference: JSONObject | None = None
    interaction_id: str | None = None
    edited_at: float | None = None
    pinned: bool = False
    nonce: str | None = None
    reader_id: str | None = None
    dismissed: bool = False


class InteractionType(IntEnum):
    """Interactions: Interaction Type."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class InteractionStatus(StrEnum):
    """How far an interaction has come, as the person who started it sees it."""

    WAITING = "waiting"  # no answer yet, at most three seconds
    ANSWERED = "answered"  # acknowledged: a message, "thinking…", a modal, choices, or nothing to show
    FAILED = "failed"  # no answer within three seconds


@dataclass(slots=True)
class Interaction:
    """One use of a command, a component or a modal, and what the bot made of it.

    `message_id` is the answer's message ("thinking…" while its LOADING flag is set); `modal` and `choices` are the
    other two kinds of answer; `error` is the sentence Discord's client shows when there is none.
    """

    id: str
    token: str
    type: InteractionType
    person_id: str
    channel_id: str
    created_at: float
    data: JSONObject
    label: str = ""  # "/quiz start", the context menu's name, or the custom id
    status: InteractionStatus = InteractionStatus.WAITING
    source_message_id: str | None = None
    message_id: str | None = None
    modal: JSONObject | None = None
    choices: list[JSONObject] | None = None
    error: str | None = None
    callback_type: int | None = None
    trigger_id: str | None = None  # of a modal's submission: the interaction that opened the modal

    def as_json(self) -> JSONObject:
        """Give what the page shows of it (not Discord's interaction object, which only the bot gets)."""
        return {
            "id": self.id,
            "type": int(self.type),
            "channel_id": self.channel_id,
            "label": self.label,
            "status": str(self.status),
            "source_message_id": self.source_message_id,
            "message_id": self.message_id,
            "modal": self.modal,
            "choices": self.choices,
            "error": self.error,
        }


class EventKind(StrEnum):
    """What can change in the world. The comment says what `Event.data` holds."""

    MESSAGE = "message"  # Discord's message object
    MESSAGE_EDIT = "message_edit"  # Discord's message object, whole
    MESSAGE_DELETE = "message_delete"  # {"id", "channel_id", "guild_id"?}
    MESSAGE_DELETE_BULK = "message_delete_bulk"  # {"ids", "channel_id", "guild_id"?}; the bot only (see RESET)
    GIVEN_UP = "given_up"  # {"message_id", "channel_id"}: a "thinking…" that nothing can fill in any more; pages only
    INTERACTION = "interaction"  # Interaction.as_json(): started, answered or failed; its person only
    MODAL = "modal"  # Interaction.as_json() with "modal"; its person only
    INTERACTION_CREATE = "interaction_create"  # Discord's interaction object; the bot only
    COMMANDS = "commands"  # {}: the synced commands changed, ask people.commands() again
    TYPING = "typing"  # {"channel_id", "user_id", "timestamp"}
    CHANNEL = "channel"  # Discord's channel object: a channel or DM opened
    MEMBERS = "members"  # {}: someone joined or left, or their roles changed; pages only
    SCHEDULED_EVENT_CREATE = "scheduled_event_create"  # Discord's scheduled event object
    SCHEDULED_EVENT_UPDATE = "scheduled_event_update"  # the same
    SCHEDULED_EVENT_DELETE = "scheduled_event_delete"  # the same
    SCHEDULED_EVENT_USER_ADD = "scheduled_event_user_add"  # {"guild_scheduled_event_id", "user_id", "guild_id"}
    SCHEDULED_EVENT_USER_REMOVE = "scheduled_event_user_remove"  # the same
    BOT = "bot"  # {"online": bool}: the bot connected or went away
    RESET = "reset"  # {}: everything was reset, load the state again


@dataclass(frozen=True, slots=True)
class Event:
    """A change. `audience` holds the user ids that may learn of it; None means everyone."""

    kind: EventKind
    data: JSONObject
    channel_id: str | None = None
    audience: frozenset[str] | None = None

    def seen_by(self, user_id: str) -> bool:
        """Tell whether this user (a person or the bot) may learn of the change."""
        return self.audience is None or user_id in self.audience
