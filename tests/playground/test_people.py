"""What a person can do besides using the bot: react, moderate, plan events, begin anew, keep a transcript."""

from typing import Any

import pytest
from inferbot.playground.errors import ApiError, PersonError
from inferbot.playground.model import EventKind
from inferbot.playground.people import People
from inferbot.playground.reactions import react
from inferbot.playground.scheduled import Status
from inferbot.playground.state import World
from support.worlds import Told, answer, general, post, use


def test_create_reaction_counts_each_person_once(world: World, people: People, told: Told) -> None:
    message = post(world, content="hello")
    ada = people.add("Ada")
    told.clear()
    for person in (world.owner.id, world.owner.id, ada.id):
        people.react(person, message.id, "👍")
    (reaction,) = people.message(ada.id, message.id)["reactions"]
    assert (reaction["emoji"]["name"], reaction["count"], reaction["me"]) == ("👍", 2, True)
    assert told.kinds() == [EventKind.REACTION_ADD] * 2
    assert told[0].data["message_author_id"] == world.bot.id
    people.react(ada.id, message.id, "👍", add=False)
    assert not people.message(ada.id, message.id)["reactions"][0]["me"]
    assert told[-1].kind is EventKind.REACTION_REMOVE


@pytest.mark.parametrize("emoji", ["👩🏽‍🚀", "1️⃣", "🇪🇸", "❤️", "✅"])
def test_unicode_emoji_are_reactions(world: World, people: People, emoji: str) -> None:
    message = post(world, content="hello")
    people.react(world.owner.id, message.id, emoji)
    assert list(message.reactions) == [emoji]


@pytest.mark.parametrize("text", ["", "a", "name:123", "<script>", "👍" * 17, "é"])
def test_10014_other_text_is_no_emoji(world: World, text: str) -> None:
    with pytest.raises(ApiError) as refused:
        react(world, world.owner.id, post(world, content="hello"), text)
    assert refused.value.code == 10014


def test_30010_twenty_kinds_of_reactions(world: World) -> None:
    message = post(world, content="hello")
    for number in range(20):
        react(world, world.owner.id, message, chr(0x1F600 + number))
    with pytest.raises(ApiError) as refused:
        react(world, world.owner.id, message, chr(0x1F680))
    assert refused.value.code == 30010
    react(world, world.bot.id, message, chr(0x1F600))


def test_the_owner_makes_moderators(world: World, people: People, told: Told) -> None:
    ada, bea = people.add("Ada"), people.add("Bea")
    with pytest.raises(PersonError, match="Only the owner"):
        people.set_moderator(ada.id, bea.id, moderator=True)
    people.set_moderator(world.owner.id, ada.id, moderator=True)
    assert ada.role_ids == [world.moderator_role.id]
    assert told[-1].kind is EventKind.MEMBER_UPDATE
    people.set_moderator(world.owner.id, ada.id, moderator=False)
    assert ada.role_ids == []


def test_events_are_planned_by_those_who_may(world: World, people: People) -> None:
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


def test_names_are_short_and_taken_once(people: People) -> None:
    people.add("Ada")
    for name, sentence in (("Ada", "already somebody"), (" ", "1 to 32"), ("x" * 33, "1 to 32")):
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
    assert {EventKind.MESSAGE_DELETE_BULK, EventKind.MEMBER_REMOVE, EventKind.SCHEDULED_EVENT_DELETE} < set(
        told.kinds()
    )


def test_a_transcript_holds_what_its_person_sees(world: World, people: People) -> None:
    ada = people.add("Ada")
    people.say(ada.id, general(world).id, "hello")
    people.say(ada.id, people.open_dm(ada.id).id, "psst")
    seen = people.transcript(ada.id)
    contents = {c["name"]: [m["content"] for m in c["messages"]] for c in seen["channels"]}
    assert contents == {"general": ["hello"], "quiz": [], "random": [], "Direct messages with Inferbot": ["psst"]}
    assert "Direct messages with Inferbot" not in [c["name"] for c in people.transcript(world.owner.id)["channels"]]


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
