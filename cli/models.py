"""`models`: list, fetch or verify the models."""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Column, Table

from ..features.ask import open_ask
from ..features.recommend import open_recommend
from ..models.cards import Card, HubCard, hub_cards, known_cards
from ..models.engine import Engine
from ..models.errors import WeightsError
from ..models.weights.cache import Cache
from ..models.weights.hub import HubStore
from ..settings import Settings
from .commands import Commands
from .preparing import fetch, open_index, open_registry, progress_bars


def add(commands: Commands) -> None:
    """Add the sub-command."""
    parser = commands.add_parser("models", help="list, fetch or verify the models")
    parser.add_argument("action", choices=["list", "fetch", "verify"], nargs="?", default="list")
    parser.add_argument("ids", nargs="*", metavar="ID", help="fetch these, on request too, and no others")
    parser.set_defaults(run=_run)


def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    if chosen.action == "fetch" and chosen.ids:
        return fetch_some(settings, chosen.ids)
    actions = {"list": models_list, "fetch": models_fetch, "verify": models_verify}
    return actions[chosen.action](settings)


def models_list(settings: Settings) -> int:
    """Print every model, whether it is ready, and where the cache is. Returns the exit status."""
    registry = open_registry(settings)
    registry.load()
    cache = Cache(settings.cache_dir)
    missing = {card.id for card in registry.missing()}
    table = Table(Column("id", no_wrap=True), "weights", "size", "licence", "ready")
    for card in (registry.cards | known_cards()).values():
        ready = "no" if card.id in missing else "yes"
        table.add_row(
            card.id, f"{card.parameters / 1e6:.1f} million", f"{card.file_bytes / 1e6:.1f} MB", card.licence, ready
        )
    for card in hub_cards().values():
        ready = "yes" if HubStore(settings.cache_dir).is_ready(card) else "on request"
        table.add_row(
            card.id, f"{card.parameters / 1e6:.1f} million", f"{card.file_bytes / 1e6:.1f} MB", card.licence, ready
        )
    console = Console()
    console.print(table)
    console.print("`python bot.py models fetch ID` brings one that comes on request.")
    if missing:
        console.print("`python bot.py models fetch` brings what is not ready.")
    console.print(f"Cache: {cache.path}", soft_wrap=True)
    for problem in registry.problems:
        print(problem, file=sys.stderr)
    return 0


def models_fetch(settings: Settings) -> int:
    """Fetch every bundled model that is not ready. Returns the exit status: 1 when one could not be had."""
    registry = open_registry(settings)
    try:
        fetch(registry.missing(), Cache(settings.cache_dir))
    except WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    registry.load()
    engine = Engine(workers=1)
    open_index(open_ask(settings.cache_dir, registry, engine).index, "search")
    open_index(open_recommend(settings.cache_dir, registry, engine).index, "films")
    print("All models are ready.")
    return 0


def fetch_some(settings: Settings, ids: Sequence[str]) -> int:
    """Fetch models by id, those of the hub too. Returns the exit status: 1 when one could not be had, 2 if unknown."""
    known: dict[str, Card] = known_cards() | hub_cards()
    if unknown := [one for one in ids if one not in known]:
        print(f"There is no model {unknown[0]}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    failed = [one for one in dict.fromkeys(ids) if not _fetch_one(settings, known[one])]
    return 1 if failed else 0


def _fetch_one(settings: Settings, card: Card) -> bool:
    try:
        with progress_bars() as note:
            if isinstance(card, HubCard):
                HubStore(settings.cache_dir).prepare(card, note)
            else:
                Cache(settings.cache_dir).prepare(card, note)
    except WeightsError as error:
        print(error, file=sys.stderr)
        return False
    print(f"{card.id} is ready; a bot that is running uses it from its next start.")
    return True


def models_verify(settings: Settings) -> int:
    """Check every fetched model against its recorded hash. Returns the exit status: 1 when one is damaged.

    What is damaged is made again by the next fetch.
    """
    cache = Cache(settings.cache_dir)
    damaged = 0
    for card in known_cards().values():
        if not cache.is_ready(card):
            print(f"{card.id}: not fetched")
            continue
        try:
            cache.verify(card)
            print(f"{card.id}: intact")
        except WeightsError as error:
            damaged += 1
            cache.discard(card)
            print(f"{card.id}: {error}")
    store = HubStore(settings.cache_dir)
    for card in filter(store.is_ready, hub_cards().values()):
        try:
            store.verify(card)
            print(f"{card.id}: intact")
        except WeightsError as error:
            damaged += 1
            print(f"{card.id}: {error}")
    return 1 if damaged else 0
