"""Structured logs for the bot that comes with Inferbot; the rest of the package only uses `logging`."""

import logging
import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from .settings import Settings, SettingsError

HIDDEN = "[hidden]"
# A log file that has grown to this many bytes is renamed to `.1`, and so on; this many old ones are kept.
FILE_BYTES, OLD_FILES = 5_000_000, 5


def configure_logs(settings: Settings) -> None:
    """Send every log record of this process to standard error, and to a file if the settings name one.

    The bot's token is hidden wherever it appears. Tracebacks are plain: they name lines of code, never the values of
    variables, which may be what people sent. For the same reason DEBUG is for our own code only: libraries log
    statements with ids, and what is in a picture, at that level. Raises `SettingsError` if the file can't be written.
    """
    screen = logging.StreamHandler(sys.stderr)
    screen.setFormatter(_formatter(settings, colors=sys.stderr.isatty()))
    handlers: list[logging.Handler] = [screen]
    if settings.log_file:
        handlers.append(_file(settings.log_file))
        handlers[-1].setFormatter(_formatter(settings, colors=False))
    level = logging.getLevelNamesMapping()[settings.log_level]
    logging.basicConfig(level=max(level, logging.INFO), handlers=handlers, force=True)
    logging.getLogger("inferbot").setLevel(level)
    for chatty in ("discord", "alembic"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))


def _formatter(settings: Settings, *, colors: bool) -> logging.Formatter:
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    secret = settings.discord_token.get_secret_value() if settings.discord_token else None
    render: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)]
        if settings.log_format == "console"
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render, _hide(secret)],
    )


def _hide(secret: str | None) -> Callable[[WrappedLogger, str, EventDict], str]:
    """Return the last processor, which replaces the secret in the rendered text."""

    def hide(_logger: WrappedLogger, _method: str, rendered: EventDict) -> str:
        return str(rendered).replace(secret, HIDDEN) if secret else str(rendered)

    return hide


class _PrivateFile(RotatingFileHandler):
    """A log file, and its old ones, that only their owner can read."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding=self.encoding)


def _file(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _PrivateFile(path, maxBytes=FILE_BYTES, backupCount=OLD_FILES, encoding="utf-8")
    except OSError as error:
        sentence = f"INFERBOT_LOG_FILE can't be written ({error.strerror}): make it writable, or choose another file."
        raise SettingsError(sentence) from None
