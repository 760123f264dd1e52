"""What decides the outcome of a run: the network's sizes, the schedule, the order of the batches."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

END, UNKNOWN = 0, 1
Ids = list[int]


@dataclass(frozen=True)
class Shape:
    """The network's sizes."""

    vocabulary: int = 6000
    width: int = 256
    heads: int = 8
    inner: int = 1024
    encoder: int = 4
    decoder: int = 2
    dropout: float = 0.1


@dataclass(frozen=True)
class Config:
    """Everything that decides what comes out, but for the machine's speed: the learning rate follows the clock.

    `hours` is how long the run is to take in all, over as many starts as it needs. `tokens` is the size of a batch,
    in tokens a side with padding; `average` how much of the running average of the weights each step keeps; the shares
    and times are those of `variety.py` and `everyday.py`; `bf16` halves the work on processors made for it, and is far
    slower on others.
    """

    seed: int = 7
    hours: float = 1.75
    tokens: int = 2400
    peak: float = 1.2e-3
    warm_up: int = 1000
    smoothing: float = 0.1
    clip: float = 1.0
    average: float = 0.9985
    bare_share: float = 0.08
    rough_share: float = 0.08
    short_times: int = 3
    renamed_share: float = 0.4
    phrase_times: int = 8
    pattern_sentences: int = 60
    longest: int = 60
    checkpoint_seconds: float = 180
    check_every: int = 1500
    check_sentences: int = 300
    threads: int = 2
    bf16: bool = False

    def rate(self, step: int, seconds: float) -> float:
        """Return the learning rate: up over the first steps, then down along a cosine of the time that has gone."""
        gone = min(1.0, seconds / (self.hours * 3600))
        return self.peak * min(1.0, (step + 1) / self.warm_up) * (0.5 * (1 + math.cos(math.pi * gone)))


def batches(sources: Sequence[Ids], targets: Sequence[Ids], config: Config, epoch: int) -> list[list[int]]:
    """Return the epoch's batches of pair numbers: of like length, at most `tokens` tokens a side with padding."""
    chance = random.Random(config.seed * 1000 + epoch)  # noqa: S311 - an order, not a secret
    order = list(range(len(targets)))
    chance.shuffle(order)
    order.sort(key=lambda i: (len(targets[i]), len(sources[i]) // 2))
    found: list[list[int]] = [[]]
    longest = 0
    for i in order:
        length = max(len(targets[i]), len(sources[i]))
        longest = max(longest, length)
        if found[-1] and (len(found[-1]) + 1) * longest > config.tokens:
            found.append([])
            longest = length
        found[-1].append(i)
    chance.shuffle(found)
    return found
