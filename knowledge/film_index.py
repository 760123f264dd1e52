"""The index of films: each film's embedding, and a flat map of them all.

As with the articles' index, the caller passes in the function that embeds texts, and the file is named after everything
it was made of.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .films import Film
from .search.embedding import Embed, Progress, embed_all
from .search.npz import Arrays
from .search.vectors import Float32, flatten, mean

# Bump this when an index is made differently, so that older files are rebuilt.
RECIPE = 1


class FilmIndex:
    """Embeddings of films, float32 [films, dimensions], of length one, and their flat map.

    `points` is float32 [films, 2], and `explained` the share of the variance that the map still shows, 0 to 1.
    """

    def __init__(self, films: Float32) -> None:
        self.films = films
        self.points, self.explained = flatten(films)


class FilmCorpus:
    """What an index of `films` is made of."""

    def __init__(self, films: Sequence[Film]) -> None:
        self._films = films

    def made_of(self) -> list[Any]:
        """Return everything that the index depends on but the model."""
        return [RECIPE, [(film.name, texts_of(film)) for film in self._films]]

    def build(self, embed: Embed, progress: Progress) -> Arrays:
        """Embed every film. Blocks for seconds; `progress` gets texts done, and the total."""
        texts = [text for film in self._films for text in texts_of(film)]
        pairs = embed_all(texts, embed, progress).reshape(len(self._films), 2, -1)
        # Half the bytes for a difference that no score shows.
        return {"films": np.stack([mean(pair) for pair in pairs]).astype(np.float16)}

    def open(self, arrays: Arrays) -> FilmIndex:
        """Return the index in the arrays that `build` made."""
        return FilmIndex(arrays["films"].astype(np.float32))


def labels_of(film: Film) -> str:
    """Return a film's genres and themes as one text for the model."""
    return f"{', '.join(film.genres)}: {', '.join(film.themes)}"


def described(film: Film) -> str:
    """Return a film's genres, themes and plot as one text for the model."""
    return f"A {' '.join(film.genres)} film about {', '.join(film.themes)}. {film.about}"


def texts_of(film: Film) -> tuple[str, str]:
    """Return the two texts that are embedded for a film: its labels, and the same with its description.

    Their embeddings are averaged: a description alone drowns what kind of film it is
    (`benchmarks/recommend.py --compare` shows by how much).
    """
    return labels_of(film), described(film)
