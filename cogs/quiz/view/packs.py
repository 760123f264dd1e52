"""How a server's packs look."""

from collections.abc import Mapping

import discord

from ....features.wording import clip
from ....knowledge.packs import Pack
from ...text import plain
from ...ui import Container, Shown, TextDisplay, layout
from .game import ACCENT, many

ABOUT_LENGTH = 120
EXAMPLE = """\
title = "Our science club"
about = "Questions about the models we have tried."

[[question]]
id = "club-001"
kind = "multiple-choice"
difficulty = "easy"
text = "What does our bird camera do when it names a bird?"
options = [
  { text = "Inference", right = true },
  { text = "Training", why = "It would have to change its weights for that." },
]
explanation = "The camera's model was trained long ago. Naming a bird only uses it."
article = "edge-inference"

[[question]]
id = "club-002"
kind = "true-false"
difficulty = "medium"
text = "The camera gets better at birds with every photo it takes."
answer = false
explanation = "Photos run through its model and leave no trace in the weights."
article = "no-learning-during-inference"

[[question]]
id = "club-003"
kind = "inference-or-training"
difficulty = "easy"
text = "We show the model a thousand photos of our own garden and let it adjust its weights."
answer = "training"
explanation = "Weights that are adjusted are the mark of training; here it is fine-tuning."
article = "fine-tuning"
"""


def uploaded_view(pack: Pack) -> Shown:
    """Return that a pack was added, and how to play it."""
    count = many(len(pack.questions), "question")
    text = (
        f"## {plain(pack.title)}\n{count}, for this server only.\n"
        f"Play it with `/quiz start pack:{pack.id}`, or remove it with `/quiz pack remove`."
    )
    return Shown(layout(Container(TextDisplay(text), accent_colour=ACCENT)))


def packs_view(packs: Mapping[str, Pack], own: Mapping[str, Pack]) -> Shown:
    """Return every pack with its size and what it is about; the server's own are marked."""
    lines = ["## Packs"]
    for pack in packs.values():
        mine = ", this server's own" if pack.id in own else ""
        count = many(len(pack.questions), "question")
        lines.append(f"**{plain(pack.title)}** ({count}{mine})\n-# {plain(clip(pack.about, ABOUT_LENGTH))}")
    return Shown(layout(Container(TextDisplay(clip("\n".join(lines), 3900)), accent_colour=ACCENT)))


def removed_view(pack: Pack) -> Shown:
    """Return that a pack was removed."""
    return Shown(layout(TextDisplay(f"“{plain(pack.title)}” was removed from this server.")))


def example_view() -> Shown:
    """Return what to do with the example, whose file the caller attaches."""
    text = (
        "## A pack to start from\nSave the file, change its questions, rename it, and send it with "
        "`/quiz pack upload`. Each question's id starts with the file's name: `club.toml`, `club-001`."
    )
    return Shown(
        layout(
            Container(
                TextDisplay(text),
                discord.ui.File[discord.ui.LayoutView]("attachment://club.toml"),
                accent_colour=ACCENT,
            )
        )
    )
