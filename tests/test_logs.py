"""Logs: structured, and without the token."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from inferbot import logs
from inferbot.logs import HIDDEN, configure_logs
from inferbot.settings import Settings, SettingsError
from inferbot.store import votes
from inferbot.store.store import open_store
from PIL import Image
from pydantic import SecretStr
from support.rows import vote_record

TOKEN = "abc.def.ghi"


@pytest.fixture(autouse=True)
def restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    names = ("inferbot", "discord", "alembic")
    before, loggers = root.handlers[:], [root, *map(logging.getLogger, names)]
    levels = [logger.level for logger in loggers]
    yield
    for opened in set(root.handlers) - set(before):
        opened.close()
    root.handlers[:] = before
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_the_token_is_hidden_wherever_it_stands(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(Settings(discord_token=SecretStr(TOKEN), log_format=log_format))  # pyright: ignore[reportArgumentType]
    log = logging.getLogger("test")
    log.warning("connecting with %s", TOKEN, extra={"header": f"Bot {TOKEN}"})
    try:
        raise ValueError(TOKEN)  # noqa: TRY301
    except ValueError:
        log.exception("failed")
    said = capsys.readouterr().err
    assert TOKEN not in said
    assert said.count(HIDDEN) >= 3


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_trace_shows_no_variables(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(Settings(log_format=log_format))  # pyright: ignore[reportArgumentType]

    def look_at(sent: str) -> None:
        raise ValueError(len(sent))

    try:
        look_at("what-somebody-" + "wrote")
    except ValueError:
        logging.getLogger("test").exception("failed")
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "what-somebody-wrote" not in said


def test_json_lines_carry_what_was_said_beside_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(Settings(log_format="json"))
    logging.getLogger("inferbot.cogs").info("refused", extra={"reason": "NotAnImage", "error_id": "abcd"})
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "refused"
    assert line["reason"] == "NotAnImage"
    assert line["error_id"] == "abcd"
    assert line["level"] == "info"


async def test_debug_tells_no_id_and_nothing_that_was_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What libraries say at DEBUG: aiosqlite each statement with its values, Pillow what a picture says of itself."""
    configure_logs(Settings(log_level="DEBUG"))
    logging.getLogger("inferbot.test").debug("our own")
    store = await open_store(tmp_path)
    with pytest.raises(Exception, match="FOREIGN KEY"):
        await store.write(lambda c: votes.put(c, vote_record(1, 987654321, 1, 100.0, 123454321)))
    await store.close()
    picture, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "a secret place"
    Image.new("RGB", (8, 8)).save(picture, "JPEG", exif=exif)
    with Image.open(picture) as opened:
        assert opened.getexif()[0x010E] == "a secret place"
    said = capsys.readouterr().err
    assert "our own" in said
    assert not {one for one in ("987654321", "123454321", "a secret place") if one in said}


def test_a_log_file_is_rotated_and_only_its_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 2000)
    path = tmp_path / "new" / "bot.log"
    configure_logs(Settings(discord_token=SecretStr(TOKEN), log_file=path, log_format="json"))
    for number in range(200):
        logging.getLogger("test").info("line %d of %s", number, TOKEN)
    files = sorted(path.parent.iterdir())
    assert [one.name for one in files] == ["bot.log", *(f"bot.log.{n}" for n in range(1, logs.OLD_FILES + 1))]
    written = "".join(one.read_text() for one in files)
    assert f"line 199 of {HIDDEN}" in written
    assert TOKEN not in written
    assert all(one.stat().st_size <= 2000 for one in files)
    if sys.platform != "win32":
        assert {one.stat().st_mode & 0o777 for one in files} == {0o600}


def test_a_log_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="INFERBOT_LOG_FILE can't be written"):
        configure_logs(Settings(log_file=tmp_path / "file" / "bot.log"))
