"""Translating texts: which language, which model, one hop to the engine, one plain result. Knows nothing of Discord."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..models.cards import HubCard, TranslationCard
from ..models.clean_text import clean_text
from ..models.engine import Engine
from ..models.errors import COMMAND, InferenceError, ModelUnavailable, TextTooLong
from ..models.registry import Registry
from ..models.runtime import Fingerprint, give_back_memory
from ..models.tasks.gate import GatedTranslator
from ..models.tasks.language_names import code_of, name_of
from ..models.tasks.languages import Detected, detect
from ..models.tasks.translation import MAX_CHARACTERS, Translation
from .drawing import translate as drawing
from .recent import Recent

# Which language people get when they ask for none, in this order.
FIRST = ("en", "es", "pt")
ENGLISH = "en"
NOT_FETCHED = f"No translation model is here yet: try again in a minute, or have `{COMMAND} models fetch` run."
LETTER = re.compile(r"[^\W\d_]")

Note = Callable[[int, int], None]
# What can be compared: two builds of the same weights, or two ways into the other language.
Build = Literal["int8", "fp32"]
BUILDS: tuple[Build, ...] = ("int8", "fp32")
Variant = Literal["int8", "fp32", "direct", "pivot"]


class Untranslatable(Exception):
    """Base of what keeps a text from being translated, apart from the model itself."""


class NothingToTranslate(Untranslatable):
    """A text has no words: nothing, or only emoji, numbers, links, mentions or code."""


class OneBuildOnly(Untranslatable):
    """A model has no second build and no second way to compare with."""


@dataclass
class LanguageMissing(Untranslatable):
    """No model here reads `language` (a name), or none writes it. `pairs` are the languages of those that are here."""

    language: str
    pairs: tuple[tuple[str, str], ...]


@dataclass
class PairMissing(Untranslatable):
    """No model here translates from `source` into `target` (names)."""

    source: str
    target: str
    pairs: tuple[tuple[str, str], ...]


@dataclass
class SameLanguage(Untranslatable):
    """The text is already in the language (a name) it was to be translated into."""

    language: str


@dataclass(frozen=True, slots=True, eq=False)
class Translated:
    """A translation, and whose. `detected` is None if its owner said which language the text is in."""

    owner: int
    translation: Translation
    detected: Detected | None

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory."""
        texts = 4 * (len(self.translation.source) + len(self.translation.text))
        return 4096 + texts + sum(600 * len(one.steps) + one.alignment.nbytes for one in self.translation.sentences)


@dataclass(frozen=True, slots=True, eq=False)
class TranslationSteps:
    """One more run of one sentence, with the model's fingerprint just before and just after it.

    `alignment` is a PNG of where the model looked, None if it doesn't tell. `parts` are the fingerprints of the models
    that work together, where there are several.
    """

    translation: Translation
    before: Fingerprint
    after: Fingerprint
    alignment: bytes | None = None
    parts: tuple[tuple[TranslationCard, Fingerprint], ...] = ()

    @property
    def nothing_learned(self) -> bool:
        """Whether the weights are the same, bit for bit, after the run."""
        return self.before == self.after

    @property
    def sole_card(self) -> TranslationCard | None:
        """The card of the one model that the sentence went through; None if it went through several."""
        route = self.translation.sentences[0].route
        cards = [hop.card for hop in route.hops] if route else [self.translation.card]
        return cards[0] if len(cards) == 1 else None


@dataclass(frozen=True, slots=True, eq=False)
class ComparedBuild:
    """One build's translation of a text, or one way's, or the error in its place."""

    variant: Variant
    translation: Translation | None
    error: InferenceError | None = None


