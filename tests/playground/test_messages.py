"""Message resource: what may be posted, who sees it, and what an edit changes."""

from typing import Any

import pytest
from inferbot.playground.world.errors import ApiError
from inferbot.playground.world.messages import Origin
from inferbot.playground.world.model import EventKind, Message, MessageFlag, Upload
from inferbot.playground.world.objects import message_object
from inferbot.playground.world.snowflakes import iso
from inferbot.playground.world.world import World
from support.worlds import ManualClock, Told, general, post, wrong_fields

V2 = int(MessageFlag.COMPONENTS_V2)


def text_display(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


def file(name: str = "a.txt") -> dict[int, Upload]:
    return {0: Upload(name, "text/plain", b"abc")}


def send(world: World, uploads: dict[int, Upload], **body: Any) -> Message:
    return world.messages.post(general(world), body, uploads, Origin(world.bot.id))


def test_everyone_in_the_channel_is_told(world: World, told: Told) -> None:
    ada = world.add_person("Ada")
    message = post(world, content="hello")
    event = told[-1]
    assert (event.kind, event.data["id"], event.channel_id) == (EventKind.MESSAGE, message.id, general(world).id)
    assert all(event.seen_by(user) for user in (ada.id, world.owner.id, world.bot.id))
    assert event.data["guild_id"] == world.guild_id


def test_only_those_with_view_channel_see_a_hidden_channel(world: World, told: Told) -> None:
    ada, bea = world.add_person("Ada", moderator=True), world.add_person("Bea")
    role = world.moderator_role.id
    overwrites = [
        {"id": world.guild_id, "type": 0, "allow": "0", "deny": str(1 << 10)},
        {"id": role, "type": 0, "allow": str(1 << 10), "deny": "0"},
    ]
    staff = world.add_channel("staff", overwrites=overwrites)
    post(world, staff, world.owner.id, content="between us")
    assert told[-1].seen_by(ada.id)
    assert not told[-1].seen_by(bea.id)
    assert world.messages.history(staff, bea.id) == []


def test_ephemeral_messages_go_to_their_reader_and_the_bot_without_a_server(world: World, told: Told) -> None:
    """Gateway Events: Message Create."""
    ada = world.add_person("Ada")
    origin = Origin(world.bot.id, reader_id=ada.id)
    world.messages.post(general(world), {"content": "psst", "flags": 64}, {}, origin)
    assert told[-1].seen_by(ada.id)
    assert told[-1].seen_by(world.bot.id)
    assert not told[-1].seen_by(world.owner.id)
    assert "guild_id" not in told[-1].data
    assert "member" not in told[-1].data


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"content": None}, {"embeds": []}])
def test_an_empty_message_is_50006(world: World, body: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as refused:
        post(world, **body)
    assert (refused.value.status, refused.value.code) == (400, 50006)


def test_the_components_v2_flag_cannot_be_removed(world: World) -> None:
    message = post(world, flags=V2, components=[text_display("one")])
    world.messages.edit(message, {"flags": 0, "components": [text_display("two")]}, {})
    assert message.flags & V2
    with pytest.raises(ApiError) as refused:
        world.messages.edit(message, {"content": "old style"}, {})
    assert wrong_fields(refused.value) == {"content: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"}


def test_turning_to_components_v2_needs_content_set_to_null(world: World) -> None:
    """Component Reference: Legacy Message Component Behavior."""
    message = post(world, content="old style")
    body = {"flags": V2, "components": [text_display("new style")]}
    with pytest.raises(ApiError) as refused:
        world.messages.edit(message, body, {})
    assert refused.value.code == 50035
    world.messages.edit(message, {**body, "content": None}, {})
    assert (message.content, len(message.components)) == ("", 1)


def test_an_edit_changes_only_what_it_names_and_sets_edited_timestamp(world: World, clock: ManualClock) -> None:
    message = send(world, file(), content="one")
    clock.now += 60
    world.messages.edit(message, {"content": "two"}, {})
    shown = message_object(world, message)
    assert shown["content"] == "two"
    assert len(shown["attachments"]) == 1
    assert shown["edited_timestamp"] == iso(clock.now)


def test_a_refused_edit_changes_nothing(world: World, told: Told) -> None:
    message = post(world, content="one")
    told.clear()
    with pytest.raises(ApiError):
        world.messages.edit(message, {"content": "x" * 2001}, {})
    assert (message.content, message.edited_at, told) == ("one", None, [])


def test_edit_message_files_are_added_kept_and_removed(world: World) -> None:
    message = send(world, file("a.txt"), content="files")
    first = message.attachments[0]
    world.messages.edit(message, {}, file("b.txt"))
    assert [a.upload.filename for a in message.attachments] == ["a.txt", "b.txt"]
    kept = [{"id": first.id}, {"id": 0, "description": "third"}]
    world.messages.edit(message, {"attachments": kept}, file("c.txt"))
    assert [(a.upload.filename, a.description) for a in message.attachments] == [("a.txt", None), ("c.txt", "third")]
    world.messages.edit(message, {"attachments": []}, {})
    assert message.attachments == []


def test_a_reference_to_a_missing_attachment_is_50035(world: World) -> None:
    """Component Reference: Unfurled Media Item."""
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://missing.png"}}]}
    with pytest.raises(ApiError) as refused:
        send(world, file("a.png"), flags=V2, components=[gallery])
    path = "components.0.items.0.media.url"
    assert wrong_fields(refused.value) == {f"{path}: UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"}


def test_attachments_shown_by_components_are_not_listed_again(world: World) -> None:
    uploads = {0: Upload("a.png", "image/png", b"a"), 1: Upload("b.png", "image/png", b"b")}
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]}
    shown = message_object(world, send(world, uploads, flags=V2, components=[gallery]))
    assert [a["filename"] for a in shown["attachments"]] == ["b.png"]
    assert "/a.png?ex=" in shown["components"][0]["items"][0]["media"]["url"]


