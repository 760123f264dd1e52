"""Playing together in a channel: `/quiz start`, the buttons of a game, and who may steer it."""

from typing import Any, Literal, get_args

import discord
from discord import app_commands

from ...features.wording import clip
from ...knowledge.packs import Difficulty
from ...quiz.errors import NoMoreChanges
from ...quiz.rules import MAX_QUESTIONS, MAX_SECONDS, MIN_QUESTIONS, MIN_SECONDS, Rules
from ...quiz.running.hosting import NoGame, Plan
from ...quiz.running.library import EVERYTHING, Library
from ...quiz.running.session import GameSession
from ...quiz.votes import Outcome
from .. import errors, sending
from ..feature import FeatureCog, answered
from ..limits import CHOICE_NAME, CHOICES
from ..ui import Shown, sentence_view
from .group import quiz
from .view import game as views
from .view.review import review_view

NEEDED = discord.Permissions(view_channel=True, send_messages=True, attach_files=True, read_message_history=True)
SAID = {
    Outcome.LOCKED: "Locked in: **{}**. You may change it once, until the time is over.",
    Outcome.CHANGED: "Changed to **{}**. That is final now.",
    Outcome.SAME: "**{}** is what you have chosen already.",
}
FINAL = "You have changed your answer once already, and **{}** stands now."
DIFFICULTIES = [app_commands.Choice(name=one, value=one) for one in get_args(Difficulty)]
PackName = app_commands.Range[str, 1, CHOICE_NAME]


class NotYours(Exception):
    """Steering a game that somebody else started."""


class Lacking(Exception):
    """The bot lacks permissions in the channel; `names` are Discord's words for them."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(names)
        self.names = names


def require(interaction: discord.Interaction[Any], needed: discord.Permissions) -> None:
    """Raise `Lacking` when the bot may not do all of `needed` where the interaction is."""
    lacking = needed & ~interaction.app_permissions
    if lacking.value:
        raise Lacking([name.replace("_", " ").replace("guild", "server").title() for name, there in lacking if there])


def guild_of(interaction: discord.Interaction[Any]) -> int:
    """Return the server that a server-only command was used in. Raises `CheckFailure` elsewhere."""
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    return interaction.guild_id


def link_to(table: GameSession) -> str:
    """Return the address of a game's message."""
    return f"https://discord.com/channels/{table.guild}/{table.channel}/{table.message or ''}"


def pack_choices(library: Library, guild: int | None, current: str) -> list[app_commands.Choice[str]]:
    """Return the packs whose title or id holds what is typed, all packs together first."""
    typed = current.strip().casefold()
    named = {EVERYTHING: library.title(guild, EVERYTHING)}
    named |= {one.id: one.title for one in library.packs(guild).values()}
    fitting = [(key, title) for key, title in named.items() if typed in title.casefold() or typed in key]
    return [app_commands.Choice(name=clip(title, CHOICE_NAME), value=key) for key, title in fitting][:CHOICES]


