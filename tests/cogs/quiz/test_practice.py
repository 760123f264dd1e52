"""Playing alone: practice, the question of the day, the leaderboard, and your own scores."""

from typing import Any

import discord
import pytest
from support.quiz_stage import GRACE, SETTLE, Stage
from support.views import buttons_of, message_of, text_of

pytestmark = pytest.mark.simcord(settle_timeout=SETTLE)

MORE = ("Next question", "Stop here", "See results", "Run it now")


async def practise(stage: Stage, **options: Any) -> discord.Message:
    return message_of(await stage.ann.slash(stage.channel, "quiz practice", **options))


def practice_of(stage: Stage) -> Any:
    """Return the newest practice that is remembered."""
    recent: Any = stage.fakes.services.quiz.practices
    return recent.recall(next(reversed(recent._entries)))


async def answer(stage: Stage, message: discord.Message, *, right: bool) -> discord.Message:
    """Answer the question shown, and return the message after that."""
    asked = practice_of(stage).asked[-1]
    labels = buttons_of(message)
    place = asked.answer if right else next(i for i in range(len(labels)) if i != asked.answer)
    return message_of(await stage.ann.click(message, label=labels[place]))


async def test_practice_from_the_first_question_to_what_to_read(stage: Stage) -> None:
    shown = await practise(stage, pack="myths", difficulty="hard")
    assert "Question 1 · hard" in text_of(shown)
    shown = await answer(stage, shown, right=True)
    assert "is right." in text_of(shown)
    assert "1 of 1 right so far" in text_of(shown)
    shown = message_of(await stage.ann.click(shown, label="Next question"))
    shown = await answer(stage, shown, right=False)
    assert "✗ Not **" in text_of(shown)
    assert "1 of 2 right so far" in text_of(shown)
    shown = message_of(await stage.ann.click(shown, label="Stop here"))
    assert "1 of 2 right" in text_of(shown)
    assert "These articles explain what you missed." in text_of(shown)


async def test_a_verdict_still_names_all_the_answers(stage: Stage) -> None:
    shown = await practise(stage, pack="language-models", difficulty="easy", topic="sampling-and-temperature")
    shown = await answer(stage, shown, right=False)
    asked = practice_of(stage).asked[0]
    assert asked.kind != "true-false"
    assert all(one.text in text_of(shown) for one in asked.options)


async def test_practice_on_a_topic_stays_on_it(stage: Stage) -> None:
    offered = await stage.ann.autocomplete(stage.channel, "quiz practice", "topic", "infer")
    assert offered
    assert all("infer" in one["name"].lower() for one in offered)
    await practise(stage, topic="tokens")
    assert {one.article for one in practice_of(stage).questions} == {"tokens"}


async def test_practice_on_an_unknown_topic(stage: Stage) -> None:
    assert "No question matches" in text_of(await practise(stage, topic="soup"))
    assert "I don't have that pack" in text_of(await practise(stage, pack="soup"))


async def test_the_packs_are_suggested_for_practice_and_plans_too(stage: Stage) -> None:
    for command in ("quiz practice", "quiz schedule"):
        offered = await stage.ann.autocomplete(stage.channel, command, "pack", "myths")
        assert [one["value"] for one in offered] == ["myths"]


async def test_pressing_an_answered_question_again_changes_nothing(stage: Stage) -> None:
    first = await practise(stage, pack="basics")
    asked = practice_of(stage).asked[-1]
    labels = buttons_of(first)
    await stage.ann.click(first, label=labels[0])
    assert practice_of(stage).chosen == [0]
    old = [one for one in labels if one not in MORE]
    assert len(old) == len(asked.options)
    assert not any(one in buttons_of(stage_message(stage, first)) for one in old[1:])


def stage_message(stage: Stage, message: discord.Message) -> discord.Message:
    return next(one for one in stage.channel.history(viewer=stage.ann) if one.id == message.id)


async def test_predicting_alone_runs_the_model(stage: Stage) -> None:
    shown = await practise(stage, pack="images")
    for _ in range(20):
        asked = practice_of(stage).asked[-1]
        if asked.example:
            break
        shown = await answer(stage, shown, right=True)
        shown = message_of(await stage.ann.click(shown, label="Next question"))
    shown = message_of(await stage.ann.click(shown, label=buttons_of(shown)[-1]))
    assert "The model just ran on the photo and says **golden retriever**" in text_of(shown)