def test_filenames_are_sanitized(world: World) -> None:
    message = send(world, {0: Upload("../../my cat (1).png", "image/png", b"x")}, content="x")
    assert message.attachments[0].upload.filename == "my_cat_1.png"


def test_allowed_mentions_decide_who_is_pinged(world: World) -> None:
    ada, bea = world.add_person("Ada"), world.add_person("Bea")
    text = f"<@{ada.id}> <@!{bea.id}> <@1> @everyone"
    assert post(world, content=text).mentions == [ada.id, bea.id]
    assert post(world, content=text, allowed_mentions={"parse": []}).mentions == []
    assert post(world, content=text, allowed_mentions={"users": [ada.id]}).mentions == [ada.id]
    assert not post(world, content=text).mention_everyone
    by_owner = post(world, author=world.owner.id, content=text)
    assert by_owner.mention_everyone


def test_mentions_in_text_displays_count(world: World) -> None:
    ada = world.add_person("Ada")
    assert post(world, flags=V2, components=[text_display(f"<@{ada.id}>")]).mentions == [ada.id]


def test_without_the_message_content_intent_content_is_empty(world: World) -> None:
    """Gateway: Message Content Intent."""

    def as_the_bot_sees(message: Message) -> str:
        return world.messages.for_bot(message_object(world, message))["content"]

    you = world.owner.id
    assert as_the_bot_sees(post(world, author=you, content="secret")) == ""
    assert as_the_bot_sees(post(world, author=you, content=f"<@{world.bot.id}> hi")) == f"<@{world.bot.id}> hi"
    assert as_the_bot_sees(post(world, world.dm(you), you, content="in private")) == "in private"
    assert as_the_bot_sees(post(world, content="mine")) == "mine"


def test_the_newest_messages_come_first_page_by_page(world: World) -> None:
    messages = [post(world, content=str(number)) for number in range(10)]

    def contents(**where: Any) -> list[str]:
        return [m.content for m in world.messages.history(general(world), world.owner.id, **where)]

    assert contents(limit=3) == ["7", "8", "9"]
    assert contents(before=messages[7].id, limit=3) == ["4", "5", "6"]


def test_a_deleted_message_is_gone_with_its_files(world: World, told: Told) -> None:
    message = send(world, file(), content="x")
    world.messages.delete(message)
    assert world.messages.find(message.id) is None
    assert len(world.messages.files) == 0
    assert told[-1].kind is EventKind.MESSAGE_DELETE
    with pytest.raises(ApiError) as refused:
        world.messages.get(general(world).id, message.id)
    assert refused.value.code == 10008


def test_create_dm_is_only_for_people(world: World) -> None:
    with pytest.raises(ApiError) as refused:
        world.dm(world.bot.id)
    assert refused.value.code == 50007
