"""Interactions: Receiving and Responding: what may be answered, how, and until when."""

from typing import Any

import pytest
from inferbot.playground.world.errors import ApiError
from inferbot.playground.world.interactions import NO_ANSWER
from inferbot.playground.world.model import EventKind, InteractionStatus, InteractionType, MessageFlag
from inferbot.playground.world.objects import message_object
from inferbot.playground.world.world import World
from support.worlds import ManualClock, Told, answer, general, post, use, wrong_fields

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
EPHEMERAL = int(MessageFlag.EPHEMERAL)


def panel(world: World) -> Any:
    return post(
        world, content="p", components=[{"type": 1, "components": [{"type": 2, "custom_id": "b", "label": "x"}]}]
    )


def press(world: World) -> Any:
    return use(world, InteractionType.COMPONENT, source=panel(world))


def test_an_interaction_carries_its_member_channel_and_permissions(world: World, told: Told) -> None:
    interaction = use(world)
    event = told[-1]
    assert event.kind is EventKind.INTERACTION_CREATE
    assert event.audience == {world.bot.id}
    payload = event.data
    assert payload["member"]["user"]["id"] == world.owner.id
    assert int(payload["app_permissions"]) == world.permissions(world.bot.id, general(world))
    assert payload["authorizing_integration_owners"] == {"0": world.guild_id}
    assert (payload["context"], payload["token"]) == (0, interaction.token)


def test_in_direct_messages_there_is_a_user_and_no_member(world: World, told: Told) -> None:
    world.interactions.start(InteractionType.COMMAND, world.owner.id, world.dm(world.owner.id), {}, label="/x")
    payload = told[-1].data
    assert payload["user"]["id"] == world.owner.id
    assert (payload["context"], payload["authorizing_integration_owners"]) == (1, {"0": "0"})
    assert "guild_id" not in payload
    assert "member" not in payload


def test_a_second_answer_is_40060(world: World) -> None:
    interaction = use(world)
    answer(world, interaction, MESSAGE, content="one")
    with pytest.raises(ApiError) as refused:
        answer(world, interaction, MESSAGE, content="two")
    assert refused.value.code == 40060


def test_a_refused_answer_leaves_the_interaction_open(world: World) -> None:
    interaction = use(world)
    with pytest.raises(ApiError) as refused:
        answer(world, interaction, MESSAGE, content="x" * 2001)
    assert wrong_fields(refused.value) == {"data.content: BASE_TYPE_MAX_LENGTH"}
    answer(world, interaction, MESSAGE, content="shorter")
    assert interaction.status is InteractionStatus.ANSWERED


@pytest.mark.parametrize("late", [False, True])
def test_a_wrong_token_or_a_late_answer_is_10062(world: World, clock: ManualClock, *, late: bool) -> None:
    interaction = use(world)
    token = interaction.token if late else "wrong"
    clock.now += 3.01 if late else 0
    with pytest.raises(ApiError) as refused:
        world.interactions.answer(interaction.id, token, {"type": DEFERRED}, {})
    assert (refused.value.status, refused.value.code) == (404, 10062)


def test_an_answer_just_within_three_seconds_is_accepted(world: World, clock: ManualClock) -> None:
    interaction = use(world)
    clock.now += 2.99
    answer(world, interaction, MESSAGE, content="phew")
    assert interaction.status is InteractionStatus.ANSWERED


@pytest.mark.parametrize("kind", list(InteractionType))
def test_only_the_person_learns_that_no_answer_came(world: World, told: Told, kind: InteractionType) -> None:
    interaction = use(world, kind)
    world.interactions.fail(interaction)
    assert told[-1].audience == {world.owner.id}
    assert told[-1].data["error"] == NO_ANSWER[kind]


@pytest.mark.parametrize(
    ("kind", "callback", "fits"),
    [
        (InteractionType.COMMAND, MODAL, True),
        (InteractionType.COMMAND, UPDATE, False),
        (InteractionType.COMMAND, CHOICES, False),
        (InteractionType.AUTOCOMPLETE, CHOICES, True),
        (InteractionType.AUTOCOMPLETE, MESSAGE, False),
        (InteractionType.COMPONENT, DEFERRED_UPDATE, True),
        (InteractionType.COMPONENT, CHOICES, False),
        (InteractionType.MODAL_SUBMIT, MODAL, False),
        (InteractionType.MODAL_SUBMIT, UPDATE, False),
        (InteractionType.COMMAND, 99, False),
    ],
)
def test_interaction_callback_types_fit_their_interaction(
    world: World, kind: InteractionType, callback: int, *, fits: bool
) -> None:
    source = panel(world) if kind is InteractionType.COMPONENT else None
    data: dict[str, Any] = {"choices": []}
    if callback == MODAL:
        data = {"title": "t", "custom_id": "c", "components": [{"type": 10, "content": "x"}]}
    interaction = use(world, kind, source=source)
    if fits:
        answer(world, interaction, callback, **data)
        return
    with pytest.raises(ApiError) as refused:
        answer(world, interaction, callback, **data)
    assert wrong_fields(refused.value) == {"type: BASE_TYPE_CHOICES"}