async def test_an_expired_practice(stage: Stage) -> None:
    shown = await practise(stage, pack="basics")
    stage.fakes.services.quiz.practices.clear()
    assert not len(stage.fakes.services.quiz.practices)
    assert "That practice has expired" in await told(stage, shown)


async def told(stage: Stage, message: discord.Message) -> str:
    """Press the first button of a message, and return what the presser is told."""
    result = await stage.ann.click(message, label=buttons_of(message)[0])
    return "\n".join(text_of(one.message) for one in result.followups)


async def daily(stage: Stage, who: Any) -> discord.Message:
    return message_of(await who.slash(stage.channel, "quiz daily"))


async def test_everyone_gets_the_same_daily_question_and_answers_it_once(stage: Stage) -> None:
    mine, theirs = await daily(stage, stage.ann), await daily(stage, stage.bob)
    assert text_of(mine) == text_of(theirs)
    done = message_of(await stage.ann.click(mine, label=buttons_of(mine)[0]))
    assert "You're the first to answer it in this server." in text_of(done)
    assert "Day 1 of a new streak." in text_of(done)
    again = await daily(stage, stage.ann)
    assert text_of(again) == text_of(done)
    second = message_of(await stage.bob.click(theirs, label=buttons_of(theirs)[1]))
    assert "of 2 people here got it right so far." in text_of(second)


async def test_a_missed_day_starts_the_streak_over(stage: Stage) -> None:
    for day, run in ((0, "Day 1"), (1, "2 days in a row"), (1, "3 days in a row"), (2, "Day 1")):
        await stage.days(day)
        shown = await daily(stage, stage.ann)
        done = message_of(await stage.ann.click(shown, label=buttons_of(shown)[0]))
        assert run in text_of(done)
    assert "**Question of the day:** 1 day in a row now, 3 at best" in await stage.command(stage.ann, "me")


async def test_yesterdays_question_cant_be_answered_today(stage: Stage) -> None:
    shown = await daily(stage, stage.ann)
    await stage.days(1)
    assert "older version of me" in await told(stage, shown)


async def play(stage: Stage, *, right: bool = True) -> None:
    """Play a game of one question, in which ann is right or not, and bob does not answer right."""
    lobby = await stage.start(questions=1)
    await stage.press(stage.ann, lobby, "Join")
    await stage.press(stage.bob, lobby, "Join")
    await stage.press(stage.ann, lobby, "Start now")
    await stage.vote(stage.ann, right=right)
    await stage.vote(stage.bob, right=False)
    await stage.env.advance_time(GRACE)
    await stage.env.advance_time(12.5)


async def test_the_leaderboard_adds_games_up_and_resets_with_a_season(stage: Stage) -> None:
    assert "No one has played yet" in await stage.command(stage.ann, "leaderboard")
    await play(stage)
    await play(stage)
    board = await stage.command(stage.bob, "leaderboard")
    assert f"**1.** {stage.ann.mention} 2,000 points in 2 games, 2 won" in board
    assert f"**2.** {stage.bob.mention} 0 points in 2 games" in board
    await stage.days(100)
    assert "No one has played yet" in await stage.command(stage.ann, "leaderboard")
    ever = message_of(await stage.ann.slash(stage.channel, "quiz leaderboard", season="all"))
    assert f"**1.** {stage.ann.mention} 2,000 points" in text_of(ever)


async def test_your_own_scores(stage: Stage) -> None:
    assert "You haven't played in this server yet" in await stage.command(stage.ann, "me")
    await play(stage)
    await play(stage, right=False)
    mine = await stage.command(stage.ann, "me")
    assert "**1,000 points** in 2 games, 1 won. You're number 1 this season" in mine
    assert "50% right (1 of 2) in Basics" in mine


async def test_another_server_knows_nothing_of_this_one(stage: Stage) -> None:
    await play(stage)
    other = stage.env.create_guild("Elsewhere")
    channel, ann = other.create_text_channel("general"), other.add_member(stage.env.create_user("ann-again"))
    said = text_of(message_of(await ann.slash(channel, "quiz leaderboard")))
    assert "No one has played yet" in said
