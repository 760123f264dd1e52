"""When to keep the direct model's answer: the words it learned from, and thresholds chosen on validation sentences."""

import gzip
import itertools
import json
import logging
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sacrebleu

from ...models.tasks.gate import ENGLISH_WORD, THRESHOLDS, WORDS, Gate
from ...models.tasks.translation import TranslatedSentence
from .config import Config
from .data import Group, Splits
from .everyday import everyday

log = logging.getLogger(__name__)

# What is tried: how often a word must have been seen, the mean logarithm of the scores, and the least of them.
SEEN = (3, 5, 10, 20)
MEANS = (-0.6, -0.5, -0.4, -0.3, -0.25, -0.2, -0.15, -0.1)
LEASTS = (-4.0, -3.0, -2.5, -2.0, -1.5, -1.0)
# Of settings whose chrF is as near as this to the best, the strictest is taken: strangers write other sentences than
# these, and a wrong answer that sounds sure is worse than a detour.
NEAR = 0.15

# One of its arguments has no type.
_library: Any = sacrebleu


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the gate, the share of sentences it answers directly, and their mean chrF then."""

    seen: int
    mean: float
    least: float
    direct: float
    chrf: float


def count_words(splits: Splits, config: Config) -> Counter[str]:
    """Return how often the direct model saw each English word, each sentence counted once."""
    tested = [*splits.validation, *splits.test]
    ours = everyday(tested, config.seed, times=1, each=config.pattern_sentences)
    return Counter(word.lower() for english, _ in (*splits.train, *ours) for word in ENGLISH_WORD.findall(english))


def choose(
    groups: Sequence[Group], direct: Sequence[TranslatedSentence], around: Sequence[str], seen: Counter[str]
) -> tuple[Setting, list[Setting]]:
    """Return the chosen setting and all that were tried; ``around`` are the answers of the long way."""
    short, long = _chrf([one.text for one in direct], groups), _chrf(around, groups)
    tried: list[Setting] = []
    for times, mean, least in itertools.product(SEEN, MEANS, LEASTS):
        gate = Gate(mean, least, frozenset(word for word, count in seen.items() if count >= times).__contains__)
        sure = [gate.new_word(one.source) is None and gate.verdict(one).kind == "sure" for one in direct]
        kept = [one if keep else other for keep, one, other in zip(sure, short, long, strict=True)]
        chrf = statistics.mean(kept)
        tried.append(Setting(times, mean, least, round(statistics.mean(sure), 3), round(chrf, 2)))
    best = max(one.chrf for one in tried)
    near = [one for one in tried if one.chrf >= best - NEAR]
    return min(near, key=lambda one: (one.direct, -one.chrf)), tried


def _chrf(said: Sequence[str], groups: Sequence[Group]) -> list[float]:
    pairs = zip(said, groups, strict=True)
    return [float(_library.sentence_chrf(text, list(group.spanish)).score) for text, group in pairs]


def write(folder: Path, setting: Setting, tried: Iterable[Setting], seen: Counter[str]) -> None:
    """Write the words, the thresholds, and everything that was tried."""
    words = sorted(word for word, count in seen.items() if count >= setting.seen)
    (folder / WORDS).write_bytes(gzip.compress("\n".join(words).encode(), mtime=0))
    thresholds = {"mean": setting.mean, "least": setting.least}
    (folder / THRESHOLDS).write_text(json.dumps(thresholds, indent=2) + "\n", encoding="utf-8")
    lines = [json.dumps(asdict(one)) for one in tried]
    (folder / "gate-log.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
