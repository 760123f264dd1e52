"""What could come next? The model scores every token, people choose one, and so a sentence grows.

Each offered token has been checked: with it, the sentence is still fit for a channel.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

from ..models.tasks import sampling
from ..models.tasks.text_generation import TextGenerator
from .decency import is_decent
from .drawing.complete import draw_bars
from .recent import Recent
from .wording import piece_name

OFFERED = 10
# How many of the best tokens are checked to find enough to offer.
CHECKED_TOKENS = 40
MOST_CHOSEN = 40
# How many characters at the end of a sentence are checked again with each token that could follow.
CHECKED = 120

T = TypeVar("T")


class WithModel(Protocol):
    """Runs a function with the model, in one hop, once it's the turn of `owner` in the queue."""

    def __call__(self, owner: int, function: Callable[[TextGenerator], T], /) -> Awaitable[T]:
        """Return what `function` returns. Raises `OneAtATime`, `QueueFull` or the engine's errors."""
        ...


class TooLate(Exception):
    """Someone else chose first, or the sentence is over."""


@dataclass(frozen=True, slots=True)
class Option:
    """A token that could come next, its text, and its score among all tokens; `ends` says it's the end of the text."""

    token: int
    piece: str
    score: float
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A sentence so far, what could come next (the best of a whole `vocabulary`), and a chart of it as a PNG."""

    text: str
    options: tuple[Option, ...]
    chart: bytes
    vocabulary: int


@dataclass(slots=True, eq=False)
class GrowingText:
    """A sentence people write with the model: `offer` has it so far, `chosen` are the model's tokens in it.

    `turn` counts the choices, so that of two people who press at once, one is told it was too late. Hold the `lock` to
    change a sentence and while the change is shown, so that a message never goes back to an earlier turn.
    """

    owner: int
    start: str
    shared: bool
    offer: Offer
    chosen: tuple[int, ...] = ()
    turn: int = 0
    people: set[int] = field(default_factory=set[int])
    over: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def text(self) -> str:
        """The sentence so far."""
        return self.offer.text

    @property
    def options(self) -> tuple[Option, ...]:
        """What could come next: nothing once it's over."""
        return () if self.over else self.offer.options

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory."""
        return 8192 + 8 * len(self.text) + len(self.offer.chart)


class NextWords:
    """Offers next tokens, and takes choices."""

    def __init__(self, with_model: WithModel, remember: float = 900.0) -> None:
        self.recent = Recent[GrowingText]("sentence", remember)
        self._with_model = with_model

    async def begin(self, owner: int, start: str, *, shared: bool) -> GrowingText:
        """Return a sentence that starts with `start`, and what could come next.

        Raises `NoPrompt`, `PromptTooLong`, `ModelUnavailable`, or as the queue and the engine do.
        """
        offer = await self._with_model(owner, partial(_offer, start, ()))
        return GrowingText(owner, start, shared, offer, over=not offer.options)

    async def take(self, sentence: GrowingText, turn: int, index: int, person: int) -> None:
        """Add the option at `index`, chosen by `person` at `turn`; its `lock` is held. Raises `TooLate`, or as `begin`.

        A choice that fails changes nothing.
        """
        if sentence.turn != turn or index >= len(sentence.options):
            raise TooLate
        option = sentence.options[index]
        if option.ends:
            self.finish(sentence)
        else:
            chosen = (*sentence.chosen, option.token)
            sentence.offer = await self._with_model(person, partial(_offer, sentence.start, chosen))
            sentence.chosen = chosen
            if len(chosen) >= MOST_CHOSEN or not sentence.options:
                self.finish(sentence)
        sentence.turn += 1
        sentence.people.add(person)

    def finish(self, sentence: GrowingText) -> None:
        """End a sentence where it is."""
        sentence.over = True


def _offer(start: str, chosen: tuple[int, ...], generator: TextGenerator) -> Offer:
    """Return the text of `start` with the tokens `chosen` after it, the best tokens that can be shown, and a chart."""
    tokens = [*generator.encode(start), *chosen]
    logits = generator.open_context(len(tokens)).feed(tokens)
    text = generator.decode(tokens)
    options: list[Option] = []
    # A private start may be rude; then only the tokens themselves are checked.
    tail = text[-CHECKED:] if is_decent(text[-CHECKED:]) else ""
    found = sampling.best(logits, CHECKED_TOKENS)
    for one, piece in zip(found, generator.pieces([one.token for one in found]), strict=True):
        option = Option(one.token, piece, one.score, ends=one.token in generator.control)
        if _can_be_offered(option, tail, options):
            options.append(option)
        if len(options) == OFFERED:
            break
    chart = draw_bars([(piece_name(one.piece), one.score) for one in options])
    return Offer(text, tuple(options), chart, len(logits))


def _can_be_offered(option: Option, tail: str, before: list[Option]) -> bool:
    if option.ends:
        return not any(one.ends for one in before)
    # Some tokens are only part of a character.
    return bool(option.piece) and is_decent(tail + option.piece)
