"""Discord may deliver an interaction twice, such as around a reconnect: the second one is left alone."""

import logging
from collections import OrderedDict
from weakref import WeakKeyDictionary

from .ui import Interaction

log = logging.getLogger(__name__)

# Of this many interactions we know that we had them: what comes twice comes soon.
KNOWN = 1000

_known: WeakKeyDictionary[object, OrderedDict[int, None]] = WeakKeyDictionary()


def is_repeat(interaction: Interaction) -> bool:
    """Return whether this bot has had that interaction before, and remember it."""
    known = _known.setdefault(interaction.client, OrderedDict())
    if interaction.id in known:
        log.info("an interaction was delivered twice")
        return True
    known[interaction.id] = None
    if len(known) > KNOWN:
        known.popitem(last=False)
    return False
