"""`complete`: go on with a text, token by token, as the model writes it."""

import argparse
import sys

from ..features.complete import TOKENS
from ..models.cards import generation_card
from ..models.errors import ModelUnavailable, TextRejected, WeightsError
from ..models.tasks.sampling import STYLES, StyleName
from ..models.tasks.text_generation import MAX_TOKENS, Generation, TextGenerator
from ..models.weights.cache import Cache
from ..settings import Settings
from .commands import Commands
from .preparing import fetch, open_registry


def add(commands: Commands) -> None:
    """Add the sub-command."""
    parser = commands.add_parser("complete", help="go on with a text, token by token")
    parser.add_argument("text", metavar="TEXT", help="how the text begins")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same tokens again (default: 1)")
    parser.add_argument("--style", choices=list(STYLES), default="balanced", help="how a token is chosen")
    parser.add_argument("--tokens", type=int, default=TOKENS, help=f"at most so many, up to {MAX_TOKENS}")
    parser.set_defaults(run=_run)


def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    return complete(settings, chosen.text, chosen.style, chosen.seed, chosen.tokens)


def complete(settings: Settings, text: str, style: StyleName, seed: int, tokens: int) -> int:
    """Print `text` and what the model adds to it, as it writes; figures follow on standard error.

    Returns the exit status: 0; 1 when the model is not to be had; 2 when there is no going on from the text.
    """
    try:
        generator = _generator(settings)
        prompt = generator.encode(text)
    except TextRejected as error:
        print(error, file=sys.stderr)
        return 2
    except (ModelUnavailable, WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    limit = min(max(tokens, 1), MAX_TOKENS)
    _stream(Generation(generator, prompt, STYLES[style], abs(seed), limit))
    return 0


def _generator(settings: Settings) -> TextGenerator:
    registry = open_registry(settings)
    if settings.fetch_weights and not Cache(settings.cache_dir).is_ready(generation_card()):
        fetch([generation_card()], Cache(settings.cache_dir))
    return registry.generator()


def _stream(writer: Generation) -> None:
    shown = writer.generator.decode(writer.prompt)
    print(shown, end="", flush=True)
    written = ""
    while writer.step():
        # The whole text each time: a token may be only a part of a character.
        text = writer.text
        print(text[len(written) :], end="", flush=True)
        written = text
    print(flush=True)
    later = sum(step.milliseconds for step in writer.steps[1:])
    if later:
        speed = 1000 * (len(writer.steps) - 1) / later
        first = writer.steps[0].milliseconds
        print(
            f"{len(writer.steps)} tokens, {speed:.0f} a second, the first after {first:.0f} ms, seed {writer.seed}.",
            "It is often wrong: never an answer.",
            file=sys.stderr,
        )
