"""What all our drawings share: one palette, one size, and text that is legible where Discord shows it.

matplotlib is heavy, so the first chart imports it; no chart touches its global state.
"""

import io
import os
from pathlib import Path
from typing import Any

# Dark ink on our own light ground, so that drawings read the same in Discord's dark and light themes.
INK, SOFT, PALE, GROUND = "#1f2430", "#5b6472", "#c3c8d0", "#fbfaf7"
BLUE, ORANGE, GREEN, PURPLE, RED = "#1f5a93", "#b3470e", "#2c6e49", "#8a5a9e", "#d1495b"

# Discord shows pictures about 550 pixels wide. Figures are WIDTH inches wide at DPI, so text of FONT points, 1/72 inch
# each, is FONT / 72 / WIDTH * SHOWN pixels high there: 14.3.
SHOWN, WIDTH, DPI = 550, 7.0, 130
FONT = 13.1
# The smallest text that a drawing may have, in pixels as Discord shows it.
LEGIBLE = 12.0


def keep_fonts_in(folder: Path) -> None:
    """Have matplotlib cache its list of fonts in `folder`, not in the user's home, unless the host has said where."""
    os.environ.setdefault("MPLCONFIGDIR", str(folder))


def shown_pixels(points: float, width: float = WIDTH) -> float:
    """Return how many pixels high text of that many points is, on a figure `width` inches wide, in Discord."""
    return points / 72 / width * SHOWN


def figure(width: float, height: float) -> Any:
    """Return an empty figure of that size in inches. Takes a second the first time: call it on a worker thread."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made: Any = Figure(figsize=(width, height), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(made)
    return made


def png(drawn: Any) -> bytes:
    """Return a figure as a PNG. Raises `ValueError` for text too small to read in Discord."""
    from matplotlib.text import Text

    file = io.BytesIO()
    drawn.savefig(file, format="png", facecolor=GROUND)
    width = drawn.get_figwidth()
    small = [one.get_text() for one in drawn.findobj(Text) if one.get_text() and not _legible(one, width)]
    if small:
        raise ValueError(f"too small to read at {SHOWN} pixels: {small[:3]}")
    return file.getvalue()


def _legible(text: Any, width: float) -> bool:
    return not text.get_visible() or shown_pixels(text.get_fontsize(), width) >= LEGIBLE
