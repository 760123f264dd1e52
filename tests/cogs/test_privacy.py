"""What is kept about people: shown, handed over, deleted, and forgotten with a server that the bot has left."""

import json
from typing import Any

import pytest
from inferbot.store import events as event_rows
from inferbot.store import packs as pack_rows
from inferbot.store import people
from inferbot.store.records import EventRecord, PackRecord
from simcord.env import Env
from support.fakes import Fakes
from support.quiz_stage import GRACE, SETTLE, Stage
from support.views import message_of, text_of

pytestmark = pytest.mark.simcord(settle_timeout=SETTLE)

LONG_GONE = 5


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(simcord_env, fakes, monkeypatch)


async def privacy(stage: Stage, who: Any, name: str) -> Any:
    return message_of(await who.slash(stage.channel, f"privacy {name}"))


async def play(stage: Stage) -> None:
    lobby = await stage.start(questions=1)
    for who in (stage.ann, stage.bob):
        await stage.press(who, lobby, "Join")
    await stage.press(stage.ann, lobby, "Start now")
    for who in (stage.ann, stage.bob):
        await stage.vote(who, right=True)
    await stage.env.advance_time(GRACE)
    await stage.env.advance_time(12.5)


async def test_what_is_kept_is_shown_handed_over_and_deleted(stage: Stage) -> None:
    assert "nothing at all" in text_of(await privacy(stage, stage.ann, "show"))
    await play(stage)
    shown = text_of(await privacy(stage, stage.ann, "show"))
    assert "- games you played in: 1" in shown
    assert "- games you started: 1" in shown

    (file,) = (await privacy(stage, stage.ann, "export")).attachments
    cdn: Any = stage.env.backend.cdn
    rows = json.loads(cdn.get(file.url))
    assert rows["user"] == stage.ann.id
    assert [one["user"] for one in rows["votes"]] == [stage.ann.id]

    confirm = await privacy(stage, stage.ann, "delete")
    assert "It can't be undone" in text_of(confirm)
    assert f"{stage.ann.mention} 1,000 points" in await stage.command(stage.bob, "leaderboard")
    done = message_of(await stage.ann.click(confirm, label="Delete for good"))
    assert "I deleted 3 entries about you." in text_of(done)
    written = b"".join(one.read_bytes() for one in stage.fakes.folder.glob("inferbot.sqlite3*"))
    assert stage.ann.id.to_bytes(8, "big") not in written
    assert stage.bob.id.to_bytes(8, "big") in written
    board = await stage.command(stage.bob, "leaderboard")
    assert stage.ann.mention not in board
    assert f"{stage.bob.mention} 1,000 points" in board


async def test_packs_and_quiz_nights_are_shown_and_handed_over(stage: Stage) -> None:
    store = stage.fakes.store
    pack = PackRecord(stage.guild.id, "club", "Ours", "title = “Ours”".encode(), 1, stage.mod.id, 0.0)
    night = EventRecord(
        5, stage.guild.id, 6, stage.mod.id, {"questions": 5}, 0.0, "UTC", weekly=False, state="over", game=None
    )
    await store.write(lambda c: pack_rows.put(c, pack))
    await store.write(lambda c: event_rows.put(c, night))
    shown = text_of(await privacy(stage, stage.mod, "show"))
    assert "- quiz nights you scheduled: 1" in shown
    assert "- packs you uploaded: 1" in shown
    (file,) = (await privacy(stage, stage.mod, "export")).attachments
    cdn: Any = stage.env.backend.cdn
    rows = json.loads(cdn.get(file.url))
    assert [one["data"] for one in rows["uploaded"]] == ["title = “Ours”"]
    assert [one["id"] for one in rows["planned"]] == [5]
    assert "nothing at all" in text_of(await privacy(stage, stage.ann, "show"))
    confirm = await privacy(stage, stage.mod, "delete")
    done = text_of(message_of(await stage.mod.click(confirm, label="Delete for good")))
    assert done == "Done: I deleted 0 entries about you. Games, quiz nights and packs of yours no longer name you."
    assert "nothing at all" in text_of(await privacy(stage, stage.mod, "show"))
    confirm = await privacy(stage, stage.mod, "delete")
    done = text_of(message_of(await stage.mod.click(confirm, label="Delete for good")))
    assert done == "There was nothing to delete."


async def test_a_server_that_was_left_unnoticed_is_forgotten_after_its_time(stage: Stage) -> None:
    """The bot was removed while it was not running: nobody told it."""
    store = stage.fakes.store
    here = stage.guild.id
    for guild in (LONG_GONE, here):
        record = PackRecord(guild, "club", "Ours", b"", 1, 7, 0.0)
        await store.write(lambda c, one=record: pack_rows.put(c, one))
    await stage.days(1.01, forgetting=True)
    assert len(await store.read(pack_rows.everything)) == 2
    for _ in range(people.RETENTION_DAYS + 1):
        await stage.days(1, forgetting=True)
    assert [one.guild for one in await store.read(pack_rows.everything)] == [here]
