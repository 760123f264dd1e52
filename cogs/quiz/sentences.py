"""What people are told when the quiz can't do what they ask for: its part of the table of sentences."""

from ...features.wording import clip
from ...knowledge.packs import PackError
from ...quiz import errors as quiz
from ...quiz.rules import MAX_PLAYERS
from ...quiz.running import library
from ...quiz.running.hosting import AlreadyPlaying, NoGame
from ...quiz.running.outlet import OutletForbidden, OutletGone
from ...quiz.running.predictor import NoPrediction
from ..errors import says
from ..text import plain
from .game import Lacking, NotYours, link_to
from .nights import DraftForgotten, MayNotPlan, NotYourChannel
from .packs import MayNotManage
from .practice import PracticeForgotten

GAME_OVER = "That game is over. `/quiz start` opens a new one."


def _playing(error: AlreadyPlaying) -> str:
    where = f": {link_to(error.table)}" if error.table else "."
    return f"There is a quiz in this channel already{where}"


def _zone(error: quiz.NoSuchZone) -> str:
    near = " or ".join(f"`{one}`" for one in error.near) or "`Europe/Berlin` or `UTC`"
    return f"I don't know the time zone “{plain(clip(error.zone, 40))}”. Try {near}."


def _problems(error: PackError) -> str:
    lines = [f"- {plain(clip(problem, 300))}" for problem in error.problems[:8]]
    rest = len(error.problems) - len(lines)
    more = f"\n- and {rest} more" if rest > 0 else ""
    return "That pack has mistakes. Put them right and upload it again:\n" + "\n".join(lines) + more


says(quiz.TooLate, lambda _: "Too late: that question is closed. The next one comes soon.")
says(quiz.GameOver, lambda _: GAME_OVER)
says(quiz.GamePaused, lambda _: "The quiz is paused. Vote when it goes on: your time is kept.")
says(quiz.NotPaused, lambda _: "The quiz is not paused.")
says(quiz.NotAsking, lambda _: "There is no open question just now.")
says(quiz.LobbyClosed, lambda _: "The game has begun. You can still join: just answer the next question.")
says(quiz.LobbyFull, lambda _: f"This game is full: it has {MAX_PLAYERS} players. Join the next one.")
says(quiz.NotInGame, lambda _: "You are not in this game, so there is nothing to leave.")
says(quiz.NobodyJoined, lambda _: "Nobody has joined yet. Press Join first.")
says(quiz.NoSuchTeam, lambda _: "This game has no such team. Pick one of those on the buttons.")
says(
    PracticeForgotten,
    lambda _: "I no longer have that practice: I keep one for a few minutes only. `/quiz practice` begins a new one.",
)
says(NoPrediction, lambda _: "The model can't look at the photo just now. Try again in a minute.")
says(
    quiz.NotUnderstood,
    lambda e: f"I can't read “{plain(e.text)}” as a time. Write it like `tomorrow 19:00` or `2026-12-24 20:00`.",
)
says(quiz.NoSuchDay, lambda _: "That time does not exist: check the day, and whether the clocks change just then.")
says(quiz.InThePast, lambda _: "That time has passed already. Choose one that is still to come.")
says(quiz.TooFarAhead, lambda e: f"That is too far ahead. Choose a time within the next {e.days} days.")
says(quiz.NoSuchZone, _zone)
says(MayNotPlan, lambda _: "Only people who may create or manage events can plan a quiz night.")
says(NotYourChannel, lambda _: "You can't write in that channel yourself. Choose one that you can write in.")
says(DraftForgotten, lambda _: "I no longer have that plan: I keep one for some minutes. Use `/quiz schedule` again.")
says(AlreadyPlaying, _playing)
says(NoGame, lambda _: "There is no quiz in this channel just now. `/quiz start` opens one.")
says(
    NotYours,
    lambda _: "Only whoever started this quiz can do that, or somebody who may manage messages or events.",
)
says(
    Lacking,
    lambda e: (
        f"I lack permissions in this channel: {', '.join(e.names)}. Ask a moderator to give me those, then try again."
    ),
)
says(OutletForbidden, lambda _: "I can't write in this channel. Ask a moderator to check my permissions there.")
says(OutletGone, lambda _: "That channel is no longer there. Start the quiz in another one.")
says(library.NoSuchPack, lambda _: "I don't have that pack. Pick one from the list that appears as you type.")
says(library.NoQuestions, lambda _: "No question fits that choice. Leave out the difficulty or take another pack.")
says(library.TooManyPacks, lambda _: "This server has ten packs of its own, which is the most. Remove one first.")
says(
    library.PackNameTaken,
    lambda e: f"There is already a pack named {plain(e.name)} that comes with me. Give your file another name.",
)
says(PackError, _problems)
says(MayNotManage, lambda _: "Only people who may manage this server can change its packs.")
