"""`models`: list, fetch or verify the models."""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Column, Table

from ..features.ask import open_ask
from ..features.recommend import open_recommend
from ..models.cards import Card, HubCard, hub_cards, known_cards
from ..models.errors import COMMAND, WeightsError
from ..models.weights.cache import Cache
from ..models.weights.hub import HubStore
from ..settings import Settings
from .output import progress_bars
from .preparing import exit_status, fetch, open_index, open_registry, opened

HELP = "list, fetch or verify the models"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("action", choices=["list", "fetch", "verify"], nargs="?", default="list")
    parser.add_argument("ids", nargs="*", metavar="ID", help="fetch only these; some models come only this way")


def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the sub-command. Return the exit status."""
    if chosen.action == "fetch" and chosen.ids:
        return fetch_some(settings, chosen.ids)
    actions = {"list": models_list, "fetch": models_fetch, "verify": models_verify}
    return actions[chosen.action](settings)


def models_list(settings: Settings) -> int:
    """Print every model, whether it's ready, and where the cache is. Return the exit status."""
    registry = open_registry(settings)
    registry.load()
    missing = {card.id for card in registry.missing()}
    hub = HubStore(settings.cache_dir)
    ready: list[tuple[Card, str]] = [
        *((card, "no" if card.id in missing else "yes") for card in (registry.cards | known_cards()).values()),
        *((card, "yes" if hub.is_ready(card) else "on request") for card in hub_cards().values()),
    ]
    table = Table(Column("id", no_wrap=True), "weights", "size", "license", "ready")
    for card, state in ready:
        figures = f"{card.parameters / 1e6:.1f} million", f"{card.file_bytes / 1e6:.1f} MB"
        table.add_row(card.id, *figures, card.licence, state)
    console = Console()
    console.print(table)
    console.print(f"`{COMMAND} models fetch ID` downloads one that's on request.")
    if missing:
        console.print(f"`{COMMAND} models fetch` downloads what isn't ready.")
    console.print(f"Cache: {settings.cache_dir}", soft_wrap=True)
    for problem in registry.problems:
        print(problem, file=sys.stderr)
    return 0


@exit_status
def models_fetch(settings: Settings) -> None:
    """Fetch every bundled model that isn't ready, then build the indexes made with them."""
    with opened(settings) as tools:
        fetch(settings, tools.registry)
        tools.registry.load()
        open_index(open_ask(settings.cache_dir, tools.registry, tools.engine).index, "search")
        open_index(open_recommend(settings.cache_dir, tools.registry, tools.engine).index, "films")
    print("All models are ready.")


def fetch_some(settings: Settings, ids: Sequence[str]) -> int:
    """Fetch models by id, those on request too. Return the exit status: 1 if one fails, 2 if one is unknown."""
    known: dict[str, Card] = known_cards() | hub_cards()
    if unknown := [one for one in ids if one not in known]:
        print(f"There is no model {unknown[0]}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    # A list, so that one that fails doesn't keep the others from being fetched.
    return max([_fetch_one(settings, known[one]) for one in dict.fromkeys(ids)], default=0)


@exit_status
def _fetch_one(settings: Settings, card: Card) -> None:
    with progress_bars() as note:
        if isinstance(card, HubCard):
            HubStore(settings.cache_dir).prepare(card, note)
        else:
            Cache(settings.cache_dir).prepare(card, note)
    print(f"{card.id} is ready. A running bot uses it after its next start.")


def models_verify(settings: Settings) -> int:
    """Check every fetched model against its recorded hash. Return the exit status: 1 if one is damaged.

    The next fetch replaces a damaged one.
    """
    cache, hub = Cache(settings.cache_dir), HubStore(settings.cache_dir)
    damaged = 0
    for card in [*known_cards().values(), *filter(hub.is_ready, hub_cards().values())]:
        try:
            if isinstance(card, HubCard):
                hub.verify(card)
            elif cache.is_ready(card):
                cache.verify(card)
            else:
                print(f"{card.id}: not fetched")
                continue
            print(f"{card.id}: intact")
        except WeightsError as error:
            damaged = 1
            if not isinstance(card, HubCard):
                cache.discard(card)
            print(f"{card.id}: {error}")
    return damaged
