"""Open what is in the repository and needs no fetching: the phrase tables, and the gate of the direct model."""

from .cards import TRAINED, PhraseCard, TranslationCard
from .errors import ModelUnavailable, WeightsError
from .tasks.gate import Gate, read_gate
from .tasks.phrase_table import read_table
from .tasks.phrases import WEIGHTS, PhraseTranslator
from .tasks.pivot import PhraseModel
from .weights.recipes import read_member

DAMAGED = "Its file is damaged and has to be fetched again. The person who runs me can do that."


def open_phrases(card: PhraseCard) -> PhraseModel:
    """Open a phrase table of our own. Raises :class:`ModelUnavailable`."""
    try:
        table = read_table(read_member(card.id, card.table))
    except WeightsError as error:
        raise ModelUnavailable(card.id, DAMAGED) from error
    pair = card.source_language, card.target_language
    return PhraseModel(card, PhraseTranslator(table, *pair, WEIGHTS[pair]))


def open_gate(card: TranslationCard) -> Gate:
    """Open the gate of a direct model of our own. Raises :class:`ModelUnavailable`."""
    try:
        return read_gate(TRAINED / card.id)
    except WeightsError as error:
        raise ModelUnavailable(card.id, DAMAGED) from error
