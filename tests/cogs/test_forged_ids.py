"""Buttons that no version of us ever made: each is one sentence, whatever is in its id."""

import itertools
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from inferbot.cogs import errors
from inferbot.cogs.feature import FeatureCog
from simcord.env import Env

ACTIONS = {
    "Ask": ("steps", "topics", "theme", "found", "run", "quiz", "share", "open", "sentence", "more"),
    "Complete": ("stop", "next", "heat", "uncached", "steps", "again", "share", "play", "take", "finish"),
    "Cost": ("change", "sums", "sources", "share"),
    "Guide": ("start",),
    "IsIt": ("steps", "share"),
    "Label": ("steps", "where", "compare", "share"),
    "Quiz": ("vote", "join", "leave", "begin", "review", "again", "plan", "unplan", "answer", "next", "daily"),
    "Recommend": ("from", "steps", "share"),
    "Translate": ("steps", "into", "compare", "report", "share"),
}
HUGE = str(2**63)
KEYS = (
    *("x", "0", "-1", HUGE, "9" * 90, f"{HUGE}.1.0", f"1.{HUGE}.0", f"1.1.{HUGE}", f"1.{HUGE}", f"{HUGE}.0", "0.0.0"),
    *("\u0663.\u0661.\u0660", "\u00b2", "1.\u00b2", "h.x:\u00b2", "e.0:\u00b2", f"e.0:{HUGE}", f"e.{HUGE}", "e.", "h."),
    *("e..", "e.coffee.nope:0", "e.nope.x:0", "h.x:0", "x:0", ":", ".", "..", "\ud800", "\udfff.1.0", "e.\ud800:0"),
    *(f"text,{HUGE},1,1,1,1,x", "text,nan,1,1,1,1,x", "text,1,1,1,inf,1,x", "photos,1,1,1,1,1,x", ",,,,,,", "text,1"),
    *("text,1,1,1,1,1,\ud800", "kv-cache.9", f"kv-cache.{HUGE}", "kv-cache.\u00b2", "tt0133093.\ud800", "\0", "'; --"),
)


async def taken(*_: object, **__: object) -> None:
    """Take whatever answer it is."""


def press() -> Any:
    """Return an interaction that was deferred, and takes whatever answer it gets."""
    response = SimpleNamespace(is_done=lambda: True, defer=taken, send_modal=taken, type=None)
    return SimpleNamespace(
        id=1,
        guild_id=1,
        channel_id=1,
        channel=None,
        extras={},
        user=SimpleNamespace(id=1),
        message=SimpleNamespace(id=1),
        locale=discord.Locale.american_english,
        permissions=discord.Permissions.all(),
        app_permissions=discord.Permissions.all(),
        created_at=discord.utils.utcnow(),
        response=response,
        edit_original_response=taken,
        followup=SimpleNamespace(send=taken),
    )


@pytest.mark.simcord(settle_timeout=8)
async def test_a_forged_id_is_a_sentence(simcord_env: Env) -> None:
    bot: Any = simcord_env.bot
    cogs: dict[str, FeatureCog] = {name: cog for name, cog in bot.cogs.items() if isinstance(cog, FeatureCog)}
    assert cogs.keys() >= ACTIONS.keys()
    unexplained: list[str] = []
    pressed = [(name, action) for name in cogs for action in ("dance", *ACTIONS.get(name, ()))]
    for (name, action), key in itertools.product(pressed, KEYS):
        try:
            await cogs[name].pressed(press(), action, key)
        except Exception as error:  # noqa: BLE001 - what it is, is the question
            if errors.sentence_for(error) is None:
                unexplained.append(f"{name} {action} {key!a}: {error!r}")
    assert unexplained == []
