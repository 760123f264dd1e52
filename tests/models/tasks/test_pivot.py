"""Two hops and the gate: what each model reads, where each word came from, and when the short way is enough."""

from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
import pytest
from inferbot.models.cards import phrase_cards, translation_cards
from inferbot.models.errors import WeightsError
from inferbot.models.tasks.decoding import DecoderOutput, EncoderOutput
from inferbot.models.tasks.gate import Gate, GatedTranslator, read_gate
from inferbot.models.tasks.pivot import PhraseModel, PivotTranslator
from inferbot.models.tasks.translation import NeuralTranslator
from support.tiny_phrases import tiny_phrases
from support.tiny_words import Words

CARD = translation_cards()["en-es"]
KNOWN = frozenset({"where", "is", "the", "train", "station", "i", "have", "cats"})


class Dictionary:
    """A network that says fixed sentences, each word looking at one word of the source; `score` is how sure it is."""

    def __init__(self, words: Words, said: dict[str, str], score: float = 0.9) -> None:
        self._words = words
        self._said = said
        self.score = score
        self.asked: list[str] = []

    def encode(self, tokens: Sequence[int]) -> EncoderOutput:
        return EncoderOutput(np.zeros((1, len(tokens), 4), np.float32), {"tokens": tokens})

    def decode(self, encoded: EncoderOutput) -> Generator[DecoderOutput, int]:
        tokens = encoded.memory["tokens"]
        text = self._words.decode(tokens[:-1])
        self.asked.append(text)
        said = [*self._words.encode(self._said.get(text, text)), self._words.end]
        for place, token in enumerate(said):
            looked = np.zeros(len(tokens), np.float32)
            looked[min(place, len(tokens) - 1)] = 1
            yield DecoderOutput((token, 0, 0), (self.score, 0.05, 0.01), looked, 1.0)


def neural(said: dict[str, str], card: str, score: float = 0.9) -> tuple[NeuralTranslator, Dictionary]:
    words = Words()
    network = Dictionary(words, said, score)
    return NeuralTranslator(translation_cards()[card], words, network), network


def pivot() -> PivotTranslator:
    first, _ = neural(
        {"Where is the train station?": "Onde fica a estação de trem?", "I have 3 cats.": "Eu tenho 3 gatos."},
        "bergamot-en-pt",
    )
    return PivotTranslator(CARD, first, PhraseModel(phrase_cards()["pt-es"], tiny_phrases()))


def test_the_second_model_reads_what_the_first_one_wrote() -> None:
    result = pivot().translate("Where is the train station?")
    assert result.text == "¿Dónde está la estación de tren?"
    (sentence,) = result.sentences
    assert sentence.route is not None
    first, second = sentence.route.hops
    assert first.sentence.text == second.sentence.source == "Onde fica a estação de trem?"
    assert [hop.card.id for hop in sentence.route.hops] == ["bergamot-en-pt", "pt-es"]


def test_each_word_is_traced_to_the_words_two_hops_before() -> None:
    (sentence,) = pivot().translate("I have 3 cats.").sentences
    assert [token.piece for token in sentence.tokens] == ["I", "have", "3", "cats", ".", "</s>"]
    assert [step.chosen.piece for step in sentence.steps] == ["Tengo", "▁3", "▁gatos", "."]
    assert sentence.alignment.shape == (4, 6)
    np.testing.assert_allclose(sentence.alignment.sum(axis=1), 1, atol=1e-6)
    assert sentence.alignment[1].argmax() == 2
    assert sentence.alignment[2].argmax() == 3
    assert set(np.flatnonzero(sentence.alignment[0])) == {0, 1}


def test_the_way_back_ends_with_the_networks_tokens() -> None:
    second, _ = neural({"tengo 3 gatos.": "I have 3 cats."}, "bergamot-pt-en")
    (sentence,) = (
        PivotTranslator(CARD, PhraseModel(phrase_cards()["pt-es"], tiny_phrases()), second)
        .translate("eu tenho 3 gatos.")
        .sentences
    )
    assert sentence.steps[-1].chosen.piece == "</s>"
    assert sentence.alignment.shape == (len(sentence.steps), len(sentence.tokens))
    np.testing.assert_allclose(sentence.alignment.sum(axis=1), 1, atol=1e-6)


def test_the_trace_has_both_models() -> None:
    trace = pivot().translate("I have 3 cats.").trace
    assert [stage.name for stage in trace.stages] == ["split", "tokens", "encoder", "decoder", "text", "phrases"]


def test_a_mention_and_a_number_survive_both_hops() -> None:
    assert pivot().translate("<@12> 3").text == "<@12> 3"
    assert "<@12>" in pivot().translate("I have <@12> and 3 cats.").text


def gated(said: dict[str, str], score: float = 0.9) -> tuple[GatedTranslator, Dictionary]:
    direct, network = neural(said, "en-es", score)
    return GatedTranslator(CARD, direct, pivot(), Gate(-0.5, -2.5, KNOWN.__contains__)), network


@pytest.mark.parametrize(
    ("text", "score", "kind", "word"),
    [
        ("Where is the train station?", 0.9, "sure", None),
        ("Where is the train station?", 0.5, "unsure", None),
        ("Where is the raid?", 0.9, "new word", "raid"),
        ("Where is Laura?", 0.9, "sure", None),
    ],
)
def test_the_short_way_is_taken_where_the_model_is_sure_and_knows_every_word(
    text: str, score: float, kind: str, word: str | None
) -> None:
    one, network = gated({}, score)
    (sentence,) = one.translate(text).sentences
    assert sentence.route is not None
    assert sentence.route.reason is not None
    assert (sentence.route.reason.kind, sentence.route.reason.word) == (kind, word)
    assert len(sentence.route.hops) == (1 if kind == "sure" else 2)
    # A new word is seen before any model runs.
    assert bool(network.asked) == (kind != "new word")


def test_a_name_that_the_short_way_loses_takes_the_long_one() -> None:
    one, _ = gated({"Where is Laura?": "¿Dónde está el laurel?"})
    (sentence,) = one.translate("Where is Laura?").sentences
    assert sentence.route is not None
    assert sentence.route.reason is not None
    assert (sentence.route.reason.kind, sentence.route.reason.word) == ("lost name", "Laura")


def test_the_fingerprint_is_that_of_every_model() -> None:
    one, _ = gated({})
    assert [part.card.id for part in one.parts] == ["en-es", "bergamot-en-pt", "pt-es"]
    assert one.fingerprint() == one.fingerprint()
    assert one.fingerprint() != pivot().fingerprint()


def test_a_damaged_list_of_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        read_gate(tmp_path)
    (tmp_path / "gate.json").write_text('{"mean": -0.5, "least": -2.5}')
    (tmp_path / "words.txt.gz").write_bytes(b"not gzip")
    with pytest.raises(WeightsError):
        read_gate(tmp_path)
