"""Content-based recommendation of films: embed the descriptions of the liked ones, average, and find the nearest.

No one else's taste is in it, only descriptions.
"""

import asyncio
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..knowledge.film_index import FilmCorpus, FilmIndex, texts_of
from ..knowledge.film_titles import FilmTitles, TitleMatch
from ..knowledge.films import FILMS, Film, read_catalog
from ..knowledge.search.vectors import Float32, mean, nearest
from ..models.engine import Engine
from ..models.registry import Registry
from ..models.runtime import Fingerprint
from ..models.tasks.sentence_similarity import SentenceEncoder
from ..models.trace import Tensor, Trace
from .background_index import BackgroundIndex
from .drawing.recommend import FilmMap, draw_map

log = logging.getLogger(__name__)

MAX_PICKS = 3
SUGGESTED = 5
MAX_TITLE = 100
# Seconds that a person waits for an index that is still being built before being asked to come back.
PATIENCE = 10.0


class IndexNotReady(Exception):
    """The index of films is still being built, which happens once."""


class NoFilm(Exception):
    """No film was named that a recommendation could start from."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One recommended film, and why.

    `cosine` is how near it is to the average of the picks, -1 to 1; `sentence` is the sentence of its description that
    is nearest to it; `like` is the pick that the film is nearest to, with the genres and themes they share.
    """

    film: Film
    cosine: float
    sentence: str
    like: Film
    genres: tuple[str, ...]
    themes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Recommendation:
    """The liked films, the nearest films (best first), and how they were found.

    `beginning` holds the first numbers of the average embedding, which was `compared` with that many films.
    """

    picks: tuple[Film, ...]
    suggestions: tuple[Suggestion, ...]
    beginning: tuple[float, ...]
    compared: int
    map: FilmMap
    trace: Trace


@dataclass(frozen=True, slots=True, eq=False)
class RecommendationSteps:
    """One more run with the same picks, and the model's fingerprint just before and just after it."""

    result: Recommendation
    before: Fingerprint
    after: Fingerprint


