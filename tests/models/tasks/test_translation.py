"""From a text to its translation: what goes to the model, what comes back, and what is said when it fails."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.cards import translation_cards
from inferbot.models.convert.marian_graph import Plan, build
from inferbot.models.errors import ModelUnavailable, TextTooLong, UnfitWords, WeightsError
from inferbot.models.runtime import open_session
from inferbot.models.tasks.decoding import DecoderOutput, EncoderOutput, MarianNetwork
from inferbot.models.tasks.translation import MAX_CHARACTERS, NeuralTranslator, SentencePieces, Translator
from support.tiny_marian import HEADS, VOCABULARY, tiny_weights
from support.tiny_words import Words

CARD = translation_cards()["bergamot-en-pt"]
END = Words.end


class Rewriter:
    """A network that says of a sentence what `rewrite` makes of it."""

    def __init__(self, words: Words, rewrite: Callable[[str], str]) -> None:
        self._words = words
        self._rewrite = rewrite

    def encode(self, tokens: Sequence[int]) -> EncoderOutput:
        return EncoderOutput(np.zeros((1, len(tokens), 4), np.float32), {"tokens": tokens})

    def decode(self, encoded: EncoderOutput) -> Generator[DecoderOutput, int]:
        tokens = encoded.memory["tokens"]
        said = self._words.encode(self._rewrite(self._words.decode(tokens[:-1])))
        for token in [*said, END]:
            yield DecoderOutput((token, 0, 0), (0.8, 0.1, 0.05), np.full(len(tokens), 1 / len(tokens), np.float32), 1.0)


def translator(rewrite: Callable[[str], str]) -> Translator:
    words = Words()
    return NeuralTranslator(CARD, words, Rewriter(words, rewrite))


def same(text: str) -> str:
    return text


def backwards(text: str) -> str:
    return text[:-1][::-1] + text[-1] if text[-1] in ".!?" else text[::-1]


def test_each_sentence_goes_through_the_model_and_the_rest_stays() -> None:
    result = translator(backwards).translate("One two. Three!\n\n> See https://example.com/Abc 😀 Four")
    assert result.text == "owt enO. eerhT!\n\n> eeS https://example.com/Abc 😀 ruoF"
    assert [(one.source, one.text) for one in result.sentences] == [
        ("One two.", "owt enO."),
        ("Three!", "eerhT!"),
        ("See", "eeS"),
        ("Four", "ruoF"),
    ]
    assert result.card == CARD


def test_tokens_steps_and_alignment_belong_together() -> None:
    (sentence,) = translator(same).translate("Hello there").sentences
    assert [token.piece for token in sentence.tokens] == ["Hello", "there", ".", "</s>"]
    assert [step.chosen.piece for step in sentence.steps] == ["Hello", "there", ".", "</s>"]
    assert all(len(step.candidates) == 3 and step.candidates[0] == step.chosen for step in sentence.steps)
    assert sentence.alignment.shape == (4, 4)
    assert sentence.alignment.dtype == np.float32


def test_the_trace_has_the_five_stages() -> None:
    trace = translator(same).translate("Hello. You there?").trace
    assert [stage.name for stage in trace.stages] == ["split", "tokens", "encoder", "decoder", "text"]
    assert trace.stages[2].input == "7 tokens"
    assert trace.stages[2].output == "1×3×4 float32 and 1 more"


@pytest.mark.parametrize(
    "text", ["", "   ", "😀 🎉", "12345", "https://example.com", "```\nHello\n```", "a" * 1000, "<@1>"]
)
def test_a_text_without_words_comes_back_as_it_is_without_the_model(text: str) -> None:
    def never(_: str) -> str:
        raise AssertionError

    result = translator(never).translate(text)
    assert (result.text, result.sentences) == (text, ())


def test_progress_is_told_before_the_first_sentence_and_after_each() -> None:
    seen: list[tuple[int, int]] = []
    translator(same).translate("One. Two. 😀 Three.", note=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_mention_survives_inside_its_sentence() -> None:
    assert translator(same).translate("I think <@12> is right.").text == "I think <@12> is right."


def test_a_lost_mention_is_kept_by_translating_around_it() -> None:
    result = translator(lambda text: text.replace("Tom", "he")).translate("I think <@12> is right.")
    assert result.text == "I think <@12> is right."
    assert [one.source for one in result.sentences] == ["I think", "is right."]


def test_a_lost_number_is_kept_by_translating_around_it() -> None:
    result = translator(lambda text: text.replace("3", "three")).translate("I have 3 cats.")
    assert result.text == "I have 3 cats."


def test_a_word_may_become_a_number() -> None:
    assert translator(lambda _: "At 10.").translate("At ten.").text == "At 10."


def test_a_text_that_is_too_long_is_refused() -> None:
    one = translator(same)
    assert one.translate("a " * (MAX_CHARACTERS // 2)).text
    with pytest.raises(TextTooLong):
        one.translate("a" * (MAX_CHARACTERS + 1))


def test_a_model_that_fails_says_so() -> None:
    def fail(_: str) -> str:
        raise RuntimeError("onnxruntime says something long")

    with pytest.raises(ModelUnavailable) as error:
        translator(fail).translate("Hello there.")
    assert error.value.card_id == CARD.id


@given(st.text(max_size=300))
def test_any_text_is_translated(text: str) -> None:
    assert isinstance(translator(same).translate(text).text, str)


def tiny_translator(seed: int = 0) -> Translator:
    class Letters:
        end = END

        def encode(self, text: str) -> list[int]:
            return [2 + ord(letter) % (VOCABULARY - 2) for letter in text]

        def decode(self, tokens: Sequence[int]) -> str:
            return "".join(chr(97 + token) for token in tokens)

        def piece(self, token: int) -> str:
            return chr(97 + token)

    graphs = build(tiny_weights(seed), Plan(HEADS, "mean of heads", "int8"))
    return NeuralTranslator(CARD, Letters(), MarianNetwork(*map(open_session, graphs)))


def test_the_fingerprint_stays_and_belongs_to_the_weights() -> None:
    one = tiny_translator()
    before = one.fingerprint()
    result = one.translate("Hello there, how are you?")
    assert one.fingerprint() == before
    assert one.translate("Hello there, how are you?").text == result.text
    assert tiny_translator(1).fingerprint().sha256 != before.sha256


def test_bytes_that_are_no_tokenizer() -> None:
    with pytest.raises(WeightsError):
        SentencePieces(b"nothing")


class MarkedWords(Words):
    """Pieces show where a word begins, as sentencepiece's do."""

    def piece(self, token: int) -> str:
        return f"▁{super().piece(token)}"


def test_words_that_are_not_fit_give_way_to_the_next_ones() -> None:
    words = MarkedWords()
    other = words.encode("friend")[0]

    class Rude(Rewriter):
        def decode(self, encoded: EncoderOutput) -> Generator[DecoderOutput, int]:
            for output in super().decode(encoded):
                yield replace(output, best=(output.best[0], other, other))

    one = NeuralTranslator(CARD, words, Rude(words, lambda text: text.replace("mano", "slur")))
    assert one.translate("Thanks, mano!").text == "Thanks, slur!"
    one.fits = lambda text: "slur" not in text
    assert one.translate("Thanks, mano!").text == "Thanks, friend!"
    # Whoever writes such a word themselves hears it back.
    assert one.translate("Thanks, slur!").text == "Thanks, slur!"
    one.fits = lambda text: "slur" not in text and "friend" not in text
    with pytest.raises(UnfitWords):
        one.translate("Thanks, mano!")
