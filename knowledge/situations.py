"""Labeled situations: inference, training, or neither, each with the reason for its kind.

They are in `situations/`, one file per verdict, one situation per line. `frames.toml` is a set of templates, filled for
seventy topics, so that a classifier trained on it can't go by the topic.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from ..text_files import read_toml

SITUATIONS = Path(__file__).parent / "situations"

Verdict = Literal["inference", "training", "neither"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

# Sentences made of each topic for each verdict.
FRAMES_EACH = 5


class Situation(NamedTuple):
    """One situation, its verdict, its kind, and why."""

    text: str
    verdict: Verdict
    kind: str
    reason: str


def read_situations(folder: Path = SITUATIONS) -> list[Situation]:
    """Return the handwritten situations. Reads files: blocks."""
    return [one for verdict in VERDICTS for one in _read(folder / f"{verdict}.toml", verdict)]


def _read(path: Path, verdict: Verdict) -> Iterator[Situation]:
    for kind in read_toml(path)["kind"]:
        for line in _lines(kind["situations"]):
            yield Situation(line, verdict, kind["name"], kind["reason"])


def make_framed(folder: Path = SITUATIONS) -> list[Situation]:
    """Return the situations made of templates and topics, the same ones each time. Reads a file: blocks."""
    table = read_toml(folder / "frames.toml")
    fields = [line.split("|") for line in _lines(table["domains"])]
    return [one for verdict in VERDICTS for one in _fill(table[verdict], verdict, fields)]


def _fill(part: dict[str, Any], verdict: Verdict, fields: list[list[str]]) -> Iterator[Situation]:
    chance = random.Random(verdict)  # noqa: S311 - a draw that is the same each time, not a secret
    frames = _lines(part["frames"])
    left: list[str] = []
    for who, do, many, case, said in fields:
        for _ in range(FRAMES_EACH):
            if not left:
                left = chance.sample(frames, len(frames))
            words = {"who": who, "do": do, "many": many, "case": case, "said": said}
            text = left.pop().format(**words, Who=_capital(who), Case=_capital(case))
            yield Situation(_capital(text), verdict, "framed", part["reason"])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
