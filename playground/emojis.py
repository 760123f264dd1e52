"""The bot's own emoji (Emoji: Application-Owned Emoji): uploaded by it, used in messages as <:name:id>."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import ApiError, Problems
from .images import read_image
from .limits import Text, check_fields
from .objects import user_object

if TYPE_CHECKING:
    from .model import JSONObject, Upload
    from .state import World

MAX_EMOJI = 2000
MAX_BYTES = 256 * 1024
_NAME = {"name": Text(2, 32, required=True)}


@dataclass(slots=True)
class Emoji:
    """One emoji and its picture."""

    id: str
    name: str
    image: Upload


class Emojis:
    """The application's emoji, in the order they were uploaded."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_id: dict[str, Emoji] = {}

    def listing(self) -> list[Emoji]:
        """List them all."""
        return list(self._by_id.values())

    def find(self, emoji_id: str) -> Emoji | None:
        """Find one by id."""
        return self._by_id.get(emoji_id)

    def get(self, emoji_id: str) -> Emoji:
        """Find one by id, or refuse with 10014."""
        emoji = self.find(emoji_id)
        if emoji is None:
            raise ApiError(404, 10014, "Unknown Emoji")
        return emoji

    def create(self, body: JSONObject) -> Emoji:
        """Keep a new one (Create Application Emoji): 50035 for a wrong name or picture, 30008 for one too many."""
        _check_name(body)
        image = read_image(body.get("image"), ("image",), most_bytes=MAX_BYTES)
        if len(self._by_id) >= MAX_EMOJI:
            raise ApiError(400, 30008, f"Maximum number of emojis reached ({MAX_EMOJI})")
        emoji = Emoji(self._world.new_id(), body["name"], image)
        self._by_id[emoji.id] = emoji
        return emoji

    def rename(self, emoji_id: str, body: JSONObject) -> Emoji:
        """Give one another name (Modify Application Emoji)."""
        emoji = self.get(emoji_id)
        _check_name(body)
        emoji.name = body["name"]
        return emoji

    def delete(self, emoji_id: str) -> None:
        """Delete one; messages show its name from then on."""
        del self._by_id[self.get(emoji_id).id]

    def show(self, emoji: Emoji) -> JSONObject:
        """Build an Emoji object."""
        return {
            "id": emoji.id,
            "name": emoji.name,
            "roles": [],
            "user": user_object(self._world.bot),
            "require_colons": True,
            "managed": False,
            "animated": emoji.image.content_type == "image/gif",
            "available": True,
        }


def _check_name(body: JSONObject) -> None:
    problems = Problems()
    check_fields(body, _NAME, problems, ())
    name = body.get("name")
    if isinstance(name, str) and not name.replace("_", "").isalnum():
        problems.add(("name",), "STRING_TYPE_REGEX", "String value did not match validation regex.")
    problems.raise_if_any()
