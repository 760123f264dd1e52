"""Open translation models from their files. Each raises `ModelUnavailable` if the files are damaged."""

from .cards import TRAINED, HubCard, PhraseCard, TranslationCard
from .errors import ModelUnavailable, WeightsError
from .runtime import model_errors, open_session
from .tasks.decoding import MarianNetwork
from .tasks.gate import Gate, read_gate
from .tasks.opus_mt import OpusNetwork, OpusTokenizer
from .tasks.phrase_table import read_table
from .tasks.phrases import WEIGHTS, PhraseTranslator
from .tasks.pivot import PhraseModel
from .tasks.translation import NeuralTranslator, SentencePieces
from .weights.cache import Cache
from .weights.hub import HubStore
from .weights.recipes import DECODER, ENCODER, TOKENIZER, read_member

DAMAGED = "Its file is damaged and has to be fetched again. The person who runs me can do that."


def open_marian(cache: Cache, card: TranslationCard) -> NeuralTranslator:
    """Return a network of our own graphs, whose files are in `cache`."""
    encoder, decoder = (open_session(cache.path_of(card, part)) for part in (ENCODER, DECODER))
    return NeuralTranslator(card, SentencePieces(cache.read(card, TOKENIZER)), MarianNetwork(encoder, decoder))


def open_from_hub(hub: HubStore, card: HubCard) -> NeuralTranslator:
    """Return a network downloaded from the hub."""
    try:
        hub.verify(card)
        tokenizer = OpusTokenizer(hub.file_of(card, card.hub.tokenizer).read_bytes(), card.hub.prefix)
    except WeightsError as error:
        raise ModelUnavailable(card.id, DAMAGED, fetch=True) from error
    with model_errors(card.id, "The runtime can't open it."):
        encoder, decoder = (open_session(hub.file_of(card, part)) for part in (card.hub.encoder, card.hub.decoder))
        return NeuralTranslator(card, tokenizer, OpusNetwork(encoder, decoder, tokenizer.pad))


def open_phrases(card: PhraseCard) -> PhraseModel:
    """Return a phrase table that comes with the package."""
    try:
        table = read_table(read_member(card.id, card.table))
    except WeightsError as error:
        raise ModelUnavailable(card.id, DAMAGED) from error
    pair = card.source_language, card.target_language
    return PhraseModel(card, PhraseTranslator(table, *pair, WEIGHTS[pair]))


def open_gate(card: TranslationCard) -> Gate:
    """Return the gate before a direct model."""
    try:
        return read_gate(TRAINED / card.id)
    except WeightsError as error:
        raise ModelUnavailable(card.id, DAMAGED) from error
