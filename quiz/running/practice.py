"""Practice: one question after another, alone and at your own pace."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...knowledge.packs import Question
from ..chance import draw
from ..errors import TooLate
from .asked import Asked, ask, predicted
from .predictor import Predictor

# The most questions in one practice.
MOST = 20


@dataclass(slots=True)
class Practice:
    """One person's practice: the questions `asked` so far, and which option they chose for each."""

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
        """The number of right answers."""
        return len(self.chosen) - len(self.missed)

    @property
    def missed(self) -> list[Asked]:
        """The questions answered wrong."""
        return [one for one, position in zip(self.asked, self.chosen, strict=False) if one.answer != position]

    @property
    def size(self) -> int:
        """Roughly how many bytes this keeps in memory."""
        return 2048 * (1 + len(self.questions))

    def next(self) -> Asked:
        """Return the question to answer now, the same one until it is answered. Raises `TooLate` after the last."""
        if self.over:
            raise TooLate
        if len(self.asked) == len(self.chosen):
            self.asked.append(ask(self.questions[len(self.asked)], self.seed))
        return self.asked[-1]

    async def answer(self, number: int, position: int, predictor: Predictor) -> None:
        """Take the answer to question `number`, once: a second one changes nothing.

        Raises `TooLate` for a question or an option that isn't there, or `NoPrediction`.
        """
        if number < len(self.chosen):
            return
        asked = self.next()
        if number > len(self.chosen) or not 0 <= position < len(asked.options):
            raise TooLate
        if asked.answer is None:
            asked = predicted(asked, await predictor.predict(asked))
        if number == len(self.chosen):  # no other answer came in while the model ran
            self.asked[-1] = asked
            self.chosen.append(position)


def practice(owner: int, questions: Sequence[Question]) -> Practice:
    """Return a new practice of up to twenty of `questions`, easy ones first."""
    seed = secrets.token_hex(8)
    by_id = {one.id: one for one in questions}
    drawn = [by_id[name] for name in draw(by_id, MOST, seed)]
    drawn.sort(key=lambda one: ("easy", "medium", "hard").index(one.difficulty))
    return Practice(owner, drawn, seed)
