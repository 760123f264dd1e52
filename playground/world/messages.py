"""Messages: posting, editing, deleting and reading them, by Discord's rules (Message resource)."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from . import limits
from .addresses import safe_filename
from .components import as_list, refer_to_attachments, text_of, with_ids
from .errors import ApiError, Problems, invalid, unknown_message
from .files import Files
from .images import picture_size
from .model import Attachment, Event, EventKind, Message, MessageFlag, MessageType, Upload
from .objects import member_object, message_object
from .permissions import Permission
from .snowflakes import moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .core import Core
    from .model import Channel, JSONObject

NONCE_SECONDS = 300.0
"""How long an enforced nonce is remembered; Discord says "the past few minutes"."""

MAX_FILE_BYTES = 10 * 1024 * 1024
"""Reference: Uploading Files: 10 MiB a file unless the server is boosted."""

_MENTION = re.compile(r"<@!?(\d+)>")
_FLAGS_A_BOT_MAY_SET = MessageFlag.EPHEMERAL | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.COMPONENTS_V2


@dataclass(frozen=True)
class Origin:
    """Where a message comes from: its author, and what it answers; `reader_id` makes it ephemeral."""

    author_id: str
    kind: MessageType = MessageType.DEFAULT
    reader_id: str | None = None
    interaction_id: str | None = None
    reference: JSONObject | None = None
    extra_flags: int = 0


class Messages:
    """Every message of the world, by channel and in order."""

    def __init__(self, world: Core) -> None:
        self._world = world
        self._by_id = world.messages_by_id
        self._by_channel: dict[str, dict[str, Message]] = {}
        self.files = Files()

    # Reading

    def find(self, message_id: str) -> Message | None:
        """Return a message by id, no matter who may see it."""
        return self._by_id.get(message_id)

    def get(self, channel_id: str, message_id: str) -> Message:
        """Find a message for the bot's own token: 10008 when it isn't there, or is ephemeral."""
        message = self._by_id.get(message_id)
        if message is None or message.channel_id != channel_id or message.reader_id is not None:
            raise unknown_message()
        return message

    def sent_with(self, nonce: str, channel: Channel) -> Message | None:
        """Find the message the bot sent with a nonce in the past few minutes (Create Message: `enforce_nonce`)."""
        earliest = self._world.clock() - NONCE_SECONDS
        for message in reversed(self._by_channel.get(channel.id, {}).values()):
            if moment(message.id) < earliest:
                break
            if message.nonce == nonce and message.author_id == self._world.bot.id:
                return message
        return None

    def seen_by(self, user_id: str, message: Message) -> bool:
        """Tell whether a user sees this message."""
        if message.dismissed and user_id == message.reader_id:
            return False
        audience = self._world.audience(self._world.channels[message.channel_id], message.reader_id)
        return audience is None or user_id in audience

    def history(self, channel: Channel, user_id: str, *, before: str | None = None, limit: int = 50) -> list[Message]:
        """List the newest messages that a user sees, before a message if one is named; oldest first."""
        found: list[Message] = []
        for message in reversed(self._by_channel.get(channel.id, {}).values()):
            if (before is None or int(message.id) < int(before)) and self.seen_by(user_id, message):
                found.append(message)
                if len(found) == limit:
                    break
        return found[::-1]

    def everything(self) -> list[Message]:
        """List every message of every channel, in the order they were posted."""
        return list(self._by_id.values())

    def for_bot(self, shown: JSONObject) -> JSONObject:
        """Show a message object the way a bot without the message content intent gets it.

        Gateway: Message Content Intent: content, attachments and components are empty, unless the bot wrote the
        message, is mentioned in it, or it is a direct message.
        """
        world = self._world
        channel = world.channels[shown["channel_id"]]
        mentioned = any(user["id"] == world.bot.id for user in shown["mentions"])
        if channel.recipient_id is None and not mentioned and shown["author"]["id"] != world.bot.id:
            shown = {**shown, "content": "", "attachments": [], "components": []}
        if shown.get("referenced_message"):
            shown = {**shown, "referenced_message": self.for_bot(shown["referenced_message"])}
        return shown

    # Writing

    def post(
        self,
        channel: Channel,
        body: JSONObject,
        uploads: Mapping[int, Upload],
        origin: Origin,
        *,
        path: limits.Path = (),
    ) -> Message:
        """Make a message from a request's body and files, and tell everyone who may see it.

        Raises ApiError 50035 with `path` before the field's own path, 50006 for an empty message, 40005 for a file
        that is too large.
        """
        message = Message(self._world.new_id(), channel.id, origin.author_id, origin.kind)
        message.flags = (_flags(body, path) & _FLAGS_A_BOT_MAY_SET) | origin.extra_flags
        message.reader_id, message.interaction_id = origin.reader_id, origin.interaction_id
        message.reference = origin.reference
        nonce = body.get("nonce")
        message.nonce = None if nonce is None else str(nonce)
        self._fill(message, body, uploads, path)
        _refuse_empty(message)
        self._by_id[message.id] = message
        self._by_channel.setdefault(channel.id, {})[message.id] = message
        if message.reader_id is None:
            channel.last_message_id = message.id
        self._tell(EventKind.MESSAGE, message)
        return message

    def edit(
        self, message: Message, body: JSONObject, uploads: Mapping[int, Upload], *, path: limits.Path = ()
    ) -> None:
        """Change what the body names and keep the rest (Message: Edit Message); raises as `post` does.

        The edit that fills in a deferred answer is its first content: Discord leaves `edited_timestamp` null there.
        """
        was_loading = bool(message.flags & MessageFlag.LOADING)
        draft = copy.copy(message)
        asked = _flags(body, path)
        # Message Flags: once IS_COMPONENTS_V2 is set it stays.
        draft.flags = (message.flags | asked & MessageFlag.COMPONENTS_V2) & ~MessageFlag.LOADING
        turns_to_v2 = asked & MessageFlag.COMPONENTS_V2 and not message.flags & MessageFlag.COMPONENTS_V2
        if turns_to_v2 and message.content and "content" not in body:
            raise limits.no_content_with_components_v2(path)
        self._fill(draft, body, uploads, path)
        _refuse_empty(draft)
        for name in ("flags", "content", "components", "attachments", "mentions", "mention_everyone"):
            setattr(message, name, getattr(draft, name))
        if not was_loading:
            message.edited_at = self._world.clock()
        self._tell(EventKind.MESSAGE_EDIT, message)

    def delete(self, message: Message) -> None:
        """Remove a message and its files."""
        self._by_id.pop(message.id, None)
        self._by_channel[message.channel_id].pop(message.id, None)
        for attachment in message.attachments:
            self.files.remove(attachment.id)
        channel = self._world.channels[message.channel_id]
        gone: JSONObject = {"id": message.id, "channel_id": channel.id}
        if channel.recipient_id is None and message.reader_id is None:
            gone["guild_id"] = self._world.guild_id
        audience = self._world.audience(channel, message.reader_id)
        self._world.emit(Event(EventKind.MESSAGE_DELETE, gone, channel.id, audience))

    def clear(self) -> None:
        """Remove every message and file; the bot learns of it as of a moderator's bulk delete, channel by channel."""
        for channel_id, messages in self._by_channel.items():
            channel = self._world.channels[channel_id]
            channel.last_message_id = None
            gone: JSONObject = {"ids": list(messages), "channel_id": channel_id}
            if channel.recipient_id is None:
                gone["guild_id"] = self._world.guild_id
            to_bot = frozenset({self._world.bot.id})
            self._world.emit(Event(EventKind.MESSAGE_DELETE_BULK, gone, channel_id, to_bot))
        self._by_channel.clear()
        self._by_id.clear()
        self.files.clear()

    def dismiss(self, message: Message) -> None:
        """Put an ephemeral message away for its reader."""
        message.dismissed = True
        gone = {"id": message.id, "channel_id": message.channel_id}
        audience = frozenset({message.reader_id}) if message.reader_id else None
        self._world.emit(Event(EventKind.MESSAGE_DELETE, gone, message.channel_id, audience))

    def store(
        self, upload: Upload, channel_id: str, *, description: str | None = None, ephemeral: bool = False
    ) -> Attachment:
        """Keep a file on the CDN: named as Discord would, typed and measured by its content."""
        if len(upload.data) > MAX_FILE_BYTES:
            raise ApiError(413, 40005, "Request entity too large")
        width, height = picture_size(upload.data)
        attachment = Attachment(
            self._world.new_id(),
            channel_id,
            Upload(safe_filename(upload.filename), upload.content_type, upload.data),
            upload.filename,
            len(upload.data),
            description,
            ephemeral,
            width,
            height,
        )
        self.files.add(attachment)
        return attachment

    def _fill(self, message: Message, body: JSONObject, uploads: Mapping[int, Upload], path: limits.Path) -> None:
        problems = Problems()
        limits.check_message(body, message.flags, problems, path)
        problems.raise_if_any()
        if "content" in body:
            message.content = str(body["content"] or "")
        message.attachments = self._attachments(message, body, uploads)
        if "components" in body:
            message.components = with_ids(as_list(body["components"]))
            refer_to_attachments(message.components, message.attachments, (*path, "components"))
        self._mention(message, body.get("allowed_mentions"))

    def _attachments(self, message: Message, body: JSONObject, uploads: Mapping[int, Upload]) -> list[Attachment]:
        """Keep what `attachments` names, all without it, and add the new files (Uploading Files, Edit Message)."""
        named = body.get("attachments")
        described = {str(entry.get("id")): entry for entry in as_list(named)}
        kept = [a for a in message.attachments if named is None or a.id in described]
        ephemeral = bool(message.flags & MessageFlag.EPHEMERAL)
        for number, upload in sorted(uploads.items()):
            description = described.get(str(number), {}).get("description")
            kept.append(self.store(upload, message.channel_id, description=description, ephemeral=ephemeral))
        if len(kept) > limits.MAX_ATTACHMENTS:
            raise invalid(
                ("attachments",), "BASE_TYPE_MAX_LENGTH", f"Must be {limits.MAX_ATTACHMENTS} or fewer in length."
            )
        return kept

    def _mention(self, message: Message, allowed: Any) -> None:
        """Find whom the message pings: those its text names, and the author replied to (Allowed Mentions)."""
        text = f"{message.content}\n{text_of(message.components)}"
        named = [user_id for user_id in dict.fromkeys(_MENTION.findall(text)) if user_id in self._world.users]
        everybody: JSONObject = {"parse": ["users", "everyone"], "replied_user": True}
        rules = cast("JSONObject", allowed) if isinstance(allowed, dict) else everybody
        parse = cast("Sequence[str]", rules.get("parse") or ())
        listed = {str(user_id) for user_id in cast("Sequence[object]", rules.get("users") or ())}
        message.mentions = [user_id for user_id in named if "users" in parse or user_id in listed]
        replied = self.find(message.reference["message_id"]) if message.reference else None
        if replied is not None and rules.get("replied_user") and replied.author_id not in message.mentions:
            message.mentions.append(replied.author_id)
        channel = self._world.channels[message.channel_id]
        message.mention_everyone = (
            ("@everyone" in text or "@here" in text)
            and "everyone" in parse
            and self._world.may(message.author_id, Permission.MENTION_EVERYONE, channel)
        )

    def _tell(self, kind: EventKind, message: Message) -> None:
        channel = self._world.channels[message.channel_id]
        audience = self._world.audience(channel, message.reader_id)
        if message.dismissed:
            audience = frozenset({self._world.bot.id})
        self._world.emit(Event(kind, self.gateway_object(message), channel.id, audience))

    def gateway_object(self, message: Message) -> JSONObject:
        """Build the message as the gateway sends it: with its server and the author's member, unless ephemeral or a DM.

        Gateway Events: Message Create: ephemeral messages go straight to their reader and the bot, and carry neither.
        """
        shown = message_object(self._world, message)
        channel = self._world.channels[message.channel_id]
        if channel.recipient_id is None and message.reader_id is None:
            shown["guild_id"] = self._world.guild_id
            shown["member"] = member_object(self._world.users[message.author_id], with_user=False)
            for mention in shown["mentions"]:
                mention["member"] = member_object(self._world.users[mention["id"]], with_user=False)
        shown["channel_type"] = int(channel.type)
        return shown


def _flags(body: JSONObject, path: limits.Path) -> int:
    flags = body.get("flags") or 0
    if not isinstance(flags, int):
        raise invalid((*path, "flags"), "NUMBER_TYPE_COERCE", f'Value "{flags}" is not int.')
    return flags


def _refuse_empty(message: Message) -> None:
    something = message.content or message.components or message.attachments
    if not something and not message.flags & MessageFlag.LOADING:
        raise ApiError(400, 50006, "Cannot send an empty message")
