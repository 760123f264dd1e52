"""Who writes when, and what becomes of a text that is stopped, fails, or loses its model; without Discord."""

import asyncio
from typing import Any

import pytest
from inferbot.features.complete import (
    MOST_WAITING,
    SLOTS,
    CompleteFeature,
    CompletionRequest,
    OneAtATime,
    QueueFull,
    RunningCompletion,
)
from inferbot.features.decency import is_decent
from inferbot.features.next_word import MOST_CHOSEN, GrowingText, TooLate
from inferbot.models.errors import ModelUnavailable, NoPrompt
from inferbot.models.owner import Owner, working_for
from support.fakes import FakeRegistry, InlineEngine

BEGIN = "Once upon a time"


class World:
    """An author with a make-believe model; each hop lets the others go first."""

    def __init__(self, idle: float = 600.0) -> None:
        self.registry = FakeRegistry()
        self.engine = InlineEngine()
        self.engine.seconds = 0.001
        engine: Any = self.engine
        registry: Any = self.registry
        self.author = CompleteFeature(engine, registry, idle=idle)
        self.words = self.author.next_words

    async def take(self, sentence: GrowingText, turn: int, index: int, person: int) -> None:
        """Choose as the cog does: with the sentence to itself."""
        async with sentence.lock:
            await self.words.take(sentence, turn, index, person)

    def begin(self, owner: int, **changes: Any) -> RunningCompletion:
        return self.author.start(CompletionRequest(owner, BEGIN, **changes))


async def test_two_write_at_a_time_and_the_others_move_up() -> None:
    world = World()
    first, second, third, fourth = (world.begin(owner, limit=20 + 10 * owner) for owner in range(4))
    assert [one.place for one in (first, second, third, fourth)] == [0, 0, 1, 2]
    assert world.author.find(third.key) is third
    await first.result()
    assert [one.place for one in (third, fourth)] == [0, 1]
    for one, limit in ((second, 30), (third, 40), (fourth, 50)):
        completion = await one.result()
        assert completion is not None
        assert (len(completion.steps), completion.ended) == (limit, "limit")
    assert world.author.find(third.key) is None


async def test_one_place_a_person_and_a_line_that_has_an_end() -> None:
    world = World()
    texts = [world.begin(owner) for owner in range(SLOTS + MOST_WAITING)]
    with pytest.raises(OneAtATime):
        world.begin(3)
    with pytest.raises(QueueFull) as error:
        world.begin(99)
    assert error.value.waiting == MOST_WAITING
    await world.author.close()
    assert all(one.task is not None and one.task.done() for one in texts)


async def test_who_leaves_the_line_gives_the_place_up() -> None:
    world = World()
    _, _, third, fourth = (world.begin(owner, limit=30) for owner in range(4))
    assert third.stop()
    assert not third.stop()
    assert await third.result() is None
    assert fourth.place == 1
    assert world.begin(2).place == 2
    await world.author.close()


async def test_a_text_is_stopped_between_two_tokens_and_only_once() -> None:
    world = World()
    writing = world.begin(1, limit=100)
    while not writing.text:
        assert not await writing.done(within=0.002)
    assert writing.stop()
    assert not writing.stop()
    completion = await writing.result()
    assert completion is not None
    assert completion.ended == "stopped"
    assert 0 < len(completion.steps) < 100
    assert not writing.stop()


async def test_a_failure_reaches_who_waits_and_frees_the_seat() -> None:
    world = World()
    world.registry.text.fails = True
    with pytest.raises(ModelUnavailable):
        await world.begin(1).result()
    world.registry.text.fails = False
    assert await world.begin(1, limit=2).result()
    with pytest.raises(NoPrompt):
        await world.author.start(CompletionRequest(1, "\x00")).result()


async def test_the_model_is_closed_when_idle_and_not_before() -> None:
    world = World(idle=0.03)
    await world.begin(1, limit=50).result()
    assert world.registry.closed == 0
    await asyncio.sleep(0.08)
    assert world.registry.closed == 1
    await world.author.close()


async def test_a_model_that_is_closed_in_the_middle_of_a_text_is_no_harm() -> None:
    world = World()
    writing = world.begin(1, limit=30)
    await writing.done(within=0.01)
    world.registry.close_generator()
    completion = await writing.result()
    assert completion is not None
    assert len(completion.steps) == 30


