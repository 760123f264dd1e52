"""Titles and aliases: which article a name means, which names a text contains, and which complete what is typed."""

from collections.abc import Sequence

from ..articles import Article
from .lexicon import words


class Names:
    """The titles and aliases of `articles`. Every lookup is from memory and takes microseconds."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._owners = {name.casefold(): i for i, one in enumerate(articles) for name in (*one.aliases, one.title)}
        self._titles = [one.title for one in articles]
        names = [*self._titles, *(alias for one in articles for alias in one.aliases)]
        self._typed = [(name.casefold(), name) for name in names]
        self._by_first_word: dict[str, list[tuple[list[str], int]]] = {}
        for name, owner in self._owners.items():
            if spelled := words(name):
                self._by_first_word.setdefault(spelled[0], []).append((spelled, owner))

    def owner(self, text: str) -> int | None:
        """Return the position of the article whose title or alias is `text`, whatever its case."""
        return self._owners.get(text.strip().casefold())

    def in_text(self, text: str) -> list[int]:
        """Return the positions of the articles named in `text`, in the order in which they first appear there."""
        found = dict[int, None]()
        said = words(text)
        for place, word in enumerate(said):
            for name, owner in self._by_first_word.get(word, ()):
                if said[place : place + len(name)] == name:
                    found.setdefault(owner)
        return list(found)

    def completions(self, typed: str, count: int) -> list[str]:
        """Return up to `count` names that contain `typed`, those that begin with it first; titles if it is blank."""
        wanted = typed.strip().casefold()
        if not wanted:
            return self._titles[:count]
        found = [(folded, name) for folded, name in self._typed if wanted in folded]
        return [name for _, name in sorted(found, key=lambda one: not one[0].startswith(wanted))][:count]
