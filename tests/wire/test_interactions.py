"""The real client receives everything a person can start, and its answers reach the person."""

import pytest
from inferbot.playground.world.errors import PersonError
from inferbot.playground.world.model import InteractionStatus, Upload
from wire.conftest import Start
from wire.sample import PICTURE, SampleBot

EPHEMERAL, COMPONENTS_V2 = 64, 1 << 15


async def test_a_slash_command_is_answered(start: Start) -> None:
    stage = await start(SampleBot())
    message = await stage.slash("ping")
    assert message["content"] == "pong"
    assert message["author"]["id"] == str(stage.bot.application_id)
    assert message["interaction_metadata"]["user"]["id"] == stage.you


async def test_an_attachment_is_downloaded_and_a_deferred_answer_is_filled_in(start: Start) -> None:
    stage = await start(SampleBot())
    message = await stage.slash("size", file=Upload("my cat.png", "image/png", PICTURE))
    assert message["content"] == f"my_cat.png: {len(PICTURE)}"
    assert message["attachments"][0]["width"] == 1
    follow_up = await stage.people.until(lambda m: m["content"] == "and more")
    assert follow_up["message_reference"]["message_id"] == message["id"]
    assert follow_up["interaction_metadata"]["original_response_message_id"] == message["id"]


async def test_buttons_edit_at_once_and_after_deferring(start: Start) -> None:
    stage = await start(SampleBot())
    panel = await stage.slash("panel")
    edited = await stage.click(panel, "edit")
    assert (edited["id"], edited["content"]) == (panel["id"], "edited")
    assert edited["edited_timestamp"] is not None
    interaction = await stage.people.click(stage.you, panel["id"], "later")
    later = await stage.people.until(lambda m: m["content"] == "edited later")
    assert later["id"] == panel["id"] == interaction.message_id


async def test_a_select_sends_the_values_picked(start: Start) -> None:
    stage = await start(SampleBot())
    panel = await stage.slash("panel")
    answer = await stage.click(panel, "letters", "x", "z")
    assert answer["content"] == "picked x z"


async def test_a_modal_opens_and_its_fields_arrive(start: Start) -> None:
    stage = await start(SampleBot())
    panel = await stage.slash("panel")
    opened = await stage.people.click(stage.you, panel["id"], "form")
    assert opened.modal is not None
    assert opened.modal["title"] == "Feedback"
    with pytest.raises(PersonError, match="Your words"):
        await stage.people.submit(stage.you, opened.id, {"words": "", "mood": ["good"]})
    fields = {"words": "well done", "mood": ["good"], "proof": [Upload("a.txt", "text/plain", b"abc")]}
    sent = await stage.people.submit(stage.you, opened.id, fields)
    answer = await stage.people.reply(sent)
    assert answer["content"] == "well done, good, [3]"
    assert answer["flags"] & EPHEMERAL


async def test_autocomplete_offers_choices_while_typing(start: Start) -> None:
    stage = await start(SampleBot())
    choices = await stage.people.autocomplete(stage.you, stage.general, "colour", {"name": "re"}, "name")
    assert [choice["name"] for choice in choices] == ["red", "green"]


async def test_options_of_every_kind_are_resolved(start: Start) -> None:
    stage = await start(SampleBot())
    ada = stage.people.add("Ada")
    message = await stage.slash("greet", who=ada.id, channel=stage.world.channel_named("quiz").id)
    assert message["content"] == "Ada in quiz"
    assert (await stage.slash("colour", name="red", times=2))["content"] == "redred"
    assert (await stage.slash("quiz begin", rounds=9))["content"] == "9 rounds"


async def test_context_menus_on_a_message_and_on_a_member(start: Start) -> None:
    stage = await start(SampleBot())
    said = stage.people.say(stage.you, stage.general, "look at this")
    inspected = await stage.people.context_menu(stage.you, stage.general, "Inspect", said["id"])
    # Message context menus carry the whole message, without the message content intent.
    assert (await stage.people.reply(inspected))["content"] == "look at this by You"
    waved = await stage.people.context_menu(stage.you, stage.general, "Wave", stage.you)
    assert (await stage.people.reply(waved))["content"] == "waves at You"


async def test_components_v2_show_the_uploaded_picture(start: Start) -> None:
    stage = await start(SampleBot())
    message = await stage.slash("card")
    assert message["flags"] & COMPONENTS_V2
    section, _, gallery, file = message["components"][0]["components"]
    media = gallery["items"][0]["media"]
    assert section["accessory"]["media"]["url"] == media["url"] == file["file"]["url"]
    assert (media["content_type"], media["width"], media["height"]) == ("image/png", 1, 1)
    assert (file["name"], file["size"]) == ("dot.png", len(PICTURE))
    # Attachments that components show are not listed again.
    assert message["attachments"] == []
    ids = [message["components"][0]["id"], *(c["id"] for c in message["components"][0]["components"])]
    assert len(set(ids)) == len(ids)


async def test_an_ephemeral_answer_is_for_its_reader_alone(start: Start) -> None:
    stage = await start(SampleBot())
    ada = stage.people.add("Ada")
    message = await stage.slash("whisper")
    assert message["content"] == "only you"
    assert message in stage.people.messages(stage.you, stage.general)
    assert stage.people.messages(ada.id, stage.general) == []
    stage.people.dismiss(stage.you, message["id"])
    assert stage.people.messages(stage.you, stage.general) == []


async def test_without_an_answer_in_three_seconds_the_interaction_fails(start: Start) -> None:
    stage = await start(SampleBot())
    interaction = await stage.people.slash(stage.you, stage.general, "silent")
    assert interaction.status is InteractionStatus.FAILED
    assert interaction.error == "The application did not respond"


async def test_discords_client_refuses_invalid_input_in_a_sentence(start: Start) -> None:
    stage = await start(SampleBot())
    panel = await stage.slash("panel")
    ada = stage.people.add("Ada")
    with pytest.raises(PersonError, match="switched off"):
        await stage.click(panel, "off")
    with pytest.raises(PersonError, match="Choose 1 to 2"):
        await stage.click(panel, "letters", "x", "y", "z")
    with pytest.raises(PersonError, match="needs it"):
        await stage.slash("colour")
    with pytest.raises(PersonError, match="1 to 3"):
        await stage.slash("colour", name="red", times=4)
    with pytest.raises(PersonError, match="at most 10 MB"):
        await stage.slash("size", file=Upload("big.bin", "application/octet-stream", bytes(11 << 20)))
    with pytest.raises(PersonError, match="can't use /admin"):
        await stage.people.slash(ada.id, stage.general, "admin")
    assert "admin" not in [command["name"] for command in stage.people.commands(ada.id)]
