"""`isit`: say of each situation whether it is inference, training or neither."""

import argparse
import json
import sys
from collections.abc import Iterable

from ..features.isit import IsItAnswer, IsItFeature, NoSituation
from ..models.cards import sentence_card
from ..models.engine import Engine
from ..models.errors import ModelUnavailable, WeightsError
from ..models.weights.cache import Cache
from ..settings import Settings
from .commands import Commands
from .preparing import fetch, open_registry


def add(commands: Commands) -> None:
    """Add the sub-command."""
    parser = commands.add_parser("isit", help="inference, training or neither? a situation a line on standard input")
    parser.add_argument("situation", nargs="*", metavar="SITUATION")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each situation")
    parser.set_defaults(run=_run)


def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    lines = (line.strip() for line in sys.stdin)
    situations = [" ".join(chosen.situation)] if chosen.situation else (line for line in lines if line)
    return isit(settings, situations, as_json=chosen.json)


def isit(settings: Settings, situations: Iterable[str], *, as_json: bool) -> int:
    """Judge each situation, in the order given. Returns the exit status: 1 when the model is not to be had.

    With `as_json`, one line a situation: `{"situation", "verdict", "score"}`. What has no words is neither, score 1.
    """
    registry = open_registry(settings)
    try:
        if settings.fetch_weights:
            fetch([card for card in registry.missing() if card.id == sentence_card().id], Cache(settings.cache_dir))
        registry.load_encoder()
        judge = IsItFeature(Engine(workers=1), registry)
        for situation in situations:
            _print(situation, _decide(judge, situation), as_json=as_json)
    except (ModelUnavailable, WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _decide(judge: IsItFeature, situation: str) -> IsItAnswer | None:
    try:
        return judge.classify_here(situation)
    except NoSituation:
        return None


def _print(situation: str, judgement: IsItAnswer | None, *, as_json: bool) -> None:
    verdict, score = (judgement.verdict, judgement.score) if judgement else ("neither", 1.0)
    if as_json:
        line = {"situation": situation, "verdict": verdict, "score": round(score, 4)}
        print(json.dumps(line, ensure_ascii=False), flush=True)
        return
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in situation)
    print(f"{verdict:9}  {score:4.0%}  {shown}", flush=True)