def test_a_deferred_answer_is_loading_until_it_is_edited(world: World, told: Told) -> None:
    interaction = use(world)
    answer(world, interaction, DEFERRED, flags=EPHEMERAL)
    message = world.interactions.message(interaction, "@original")
    assert message.flags & MessageFlag.LOADING
    assert message.reader_id == world.owner.id
    world.messages.edit(message, {"content": "done"}, {})
    assert not message.flags & MessageFlag.LOADING
    assert message.reader_id == world.owner.id
    assert told[-1].data["content"] == "done"
    assert told[-1].data["edited_timestamp"] is None  # that was its first content
    world.messages.edit(message, {"content": "done, really"}, {})
    assert told[-1].data["edited_timestamp"] is not None


def test_the_first_followup_fills_in_a_deferred_answer(world: World) -> None:
    interaction = use(world)
    answer(world, interaction, DEFERRED, flags=EPHEMERAL)
    filled = world.interactions.follow_up(interaction, {"content": "first"}, {})
    assert filled.id == interaction.message_id
    assert filled.reader_id == world.owner.id
    second = world.interactions.follow_up(interaction, {"content": "second"}, {})
    assert second.id != filled.id
    assert second.reader_id is None


def test_a_button_edits_its_own_message_or_answers_with_a_reply(world: World) -> None:
    interaction = press(world)
    answer(world, interaction, UPDATE, content="changed")
    source = world.messages.find(interaction.source_message_id)
    assert source is not None
    assert source.content == "changed"
    other = press(world)
    answer(world, other, MESSAGE, content="reply")
    shown = message_object(world, world.interactions.message(other, "@original"))
    assert shown["type"] == 19
    assert shown["message_reference"]["message_id"] == other.source_message_id
    assert shown["interaction_metadata"]["interacted_message_id"] == other.source_message_id


def test_updating_a_deleted_message_is_10008(world: World) -> None:
    interaction = press(world)
    source = world.messages.find(interaction.source_message_id)
    assert source is not None
    world.messages.delete(source)
    with pytest.raises(ApiError) as refused:
        answer(world, interaction, UPDATE, content="too late")
    assert refused.value.code == 10008


def test_a_modal_opens_for_its_person_and_may_update_the_message_it_came_from(world: World, told: Told) -> None:
    interaction = press(world)
    field = {"type": 18, "label": "l", "component": {"type": 4, "custom_id": "f", "style": 1}}
    answer(world, interaction, MODAL, title="t", custom_id="c", components=[field])
    assert told[-1].kind is EventKind.MODAL
    assert told[-1].audience == {world.owner.id}
    assert told[-1].data["status"] == "answered"
    source = world.messages.find(interaction.source_message_id)
    submitted = use(world, InteractionType.MODAL_SUBMIT, source=source, trigger=interaction)
    answer(world, submitted, UPDATE, content="submitted")
    assert source is not None
    assert source.content == "submitted"


def test_the_callback_response_describes_the_message_it_made(world: World) -> None:
    response = answer(world, use(world), DEFERRED, flags=EPHEMERAL)
    about = response["interaction"]
    assert about["response_message_loading"]
    assert about["response_message_ephemeral"]
    assert response["resource"]["message"]["id"] == about["response_message_id"]


def test_a_webhook_token_is_10015_before_the_answer_and_50027_after_fifteen_minutes(
    world: World, clock: ManualClock
) -> None:
    interaction = use(world)

    def code() -> int | None:
        try:
            world.interactions.by_token(world.bot.id, interaction.token)
        except ApiError as error:
            return error.code
        return None

    assert code() == 10015
    answer(world, interaction, DEFERRED)
    clock.now += 15 * 60
    assert code() is None
    clock.now += 1
    assert code() == 50027


def test_a_token_reaches_only_its_own_messages(world: World) -> None:
    mine, other = use(world), use(world)
    answer(world, mine, MESSAGE, content="mine")
    answer(world, other, MESSAGE, content="other")
    with pytest.raises(ApiError) as refused:
        world.interactions.message(mine, str(other.message_id))
    assert refused.value.code == 10008


def test_a_loading_message_fails_when_its_token_expires_and_pages_are_told_once(
    world: World, clock: ManualClock, told: Told
) -> None:
    interaction = use(world)
    answer(world, interaction, DEFERRED, flags=EPHEMERAL)
    message = world.messages.find(interaction.message_id or "")
    assert message is not None
    clock.now += 900
    world.interactions.tick()
    assert world.interactions.given_up(message) is None
    clock.now += 1
    del told[:]
    world.interactions.tick()
    world.interactions.tick()
    assert [(event.kind, event.data["message_id"]) for event in told] == [(EventKind.GIVEN_UP, message.id)]
    assert told[0].audience == {world.owner.id, world.bot.id}
    assert world.interactions.given_up(message) == "The application did not respond"


def test_a_loading_message_filled_in_in_time_never_fails(world: World, clock: ManualClock, told: Told) -> None:
    interaction = use(world)
    answer(world, interaction, DEFERRED)
    message = world.messages.find(interaction.message_id or "")
    assert message is not None
    world.messages.edit(message, {"content": "there"}, {})
    clock.now += 901
    del told[:]
    world.interactions.tick()
    assert told == []
    assert world.interactions.given_up(message) is None
