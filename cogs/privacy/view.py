"""How `/privacy` looks."""

from collections.abc import Mapping

import discord

from ...store.people import RETENTION_DAYS, Forgotten
from ..buttons import buttons_of
from ..ui import ActionRow, Container, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x4A5568)
EXPORT = "inferbot-my-data.json"
NAMES = {
    "players": "games you played in",
    "votes": "answers you gave in games",
    "scores": "scores, one per server, season and pack",
    "daily": "answers to the question of the day",
    "hosted": "games you started",
    "planned": "quiz nights you scheduled",
    "uploaded": "packs you uploaded",
}


def stored_view(counts: Mapping[str, int]) -> Shown:
    """Return what is stored about a person, in words and numbers."""
    lines = [f"- {NAMES[name]}: {count:,}" for name, count in counts.items() if count]
    kept = "\n".join(lines) or "- nothing at all"
    text = (
        "## What I store about you\n"
        f"Your Discord ID, together with:\n{kept}\n"
        "I store no message, no picture and no name. Pictures and questions you send stay in memory for a few "
        "minutes, so that buttons work, and are never written to disk.\n"
        f"When I'm removed from a server, its data is deleted after {RETENTION_DAYS} days.\n"
        "-# `/privacy export` gives you all of it as a file, `/privacy delete` deletes it."
    )
    return Shown(layout(Container(TextDisplay(text), accent_colour=ACCENT)))


def export_view() -> Shown:
    """Return the message for the export; the caller attaches the file."""
    file = discord.ui.File[discord.ui.LayoutView](f"attachment://{EXPORT}")
    return Shown(
        layout(Container(TextDisplay("Here's everything I store about you, as JSON."), file, accent_colour=ACCENT))
    )


def confirm_view() -> Shown:
    """Return what would be deleted, and the button that does it."""
    text = (
        "## Delete everything about you?\n"
        "This deletes your scores in every server, your answers and your streaks. It can't be undone. "
        "A game that's running right now still counts when it ends. "
        "Your ID stays on it, and on quiz nights still to come, until they're over."
    )
    danger = discord.ButtonStyle.danger
    delete = buttons_of("Privacy")("Delete for good", "delete", "all", danger)
    return Shown(layout(Container(TextDisplay(text), ActionRow(delete), accent_colour=ACCENT)))


def deleted_view(gone: Forgotten) -> Shown:
    """Return that it's done."""
    if not any(gone):
        return Shown(layout(TextDisplay("There was nothing to delete.")))
    also = " Games, quiz nights and packs of yours no longer name you." if gone.cleared else ""
    return Shown(layout(TextDisplay(f"Done: I deleted {gone.deleted:,} entries about you.{also}")))
