"""Every main path with each permission taken away, one by one: a sentence each, and no trace in the log."""

import logging
from pathlib import Path
from typing import Any

import discord
import pytest
from inferbot.features import cost, recommend
from inferbot.settings import Settings
from simcord.env import Env
from support.fakes import Fakes
from support.quiz_stage import SETTLE, Stage
from support.views import message_of, text_of
from support.words import WordEncoder

pytestmark = pytest.mark.simcord(settle_timeout=SETTLE)

# Each command that answers with something to share, and the button that shares it.
PATHS: list[tuple[str, dict[str, Any], str | None]] = [
    ("ask", {"question": "kv cache"}, "Share the answer"),
    ("label", {"example": "coffee"}, "Share the result"),
    ("translate", {"text": "Good morning"}, "Share the translation"),
    ("isit", {"situation": "A network is trained on photos"}, "Share"),
    ("recommend", {"film": "The Matrix (1999)"}, "Share the result"),
    ("cost", {}, "Share the result"),
    ("complete", {"text": "Once upon a time", "tokens": 3}, "Share the result"),
    *((name, {}, None) for name in ("topics", "demo", "help", "status", "privacy show", "quiz practice", "quiz daily")),
    ("quiz start", {"pack": "basics"}, None),
    ("quiz schedule", {"when": "in 5 hours", "pack": "basics"}, None),
]
# With files: what the bot can't share without its permission to attach them.
WITH_FILES = ("recommend", "cost")


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    return Fakes(tmp_path, Settings(fetch_weights=False, share_generated_text=True))


def drawn(*_: object) -> bytes:
    return b"png"


@pytest.fixture
def stage(simcord_env: Env, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> Stage:
    fakes.registry.sentences = WordEncoder()
    fakes.services.recommend.index.refresh()
    assert fakes.services.cost.prices
    # The charts have tests of their own, and take longer than the simulation waits on a busy machine.
    monkeypatch.setattr(recommend, "draw_map", drawn)
    monkeypatch.setattr(cost, "draw_costs", drawn)
    return Stage(simcord_env, fakes, monkeypatch)


def channel_without(stage: Stage, who: Any, lost: str) -> Any:
    overwrite = discord.PermissionOverwrite(**{lost: False})
    return stage.guild.create_text_channel("quiet", overwrites={who: overwrite})


async def used(stage: Stage, channel: Any) -> dict[str, str]:
    """Use every path there, its Share button too, and return what each said last, or "shared"."""
    said: dict[str, str] = {}
    for command, options, share in PATHS:
        result = await stage.mod.slash(channel, command, **options)
        message = message_of(result)
        said[command] = text_of(message)
        if share:
            shared = await stage.mod.click(message, label=share)
            said[f"share {command}"] = "shared" if shared.followups else text_of(message_of(shared))
    return said


def check(said: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    assert all(said.values())
    assert not [text for text in said.values() if "Something broke" in text]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def shares(said: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix("share "): text for name, text in said.items() if name.startswith("share ")}


async def test_with_every_permission_all_of_it_works(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    said = await used(stage, stage.channel)
    check(said, caplog)
    assert set(shares(said).values()) == {"shared"}
    assert "The lobby is open" in said["quiz start"]


@pytest.mark.parametrize(
    "lost", ["send_messages", "attach_files", "embed_links", "read_message_history", "use_external_emojis"]
)
async def test_a_permission_the_bot_lost(stage: Stage, caplog: pytest.LogCaptureFixture, lost: str) -> None:
    said = await used(stage, channel_without(stage, stage.env.bot.user, lost))
    check(said, caplog)
    refused = {name for name, text in shares(said).items() if "I'm missing permissions here" in text}
    everything = set(shares(said))
    assert refused == {"send_messages": everything, "attach_files": set(WITH_FILES)}.get(lost, set())
    needed = lost in {"send_messages", "attach_files", "read_message_history"}
    assert ("I'm missing permissions here" in said["quiz start"]) == needed


async def test_the_person_may_not_write_there(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    said = await used(stage, channel_without(stage, stage.mod, "send_messages"))
    check(said, caplog)
    public = [*shares(said).values(), said["quiz start"], said["quiz schedule"]]
    assert all("You can't write in that channel" in text for text in public)


async def test_the_bot_may_not_create_events(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    said = await used(stage, channel_without(stage, stage.env.bot.user, "create_events"))
    check(said, caplog)
    assert "I'm missing permissions here: Create Events." in said["quiz schedule"]


async def test_a_mention_where_the_bot_may_not_write_leaves_no_trace(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    quiet = channel_without(stage, stage.env.bot.user, "send_messages")
    await stage.ann.send(quiet, f"{stage.mention} what is the kv cache?")
    await stage.ann.send(quiet, f"{stage.mention}", attachments=[("dog.jpg", b"a photo")])
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
