"""The question of the day: the same for a whole server, answered once per person."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ...knowledge.packs import Question
from ...store import daily as rows
from ...store.records import DailyRecord
from ...store.store import Store
from ..chance import shuffled
from ..errors import TooLate
from ..streaks import DAY, streak
from .asked import Asked, ask
from .library import Library, has_answer


class QuestionRemoved(Exception):
    """The question a person answered today is no longer in any pack, or no longer has that option."""


@dataclass(frozen=True, slots=True)
class Today:
    """One person's answer of a day, how their server did so far, and when the next question comes (Unix seconds)."""

    asked: Asked
    position: int
    answered: int
    right: int
    streak: int
    next_at: float


class Daily:
    """Asks the question of the day and takes its answers."""

    def __init__(self, store: Store, library: Library) -> None:
        self._store = store
        self._library = library

    async def question(self, guild: int, day: dt.date) -> Asked:
        """Return a server's question of a day. Raises `NoQuestions`.

        It stays the same once someone has answered it, even when packs change during the day.
        """
        answers = await self._store.read(lambda c: rows.of_day(c, guild, day.isoformat()))
        known = self._library.question(guild, answers[0].question) if answers else None
        return _asked_on(known or question_of(self._library.choose(guild, fits=has_answer), guild, day), guild, day)

    async def answer(self, guild: int, day: dt.date, user: int, position: int, interaction: int) -> Today:
        """Take an answer, unless the person has given one, and return the one that counts.

        Raises `TooLate` for an option that isn't there, `NoQuestions` or `QuestionRemoved`.
        """
        asked = await self.question(guild, day)
        if not 0 <= position < len(asked.options):
            raise TooLate
        new = DailyRecord(
            guild, day.isoformat(), user, asked.id, position, right=position == asked.answer, interaction=interaction
        )
        return await self._today(await self._store.write(lambda c: rows.put(c, new)))

    async def answered(self, guild: int, day: dt.date, user: int) -> Today | None:
        """Return a person's answer of a day, if they have given one. Raises `QuestionRemoved`."""
        answers = await self._store.read(lambda c: rows.of_day(c, guild, day.isoformat()))
        mine = next((one for one in answers if one.user == user), None)
        return await self._today(mine) if mine else None

    async def _today(self, mine: DailyRecord) -> Today:
        question = self._library.question(mine.guild, mine.question)
        if question is None or mine.position >= len(question.options):
            raise QuestionRemoved
        day = dt.date.fromisoformat(mine.day)
        everyone = await self._store.read(lambda c: rows.of_day(c, mine.guild, mine.day))
        own = await self._store.read(lambda c: rows.of_user(c, mine.guild, mine.user))
        return Today(
            asked=_asked_on(question, mine.guild, day),
            position=mine.position,
            answered=len(everyone),
            right=sum(one.right for one in everyone),
            streak=streak([dt.date.fromisoformat(one.day) for one in own], day),
            next_at=dt.datetime.combine(day + DAY, dt.time(), dt.UTC).timestamp(),
        )


def question_of(questions: Sequence[Question], guild: int, day: dt.date) -> Question:
    """Return a server's question of a day: none comes again before all have been asked."""
    ids = sorted(one.id for one in questions)
    turn, place = divmod(day.toordinal(), len(ids))
    chosen = ids[shuffled(len(ids), f"{guild}:{turn}")[place]]
    return next(one for one in questions if one.id == chosen)


def _asked_on(question: Question, guild: int, day: dt.date) -> Asked:
    """Return a question with its options in the order a server sees them that day."""
    return ask(question, f"{guild}:{day}")
