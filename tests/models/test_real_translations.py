"""The translation models with their real weights: what they said when this was written, in 8 bits and in float32."""

import numpy as np
import pytest
from inferbot.models.cards import PhraseCard, TranslationCard, phrase_cards, pivot_cards, translation_cards
from inferbot.models.registry import Registry
from inferbot.models.tasks.phrase_table import read_table
from inferbot.models.weights.cache import Cache
from inferbot.models.weights.recipes import TRANSLATION, read_member
from inferbot.settings import Settings

pytestmark = pytest.mark.weights

# Sentences of which every kernel says the same; others may differ from machine to machine by a word.
EXPECTED = {
    ("en", "pt", "Hello"): "Olá",
    ("en", "pt", "Good morning."): "Bom dia.",
    ("en", "pt", "Where is the train station?"): "Onde está a estação de trem?",
    ("en", "pt", "I would like a coffee with milk, please."): "Eu gostaria de um café com leite, por favor.",
    ("en", "pt", "how are you?"): "como você está?",
    ("en", "pt", "I DON'T KNOW"): "EU NÃO SEI",
    ("en", "pt", "I have 3 cats and 1,250.50 dollars."): "Eu tenho 3 gatos e 1,250.50 dólares.",
    ("en", "es", "I'm hungry."): "Tengo hambre.",
    ("en", "es", "Where is the bathroom?"): "¿Dónde está el baño?",
    ("en", "es", "I need a doctor."): "Necesito un médico.",
    ("en", "es", "Who broke the server this time?"): "¿Quién rompió el servidor esta vez?",
    ("en", "es", "This channel is for memes only."): "Este canal es sólo para memes.",
    ("en", "es", "no worries, take your time"): "no te preocupes, tómate tu tiempo",
    ("es", "en", "¿A qué hora empieza el torneo?"): "What time does the tournament start?",
    ("es", "en", "¿Cuál es tu película favorita?"): "What is your favorite movie?",
    ("es", "en", "Avísame cuando llegues a casa."): "Let me know when you get home.",
    ("pt", "en", "Bom dia."): "Good morning.",
    ("pt", "en", "Onde fica a estação de trem?"): "Where is the train station?",
    ("pt", "en", "Eu gostaria de um café com leite, por favor."): "I would like a coffee with milk, please.",
    ("pt", "en", "Meu nome é Ana e moro em Lisboa."): "My name is Ana and I live in Lisbon.",
}
# What phones and chats send; each of these was wrong when the model read it as it is.
TYPED = {
    ("en", "pt", "I’m hungry."): "Estou com fome.",
    ("en", "pt", "What’s your name?"): "Qual o seu nome?",
    ("en", "pt", "I miss you..."): "Eu sinto falta de você...",
    ("en", "pt", "So..."): "Então...",
    ("en", "pt", "HI"): "OI",
    ("en", "pt", "NO!"): "NÃO!",
    ("en", "pt", "NASA"): "NASA",
    ("en", "pt", "No. That is wrong."): "Não. Isso é errado.",
    ("en", "pt", "It costs £50."): "Custa £50.",
    ("en", "pt", "The temperature is -12°C today."): "A temperatura é -12°C hoje.",
    ("en", "pt", "I ran 5km in 25min and drank 500ml of water."): "Eu corri 5km em 25min e bebi 500ml de água.",
    ("en", "pt", "`foo` is a function"): "`foo` é uma função",
    ("en", "pt", "This 😂 is a joke"): "Isso 😂 é uma piada",
    ("en", "pt", "Thanks!!!"): "Obrigado!!!",
    ("en", "pt", "<b>Hello</b> <i>world</i>, how are you?"): "<b>Olá</b> <i>mundo</i>, como você está?",
    ("en", "es", "I’m hungry."): "Tengo hambre.",
    ("en", "es", "What’s your name?"): "¿Cómo te llamas?",
    ("en", "es", "HI"): "HOLA",
    ("en", "es", "It costs £50."): "Cuesta £50.",
    ("en", "es", "The ticket is $20."): "El billete es $20.",
    ("en", "es", "NO!"): "¡NO!",
    ("en", "es", "No. That is wrong."): "No. Eso está mal.",
    ("en", "es", "<@12> is the best"): "<@12> es el mejor",
    ("pt", "en", "Não sei..."): "I do not know...",
    ("pt", "en", "SIM!"): "YES!",
    ("pt", "en", "Custa R$ 50,00."): "It costs R$ 50,00.",
    ("pt", "en", "“Não sei”, disse ele."): '"I don\'t know," he said.',
}
CARDS = [*translation_cards().values(), *pivot_cards().values()]
PAIRS = [(card.source_language, card.target_language) for card in CARDS]


