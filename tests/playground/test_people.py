"""What a person can do besides using the bot: moderate, plan events, start over."""

from typing import Any

import pytest
from inferbot.playground.world.errors import ApiError, PersonError
from inferbot.playground.world.events import Status
from inferbot.playground.world.model import EventKind
from inferbot.playground.world.people import People
from inferbot.playground.world.world import World
from support.worlds import Told, answer, general, post, use


def test_the_owner_makes_moderators(world: World, people: People, told: Told) -> None:
    ada, bea = people.add("Ada"), people.add("Bea")
    with pytest.raises(PersonError, match="Only the owner"):
        people.set_moderator(ada.id, bea.id, moderator=True)
    people.set_moderator(world.owner.id, ada.id, moderator=True)
    assert ada.role_ids == [world.moderator_role.id]
    assert told[-1].kind is EventKind.MEMBERS
    people.set_moderator(world.owner.id, ada.id, moderator=False)
    assert ada.role_ids == []


def test_only_people_with_the_permission_plan_events(world: World, people: People) -> None:
    bea, now = people.add("Bea"), world.clock()

    def plan(person: str, starts_at: float) -> dict[str, Any]:
        return people.create_event(person, name="Quiz", location="#q", starts_at=starts_at, ends_at=now + 120)

    with pytest.raises(PersonError, match="permission"):
        plan(bea.id, now + 60)
    with pytest.raises(PersonError, match="Check the scheduled start time: cannot schedule event in the past"):
        plan(world.owner.id, now - 60)
    event = plan(world.owner.id, now + 60)
    people.set_interest(bea.id, event["id"], interested=True)
    assert [e["interested"] for e in people.scheduled_events(bea.id)] == [True]
    assert [e["interested"] for e in people.scheduled_events(world.owner.id)] == [False]
    assert people.set_event_status(world.owner.id, event["id"], Status.ACTIVE)["status"] == 2
    people.set_event_status(world.owner.id, event["id"], Status.COMPLETED)
    with pytest.raises(PersonError, match="over"):
        people.set_event_status(world.owner.id, event["id"], Status.ACTIVE)
    assert people.scheduled_events(bea.id) == []


def test_a_message_that_is_too_long_is_one_sentence(world: World, people: People) -> None:
    with pytest.raises(PersonError, match="Check the content: must be 2000 or fewer in length"):
        people.say(world.owner.id, general(world).id, "x" * 2001)


def test_names_are_short_and_unique(people: People) -> None:
    people.add("Ada")
    for name, sentence in (("Ada", "Someone here is already called"), (" ", "1 to 32"), ("x" * 33, "1 to 32")):
        with pytest.raises(PersonError, match=sentence):
            people.add(name)


def test_a_reset_leaves_the_owner_the_bot_and_empty_channels(world: World, people: People, told: Told) -> None:
    ada = people.add("Ada")
    interaction = use(world)
    answer(world, interaction, 4, content="hello")
    people.say(ada.id, people.open_dm(ada.id).id, "psst")
    now = world.clock()
    people.create_event(world.owner.id, name="Quiz", location="here", starts_at=now + 60, ends_at=now + 120)
    with pytest.raises(PersonError, match="Only the owner"):
        people.reset(ada.id)
    told.clear()
    people.reset(world.owner.id)
    assert people.persons() == [world.owner]
    assert [channel.name for channel in people.channels_for(world.owner.id)] == ["general", "quiz", "random"]
    assert people.messages(world.owner.id, general(world).id) == []
    assert people.scheduled_events(world.owner.id) == []
    with pytest.raises(ApiError) as refused:
        world.interactions.by_token(world.bot.id, interaction.token)
    assert refused.value.code == 10015
    assert told[-1].kind is EventKind.RESET
    assert {EventKind.MESSAGE_DELETE_BULK, EventKind.MEMBERS, EventKind.SCHEDULED_EVENT_DELETE} < set(told.kinds())


def test_a_listener_that_fails_does_not_silence_the_others(
    world: World, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise ValueError

    unsubscribe = world.subscribe(broken)
    heard = Told()
    world.subscribe(heard.append)
    post(world, content="hello")
    unsubscribe()
    assert len(heard) == len(told) == 1
    assert "A listener failed on message" in caplog.text