class Playing(FeatureCog):
    """The commands and buttons of a game that a channel plays together."""

    @quiz.command(name="start", description="Open a quiz in this channel")
    @app_commands.describe(
        pack="Which questions (all packs, if you leave it out)",
        questions="How many questions",
        seconds="How many seconds for each",
        difficulty="Only easy, medium or hard ones",
        teams="Play in teams",
    )
    @app_commands.choices(difficulty=DIFFICULTIES)
    @answered
    async def start_game(
        self,
        interaction: discord.Interaction[Any],
        pack: PackName = EVERYTHING,
        questions: app_commands.Range[int, MIN_QUESTIONS, MAX_QUESTIONS] = 10,
        seconds: app_commands.Range[int, MIN_SECONDS, MAX_SECONDS] = 20,
        difficulty: str | None = None,
        teams: Literal[2, 3, 4] | None = None,
    ) -> None:
        """Open a lobby here, which everybody sees."""
        rules = Rules(questions=questions, seconds=seconds, teams=teams or 0, difficulty=difficulty)
        await self._open(interaction, rules, pack)

    @start_game.autocomplete("pack")
    async def packs_for(self, interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        """Return the packs that fit what is typed, from memory."""
        return pack_choices(self.services.library, interaction.guild_id, current)

    async def _open(self, interaction: discord.Interaction[Any], rules: Rules, pack: str) -> None:
        guild = guild_of(interaction)
        require(interaction, NEEDED)
        await interaction.response.defer(ephemeral=True, thinking=True)
        plan = Plan(guild, interaction.channel_id or 0, interaction.user.id, rules, pack)
        table = await self.services.host.start(plan)
        sentence = (
            f"The lobby is open: {link_to(table)}\nYou can steer it with `/quiz pause`, `resume`, `skip` and `stop`."
        )
        await sending.finish(interaction, Shown(sentence_view(sentence)))

    @quiz.command(name="stop", description="End this channel's quiz now, with the points so far")
    @answered
    async def stop_game(self, interaction: discord.Interaction[Any]) -> None:
        """End the game."""
        channel = await self._steering(interaction)
        await self.services.host.stop(channel)
        await self._done(interaction, "The quiz is over. Points won so far count.")

    @quiz.command(name="pause", description="Let this channel's quiz stand still")
    @answered
    async def pause_game(self, interaction: discord.Interaction[Any]) -> None:
        """Keep the time that is left."""
        channel = await self._steering(interaction)
        await self.services.host.pause(channel, interaction.created_at.timestamp())
        await self._done(interaction, "Paused. `/quiz resume` goes on with the time that was left.")

    @quiz.command(name="resume", description="Go on with this channel's quiz")
    @answered
    async def resume_game(self, interaction: discord.Interaction[Any]) -> None:
        """Go on with the time that was left."""
        channel = await self._steering(interaction)
        require(interaction, NEEDED)
        await self.services.host.resume(channel, interaction.created_at.timestamp())
        await self._done(interaction, "On we go.")

    @quiz.command(name="skip", description="Skip the present question; nobody gets points for it")
    @answered
    async def skip_question(self, interaction: discord.Interaction[Any]) -> None:
        """Close the question, or go on at once from a lobby or a reveal."""
        channel = await self._steering(interaction)
        await self.services.host.skip(channel)
        await self._done(interaction, "Skipped.")

    async def _steering(self, interaction: discord.Interaction[Any]) -> int:
        """Return the channel, after making sure that the person may steer its game."""
        guild_of(interaction)
        channel = interaction.channel_id or 0
        table = self.services.host.in_channel(channel)
        if table is None:
            raise NoGame
        self._may_steer(interaction, table)
        await interaction.response.defer(ephemeral=True, thinking=True)
        return channel

    def _may_steer(self, interaction: discord.Interaction[Any], table: GameSession) -> None:
        may = interaction.permissions
        if interaction.user.id != table.host and not (may.manage_messages or may.manage_events):
            raise NotYours

    async def _done(self, interaction: discord.Interaction[Any], sentence: str) -> None:
        await sending.finish(interaction, Shown(sentence_view(sentence)))

    async def pressed_in_game(self, interaction: discord.Interaction[Any], action: str, key: str) -> None:
        """Answer a button of a game. Raises `OldButton` for one that it does not know."""
        numbers = [int(part) if part.isdecimal() else -1 for part in key.split(".")]
        match action, numbers:
            case "vote", [game, number, position]:
                await self._vote(interaction, game, number, position)
            case "join", [game, *team] if len(team) <= 1:
                await self._join(interaction, game, team[0] if team else None)
            case "leave", [game]:
                await self.services.host.leave(game, interaction.user.id)
                await sending.whisper(interaction, Shown(sentence_view("You are out. Join again if you like.")))
            case "begin", [game]:
                self._may_steer(interaction, self.services.host.table(game))
                await interaction.response.defer()
                await self.services.host.begin(game)
            case "review", [game]:
                await self._review(interaction, game)
            case "again", [game]:
                await self._again(interaction, game)
            case _:
                raise errors.OldButton(action)

    async def _vote(self, interaction: discord.Interaction[Any], game: int, number: int, position: int) -> None:
        at = interaction.created_at.timestamp()
        host = self.services.host
        table = host.table(game)
        try:
            outcome = await host.click(game, number, interaction.user.id, position, at, interaction.id)
            said = SAID[outcome]
        except NoMoreChanges as error:
            position, said = error.position, FINAL
        sentence = said.format(views.letter(table.asked[number - 1], position))
        await sending.whisper(interaction, Shown(sentence_view(sentence)))

    async def _join(self, interaction: discord.Interaction[Any], game: int, team: int | None) -> None:
        table = await self.services.host.join(game, interaction.user.id, team)
        where = f" You play for **{views.TEAMS[team]}**." if team is not None else ""
        if table.game.rules.teams and team is None:
            where = " You get a team when it starts."
        await sending.whisper(interaction, Shown(sentence_view(f"You are in.{where} Good luck!")))

    async def _review(self, interaction: discord.Interaction[Any], game: int) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        table = await self.services.host.runner.keeper.find(game)
        if table is None:
            raise errors.OldButton("review")
        shown = review_view(table, interaction.user.id, self.services.ask.articles)
        await sending.finish(interaction, shown)

    async def _again(self, interaction: discord.Interaction[Any], game: int) -> None:
        table = await self.services.host.runner.keeper.find(game)
        if table is None:
            raise errors.OldButton("again")
        await self._open(interaction, table.game.rules, table.pack)
