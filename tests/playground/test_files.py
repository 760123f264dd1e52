"""Uploaded files: the oldest make room, and what is said of them stays."""

from inferbot.playground.world.files import Files
from inferbot.playground.world.messages import Origin
from inferbot.playground.world.model import Attachment, Upload
from inferbot.playground.world.objects import message_object
from inferbot.playground.world.world import World
from support.worlds import general


def attachment(some_id: str) -> Attachment:
    return Attachment(some_id, "1", Upload("a.txt", "text/plain", b"four"), "a.txt", 4)


def test_the_oldest_files_are_dropped_when_space_runs_out() -> None:
    files = Files(most_bytes=10)
    for some_id in ("1", "2", "3"):
        files.add(attachment(some_id))
    assert [files.get(some_id) is not None for some_id in ("1", "2", "3")] == [False, True, True]
    files.remove("2")
    files.remove("2")
    files.add(attachment("4"))
    assert len(files) == 2


def test_a_message_still_names_a_dropped_file(world: World) -> None:
    upload = Upload("a.txt", "text/plain", b"abc")
    message = world.messages.post(general(world), {}, {0: upload}, Origin(world.bot.id))
    world.messages.files.clear()
    (shown,) = message_object(world, message)["attachments"]
    assert (shown["filename"], shown["size"]) == ("a.txt", 3)
