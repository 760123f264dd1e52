"""Logs: structured, and without the token."""

import json
import logging
from collections.abc import Iterator

import pytest
from inferbot.logs import HIDDEN, configure_logs
from inferbot.settings import Settings
from pydantic import SecretStr

TOKEN = "abc.def.ghi"


@pytest.fixture(autouse=True)
def restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    before, loggers = root.handlers[:], [root, logging.getLogger("discord"), logging.getLogger("alembic")]
    levels = [logger.level for logger in loggers]
    yield
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
