"""Links into this server as Discord writes them: to a channel, a message or an event."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINK = re.compile(
    r"https?://(?:(?:www|ptb|canary)\.)?discord(?:app)?\.com/"
    r"(?:channels/(?P<server>@me|\d{1,20})/(?P<channel>\d{1,20})(?:/(?P<message>\d{1,20}))?"
    r"|events/(?P<host>\d{1,20})/(?P<event>\d{1,20}))/?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link leads, by ids; each is empty where it names none."""

    channel: str = ""
    message: str = ""
    event: str = ""

    def attributes(self) -> dict[str, str]:
        """Give the `data-` attributes by which the page goes there."""
        named = {"channel": self.channel, "message": self.message, "event": self.event}
        return {f"data-{name}": value for name, value in named.items() if value}


def place_of(url: str, guild: str) -> Place | None:
    """Read the address of a place in that server, or of direct messages; None for every other address."""
    match = _LINK.fullmatch(url)
    if match is None or (match["server"] or match["host"]) not in (guild, "@me"):
        return None
    return Place(match["channel"] or "", match["message"] or "", match["event"] or "")
