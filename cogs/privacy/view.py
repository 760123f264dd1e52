"""How `/privacy` looks."""

from collections.abc import Mapping

import discord

from ...store.people import RETENTION_DAYS
from ..buttons import FeatureButton
from ..ui import ActionRow, Container, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x4A5568)
EXPORT = "inferbot-my-data.json"
NAMES = {
    "players": "games that you played in",
    "votes": "answers that you gave in games",
    "scores": "scores, one for each server, season and pack",
    "daily": "answers to the question of the day",
    "hosted": "games that you started",
}


def kept_view(counts: Mapping[str, int]) -> Shown:
    """Return what is kept about somebody, in words and numbers."""
    lines = [f"- {count:,} {NAMES[name]}" for name, count in counts.items() if count]
    kept = "\n".join(lines) or "- nothing at all"
    text = (
        "## What I keep about you\n"
        f"Your Discord id, together with:\n{kept}\n"
        "I keep no message, no picture and no name. Pictures and questions that you send stay in memory for some "
        "minutes, so that buttons work, and are never written down.\n"
        f"When I am removed from a server, what belongs to it is deleted after {RETENTION_DAYS} days.\n"
        "-# `/privacy export` gives you all of it as a file, `/privacy delete` makes me forget it."
    )
    return Shown(layout(Container(TextDisplay(text), accent_colour=ACCENT)))


def export_view() -> Shown:
    """Return where the file is; whoever sends it attaches it."""
    file = discord.ui.File[discord.ui.LayoutView](f"attachment://{EXPORT}")
    return Shown(
        layout(Container(TextDisplay("Here is everything that I keep about you, as JSON."), file, accent_colour=ACCENT))
    )


def confirm_view() -> Shown:
    """Return what would be deleted, and the button that does it."""
    text = (
        "## Forget everything about you?\n"
        "This deletes your scores in every server, your answers and your days in a row. It can't be undone. "
        "A game that is on right now still counts when it ends."
    )
    danger = discord.ButtonStyle.danger
    delete = FeatureButton("Delete for good", feature="Privacy", version="1", action="delete", key="all", style=danger)
    return Shown(layout(Container(TextDisplay(text), ActionRow(delete), accent_colour=ACCENT)))


def forgotten_view(gone: int) -> Shown:
    """Return that it is done."""
    what = "There was nothing to forget." if not gone else f"Done: I have deleted {gone:,} entries about you."
    return Shown(layout(TextDisplay(what)))
