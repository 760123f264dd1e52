"""Playing alone: `/quiz practice`, `/quiz daily`, and one's own place and figures."""

import asyncio
import datetime as dt
from typing import Any, Literal

import discord
from discord import app_commands

from ...features.recent import Forgotten
from ...features.wording import clip
from ...knowledge.packs import Question
from ...quiz.running.asked import predicted
from ...quiz.running.library import EVERYTHING, NoQuestions, has_answer
from ...quiz.running.practice import Practice, asked_on, practice, question_of_the_day
from ...quiz.running.situations import SITUATIONS, TITLE, situation_questions
from ...quiz.streaks import best_streak, season_of, streak
from ...store import daily as daily_rows
from ...store import scores as score_rows
from ...store.records import DailyRecord
from .. import errors, sending
from ..feature import FeatureCog, answered, find_demo
from ..limits import CHOICE_NAME, CHOICES
from .game import DIFFICULTIES, PackName, guild_of, pack_choices
from .group import quiz
from .view import board as boards
from .view import practice as views
from .view.game import LIVE


class PracticeForgotten(Exception):
    """A practice that is not kept any more."""


def today_of(interaction: discord.Interaction[Any]) -> dt.date:
    """Return the day on which somebody did something, in UTC."""
    return interaction.created_at.astimezone(dt.UTC).date()


