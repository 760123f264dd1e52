"""`ask`: answer questions from the articles."""

import argparse
import sys
from collections.abc import Iterable

from ..features.ask import Found, open_ask
from ..knowledge.rendering import plain_text
from ..models.cards import sentence_card
from ..models.errors import WeightsError
from ..settings import Settings
from .output import show
from .preparing import exit_status, inputs, open_index, opened

HELP = "answer a question, or each line of standard input, from the articles"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("question", nargs="*", metavar="QUESTION")
    parser.add_argument("--json", action="store_true", help="one line of JSON per question")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status."""
    return ask(settings, inputs(chosen.question), as_json=chosen.json)


@exit_status
def ask(settings: Settings, questions: Iterable[str], *, as_json: bool) -> None:
    """Answer each question from the articles, in the order given.

    With `as_json`, one line per question: `{"question", "slug", "score", "nearest", "ms"}`, where `slug` is null if no
    article covers it, and `nearest` are the three best slugs.
    """
    with opened(settings) as tools:
        try:
            tools.fetch([sentence_card().id])
        except WeightsError as error:
            print(f"{error} Until then, search uses words alone.", file=sys.stderr)
        tools.registry.load_encoder()
        feature = open_ask(settings.cache_dir, tools.registry, tools.engine)
        open_index(feature.index, "search")
        feature.warm()
        for question in questions:
            _show(tools.wait(feature.ask(question)), as_json=as_json)


def _show(found: Found, *, as_json: bool) -> None:
    result = {
        "question": found.question,
        "slug": found.article.slug if found.article else None,
        "score": round(found.score, 4),
        "nearest": [one.slug for one in found.nearest],
        "ms": round(found.trace.total_ms, 2),
    }
    text = "No article covers that. Nearest: " + ", ".join(one.title for one in found.nearest) + "."
    if found.article:
        text = f"{found.article.title}\n\n{plain_text(found.article.short)}\n"
    show(result, text, as_json=as_json)
