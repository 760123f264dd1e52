"""Playing alone: one question after another at one's own pace, and one question a day for a whole server."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...knowledge.packs import Question
from ..drawing import draw, shuffled
from .asked import Asked, ask

# As many questions as one sitting has at most.
MOST = 20


@dataclass(slots=True)
class Practice:
    """One person's practice: `asked` so far, and what they chose for each."""

    owner: int
    questions: Sequence[Question]
    seed: str
    asked: list[Asked] = field(default_factory=list[Asked])
    chosen: list[int] = field(default_factory=list[int])

    @property
    def over(self) -> bool:
        """Whether every question has been answered."""
        return len(self.chosen) == len(self.questions)

    @property
    def right(self) -> int:
        """How many answers were right."""
        return sum(one.answer == position for one, position in zip(self.asked, self.chosen, strict=False))

    @property
    def missed(self) -> list[Asked]:
        """The questions whose answers were wrong."""
        return [one for one, position in zip(self.asked, self.chosen, strict=False) if one.answer != position]

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory."""
        return 2048 * (1 + len(self.questions))

    def next(self) -> Asked:
        """Return the question that is to be answered now; asking again gives the same one."""
        if len(self.asked) == len(self.chosen):
            self.asked.append(ask(self.questions[len(self.asked)], self.seed))
        return self.asked[-1]


def practice(owner: int, questions: Sequence[Question]) -> Practice:
    """Return a new practice of up to twenty of `questions`, easy ones first."""
    seed = secrets.token_hex(8)
    by_id = {one.id: one for one in questions}
    drawn = [by_id[name] for name in draw(by_id, MOST, seed)]
    drawn.sort(key=lambda one: ("easy", "medium", "hard").index(one.difficulty))
    return Practice(owner, drawn, seed)


def question_of_the_day(questions: Sequence[Question], guild: int, day: dt.date) -> Asked:
    """Return a server's question of a day: none comes again before all have been asked."""
    ids = sorted(one.id for one in questions)
    turn, place = divmod(day.toordinal(), len(ids))
    chosen = ids[shuffled(len(ids), f"{guild}:{turn}")[place]]
    return asked_on(next(one for one in questions if one.id == chosen), guild, day)


def asked_on(question: Question, guild: int, day: dt.date) -> Asked:
    """Return a question as a server is asked it on a day, the options in the same order for everybody."""
    return ask(question, f"{guild}:{day}")
