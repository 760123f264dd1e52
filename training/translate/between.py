"""Models of other cards that counting and choosing need: Bergamot for the Portuguese, the direct one for the gate."""

from collections.abc import Sequence

import platformdirs

from ...models.registry import Registry
from ...models.tasks.translation import Clock, TranslatedSentence, Translator
from ...models.weights.cache import Cache
from .data import Pair


def open_registry() -> Registry:
    """Return the models that `models fetch` put into this machine's cache."""
    registry = Registry(Cache(platformdirs.user_cache_path("inferbot", appauthor=False)), None, "efficientnet-lite0")
    registry.find_translations()
    return registry


def run_all(translator: Translator, texts: Sequence[str]) -> list[TranslatedSentence]:
    """Return each sentence translated as it is."""
    return [translator.run(text, Clock())[0] for text in texts]


def in_portuguese(pairs: Sequence[Pair]) -> list[Pair]:
    """Return Portuguese and Spanish for pairs of English and Spanish: what people write every day, by Bergamot."""
    english = list(dict.fromkeys(one for one, _ in pairs))
    said = dict(zip(english, run_all(open_registry().translator("en", "pt"), english), strict=True))
    return [(said[one].text, spanish) for one, spanish in pairs]
