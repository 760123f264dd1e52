"""Film titles: which film a title means, the nearest titles to a misspelled one, and completions of what is typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from .films import Film

NEAREST_TITLES = 5


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """A title that a person typed, and the film it means, or else the films with the nearest titles."""

    typed: str
    film: Film | None
    nearest: tuple[Film, ...] = ()


class FilmTitles:
    """The titles of `films`, which are in the order of their years."""

    def __init__(self, films: tuple[Film, ...]) -> None:
        self.films = films
        self._by_key = {film.key: film for film in films}
        self._folded = [(film.name.casefold(), film.title.casefold(), film) for film in films]
        # The oldest film with a title wins over the others with that title.
        self._known = {text: one[2] for one in reversed(self._folded) for text in (one[0], one[1], one[2].key)}

    def match(self, typed: str) -> TitleMatch:
        """Return the film that a title, a title with its year, or a key means; else the nearest titles."""
        wanted = typed.casefold()
        if film := self._known.get(wanted):
            return TitleMatch(typed, film)
        nearest = sorted(self._folded, key=lambda one: -_similarity(wanted, one[1]))[:NEAREST_TITLES]
        return TitleMatch(typed, None, tuple(film for _, _, film in nearest))

    def completions(self, typed: str, count: int) -> list[Film]:
        """Return up to `count` films whose name contains `typed`: that exact title first, then those that begin so."""
        wanted = typed.strip().casefold()
        found = [(title, film) for name, title, film in self._folded if wanted in name]

        def rank(one: tuple[str, Film]) -> tuple[bool, bool, int]:
            title, film = one
            # The newest first if nothing is typed: more people know them.
            return title != wanted, not title.startswith(wanted), -film.year

        return [film for _, film in sorted(found, key=rank)][:count]

    def by_keys(self, keys: Sequence[str]) -> list[Film]:
        """Return the films with these keys, each once; unknown keys are skipped."""
        return [self._by_key[key] for key in dict.fromkeys(keys) if key in self._by_key]


def _similarity(typed: str, title: str) -> float:
    """Return how similar two titles are: as wholes, and the shorter to the best part of the longer."""
    from rapidfuzz import fuzz

    return fuzz.ratio(typed, title) + fuzz.partial_ratio(typed, title)
