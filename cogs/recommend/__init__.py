"""What might you like? `/recommend`: films with similar descriptions."""

from collections.abc import Sequence

from discord import app_commands

from ...features.recommend import MAX_TITLE
from ...features.wording import clip
from ...knowledge.film_titles import TitleMatch
from ...knowledge.films import Film
from .. import errors, sending
from ..feature import FeatureCog, deferred, extension, suggested
from ..limits import CHOICE_NAME, CHOICES
from ..posting import Post
from ..ui import Interaction, Shown
from . import view as views

# The films a demo starts from when no one has named any.
SHOWN_FILMS = ("The Matrix", "Spirited Away")

Title = app_commands.Range[str, 1, MAX_TITLE]


class Recommend(FeatureCog):
    """Recommends films by their descriptions, shows how, and draws the map."""

    demo = "recommend"
    promise = "Name films you like, and see which films have similar descriptions."

    @app_commands.command(
        name="recommend", description="Name films you like, and see which films have similar descriptions"
    )
    @app_commands.describe(
        film="A film you like", second_film="Another film (optional)", third_film="A third film (optional)"
    )
    @deferred
    async def recommend(
        self,
        _: Interaction,
        film: Title,
        second_film: Title | None = None,
        third_film: Title | None = None,
    ) -> Shown:
        """Recommend films, to the asker alone."""
        named = await self.services.recommend.match([film, second_film or "", third_film or ""])
        picks = [one.film for one in named if one.film]
        unknown = [one for one in named if not one.film]
        if unknown and not picks:
            return views.unknown_view(unknown)
        return await self._answer(picks, unknown)

    @recommend.autocomplete("film")
    @recommend.autocomplete("second_film")
    @recommend.autocomplete("third_film")
    @suggested
    async def films_for(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the films that fit what has been typed, from memory."""
        films = await self.services.recommend.suggest(current, CHOICES)
        return [app_commands.Choice(name=clip(film.name, CHOICE_NAME), value=film.name) for film in films]

    async def start(self, interaction: Interaction, about: str) -> Shown:  # noqa: ARG002 - any article
        """Recommend from two well-known films."""
        named = await self.services.recommend.match(SHOWN_FILMS)
        return await self._answer([one.film for one in named if one.film])

    async def pressed(self, interaction: Interaction, action: str, key: str) -> Shown | None:
        """Answer `from` (recommend from these films), `steps` or `share`; the key is the films' own."""
        match action:
            case "steps":
                films = await self._films(interaction, key)
                return views.steps_view(await self.services.recommend.steps(films))
            case "from":
                return await self._answer(await self._films(interaction, key))
            case "share":
                return await self.share(interaction, lambda: self._shared(interaction, key))
            case _:
                raise errors.OldButton(action)

    async def _films(self, interaction: Interaction, key: str) -> Sequence[Film]:
        await sending.defer(interaction)
        films = await self.services.recommend.by_keys(key.split("."))
        if not films:
            raise errors.OldButton(key)
        return films

    async def _answer(self, films: Sequence[Film], unknown: Sequence[TitleMatch] = ()) -> Shown:
        result, chart = await self.services.recommend.recommend(films)
        return views.recommended_view(result, chart, unknown)

    async def _shared(self, interaction: Interaction, key: str) -> Post:
        result, chart = await self.services.recommend.recommend(await self._films(interaction, key))
        return Post(views.shared_view(result, chart, interaction.user.id))


setup, teardown = extension(__name__, Recommend)
