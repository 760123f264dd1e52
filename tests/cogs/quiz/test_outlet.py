"""What a game makes of Discord's refusals, by their codes."""

from typing import Any

import pytest
from support.quiz_stage import GRACE, SETTLE, SHORTEST, Stage
from support.views import message_of, text_of

pytestmark = pytest.mark.simcord(settle_timeout=SETTLE)

UP_TO_THE_REVEAL = 23


def refuse(stage: Stage, status: int, code: int, *, method: str = "*", times: int | None = None) -> None:
    """Have Discord refuse what's done to messages in the channel."""
    path = f"/channels/{stage.channel.id}/messages*"
    stage.env.inject_error(method, path, status=status, code=code, message="refused", times=times)


def letters(stage: Stage) -> list[str]:
    """Return the direct messages that were sent."""
    backend = stage.env.backend
    direct = [one for one in backend.channels.values() if one.guild_id is None]
    return [str(letter.components) for one in direct for letter in backend.messages.get(one.id, {}).values()]


async def begun(stage: Stage) -> None:
    """Start a game in which ann has given the right answer to the first question."""
    lobby = await stage.start()
    await stage.press(stage.ann, lobby, "Join")
    await stage.press(stage.ann, lobby, "Start now")


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (403, 50001, "give me my permissions back"),
        (403, 50013, "give me my permissions back"),
        (400, 160005, "give me my permissions back"),
        (400, 200000, "AutoMod stopped my message"),
        (400, 240000, "AutoMod stopped my message"),
    ],
)
async def test_a_refusal_pauses_a_game_and_its_starter_hears_the_cause(
    stage: Stage, status: int, code: int, why: str
) -> None:
    await begun(stage)
    refuse(stage, status, code)
    await stage.env.advance_time(UP_TO_THE_REVEAL)
    assert stage.session.game.paused_at is not None
    (letter,) = letters(stage)
    assert why in letter
    stage.env.backend.faults.clear()
    assert "Resumed." in await stage.command(stage.ann, "resume")
    assert "(right)" in text_of(stage.last)


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (400, 50083), (429, 30046)])
async def test_a_message_that_cant_be_changed_is_posted_again(stage: Stage, status: int, code: int) -> None:
    await begun(stage)
    question = stage.last
    refuse(stage, status, code, method="PATCH")
    await stage.env.advance_time(UP_TO_THE_REVEAL)
    assert stage.last.id != question.id
    assert "(right)" in text_of(stage.last)
    assert stage.session.game.paused_at is None


@pytest.mark.parametrize("code", [10003, 10004])
async def test_a_channel_or_a_server_that_is_gone_ends_its_game_quietly(stage: Stage, code: int) -> None:
    await begun(stage)
    refuse(stage, 404, code)
    await stage.env.advance_time(UP_TO_THE_REVEAL)
    assert stage.session is None
    assert letters(stage) == []


@pytest.mark.parametrize(("status", "code"), [(500, 0), (502, 0), (503, 0), (429, 0), (403, 0)])
async def test_a_game_comes_back_by_itself_after_an_outage(stage: Stage, status: int, code: int) -> None:
    await begun(stage)
    question = stage.last
    refuse(stage, status, code)
    await stage.env.advance_time(UP_TO_THE_REVEAL)
    assert stage.session.game.paused_at is None
    await stage.env.advance_time(SHORTEST * 3)
    stage.env.backend.faults.clear()
    await stage.env.advance_time(SHORTEST * 8)
    assert stage.last.id != question.id
    assert "Question 2 of 3" in text_of(stage.last)
    assert letters(stage) == []


async def test_one_503_on_the_counts_is_skipped(stage: Stage) -> None:
    await begun(stage)
    refuse(stage, 503, 0, times=1)
    await stage.vote(stage.ann, right=True)
    await stage.env.advance_time(GRACE)
    await stage.env.advance_time(GRACE)
    assert "(right)" in text_of(stage.last)
    assert f"**1.** {stage.ann.mention} 1,000" in text_of(stage.last)


async def test_a_lobby_that_cant_be_posted_is_promised_and_opens_by_itself(stage: Stage) -> None:
    refuse(stage, 503, 0, times=1)
    result: Any = await stage.ann.slash(stage.channel, "quiz start")
    assert "The lobby opens here as soon as it does." in text_of(message_of(result))
    await stage.env.advance_time(GRACE)
    assert "No one has joined yet." in text_of(stage.last)
    assert await stage.press(stage.ann, stage.last, "Join") == "You're in. Good luck!"


async def test_a_game_in_a_server_we_are_removed_from_ends_without_a_word(stage: Stage) -> None:
    await begun(stage)
    stage.env.backend.remove_guild(stage.guild.id)
    await stage.env.advance_time(UP_TO_THE_REVEAL)
    assert stage.session is None
    assert letters(stage) == []


async def test_a_game_whose_server_we_left_while_offline_ends_without_a_word(stage: Stage) -> None:
    await begun(stage)
    home = stage.env.create_guild("home")
    await stage.stop()
    stage.env.backend.remove_guild(stage.guild.id)
    refuse(stage, 403, 50001)
    bot = stage.env.bot.user
    assert bot is not None
    ann = home.add_member(stage.env.create_user("ann again"))
    await ann.send(home.create_text_channel("elsewhere"), f"{bot.mention} come back")
    await stage.env.advance_time(UP_TO_THE_REVEAL)
    assert stage.session is None
    assert letters(stage) == []
