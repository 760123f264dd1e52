"""A quiz as people play it, in a simulated Discord with virtual time."""

import importlib
from typing import Any

import discord
import pytest
from inferbot.quiz.running import saving
from support.quiz_stage import GRACE, SETTLE, Stage
from support.views import buttons_of, message_of, text_of

pytestmark = pytest.mark.simcord(settle_timeout=SETTLE)


async def test_a_whole_game(stage: Stage) -> None:
    lobby = await stage.start()
    assert "No one has joined yet." in text_of(lobby)
    assert await stage.press(stage.ann, lobby, "Join") == "You're in. Good luck!"
    await stage.press(stage.bob, lobby, "Join")
    await stage.env.advance_time(GRACE)
    assert "**2 players:**" in text_of(stage.last)
    await stage.press(stage.ann, lobby, "Start now")
    for number in (1, 2, 3):
        question = stage.last
        assert f"Question {number} of 3" in text_of(question)
        assert "Locked in" in await stage.vote(stage.ann, right=True)
        await stage.env.advance_time(10)
        assert "1 of 2 players voted" in text_of(stage.last)
        await stage.vote(stage.bob, right=number == 2)
        await stage.env.advance_time(GRACE)
        revealed = text_of(stage.last)
        assert stage.last.id == question.id
        assert "(right)" in revealed
        assert "**1.** " + stage.ann.mention in revealed
        await stage.env.advance_time(12.5)
    final = text_of(stage.last)
    assert f"{stage.ann.mention} wins with **" in final
    assert "3 of 3 right, best streak 3" in final
    assert "1 of 3 right" in final
    assert stage.session is None
    missed = await stage.press(stage.bob, stage.last, "What did I miss?")
    assert missed.count("You: ") == 2
    assert "You missed nothing" in await stage.press(stage.ann, stage.last, "What did I miss?")


async def test_a_channel_has_one_game_and_the_refusal_links_to_it(stage: Stage) -> None:
    lobby = await stage.start()
    said = await refused(stage)
    assert "There's already a quiz in this channel" in said
    assert str(lobby.id) in said


async def refused(stage: Stage, **options: Any) -> str:
    return text_of(message_of(await stage.bob.slash(stage.channel, "quiz start", **options)))


async def test_a_lobby_no_one_joins_closes_kindly(stage: Stage) -> None:
    lobby = await stage.start()
    await stage.env.advance_time(61)
    assert stage.last.id == lobby.id
    assert "No one joined, so there's no game this time." in text_of(stage.last)
    assert buttons_of(stage.last) == []
    assert stage.session is None


async def test_a_lobby_starts_by_itself_when_someone_is_in_it(stage: Stage) -> None:
    lobby = await stage.start()
    await stage.press(stage.ann, lobby, "Join")
    await stage.env.advance_time(61)
    assert "Question 1 of 3" in text_of(stage.last)


async def test_joining_leaving_and_starting_too_early(stage: Stage) -> None:
    lobby = await stage.start()
    assert "nothing to leave" in await stage.press(stage.bob, lobby, "Leave")
    assert "No one has joined yet" in await stage.press(stage.ann, lobby, "Start now")
    await stage.press(stage.bob, lobby, "Join")
    assert "Only the person who started this quiz" in await stage.press(stage.bob, lobby, "Start now")
    assert "You're out" in await stage.press(stage.bob, lobby, "Leave")


async def test_people_choose_a_team_or_get_one(stage: Stage) -> None:
    lobby = await stage.start(teams=2, questions=1)
    assert buttons_of(lobby) == ["Join Alpha", "Join Beta", "Any team", "Leave", "Start now"]
    assert "You're on team **Beta**." in await stage.press(stage.ann, lobby, "Join Beta")
    assert "You'll get a team when it starts." in await stage.press(stage.bob, lobby, "Any team")
    await stage.press(stage.ann, lobby, "Start now")
    await stage.vote(stage.ann, right=True)
    await stage.vote(stage.bob, right=False)
    await stage.env.advance_time(GRACE)
    await stage.env.advance_time(12.5)
    assert "**Teams** (average per player): **1.** Beta" in text_of(stage.last)


