"""The page's addresses keep their secret, take only what they should, and answer everything with a sentence."""

import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import yarl
from inferbot.playground.server import Playground
from inferbot.playground.web.pages import FILES
from inferbot.playground.world.messages import MAX_FILE_BYTES
from inferbot.playground.world.permissions import Permission


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with Playground() as playground:
        yield playground
    assert playground.failures == []


@pytest.fixture
async def http(playground: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(playground.page_url) as http:
        yield http


async def test_the_page_and_every_file_it_names_are_served_under_a_strict_policy(http: aiohttp.ClientSession) -> None:
    async with http.get("") as answer:
        text = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    for path in sorted(FILES.iterdir()):
        if path.suffix in {".js", ".css", ".svg"}:
            async with http.get(f"static/{path.name}") as answer:
                assert answer.status == 200, path
                assert answer.headers["Content-Security-Policy"] == policy
    assert 'src="static/main.js"' in text


@pytest.mark.parametrize("name", ["__init__.py", "index.html", "nothing.js", "%2e%2e%2fserver.py", "..%2fpages.js"])
async def test_nothing_else_is_served(http: aiohttp.ClientSession, name: str) -> None:
    async with http.get(f"static/{name}") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["/", "/wrong/", "/wrong/socket", "/wrong/static/main.js", "/static/main.js"])
async def test_without_the_secret_there_is_no_page(playground: Playground, path: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{playground.port}{path}") as answer:
        assert answer.status == 404
        assert playground.secret not in await answer.text()
    playground.failures.clear()  # unknown addresses are noted, which is right for a bot's


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}", "[::1]:1"])
@pytest.mark.parametrize("path", ["", "static/main.js", "socket"])
async def test_a_name_that_an_attacker_points_here_gets_nothing(
    playground: Playground, http: aiohttp.ClientSession, host: str, path: str
) -> None:
    """DNS rebinding: a page elsewhere has its own name lead to this machine, and the browser believes it's its own."""
    async with http.get(path, headers={"Host": host.format(port=playground.port)}) as answer:
        assert answer.status == 403
        assert playground.secret not in await answer.text()


@pytest.mark.parametrize(
    "origin",
    ["null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", "http://localhost:{port}", "http://evil.example"],
)
async def test_no_other_origin_can_connect_or_upload(
    playground: Playground, http: aiohttp.ClientSession, origin: str
) -> None:
    elsewhere = {"Origin": origin.format(port=playground.port)}
    async with http.post("upload", headers=elsewhere, data=form(b"x")) as answer:
        assert answer.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await http.ws_connect("socket", headers=elsewhere)


@pytest.mark.parametrize(
    "path",
    [
        *("static/../pages.py", "static/%2e%2e/pages.py", "static/..%2f..%2fserver.py", "static/%2fetc%2fpasswd"),
        *(
            "static//etc/passwd",
            "static/..%5c..%5cserver.py",
            "static/main.js%00.svg",
            "static/%252e%252e%252fpages.py",
        ),
        *("static/.", "static/", "%2e%2e/", "../../../../etc/passwd"),
    ],
)
async def test_no_address_leads_out_of_the_folder(playground: Playground, path: str) -> None:
    address = yarl.URL(f"{playground.page_url}{path}", encoded=True)
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        assert answer.status == 404
        assert "import" not in await answer.text()
    playground.failures.clear()  # unknown addresses are noted, which is right for a bot's


def form(data: bytes, **field: Any) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", io.BytesIO(data), **{"filename": "a.png", **field})
    return form


