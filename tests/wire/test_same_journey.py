"""An independent judge: the same bot on the same journey under simcord and here leaves the same messages.

Compared is what both describe. simcord 3.2.1 knows no sizes of pictures, no reference from an answer to what it
answers, changes no filenames, gives all components outside layouts the id 0, and dates the edit that fills a deferred
answer.
"""

from typing import Any, Protocol, TypeAlias

from inferbot.playground.world.model import JSONObject, Upload
from simcord.backend import serializers
from simcord.env import Env
from wire.conftest import Start
from wire.sample import PICTURE, SampleBot
from wire.stage import Stage

Seen: TypeAlias = dict[str, Any]
_DESCRIBED = ("content", "flags", "mention_everyone", "embeds", "tts")
_OF_A_FILE = ("filename", "size", "description", "content_type")
_NOT_OF_THE_BOT = {"id", "url", "proxy_url", "attachment_id", "width", "height", "size", "name", "loading_state"}
_DEFAULTS: list[Any] = [None, False, "", 0]


class Journey(Protocol):
    """What one person does in #general; messages are named by the custom ids or texts that they hold."""

    async def slash(self, name: str, /, **options: Any) -> None: ...
    async def click(self, label: str, custom_id: str) -> None: ...
    async def pick(self, custom_id: str, *values: str) -> None: ...
    async def fill_in(self, label: str, custom_id: str, fields: dict[str, Any]) -> None: ...
    async def menu(self, name: str) -> None: ...


async def travel(journey: Journey) -> None:
    await journey.slash("ping")
    await journey.slash("whisper")
    await journey.slash("colour", name="red", times=2)
    await journey.slash("quiz begin", rounds=9)
    await journey.slash("size", file=("cat.png", PICTURE))
    await journey.slash("card")
    await journey.slash("panel")
    await journey.pick("letters", "x", "z")
    await journey.fill_in("Form", "form", {"words": "well done", "mood": ["good"], "proof": ("a.txt", b"abc")})
    await journey.click("Edit", "edit")
    await journey.click("Later", "later")
    await journey.menu("Wave")


class Here:
    """The journey on the playground."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._people = stage.people

    def _panel(self) -> str:
        shown = self._people.messages(self._stage.you, self._stage.general)
        return next(message["id"] for message in shown if message["content"] in {"choose", "edited"})

    async def slash(self, name: str, /, **options: Any) -> None:
        given = {
            key: Upload("cat.png", "image/png", PICTURE) if key == "file" else value for key, value in options.items()
        }
        await self._stage.slash(name, **given)
        if name == "size":
            await self._people.until(lambda message: message["content"] == "and more")

    async def click(self, label: str, custom_id: str) -> None:
        await self._people.click(self._stage.you, self._panel(), custom_id)
        await self._people.until(lambda message: message["content"] == {"Edit": "edited"}.get(label, "edited later"))

    async def pick(self, custom_id: str, *values: str) -> None:
        await self._people.click(self._stage.you, self._panel(), custom_id, values)

    async def fill_in(self, label: str, custom_id: str, fields: dict[str, Any]) -> None:
        opened = await self._people.click(self._stage.you, self._panel(), custom_id)
        name, data = fields["proof"]
        sent = {**fields, "proof": [Upload(name, "text/plain", data)]}
        await self._people.reply(await self._people.submit(self._stage.you, opened.id, sent))
        assert label

    async def menu(self, name: str) -> None:
        await self._people.context_menu(self._stage.you, self._stage.general, name, self._stage.you)

    def messages(self) -> list[JSONObject]:
        return self._people.messages(self._stage.you, self._stage.general)


class Simulated:
    """The journey under simcord."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._guild = env.create_guild()
        self._channel = self._guild.create_text_channel("general")
        self._you = self._guild.add_member(env.create_user("You"))
        self._last: Any = None
        self._panel: Any = None

    async def slash(self, name: str, /, **options: Any) -> None:
        self._last = await self._you.slash(self._channel, name, **options)
        if name == "panel":
            self._panel = self._last.response.message

    async def click(self, label: str, custom_id: str) -> None:
        assert custom_id
        self._last = await self._you.click(self._panel, label=label)

    async def pick(self, custom_id: str, *values: str) -> None:
        await self._you.select(self._panel, values, custom_id=custom_id)

    async def fill_in(self, label: str, custom_id: str, fields: dict[str, Any]) -> None:
        await self.click(label, custom_id)
        await self._you.submit_modal(self._last, {**fields, "proof": [fields["proof"]]})

    async def menu(self, name: str) -> None:
        await self._you.context_menu(self._channel, name, self._you)

    def messages(self) -> list[JSONObject]:
        backend: Any = self._env.backend
        kept = list(backend.messages[self._channel.id].values())
        kept.sort(key=lambda message: message.id)
        return [dict(serializers.message_payload(backend, message)) for message in kept]


def described(message: JSONObject) -> Seen:
    """What both say of a message, without ids, times and addresses."""
    metadata: JSONObject = message.get("interaction_metadata") or {}
    user: JSONObject = metadata.get("user") or {}
    in_layout = bool(message["flags"] & 1 << 15)
    shown_by_components = {str(part["filename"]) for part in message["attachments"] if in_layout}
    return {
        **{key: message[key] for key in _DESCRIBED},
        "by the bot": message["author"]["bot"],
        "mentions": [user["global_name"] for user in message["mentions"]],
        "attachments": [
            {key: file.get(key) for key in _OF_A_FILE}
            for file in message["attachments"]
            if file["filename"] not in shown_by_components
        ],
        "components": plain(message["components"]),
        "used": [metadata.get("type"), user.get("global_name")],
    }


def plain(value: Any) -> Any:
    """A component as the bot meant it: no ids and addresses, and nothing that is a default anyway."""
    if isinstance(value, dict):
        entries: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        kept = {key: plain(entry) for key, entry in entries.items() if key not in _NOT_OF_THE_BOT}
        return {key: entry for key, entry in kept.items() if entry not in _DEFAULTS}
    if isinstance(value, list):
        return [plain(entry) for entry in value]  # pyright: ignore[reportUnknownVariableType]
    return value


async def test_the_same_journey_leaves_the_same_messages(start: Start) -> None:
    here = Here(await start(SampleBot()))
    await travel(here)
    ours = [described(message) for message in here.messages()]
    env = Env(SampleBot())
    await env.start()
    try:
        with env.time_context():
            there = Simulated(env)
            await travel(there)
        theirs = [described(message) for message in there.messages()]
    finally:
        await env.shutdown()
    assert len(ours) == 11
    assert ours == theirs
