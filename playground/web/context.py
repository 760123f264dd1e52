"""What the page's routes and sockets share: the world, its people, whether the bot is there, uploads, suggestions."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..world.errors import PersonError
from .rendered import LastRendered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..api.gateway import Gateway
    from ..world.model import Upload
    from ..world.people import People
    from ..world.world import World

_MOST_UPLOADS = 24


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to try, offered as a button where a channel begins: a slash command, by its full name, with options.

    A command that still needs other options opens with these filled in.
    """

    label: str
    command: str
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict[str, str | int | float | bool])


class Uploads:
    """Files that came ahead of the message or command that will use them; the oldest make room for new ones."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Upload] = OrderedDict()

    def keep(self, person: str, upload: Upload) -> str:
        """Keep a file for a person; the id is what they use it by."""
        upload_id = secrets.token_hex(8)
        self._kept[person, upload_id] = upload
        while len(self._kept) > _MOST_UPLOADS:
            self._kept.popitem(last=False)
        return upload_id

    def get(self, person: str, upload_id: str) -> Upload:
        """Find a person's upload, which stays for a second try; PersonError when it is gone."""
        upload = self._kept.get((person, upload_id))
        if upload is None:
            raise PersonError("That file isn't here anymore. Choose it again.")
        return upload

    def forget(self, person: str, upload_id: str) -> None:
        """Let go of an upload that has been used."""
        self._kept.pop((person, upload_id), None)


class PageContext:
    """The playground as the page sees it."""

    def __init__(self, world: World, people: People, gateway: Gateway, suggestions: Sequence[Suggestion]) -> None:
        self.world = world
        self.people = people
        self.gateway = gateway
        self.suggestions = suggestions
        self.uploads = Uploads()
        self.rendered = LastRendered(world)
