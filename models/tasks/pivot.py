"""Translation in two hops, through a language in between: a neural model on one side, a phrase table on the other."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..cards import TranslationCard
from ..runtime import Fingerprint, Float32
from .phrases import Choice, Phrased, PhraseTranslator
from .translation import Candidate, Clock, DecoderStep, Fits, Hop, Route, Token, TranslatedSentence, Translator

END_PIECE = "</s>"
PROBES = {"pt": "O gato dorme no tapete perto da janela.", "es": "El gato duerme en la alfombra cerca de la ventana."}


class PhraseModel(Translator):
    """A phrase table as a model: its tokens are words, and each of its steps writes a phrase."""

    def __init__(self, card: TranslationCard, phrases: PhraseTranslator) -> None:
        self.card = card
        self._phrases = phrases

    def prefers_small(self, word: str) -> bool:
        """Tell whether the table has a word; all of its words are in small letters."""
        return self._phrases.table.source_id(word.lower()) > 0

    def run(
        self,
        text: str,
        clock: Clock,
        fits: Fits | None = None,  # noqa: ARG002 - it has no other words for a phrase
    ) -> tuple[TranslatedSentence, Float32]:
        """Return one prepared sentence translated. There is no encoder, so its output is empty."""
        with clock.stage("phrases"):
            phrased = self._phrases.translate(text)
            sentence = self._sentence(text, phrased)
        return sentence, np.empty((1, 0, 0), np.float32)

    def _sentence(self, text: str, phrased: Phrased) -> TranslatedSentence:
        table = self._phrases.table
        ends = [0, *(word.end for word in phrased.source)]
        tokens = [
            Token(table.source_id(word.key), ("▁" if word.start > end or not end else "") + word.text)
            for word, end in zip(phrased.source, ends, strict=False)
        ]
        each = phrased.milliseconds / max(1, len(phrased.pieces))
        steps: list[DecoderStep] = []
        alignment = np.zeros((len(phrased.pieces), len(tokens) + 1), np.float32)
        for row, piece in enumerate(phrased.pieces):
            own = Candidate(piece.chosen.id, piece.written.replace(" ", "▁"), piece.chosen.share)
            others = [_candidate(one) for one in piece.choices if one.id != own.id]
            candidates = sorted([own, *others], key=lambda one: -one.score)
            steps.append(DecoderStep(own, tuple(candidates), each))
            alignment[row, piece.first : piece.last + 1] = 1 / (piece.last + 1 - piece.first)
        return TranslatedSentence(text, phrased.text, (*tokens, Token(0, END_PIECE)), tuple(steps), alignment)

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the phrases found for one fixed sentence, and of their scores."""
        phrased = self._phrases.translate(PROBES[self.card.source_language])
        ids = np.array([one.id for piece in phrased.pieces for one in piece.choices], np.int64)
        shares = np.array([one.share for piece in phrased.pieces for one in piece.choices], np.float64)
        return Fingerprint.of_outputs([ids, shares], "one fixed sentence")


def _candidate(choice: Choice) -> Candidate:
    return Candidate(choice.id, "▁" + choice.text.replace(" ", "▁"), choice.share)


class PivotTranslator(Translator):
    """Two models one after the other: the second reads what the first wrote."""

    def __init__(self, card: TranslationCard, first: Translator, second: Translator) -> None:
        self.card = card
        self._legs = (first, second)

    @property
    def parts(self) -> tuple[Translator, ...]:
        """Return the models that work together in this one."""
        return self._legs

    def prefers_small(self, word: str) -> bool:
        """Tell whether the first model does."""
        return self._legs[0].prefers_small(word)

    def run(self, text: str, clock: Clock, fits: Fits | None = None) -> tuple[TranslatedSentence, Float32]:
        """Return one prepared sentence translated; its steps are the second model's, its tokens the first one's."""
        hops: list[Hop] = []
        shown: Float32 | None = None
        for leg in self._legs:
            started = time.perf_counter()
            sentence, hidden = leg.run(hops[-1].sentence.text if hops else text, clock, fits)
            hops.append(Hop(leg.card, sentence, (time.perf_counter() - started) * 1000))
            shown = hidden if shown is None or not shown.size else shown
        first, second = (hop.sentence for hop in hops)
        carried = carry_alignment(first, second)
        whole = replace(second, source=text, tokens=first.tokens, alignment=carried, route=Route(tuple(hops)))
        return whole, np.empty((1, 0, 0), np.float32) if shown is None else shown

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of both models together."""
        return Fingerprint.of_parts([part.fingerprint() for part in self.parts])


def carry_alignment(first: TranslatedSentence, second: TranslatedSentence) -> Float32:
    """Return [steps of the second, tokens of the first]: where each step looked, seen through the text in between."""
    if not first.alignment.size or not second.alignment.size:
        return np.empty((len(second.steps), 0), np.float32)
    written = _letters([step.chosen.piece for step in first.steps])
    read = _letters([token.piece for token in second.tokens])
    # [tokens of the second, steps of the first]: how many letters they share.
    shared = np.minimum(read[:, None, 1], written[None, :, 1]) - np.maximum(read[:, None, 0], written[None, :, 0])
    looked = np.clip(shared, 0, None) @ first.alignment
    lost = looked.sum(axis=1) <= 0
    # The end of the sentence has no letters.
    looked[lost] = np.eye(len(first.tokens))[-1]
    looked /= looked.sum(axis=1, keepdims=True)
    return (second.alignment @ looked).astype(np.float32)


def _letters(pieces: Sequence[str]) -> Float32:
    """Return where each piece begins and ends, as a share of all letters; the end of the sentence has none."""
    lengths = [0 if piece == END_PIECE else len(piece.replace("▁", "")) for piece in pieces]
    ends = np.cumsum([0, *lengths]) / max(1, sum(lengths))
    return np.stack([ends[:-1], ends[1:]], axis=1).astype(np.float32)
