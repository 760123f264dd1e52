"""The index of films: each as an embedding, and the flat map of them all.

As with the articles' index, whoever builds it passes in the function that embeds texts; the file is named after all
that it was made of, written whole or not at all, and made again only when the catalogue or the model changes.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .films import Film
from .search import arrays
from .search.index import Embed, Progress, embed_all
from .search.similarity import average, flatten

Float32 = npt.NDArray[np.float32]

# Change this number with the way an index is made, so that older ones are made again.
RECIPE = 1


class FilmIndex:
    """Embeddings of films, float32 [films, dimensions], of length one, and their flat map.

    `places` is float32 [films, 2], and `kept` the share of the spread that the map still shows, 0 to 1.
    """

    def __init__(self, films: Float32) -> None:
        self.films = films
        self.places, self.kept = flatten(films)


def labels_of(film: Film) -> str:
    """Return a film's genres and themes as one text for the model."""
    return f"{', '.join(film.genres)}: {', '.join(film.themes)}"


def texts_of(film: Film) -> tuple[str, str]:
    """Return the two texts that stand for a film: its genres and themes, and the same with its description.

    Each is embedded by itself and the two are averaged: a description alone drowns what kind of film it is
    (`benchmarks/recommend.py --compare` shows by how much).
    """
    return labels_of(film), told(film)


def told(film: Film) -> str:
    """Return what kind of film it is and what it tells, as one text for the model."""
    return f"A {' '.join(film.genres)} film about {', '.join(film.themes)}. {film.about}"


def key_of(films: Sequence[Film], model: str) -> str:
    """Return the SHA-256 of all that an index is made of; `model` names the model, its file and its settings."""
    made_of = [RECIPE, model, [(film.name, texts_of(film)) for film in films]]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def build(films: Sequence[Film], embed: Embed, progress: Progress) -> FilmIndex:
    """Embed everything. Blocks for seconds; `progress` hears of texts done, and of how many."""
    texts = [text for film in films for text in texts_of(film)]
    pairs = embed_all(texts, embed, progress).reshape(len(films), 2, -1)
    return FilmIndex(np.stack([average(pair) for pair in pairs]))


def save(index: FilmIndex, path: Path) -> None:
    """Write `index` to `path`, whole or not at all. Raises `OSError`."""
    # Half the bytes for a difference that no score shows.
    arrays.save(path, films=index.films.astype(np.float16))


def load(path: Path, films: Sequence[Film]) -> FilmIndex | None:
    """Return the index at `path`, or None where there is none that can be read."""
    found = arrays.load(path, "films")
    if found is None or len(found[0]) != len(films):
        return None
    return FilmIndex(found[0].astype(np.float32))
