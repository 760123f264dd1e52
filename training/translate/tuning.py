"""The weights of the phrase search: tried one after the other on validation sentences, by chrF and BLEU together."""

import itertools
import logging
from collections.abc import Sequence
from dataclasses import replace

from ...models.cards import phrase_cards
from ...models.tasks.phrase_table import read_table
from ...models.tasks.phrases import WEIGHTS, PhraseTranslator, Weights
from ...models.weights.recipes import read_member
from .data import Group
from .scores import Scores, score

log = logging.getLogger(__name__)

# What each weight is tried with, around the one that is best so far.
STEPS = {"joined": (-0.1, 0.1), "follows": (-0.05, 0.05), "word": (-0.1, 0.1)}
ROUNDS = 3


def tune(direction: str, groups: Sequence[Group], portuguese: Sequence[str]) -> Weights:
    """Return the best weights; Portuguese is Bergamot's, and from Spanish it is what is to come out."""
    source, target = direction.split("-")
    card = phrase_cards()[direction]
    table = read_table(read_member(card.id, card.table))
    if direction == "es-pt":
        texts = [one.spanish[0] for one in groups]
        groups = [Group(one.english, (text,)) for one, text in zip(groups, portuguese, strict=True)]
    else:
        texts = list(portuguese)

    def tried(weights: Weights) -> tuple[float, Scores]:
        translator = PhraseTranslator(table, source, target, weights)
        result = score([translator.translate(text).text for text in texts], groups)
        log.info("%s: BLEU %.2f, chrF %.2f", weights, result.bleu, result.chrf)
        return result.bleu + result.chrf, result

    best, (value, _) = WEIGHTS[source, target], tried(WEIGHTS[source, target])
    for _, (name, steps) in itertools.product(range(ROUNDS), STEPS.items()):
        for step in steps:
            other = replace(best, **{name: round(getattr(best, name) + step, 3)})
            if (found := tried(other)[0]) > value:
                best, value = other, found
    return best
