"""Playing alone: `/quiz practice`, `/quiz daily`, the leaderboard and your own scores."""

from typing import Literal

from discord import app_commands

from ...features.recent import Expired
from ...quiz.running.library import EVERYTHING
from ...quiz.running.practice import Practice
from ...quiz.running.situations import SITUATIONS, TITLE
from ...quiz.streaks import season_of
from .. import errors
from ..feature import deferred, find_demo, suggested
from ..limits import CHOICES
from ..ui import Interaction, Shown
from .group import quiz
from .part import (
    DIFFICULTIES,
    Buttons,
    PackName,
    Part,
    choices,
    guild_of,
    numbers,
    pack_choices,
    today_of,
    updating,
)
from .view import board as boards
from .view import practice as views
from .view.game import LIVE


class PracticeCommands(Part):
    """The commands and buttons of what one person does alone."""

    def practice_buttons(self) -> Buttons:
        """Return what answers each button."""
        return {
            "pick": self._pick,
            "next": self._next,
            "end": self._end,
            "daily": self._answer_daily,
            "board": self._turn_page,
        }

    @quiz.command(name="practice", description="Practice alone, at your own pace; only you see it")
    @app_commands.describe(
        topic="Only questions on this topic",
        pack="Question pack (default: all)",
        difficulty="Only easy, medium or hard questions",
    )
    @app_commands.choices(difficulty=DIFFICULTIES)
    @deferred
    async def practise(
        self,
        interaction: Interaction,
        topic: PackName | None = None,
        pack: PackName = EVERYTHING,
        difficulty: str | None = None,
    ) -> Shown:
        """Ask the first question."""
        articles = self.services.ask.articles.values()
        slug = next((one.slug for one in articles if topic in (one.slug, one.title)), topic)
        begun = await self.quiz.practise(
            interaction.guild_id, interaction.user.id, pack=pack, difficulty=difficulty, article=slug
        )
        return views.next_view(*begun)

    @practise.autocomplete("topic")
    @suggested
    async def topics_for(self, _: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the topics that match what is typed, from memory."""
        return choices({one.slug: one.title for one in self.services.ask.articles.values()}, current)

    @practise.autocomplete("pack")
    @suggested
    async def packs_to_practise(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the packs, and the labeled situations too, that match what is typed, from memory."""
        found = pack_choices(self.quiz.library, interaction.guild_id, current)
        return [*found[: CHOICES - 1], *choices({SITUATIONS: TITLE}, current)]

    async def start(self, interaction: Interaction, about: str) -> Shown:
        """Practice on the article `about`, or on everything if there is no question on it."""
        begun = await self.quiz.practise_about(interaction.guild_id, interaction.user.id, about)
        return views.next_view(*begun)

    @updating
    async def _pick(self, interaction: Interaction, key: str) -> Shown:
        name, _, rest = key.partition(".")
        number, position = numbers(rest, 2)
        practice = self._recall(name, interaction)
        await practice.answer(number, position, self.quiz.predictor)
        return views.practised_view(practice, number, name, self.services.ask.articles, can_run=self._can_run())

    @updating
    async def _next(self, interaction: Interaction, key: str) -> Shown:
        return views.next_view(key, self._recall(key, interaction))

    @updating
    async def _end(self, interaction: Interaction, key: str) -> Shown:
        return views.practice_end_view(self._recall(key, interaction), self.services.ask.articles)

    def _recall(self, key: str, interaction: Interaction) -> Practice:
        practice = self.quiz.practices.recall(key)
        if practice.owner != interaction.user.id:
            raise Expired("practice")
        return practice

    def _can_run(self) -> bool:
        return all(find_demo(self.bot, one) for one in LIVE)

    @quiz.command(name="daily", description="This server's question of the day")
    @deferred
    async def daily(self, interaction: Interaction) -> Shown:
        """Ask it, or show how it went if it has been answered."""
        guild, day = guild_of(interaction), today_of(interaction)
        today = await self.quiz.daily.answered(guild, day, interaction.user.id)
        if today is None:
            asked = await self.quiz.daily.question(guild, day)
            return views.asked_view(asked, "Question of the day", "daily", day.isoformat())
        return views.daily_view(today, self.services.ask.articles, can_run=self._can_run())

    @updating
    async def _answer_daily(self, interaction: Interaction, key: str) -> Shown:
        day, _, rest = key.partition(".")
        (position,) = numbers(rest, 1)
        if day != today_of(interaction).isoformat():
            raise errors.OldButton(day)
        today = await self.quiz.daily.answer(
            guild_of(interaction), today_of(interaction), interaction.user.id, position, interaction.id
        )
        return views.daily_view(today, self.services.ask.articles, can_run=self._can_run())

    @quiz.command(name="leaderboard", description="Who has the most points in this server")
    @app_commands.describe(season="This season (a quarter of the year), or all of them")
    @deferred
    async def leaderboard(self, interaction: Interaction, season: Literal["season", "all"] = "season") -> Shown:
        """Show the first page, to the asker alone."""
        return await self._board(interaction, boards.ALL if season == "all" else season_of(today_of(interaction)), 0)

    @updating
    async def _turn_page(self, interaction: Interaction, key: str) -> Shown:
        season, _, rest = key.rpartition(".")
        (page,) = numbers(rest, 1)
        return await self._board(interaction, season, page)

    async def _board(self, interaction: Interaction, season: str, page: int) -> Shown:
        board = await self.quiz.scores.board(guild_of(interaction), None if season == boards.ALL else season)
        return boards.board_view(board, season, page, interaction.user.id)

    @quiz.command(name="me", description="Your own points, packs and days in this server")
    @deferred
    async def me(self, interaction: Interaction) -> Shown:
        """Show a person's own scores, to them alone."""
        guild = guild_of(interaction)
        mine = await self.quiz.scores.of(guild, interaction.user.id, today_of(interaction))
        return boards.me_view(mine)
