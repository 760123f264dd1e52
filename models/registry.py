"""Which models there are, and which of them are open and ready to answer."""

import threading
import time
from collections.abc import Callable, Collection, Generator, Iterable, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar
from weakref import WeakValueDictionary

from . import opening
from .cards import (
    Card,
    HubCard,
    ImageCard,
    PhraseCard,
    TranslationCard,
    generation_card,
    hub_cards,
    image_cards,
    imagenet_classes,
    known_cards,
    phrase_cards,
    pivot_cards,
    sentence_card,
    translation_cards,
)
from .errors import ModelUnavailable, WeightsError
from .runtime import open_session
from .tasks.gate import GatedTranslator
from .tasks.image_classification import ImageClassifier
from .tasks.language_names import name_of
from .tasks.pivot import PivotTranslator
from .tasks.sentence_similarity import SentenceEncoder, open_with_levels
from .tasks.text_generation import TextGenerator
from .tasks.translation import Fits, Translator, show_everything
from .weights.cache import Cache, no_progress
from .weights.hub import HubStore
from .weights.own import OwnModelError, find_cards, open_own_model

NOT_FETCHED = "Its weights aren't here yet. Try again in a minute."
REPAIRING = "Its file is damaged, so I'm fetching it again. Try again in a few minutes."

# How many bytes the files of the models that are opened on first use may have together; each takes 1.6 times as much
# memory. The one for text generation isn't counted.
OPEN_BYTES = 64_000_000

Model = TypeVar("Model")


@dataclass(frozen=True, slots=True)
class _Use:
    """When a model was last asked for, by the registry's clock, and how large its files are."""

    at: float
    bytes: int


