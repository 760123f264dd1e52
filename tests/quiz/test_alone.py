"""Practice, the question of the day, and packs: answers given twice or at once, and packs that change in between."""

import asyncio
import datetime as dt
from dataclasses import replace

import pytest
from inferbot.quiz.errors import TooLate
from inferbot.quiz.running.asked import Asked, Prediction
from inferbot.quiz.running.daily import Daily, QuestionRemoved
from inferbot.quiz.running.library import MAX_PACKS, NoSuchPack, TooManyPacks, Upload, UploadRunning
from inferbot.quiz.running.practice import Practice, practice
from inferbot.quiz.running.scores import Scores
from inferbot.store import daily as daily_rows
from inferbot.store import games
from inferbot.store.records import DailyRecord, ScoreRecord
from support.quiz_games import GUILD, Hall, NoModel
from support.rows import game_values

ANN, BOB = 1, 2
DAY = dt.date(2026, 11, 28)
PACK = """
title = "Club"
about = "Ours."
[[question]]
id = "NAME-001"
kind = "true-false"
difficulty = "easy"
text = "Is it?"
answer = true
explanation = "It is."
"""


class SlowModel(NoModel):
    """Says the first option, when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def predict(self, asked: Asked) -> Prediction:
        await self.gate.wait()
        return Prediction(asked.options[0].text, 1.0, (), 0)


def some_practice(hall: Hall, count: int = 2) -> Practice:
    return practice(ANN, hall.library.choose(None, pack="basics")[:count])


async def test_a_second_answer_to_a_question_changes_nothing(hall: Hall) -> None:
    mine = some_practice(hall)
    mine.next()
    await mine.answer(0, 0, hall.model)
    await mine.answer(0, 1, hall.model)
    assert mine.chosen == [0]
    mine.next()
    await mine.answer(0, 1, hall.model)  # the next question is shown already
    assert mine.chosen == [0]
    await mine.answer(1, 1, hall.model)
    assert (mine.chosen, mine.over) == ([0, 1], True)
    with pytest.raises(TooLate):
        mine.next()
    with pytest.raises(TooLate):
        await mine.answer(2, 0, hall.model)


async def test_no_answer_skips_a_question_or_picks_a_missing_option(hall: Hall) -> None:
    mine = some_practice(hall)
    for number, position in ((1, 0), (0, 9), (0, -1)):
        with pytest.raises(TooLate):
            await mine.answer(number, position, hall.model)
    assert mine.chosen == []


async def test_the_first_of_two_answers_during_a_prediction_counts(hall: Hall) -> None:
    mine, model = some_practice(hall), SlowModel()
    mine.questions = [replace(one, answer=None) for one in mine.questions]
    both = asyncio.gather(mine.answer(0, 1, model), mine.answer(0, 0, model))
    await asyncio.sleep(0)
    model.gate.set()
    await both
    assert mine.chosen == [1]
    assert mine.missed == mine.asked


async def test_the_question_of_the_day_stays_when_packs_change(hall: Hall) -> None:
    daily = Daily(hall.store, hall.library)
    before = await daily.question(GUILD, DAY)
    mine = await daily.answer(GUILD, DAY, ANN, 0, 1)
    for number in range(MAX_PACKS):
        await upload(hall, f"aa-{number}")
    assert await daily.question(GUILD, DAY) == before == mine.asked
    theirs = await daily.answer(GUILD, DAY, BOB, 0, 2)
    assert (theirs.asked, theirs.answered) == (before, 2)


async def test_a_daily_question_is_answered_once(hall: Hall) -> None:
    daily = Daily(hall.store, hall.library)
    assert await daily.answered(GUILD, DAY, ANN) is None
    both = await asyncio.gather(*(daily.answer(GUILD, DAY, ANN, position, position) for position in (1, 0)))
    assert {one.position for one in both} == {1}
    assert await daily.answered(GUILD, DAY, ANN) == both[0]
    with pytest.raises(TooLate):
        await daily.answer(GUILD, DAY, BOB, 9, 9)


async def test_an_answer_to_a_question_that_is_gone_says_so(hall: Hall) -> None:
    daily = Daily(hall.store, hall.library)
    await upload(hall, "club")
    answer = DailyRecord(GUILD, DAY.isoformat(), ANN, "club-001", 0, right=True, interaction=1)
    await hall.store.write(lambda c: daily_rows.put(c, answer))
    assert await daily.answered(GUILD, DAY, ANN)
    gone = replace(answer, user=BOB, position=3, interaction=2)  # the pack was replaced by one with fewer options
    await hall.store.write(lambda c: daily_rows.put(c, gone))
    with pytest.raises(QuestionRemoved):
        await daily.answered(GUILD, DAY, BOB)
    await hall.library.remove(GUILD, "club")
    with pytest.raises(QuestionRemoved):
        await daily.answered(GUILD, DAY, ANN)
    with pytest.raises(QuestionRemoved):
        await daily.answer(GUILD, DAY, ANN, 0, 3)


async def upload(hall: Hall, name: str) -> None:
    await hall.library.upload(GUILD, ANN, Upload(f"{name}.toml", PACK.replace("NAME", name).encode()), 1.0)


async def test_packs_uploaded_at_once_keep_to_the_limit(hall: Hall) -> None:
    for number in range(MAX_PACKS - 1):
        await upload(hall, f"pack-{number}")
    done = await asyncio.gather(upload(hall, "one"), upload(hall, "two"), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["NoneType", UploadRunning.__name__]
    with pytest.raises(TooManyPacks):
        await upload(hall, "three")
    assert len(hall.library.own(GUILD)) == MAX_PACKS


async def test_a_pack_is_removed_once(hall: Hall) -> None:
    await upload(hall, "club")
    remove = hall.library.remove
    done = await asyncio.gather(remove(GUILD, "club"), remove(GUILD, "club"), return_exceptions=True)
    assert isinstance(done[1], NoSuchPack)
    assert not hall.library.own(GUILD)


async def test_a_server_that_is_forgotten_while_it_uploads_has_that_pack_alone(hall: Hall) -> None:
    await upload(hall, "club")
    await asyncio.gather(upload(hall, "late"), forget(hall))
    assert "club" not in hall.library.own(GUILD)
    await hall.library.remove(GUILD, "late")


async def forget(hall: Hall) -> None:
    hall.library.forget(GUILD)


async def test_two_packs_of_one_title_have_scores_of_their_own(hall: Hall) -> None:
    """A server may call its pack what another one is called."""
    for channel, (name, points) in enumerate((("club", 500), ("team", 700))):
        await upload(hall, name)
        number = await hall.store.write(lambda c, p=name, n=channel: games.add(c, **game_values(pack=p, channel=n)))
        record = await hall.store.read(lambda c, n=number: games.get(c, n))
        assert record is not None
        result = ScoreRecord(ANN, points, games=1, wins=1, right=1, asked=2, best_streak=1)
        await hall.store.write(lambda c, r=record, one=result: games.end(c, r, ended_by="played", scores=[one]))
    mine = await Scores(hall.store, hall.library).of(GUILD, ANN, DAY)
    assert [(title, one.points) for title, one in mine.packs] == [("Club", 500), ("Club", 700)]
