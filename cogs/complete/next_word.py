"""How "Next word?" looks: the sentence so far, the likeliest tokens as bars, and a button for each."""

from collections.abc import Sequence
from io import BytesIO

import discord

from ...features.next_word import MOST_CHOSEN, GrowingText, Option
from ...features.wording import clip, percent, piece_name
from ..limits import ALT_TEXT, BUTTONS_PER_ROW
from ..ui import ActionRow, Container, Item, MediaGallery, Shown, TextDisplay, layout
from .view import ACCENT, WHAT_IT_IS, button, ending

TEXT = 1500


def sentence_view(sentence: GrowingText, key: str, *, share: bool) -> Shown:
    """Return a sentence and, until it's over, what could come next; `share` says that it may be played in a channel."""
    heading = "## The channel writes with a model" if sentence.shared else "## What comes next?"
    box = Container(TextDisplay(f"{heading}\n{ending(sentence.text, TEXT)}"), accent_colour=ACCENT)
    items: list[Item] = [box]
    files: list[discord.File] = []
    if sentence.options:
        alt = clip(described(sentence.options), ALT_TEXT)
        box.add_item(MediaGallery(discord.MediaGalleryItem("attachment://next.png", description=alt)))
        files.append(discord.File(BytesIO(sentence.offer.chart), filename="next.png"))
        box.add_item(TextDisplay(f"-# {_how(sentence)}"))
        items += _choices(sentence, key, share=share)
    else:
        box.add_item(TextDisplay(f"-# {_over(sentence)}\n{WHAT_IT_IS}"))
    return Shown(layout(*items), files)


def _how(sentence: GrowingText) -> str:
    who = "Anyone can choose" if sentence.shared else "Choose"
    return (
        f"The model scored each of its {sentence.offer.vocabulary:,} tokens as the next one; these are the best. "
        f"{who} one. “+” attaches to the word before it."
    )


def _over(sentence: GrowingText) -> str:
    count, people = len(sentence.chosen), len(sentence.people)
    by = f" by {people} people" if people > 1 else ""
    return f"Done: {count} {'token' if count == 1 else 'tokens'} chosen{by}, at most {MOST_CHOSEN}."


def _choices(sentence: GrowingText, key: str, *, share: bool) -> list[Item]:
    buttons = [
        button(f"{piece_name(option.piece)} {percent(option.score)}", "take", f"{key}.{sentence.turn}.{i}")
        for i, option in enumerate(sentence.options)
    ]
    rows: list[Item] = [
        ActionRow(*buttons[start : start + BUTTONS_PER_ROW]) for start in range(0, len(buttons), BUTTONS_PER_ROW)
    ]
    last = [button("Finish", "finish", key, discord.ButtonStyle.danger)]
    if share and not sentence.shared:
        last.append(button("Play it in the channel", "play", key, discord.ButtonStyle.primary))
    return [*rows, ActionRow(*last)]


def described(options: Sequence[Option]) -> str:
    """Return the chart's alt text."""
    listed = ", ".join(f"{piece_name(one.piece)} {percent(one.score)}" for one in options)
    return f"Bars of the likeliest next tokens and their scores: {listed}."
