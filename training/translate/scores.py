"""How good translations are: BLEU and chrF (sacrebleu's defaults), against every reference that a sentence has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sacrebleu

from .data import Group, Pair


@dataclass(frozen=True, slots=True)
class Scores:
    """What sacrebleu says of `sentences` translations; `exact` is the share that equals one of the references."""

    sentences: int
    bleu: float
    chrf: float
    exact: float


# One of its arguments has no type.
_library: Any = sacrebleu


def score(said: Sequence[str], groups: Sequence[Group]) -> Scores:
    """Return the scores of one translation for each group; groups with fewer references repeat their first."""
    most = max(len(one.spanish) for one in groups)
    references = [[one.spanish[i] if i < len(one.spanish) else one.spanish[0] for one in groups] for i in range(most)]
    return Scores(
        len(groups),
        round(_library.corpus_bleu(list(said), references).score, 2),
        round(_library.corpus_chrf(list(said), references).score, 2),
        round(sum(text in one.spanish for text, one in zip(said, groups, strict=True)) / len(groups), 3),
    )


def unseen(groups: Sequence[Group], train: Sequence[Pair]) -> list[int]:
    """Return the numbers of the groups none of whose translations is also that of another sentence in training."""
    seen = {spanish for _, spanish in train}
    return [i for i, one in enumerate(groups) if not seen.intersection(one.spanish)]
