"""Guild Scheduled Event resource: who may make one, what it must hold, and how its status moves."""

from typing import Any

import pytest
from inferbot.playground.world.errors import ApiError
from inferbot.playground.world.events import ScheduledEvent, Status
from inferbot.playground.world.model import EventKind
from inferbot.playground.world.snowflakes import iso
from inferbot.playground.world.world import World
from support.worlds import ManualClock, Told, wrong_fields

HOUR = 3600.0


def body(world: World, **more: Any) -> dict[str, Any]:
    now = world.clock()
    return {
        "name": "Quiz",
        "entity_type": 3,
        "privacy_level": 2,
        "entity_metadata": {"location": "#quiz"},
        "scheduled_start_time": iso(now + HOUR),
        "scheduled_end_time": iso(now + 2 * HOUR),
        **more,
    }


@pytest.fixture
def quiz(world: World) -> ScheduledEvent:
    return world.scheduled.create(world.bot.id, body(world))


def code(world: World, event: ScheduledEvent, user: str, **change: Any) -> int | None:
    try:
        world.scheduled.edit(event.id, user, change)
    except ApiError as error:
        return error.code
    return None


def test_everyone_learns_of_a_new_event(world: World, told: Told) -> None:
    event = world.scheduled.create(world.bot.id, body(world))
    assert told.kinds() == [EventKind.SCHEDULED_EVENT_CREATE]
    shown = told[0].data
    assert (shown["id"], shown["status"], shown["entity_metadata"]) == (event.id, 1, {"location": "#quiz"})
    assert shown["scheduled_start_time"] == iso(world.clock() + HOUR)


def test_creating_an_event_without_create_events_is_50013(world: World) -> None:
    bea = world.add_person("Bea")
    with pytest.raises(ApiError) as refused:
        world.scheduled.create(bea.id, body(world))
    assert (refused.value.status, refused.value.code) == (403, 50013)


def test_changing_someone_elses_event_without_manage_events_is_50013(world: World, quiz: ScheduledEvent) -> None:
    ada, bea = world.add_person("Ada", moderator=True), world.add_person("Bea")
    assert code(world, quiz, bea.id, name="Mine") == 50013
    assert code(world, quiz, ada.id, name="Ours") is None


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"name": None}, "name: BASE_TYPE_REQUIRED"),
        ({"name": "x" * 101}, "name: BASE_TYPE_BAD_LENGTH"),
        ({"description": "x" * 1001}, "description: BASE_TYPE_BAD_LENGTH"),
        ({"entity_metadata": None}, "entity_metadata: BASE_TYPE_REQUIRED"),
        ({"entity_metadata": {"location": ""}}, "entity_metadata.location: BASE_TYPE_BAD_LENGTH"),
        ({"entity_metadata": {"location": "x" * 101}}, "entity_metadata.location: BASE_TYPE_BAD_LENGTH"),
        ({"scheduled_end_time": None}, "scheduled_end_time: BASE_TYPE_REQUIRED"),
        ({"scheduled_start_time": "soon"}, "scheduled_start_time: DATE_TIME_TYPE_PARSE"),
        ({"scheduled_start_time": iso(0)}, "scheduled_start_time: GUILD_SCHEDULED_EVENT_SCHEDULE_PAST"),
        ({"scheduled_end_time": iso(1)}, "scheduled_end_time: GUILD_SCHEDULED_EVENT_END_BEFORE_START"),
        ({"entity_type": 2}, "channel_id: BASE_TYPE_REQUIRED"),
    ],
)
def test_an_external_event_without_name_place_start_or_end_is_50035(
    world: World, change: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(ApiError) as refused:
        world.scheduled.create(world.bot.id, body(world, **change))
    assert wrong in wrong_fields(refused.value)
    assert world.scheduled.listing() == []


def test_more_than_a_hundred_open_events_are_30038(world: World) -> None:
    for _ in range(100):
        world.scheduled.create(world.bot.id, body(world))
    with pytest.raises(ApiError) as refused:
        world.scheduled.create(world.bot.id, body(world))
    assert refused.value.code == 30038


VALID = {(1, 2), (1, 4), (2, 3)}


@pytest.mark.parametrize("before", list(Status))
@pytest.mark.parametrize("after", list(Status))
def test_an_event_status_changes_only_in_order(
    world: World, quiz: ScheduledEvent, before: Status, after: Status
) -> None:
    quiz.status = before
    found = code(world, quiz, world.bot.id, status=int(after))
    if before in (Status.COMPLETED, Status.CANCELED):
        assert found == 180000
    elif before is after or (before, after) in VALID:
        assert found is None
        assert quiz.status is after
    else:
        assert found == 50035
        assert quiz.status is before


def test_a_refused_change_changes_nothing(world: World, quiz: ScheduledEvent, told: Told) -> None:
    assert code(world, quiz, world.bot.id, name="New", entity_metadata={"location": ""}) == 50035
    assert (quiz.name, told) == ("Quiz", [])


def test_events_start_and_end_by_themselves(world: World, quiz: ScheduledEvent, clock: ManualClock, told: Told) -> None:
    statuses: list[int] = []
    for hours in (0.9, 1.0, 1.5, 2.0, 3.0):
        clock.now = 1_800_000_000 + hours * HOUR
        world.scheduled.tick()
        statuses.append(int(quiz.status))
    assert statuses == [1, 2, 2, 3, 3]
    assert [event.data["status"] for event in told] == [2, 3]
    assert world.scheduled.listing() == []


def test_an_event_whose_start_was_missed_for_hours_is_cancelled(
    world: World, quiz: ScheduledEvent, clock: ManualClock
) -> None:
    clock.now += 5 * HOUR
    world.scheduled.tick()
    assert quiz.status is Status.CANCELED


def test_interest_is_counted_once_per_person(world: World, quiz: ScheduledEvent, told: Told) -> None:
    for interested in (True, True, False, False, True):
        world.scheduled.set_interest(quiz.id, world.owner.id, interested=interested)
    assert world.scheduled.show(quiz)["user_count"] == 1
    add, remove = EventKind.SCHEDULED_EVENT_USER_ADD, EventKind.SCHEDULED_EVENT_USER_REMOVE
    assert told.kinds() == [add, remove, add]


def test_a_deleted_event_is_10070(world: World, quiz: ScheduledEvent, told: Told) -> None:
    world.scheduled.delete(quiz.id, world.bot.id)
    assert told.kinds() == [EventKind.SCHEDULED_EVENT_DELETE]
    with pytest.raises(ApiError) as refused:
        world.scheduled.get(quiz.id)
    assert refused.value.code == 10070
