"""`complete`: continue a text, token by token."""

import argparse
import sys

from ..features.complete import TOKENS, CompleteFeature, Completion, CompletionRequest
from ..features.wording import readable
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
    return complete(settings, readable(chosen.text), chosen.style, chosen.seed, chosen.tokens)


@exit_status
def complete(settings: Settings, text: str, style: StyleName, seed: int, tokens: int) -> None:
    """Print `text` and each token the model adds to it, then the speed on standard error."""
    with opened(settings) as tools:
        tools.fetch([generation_card().id])
        feature = CompleteFeature(tools.engine, tools.registry)
        tools.closing.push_async_callback(feature.close)
        completion = tools.wait(_stream(feature, CompletionRequest(0, text, style, abs(seed), tokens)))
    if completion and completion.per_second:
        speed = f"{completion.per_second:.0f} a second, the first after {completion.first_ms:.0f} ms"
        caveat = "It's often wrong, so don't treat it as an answer."
        seed = completion.request.seed
        print(f"{len(completion.steps)} tokens, {speed}, seed {seed}. {caveat}", file=sys.stderr)


async def _stream(feature: CompleteFeature, request: CompletionRequest) -> Completion | None:
    running, shown, done = feature.start(request), "", False
    while not done:
        done = await running.done(POLL)
        if running.generation:
            # Decode the whole text each time: a token may be only part of a character.
            text = running.generation.generator.decode(running.generation.prompt) + running.text
            print(text[len(shown) :], end="", flush=True)
            shown = text
    completion = await running.result()
    print(flush=True)
    return completion
