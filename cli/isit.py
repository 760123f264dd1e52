"""`isit`: classify situations as inference, training or neither."""

import argparse
from collections.abc import Iterable
from contextlib import suppress

from ..features.isit import IsItFeature, NoSituation
from ..models.cards import sentence_card
from ..settings import Settings
from .output import printable, show
from .preparing import exit_status, inputs, opened

HELP = "inference, training or neither? one situation per line of standard input"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("situation", nargs="*", metavar="SITUATION")
    parser.add_argument("--json", action="store_true", help="one line of JSON per situation")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status."""
    return isit(settings, inputs(chosen.situation), as_json=chosen.json)


@exit_status
def isit(settings: Settings, situations: Iterable[str], *, as_json: bool) -> None:
    """Classify each situation, in the order given. One without words is neither, with a score of 1.

    With `as_json`, one line per situation: `{"situation", "verdict", "score"}`.
    """
    with opened(settings) as tools:
        tools.fetch([sentence_card().id])
        tools.registry.load_encoder()
        feature = IsItFeature(tools.engine, tools.registry)
        for situation in situations:
            verdict, score = "neither", 1.0
            with suppress(NoSituation):
                answer = tools.wait(feature.classify(situation))
                verdict, score = answer.verdict, answer.score
            result = {"situation": situation, "verdict": verdict, "score": round(score, 4)}
            show(result, f"{verdict:9}  {score:4.0%}  {printable(situation)}", as_json=as_json)
