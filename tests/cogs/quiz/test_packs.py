"""A server's own packs: uploaded, played, listed, removed, and what is refused."""

from typing import Any

import pytest
from inferbot.quiz.running.library import MAX_PACKS
from support.quiz_stage import SETTLE, Stage
from support.views import message_of, text_of

pytestmark = pytest.mark.simcord(settle_timeout=SETTLE)

PACK = """
title = "Our **club**"
about = "What we made."

[[question]]
id = "NAME-001"
kind = "true-false"
difficulty = "easy"
text = "Is [this](https://example.com) a ||trick|| of _Markdown_?"
answer = true
explanation = "It is shown as it is written."
"""


async def upload(stage: Stage, who: Any, name: str = "club.toml", text: str | bytes | None = None) -> str:
    data = PACK.replace("NAME", name.removesuffix(".toml")) if text is None else text
    file = (name, data if isinstance(data, bytes) else data.encode())
    return text_of(message_of(await who.slash(stage.channel, "quiz pack upload", file=file)))


async def remove(stage: Stage, who: Any, pack: str) -> str:
    return text_of(message_of(await who.slash(stage.channel, "quiz pack remove", pack=pack)))


async def test_a_pack_is_uploaded_played_and_removed(stage: Stage) -> None:
    assert "1 question, for this server only." in await upload(stage, stage.mod)
    assert "this server's own" in await stage.command(stage.bob, "pack list")
    lobby = await stage.start(pack="club")
    assert r"Quiz: Our \*\*club\*\*" in text_of(lobby)
    await stage.press(stage.ann, lobby, "Join")
    await stage.press(stage.ann, lobby, "Start now")
    assert r"\[this]" in text_of(stage.last)
    assert r"\|\|trick\|\|" in text_of(stage.last)
    await stage.command(stage.ann, "stop")
    offered = await stage.mod.autocomplete(stage.channel, "quiz pack remove", "pack", "club")
    assert [one["value"] for one in offered] == ["club"]
    assert "was removed from this server" in await remove(stage, stage.mod, "club")
    assert "this server's own" not in await stage.command(stage.bob, "pack list")


async def test_a_game_continues_when_its_pack_is_removed(stage: Stage) -> None:
    more = PACK + PACK.partition("\n\n")[2].replace("001", "002").replace("Is [this]", "And")
    await upload(stage, stage.mod, text=more.replace("NAME", "club"))
    lobby = await stage.start(pack="club", questions=2)
    await stage.press(stage.ann, lobby, "Join")
    await stage.press(stage.ann, lobby, "Start now")
    await remove(stage, stage.mod, "club")
    await stage.vote(stage.ann, right=True)
    await stage.command(stage.ann, "skip")
    await stage.command(stage.ann, "skip")
    assert "Final results" in text_of(stage.last)


async def test_a_pack_is_still_there_after_a_restart_and_is_private_to_its_server(stage: Stage) -> None:
    await upload(stage, stage.mod)
    await stage.stop()
    await stage.begin_again()
    assert "this server's own" in await stage.command(stage.bob, "pack list")
    other = stage.env.create_guild("Elsewhere")
    channel, cat = other.create_text_channel("general"), other.add_member(stage.env.create_user("cat"))
    assert "this server's own" not in text_of(message_of(await cat.slash(channel, "quiz pack list")))
    refused = text_of(message_of(await cat.slash(channel, "quiz start", pack="club")))
    assert "I don't have that pack" in refused


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "isn't UTF-8 text"),
        ("not a pack at all", "isn't valid TOML"),
        ("a" + ".a" * 30_000 + " = 1", "line 1 has a key with too many dots"),
        ("a = " + "9" * 5_000, "line 1 has a name or a number longer than"),
        (b"#" * (64 * 1024 + 1), "too large. Send one of at most"),
        (PACK.replace("Is [this]", "@everyone, is [this]"), "would mention someone"),
        (PACK.replace('explanation = "It is shown as it is written."\n', ""), "is missing"),
    ],
)
async def test_a_file_that_isnt_a_pack_is_refused_with_why(stage: Stage, text: str | bytes, sentence: str) -> None:
    data = text.replace("NAME", "club") if isinstance(text, str) else text
    assert sentence in await upload(stage, stage.mod, text=data)
    assert "this server's own" not in await stage.command(stage.bob, "pack list")


async def test_a_server_has_at_most_ten_packs_and_none_named_like_ours(stage: Stage) -> None:
    for number in range(MAX_PACKS):
        assert "1 question" in await upload(stage, stage.mod, f"pack-{number}.toml")
    assert "the maximum" in await upload(stage, stage.mod, "one-more.toml")
    assert "1 question" in await upload(stage, stage.mod, "pack-3.toml")
    assert "built-in packs" in await upload(stage, stage.mod, "basics.toml")


async def test_members_cant_change_packs(stage: Stage) -> None:
    assert "permission to manage this server" in await upload(stage, stage.bob)
    assert "permission to manage this server" in await remove(stage, stage.bob, "basics")
    assert "I don't have that pack" in await remove(stage, stage.mod, "basics")


async def test_the_example_can_be_uploaded_as_it_is(stage: Stage) -> None:
    message = message_of(await stage.mod.slash(stage.channel, "quiz pack example"))
    (file,) = message.attachments
    cdn: Any = stage.env.backend.cdn
    assert "3 questions, for this server only." in await upload(stage, stage.mod, file.filename, cdn.get(file.url))