class Registry:
    """Inferbot's models whose weights are in ``cache``, and the own models in the folder ``custom``.

    ``cards`` has every known image model by id, also those that can't run yet; ``problems`` has one sentence for each
    thing that was left out. ``fits`` says whether the words of a translation are fit to be shown.
    """

    def __init__(
        self,
        cache: Cache,
        custom: Path | None,
        default: str,
        *,
        fits: Fits = show_everything,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # Called, on any thread, when the files of a model that is wanted are missing or damaged.
        self.repair: Callable[[], object] | None = None
        self.cards: dict[str, ImageCard] = dict(image_cards())
        self.problems: list[str] = []
        self._cache = cache
        self._hub = HubStore(cache.path)
        self._custom = custom
        self._default = default
        self._opening = threading.Lock()
        self._classifiers: dict[str, ImageClassifier] = {}
        self._encoder: SentenceEncoder | None = None
        self._generator: TextGenerator | None = None
        self._translations: tuple[TranslationCard, ...] = ()
        self._translators: dict[str, Translator] = {}
        # The float32 forms are only compared with, and take three times the memory: each is closed after its last user.
        self._float32: WeakValueDictionary[str, Translator] = WeakValueDictionary()
        # The models that were opened on first use.
        self._used: dict[str, _Use] = {}
        self._fits = fits
        self._clock = clock

    def load(self) -> None:
        """Open the default model, the own ones and the one for sentences, if they are ready and not open yet.

        The others are opened on first use, to save memory. Blocks and holds the GIL: do it before connecting. Damaged
        files and bad cards become ``problems``.
        """
        self.problems = []
        self._load_classifier(self._default)
        self.load_encoder()
        self.find_translations()
        if self._custom is not None:
            self._load_own(self._custom)
        if self._default not in self.cards:
            known = ", ".join(self.cards)
            self.problems.append(f"There is no model {self._default} to use by default; there are {known}.")

    def _load_classifier(self, card_id: str) -> None:
        card = image_cards().get(card_id)
        if card is not None and card_id not in self._classifiers:
            names = [label.name for label in imagenet_classes()]
            opened = self._open_if_ready(card, lambda path: ImageClassifier(card, open_session(path), names))
            self._classifiers |= {card_id: opened} if opened else {}

    def load_encoder(self) -> None:
        """Open the model for sentence similarity, if it is ready and not open yet; damage becomes a problem."""
        card = sentence_card()
        if self._encoder is None:
            self._encoder = self._open_if_ready(card, lambda path: SentenceEncoder(card, open_with_levels(path)))

    def _open_if_ready(self, card: Card, open_model: Callable[[Path], Model]) -> Model | None:
        with self._noting(WeightsError):
            if self._cache.is_ready(card):
                self._cache.verify(card)
                return open_model(self._cache.path_of(card))
        self._wants_repair()
        return None

    @contextmanager
    def _noting(self, kind: type[Exception]) -> Generator[None]:
        try:
            yield
        except kind as error:
            self.problems.append(str(error))

    def _load_own(self, folder: Path) -> None:
        with self._noting(OwnModelError):
            for path in find_cards(folder):
                with self._noting(OwnModelError):
                    if path.stem in image_cards():
                        raise OwnModelError(f"{path.name}: rename it; one of Inferbot's models has this name.")
                    if path.stem not in self._classifiers:
                        self._classifiers[path.stem] = opened = open_own_model(path)
                        self.cards[path.stem] = opened.card

    def classifier(self, card_id: str | None = None) -> ImageClassifier:
        """Return the model ``card_id``, or the default one, if it is open; raises :class:`ModelUnavailable`."""
        wanted = card_id or self._default
        if found := self._classifiers.get(wanted):
            if self._on_demand(wanted):
                self._note_use(found.card)
            return found
        if wanted not in self.cards:
            raise ModelUnavailable(wanted, "There is no such model here.")
        raise self._not_open(self.cards[wanted])

    def open(self, card_id: str | None = None) -> ImageClassifier:
        """Return the model ``card_id``, or the default one, opened on first use; raises as :meth:`classifier`.

        Blocks for up to a few tenths of a second the first time: call it on a worker thread.
        """
        wanted = card_id or self._default
        with self._opening:
            if self._on_demand(wanted) and wanted not in self._classifiers:
                self._make_room(image_cards()[wanted])
            self._load_classifier(wanted)
            return self.classifier(wanted)

    def encoder(self) -> SentenceEncoder:
        """Return the open model for sentence similarity; raises :class:`ModelUnavailable`."""
        if self._encoder is None:
            raise self._not_open(sentence_card())
        return self._encoder

    def _not_open(self, card: Card) -> ModelUnavailable:
        return self._damaged(card) if self._cache.is_ready(card) else ModelUnavailable(card.id, NOT_FETCHED, fetch=True)

    def _damaged(self, card: Card) -> ModelUnavailable:
        if self.repair:
            return ModelUnavailable(card.id, REPAIRING)
        return ModelUnavailable(card.id, opening.DAMAGED, fetch=True)

    def generator(self) -> TextGenerator:
        """Return the model for text generation, opened on first use; raises :class:`ModelUnavailable`.

        It takes more memory than all others together. Blocks for a second the first time: call it on a worker thread.
        """
        card = generation_card()
        with self._opening:
            if self._generator is None:
                self._generator = self._open_verified(card, lambda path: TextGenerator(card, open_session(path)))
            return self._generator

    def close_generator(self) -> None:
        """Release the model for text generation; texts that are being written keep it until they are done."""
        with self._opening:
            self._generator = None

    def close_idle(self, seconds: float) -> list[str]:
        """Close the models that were opened on first use and not asked for since ``seconds``; return their ids.

        What runs keeps its model until it is done. The one for text generation has its own :meth:`close_generator`.
        """
        with self._opening:
            idle = [card_id for card_id, use in self._used.copy().items() if self._clock() - use.at >= seconds]
            for card_id in idle:
                self._close(card_id)
            return idle

    def _on_demand(self, card_id: str) -> bool:
        return card_id in image_cards() and card_id != self._default

    def _note_use(self, card: Card) -> None:
        self._used[card.id] = _Use(self._clock(), _own_bytes(card))

    def _make_room(self, card: Card) -> None:
        """Close the models that were used longest ago until ``card`` fits in `OPEN_BYTES`, or is the only one."""
        oldest = sorted(self._used.copy().items(), key=lambda one: one[1].at)
        total = _own_bytes(card) + sum(use.bytes for _, use in oldest)
        for card_id, use in oldest:
            if total <= OPEN_BYTES:
                return
            self._close(card_id)
            total -= use.bytes

    def _close(self, card_id: str) -> None:
        self._classifiers.pop(card_id, None)
        self._translators.pop(card_id, None)
        del self._used[card_id]

    def _open_verified(self, card: Card, open_model: Callable[[Path], Model]) -> Model:
        """Open a model on first use. A damaged one is discarded, so that it is among the :meth:`missing` ones."""
        try:
            if self._cache.is_ready(card):
                self._cache.verify(card)
                return open_model(self._cache.path_of(card))
        except WeightsError as error:
            self._cache.discard(card)
            self._wants_repair()
            raise self._damaged(card) from error
        self._wants_repair()
        raise ModelUnavailable(card.id, NOT_FETCHED, fetch=True)

    def _wants_repair(self) -> None:
        if self.repair:
            self.repair()

    def find_translations(self) -> None:
        """Find out which translation models are ready; none is opened before its first use."""
        fetched = filter(self._hub.is_ready, hub_cards().values())
        ready = {one.id: one for one in translation_cards().values() if self._cache.is_ready(one)}
        legs = ready.keys() | phrase_cards().keys()
        around = (one for one in pivot_cards().values() if legs.issuperset(one.via))
        self._translations = (*ready.values(), *fetched, *around)
        # A model that was opened without the way around it gets another chance.
        for one in ready.values():
            if one.via and not isinstance(self._translators.get(one.id), GatedTranslator):
                self._translators.pop(one.id, None)

    def translations(self) -> tuple[TranslationCard, ...]:
        """Return the translation models that are installed."""
        return self._translations

    def translator(self, source: str, target: str, precision: Literal["int8", "fp32"] = "int8") -> Translator:
        """Return the model that translates ``source`` into ``target`` (ISO 639-1 codes), opened on first use.

        The float32 form is made the first time it is asked for, and open only while someone holds it. Blocks for some
        tenths of a second when it opens a model, and for seconds where something has to be made: call it on a worker
        thread. Raises :class:`ModelUnavailable`.
        """
        card = _find(self._translations, source, target)
        if card is None:
            raise self._no_translation(source, target)
        with self._opening:
            if precision == "fp32":
                return self._open_once(self._float32, card.in_float32())
            return self._opened(card)

    def _opened(self, card: TranslationCard) -> Translator:
        """Return an open model, and note that it was used; the models it works with are noted by themselves."""
        if card.id not in self._translators:
            self._make_room(card)
        found = self._open_once(self._translators, card)
        for part in found.parts:
            if part.card.id in self._translators:
                self._note_use(part.card)
        self._note_use(card)
        return found

    def _open_once(self, opened: MutableMapping[str, Translator], card: TranslationCard) -> Translator:
        found = opened.get(card.id) or self._open_translator(card)
        found.fits = self._fits
        opened[card.id] = found
        return found

    def _no_translation(self, source: str, target: str) -> ModelUnavailable:
        if card := _find((*translation_cards().values(), *pivot_cards().values()), source, target):
            return ModelUnavailable(card.id, NOT_FETCHED, fetch=True)
        pairs = [_named(card.source_language, card.target_language) for card in self._translations]
        known = f"there are {', '.join(pairs)}" if pairs else "there is none yet"
        return ModelUnavailable(f"{source}-{target}", f"There is no model for {_named(source, target)} here; {known}.")

    def _open_translator(self, card: TranslationCard) -> Translator:
        if isinstance(card, HubCard):
            return opening.open_from_hub(self._hub, card)
        if isinstance(card, PhraseCard):
            return opening.open_phrases(card)
        if card.recipe is None:
            return self._open_pivot(card)
        if card.via and card.derived_from is None:
            return self._open_gated(card)
        return self._open_network(card)

    def _open_pivot(self, card: TranslationCard) -> Translator:
        first, second = (self._opened((translation_cards() | phrase_cards())[leg]) for leg in card.via)
        return PivotTranslator(card, first, second)

    def _open_gated(self, card: TranslationCard) -> Translator:
        """Open a direct model and the way around it; without one of the models on that way, the direct one alone."""
        direct = self._open_network(card)
        try:
            around = self._open_pivot(card)
            return GatedTranslator(card, direct, around, opening.open_gate(card))
        except ModelUnavailable:
            return direct

    def _open_network(self, card: TranslationCard) -> Translator:
        if card.derived_from is not None:
            self._make_from(card, known_cards()[card.derived_from])
        return self._open_verified(card, lambda _path: opening.open_marian(self._cache, card))

    def _make_from(self, card: TranslationCard, base: Card) -> None:
        try:
            # Here and not in `prepare`, which would fetch the base on this thread.
            self._cache.verify(base)
        except WeightsError as error:
            self._cache.discard(base)
            self._wants_repair()
            raise self._damaged(base) from error
        try:
            self._cache.prepare(card, no_progress)
        except WeightsError as error:
            raise ModelUnavailable(card.id, opening.DAMAGED, fetch=True) from error

    def missing(self, ids: Collection[str] | None = None) -> list[Card]:
        """Return the cards of every task, or those among ``ids``, whose weights are still to be prepared, or damaged.

        Models that are opened on first use are checked only then: here their size has to do.
        """
        wanted = [card for card in known_cards().values() if ids is None or card.id in ids]
        return [card for card in wanted if not self._is_there(card)]

    def _is_there(self, card: Card) -> bool:
        if card.id in self._classifiers or (self._encoder and card.id == self._encoder.card.id):
            return True
        small = isinstance(card, ImageCard) or card.id == sentence_card().id
        return self._cache.is_intact(card) if small else self._cache.is_ready(card)


def _own_bytes(card: Card) -> int:
    """Return the bytes of a model's own files; one that only works with others has none."""
    return 0 if isinstance(card, TranslationCard) and card.via and card.recipe is None else card.file_bytes


def _find(cards: Iterable[TranslationCard], source: str, target: str) -> TranslationCard | None:
    pair = (source, target)
    return next((card for card in cards if (card.source_language, card.target_language) == pair), None)


def _named(source: str, target: str) -> str:
    return f"{name_of(source)} to {name_of(target)}"