async def begun(stage: Stage, **options: Any) -> None:
    """Start a game with ann and bob in it."""
    lobby = await stage.start(**options)
    await stage.press(stage.ann, lobby, "Join")
    await stage.press(stage.bob, lobby, "Join")
    await stage.press(stage.ann, lobby, "Start now")


async def test_a_vote_is_changed_once(stage: Stage) -> None:
    await begun(stage)
    labels = buttons_of(stage.last)
    assert "Locked in" in await stage.press(stage.ann, stage.last, labels[0])
    assert "already picked" in await stage.press(stage.ann, stage.last, labels[0])
    assert "That's final now." in await stage.press(stage.ann, stage.last, labels[1])
    assert "already changed your answer once" in await stage.press(stage.ann, stage.last, labels[0])


async def test_a_click_after_the_deadline_is_too_late(stage: Stage) -> None:
    await begun(stage)
    await stage.env.advance_time(20.5)
    assert "Too late" in await stage.vote(stage.ann, right=True)


async def test_a_person_who_did_not_join_can_still_answer(stage: Stage) -> None:
    await begun(stage)
    assert "Locked in" in await stage.vote(stage.mod, right=True)
    assert stage.session.game.players[stage.mod.id].since == 1


async def test_votes_stay_hidden_until_the_reveal(stage: Stage) -> None:
    await begun(stage)
    await stage.vote(stage.ann, right=True)
    await stage.env.advance_time(GRACE)
    said = text_of(stage.last)
    assert "1 of 2 players voted" in said
    assert stage.ann.mention not in said
    assert "(right)" not in said


async def test_pausing_keeps_the_rest_of_the_time(stage: Stage) -> None:
    await begun(stage)
    await stage.env.advance_time(15)
    assert "Paused." in await stage.command(stage.ann, "pause")
    assert "**Paused.**" in text_of(stage.last)
    assert buttons_of(stage.last) == []
    # Short options are shown on the buttons alone; without buttons they are listed.
    asked = stage.session.question
    assert asked.kind == "true-false" or all(one.text in text_of(stage.last) for one in asked.options)
    await stage.env.advance_time(300)
    assert "Resumed." in await stage.command(stage.mod, "resume")
    assert "The quiz isn't paused." in await stage.command(stage.ann, "resume")
    assert "Locked in" in await stage.vote(stage.ann, right=True)
    await stage.env.advance_time(GRACE)
    assert "(right)" in text_of(stage.last)


async def test_skipping_gives_no_one_points(stage: Stage) -> None:
    await begun(stage)
    await stage.vote(stage.ann, right=True)
    assert "Skipped." in await stage.command(stage.ann, "skip")
    assert "no one gets points for it" in text_of(stage.last)
    assert f"{stage.ann.mention} 0" in text_of(stage.last)
    await stage.command(stage.ann, "skip")
    assert "Question 2 of 3" in text_of(stage.last)


async def test_stopping_keeps_the_points_so_far(stage: Stage) -> None:
    await begun(stage)
    await stage.vote(stage.ann, right=True)
    await stage.vote(stage.bob, right=False)
    await stage.env.advance_time(GRACE)
    assert "Only the person who started" in await stage.command(stage.bob, "stop")
    assert "The quiz is over" in await stage.command(stage.ann, "stop")
    assert "The quiz was stopped early." in text_of(stage.last)
    assert f"{stage.ann.mention} 1,000 points in 1 game, 1 won" in await stage.command(stage.bob, "leaderboard")


async def test_controls_without_a_game(stage: Stage) -> None:
    for command in ("stop", "pause", "resume", "skip"):
        assert "There's no quiz in this channel" in await stage.command(stage.ann, command)


async def test_a_game_no_one_answers_ends(stage: Stage) -> None:
    await begun(stage, questions=5)
    for _ in range(3):
        await stage.env.advance_time(22.5)
        await stage.env.advance_time(12.5)
    assert "No one answered three questions in a row" in text_of(stage.last)
    assert stage.session is None


