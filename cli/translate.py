"""`translate`: translate texts, one per line."""

import argparse
import sys
from collections.abc import Iterable
from typing import Any

from ..features.translate import ENGLISH, TranslateFeature, code_of
from ..features.wording import readable
from ..models.cards import pivot_cards, translation_cards
from ..models.errors import ModelUnavailable, TextRejected
from ..settings import Settings
from .output import show
from .preparing import exit_status, opened

HELP = "translate standard input, line by line"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--to", required=True, metavar="LANG", help="such as es or Spanish")
    parser.add_argument("--from", dest="source", metavar="LANG", help="detected if not given")
    parser.add_argument("--json", action="store_true", help="one line of JSON per text")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status."""
    lines = (readable(line).rstrip("\n") for line in sys.stdin)
    return translate(settings, lines, chosen.to, chosen.source, as_json=chosen.json)


@exit_status
def translate(settings: Settings, texts: Iterable[str], to: str, source: str | None, *, as_json: bool) -> None:
    """Translate each text, in the order given. One that's too long gets its error and the rest continue.

    With `as_json`, one line per text: `{"source", "text", "ms"}`, and an `"error"` next to a null `"text"`. Languages
    are codes or English names. Without `source`, it's detected for each text.
    """
    target, wanted = code_of(to), code_of(source) if source else None
    with opened(settings) as tools:
        tools.fetch(_needed(wanted, target))
        tools.registry.find_translations()
        feature = TranslateFeature(tools.engine, tools.registry)
        if wanted or not feature.sources(target):
            tools.wait(feature.open(wanted or ENGLISH, target))
        for text in texts:
            result = tools.wait(_translate(feature, text, wanted, target))
            if not as_json and "error" in result:
                print(result["error"], file=sys.stderr)
            show(result, result["text"] or "", as_json=as_json)


def _needed(source: str | None, target: str) -> set[str]:
    """Return the ids of the models that translate into `target`, and of those that they work with."""
    cards = [*translation_cards().values(), *pivot_cards().values()]
    wanted = [one for one in cards if one.target_language == target and source in {None, one.source_language}]
    return {one for card in wanted for one in (card.id, *card.via)}


async def _translate(feature: TranslateFeature, text: str, source: str | None, target: str) -> dict[str, Any]:
    try:
        source = source or await feature.detect_source(text, target)
        translation = await feature.translate_as_is(text, source, target)
    except (ModelUnavailable, TextRejected) as error:
        sentence = error.reason if isinstance(error, ModelUnavailable) else str(error)
        return {"source": text, "text": None, "ms": 0, "error": sentence}
    return {"source": text, "text": translation.text, "ms": round(translation.trace.total_ms, 2)}
