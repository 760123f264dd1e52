"""Fakes at our own seams: an engine that runs at once, a registry of make-believe models, downloads from a table."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
from inferbot.features.app import Core, Services, open_features
from inferbot.features.ask import AskFeature
from inferbot.features.downloads import AttachmentGone, AttachmentTooLarge
from inferbot.features.recommend import RecommendFeature
from inferbot.knowledge.articles import read_shelf
from inferbot.models.cards import ImageCard, TranslationCard, image_cards, translation_cards
from inferbot.models.errors import BrokenImage, EngineBusy, ModelUnavailable
from inferbot.models.owner import Owner, current_owner
from inferbot.models.runtime import Fingerprint
from inferbot.models.tasks.image_classification import Classification, ImageClassifier, Label
from inferbot.models.tasks.sentence_similarity import SentenceEncoder
from inferbot.models.tasks.text_generation import TextGenerator
from inferbot.models.tasks.translation import Candidate, DecoderStep, Token, TranslatedSentence, Translation, Translator
from inferbot.models.trace import Stage, Trace
from inferbot.settings import Settings
from inferbot.store.store import open_store

from support.articles import three_topics
from support.fake_generator import FakeGenerator

P = ParamSpec("P")
T = TypeVar("T")

NAMES = ("golden retriever", "Labrador retriever", "cocker spaniel", "Irish setter", "tennis ball")
SCORES = (0.74, 0.12, 0.03, 0.01, 0.002)


def classification(
    card: ImageCard | None = None,
    names: tuple[str, ...] = NAMES,
    scores: tuple[float, ...] = SCORES,
    *,
    unsure: bool = False,
) -> Classification:
    """Return a made-up result with everything that a real one has."""
    card = card or image_cards()["efficientnet-lite0"]
    labels = tuple(Label(i, name, score) for i, (name, score) in enumerate(zip(names, scores, strict=True)))
    stages = [
        Stage("decode", 8.3, "JPEG, 2.1 MB", "3000×4000×3 uint8"),
        Stage("resize", 1.2, "3000×4000×3 uint8", "224×224×3 uint8"),
        Stage("tensor", 0.4, "224×224×3 uint8", "1×3×224×224 float32"),
        Stage("model", 9.8, "1×3×224×224 float32", "1×1000 float32"),
        Stage("softmax", 0.04, "1×1000 float32", "1×1000 float32"),
        Stage("labels", 0.02, "1×1000 float32", "5 labels"),
    ]
    activation = np.zeros((7, 7), np.float32)
    activation[2, 2] = 1
    return Classification(
        card=card,
        labels=labels,
        margin=scores[0] - scores[1],
        unsure=unsure,
        trace=Trace(stages),
        square=np.full((card.input.size, card.input.size, 3), 120, np.uint8),
        activation=activation,
    )


class FakeClassifier:
    """Says the same of every picture; bytes that begin with `broken` are no picture."""

    def __init__(self, card: ImageCard) -> None:
        self.card = card
        self.unsure = False
        self.learns = False
        self._prints = 0

    def classify(self, data: bytes) -> Classification:
        if data.startswith(b"broken"):
            raise BrokenImage
        return classification(self.card, unsure=self.unsure)

    def fingerprint(self) -> Fingerprint:
        self._prints += self.learns
        return Fingerprint(f"{self._prints:064x}", "its exact outputs for one fixed input")


def translation(card: TranslationCard, text: str, *, looked: bool = True) -> Translation:
    """Return a made-up translation: each word in capitals, a sentence a line; one without words has no sentences."""
    lines = [line for line in text.splitlines() if any(letter.isalpha() for letter in line)]
    stages = [
        Stage("split", 0.1, "1 text", f"{len(lines)} sentences"),
        Stage("tokens", 0.1, f"{len(lines)} sentences", "tokens"),
        Stage("encoder", 3.1, "tokens", "1×4×256 float32"),
        Stage("decoder", 9.2, "1×4×256 float32", "tokens"),
    ]
    return Translation(text, text.upper(), tuple(_sentence(line, looked=looked) for line in lines), Trace(stages), card)


def _sentence(line: str, *, looked: bool) -> TranslatedSentence:
    words = [*line.split(), "</s>"]
    tokens = tuple(Token(i + 10, f"▁{word}") for i, word in enumerate(words))
    chosen = [Candidate(i + 50, f"▁{word.upper()}", 0.9) for i, word in enumerate(words)]
    others = (Candidate(7, "▁OTHER", 0.05), Candidate(8, "▁THIRD", 0.01))
    steps = tuple(DecoderStep(one, (one, *others), 1.5) for one in chosen)
    alignment = np.eye(len(words), dtype=np.float32) if looked else np.empty((len(words), 0), np.float32)
    return TranslatedSentence(line, line.upper(), tokens, steps, alignment)


class FakeTranslator:
    """Writes every text in capitals; `note` hears of each line."""

    def __init__(self, card: TranslationCard) -> None:
        self.card = card
        self.learns = False
        self.looked = True
        self._prints = 0

    @property
    def parts(self) -> "tuple[FakeTranslator, ...]":
        return (self,)

    def translate(self, text: str, *, note: Callable[[int, int], None] | None = None) -> Translation:
        result = translation(self.card, text, looked=self.looked)
        for done in range(len(result.sentences) + 1):
            if note:
                note(done, len(result.sentences))
        return result

    def fingerprint(self) -> Fingerprint:
        self._prints += self.learns
        return Fingerprint(f"{self._prints:064x}", "its exact outputs for one fixed sentence")


class FakeRegistry:
    """All bundled models, ready; those in `off` are not."""

    def __init__(self) -> None:
        self.cards = dict(image_cards())
        self.classifiers = {name: FakeClassifier(card) for name, card in self.cards.items()}
        self.translators = {name: FakeTranslator(card) for name, card in translation_cards().items()}
        self.sentences: object | None = None
        self.text = FakeGenerator()
        self.closed = 0
        self.asked_for: list[str] = []
        self.off: set[str] = set()
        self.problems: list[str] = []

    def classifier(self, card_id: str | None = None) -> ImageClassifier:
        name = card_id or "efficientnet-lite0"
        if name in self.off or name not in self.cards:
            raise ModelUnavailable(name, "Its weights have not been fetched yet.")
        return cast("ImageClassifier", self.classifiers[name])

    def open(self, card_id: str | None = None) -> ImageClassifier:
        return self.classifier(card_id)

    def translations(self) -> tuple[TranslationCard, ...]:
        return tuple(one.card for name, one in self.translators.items() if name not in self.off)

    def translator(self, source: str, target: str, precision: str = "int8") -> Translator:
        for one in self.translators.values():
            fits = (one.card.source_language, one.card.target_language) == (source, target)
            if fits and not {one.card.id, precision} & self.off:
                self.asked_for.append(one.card.id)
                return cast("Translator", one)
        raise ModelUnavailable(f"{source}-{target}", "Its weights have not been fetched yet.")

    def encoder(self) -> SentenceEncoder:
        if self.sentences is None or "minilm-l6" in self.off:
            raise ModelUnavailable("minilm-l6", "Its weights have not been fetched yet.")
        return cast("SentenceEncoder", self.sentences)

    def generator(self) -> TextGenerator:
        if self.text.card.id in self.off:
            raise ModelUnavailable(self.text.card.id, "Its weights have not been fetched yet.")
        return cast("TextGenerator", self.text)

    def close_generator(self) -> None:
        self.closed += 1

    def missing(self) -> list[ImageCard]:
        return [card for name, card in self.cards.items() if name in self.off]


class InlineEngine:
    """Runs each job at once, in the caller's own turn; with `seconds`, each takes so long by the loop's clock."""

    def __init__(self) -> None:
        self.full = False
        self.seconds = 0.0
        self.closed = False
        self.observed = 0
        self.depth = 0
        self.owners: list[Owner | None] = []
        self.places: dict[int, int] = {}

    def place_of(self, person: int) -> int:
        return self.places.get(person, 0)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self.owners.append(current_owner())
        if self.full:
            raise EngineBusy(3.2)
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return function(*args, **kwargs)

    def observe(self, _: Trace) -> None:
        self.observed += 1

    async def close(self) -> None:
        self.closed = True


class TableDownloads:
    """Answers from `files`, a mapping of addresses to bytes."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.files = files or {}
        self.fetched = 0
        self.look_up: Callable[[str], bytes | None] = self.files.get

    async def fetch(self, url: str, *, declared: int, limit: int) -> bytes:
        if declared > limit:
            raise AttachmentTooLarge(limit)
        self.fetched += 1
        data = self.look_up(url)
        if data is None:
            raise AttachmentGone(url)
        return data

    async def close(self) -> None:
        """Nothing to close."""


class Fakes:
    """Services made of fakes, with the fakes at hand; only the store is a real one, in `folder`.

    The services are there from `open` on; opening them again is what a restart does.
    """

    services: Services

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.folder = folder
        self.settings = settings or Settings(fetch_weights=False)
        self.engine = InlineEngine()
        self.writing = InlineEngine()
        self.registry = FakeRegistry()
        self.downloads = TableDownloads()
        self.now = time.time

    def clock(self) -> float:
        """Return the time on Discord's clock, whatever a test has put in its place."""
        return self.now()

    async def open(self) -> Services:
        """Return the services, as an opener does."""
        engine: Any = self.engine
        writing: Any = self.writing
        registry: Any = self.registry
        closing = AsyncExitStack()
        closing.push_async_callback(self.engine.close)
        store = await open_store(self.folder)
        closing.push_async_callback(store.close)
        core = Core(self.settings, engine, writing, registry, self.downloads, store, self.clock, closing)
        ask = AskFeature(engine, registry, three_topics(), [], Path("nowhere"))
        recommend = RecommendFeature(engine, registry, self.folder / "films")
        self.store = store
        self.services = await open_features(core, ask, recommend, read_shelf().articles)
        return self.services