class Alone(FeatureCog):
    """The commands and buttons of what one person does alone."""

    @quiz.command(name="practice", description="Practise alone, at your own pace; only you see it")
    @app_commands.describe(
        topic="Only questions on this topic", pack="Only questions of this pack", difficulty="Only easy, medium or hard"
    )
    @app_commands.choices(difficulty=DIFFICULTIES)
    @answered
    async def practise(
        self,
        interaction: discord.Interaction[Any],
        topic: PackName | None = None,
        pack: PackName = EVERYTHING,
        difficulty: str | None = None,
    ) -> None:
        """Ask the first question."""
        articles = self.services.ask.articles
        slug = next((one.slug for one in articles.values() if topic in (one.slug, one.title)), topic)
        if pack in (SITUATIONS, TITLE):
            found = list(await asyncio.to_thread(situation_questions))
        else:
            library = self.services.library
            can = self.services.host.runner.predictor.can
            found = library.choose(interaction.guild_id, pack=pack, difficulty=difficulty, article=slug, fits=can)
        await self._practise(interaction, found)

    @practise.autocomplete("topic")
    async def topics_for(self, _: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        """Return the topics that fit what is typed, from memory."""
        typed = current.strip().casefold()
        found = [one for one in self.services.ask.articles.values() if typed in one.title.casefold()]
        return [app_commands.Choice(name=clip(one.title, CHOICE_NAME), value=one.slug) for one in found[:CHOICES]]

    @practise.autocomplete("pack")
    async def packs_to_practise(
        self, interaction: discord.Interaction[Any], current: str
    ) -> list[app_commands.Choice[str]]:
        """Return the packs, and the labelled situations besides, that fit what is typed, from memory."""
        found = pack_choices(self.services.library, interaction.guild_id, current)
        if current.strip().casefold() in TITLE.casefold():
            found = [*found[: CHOICES - 1], app_commands.Choice(name=TITLE, value=SITUATIONS)]
        return found

    async def start(self, interaction: discord.Interaction[Any], about: str) -> None:
        """Practise on the article `about`, or on anything when there is no question on it."""
        library = self.services.library
        can = self.services.host.runner.predictor.can
        try:
            found = library.choose(interaction.guild_id, article=about, fits=can)
        except NoQuestions:
            found = library.choose(interaction.guild_id, fits=can)
        await self._practise(interaction, found)

    async def _practise(self, interaction: discord.Interaction[Any], questions: list[Question]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        begun = practice(interaction.user.id, questions)
        key = self.services.practices.remember(begun, begun.size)
        await sending.finish(interaction, views.asked_view(begun.next(), "Question 1", "pick", f"{key}.0"))

    async def pressed_alone(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer a button of what one does alone. Raises `OldButton` for one that it does not know."""
        match action, key.split("."):
            case "pick", [name, number, position] if number.isdecimal() and position.isdecimal():
                await interaction.response.defer()
                await self._pick(interaction, self._recall(name, interaction), name, int(number), int(position))
            case "next", [name]:
                await interaction.response.defer()
                kept = self._recall(name, interaction)
                number = len(kept.chosen)
                shown = views.asked_view(kept.next(), f"Question {number + 1}", "pick", f"{name}.{number}")
                await sending.finish(interaction, shown)
            case "end", [name]:
                await interaction.response.defer()
                kept = self._recall(name, interaction)
                await sending.finish(interaction, views.practice_end_view(kept, self.services.ask.articles))
            case "daily", [day, position] if position.isdecimal():
                await interaction.response.defer()
                await self._answer_daily(interaction, day, int(position))
            case "board", [season, page] if page.isdecimal():
                await interaction.response.defer()
                await self._show_board(interaction, season, int(page))
            case _:
                raise errors.OldButton(action)

    def _recall(self, key: str, interaction: discord.Interaction[Any]) -> Practice:
        try:
            kept = self.services.practices.recall(key)
        except Forgotten:
            raise PracticeForgotten from None
        if kept.owner != interaction.user.id:
            raise PracticeForgotten
        return kept

    async def _pick(
        self, interaction: discord.Interaction[Any], kept: Practice, key: str, number: int, position: int
    ) -> None:
        """Take an answer, once: a second press of an old message changes nothing."""
        if number == len(kept.chosen):
            asked = kept.next()
            if not 0 <= position < len(asked.options):
                raise errors.OldButton(key)
            if asked.answer is None:
                prediction = await self.services.host.runner.predictor.predict(asked)
                asked = predicted(asked, prediction)
            if number == len(kept.chosen):  # nothing came in between while the model ran
                kept.asked[-1] = asked
                kept.chosen.append(position)
        shown = views.practised_view(kept, key, self.services.ask.articles, can_run=self._can_run())
        await sending.finish(interaction, shown)

    def _can_run(self) -> bool:
        return all(find_demo(self.bot, one) for one in LIVE)

    @quiz.command(name="daily", description="This server's question of the day")
    @answered
    async def daily(self, interaction: discord.Interaction[Any]) -> None:
        """Ask it, or show how it went if it has been answered already."""
        guild = guild_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        day = today_of(interaction)
        done = await self.services.store.read(lambda c: daily_rows.of_day(c, guild, day.isoformat()))
        mine = next((one for one in done if one.user == interaction.user.id), None)
        if mine is not None:
            await self._show_daily(interaction, mine)
            return
        asked = question_of_the_day(self._daily_questions(guild), guild, day)
        await sending.finish(interaction, views.asked_view(asked, "Question of the day", "daily", day.isoformat()))

    def _daily_questions(self, guild: int) -> list[Question]:
        return self.services.library.choose(guild, fits=has_answer)

    async def _answer_daily(self, interaction: discord.Interaction[Any], day: str, position: int) -> None:
        guild = guild_of(interaction)
        today = today_of(interaction)
        if day != today.isoformat():
            raise errors.OldButton(day)
        asked = question_of_the_day(self._daily_questions(guild), guild, today)
        if not position < len(asked.options):
            raise errors.OldButton(day)
        right = position == asked.answer
        new = DailyRecord(guild, day, interaction.user.id, asked.id, position, right, interaction.id)
        await self._show_daily(interaction, await self.services.store.write(lambda c: daily_rows.put(c, new)))

    async def _show_daily(self, interaction: discord.Interaction[Any], mine: DailyRecord) -> None:
        guild, day = mine.guild, dt.date.fromisoformat(mine.day)
        question = self.services.library.question(guild, mine.question)
        if question is None:
            raise NoQuestions
        asked = asked_on(question, guild, day)
        everybody = await self.services.store.read(lambda c: daily_rows.of_day(c, guild, mine.day))
        own = await self.services.store.read(lambda c: daily_rows.of_user(c, guild, mine.user))
        next_day = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
        today = views.Today(
            answered=len(everybody),
            right=sum(one.right for one in everybody),
            streak=streak([dt.date.fromisoformat(one.day) for one in own], day),
            next_at=round(next_day.timestamp()),
        )
        articles = self.services.ask.articles
        await sending.finish(
            interaction, views.daily_view(asked, mine.position, today, articles, can_run=self._can_run())
        )

    @quiz.command(name="leaderboard", description="Who has the most points in this server")
    @app_commands.describe(season="This season (a quarter of the year), or all of them")
    @answered
    async def leaderboard(
        self, interaction: discord.Interaction[Any], season: Literal["season", "all"] = "season"
    ) -> None:
        """Show the first page, for the asker alone."""
        guild_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_board(interaction, boards.ALL if season == "all" else season_of(today_of(interaction)), 0)

    async def _show_board(self, interaction: discord.Interaction[Any], season: str, page: int) -> None:
        guild = guild_of(interaction)
        only = None if season == boards.ALL else season
        board = await self.services.store.read(lambda c: score_rows.board(c, guild, only))
        await sending.finish(interaction, boards.board_view(board, season, page, interaction.user.id))

    @quiz.command(name="me", description="Your own points, packs and days in this server")
    @answered
    async def me(self, interaction: discord.Interaction[Any]) -> None:
        """Show somebody's own figures, for them alone."""
        guild, user = guild_of(interaction), interaction.user.id
        await interaction.response.defer(ephemeral=True, thinking=True)
        today = today_of(interaction)
        season = season_of(today)
        read = self.services.store.read
        by_pack = await read(lambda c: score_rows.by_pack(c, guild, user))
        board = await read(lambda c: score_rows.board(c, guild, season))
        own = await read(lambda c: daily_rows.of_user(c, guild, user))
        days = [dt.date.fromisoformat(one.day) for one in own]
        places = zip(boards.ranks(board), board, strict=True)
        mine = boards.Mine(
            packs={self.services.library.title(guild, pack): one for pack, one in by_pack.items()},
            place=next((place for place, one in places if one.user == user), None),
            season=season,
            streak=streak(days, today),
            best_days=best_streak(days),
            days=len(days),
            days_right=sum(one.right for one in own),
        )
        await sending.finish(interaction, boards.me_view(mine))
