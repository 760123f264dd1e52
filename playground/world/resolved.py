"""Resolved data: the objects behind the ids in an interaction (Interactions: Resolved Data Structure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import ApiError, PersonError
from .objects import attachment_object, channel_object, member_object, message_object, user_object

if TYPE_CHECKING:
    from .model import Channel, JSONObject, Message, Upload
    from .world import World


class Resolved:
    """Collects them while a person's input is turned into an interaction's data; unknown ids are a `PersonError`."""

    def __init__(self, world: World, person_id: str, channel: Channel) -> None:
        self._world = world
        self._person_id = person_id
        self._channel = channel
        self._data: dict[str, dict[str, Any]] = {}

    def as_json(self) -> JSONObject:
        """Give what was collected, as {"users": {id: …}, …}."""
        return dict(self._data)

    def user(self, user_id: str) -> str:
        """Add a user, and their member in the server."""
        user = self._world.users.get(user_id)
        if user is None:
            raise PersonError("No one here has that name.")
        self._data.setdefault("users", {})[user_id] = user_object(user)
        if self._channel.recipient_id is None:
            member = member_object(user, with_user=False)
            del member["deaf"], member["mute"]
            member["permissions"] = str(self._world.permissions(user_id, self._channel))
            self._data.setdefault("members", {})[user_id] = member
        return user_id

    def channel(self, channel_id: str) -> str:
        """Add a channel that the person sees."""
        channel = self._world.channels.get(channel_id)
        if channel is None or not self._world.can_view(self._person_id, channel):
            raise PersonError("There is no such channel here.")
        shown = channel_object(self._world, channel)
        keys = ("id", "type", "name", "parent_id", "flags", "last_message_id", "topic", "position", "nsfw")
        partial = {key: shown[key] for key in keys if key in shown}
        partial["permissions"] = str(self._world.permissions(self._person_id, channel))
        self._data.setdefault("channels", {})[channel_id] = partial
        return channel_id

    def message(self, message: Message) -> str:
        """Add a message, whole."""
        self._data.setdefault("messages", {})[message.id] = message_object(self._world, message)
        return message.id

    def upload(self, upload: Upload) -> str:
        """Store a file and add it; the limit is 10 MB."""
        try:
            attachment = self._world.messages.store(upload, self._channel.id, ephemeral=True)
        except ApiError as error:
            megabytes = len(upload.data) / 1024 / 1024
            text = f"{upload.filename} is {megabytes:.1f} MB. Send a file of at most 10 MB."
            raise PersonError(text) from error
        self._data.setdefault("attachments", {})[attachment.id] = attachment_object(self._world, attachment)
        return attachment.id
