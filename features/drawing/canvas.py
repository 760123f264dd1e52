"""What our charts share. matplotlib is heavy, so the first chart imports it; no chart touches its global state."""

import io
from typing import Any

# Dark ink on a light ground of their own, so that charts read the same in Discord's dark and light themes.
INK, SOFT, PALE, GROUND = "#1f2430", "#5b6472", "#c3c8d0", "#fbfaf7"
BLUE, ORANGE, GREEN = "#1f5a93", "#b3470e", "#2c6e49"
DPI = 100


def figure(width: float, height: float) -> Any:
    """Return an empty figure of that size in inches. Takes a second the first time: call it on a worker thread."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made: Any = Figure(figsize=(width, height), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(made)
    return made


def png(drawn: Any) -> bytes:
    """Return a figure as a PNG."""
    file = io.BytesIO()
    drawn.savefig(file, format="png")
    return file.getvalue()