class Socket:
    """A page's socket without the page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def event(self, name: str) -> Any:
        while True:
            packet = await self._socket.receive_json()
            if packet.get("event") == name:
                return packet["data"]

    async def ask(self, action: str, **fields: Any) -> Any:
        await self._socket.send_json({"id": 7, "do": action, **fields})
        return await self.answer()

    async def send(self, text: str) -> Any:
        await self._socket.send_str(text)
        return await self.answer()

    async def answer(self) -> Any:
        while True:
            packet = await self._socket.receive_json()
            if "id" in packet:
                return packet


@pytest.fixture
async def socket(http: aiohttp.ClientSession) -> AsyncIterator[Socket]:
    async with http.ws_connect("socket") as socket:
        yield Socket(socket)


async def test_an_upload_is_used_by_its_id_once_and_only_by_its_person(
    playground: Playground, http: aiohttp.ClientSession, socket: Socket
) -> None:
    async with http.post("upload", data=form(b"data", content_type="image/png")) as answer:
        upload = (await answer.json())["upload"]
    general = playground.world.channel_named("general").id
    ada = playground.people.add("Ada")
    async with http.ws_connect(f"socket?as={ada.id}") as other:
        refused = await Socket(other).ask("say", channel=general, content="x", uploads=[upload])
    assert refused["error"] == "That file isn't here anymore. Choose it again."
    assert "ok" in await socket.ask("say", channel=general, content="x", uploads=[upload])
    assert "error" in await socket.ask("say", channel=general, content="x", uploads=[upload])
    [message] = playground.people.messages(ada.id, general)
    assert message["author"]["id"] == playground.world.owner.id
    assert message["attachments"][0]["filename"] == "a.png"


async def test_an_upload_over_the_limit_is_refused_while_it_streams(http: aiohttp.ClientSession) -> None:
    async with http.post("upload", data=form(bytes(MAX_FILE_BYTES + 1))) as answer:
        assert answer.status == 413
        assert await answer.json() == {"error": "That file is larger than 10 MB. Send a smaller one."}


@pytest.mark.parametrize("data", [None, b"raw", {"other": "x"}])
async def test_an_upload_without_a_file_is_refused(http: aiohttp.ClientSession, data: Any) -> None:
    async with http.post("upload", data=data) as answer:
        assert await answer.json() == {"error": "No file arrived. Choose it again."}


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\Users\\a.png", "a.png"), ("dir/", "file"), ("x" * 300, "x" * 200)],
)
async def test_an_uploaded_filename_loses_its_path(
    playground: Playground, http: aiohttp.ClientSession, socket: Socket, given: str, kept: str
) -> None:
    async with http.post("upload", data=form(b"x", filename=given, content_type='text/html"><script>')) as answer:
        upload = (await answer.json())["upload"]
    general = playground.world.channel_named("general").id
    assert "ok" in await socket.ask("say", channel=general, content="", uploads=[upload])
    [message] = playground.people.messages(playground.world.owner.id, general)
    assert message["attachments"][0]["filename"] == kept
    assert message["attachments"][0]["content_type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "packet",
    [
        *("", "{", "[]", "1", "null", "{}", '{"id": 1}', '{"id": 1, "do": 5}', '{"id": 1, "do": "nothing"}'),
        *('{"id": 1, "do": "say"}', '{"id": 1, "do": "say", "channel": [], "content": {}}'),
        *('{"id": 1, "do": "slash", "channel": "1", "name": "x", "options": []}',),
        *('{"id": 1, "do": "click", "message": "1", "custom_id": "a", "values": {"a": 1}}',),
    ],
)
async def test_a_malformed_packet_is_answered_with_a_sentence(socket: Socket, packet: str) -> None:
    assert (await socket.send(packet))[
        "error"
    ] == "The playground did not understand this page. Reload it and try again."


async def test_a_refused_action_is_answered_with_its_own_sentence(playground: Playground, socket: Socket) -> None:
    assert (await socket.ask("messages", channel="1"))["error"] == "You can't see that channel."
    assert (await socket.ask("add_person", name=" "))["error"] == "A name has 1 to 32 characters."
    general = playground.world.channel_named("general").id
    here = playground.people.say(playground.world.owner.id, general, "Here")["id"]
    quiz = playground.world.channel_named("quiz").id
    assert "ok" in await socket.ask("find", channel=general, message=here)
    assert "ok" in await socket.ask("find", channel=general, message="")
    assert (await socket.ask("find", channel="1", message=here))["error"] == "You can't see that channel."
    for channel, message in ((quiz, here), (general, "1")):
        gone = await socket.ask("find", channel=channel, message=message)
        assert gone["error"] == "That message is not there any more."
    answer = await socket.ask("slash", channel=general, name="nothing", options={})
    assert answer["error"] == "There is no command /nothing."


async def test_an_unknown_person_is_told_who_is_there_and_can_do_nothing(
    playground: Playground, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect("socket?as=12") as raw:
        page = Socket(raw)
        assert [person["global_name"] for person in (await page.event("gone"))["persons"]] == ["You"]
        general = playground.world.channel_named("general").id
        assert (await page.ask("say", channel=general, content="hi"))["error"] == "No one here has that id."
        playground.people.add("Ada")
        assert [person["global_name"] for person in (await page.event("gone"))["persons"]] == ["You", "Ada"]
    async with http.get("transcript?as=12") as answer:
        assert answer.status == 404


async def test_messages_come_with_their_markdown_rendered(playground: Playground, socket: Socket) -> None:
    general = playground.world.channel_named("general").id
    ada = playground.people.add("Ada")
    playground.people.say(ada.id, general, f"**hi** <@{ada.id}> <b>")
    message = await socket.event("message")
    assert message["content_html"].strip() == (
        f'<p><strong>hi</strong> <span class="mention" data-user="{ada.id}">@Ada</span> &lt;b&gt;</p>'
    )
    [same] = (await socket.ask("messages", channel=general))["ok"]
    assert same["content_html"] == message["content_html"]


async def test_a_page_whose_person_left_is_told_and_sees_nothing_more(
    playground: Playground, http: aiohttp.ClientSession
) -> None:
    ada, owner = playground.people.add("Ada"), playground.world.owner
    general = playground.world.channel_named("general").id
    async with http.ws_connect(f"socket?as={ada.id}") as raw:
        page = Socket(raw)
        assert (await page.event("state"))["me"] == ada.id
        playground.people.reset(owner.id)
        assert [person["global_name"] for person in (await page.event("gone"))["persons"]] == ["You"]
        playground.people.say(owner.id, general, "who hears this?")
        await raw.send_json({"id": 7, "do": "say", "channel": general, "content": "still here"})
        assert await raw.receive_json() == {"id": 7, "error": "No one here has that id."}


async def test_the_page_learns_which_commands_each_channel_allows(
    playground: Playground, http: aiohttp.ClientSession
) -> None:
    world = playground.world
    common = {"name": "both", "description": "Anywhere"}
    world.commands.replace(None, [common, {"name": "here", "description": "In servers", "contexts": [0]}])
    hidden = [{"id": world.guild_id, "type": 0, "allow": "0", "deny": str(int(Permission.USE_APPLICATION_COMMANDS))}]
    quiet = world.add_channel("quiet", overwrites=hidden)
    ada = playground.people.add("Ada")
    dm = playground.people.open_dm(ada.id)
    async with http.ws_connect(f"socket?as={ada.id}") as raw:
        state = await Socket(raw).event("state")
    names = {command["id"]: command["name"] for command in state["commands"]}
    usable = {channel: [names[command] for command in ids] for channel, ids in state["usable"].items()}
    assert usable[world.channel_named("general").id] == ["both", "here"]
    assert usable[dm.id] == ["both"]
    assert usable[quiet.id] == []


async def test_a_page_that_falls_behind_is_disconnected_and_reconnects(
    playground: Playground, http: aiohttp.ClientSession
) -> None:
    general = playground.world.channel_named("general").id
    async with http.ws_connect("socket") as raw:
        await Socket(raw).event("state")
        for number in range(2100):  # nothing is sent meanwhile, so that more waits than may
            playground.people.say(playground.world.owner.id, general, str(number))
        packets = [packet.type async for packet in raw]
        assert raw.closed
        assert len(packets) < 2100
    async with http.ws_connect("socket") as raw:
        newest = (await Socket(raw).ask("messages", channel=general))["ok"]
        assert newest[-1]["content"] == "2099"


def test_no_line_of_the_pages_scripts_is_over_120_columns() -> None:
    lines = [(path.name, line) for path in FILES.glob("*.js") for line in path.read_text("utf-8").splitlines()]
    assert [line for line in lines if len(line[1]) > 120] == []
