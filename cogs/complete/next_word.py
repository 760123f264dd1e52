"""How "Next word?" looks: the sentence so far, the likeliest tokens as bars, and a button for each."""

from collections.abc import Sequence
from io import BytesIO

import discord
from PIL import Image, ImageDraw, ImageFont

from ...features.next_word import MOST_CHOSEN, GrowingText, Option
from ...features.wording import clip, percent
from ..limits import ALT_TEXT, BUTTONS_PER_ROW
from ..ui import ActionRow, Container, Item, MediaGallery, Shown, TextDisplay, layout
from .view import ACCENT, WHAT_IT_IS, button, ending, piece_name

TEXT = 1500
WIDTH, TOP, ROW = 760, 20, 44
NAME, BAR = 250, 400
INK, PAPER, FULL, REST = (36, 28, 44), (250, 248, 252), (138, 90, 158), (226, 216, 232)
SIZE = 26


def sentence_view(sentence: GrowingText, key: str, png: bytes | None) -> Shown:
    """Return a sentence and, while it goes on, what could come next; `png` is :func:`bars_picture` of its options."""
    heading = "## The channel writes with a model" if sentence.shared else "## What comes next?"
    box = Container(TextDisplay(f"{heading}\n{ending(sentence.text, TEXT)}"), accent_colour=ACCENT)
    items: list[Item] = [box]
    files: list[discord.File] = []
    if png is not None and sentence.options:
        alt = clip(described(sentence.options), ALT_TEXT)
        box.add_item(MediaGallery(discord.MediaGalleryItem("attachment://next.png", description=alt)))
        files.append(discord.File(BytesIO(png), filename="next.png"))
        box.add_item(TextDisplay(f"-# {_how(sentence)}"))
        items += _choices(sentence, key)
    else:
        box.add_item(TextDisplay(f"-# {_over(sentence)}\n{WHAT_IT_IS}"))
    return Shown(layout(*items), files)


def _how(sentence: GrowingText) -> str:
    who = "Anybody may choose" if sentence.shared else "Choose"
    return (
        f"The model scored each of its {sentence.vocabulary:,} tokens as the next one; these are the best. {who} one. "
        "“+” joins on to what stands before it."
    )


def _over(sentence: GrowingText) -> str:
    count, people = len(sentence.chosen), len(sentence.people)
    by = f" by {people} people" if people > 1 else ""
    return f"Done: {count} {'token' if count == 1 else 'tokens'} chosen{by}, at most {MOST_CHOSEN}."


def _choices(sentence: GrowingText, key: str) -> list[Item]:
    buttons = [
        button(f"{piece_name(option.piece)} {percent(option.score)}", "take", f"{key}.{sentence.turn}.{i}")
        for i, option in enumerate(sentence.options)
    ]
    rows: list[Item] = [
        ActionRow(*buttons[start : start + BUTTONS_PER_ROW]) for start in range(0, len(buttons), BUTTONS_PER_ROW)
    ]
    last = [button("Finish", "finish", key, discord.ButtonStyle.danger)]
    if not sentence.shared:
        last.append(button("Play it in the channel", "play", key, discord.ButtonStyle.primary))
    return [*rows, ActionRow(*last)]


def described(options: Sequence[Option]) -> str:
    """Return the bars in words, for those who do not see them."""
    listed = ", ".join(f"{piece_name(one.piece)} {percent(one.score)}" for one in options)
    return f"Bars of the likeliest next tokens and their scores: {listed}."


def bars_picture(options: Sequence[Option]) -> bytes:
    """Return a PNG with a bar, a name and a percentage for each option. Takes some 20 ms."""
    picture = Image.new("RGB", (WIDTH, 2 * TOP + ROW * len(options)), PAPER)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(SIZE)
    for i, one in enumerate(options):
        top = TOP + i * ROW
        draw.text((NAME - 16, top + ROW / 2), _drawable(piece_name(one.piece)), INK, font, anchor="rm")
        draw.rounded_rectangle((NAME, top + 6, NAME + BAR, top + ROW - 6), 6, REST)
        length = max(4, BAR * one.score)
        draw.rounded_rectangle((NAME, top + 6, NAME + length, top + ROW - 6), 6, FULL)
        draw.text((NAME + BAR + 12, top + ROW / 2), percent(one.score), INK, font, anchor="lm")
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _drawable(name: str) -> str:
    """Return a name in letters that the font has: others by their number."""
    marks = {"↵": "(new line)", "␣": "_", "…": "..."}
    shown = "".join(marks.get(letter, letter) for letter in name)
    return "".join(letter if ord(letter) < 0x250 else f"U+{ord(letter):X}" for letter in shown)
