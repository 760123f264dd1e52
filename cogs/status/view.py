"""How `/status` looks."""

import discord

from ...features.health import HealthStatus
from ...features.wording import clip, duration, megabytes
from ..limits import TEXT_PER_MESSAGE
from ..text import plain
from ..ui import Container, Shown, TextDisplay, layout

ACCENT = discord.Colour(0x4A5568)


def status_view(status: HealthStatus) -> Shown:
    """Return the figures, one per line."""
    latency = "not connected" if status.latency is None else duration(status.latency * 1000)
    memory = "unknown on this system" if status.memory is None else megabytes(status.memory)
    missing = ", ".join(map(plain, status.missing))
    lines = [
        f"Inferbot {plain(status.version)}, started <t:{status.started_at:.0f}:R>",
        f"- **Latency to Discord:** {latency}",
        f"- **Waiting in the queue:** {status.waiting}, and {status.waiting_texts} for texts",
        f"- **Quizzes running now, in all servers:** {status.games}",
        f"- **Models:** {f'not ready: {missing}' if missing else 'all ready'}",
        f"- **Memory:** {memory}",
    ]
    text = clip("## Status\n" + "\n".join(lines), TEXT_PER_MESSAGE)
    return Shown(layout(Container(TextDisplay(text), accent_colour=ACCENT)))
