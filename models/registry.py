"""Which models there are, and which of them are open and ready to answer."""

import threading
from pathlib import Path
from typing import Literal

from .cards import (
    Card,
    HubCard,
    ImageCard,
    TranslationCard,
    bundled_cards,
    generation_card,
    hub_cards,
    imagenet_classes,
    sentence_card,
)
from .convert.marian_files import DECODER, ENCODER, TOKENIZER, in_float32, obtainable
from .errors import ModelUnavailable, WeightsError
from .runtime import open_session
from .tasks.decoding import MarianNetwork
from .tasks.image_classification import ImageClassifier
from .tasks.languages import name_of
from .tasks.opus_mt import open_opus
from .tasks.sentence_levels import LevelReader, open_levels
from .tasks.sentence_similarity import SentenceEncoder
from .tasks.text_generation import TextGenerator
from .tasks.translation import SentencePieces, Translator
from .weights.cache import Cache
from .weights.hub import HubStore
from .weights.own import OwnModelError, find_cards, open_own_model

NOT_FETCHED = "Its weights are not here yet: try again in a minute, or have `python bot.py models fetch` run."
DAMAGED = "Its file is damaged: `python bot.py models fetch` brings it again."


class Registry:
    """The bundled models whose weights are in ``cache``, and the own models in the folder ``custom``.

    ``cards`` holds every known card for pictures by id, also those that cannot run yet; ``problems`` one sentence for
    each thing that was left out.
    """

    def __init__(self, cache: Cache, custom: Path | None, default: str) -> None:
        self.cards: dict[str, ImageCard] = dict(bundled_cards())
        self.problems: list[str] = []
        self._cache = cache
        self._custom = custom
        self._default = default
        self._open: dict[str, ImageClassifier] = {}
        self._opening = threading.Lock()
        self._encoder: SentenceEncoder | None = None
        self._generator: TextGenerator | None = None
        self._translations: tuple[TranslationCard, ...] = ()
        self._translators: dict[str, Translator] = {}
        self._hub = HubStore(cache.path)
        self._levels: LevelReader | None = None

    def load(self) -> None:
        """Open the default model, the own ones and the one for sentences, if they are ready and not open yet.

        The other bundled ones are opened when somebody first asks for them, so that a small machine has room. Blocks
        and holds Python's lock: do it before connecting. Damaged files and bad cards become ``problems``.
        """
        self.problems = []
        default = bundled_cards().get(self._default)
        if default is not None:
            self._open_bundled(default)
        self.load_encoder()
        self.find_translations()
        if self._custom is not None:
            self._load_own(self._custom)
        if self._default not in self.cards:
            known = ", ".join(self.cards)
            self.problems.append(f"The default model {self._default} is not known; known are {known}.")

    def _open_bundled(self, card: ImageCard) -> None:
        if card.id in self._open or not self._cache.is_ready(card):
            return
        try:
            self._cache.verify(card)
            session = open_session(self._cache.path_of(card))
        except WeightsError as error:
            self.problems.append(str(error))
            return
        self._open[card.id] = ImageClassifier(card, session, [label.name for label in imagenet_classes()])

    def load_encoder(self) -> None:
        """Open the model for sentence similarity alone, if it is ready and not open yet; damage is a problem."""
        card = sentence_card()
        if self._encoder is not None or not self._cache.is_ready(card):
            return
        try:
            self._cache.verify(card)
            self._encoder = SentenceEncoder(card, open_session(self._cache.path_of(card)))
        except WeightsError as error:
            self.problems.append(str(error))

    def _load_own(self, folder: Path) -> None:
        try:
            paths = find_cards(folder)
        except OwnModelError as error:
            self.problems.append(str(error))
            return
        for path in paths:
            if path.stem in bundled_cards():
                self.problems.append(f"{path.name}: rename it; a bundled model has this name.")
            elif path.stem not in self._open:
                self._load_own_model(path)

    def _load_own_model(self, path: Path) -> None:
        try:
            classifier = open_own_model(path)
        except OwnModelError as error:
            self.problems.append(str(error))
            return
        self._open[classifier.card.id] = classifier
        self.cards[classifier.card.id] = classifier.card

    def classifier(self, card_id: str | None = None) -> ImageClassifier:
        """Return the model ``card_id``, or the default one, if it is open; raises :class:`ModelUnavailable`."""
        wanted = card_id or self._default
        if wanted in self._open:
            return self._open[wanted]
        card = self.cards.get(wanted)
        if card is None:
            raise ModelUnavailable(wanted, "There is no such model here.")
        raise ModelUnavailable(wanted, DAMAGED if self._cache.is_ready(card) else NOT_FETCHED)

    def open(self, card_id: str | None = None) -> ImageClassifier:
        """Return the model ``card_id``, or the default one, opened if it was not yet; raises as :meth:`classifier`.

        Blocks for up to a few tenths of a second the first time: call it on a worker thread.
        """
        card = bundled_cards().get(card_id or self._default)
        if card is not None:
            with self._opening:
                self._open_bundled(card)
        return self.classifier(card_id)

    def encoder(self) -> SentenceEncoder:
        """Return the open model for sentence similarity; raises :class:`ModelUnavailable`."""
        if self._encoder is None:
            card = sentence_card()
            raise ModelUnavailable(card.id, DAMAGED if self._cache.is_ready(card) else NOT_FETCHED)
        return self._encoder

    def generator(self) -> TextGenerator:
        """Return the model for text generation, opened if it is not; raises :class:`ModelUnavailable`.

        It is never opened before somebody wants it, since it takes more memory than all others together. Blocks for a
        second then: call it on a worker thread. A damaged file is marked, so that it is among the :meth:`missing` ones.
        """
        card = generation_card()
        with self._opening:
            if self._generator is not None:
                return self._generator
            if not self._cache.is_ready(card):
                raise ModelUnavailable(card.id, NOT_FETCHED)
            try:
                self._cache.verify(card)
                self._generator = TextGenerator(card, open_session(self._cache.path_of(card)))
            except WeightsError as error:
                self._cache.discard(card)
                raise ModelUnavailable(card.id, DAMAGED) from error
            return self._generator

    def close_generator(self) -> None:
        """Let go of the model for text generation; whoever still writes with it holds it until the text is done."""
        with self._opening:
            self._generator = None

    def find_translations(self) -> None:
        """Look which translation models are ready; none is opened before somebody asks for it."""
        fetched = filter(self._hub.is_ready, hub_cards().values())
        self._translations = (*filter(self._cache.is_ready, obtainable()), *fetched)

    def translations(self) -> tuple[TranslationCard, ...]:
        """Return the translation models that are installed."""
        return self._translations

    def translator(self, source: str, target: str, precision: Literal["int8", "fp32"] = "int8") -> Translator:
        """Return the open model that translates ``source`` into ``target`` (ISO 639-1 codes), opened if it was not yet.

        The float32 form is made the first time that it is asked for. Blocks for some tenths of a second the first time,
        and for seconds where something has to be made: call it on a worker thread. Raises :class:`ModelUnavailable`.
        """
        pair = (source, target)
        cards = [card for card in self._translations if (card.source_language, card.target_language) == pair]
        if not cards:
            raise self._no_translation(*pair)
        card = cards[0] if precision == "int8" else in_float32(cards[0])
        with self._opening:
            if card.id not in self._translators:
                self._translators[card.id] = self._open_translator(card)
            return self._translators[card.id]

    def _no_translation(self, source: str, target: str) -> ModelUnavailable:
        for card in obtainable():
            if (card.source_language, card.target_language) == (source, target):
                return ModelUnavailable(card.id, NOT_FETCHED)
        pairs = [_named(card.source_language, card.target_language) for card in self._translations]
        known = f"there are {', '.join(pairs)}" if pairs else "there is none yet"
        return ModelUnavailable(f"{source}-{target}", f"There is no model for {_named(source, target)} here; {known}.")

    def _open_translator(self, card: TranslationCard) -> Translator:
        if isinstance(card, HubCard):
            return self._open_hub(card)
        try:
            if card.derived_from is not None:
                self._cache.prepare(card, _quietly)
            self._cache.verify(card)
            tokenizer = SentencePieces(self._cache.read(card, TOKENIZER))
            paths = [self._cache.path_of(card, part) for part in (ENCODER, DECODER)]
            network = MarianNetwork(*map(open_session, paths))
        except WeightsError as error:
            self._cache.discard(card)
            raise ModelUnavailable(card.id, DAMAGED) from error
        return Translator(card, tokenizer, network)

    def _open_hub(self, card: HubCard) -> Translator:
        try:
            return open_opus(self._hub, card)
        except WeightsError as error:
            raise ModelUnavailable(card.id, str(error)) from error

    def levels(self) -> LevelReader:
        """Return the model for sentence similarity with what its layers say; raises :class:`ModelUnavailable`.

        Blocks for some tenths of a second the first time: call it on a worker thread.
        """
        card = self.encoder().card
        with self._opening:
            if self._levels is None:
                self._levels = open_levels(card, self._cache.path_of(card))
        return self._levels

    def missing(self) -> list[Card]:
        """Return the bundled cards of every task whose weights are still to be prepared, or damaged.

        What is opened only when somebody asks for it is only looked at from outside: it is checked when it is opened.
        """
        closed: list[Card] = [card for card in bundled_cards().values() if card.id not in self._open]
        closed += [] if self._encoder else [sentence_card()]
        large = [card for card in (generation_card(), *obtainable()) if not self._cache.is_ready(card)]
        return [card for card in closed if not self._is_whole(card)] + large

    def _is_whole(self, card: Card) -> bool:
        try:
            self._cache.verify(card)
        except WeightsError:
            return False
        return True


def _named(source: str, target: str) -> str:
    return f"{name_of(source)} to {name_of(target)}"


def _quietly(_card_id: str, _step: str, _done: int, _total: int | None) -> None:
    """Show no progress."""
