"""Recommending films by what is told about them: embed the liked ones, average, and see what lies nearest.

This is content-based recommendation: nobody else's taste is in it, only descriptions. Knows nothing of Discord.
"""

import asyncio
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..knowledge import film_index
from ..knowledge.film_index import FilmIndex, texts_of
from ..knowledge.films import FILMS, Catalogue, Film, read_catalogue
from ..knowledge.search.index import Progress
from ..knowledge.search.similarity import average, nearest
from ..models.engine import Engine
from ..models.errors import ModelUnavailable
from ..models.registry import Registry
from ..models.runtime import Fingerprint
from ..models.tasks.sentence_similarity import SentenceEncoder
from ..models.trace import Tensor, Trace
from .ask import StoppedError

log = logging.getLogger(__name__)

Float32 = npt.NDArray[np.float32]

MAX_PICKS = 3
SUGGESTED = 5
NEAREST_TITLES = 5
MAX_TITLE = 100
# How long somebody waits for an index that is just being made before being asked to come back, in seconds.
PATIENCE = 10.0


class StillReading(Exception):
    """The descriptions are being embedded, which happens once; there is no index to compare with yet."""


class NoFilm(Exception):
    """Nothing was named that a recommendation could start from."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One film that lies near, and why.

    `cosine` is how near it is to the average of the picks, -1 to 1; `sentence` the one of its description that is
    nearest to them; `like` the pick that it is nearest to, with the genres and themes that both have.
    """

    film: Film
    cosine: float
    sentence: str
    like: Film
    genres: tuple[str, ...]
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FilmMap:
    """All films as points, float32 [films, 2], the numbers of the picks and of the suggestions, and the share kept."""

    places: Float32
    picked: tuple[int, ...]
    suggested: tuple[int, ...]
    kept: float


@dataclass(frozen=True, slots=True, eq=False)
class Recommendation:
    """What was liked, what lies nearest (best first), and how it was worked out."""

    picks: tuple[Film, ...]
    suggestions: tuple[Suggestion, ...]
    beginning: tuple[float, ...]
    compared: int
    map: FilmMap
    trace: Trace


@dataclass(frozen=True, slots=True, eq=False)
class RecommendationSteps:
    """One more run of the same picks, with the model's fingerprint from just before and just after it."""

    result: Recommendation
    before: Fingerprint
    after: Fingerprint


@dataclass(frozen=True, slots=True)
class Named:
    """What somebody typed, and the film of that title, or else the films with the nearest titles."""

    typed: str
    film: Film | None
    nearest: tuple[Film, ...] = ()


