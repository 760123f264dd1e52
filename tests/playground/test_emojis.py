"""The bot's own emoji (Emoji: Application-Owned Emoji), and covers of events: pictures that come as data URIs."""

import base64
import io
from typing import Any

import pytest
from inferbot.playground.errors import ApiError
from inferbot.playground.markdown import ALLOWED
from inferbot.playground.rendered import names_in, with_html
from inferbot.playground.state import World
from PIL import Image
from support.worlds import post, wrong_fields


def uri(width: int = 8, kind: str = "image/png", noise: bytes = b"") -> str:
    data = io.BytesIO()
    Image.new("RGB", (width, 8), "teal").save(data, "PNG")
    return f"data:{kind};base64,{base64.b64encode(data.getvalue() + noise).decode()}"


def test_an_emoji_of_the_bot_is_shown_as_its_picture_and_any_other_by_its_name(world: World) -> None:
    emoji = world.emojis.create({"name": "spark", "image": uri()})
    shown = with_html({"content": f"<:spark:{emoji.id}> <:other:5>", "embeds": [], "components": []}, names_in(world))
    assert f'<img class="emoji" src="/emojis/{emoji.id}.png" alt=":spark:" title=":spark:"' in shown["content_html"]
    assert (
        '<span class="emoji" title="A custom emoji; its picture is not on this machine">:other:</span>'
        in (shown["content_html"])
    )
    assert ALLOWED["img"] == {"class", "src", "alt", "title"}


def test_an_emoji_on_a_button_and_on_an_option_is_its_picture_too(world: World) -> None:
    emoji = world.emojis.create({"name": "spark", "image": uri()})
    named = {"id": emoji.id, "name": "spark"}
    button = {"type": 2, "style": 1, "custom_id": "a", "emoji": named}
    options = [{"label": "x", "value": "x", "emoji": named}, {"label": "y", "value": "y"}]
    select = {"type": 3, "custom_id": "b", "options": options}
    rows = [{"type": 1, "components": [button]}, {"type": 1, "components": [select]}]
    message = post(world, content="", components=rows)
    wire: Any = {"content": "", "embeds": [], "components": message.components}
    first, second = with_html(wire, names_in(world))["components"]
    address = f"/emojis/{emoji.id}.png"
    assert first["components"][0]["emoji"]["url"] == address
    assert second["components"][0]["options"][0]["emoji"]["url"] == address
    assert "url" not in named  # what the bot sees is left as it is


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"name": "x", "image": uri()}, "name: BASE_TYPE_BAD_LENGTH"),
        ({"name": "two words", "image": uri()}, "name: STRING_TYPE_REGEX"),
        ({"name": "fine"}, "image: IMAGE_INVALID"),
        ({"name": "fine", "image": "data:image/svg+xml;base64,PHN2Zy8+"}, "image: IMAGE_INVALID"),
        ({"name": "fine", "image": "data:image/png;base64,bm8="}, "image: IMAGE_INVALID"),
        ({"name": "fine", "image": "data:image/png;base64,%%"}, "image: IMAGE_INVALID"),
        ({"name": "fine", "image": uri(noise=bytes(256 * 1024))}, "image: BINARY_TYPE_MAX_SIZE"),
    ],
)
def test_50035_for_what_is_no_emoji(world: World, body: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ApiError) as refused:
        world.emojis.create(body)
    assert wrong_fields(refused.value) == {wrong}
    assert world.emojis.listing() == []


def test_10014_an_emoji_that_is_not_there(world: World) -> None:
    with pytest.raises(ApiError) as refused:
        world.emojis.delete("5")
    assert refused.value.code == 10014


def test_a_cover_is_kept_until_it_is_taken_away(world: World) -> None:
    body = {
        "name": "Quiz",
        "entity_type": 3,
        "privacy_level": 2,
        "entity_metadata": {"location": "#quiz"},
        "scheduled_start_time": "2030-01-01T10:00:00Z",
        "scheduled_end_time": "2030-01-01T11:00:00Z",
        "image": uri(),
    }
    event = world.scheduled.create(world.bot.id, body)
    assert event.image is not None
    assert world.scheduled.show(event)["image"] == event.image.filename
    world.scheduled.edit(event.id, world.bot.id, {"name": "Quiz night"})
    assert event.image is not None
    world.scheduled.edit(event.id, world.bot.id, {"image": None})
    assert world.scheduled.show(event)["image"] is None
