"""Playing together in a channel: `/quiz start`, the buttons of a game, and who controls it."""

from typing import Literal

from discord import app_commands

from ...quiz.rules import MAX_QUESTIONS, MAX_SECONDS, MIN_QUESTIONS, MIN_SECONDS, Rules
from ...quiz.running.library import EVERYTHING
from ...quiz.running.session import GameSession, Plan
from ...quiz.votes import Outcome
from .. import errors, sending
from ..feature import deferred, suggested
from ..permissions import require_may_write
from ..ui import Interaction, Shown, sentence
from .group import quiz
from .part import DIFFICULTIES, Buttons, PackName, Part, guild_of, numbers, pack_choices, require_can_play
from .view import game as views
from .view.review import review_view

OUTCOMES = {
    Outcome.LOCKED: "Locked in: **{}**. You can change it once before time runs out.",
    Outcome.CHANGED: "Changed to **{}**. That's final now.",
    Outcome.SAME: "You already picked **{}**.",
    Outcome.FINAL: "You've already changed your answer once, so **{}** is final.",
}


class NotYours(Exception):
    """Controlling a game someone else started."""


class GameCommands(Part):
    """The commands and buttons of a game that a channel plays together."""

    def game_buttons(self) -> Buttons:
        """Return what answers each button."""
        return {
            "vote": self._vote,
            "join": self._join,
            "leave": self._leave,
            "begin": self._begin,
            "review": self._review,
            "again": self._again,
        }

    @quiz.command(name="start", description="Start a quiz in this channel")
    @app_commands.describe(
        pack="Question pack (default: all)",
        questions="How many questions (default: 10)",
        seconds="Seconds per question (default: 20)",
        difficulty="Only easy, medium or hard questions",
        teams="Play in teams",
    )
    @app_commands.choices(difficulty=DIFFICULTIES)
    @deferred
    async def start_game(
        self,
        interaction: Interaction,
        pack: PackName = EVERYTHING,
        questions: app_commands.Range[int, MIN_QUESTIONS, MAX_QUESTIONS] = 10,
        seconds: app_commands.Range[int, MIN_SECONDS, MAX_SECONDS] = 20,
        difficulty: str | None = None,
        teams: Literal[2, 3, 4] | None = None,
    ) -> Shown:
        """Open a lobby here, for everyone to see."""
        rules = Rules(questions=questions, seconds=seconds, teams=teams or 0, difficulty=difficulty)
        return await self._open(interaction, rules, pack)

    @start_game.autocomplete("pack")
    @suggested
    async def packs_for(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the packs that match what is typed, from memory."""
        return pack_choices(self.quiz.library, interaction.guild_id, current)

    async def _open(self, interaction: Interaction, rules: Rules, pack: str) -> Shown:
        guild = guild_of(interaction)
        require_may_write(interaction)
        require_can_play(interaction.channel, interaction.app_permissions)
        session = await self.quiz.games.start(
            Plan(guild, interaction.channel_id or 0, interaction.user.id, rules, pack)
        )
        if session.message is None:
            return sentence("Discord isn't taking my messages right now. The lobby opens here as soon as it does.")
        return sentence(
            f"The lobby is open: {views.link_to(session)}\nControl it with `/quiz pause`, `resume`, `skip` and `stop`."
        )

    @quiz.command(name="stop", description="End this channel's quiz now; points so far count")
    @deferred
    async def stop_game(self, interaction: Interaction) -> Shown:
        """End the game."""
        await self.quiz.games.stop(self._controlled(interaction))
        return sentence("The quiz is over. Points so far count.")

    @quiz.command(name="pause", description="Pause this channel's quiz")
    @deferred
    async def pause_game(self, interaction: Interaction) -> Shown:
        """Pause the game; the time that is left stays."""
        await self.quiz.games.pause(self._controlled(interaction), interaction.created_at.timestamp())
        return sentence("Paused. `/quiz resume` continues with the time that was left.")

    @quiz.command(name="resume", description="Resume this channel's quiz")
    @deferred
    async def resume_game(self, interaction: Interaction) -> Shown:
        """Resume the game with the time that was left."""
        channel = self._controlled(interaction)
        require_can_play(interaction.channel, interaction.app_permissions)
        await self.quiz.games.resume(channel, interaction.created_at.timestamp())
        return sentence("Resumed.")

    @quiz.command(name="skip", description="Skip this question; no one gets points for it")
    @deferred
    async def skip_question(self, interaction: Interaction) -> Shown:
        """Close the question, or move on from a lobby or a reveal."""
        await self.quiz.games.skip(self._controlled(interaction))
        return sentence("Skipped.")

    def _controlled(self, interaction: Interaction) -> int:
        """Return the channel, after checking that the person may control its game."""
        guild_of(interaction)
        session = self.quiz.games.in_channel(interaction.channel_id or 0)
        _check_control(interaction, session)
        return session.channel

    async def _vote(self, interaction: Interaction, key: str) -> Shown:
        game, number, position = numbers(key, 3)
        session = self.quiz.games.session(game)
        vote, outcome = await self.quiz.games.click(
            game, number, interaction.user.id, position, interaction.created_at.timestamp(), interaction.id
        )
        return sentence(OUTCOMES[outcome].format(views.letter(session.asked[number - 1], vote.position)))

    async def _join(self, interaction: Interaction, key: str) -> Shown:
        game, *team = numbers(key, 2 if "." in key else 1)
        session = await self.quiz.games.join(game, interaction.user.id, team[0] if team else None)
        where = f" You're on team **{views.TEAMS[team[0]]}**." if team else ""
        if session.game.rules.teams and not team:
            where = " You'll get a team when it starts."
        return sentence(f"You're in.{where} Good luck!")

    async def _leave(self, interaction: Interaction, key: str) -> Shown:
        (game,) = numbers(key, 1)
        await self.quiz.games.leave(game, interaction.user.id)
        return sentence("You're out. You can join again any time before it starts.")

    async def _begin(self, interaction: Interaction, key: str) -> None:
        (game,) = numbers(key, 1)
        _check_control(interaction, self.quiz.games.session(game))
        await sending.defer_update(interaction)
        await self.quiz.games.begin(game)

    async def _review(self, interaction: Interaction, key: str) -> Shown:
        session = await self._played(interaction, key)
        return review_view(session, interaction.user.id, self.services.ask.articles)

    async def _again(self, interaction: Interaction, key: str) -> Shown:
        session = await self._played(interaction, key)
        return await self._open(interaction, session.game.rules, session.record.pack)

    async def _played(self, interaction: Interaction, key: str) -> GameSession:
        (game,) = numbers(key, 1)
        await sending.defer(interaction)
        session = await self.quiz.games.find(game)
        if session is None:
            raise errors.OldButton(key)
        return session


def _check_control(interaction: Interaction, session: GameSession) -> None:
    may = interaction.permissions
    if interaction.user.id != session.record.host and not (may.manage_messages or may.manage_events):
        raise NotYours