async def test_a_button_of_a_game_that_is_over(stage: Stage) -> None:
    await begun(stage)
    question, label = stage.last, stage.option(right=True)
    await stage.command(stage.ann, "stop")
    assert "That game is over." in await stage.press(stage.bob, question, label)


async def test_the_model_is_asked_in_front_of_everyone(stage: Stage) -> None:
    await begun(stage, pack="images", questions=22)
    for _ in range(22):
        if stage.session.question.example:
            break
        await stage.command(stage.ann, "skip")
        await stage.command(stage.ann, "skip")
    assert buttons_of(stage.last)[-1].endswith("Something else")
    await stage.press(stage.ann, stage.last, buttons_of(stage.last)[-1])
    await stage.press(stage.bob, stage.last, buttons_of(stage.last)[0])
    await stage.env.advance_time(GRACE)
    said = text_of(stage.last)
    assert "The model just ran on the photo and says **golden retriever**, 74%." in said
    assert "decode 8.3 ms → resize 1.2 ms" in said
    assert "✓ **D Something else** (right)" in said


async def test_without_a_model_no_question_needs_one(stage: Stage) -> None:
    stage.fakes.registry.off.add("efficientnet-lite0")
    await begun(stage, pack="images", questions=22)
    assert len(stage.session.record.plan) == 15


async def test_a_deleted_message_is_posted_again(stage: Stage) -> None:
    await begun(stage)
    question = stage.last
    await question.delete()
    await stage.command(stage.ann, "pause")
    await stage.command(stage.ann, "resume")
    assert stage.last.id != question.id
    assert "Question 1 of 3" in text_of(stage.last)
    assert "Locked in" in await stage.vote(stage.ann, right=True)


async def test_a_channel_that_is_deleted_ends_its_game_quietly(stage: Stage) -> None:
    await begun(stage)
    stage.env.backend.delete_channel(stage.channel.id)
    await stage.env.advance_time(23)
    assert stage.session is None


async def test_a_question_continues_after_a_restart(stage: Stage) -> None:
    await begun(stage)
    question = stage.last
    await stage.vote(stage.ann, right=True)
    await stage.stop()
    await stage.env.advance_time(5)
    await stage.begin_again()
    assert "Locked in" in await stage.vote(stage.bob, right=False)
    await stage.env.advance_time(GRACE)
    assert stage.last.id == question.id
    assert "(right)" in text_of(stage.last)
    assert f"**1.** {stage.ann.mention} 1,000" in text_of(stage.last)


async def test_a_deadline_that_passed_while_offline_is_revealed_from_the_stored_votes(stage: Stage) -> None:
    await begun(stage)
    await stage.vote(stage.ann, right=True)
    await stage.stop()
    await stage.env.advance_time(60)
    await stage.begin_again()
    await stage.env.advance_time(GRACE)
    assert "(right)" in text_of(stage.last)
    assert f"**1.** {stage.ann.mention} 1,000" in text_of(stage.last)


async def test_a_lobby_interrupted_before_its_message_is_posted_after_the_restart(stage: Stage) -> None:
    first = await stage.start()
    stage.session.message = None
    await saving.save(stage.fakes.store, stage.session)
    await stage.stop()
    await stage.begin_again()
    assert stage.session.game.paused_at is None
    assert stage.last.id != first.id
    assert await stage.press(stage.ann, stage.last, "Join") == "You're in. Good luck!"
    assert "Start now" in buttons_of(stage.last)


async def test_a_game_left_alone_for_long_is_closed_with_a_message(stage: Stage) -> None:
    await begun(stage)
    await stage.vote(stage.ann, right=True)
    await stage.stop()
    await stage.env.advance_time(3600)
    await stage.begin_again()
    assert "I was offline for too long" in text_of(stage.last)
    assert stage.session is None


async def test_a_paused_game_stays_paused_after_a_restart(stage: Stage) -> None:
    await begun(stage)
    await stage.command(stage.ann, "pause")
    await stage.stop()
    await stage.env.advance_time(3600)
    await stage.begin_again()
    assert "Resumed." in await stage.command(stage.ann, "resume")
    assert "Locked in" in await stage.vote(stage.ann, right=True)


