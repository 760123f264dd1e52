"""The alignment: which token of the source each written token looked at, as a heat map labeled with the tokens."""

from functools import cache
from typing import Any

import numpy as np

from ...models.tasks.translation import TranslatedSentence
from .canvas import FONT, GROUND, INK, RED, WIDTH, figure, png

MOST_TOKENS = 28
# Inches: the largest cell, the height of a row, and the room for labels on the left and at the top.
CELL, ROW, LEFT, TOP, EDGE = 0.55, 0.34, 1.55, 1.5, 0.15
# From this weight on a cell gets a ring, so that the map can be read without its colors.
STRONGEST_FROM = 0.2
LINKS_TOLD = 8
LONGEST_PIECE = 12


def draw(sentence: TranslatedSentence) -> bytes:
    """Return a PNG: a row for each written token, a column for each token read, darker where it looked more.

    The column that a row looked at most is ringed. Takes about 200 ms, longer the first time: call it on a worker
    thread. Raises :class:`ValueError` for a sentence without an alignment.
    """
    weights = _weights(sentence)
    rows, columns = weights.shape
    written = [_word(step.chosen.piece, step.chosen.id) for step in sentence.steps[:rows]]
    read = [_word(token.piece, token.id) for token in sentence.tokens[:columns]]
    width, height = min(CELL * columns, WIDTH - LEFT - EDGE), ROW * rows
    tall = TOP + height + EDGE
    drawn = figure(WIDTH, tall)
    axes = drawn.add_axes((LEFT / WIDTH, EDGE / tall, width / WIDTH, height / tall), facecolor=GROUND)
    axes.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(columns), read, rotation=60, ha="left", rotation_mode="anchor", color=INK, fontsize=FONT)
    axes.set_yticks(range(rows), written, color=INK, fontsize=FONT)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    best = weights.argmax(axis=1)
    ringed = [row for row in range(rows) if weights[row, best[row]] >= STRONGEST_FROM]
    axes.scatter(best[ringed], ringed, s=130, facecolors="none", edgecolors=RED, linewidths=2)
    drawn.text(0.1 / WIDTH, 1 - 0.3 / tall, "read →\nwritten ↓", color=INK, fontsize=FONT, va="top")
    return png(drawn)


def describe(sentence: TranslatedSentence) -> str:
    """Return the picture's alt text: which token looked most at which. Raises like `draw`."""
    weights = _weights(sentence)
    links: list[str] = []
    for row, step in enumerate(sentence.steps[: len(weights)]):
        best = int(weights[row].argmax())
        if step.chosen.piece != "</s>":
            links.append(f"“{_plain(step.chosen.piece)}” at “{_plain(sentence.tokens[best].piece)}”")
    more = f", and {len(links) - LINKS_TOLD} more" if len(links) > LINKS_TOLD else ""
    return f"Heat map: where each written token looked most. {', '.join(links[:LINKS_TOLD])}{more}."


def has_alignment(sentence: TranslatedSentence) -> bool:
    """Return whether the model tells where it looked."""
    return sentence.alignment.size > 0


def _weights(sentence: TranslatedSentence) -> Any:
    if not has_alignment(sentence):
        raise ValueError("this sentence has no alignment")
    return np.asarray(sentence.alignment[:MOST_TOKENS, :MOST_TOKENS])


def _plain(piece: str) -> str:
    return _short(piece.replace("▁", "") or piece)


def _short(piece: str) -> str:
    return piece if len(piece) <= LONGEST_PIECE else piece[: LONGEST_PIECE - 1] + "…"


def _word(piece: str, number: int) -> str:
    """Return a token's letters, or its number if the picture's font lacks them; nothing in it is markup."""
    text = _short(piece) if all(ord(letter) in _letters() for letter in piece) else f"#{number}"
    return text.replace("$", r"\$")


@cache
def _letters() -> frozenset[int]:
    """Return the code points of the picture's font. Reads the font's file."""
    from matplotlib import font_manager, ft2font

    manager: Any = font_manager
    font: Any = ft2font.FT2Font(manager.findfont("DejaVu Sans"))
    return frozenset(font.get_charmap())
