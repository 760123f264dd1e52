"""`translate`: translate texts, one a line."""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from ..models.cards import translation_cards
from ..models.errors import ModelUnavailable, TextRejected, WeightsError
from ..models.registry import Registry
from ..models.tasks.languages import NAMES, detect
from ..models.weights.cache import Cache
from ..settings import Settings
from .commands import Commands
from .preparing import fetch, open_registry

ENGLISH = "en"


def add(commands: Commands) -> None:
    """Add the sub-command."""
    parser = commands.add_parser("translate", help="translate standard input, a text a line")
    parser.add_argument("--to", required=True, metavar="LANG", help="such as es or Spanish")
    parser.add_argument("--from", dest="source", metavar="LANG", help="told from the text where it is not given")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each text")
    parser.set_defaults(run=_run)


def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    lines = (line.rstrip("\r\n") for line in sys.stdin)
    return translate(settings, lines, chosen.to, chosen.source, as_json=chosen.json)


def translate(settings: Settings, texts: Iterable[str], to: str, source: str | None, *, as_json: bool) -> int:
    """Print the translation of each text, in the order given; one that is too long gets its error and the rest go on.

    With `as_json`, one line a text: `{"source", "text", "ms"}`, and an `"error"` beside a null `"text"`. Languages are
    codes or English names; without `source` the text's own is told from it, among those that have a model, English
    where it cannot be told. Returns the exit status: 0, or 1 when there is no model to be had.
    """
    registry = open_registry(settings)
    target, wanted = code_of(to), code_of(source) if source else None
    try:
        if settings.fetch_weights:
            _fetch_models(registry, settings, target, wanted)
        registry.find_translations()
        sources = [card.source_language for card in registry.translations() if card.target_language == target]
        if wanted or not sources:
            registry.translator(wanted or ENGLISH, target)
    except (ModelUnavailable, WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    for text in texts:
        outcome = _translate_one(registry, text, wanted or _source_of(text, sources), target)
        (_print_json if as_json else _print_plain)(outcome)
    return 0


def code_of(language: str) -> str:
    """Return the ISO 639-1 code of a language given by code or by its English name, lower case whatever it is."""
    given = language.strip().casefold()
    return next((code for code, name in NAMES.items() if name.casefold() == given), given)


def _fetch_models(registry: Registry, settings: Settings, target: str, source: str | None) -> None:
    missing = {card.id for card in registry.missing()}
    wanted = [
        card
        for card in translation_cards().values()
        if card.id in missing and card.target_language == target and source in {None, card.source_language}
    ]
    if wanted:
        fetch(wanted, Cache(settings.cache_dir))


def _source_of(text: str, sources: list[str]) -> str:
    if len(sources) == 1:
        return sources[0]
    found = detect(text, sources)
    return found.language if found.language in sources else next(iter({ENGLISH} & set(sources)), sources[0])


@dataclass(frozen=True, slots=True)
class _Outcome:
    source: str
    text: str | None
    ms: float
    error: str | None


def _translate_one(registry: Registry, text: str, source: str, target: str) -> _Outcome:
    try:
        result = registry.translator(source, target).translate(text)
    except ModelUnavailable as error:
        return _Outcome(text, None, 0, error.reason)
    except TextRejected as error:
        return _Outcome(text, None, 0, str(error))
    return _Outcome(text, result.text, result.trace.total_ms, None)


def _print_json(outcome: _Outcome) -> None:
    line = {"source": outcome.source, "text": outcome.text, "ms": round(outcome.ms, 2)}
    line |= {"error": outcome.error} if outcome.error else {}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def _print_plain(outcome: _Outcome) -> None:
    if outcome.error:
        print(outcome.error, file=sys.stderr)
    print(outcome.text or "", flush=True)
