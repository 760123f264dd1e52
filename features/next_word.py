"""What could come next? The model scores every token, people choose one, and so a sentence grows.

Each offered token has been checked: with it, the sentence is still fit for a channel.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..models.engine import Engine
from ..models.tasks import sampling
from ..models.tasks.text_generation import TextGenerator
from .complete import CompleteFeature
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


class TooLate(Exception):
    """Someone else chose first, or the sentence is over."""


class NotForAll(Exception):
    """A text that isn't fit for a channel was to be posted there."""


@dataclass(frozen=True, slots=True)
class Option:
    """A token that could come next, its text, and its score among all tokens; `ends` says it's the end of the text."""

    token: int
    piece: str
    score: float
    ends: bool = False


@dataclass(slots=True, eq=False)
class GrowingText:
    """A sentence people write with the model: `text` so far, of which `chosen` are the model's tokens.

    `turn` counts the choices, so that of two people who press at once, one is told it was too late. Once it's `over`,
    there are no `options`. `chart` is a PNG of them.
    """

    owner: int
    start: str
    shared: bool
    text: str = ""
    chosen: list[int] = field(default_factory=list[int])
    options: tuple[Option, ...] = ()
    chart: bytes = b""
    vocabulary: int = 0
    turn: int = 0
    people: set[int] = field(default_factory=set[int])
    over: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def size(self) -> int:
        """About how many bytes this keeps in memory."""
        return 8192 + 8 * len(self.text) + len(self.chart)


class NextWords:
    """Offers next tokens, and takes choices."""

    def __init__(self, complete: CompleteFeature, engine: Engine, remember: float = 900.0) -> None:
        self.recent = Recent[GrowingText]("sentence", remember)
        self._complete = complete
        self._engine = engine

    async def begin(self, owner: int, start: str, *, shared: bool) -> GrowingText:
        """Return a sentence that starts with `start`, and what could come next.

        Raises `NotForAll` if it's to be shared and isn't fit for that, `NoPrompt`, `PromptTooLong`, and like
        `CompleteFeature.turn`.
        """
        if shared:
            await self.check(start)
        sentence = GrowingText(owner, start, shared)
        await self._score_next(sentence, owner)
        return sentence

    async def check(self, *texts: str) -> None:
        """Raise `NotForAll` unless all of `texts` are fit for a channel."""
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
                    await self._score_next(sentence, person)
                except BaseException:
                    sentence.chosen.pop()
                    raise
            sentence.turn += 1
            sentence.people.add(person)

    def finish(self, sentence: GrowingText) -> None:
        """End a sentence where it is."""
        sentence.over = True
        sentence.options = ()

    async def _score_next(self, sentence: GrowingText, person: int) -> None:
        async with self._complete.turn(person) as generator:
            text, options, chart = await self._engine.run(_offer, generator, sentence.start, sentence.chosen)
        sentence.text, sentence.options, sentence.chart = text, options, chart
        sentence.vocabulary = generator.card.vocabulary
        if len(sentence.chosen) >= MOST_CHOSEN or not options:
            self.finish(sentence)


def _offer(generator: TextGenerator, start: str, chosen: Sequence[int]) -> tuple[str, tuple[Option, ...], bytes]:
    """Return `start` with the `chosen` tokens after it, the best next tokens that can be shown, and their chart."""
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
    return text, tuple(options), draw_bars([(piece_name(one.piece), one.score) for one in options])


def _can_be_offered(option: Option, tail: str, before: list[Option]) -> bool:
    if option.ends:
        return not any(one.ends for one in before)
    # Some tokens are only part of a character.
    return bool(option.piece) and is_decent(tail + option.piece)
