"""A phrase table of a dozen Portuguese phrases, packed like the real ones."""

from collections import Counter
from math import log

from inferbot.models.tasks.phrase_table import PhraseTable
from inferbot.models.tasks.phrases import PhraseTranslator, Weights
from inferbot.training.translate.packing import pack
from inferbot.training.translate.phrases import Counted, Option, count_target

PHRASES = {
    "onde": [("¿ dónde", 0.6), ("dónde", 0.4)],
    "fica": [("está", 0.7), ("queda", 0.3)],
    "onde fica": [("¿ dónde está", 0.9)],
    "a": [("la", 0.8), ("a", 0.2)],
    "estação": [("estación", 1.0)],
    "de": [("de", 1.0)],
    "trem": [("tren", 1.0)],
    "eu tenho": [("tengo", 1.0)],
    "eu": [("yo", 1.0)],
    "tenho": [("tengo", 1.0)],
    "0": [("0", 1.0)],
    "tom": [("tom", 1.0)],
    "gatos": [("gatos", 1.0)],
    "são paulo": [("san pablo", 1.0)],
    ".": [(".", 1.0)],
    "?": [("?", 1.0)],
}
SAID = ("¿ dónde está la estación de tren ?", "tengo 0 gatos .", "¿ dónde está san pablo ?")


def tiny_counts() -> Counted:
    """Return what a few sentences would say."""
    options = {
        tuple(phrase.split()): [Option(tuple(text.split()), log(share), log(share)) for text, share in found]
        for phrase, found in PHRASES.items()
    }
    one, two, three = count_target([sentence.split() for sentence in SAID for _ in range(4)])
    for found in PHRASES.values():
        one.update(Counter(word for text, _ in found for word in text.split()))
    return Counted(options, one, two, three)


def tiny_table() -> PhraseTable:
    """Return the table, open."""
    return PhraseTable(pack(tiny_counts()))


def tiny_phrases() -> PhraseTranslator:
    """Return a translator with the table."""
    return PhraseTranslator(tiny_table(), "pt", "es", Weights(0.15, 0.2, 0.3))
