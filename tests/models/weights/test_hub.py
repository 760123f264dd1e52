"""Models from the hub: a small server that speaks as the hub does, and everything that can go wrong on the way."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from inferbot.models.cards import Hub, HubCard, Member, hub_cards
from inferbot.models.errors import HashMismatch, NoNetwork, WeightsError
from inferbot.models.weights.hub import HubStore

COMMIT = "c" * 40
FILES = {"onnx/encoder.onnx": b"encoder" * 9000, "onnx/decoder.onnx": b"decoder" * 9000, "tokenizer.json": b"{}"}


@dataclass
class FakeHub:
    """What the server has, and the paths that were asked for."""

    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    status: int = 200
    asked: list[str] = field(default_factory=list[str])


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    there = FakeHub()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            there.asked.append(self.path)
            body = there.files.get(self.path.removeprefix(f"/tiny/model/resolve/{COMMIT}/"))
            status = 404 if body is None else there.status
            self.send_response(status)
            if body is None:
                self.send_header("X-Error-Code", "EntryNotFound")
            body = body or b""
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr("time.sleep", ignore)  # between the library's tries
    yield there
    server.shutdown()
    thread.join()
    server.server_close()


def card(**wrong: str) -> HubCard:
    """Return a card that pins the files; `wrong` are other hashes for some of the three."""

    def pin(role: str, file: str) -> Member:
        return Member(file=file, file_sha256=wrong.get(role, hashlib.sha256(FILES[file]).hexdigest()))

    pinned = Hub(
        repository="tiny/model",
        revision=COMMIT,
        encoder=pin("encoder", "onnx/encoder.onnx"),
        decoder=pin("decoder", "onnx/decoder.onnx"),
        tokenizer=pin("tokenizer", "tokenizer.json"),
    )
    return next(iter(hub_cards().values())).model_copy(update={"id": "tiny", "hub": pinned, "file_bytes": 126_002})


def ignore(*_: object) -> None:
    """Show no progress."""


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_model_is_fetched_verified_and_fetched_only_once(hub: FakeHub, tmp_path: Path) -> None:
    store, one = HubStore(tmp_path), card()
    seen: list[tuple[str, int, int | None]] = []
    store.prepare(one, lambda _, step, done, total: seen.append((step, done, total)))
    assert files_in(tmp_path / "hub" / "tiny") == ["decoder.onnx", "encoder.onnx", "tokenizer.json"]
    assert store.file_of(one, one.hub.encoder).read_bytes() == FILES["onnx/encoder.onnx"]
    assert seen[-1] == ("download", 126_002, 126_002)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert all(f"/resolve/{COMMIT}/" in path for path in hub.asked)
    asked = len(hub.asked)
    store.prepare(one, ignore)
    assert len(hub.asked) == asked
    store.verify(one)


def test_a_file_that_is_not_the_pinned_one_is_thrown_away(hub: FakeHub, tmp_path: Path) -> None:
    store, one = HubStore(tmp_path), card(decoder="0" * 64)
    with pytest.raises(HashMismatch, match=r"decoder\.onnx of tiny/model isn't the pinned one"):
        store.prepare(one, ignore)
    assert files_in(tmp_path / "hub") == ["tiny.lock"]
    assert not store.is_ready(one)
    assert hub.asked


def test_a_damaged_file_is_found_and_fetched_again(hub: FakeHub, tmp_path: Path) -> None:
    store, one = HubStore(tmp_path), card()
    store.prepare(one, ignore)
    asked = len(hub.asked)
    store.file_of(one, one.hub.encoder).write_bytes(b"rot")
    with pytest.raises(HashMismatch, match="is damaged"):
        store.verify(one)
    store.prepare(one, ignore)
    store.verify(one)
    assert len(hub.asked) > asked


def test_a_hub_that_cannot_be_reached_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", ignore)  # between the library's tries
    with pytest.raises(NoNetwork, match="hub can't be reached: check the network connection") as caught:
        HubStore(tmp_path).prepare(card(), ignore)
    assert "models fetch tiny" in str(caught.value)
    assert "\n" not in str(caught.value)


def _no_file(hub: FakeHub) -> None:
    del hub.files["tokenizer.json"]


def _forbidden(hub: FakeHub) -> None:
    hub.status = 403


@pytest.mark.parametrize(("trouble", "words"), [(_no_file, "no longer has tokenizer.json"), (_forbidden, "403")])
def test_what_the_hub_refuses_is_a_sentence(
    hub: FakeHub, tmp_path: Path, trouble: Callable[[FakeHub], None], words: str
) -> None:
    trouble(hub)
    with pytest.raises(WeightsError, match=words):
        HubStore(tmp_path).prepare(card(), ignore)


def test_a_download_that_was_killed_leaves_nothing_that_counts(hub: FakeHub, tmp_path: Path) -> None:
    part = tmp_path / "hub" / "tiny.part"
    part.mkdir(parents=True)
    (part / "half").write_bytes(b"half")
    store, one = HubStore(tmp_path), card()
    assert not store.is_ready(one)
    store.prepare(one, ignore)
    assert not part.exists()
    assert hub.asked


def test_what_was_never_fetched_says_how_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="models fetch tiny"):
        HubStore(tmp_path).verify(card())


def test_every_bundled_card_pins_its_pair() -> None:
    cards = hub_cards()
    assert len(cards) >= 10
    assert all(one.hub.repository.endswith(one.id) for one in cards.values())
    assert all(one.id == f"opus-mt-{one.source_language}-{one.target_language}" for one in cards.values())
    pins = [one.file_sha256 for card in cards.values() for one in (card.hub.encoder, card.hub.decoder)]
    assert len(set(pins)) == len(pins)
