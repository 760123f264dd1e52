"""How quiz nights look: the confirmation, the list, and the event's own texts and picture."""

from collections.abc import Sequence
from io import BytesIO

import discord
from PIL import Image, ImageDraw, ImageFont

from ....features.wording import clip
from ....quiz.running.nights import Draft
from ....quiz.running.session import GameSession
from ....quiz.scoring import standings
from ....store.records import EventRecord
from ...text import plain
from ...ui import ActionRow, Container, Shown, TextDisplay, layout
from .game import ACCENT, button, many, winners

NAME, DESCRIPTION = 100, 1000
WIDTH, HEIGHT = 800, 320
INK, PAPER, SOFT = (255, 255, 255), (74, 52, 110), (107, 78, 155)


def draft_view(draft: Draft, key: str) -> Shown:
    """Return what would be planned, in the reader's own time, and the buttons to say yes or no."""
    weekly = " It repeats every week." if draft.weekly else ""
    teams = f", {draft.teams} teams" if draft.teams else ""
    at = round(draft.starts_at)
    text = (
        f"## Plan this quiz night?\n**{plain(draft.title)}** in <#{draft.channel}>: "
        f"{many(draft.questions, 'question')}, {draft.seconds} seconds each{teams}.\n"
        f"It begins **<t:{at}:F>**, <t:{at}:R>.{weekly}\n"
        f"-# Read as a time in {plain(draft.zone)}. If that is not what you meant, use `/quiz schedule` again."
    )
    yes = button("Create the event", "plan", key, discord.ButtonStyle.success)
    return Shown(
        layout(Container(TextDisplay(text), ActionRow(yes, button("Never mind", "unplan", key)), accent_colour=ACCENT))
    )


def planned_view(url: str, starts_at: float) -> Shown:
    """Return that the event is there."""
    text = f"The event is planned: {url}\nI open the lobby <t:{round(starts_at)}:R>, or as soon as somebody starts it."
    return Shown(layout(TextDisplay(text)))


def dropped_view() -> Shown:
    """Return that nothing was planned."""
    return Shown(layout(TextDisplay("Nothing was planned.")))


def events_view(events: Sequence[EventRecord], titles: Sequence[str]) -> Shown:
    """Return a server's planned quiz nights, soonest first."""
    if not events:
        return Shown(layout(TextDisplay("No quiz night is planned. `/quiz schedule` plans one.")))
    lines = ["## Quiz nights"]
    for one, title in zip(events, titles, strict=True):
        weekly = ", every week" if one.weekly else ""
        running = " It is on right now." if one.state == "running" else ""
        lines.append(f"<t:{round(one.starts_at)}:F>: **{plain(title)}** in <#{one.channel}>{weekly}.{running}")
    return Shown(layout(Container(TextDisplay(clip("\n".join(lines), 3900)), accent_colour=ACCENT)))


def missed_view() -> Shown:
    """Return that a quiz night was missed."""
    return Shown(
        layout(TextDisplay("I was away when the quiz night should have begun, so I called it off. I am sorry."))
    )


def event_name(title: str) -> str:
    """Return what the event is called."""
    return clip(f"Quiz night: {title}", NAME)


def event_description(draft: Draft) -> str:
    """Return what the event says of itself."""
    teams = f" in {draft.teams} teams" if draft.teams else ""
    return clip(
        f"{many(draft.questions, 'question')}{teams}, {draft.seconds} seconds each. Come to <#{draft.channel}>, press "
        "Join, and answer with the buttons. Is it inference, or is it training?",
        DESCRIPTION,
    )


def event_result(table: GameSession) -> str:
    """Return what the event says when it is over: who won."""
    found = standings(table.game)
    if not found:
        return "Nobody came this time."
    return clip(f"{winners(found) or 'Nobody scored.'} {many(len(found), 'player')} took part.", DESCRIPTION)


def event_picture(title: str) -> bytes:
    """Return the event's picture, a PNG of 800×320 pixels: its title above a row of answer bars. Takes some 20 ms."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(picture)
    for i, share in enumerate((0.9, 0.35, 0.6, 0.2)):
        top = 190 + i * 28
        draw.rounded_rectangle((48, top, 48 + 704 * share, top + 18), radius=9, fill=INK if i == 0 else SOFT)
    draw.text((48, 44), "Quiz night", font=ImageFont.load_default(64), fill=INK)
    draw.text((48, 126), clip(title, 34), font=ImageFont.load_default(34), fill=INK)
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