class TranslateFeature:
    """Translates with the registry's models, on the engine's threads."""

    def __init__(self, engine: Engine, registry: Registry, remember: float = 900.0) -> None:
        self.recent = Recent[Translated]("translation", remember)
        self._engine = engine
        self._registry = registry

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the (source, target) languages of the available models, from memory."""
        cards = self._registry.translations()
        return tuple(dict.fromkeys((card.source_language, card.target_language) for card in cards))

    def targets(self, source: str) -> list[str]:
        """Return the languages a text in `source` can be translated into, the likeliest first."""
        found = [target for one, target in self.pairs() if one == source]
        return sorted(found, key=lambda one: FIRST.index(one) if one in FIRST else len(FIRST))

    def sources(self, target: str) -> list[str]:
        """Return the languages that can be translated into `target`."""
        return [source for source, one in self.pairs() if one == target]

    async def detect_source(self, text: str, target: str) -> str:
        """Return the likeliest of the `sources` of `target`, English if `text` is in none of them.

        `target` must have one. Raises the engine's errors.
        """
        sources = self.sources(target)
        if len(sources) == 1:
            return sources[0]
        found = (await self._engine.run(detect, text, sources)).language
        return found if found in sources else ENGLISH if ENGLISH in sources else sources[0]

    async def open(self, source: str, target: str) -> None:
        """Open the model for a pair of languages. Raises `ModelUnavailable` or the engine's errors."""
        await self._engine.run(self._registry.translator, source, target)

    def place_of(self, person: int) -> int:
        """Return the position in the queue of a person's first text that waits; 0 if none does."""
        return self._engine.place_of(person)

    async def translate(
        self,
        owner: int,
        text: str,
        *,
        source: str | None = None,
        target: str | None = None,
        reader: str | None = None,
        note: Note | None = None,
    ) -> Translated:
        """Translate `text`; languages are names or codes. Without a `source`, it's detected.

        Without a `target`, it's the language of the `reader` if there's a model for that. `note` is told, on a worker
        thread, how many of how many sentences are done. Raises this module's errors, `ModelUnavailable`, or the
        engine's errors.
        """
        text = clean_text(text).strip()
        if not LETTER.search(text):
            raise NothingToTranslate
        if len(text) > MAX_CHARACTERS:
            raise TextTooLong(MAX_CHARACTERS)
        pairs = self.pairs()
        if not pairs:
            raise ModelUnavailable("for translation", NOT_FETCHED)
        wanted, asked = (code_of(one) if one else None for one in (source, target))
        detected = None
        if wanted is None:
            detected = await self._engine.run(detect, text, sorted({one for one, _ in pairs}))
            wanted = _settle(detected, asked, pairs)
        chosen = self._choose(wanted, asked, code_of(reader) if reader else None)
        translation = await self.translate_as_is(text, wanted, chosen, note)
        if not translation.sentences:
            raise NothingToTranslate
        return Translated(owner, translation, detected)

    async def translate_as_is(self, text: str, source: str, target: str, note: Note | None = None) -> Translation:
        """Translate `text` without cleaning it, spaces around it included; one without words stays as it is.

        Languages are codes. Raises `TextTooLong`, `ModelUnavailable` or the engine's errors.
        """
        translation = await self._engine.run(self._run, source, target, text, note)
        self._engine.observe(translation.trace)
        return translation

    def _choose(self, source: str, target: str | None, reader: str | None) -> str:
        """Return the target language. Raises `LanguageMissing`, `PairMissing` or `SameLanguage`."""
        pairs = self.pairs()
        targets = self.targets(source)
        if not targets:
            raise LanguageMissing(name_of(source), pairs)
        if target is None:
            return reader if reader in targets else targets[0]
        if target == source:
            raise SameLanguage(name_of(target))
        if target in targets:
            return target
        if target not in {one for _, one in pairs}:
            raise LanguageMissing(name_of(target), pairs)
        raise PairMissing(name_of(source), name_of(target), pairs)

    def _run(self, source: str, target: str, text: str, note: Note | None) -> Translation:
        return self._registry.translator(source, target).translate(text, note=note)

    async def steps(self, translated: Translated, index: int) -> TranslationSteps:
        """Run the sentence at `index` once more, fingerprinting the model just before and just after, in one hop.

        Raises `IndexError`, `ModelUnavailable` or the engine's errors.
        """
        sentence = translated.translation.sentences[index]
        return await self._engine.run(self._proven, translated.translation.card, sentence.source)

    def _proven(self, card: TranslationCard, text: str) -> TranslationSteps:
        translator = self._registry.translator(card.source_language, card.target_language)
        parts = [(part.card, part.fingerprint()) for part in translator.parts]
        translation = translator.translate(text)
        sentence = translation.sentences[0]
        picture = drawing.draw(sentence) if drawing.has_alignment(sentence) else None
        before = _together([fingerprint for _, fingerprint in parts])
        after = _together([part.fingerprint() for part in translator.parts])
        return TranslationSteps(translation, before, after, picture, tuple(parts) if len(parts) > 1 else ())

    async def compare(self, translated: Translated) -> tuple[ComparedBuild, ...]:
        """Run the text through two builds of the same weights, or two ways into the other language, in turn.

        A 32-bit build is made on this machine on first use. Raises `OneBuildOnly`.
        """
        card, text = translated.translation.card, translated.translation.source
        variants: tuple[Variant, ...] = ("direct", "pivot") if takes_two_ways(translated.translation) else BUILDS
        if isinstance(card, HubCard) or (card.recipe is None and variants == BUILDS):
            raise OneBuildOnly
        return tuple([await self._compared(card, variant, text) for variant in variants])

    async def _compared(self, card: TranslationCard, variant: Variant, text: str) -> ComparedBuild:
        try:
            return ComparedBuild(variant, await self._engine.run(self._run_variant, card, variant, text))
        except InferenceError as error:
            return ComparedBuild(variant, None, error)

    def _run_variant(self, card: TranslationCard, variant: Variant, text: str) -> Translation:
        pair = card.source_language, card.target_language
        if variant in ("direct", "pivot"):
            both = self._registry.translator(*pair)
            translator = both.routes[variant] if isinstance(both, GatedTranslator) else both
        else:
            translator = self._registry.translator(*pair, variant)
        translator.translate(text)  # the first run of a build that was just opened is slower
        translation = translator.translate(text)
        if variant == "fp32":
            # The registry doesn't keep it.
            del translator
            give_back_memory()
        return translation


def takes_two_ways(translation: Translation) -> bool:
    """Return whether there were two ways into the other language, each sentence taking the better one."""
    routes = [sentence.route for sentence in translation.sentences]
    return any(route is not None and route.reason is not None for route in routes)


def _together(parts: list[Fingerprint]) -> Fingerprint:
    return parts[0] if len(parts) == 1 else Fingerprint.of_parts(parts)


def _settle(detected: Detected, target: str | None, pairs: tuple[tuple[str, str], ...]) -> str:
    """Return the source language: the detected one, unless that was a guess and only another one fits the target."""
    fitting = [source for source, one in pairs if one == target]
    if not detected.sure and fitting and detected.language not in fitting:
        return fitting[0]
    return detected.language
