"""What people are told when the quiz can't do what they ask for: its part of the table of sentences."""

from collections.abc import Callable
from typing import Any

from ...features.wording import clip
from ...knowledge.packs import PackError
from ...quiz import errors as quiz
from ...quiz.rules import MAX_PLAYERS
from ...quiz.running.daily import QuestionRemoved
from ...quiz.running.games import AlreadyPlaying, NoGame
from ...quiz.running.library import MAX_PACKS, NoQuestions, NoSuchPack, PackNameTaken, TooManyPacks, UploadRunning
from ...quiz.running.nights import CalendarDown
from ...quiz.running.outlet import OutletBlocked, OutletForbidden, OutletGone
from ...quiz.running.predictor import NoPrediction
from ..errors import SENTENCES
from ..text import plain
from .game import NotYours
from .nights import MayNotPlan
from .packs import MayNotManage
from .view.game import link_to

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _playing(error: AlreadyPlaying) -> str:
    where = f": {link_to(error.session)}" if error.session else "."
    return f"There's already a quiz in this channel{where}"


def _zone(error: quiz.NoSuchZone) -> str:
    near = " or ".join(f"`{one}`" for one in error.near) or "`Europe/Berlin` or `UTC`"
    return f"I don't know the time zone “{plain(clip(error.zone, 40))}”. Try {near}."


def _problems(error: PackError) -> str:
    lines = [f"- {plain(clip(problem, 300))}" for problem in error.problems[:8]]
    rest = len(error.problems) - len(lines)
    more = f"\n- and {rest} more" if rest > 0 else ""
    return "That pack has mistakes. Fix them and upload it again:\n" + "\n".join(lines) + more


QUIZ_SENTENCES: dict[type[Exception], str | Callable[[Any], str]] = {
    quiz.TooLate: "Too late: that question is closed. The next one is coming.",
    quiz.GameOver: "That game is over. `/quiz start` starts a new one.",
    quiz.GamePaused: "The quiz is paused. Vote when it resumes; you'll have the time that was left.",
    quiz.NotPaused: "The quiz isn't paused.",
    quiz.NotAsking: "There's no open question right now.",
    quiz.LobbyClosed: "The game has started. You can still join: just answer the next question.",
    quiz.LobbyFull: f"This game is full ({MAX_PLAYERS} players). Join the next one.",
    quiz.NotInGame: "You're not in this game, so there's nothing to leave.",
    quiz.NoPlayers: "No one has joined yet. Press Join first.",
    quiz.NoSuchTeam: "This game doesn't have that team. Pick one of those on the buttons.",
    quiz.NotUnderstood: lambda e: (
        f"I can't read “{plain(e.text)}” as a time. Write it like `tomorrow 19:00` or `2026-12-24 20:00`."
    ),
    quiz.NoTime: lambda e: f"“{plain(e.text)}” has no time of day. Add one, like `19:00` or `7pm`.",
    quiz.WrongWeekday: lambda e: (
        f"{e.date.day} {e.date:%B %Y} is a {e.date:%A}, not a {WEEKDAYS[e.weekday]}. Check the date, or leave one out."
    ),
    quiz.NoSuchDay: "That time doesn't exist. Check the date, the hour, and whether the clocks change just then.",
    quiz.InThePast: "That time has passed. Choose one in the future.",
    quiz.TooFarAhead: lambda e: f"That's too far ahead. Choose a time within the next {e.days} days.",
    quiz.NoSuchZone: _zone,
    AlreadyPlaying: _playing,
    NoGame: "There's no quiz in this channel right now. `/quiz start` starts one.",
    NotYours: "Only the person who started this quiz can do that, or someone who can manage messages or events.",
    OutletForbidden: "I can't post in this channel. Ask a moderator to check my permissions here.",
    OutletBlocked: "This server's AutoMod stopped my message. Ask a moderator to let it through, then try again.",
    OutletGone: "That channel no longer exists. Start the quiz in another one.",
    NoPrediction: "The model isn't available right now. Try again in a minute.",
    MayNotPlan: "You need permission to create or manage events to plan a quiz night.",
    CalendarDown: "Discord didn't accept the event. Check that I can create events here, then try again.",
    NoSuchPack: "I don't have that pack. Pick one from the suggestions that appear as you type.",
    NoQuestions: "No question matches that choice. Leave out the difficulty or pick another pack.",
    UploadRunning: "I'm still checking another pack of this server. Wait a moment, then upload this one again.",
    QuestionRemoved: "You answered today, but that question's pack has been changed since. Come back tomorrow.",
    TooManyPacks: f"This server already has {MAX_PACKS} packs, the maximum. Remove one first.",
    PackNameTaken: lambda e: f"One of the built-in packs is already named {plain(e.name)}. Rename your file.",
    PackError: _problems,
    MayNotManage: "You need permission to manage this server to change its packs.",
}

SENTENCES.update(QUIZ_SENTENCES)
