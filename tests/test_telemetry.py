"""Nothing looks a name up, connects anywhere, or leaves a file outside our folders; not even what we depend on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from inferbot.models.examples import examples
from inferbot.settings import Settings
from support.no_network import SUPPORTED
from support.tiny_models import write_own_model

ROOT = Path(__file__).parent.parent
TESTS = str(Path(__file__).parent)

WATCHED = "import sys; sys.path.insert(0, sys.argv[1])\nfrom support.no_network import take_the_network_away\n"
LOOK_UP = "take_the_network_away()\nimport socket; socket.getaddrinfo('example.com', 443)"
# A look-up by the C library, as native code does it, on a thread of its own.
NATIVE_LOOK_UP = """
take_the_network_away()
import ctypes, threading
look_up, found = ctypes.CDLL(None).getaddrinfo, ctypes.c_void_p()
thread = threading.Thread(target=look_up, args=(b"example.com", b"443", None, ctypes.byref(found)))
thread.start(); thread.join()
"""
# Every feature and every package below them, one after the other; `asyncio` itself only needs Unix sockets.
EVERYTHING = """
take_the_network_away()
import asyncio, datetime, io, threading
from zoneinfo import ZoneInfo
from inferbot.bot import main
from inferbot.features import decency
from inferbot.features.app import open_services
from inferbot.features.drawing.quiz import night_banner
from inferbot.quiz.when import parse_when
from inferbot.settings import load_settings

def use(*words, lines=""):
    sys.stdin = io.StringIO(lines)
    assert main(words) == 0, words

use("models", "fetch")  # which builds the indexes, if an article or a film has changed since
use("label", sys.argv[2])
use("ask", "What is inference?")
use("isit", "My phone suggests the next word")
use("translate", "--to", "pt", lines="Where is the station?\\n")
use("complete", "Once upon a time", "--tokens", "3")

async def open_and_close():
    services = await open_services(load_settings())
    film = (await services.recommend.suggest("The", 1))[0]
    await services.recommend.recommend([film])
    await services.close()

asyncio.run(open_and_close())
assert night_banner("Inference night")
assert decency.is_decent("a model is used")
assert parse_when("tomorrow 19:00", ZoneInfo("UTC"), datetime.datetime.now(ZoneInfo("UTC")))
import huggingface_hub
print("everything was used")
"""

needs_seccomp = pytest.mark.skipif(not SUPPORTED, reason="the watch is a seccomp filter of Linux on x86-64 or ARM64")


def run_at_home(home: Path, code: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a Python whose home and temporary folder are `home`, which is new and empty."""
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_", "MPL"))}
    places = {**dict.fromkeys(("HOME", "TMPDIR", "USERPROFILE"), str(home)), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code, TESTS, *arguments]
    environment = kept | places | {"INFERBOT_FETCH_WEIGHTS": "false", "DISCORD_TOKEN": ""} | variables
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def left_in(home: Path) -> list[str]:
    return [str(path.relative_to(home)) for path in home.rglob("*")]


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "photo.jpg"
    path.write_bytes(next(iter(examples().values())).read())
    return str(path)


def test_a_model_that_runs_leaves_no_file_in_the_home_folder(tmp_path: Path, photo: str) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    write_own_model(ours)
    folders = dict.fromkeys(("INFERBOT_OWN_MODELS", "INFERBOT_CACHE_DIR", "INFERBOT_DATA_DIR"), str(ours))
    code = "import sys; from inferbot.bot import main; sys.exit(main(['label', sys.argv[2], '--model', 'colours']))"
    run = run_at_home(tmp_path / "home", code, photo, **folders)
    assert run.returncode == 0, run.stderr
    assert "blue" in run.stdout
    assert left_in(tmp_path / "home") == []


@needs_seccomp
@pytest.mark.parametrize("code", [LOOK_UP, NATIVE_LOOK_UP])
def test_the_watch_sees_a_look_up(tmp_path: Path, code: str) -> None:
    run = run_at_home(tmp_path / "home", WATCHED + code)
    assert run.returncode == -signal.SIGSYS
    assert "Current thread" in run.stderr, "it names who asked"


@needs_seccomp
@pytest.mark.weights
def test_no_feature_uses_the_network_or_leaves_a_file_outside_our_folders(tmp_path: Path, photo: str) -> None:
    folders = {"INFERBOT_CACHE_DIR": str(Settings().cache_dir), "INFERBOT_DATA_DIR": str(tmp_path / "data")}
    run = run_at_home(tmp_path / "home", WATCHED + EVERYTHING, photo, **folders)
    assert run.returncode == 0, run.stderr
    assert "everything was used" in run.stdout
    assert left_in(tmp_path / "home") == []
