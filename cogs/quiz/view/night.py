"""How quiz nights look: the confirmation, the list, and the event's own texts."""

from collections.abc import Sequence

import discord

from ....features.wording import clip
from ....quiz.running.session import GameSession
from ....quiz.scoring import standings
from ....store.records import EventRecord
from ...text import plain
from ...ui import ActionRow, Container, Shown, TextDisplay, layout
from .game import ACCENT, button, many, winners

NAME, DESCRIPTION = 100, 1000


def draft_view(draft: EventRecord, title: str, key: str) -> Shown:
    """Return what would be planned, in the reader's own time zone, and buttons to confirm or drop it."""
    weekly = " It repeats every week." if draft.weekly else ""
    chosen = draft.choices
    teams = f", {chosen['teams']} teams" if chosen["teams"] else ""
    at = round(draft.starts_at)
    text = (
        f"## Plan this quiz night?\n**{plain(title)}** in <#{draft.channel}>: "
        f"{many(chosen['questions'], 'question')}, {chosen['seconds']} seconds each{teams}.\n"
        f"It starts **<t:{at}:F>**, <t:{at}:R>.{weekly}\n"
        f"-# Read as a time in {plain(draft.zone)}. If that's not what you meant, use `/quiz schedule` again."
    )
    yes = button("Create the event", "plan", key, discord.ButtonStyle.success)
    return Shown(
        layout(Container(TextDisplay(text), ActionRow(yes, button("Never mind", "unplan", key)), accent_colour=ACCENT))
    )


def planned_view(url: str, starts_at: float) -> Shown:
    """Return that the event was created."""
    when = f"<t:{round(starts_at)}:R>, or as soon as someone starts the event"
    text = f"The event is planned: {url}\nThe lobby opens {when}."
    return Shown(layout(TextDisplay(text)))


def dropped_view() -> Shown:
    """Return that nothing was planned."""
    return Shown(layout(TextDisplay("Nothing was planned.")))


def events_view(nights: Sequence[tuple[EventRecord, str]]) -> Shown:
    """Return a server's planned quiz nights, soonest first."""
    if not nights:
        return Shown(layout(TextDisplay("No quiz night is planned. `/quiz schedule` plans one.")))
    lines = ["## Quiz nights"]
    for one, title in nights:
        weekly = ", every week" if one.weekly else ""
        running = " It's on right now." if one.state == "running" else ""
        lines.append(f"<t:{round(one.starts_at)}:F>: **{plain(title)}** in <#{one.channel}>{weekly}.{running}")
    return Shown(layout(Container(TextDisplay(clip("\n".join(lines), 3900)), accent_colour=ACCENT)))


def missed_view() -> Shown:
    """Return that a quiz night was missed."""
    return Shown(layout(TextDisplay("Sorry, I was offline when the quiz night was due, so it's canceled.")))


def event_name(title: str) -> str:
    """Return the event's name."""
    return clip(f"Quiz night: {title}", NAME)


def event_description(night: EventRecord) -> str:
    """Return the event's description before it starts."""
    chosen = night.choices
    teams = f" in {chosen['teams']} teams" if chosen["teams"] else ""
    return clip(
        f"{many(chosen['questions'], 'question')}{teams}, {chosen['seconds']} seconds each. Come to "
        f"<#{night.channel}>, press Join, and answer with the buttons. Is it inference, or is it training?",
        DESCRIPTION,
    )


def event_result(session: GameSession) -> str:
    """Return the event's description when it is over: who won."""
    found = standings(session.game)
    if not found:
        return "No one came this time."
    return clip(f"{winners(found) or 'No one scored.'} {many(len(found), 'player')} took part.", DESCRIPTION)