async def test_limits_beyond_what_is_allowed_are_taken_as_the_nearest() -> None:
    world = World()
    for wanted, got in ((-5, 1), (10_000, 120)):
        completion = await world.begin(1, limit=wanted).result()
        assert completion is not None
        assert len(completion.steps) == got


async def test_of_two_who_choose_at_once_one_is_too_late() -> None:
    world = World()
    sentence = await world.words.begin(1, BEGIN, shared=True)
    assert len(sentence.options) == 10
    taken = await asyncio.gather(*(world.take(sentence, 0, 0, person) for person in (1, 2)), return_exceptions=True)
    assert [type(one) for one in taken] == [type(None), TooLate]
    assert (sentence.turn, len(sentence.chosen), sentence.people) == (1, 1, {1})
    with pytest.raises(TooLate):
        await world.take(sentence, 1, 99, 1)


async def test_a_closed_feature_leaves_no_timer_behind() -> None:
    world = World(idle=0.01)
    writing = world.begin(1, limit=100)
    await writing.done(within=0.005)
    await world.author.close()
    await asyncio.sleep(0.05)
    assert world.registry.closed == 0


async def test_a_sentence_that_is_finished_while_a_choice_is_scored_stays_finished() -> None:
    world = World()
    sentence = await world.words.begin(1, BEGIN, shared=True)
    taking = asyncio.create_task(world.take(sentence, 0, 0, 1))
    await asyncio.sleep(0)
    world.words.finish(sentence)
    await taking
    assert sentence.over
    assert sentence.options == ()


async def test_a_choice_that_fails_changes_nothing() -> None:
    world = World()
    sentence = await world.words.begin(1, BEGIN, shared=True)
    world.registry.text.fails = True
    with pytest.raises(ModelUnavailable):
        await world.take(sentence, 0, 0, 1)
    assert (sentence.turn, sentence.chosen, len(sentence.options)) == (0, (), 10)


async def test_nothing_rude_is_offered() -> None:
    world = World()
    sentence = await world.words.begin(1, BEGIN, shared=True)
    assert all(is_decent(sentence.text + option.piece) for option in sentence.options)
    private = await world.words.begin(1, "What the fuck", shared=False)
    assert private.options
    assert all(is_decent(option.piece) for option in private.options)


async def test_a_sentence_is_not_endless() -> None:
    world = World()
    sentence = await world.words.begin(1, BEGIN, shared=True)
    for turn in range(MOST_CHOSEN):
        assert not sentence.over
        await world.take(sentence, turn, 0, 1)
    assert sentence.over
    assert sentence.options == ()
    with pytest.raises(TooLate):
        await world.take(sentence, MOST_CHOSEN, 0, 1)


async def test_a_next_word_takes_a_turn_and_is_not_a_way_around_the_queue() -> None:
    world = World()
    texts = [world.begin(owner, limit=60) for owner in (1, 2)]
    asked = [asyncio.create_task(world.words.begin(3, BEGIN, shared=False)) for _ in range(10)]
    while not all(one.done() for one in asked[1:]):  # noqa: ASYNC110 - refused on the loop, at once
        await asyncio.sleep(0)
    assert all(isinstance(one.exception(), OneAtATime) for one in asked[1:])
    assert not asked[0].done()
    assert world.begin(4, limit=60).place == 2, "it waits behind the word, which is less work"
    await texts[0].result()
    assert (await asked[0]).options
    assert len(texts[1].text) > 0
    await world.author.close()


async def test_a_class_that_starts_all_at_once_gets_its_texts() -> None:
    world = World()
    world.engine.seconds = 0
    texts: list[RunningCompletion] = []
    for person in range(30):
        with working_for(Owner(person, server=7)):
            texts.append(world.begin(person, limit=3))
    assert all([await one.result() for one in texts])


async def test_what_ends_with_an_error_gives_its_turn_on() -> None:
    world = World()
    with pytest.raises(NoPrompt):
        await world.words.begin(1, "\x00", shared=False)
    assert (await world.words.begin(1, BEGIN, shared=False)).options
