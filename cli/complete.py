"""`complete`: continue a text, token by token."""

import argparse
import sys

from ..features.complete import TOKENS, CompleteFeature, Order, Written
from ..models.cards import generation_card
from ..models.tasks.sampling import STYLES, StyleName
from ..models.tasks.text_generation import MAX_TOKENS
from ..settings import Settings
from .preparing import exit_status, opened

# How often, in seconds, to look for new tokens: more often than the model generates them.
POLL = 0.01


HELP = "continue a text, token by token"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("text", metavar="TEXT", help="the beginning of the text")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same text again (default: 1)")
    parser.add_argument("--style", choices=list(STYLES), default="balanced", help="how each token is chosen")
    parser.add_argument("--tokens", type=int, default=TOKENS, help=f"the maximum, up to {MAX_TOKENS}")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status."""
    return complete(settings, chosen.text, chosen.style, chosen.seed, chosen.tokens)


@exit_status
def complete(settings: Settings, text: str, style: StyleName, seed: int, tokens: int) -> None:
    """Print `text` and each token the model adds to it, then the speed on standard error."""
    with opened(settings) as tools:
        tools.fetch([generation_card().id])
        feature = CompleteFeature(tools.engine, tools.registry)
        tools.closing.push_async_callback(feature.close)
        written = tools.wait(_stream(feature, Order(0, text, style, abs(seed), tokens)))
    if written and written.per_second:
        speed = f"{written.per_second:.0f} a second, the first after {written.first_ms:.0f} ms"
        caveat = "It is often wrong: never an answer."
        print(f"{len(written.steps)} tokens, {speed}, seed {written.order.seed}. {caveat}", file=sys.stderr)


async def _stream(feature: CompleteFeature, order: Order) -> Written | None:
    writing, shown, done = feature.begin(order), "", False
    while not done:
        done = await writing.done(POLL)
        if writing.writer:
            # Decode the whole text each time: a token may be only part of a character.
            text = writing.writer.generator.decode(writing.writer.prompt) + writing.text
            print(text[len(shown) :], end="", flush=True)
            shown = text
    written = await writing.result()
    print(flush=True)
    return written
