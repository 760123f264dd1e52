"""`ask`: answer questions from the articles."""

import argparse
import json
import sys
from collections.abc import Iterable

from ..features.ask import Found, open_ask
from ..knowledge.rendering import plain_text
from ..models.cards import sentence_card
from ..models.engine import Engine
from ..models.errors import WeightsError
from ..models.registry import Registry
from ..models.weights.cache import Cache
from ..settings import Settings
from .commands import Commands
from .preparing import fetch, open_index, open_registry


def add(commands: Commands) -> None:
    """Add the sub-command."""
    parser = commands.add_parser("ask", help="answer a question, or each line of standard input, from the articles")
    parser.add_argument("question", nargs="*", metavar="QUESTION")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each question")
    parser.set_defaults(run=_run)


def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    lines = (line.strip() for line in sys.stdin)
    questions = [" ".join(chosen.question)] if chosen.question else (line for line in lines if line)
    return ask(settings, questions, as_json=chosen.json)


def ask(settings: Settings, questions: Iterable[str], *, as_json: bool) -> int:
    """Answer each question from the articles, in the order given. Returns the exit status, 0.

    With `as_json`, one line a question: `{"question", "slug", "score", "nearest", "ms"}`, where `slug` is null for a
    question that no article covers, and `nearest` are the three best slugs.
    """
    registry = open_registry(settings)
    if settings.fetch_weights:
        _fetch_encoder(registry, settings)
    registry.load_encoder()
    asker = open_ask(settings.cache_dir, registry, Engine(workers=1))
    open_index(asker.index, "search")
    asker.warm()
    for question in questions:
        found = asker.find(question)
        (_print_found_json if as_json else _print_found)(found)
    return 0


def _fetch_encoder(registry: Registry, settings: Settings) -> None:
    wanted = [card for card in registry.missing() if card.id == sentence_card().id]
    try:
        fetch(wanted, Cache(settings.cache_dir))
    except WeightsError as error:
        print(f"{error} Until then the search goes by words alone.", file=sys.stderr)


def _print_found_json(found: Found) -> None:
    line = {
        "question": found.question,
        "slug": found.article.slug if found.article else None,
        "score": round(found.score, 4),
        "nearest": [one.slug for one in found.nearest],
        "ms": round(found.trace.total_ms, 2),
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _print_found(found: Found) -> None:
    if found.article is None:
        print("No article covers that. Nearest: " + ", ".join(one.title for one in found.nearest) + ".", flush=True)
        return
    print(f"{found.article.title}\n\n{plain_text(found.article.short)}\n", flush=True)