async def test_play_again_opens_the_same_game(stage: Stage) -> None:
    await begun(stage, questions=1)
    await stage.command(stage.ann, "stop")
    again = await stage.press(stage.bob, stage.last, "Play again")
    assert "The lobby is open" in again
    assert "1 question, 20 seconds each" in text_of(stage.last)


async def test_packs_are_suggested_from_memory(stage: Stage) -> None:
    found = await stage.ann.autocomplete(stage.channel, "quiz start", "pack", "MY")
    assert [one["value"] for one in found] == ["myths"]
    everything = await stage.ann.autocomplete(stage.channel, "quiz start", "pack", "")
    assert everything[0]["name"] == "All packs"


async def test_an_unknown_pack(stage: Stage) -> None:
    assert "I don't have that pack" in await refused(stage, pack="soup")


async def test_a_missing_permission_is_named_before_the_start(stage: Stage) -> None:
    bot = stage.env.bot.user
    assert bot is not None
    mute = discord.PermissionOverwrite(send_messages=False, attach_files=False)
    quiet = stage.guild.create_text_channel("quiet", overwrites={bot: mute})
    said = text_of(message_of(await stage.ann.slash(quiet, "quiz start")))
    assert "I'm missing permissions here: Send Messages, Attach Files." in said
    assert stage.session is None


async def test_losing_a_permission_mid_game_pauses_it_and_tells_the_starter(stage: Stage) -> None:
    await begun(stage)
    await stage.vote(stage.ann, right=True)
    refuse(stage, status=403, code=50013)
    await stage.env.advance_time(10)
    assert stage.session.game.paused_at is None  # only the counts couldn't be updated
    await stage.env.advance_time(13)
    assert stage.session.game.paused_at is not None
    assert "Ask a moderator to give me my permissions back" in letter(stage)
    stage.env.backend.faults.clear()
    assert "Resumed." in await stage.command(stage.ann, "resume")
    assert "(right)" in text_of(stage.last)
    assert f"**1.** {stage.ann.mention} 1,000" in text_of(stage.last)


def refuse(stage: Stage, *, method: str = "*", **failure: int) -> None:
    """Have Discord refuse all that's done to messages in channels, until `faults` is cleared."""
    path = f"/channels/{stage.channel.id}/messages*"
    stage.env.inject_error(method, path, message="refused", times=None, **failure)


def letter(stage: Stage) -> str:
    """Return the one direct message that was sent."""
    (direct,) = [one for one in stage.env.backend.channels.values() if one.guild_id is None]
    (letter,) = stage.env.backend.messages[direct.id].values()
    return str(letter.components)


async def test_a_button_of_an_older_version_of_the_quiz(stage: Stage) -> None:
    views, buttons = (importlib.import_module(f"inferbot.cogs.{name}") for name in ("ui", "buttons"))
    ids = [("Old", "0", "vote", "1.1.0"), ("Odd", "1", "vote", "1.x"), ("Unknown", "1", "dance", "1")]
    old = [buttons.FeatureButton(a, feature="Quiz", version=b, action=c, key=d) for a, b, c, d in ids]
    channel = stage.env.bot.get_channel(stage.channel.id)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send(view=views.layout(views.ActionRow(*old)))
    for label, *_ in ids:
        assert "older version of me" in await stage.press(stage.ann, message, label)


async def test_a_clock_that_stepped_back_during_a_restart_lengthens_nothing(stage: Stage) -> None:
    await begun(stage)
    await stage.vote(stage.ann, right=True)
    await stage.stop()
    stage.fakes.now = lambda: stage.env.now().timestamp() - 3600
    await stage.begin_again()
    await stage.env.advance_time(22.5)
    assert "(right)" in text_of(stage.last)


async def test_playing_again_keeps_the_difficulty(stage: Stage) -> None:
    await begun(stage, difficulty="hard", questions=2)
    await stage.command(stage.ann, "stop")
    await stage.press(stage.bob, stage.last, "Play again")
    assert stage.session.game.rules.difficulty == "hard"
