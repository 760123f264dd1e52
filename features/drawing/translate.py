"""Show the alignment: which token of the source each written token looked at, as a heat map with its numbers' words."""

import io
from typing import Any

import numpy as np

from ...models.tasks.translation import TranslatedSentence

MOST_TOKENS = 28
INK, PAPER = "#1b1f24", "#ffffff"
DOTS_PER_INCH = 130
# Inches for one token, and for what stands around the map.
CELL, FRAME_WIDTH, FRAME_HEIGHT = 0.34, 1.9, 1.6
# From this weight on a cell gets a ring, so that the map can be read without its colours.
STRONGEST_FROM = 0.2
LINKS_TOLD = 8
LONGEST_PIECE = 14


def draw(sentence: TranslatedSentence) -> bytes:
    """Return a PNG: a row for each written token, a column for each token read, darker where it looked more.

    The column that a row looked at most is ringed. On white paper with dark words, it reads the same on any background.
    Raises :class:`ValueError` for a sentence without an alignment. Blocks; imports matplotlib the first time.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    weights = _weights(sentence)
    rows, columns = weights.shape
    written = [_word(step.chosen.piece, step.chosen.id) for step in sentence.steps[:rows]]
    read = [_word(token.piece, token.id) for token in sentence.tokens[:columns]]
    size = (FRAME_WIDTH + CELL * columns, FRAME_HEIGHT + CELL * rows)
    figure: Any = Figure(figsize=size, dpi=DOTS_PER_INCH, facecolor=PAPER)
    axes: Any = figure.add_subplot()
    axes.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="equal")
    axes.set_xticks(range(columns), read, rotation=60, ha="left", rotation_mode="anchor", color=INK)
    axes.set_yticks(range(rows), written, color=INK)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("tokens read", color=INK)
    axes.set_ylabel("tokens written", color=INK)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_color("#8a8f98")
    best = weights.argmax(axis=1)
    ringed = [row for row in range(rows) if weights[row, best[row]] >= STRONGEST_FROM]
    axes.scatter(best[ringed], ringed, s=110, facecolors="none", edgecolors="#d1495b", linewidths=1.6)
    file = io.BytesIO()
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_figure(file, format="png", facecolor=PAPER, bbox_inches="tight")
    return file.getvalue()


def describe(sentence: TranslatedSentence) -> str:
    """Return the text for those who do not see the picture: which token looked most at which. Raises as `draw` does."""
    weights = _weights(sentence)
    links: list[str] = []
    for row, step in enumerate(sentence.steps[: len(weights)]):
        best = int(weights[row].argmax())
        if step.chosen.piece != "</s>":
            links.append(f"“{_plain(step.chosen.piece)}” at “{_plain(sentence.tokens[best].piece)}”")
    more = f", and {len(links) - LINKS_TOLD} more" if len(links) > LINKS_TOLD else ""
    return f"Heat map: where each written token looked most. {', '.join(links[:LINKS_TOLD])}{more}."


def has_alignment(sentence: TranslatedSentence) -> bool:
    """Say whether the model told where it looked."""
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
    """Return a token's letters, or its number where the picture's font lacks them; nothing in it is markup."""
    from matplotlib import font_manager, ft2font

    manager: Any = font_manager
    font: Any = ft2font.FT2Font(manager.findfont("DejaVu Sans"))
    known = font.get_charmap()
    text = _short(piece) if all(ord(letter) in known for letter in piece) else f"#{number}"
    return text.replace("$", r"\$")
