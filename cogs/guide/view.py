"""How `/demo` and `/help` look: the live demos, and all commands."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from ...features.wording import clip
from ..buttons import buttons_of
from ..limits import COMPONENTS_PER_MESSAGE, TEXT_PER_MESSAGE
from ..text import plain
from ..ui import ActionRow, Container, Section, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x2E7D6B)
# A demo takes three components: its section, its text and its button. This many fit beside the rest of the message.
MOST_DEMOS = (COMPONENTS_PER_MESSAGE - 5) // 3
PROMISE_LENGTH = 140
HELP_TEXT = TEXT_PER_MESSAGE - 900


@dataclass(frozen=True, slots=True)
class Entry:
    """A command, and what it does in one sentence."""

    name: str
    promise: str


button = buttons_of("Guide")


def demos_view(demos: Sequence[Entry]) -> Shown:
    """Return every demo with its promise and a button to start it."""
    head = (
        "## See inference happen\n"
        "Inference is a trained model being used. Each of these runs a real model on this machine, now, "
        "and only you see it."
    )
    box = Container(TextDisplay(head), accent_colour=ACCENT)
    for one in demos[:MOST_DEMOS]:
        words = f"**/{plain(one.name)}**\n{plain(clip(one.promise, PROMISE_LENGTH))}"
        box.add_item(Section(words, accessory=button("Start", "start", one.name, discord.ButtonStyle.success)))
    return Shown(layout(box, TextDisplay("-# `/help` lists everything else.")))


def help_view(commands: Sequence[Entry], menus: Sequence[str]) -> Shown:
    """Return every command in one line, the menus, and the other ways to ask."""
    lines: list[str] = []
    for one in commands:
        line = f"`/{one.name}` {plain(one.promise)}"
        if sum(map(len, lines)) + len(lines) + len(line) > HELP_TEXT:
            lines.append("…")
            break
        lines.append(line)
    text = "## What I can do\n" + "\n".join(lines)
    if menus:
        named = ", ".join(f"**{plain(name)}**" for name in menus)
        text += f"\n\nOn any message, under **Apps** (right click or long press): {named}."
    text += "\nOr mention me with a question or a picture, or send me a direct message."
    demo = button("Show me a demo", "list", "all", discord.ButtonStyle.success)
    return Shown(layout(Container(TextDisplay(clip(text, TEXT_PER_MESSAGE)), ActionRow(demo))))
