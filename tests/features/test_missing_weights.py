"""What turns out to be damaged is fetched again by a child, while the bot goes on."""

import asyncio
import sys
from pathlib import Path

import pytest
from inferbot.features import missing_weights, unloading
from inferbot.models.cards import translation_cards
from inferbot.models.errors import ModelUnavailable
from inferbot.models.registry import REPAIRING, Registry
from inferbot.models.weights.cache import Cache
from support.tiny_marian import store_tiny_translator

CARD = translation_cards()["bergamot-en-pt"]
WITHIN = 60.0


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    cache = Cache(tmp_path)
    store_tiny_translator(cache, CARD)
    registry = Registry(cache, None, "efficientnet-lite0")
    registry.load()
    return registry


def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the child store the tiny translator where it is told to."""
    script = tmp_path / "child.py"
    script.write_text(
        "import os, sys; from pathlib import Path\n"
        f"sys.path.append({str(Path(__file__).parents[1])!r})\n"
        "from inferbot.models.cards import translation_cards\n"
        "from inferbot.models.weights.cache import Cache\n"
        "from support.tiny_marian import store_tiny_translator\n"
        f"store_tiny_translator(Cache(Path(os.environ['INFERBOT_CACHE_DIR'])), translation_cards()[{CARD.id!r}])\n"
    )
    monkeypatch.setattr(missing_weights, "FETCH", [sys.executable, str(script)])


def loaded_again(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Return an event that is set when the registry was loaded after a repair."""
    done, loop, load = asyncio.Event(), asyncio.get_running_loop(), registry.load

    def then_tell() -> None:
        load()
        loop.call_soon_threadsafe(done.set)

    monkeypatch.setattr(registry, "load", then_tell)
    return done


async def test_a_damaged_model_is_fetched_again_in_the_background(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(tmp_path, monkeypatch)
    done = loaded_again(registry, monkeypatch)
    path = Cache(tmp_path).path_of(CARD, "tokenizer.model")
    path.write_bytes(b"x" * path.stat().st_size)
    async with missing_weights.catching_up(registry, (), tmp_path, (), repairs=True):
        with pytest.raises(ModelUnavailable) as error:
            await asyncio.to_thread(registry.translator, "en", "pt")
        assert error.value.reason == REPAIRING
        await asyncio.wait_for(done.wait(), WITHIN)
        assert (await asyncio.to_thread(registry.translator, "en", "pt")).card == CARD
    assert registry.repair is None


async def test_nothing_is_fetched_where_that_is_off(registry: Registry, tmp_path: Path) -> None:
    Cache(tmp_path).path_of(CARD, "encoder.onnx").write_bytes(b"")
    async with missing_weights.catching_up(registry, (), tmp_path, (), repairs=False):
        with pytest.raises(ModelUnavailable, match="models fetch"):
            await asyncio.to_thread(registry.translator, "en", "pt")


async def test_idle_models_are_closed_in_the_background(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unloading, "PAUSE", 0.01)
    given_back = asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(unloading, "give_back_memory", lambda: loop.call_soon_threadsafe(given_back.set))
    first = await asyncio.to_thread(registry.translator, "en", "pt")
    async with unloading.unloading(registry, idle=0):
        await asyncio.wait_for(given_back.wait(), WITHIN)
    assert await asyncio.to_thread(registry.translator, "en", "pt") is not first
