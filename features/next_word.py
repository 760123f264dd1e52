"""What could come next? The model scores every token, people choose one, and so a sentence grows.

Each token that is offered has been checked: with it the sentence is still fit for everybody's eyes.
"""

import asyncio
from dataclasses import dataclass, field

from ..models.engine import Engine
from ..models.tasks import sampling
from ..models.tasks.text_generation import TextGenerator
from .complete import CompleteFeature
from .decency import is_decent
from .recent import Recent

OFFERED = 10
# How many of the best tokens are looked at to find so many that can be offered.
LOOKED_AT = 40
MOST_CHOSEN = 40
# How much of the end of a sentence is checked again with each token that could follow.
CHECKED = 120


class TooLate(Exception):
    """Somebody else chose first, or the sentence is over."""


class NotForAll(Exception):
    """A text that is not fit for everybody's eyes was to be shown to a channel."""


@dataclass(frozen=True, slots=True)
class Option:
    """A token that could come next, its text, and its score among all tokens; `ends` says that it is the text's end."""

    token: int
    piece: str
    score: float
    ends: bool = False


@dataclass(slots=True, eq=False)
class GrowingText:
    """A sentence that people write with the model: `text` so far, of which the model's tokens are `chosen`.

    `turn` counts the choices, so that of two people who press at once one is told that it was too late. Whether it is
    over stands in `over`; then there are no `options`.
    """

    owner: int
    start: str
    shared: bool
    text: str = ""
    chosen: list[int] = field(default_factory=list[int])
    options: tuple[Option, ...] = ()
    vocabulary: int = 0
    turn: int = 0
    people: set[int] = field(default_factory=set[int])
    over: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory."""
        return 8192 + 8 * len(self.text)


class NextWords:
    """Offers next tokens, and takes choices."""

    def __init__(self, author: CompleteFeature, engine: Engine, remember: float = 900.0) -> None:
        self.recent = Recent[GrowingText]("sentence", remember)
        self._author = author
        self._engine = engine

    async def begin(self, owner: int, start: str, *, shared: bool) -> GrowingText:
        """Return a sentence that begins with `start`, and what could come next.

        Raises `NotForAll` when it is to be shared and is not fit for that, `NoPrompt`, `PromptTooLong`,
        `ModelUnavailable` or the engine's errors.
        """
        if shared:
            await self.check(start)
        sentence = GrowingText(owner, start, shared)
        await self._look(sentence)
        return sentence

    async def check(self, *texts: str) -> None:
        """Raise `NotForAll` unless every one of `texts` is fit for everybody's eyes."""
        if not await self._engine.run(is_decent, "\n".join(texts)):
            raise NotForAll

    async def take(self, sentence: GrowingText, turn: int, index: int, person: int) -> None:
        """Add the option at `index`, chosen by `person` at `turn`. Raises `TooLate`, or as `begin` does."""
        async with sentence.lock:
            if sentence.over or sentence.turn != turn or index >= len(sentence.options):
                raise TooLate
            option = sentence.options[index]
            if option.ends:
                self.finish(sentence)
            else:
                sentence.chosen.append(option.token)
                try:
                    await self._look(sentence)
                except BaseException:
                    sentence.chosen.pop()
                    raise
            sentence.turn += 1
            sentence.people.add(person)

    def finish(self, sentence: GrowingText) -> None:
        """End a sentence where it is."""
        sentence.over = True
        sentence.options = ()

    async def _look(self, sentence: GrowingText) -> None:
        generator, tokens, logits = await self._author.score(sentence.start, sentence.chosen)
        text, options = await self._engine.run(_offer, generator, tokens, logits)
        sentence.text, sentence.options, sentence.vocabulary = text, options, len(logits)
        if len(sentence.chosen) >= MOST_CHOSEN or not options:
            self.finish(sentence)


def _offer(generator: TextGenerator, tokens: list[int], logits: sampling.Float32) -> tuple[str, tuple[Option, ...]]:
    """Return the text of `tokens`, and the best tokens after it that can be shown."""
    text = generator.decode(tokens)
    options: list[Option] = []
    # Somebody's private beginning may be rude; then only the tokens themselves are checked.
    tail = text[-CHECKED:] if is_decent(text[-CHECKED:]) else ""
    found = sampling.best(logits, LOOKED_AT)
    for one, piece in zip(found, generator.pieces([one.token for one in found]), strict=True):
        option = Option(one.token, piece, one.score, ends=one.token in generator.control)
        if _can_be_offered(option, tail, options):
            options.append(option)
        if len(options) == OFFERED:
            break
    return text, tuple(options)


def _can_be_offered(option: Option, tail: str, before: list[Option]) -> bool:
    if option.ends:
        return not any(one.ends for one in before)
    # Some tokens are only half of a character.
    return bool(option.piece) and is_decent(tail + option.piece)