def ignore(*_: object) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def registry() -> Registry:
    cache = Cache(Settings().cache_dir)
    for card in translation_cards().values():
        cache.prepare(card, ignore)
    registry = Registry(cache, None, "efficientnet-lite0")
    registry.find_translations()
    return registry


@pytest.mark.parametrize(("source", "target", "text"), [*EXPECTED, *TYPED])
def test_the_translation_is_the_recorded_one(registry: Registry, source: str, target: str, text: str) -> None:
    expected = (EXPECTED | TYPED)[source, target, text]
    assert registry.translator(source, target).translate(text).text == expected


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_what_is_no_language_survives(registry: Registry, source: str, target: str) -> None:
    one = registry.translator(source, target)
    kept = ["<@123>", "https://example.com/x", "😀", "`x = 1`", "12.50", "<:wave:1>"]
    text = one.translate("Tom <@123> https://example.com/x 😀 `x = 1` 12.50 <:wave:1> Maria").text
    assert all(piece in text for piece in kept)


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize(
    "text", ["a" * 1000, "a " * 500, "مرحبا بالعالم", "h\u0337\u0322\u031bi\u0334\u0361", "ha" * 19, "?!"]
)
def test_odd_texts_come_back(registry: Registry, source: str, target: str, text: str) -> None:
    result = registry.translator(source, target).translate(text)
    assert len(result.text) <= 4 * len(text) + 20


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_the_numbers_are_numbers(registry: Registry, source: str, target: str) -> None:
    (sentence,) = registry.translator(source, target).translate("Tom, Tom, Tom.").sentences
    assert sentence.tokens[-1].piece == "</s>"
    assert sentence.alignment.shape == (len(sentence.steps), len(sentence.tokens))
    np.testing.assert_allclose(sentence.alignment.sum(axis=1), 1, atol=1e-4)
    for step in sentence.steps:
        scores = [candidate.score for candidate in step.candidates]
        assert scores == sorted(scores, reverse=True)
        assert 0 < sum(scores) <= 1.0001


def test_each_word_looked_at_its_own(registry: Registry) -> None:
    (sentence,) = registry.translator("en", "pt").translate("Hello, my friend.").sentences
    looked_at = {
        step.chosen.piece: sentence.tokens[int(row.argmax())].piece
        for step, row in zip(sentence.steps, sentence.alignment, strict=True)
    }
    assert looked_at["▁Olá"] == "▁Hello"
    assert looked_at["▁amigo"] == "▁friend"


@pytest.mark.parametrize(
    ("text", "kind", "word", "hops"),
    [
        ("I don't feel well today.", "sure", None, ["en-es"]),
        ("The raid starts at 8.", "new word", "raid", ["bergamot-en-pt", "pt-es"]),
        ("Read the rules before you post anything.", "unsure", None, ["bergamot-en-pt", "pt-es"]),
    ],
)
def test_english_to_spanish_says_which_way_it_went_and_why(
    registry: Registry, text: str, kind: str, word: str | None, hops: list[str]
) -> None:
    (sentence,) = registry.translator("en", "es").translate(text).sentences
    assert sentence.route is not None
    assert sentence.route.reason is not None
    assert (sentence.route.reason.kind, sentence.route.reason.word) == (kind, word)
    assert [hop.card.id for hop in sentence.route.hops] == hops


@pytest.mark.parametrize("card", phrase_cards().values(), ids=lambda card: card.id)
def test_the_phrase_tables_are_those_of_their_cards(card: PhraseCard) -> None:
    data = read_member(card.id, card.table)
    assert len(data) == card.file_bytes
    assert read_table(data).size > 400_000


def test_nothing_is_learned_from_being_asked(registry: Registry) -> None:
    one = registry.translator("en", "pt")
    before = one.fingerprint()
    first, again = (one.translate("How do I get to the museum?") for _ in range(2))
    assert first.text == again.text
    assert one.fingerprint() == before


def test_float32_says_the_same(registry: Registry) -> None:
    small, full = (registry.translator("en", "pt", precision) for precision in ("int8", "fp32"))
    assert full.card.precision == "fp32"
    assert full.card.derived_from == small.card.id
    for source, target, text in EXPECTED:
        if (source, target) == ("en", "pt"):
            assert full.translate(text).text == small.translate(text).text


@pytest.mark.parametrize("card", translation_cards().values(), ids=lambda card: card.id)
def test_the_card_says_the_size(registry: Registry, card: TranslationCard) -> None:
    cache = Cache(Settings().cache_dir)
    assert card in registry.translations()
    sizes = [cache.path_of(card, part).stat().st_size for part in TRANSLATION]
    assert sum(sizes) == pytest.approx(card.file_bytes, rel=0.02)