class RecommendFeature:
    """Recommends the films in `folder` with the registry's sentence model; the index is cached in `cache`."""

    def __init__(self, engine: Engine, registry: Registry, cache: Path, folder: Path = FILMS) -> None:
        self._engine = engine
        self._registry = registry
        self._folder = folder
        self._titles: FilmTitles | None = None
        self._lock = threading.Lock()
        self.index = BackgroundIndex[FilmIndex](registry, cache, "films", lambda: FilmCorpus(self.films))
        self._building: asyncio.Task[bool] | None = None

    @property
    def films(self) -> tuple[Film, ...]:
        """Every film, oldest first. The first call reads files: it blocks for about a tenth of a second."""
        return self._read().films

    async def close(self) -> None:
        """Stop building an index, if one is being built."""
        self.index.stop()
        if self._building is not None:
            await asyncio.gather(self._building, return_exceptions=True)

    async def suggest(self, typed: str, count: int) -> list[Film]:
        """Return up to `count` films for a title typed so far. Raises the engine's errors."""
        return (await self._title_search()).completions(typed, count)

    async def match(self, titles: Sequence[str]) -> list[TitleMatch]:
        """Return the film that each title means, or the nearest titles; blank ones are skipped.

        Raises the engine's errors.
        """
        search = await self._title_search()
        typed = [one.strip()[:MAX_TITLE] for one in titles if one.strip()]
        return await self._engine.run(lambda: [search.match(title) for title in typed])

    async def by_keys(self, keys: Sequence[str]) -> list[Film]:
        """Return the films with these keys; a film that no longer exists is skipped. Raises the engine's errors."""
        return (await self._title_search()).by_keys(keys)[:MAX_PICKS]

    async def _title_search(self) -> FilmTitles:
        return self._titles or await self._engine.run(self._read)

    def _read(self) -> FilmTitles:
        with self._lock:
            if self._titles is None:
                catalog = read_catalog(self._folder)
                for problem in catalog.problems:
                    log.warning(problem)
                self._titles = FilmTitles(catalog.films)
            return self._titles

    async def recommend(self, picks: Sequence[Film]) -> tuple[Recommendation, bytes]:
        """Return the films nearest to the average of one to three `picks`, and their map as a PNG.

        Raises `NoFilm` without any pick, `IndexNotReady` while the index is being built, `ModelUnavailable`, and the
        engine's errors.
        """
        chosen = _chosen(picks)
        index, encoder = await self._ready()
        result, chart = await self._engine.run(self._compare_and_draw, index, encoder, chosen)
        self._engine.observe(result.trace)
        return result, chart

    async def steps(self, picks: Sequence[Film]) -> RecommendationSteps:
        """Recommend once more, fingerprinting the model just before and just after, in one hop; raises the same."""
        chosen = _chosen(picks)
        index, encoder = await self._ready()
        return await self._engine.run(self._compare_and_prove, index, encoder, chosen)

    async def _ready(self) -> tuple[FilmIndex, SentenceEncoder]:
        encoder = self._registry.encoder()
        if self.index.current is None:
            if self._building is None or self._building.done():
                self._building = asyncio.create_task(asyncio.to_thread(self.index.refresh), name="inferbot-films")
            try:
                await asyncio.wait_for(asyncio.shield(self._building), PATIENCE)
            except TimeoutError:
                raise IndexNotReady from None
        if self.index.current is None:
            raise IndexNotReady
        return self.index.current, encoder

    def _compare_and_draw(
        self, index: FilmIndex, encoder: SentenceEncoder, picks: tuple[Film, ...]
    ) -> tuple[Recommendation, bytes]:
        result = self._compare(index, encoder, picks)
        return result, draw_map(result.map)

    def _compare_and_prove(
        self, index: FilmIndex, encoder: SentenceEncoder, picks: tuple[Film, ...]
    ) -> RecommendationSteps:
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
            each = np.stack([mean(pair) for pair in vectors.reshape(len(picks), 2, -1)])
            query = mean(each)
            stage.output = str(Tensor.of(query))
        with trace.stage("compare") as stage:
            stage.input = str(Tensor.of(index.films))
            own = [i for i, film in enumerate(self.films) if film in picks]
            near = nearest(index.films, query, SUGGESTED, own)
            stage.output = f"{len(index.films) - len(own)} cosines, the best {len(near)}"
        with trace.stage("reasons") as stage:
            films = [self.films[i] for i, _ in near]
            likes = [picks[nearest(each, index.films[i], 1)[0][0]] for i, _ in near]
            sentences = _nearest_sentences(encoder, films, query)
            stage.input = f"{sum(len(film.sentences) for film in films)} sentences"
            cosines = [cosine for _, cosine in near]
            suggestions = tuple(map(_explained, films, cosines, sentences, likes))
            stage.output = f"{len(suggestions)} reasons"
        names = [film.name for film in self.films]
        drawn = FilmMap(index.points, index.explained, names, tuple(own), tuple(i for i, _ in near))
        beginning = tuple(float(number) for number in query[:4])
        return Recommendation(picks, suggestions, beginning, len(index.films), drawn, trace)


def _chosen(picks: Sequence[Film]) -> tuple[Film, ...]:
    if not picks:
        raise NoFilm
    return tuple(dict.fromkeys(picks))[:MAX_PICKS]


def _nearest_sentences(encoder: SentenceEncoder, films: Sequence[Film], query: Float32) -> list[str]:
    """Return, for each film, the sentence of its description that is nearest to `query`."""
    sentences = [sentence for film in films for sentence in film.sentences]
    cosines = dict(zip(sentences, encoder.embed(sentences) @ query, strict=True))
    return [max(film.sentences, key=cosines.__getitem__) for film in films]


def _explained(film: Film, cosine: float, sentence: str, like: Film) -> Suggestion:
    genres = tuple(one for one in film.genres if one in like.genres)
    themes = tuple(one for one in film.themes if one in like.themes)
    return Suggestion(film, cosine, sentence, like, genres, themes)


def open_recommend(cache_dir: Path, registry: Registry, engine: Engine) -> RecommendFeature:
    """Return the recommender of the films that come with Inferbot. Reads nothing yet."""
    return RecommendFeature(engine, registry, cache_dir / "films")