class RecommendFeature:
    """Recommends the films of `folder` with the registry's sentence model; the index is kept in `cache`."""

    def __init__(self, engine: Engine, registry: Registry, cache: Path, folder: Path = FILMS) -> None:
        self._engine = engine
        self._registry = registry
        self._cache = cache
        self._folder = folder
        self._catalogue: Catalogue | None = None
        self._index: FilmIndex | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._making: asyncio.Task[bool] | None = None

    @property
    def films(self) -> tuple[Film, ...]:
        """Every film, oldest first. Reads files the first time: then it blocks for about a tenth of a second."""
        with self._lock:
            if self._catalogue is None:
                self._catalogue = read_catalogue(self._folder)
                for problem in self._catalogue.problems:
                    log.warning(problem)
            return self._catalogue.films

    def load(self) -> bool:
        """Open the index if the model is there and a fresh index lies in the cache; return whether it is open."""
        if self._index is None and (encoder := self._encoder()):
            self._index = film_index.load(self._path(encoder), self.films)
        return self._index is not None

    def refresh(self, progress: Progress = lambda _done, _total: None) -> bool:
        """Open the index, built and stored first where there is no fresh one; return whether it is open.

        Blocks, for seconds when it builds. Raises `StoppedError` when `stop` was called meanwhile, and
        `ModelUnavailable` when the model fails.
        """
        encoder = self._encoder()
        if encoder is None or self.load():
            return self._index is not None
        self._index = self._build(encoder, self._path(encoder), progress)
        return True

    def _encoder(self) -> SentenceEncoder | None:
        try:
            return self._registry.encoder()
        except ModelUnavailable:
            return None

    def _build(self, encoder: SentenceEncoder, path: Path, progress: Progress) -> FilmIndex:
        def report(done: int, total: int) -> None:
            if self._stopped.is_set():
                raise StoppedError
            progress(done, total)

        built = film_index.build(self.films, encoder.embed, report)
        try:
            for old in self._cache.glob("films-*.npz"):
                old.unlink(missing_ok=True)
            film_index.save(built, path)
        except OSError as error:
            log.warning("the film index could not be stored", extra={"reason": str(error)})
        return built

    def _path(self, encoder: SentenceEncoder) -> Path:
        model = f"{encoder.card.model_dump_json()} {encoder.card.source and encoder.card.source.file_sha256}"
        return self._cache / f"films-{film_index.key_of(self.films, model)[:32]}.npz"

    def stop(self) -> None:
        """Have a `refresh` that runs in another thread end soon."""
        self._stopped.set()

    async def close(self) -> None:
        """Stop making an index, if one is being made."""
        self.stop()
        if self._making is not None:
            await asyncio.gather(self._making, return_exceptions=True)

    async def suggest(self, typed: str, count: int) -> list[Film]:
        """Return up to `count` films for what somebody has typed so far: that very title, then those that begin so."""
        films = self.films if self._catalogue else await self._engine.run(lambda: self.films)
        wanted = typed.strip().casefold()
        found = [film for film in films if wanted in film.name.casefold()]

        def rank(film: Film) -> tuple[bool, bool, int]:
            title = film.title.casefold()
            # The newest first where nothing is typed: more people know them.
            return title != wanted, not title.startswith(wanted), -film.year

        return sorted(found, key=rank)[:count]

    async def name(self, titles: Sequence[str]) -> list[Named]:
        """Return, for each title that somebody typed, the film it means or the nearest titles. Blanks are left out.

        Raises the engine's errors.
        """
        return await self._engine.run(self._name_all, [one.strip()[:MAX_TITLE] for one in titles if one.strip()])

    def _name_all(self, titles: Sequence[str]) -> list[Named]:
        return [self._name(title) for title in titles]

    def _name(self, typed: str) -> Named:
        wanted = typed.casefold()
        by_name = [film for film in self.films if wanted in {film.name.casefold(), film.title.casefold(), film.key}]
        if by_name:
            return Named(typed, by_name[0])
        nearness = sorted(self.films, key=lambda film: -_alike(wanted, film.title.casefold()))
        return Named(typed, None, tuple(nearness[:NEAREST_TITLES]))

    async def by_keys(self, keys: Sequence[str]) -> list[Film]:
        """Return the films of these keys; one that is no longer there is left out. Raises the engine's errors."""
        films = await self._engine.run(lambda: {film.key: film for film in self.films})
        return [films[key] for key in dict.fromkeys(keys) if key in films][:MAX_PICKS]

    async def recommend(self, picks: Sequence[Film]) -> Recommendation:
        """Return the films nearest to the average of one to three `picks`.

        Raises `NoFilm` without any, `StillReading` while the index is being made, `ModelUnavailable`, and the engine's
        errors.
        """
        if not picks:
            raise NoFilm
        index, encoder = await self._ready()
        result = await self._engine.run(self._compare, index, encoder, tuple(dict.fromkeys(picks))[:MAX_PICKS])
        self._engine.observe(result.trace)
        return result

    async def steps(self, picks: Sequence[Film]) -> RecommendationSteps:
        """Recommend once more, fingerprinting the model just before and just after, in one hop; raises likewise."""
        if not picks:
            raise NoFilm
        index, encoder = await self._ready()
        return await self._engine.run(self._proven, index, encoder, tuple(picks))

    async def _ready(self) -> tuple[FilmIndex, SentenceEncoder]:
        encoder = self._registry.encoder()
        if self._index is None:
            if self._making is None or self._making.done():
                self._making = asyncio.create_task(asyncio.to_thread(self.refresh), name="inferbot-films")
            try:
                await asyncio.wait_for(asyncio.shield(self._making), PATIENCE)
            except TimeoutError:
                raise StillReading from None
        if self._index is None:
            raise StillReading
        return self._index, encoder

    def _proven(self, index: FilmIndex, encoder: SentenceEncoder, picks: tuple[Film, ...]) -> RecommendationSteps:
        before = encoder.fingerprint()
        result = self._compare(index, encoder, picks)
        return RecommendationSteps(result, before, encoder.fingerprint())

    def _compare(self, index: FilmIndex, encoder: SentenceEncoder, picks: tuple[Film, ...]) -> Recommendation:
        trace = Trace()
        with trace.stage("model") as stage:
            texts = [text for film in picks for text in texts_of(film)]
            vectors = encoder.embed(texts)
            stage.input = f"{len(texts)} texts"
            stage.output = str(Tensor.of(vectors))
        with trace.stage("average") as stage:
            stage.input = str(Tensor.of(vectors))
            each = np.stack([average(pair) for pair in vectors.reshape(len(picks), 2, -1)])
            taste = average(each)
            stage.output = str(Tensor.of(taste))
        with trace.stage("compare") as stage:
            stage.input = str(Tensor.of(index.films))
            own = [i for i, film in enumerate(self.films) if film in picks]
            near = nearest(index.films, taste, SUGGESTED, own)
            stage.output = f"{len(index.films) - len(own)} cosines, the best {len(near)}"
        with trace.stage("reasons") as stage:
            sentences = [sentence for i, _ in near for sentence in self.films[i].sentences]
            stage.input = f"{len(sentences)} sentences"
            said = dict(zip(sentences, encoder.embed(sentences) @ taste, strict=True))
            suggestions = tuple(self._because(index, i, cosine, said, picks, each) for i, cosine in near)
            stage.output = f"{len(suggestions)} reasons"
        flat = FilmMap(index.places, tuple(own), tuple(i for i, _ in near), index.kept)
        beginning = tuple(float(number) for number in taste[:4])
        return Recommendation(picks, suggestions, beginning, len(index.films), flat, trace)

    def _because(
        self,
        index: FilmIndex,
        number: int,
        cosine: float,
        said: Mapping[str, float],
        picks: tuple[Film, ...],
        each: Float32,
    ) -> Suggestion:
        """Return the film of that number with why; `said` holds how near each of its sentences is to the taste."""
        film = self.films[number]
        like = picks[nearest(each, index.films[number], 1)[0][0]]
        return Suggestion(
            film=film,
            cosine=cosine,
            sentence=max(film.sentences, key=lambda one: said[one]),
            like=like,
            genres=tuple(one for one in film.genres if one in like.genres),
            themes=tuple(one for one in film.themes if one in like.themes),
        )


def _alike(typed: str, title: str) -> float:
    """Return how much a typed title is like a real one, 0 to 2: letters in order, and more if one is in the other."""
    inside = typed in title or (len(title) > 3 and title in typed)
    return SequenceMatcher(None, typed, title).ratio() + inside


def open_recommend(cache_dir: Path, registry: Registry, engine: Engine) -> RecommendFeature:
    """Return a recommender of the films that come with Inferbot. Reads nothing yet."""
    return RecommendFeature(engine, registry, cache_dir / "films")
